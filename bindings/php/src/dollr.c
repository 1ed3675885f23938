/* The module: its entries in php.ini, its start and what each request leaves. Nothing is opened and no thread is begun at the start,
 * so that a server may fork. */
#include "php_dollr.h"
#include "threads.h"

#include "ext/standard/info.h"

ZEND_DECLARE_MODULE_GLOBALS(dollr)

#define ENTRY(name) STD_PHP_INI_ENTRY("dollr." #name, "", PHP_INI_SYSTEM, OnUpdateString, name, zend_dollr_globals, dollr_globals)

PHP_INI_BEGIN()
    ENTRY(client_id)
    ENTRY(base_url)
    ENTRY(journal)
    ENTRY(realtime_url)
    ENTRY(ca_bundle)
PHP_INI_END()

static PHP_GINIT_FUNCTION(dollr) {
#if defined(COMPILE_DL_DOLLR) && defined(ZTS)
    ZEND_TSRMLS_CACHE_UPDATE();
#endif
    memset(dollr_globals, 0, sizeof *dollr_globals);
}

/* With a library of another ABI, every number in the header might mean something else. */
static bool library_fits(void) {
    uint32_t abi = dollr_abi_version();
    if (abi == DOLLR_ABI_VERSION) {
        return true;
    }
    zend_error(E_CORE_WARNING, "dollr: libdollr has the ABI %u, and this extension was built for %u: install the libdollr that it was built with",
               (unsigned)abi, (unsigned)DOLLR_ABI_VERSION);
    return false;
}

static PHP_MINIT_FUNCTION(dollr) {
    (void)type;
    if (!library_fits()) {
        return FAILURE;
    }
    REGISTER_INI_ENTRIES();
    dollr_objects_startup();
    dollr_errors_startup();
    dollr_values_startup();
    dollr_intent_startup();
    dollr_action_startup();
    dollr_machine_startup();
    dollr_token_startup();
    dollr_channel_startup();
    dollr_journal_startup();
    dollr_client_startup();
    return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(dollr) {
    (void)type;
    dollr_threads_shutdown();
    UNREGISTER_INI_ENTRIES();
    return SUCCESS;
}

static PHP_RINIT_FUNCTION(dollr) {
    (void)type;
    (void)module_number;
#if defined(COMPILE_DL_DOLLR) && defined(ZTS)
    ZEND_TSRMLS_CACHE_UPDATE();
#endif
    return SUCCESS;
}

static PHP_RSHUTDOWN_FUNCTION(dollr) {
    (void)type;
    (void)module_number;
    dollr_give_all_back();
    return SUCCESS;
}

static PHP_MINFO_FUNCTION(dollr) {
    dollr_str version;
    char release[32] = "unknown";
    if (dollr_version(&version) == DOLLR_OK) {
        snprintf(release, sizeof release, "%.*s", (int)version.len, version.ptr);
    }
    php_info_print_table_start();
    php_info_print_table_row(2, "dollr", "enabled");
    php_info_print_table_row(2, "extension", PHP_DOLLR_VERSION);
    php_info_print_table_row(2, "libdollr", release);
    php_info_print_table_end();
    DISPLAY_INI_ENTRIES();
    (void)zend_module;
}

zend_module_entry dollr_module_entry = {
    STANDARD_MODULE_HEADER,
    "dollr",
    NULL,
    PHP_MINIT(dollr),
    PHP_MSHUTDOWN(dollr),
    PHP_RINIT(dollr),
    PHP_RSHUTDOWN(dollr),
    PHP_MINFO(dollr),
    PHP_DOLLR_VERSION,
    PHP_MODULE_GLOBALS(dollr),
    PHP_GINIT(dollr),
    NULL,
    NULL,
    STANDARD_MODULE_PROPERTIES_EX,
};

#ifdef COMPILE_DL_DOLLR
#ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
#endif
ZEND_GET_MODULE(dollr)
#endif
