/* What PHP gives: moments, spans, exact numbers, sessions and answers. */
#include "php_dollr.h"

#include <math.h>
#include <time.h>

bool dollr_now(zend_long given, bool is_null, uint64_t *now_ms) {
    struct timespec now;
    if (!is_null) {
        if (given < 0) {
            dollr_throw_invalid("the moment is " ZEND_LONG_FMT ", expected milliseconds since the epoch", given);
            return false;
        }
        *now_ms = (uint64_t)given;
        return true;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    *now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    return true;
}

bool dollr_span(double seconds, bool is_null, const char *what, uint64_t *ms) {
    *ms = 0;
    if (is_null) {
        return true;
    }
    /* A hundred years are more than anybody waits, and few enough to be added to any moment. */
    if (!(seconds >= 0.0 && seconds <= 3155760000.0)) {
        dollr_throw_invalid("%s is %g, expected a number of seconds from 0 on", what, seconds);
        return false;
    }
    *ms = (uint64_t)llround(seconds * 1000.0);
    if (*ms == 0 && seconds > 0.0) {
        *ms = 1;
    }
    return true;
}

bool dollr_patience(double seconds, bool is_null, uint64_t *ms) {
    if (!dollr_span(seconds, is_null, "the patience", ms)) {
        return false;
    }
    if (!is_null && *ms == 0) {
        *ms = DOLLR_NO_PATIENCE;
    }
    return true;
}

bool dollr_some_span(double seconds, bool is_null, const char *what, uint64_t *ms) {
    if (!dollr_span(seconds, is_null, what, ms)) {
        return false;
    }
    if (!is_null && *ms == 0) {
        dollr_throw_invalid("%s is 0, expected more seconds than that, or null for the one that holds otherwise", what);
        return false;
    }
    return true;
}

bool dollr_exact(zval *given, uint32_t argument, bool nullable, zend_string **text) {
    *text = NULL;
    if (given) {
        ZVAL_DEREF(given);
    }
    if (!given || Z_TYPE_P(given) == IS_NULL) {
        if (!nullable) {
            zend_argument_type_error(argument, "must be of type string|int, null given");
        }
        return nullable;
    }
    if (Z_TYPE_P(given) == IS_STRING) {
        *text = zend_string_copy(Z_STR_P(given));
    } else if (Z_TYPE_P(given) == IS_LONG) {
        *text = zend_long_to_str(Z_LVAL_P(given));
    } else {
        zend_argument_type_error(argument, "must be of type string|int%s, %s given", nullable ? "|null" : "", zend_zval_type_name(given));
        return false;
    }
    return true;
}

bool dollr_source_kind(const zend_string *given, int32_t *kind) {
    *kind = 0;
    if (!given) {
        return true;
    }
    if (zend_string_equals_literal(given, "INVOICE")) {
        *kind = DOLLR_SOURCE_INVOICE;
    } else if (zend_string_equals_literal(given, "ORDER")) {
        *kind = DOLLR_SOURCE_ORDER;
    } else {
        dollr_throw_invalid("the kind of a source is INVOICE or ORDER, not something else");
        return false;
    }
    return true;
}

static bool is_digits(const zend_string *text, uint64_t *number) {
    size_t n;
    *number = 0;
    for (n = 0; n < ZSTR_LEN(text); n++) {
        char digit = ZSTR_VAL(text)[n];
        if (digit < '0' || digit > '9' || n == 19) {
            return false;
        }
        *number = *number * 10 + (uint64_t)(digit - '0');
    }
    return n > 0;
}

bool dollr_session_of(zval *given, uint32_t argument, dollr_within *within) {
    dollr_session *session = &within->session;
    memset(within, 0, sizeof *within);
    ZVAL_DEREF(given);
    if (Z_TYPE_P(given) == IS_OBJECT && Z_OBJCE_P(given) == dollr_ce_session) {
        zval read, *at = zend_read_property(dollr_ce_session, Z_OBJ_P(given), ZEND_STRL("id"), 1, &read);
        session->id = (uint64_t)zval_get_long(at);
        at = zend_read_property(dollr_ce_session, Z_OBJ_P(given), ZEND_STRL("expiresAt"), 1, &read);
        session->expires_at_ms = (uint64_t)zval_get_long(at);
        at = zend_read_property(dollr_ce_session, Z_OBJ_P(given), ZEND_STRL("source"), 1, &read);
        within->source = dollr_text(Z_TYPE_P(at) == IS_STRING ? Z_STR_P(at) : NULL);
        return true;
    }
    if (Z_TYPE_P(given) == IS_LONG && Z_LVAL_P(given) >= 0) {
        session->id = (uint64_t)Z_LVAL_P(given);
        return true;
    }
    if (Z_TYPE_P(given) == IS_STRING && is_digits(Z_STR_P(given), &session->id)) {
        return true;
    }
    if (Z_TYPE_P(given) == IS_LONG || Z_TYPE_P(given) == IS_STRING) {
        dollr_throw_invalid("the session is no number from 0 on");
    } else {
        zend_argument_type_error(argument, "must be of type Dollr\\Session|string|int, %s given", zend_zval_type_name(given));
    }
    return false;
}

/* The header of this name, whatever its case. Several of one name are joined, as HTTP has it. */
static bool header(HashTable *headers, const char *name, dollr_str *value, zend_string **joined) {
    zend_string *key, *longer;
    zval *it, *part;
    ZEND_HASH_FOREACH_STR_KEY_VAL(headers, key, it) {
        if (!key || ZSTR_LEN(key) != strlen(name) || zend_binary_strcasecmp(ZSTR_VAL(key), ZSTR_LEN(key), name, strlen(name)) != 0) {
            continue;
        }
        ZVAL_DEREF(it);
        if (Z_TYPE_P(it) == IS_STRING) {
            *value = dollr_text(Z_STR_P(it));
            continue;
        }
        if (Z_TYPE_P(it) != IS_ARRAY) {
            zend_type_error("the header %s must be a string or a list of strings, %s given", name, zend_zval_type_name(it));
            return false;
        }
        ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(it), part) {
            ZVAL_DEREF(part);
            if (Z_TYPE_P(part) != IS_STRING) {
                zend_type_error("the header %s must be a string or a list of strings", name);
                return false;
            }
            longer = *joined ? zend_string_concat3(ZSTR_VAL(*joined), ZSTR_LEN(*joined), ", ", 2, Z_STRVAL_P(part), Z_STRLEN_P(part))
                             : zend_string_copy(Z_STR_P(part));
            if (*joined) {
                zend_string_release(*joined);
            }
            *joined = longer;
        }
        ZEND_HASH_FOREACH_END();
        *value = dollr_text(*joined);
    }
    ZEND_HASH_FOREACH_END();
    return true;
}

bool dollr_response_of(zend_long status, const zend_string *body, HashTable *headers, dollr_response *response, zend_string *joined[3]) {
    memset(response, 0, sizeof *response);
    memset(joined, 0, 3 * sizeof *joined);
    if (status < 100 || status > 999) {
        dollr_throw_invalid("the status is " ZEND_LONG_FMT ", expected an HTTP status such as 200", status);
        return false;
    }
    response->size = sizeof *response;
    response->status = (uint16_t)status;
    response->body = dollr_text(body);
    if (headers && !(header(headers, "date", &response->date, &joined[0]) &&
                     header(headers, "retry-after", &response->retry_after, &joined[1]) && header(headers, "age", &response->age, &joined[2]))) {
        dollr_release_joined(joined);
        return false;
    }
    return true;
}

void dollr_release_joined(zend_string *joined[3]) {
    int n;
    for (n = 0; n < 3; n++) {
        if (joined[n]) {
            zend_string_release(joined[n]);
        }
    }
}
