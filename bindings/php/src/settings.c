/* Where a client's settings come from when the program does not say: php.ini, then the environment. The secrets are no entries of
 * php.ini, whose values phpinfo() and ini_get() show to everybody. */
#include "php_dollr.h"

#include "SAPI.h"

static void set(dollr_str *place, const char *value) {
    place->ptr = value;
    place->len = strlen(value);
}

/* The environment as PHP has it: fastcgi_param and SetEnv first, and those are copies. */
static void fill(dollr_settings *settings, dollr_str *place, const char *entry, const char *name) {
    char *copy;
    const char *value;
    if (place->ptr) {
        return;
    }
    if (entry && *entry) {
        set(place, entry);
        return;
    }
    copy = sapi_getenv(name, strlen(name));
    if (copy && *copy) {
        settings->copies[settings->copy_count++] = copy;
        set(place, copy);
        return;
    }
    if (copy) {
        efree(copy);
    }
    value = getenv(name);
    if (value && *value) {
        set(place, value);
    }
}

void dollr_settings_default(dollr_settings *settings) {
    dollr_client_options *options = &settings->options;
    fill(settings, &options->client_id, DOLLR_G(client_id), "DOLLR_CLIENT_ID");
    fill(settings, &options->client_secret, NULL, "DOLLR_CLIENT_SECRET");
    fill(settings, &options->base_url, DOLLR_G(base_url), "DOLLR_BASE_URL");
    fill(settings, &settings->place, DOLLR_G(journal), "DOLLR_JOURNAL");
    if (!options->ca_bundle.ptr && DOLLR_G(ca_bundle) && *DOLLR_G(ca_bundle)) {
        set(&options->ca_bundle, DOLLR_G(ca_bundle));
    }
    if (!options->realtime_url.ptr && !options->realtime_anon_key.ptr) {
        fill(settings, &options->realtime_url, DOLLR_G(realtime_url), "SUPABASE_URL");
        fill(settings, &options->realtime_anon_key, NULL, "SUPABASE_ANON_KEY");
        /* A server without its key is none. */
        if (!options->realtime_url.ptr || !options->realtime_anon_key.ptr) {
            options->realtime_url = options->realtime_anon_key = dollr_none();
        }
    }
    /* Says what is missing, by its name. */
    options->from_env = 1;
}

void dollr_settings_free(dollr_settings *settings) {
    while (settings->copy_count > 0) {
        char *copy = settings->copies[--settings->copy_count];
        ZEND_SECURE_ZERO(copy, strlen(copy));
        efree(copy);
    }
}
