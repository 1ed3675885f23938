/* Where payments outlive the process: Journal. */
#include "php_dollr.h"

zend_class_entry *dollr_ce_journal;

ZEND_METHOD(Dollr_Journal, __construct) {
    zend_string *place;
    dollr_object *it = DOLLR_THIS;
    dollr_journal *journal = NULL;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(place)
    ZEND_PARSE_PARAMETERS_END();
    if (it->handle) {
        zend_throw_error(NULL, "A Dollr\\Journal is opened once");
        RETURN_THROWS();
    }
    code = dollr_journal_open(dollr_text(place), &journal, &error);
    if (code == DOLLR_OK) {
        dollr_keep(it, DOLLR_JOURNAL, journal);
    }
    dollr_succeeded(code, &error);
}

static void free_entries(void *entries) {
    dollr_entries_free(entries);
}

ZEND_METHOD(Dollr_Journal, load) {
    zend_string *key;
    dollr_entries *entries = NULL;
    dollr_entry entry;
    dollr_error *error = NULL;
    size_t count;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(key)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_succeeded(dollr_journal_load(DOLLR_THIS->handle, dollr_text(key), &entries, &error), &error) ||
        !dollr_hold(entries, free_entries)) {
        RETURN_THROWS();
    }
    if (dollr_succeeded(dollr_entries_count(entries, &count, &error), &error) && count > 0 &&
        dollr_succeeded(dollr_entries_read(entries, 0, &entry, &error), &error)) {
        dollr_entry_value(return_value, &entry);
    }
    dollr_let_go(entries);
}

ZEND_METHOD(Dollr_Journal, entries) {
    zend_long limit = 100;
    bool open = false;
    dollr_entries *entries = NULL;
    dollr_error *error = NULL;
    size_t count, n;
    ZEND_PARSE_PARAMETERS_START(0, 2)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG(limit)
        Z_PARAM_BOOL(open)
    ZEND_PARSE_PARAMETERS_END();
    if (limit < 0) {
        dollr_throw_invalid("the limit is " ZEND_LONG_FMT ", expected a number from 0 on", limit);
        RETURN_THROWS();
    }
    if (!dollr_succeeded(dollr_journal_entries(DOLLR_THIS->handle, open, (size_t)limit, &entries, &error), &error) ||
        !dollr_hold(entries, free_entries)) {
        RETURN_THROWS();
    }
    array_init(return_value);
    if (dollr_succeeded(dollr_entries_count(entries, &count, &error), &error)) {
        for (n = 0; n < count; n++) {
            dollr_entry entry;
            zval value;
            if (!dollr_succeeded(dollr_entries_read(entries, n, &entry, &error), &error)) {
                break;
            }
            dollr_entry_value(&value, &entry);
            add_next_index_zval(return_value, &value);
        }
    }
    dollr_let_go(entries);
}

#include "journal_arginfo.h"

void dollr_journal_startup(void) {
    dollr_ce_journal = dollr_class(register_class_Dollr_Journal());
}
