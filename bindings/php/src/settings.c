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

static bool names_password(const char *name, size_t length) {
    size_t n;
    for (n = 0; n + 4 <= length; n++) {
        if (strncasecmp(name + n, "pass", 4) == 0) {
            return true;
        }
    }
    return false;
}

/* Whatever stands before an @ may be one, also where it was not written as it should be. */
static bool holds_password(const char *place) {
    const char *at, *pair, *rest = strstr(place, "://");
    if (!rest || (strncasecmp(place, "postgres:", 9) != 0 && strncasecmp(place, "postgresql:", 11) != 0)) {
        return false;
    }
    rest += 3;
    at = strrchr(rest, '@');
    if (at && memchr(rest, ':', (size_t)(at - rest))) {
        return true;
    }
    for (pair = strpbrk(rest, "?&"); pair; pair = strpbrk(pair + 1, "?&")) {
        if (names_password(pair + 1, strcspn(pair + 1, "=?&"))) {
            return true;
        }
    }
    return false;
}

bool dollr_settings_place(const dollr_settings *settings) {
    if (settings->place.ptr == DOLLR_G(journal) && holds_password(settings->place.ptr)) {
        dollr_throw_config("dollr.journal holds a password, and phpinfo() and ini_get() show it to everybody: "
                           "put the URL into the environment as DOLLR_JOURNAL, or the password into PGPASSWORD");
        return false;
    }
    return true;
}

void dollr_settings_free(dollr_settings *settings) {
    while (settings->copy_count > 0) {
        char *copy = settings->copies[--settings->copy_count];
        ZEND_SECURE_ZERO(copy, strlen(copy));
        efree(copy);
    }
}
