/* From the library's error codes to exceptions. */
#include "php_dollr.h"

#include "errors_arginfo.h"

zend_class_entry *dollr_ce_invalid, *dollr_ce_internal;

static zend_class_entry *base, *config, *authentication, *refused, *rate_limited, *transport, *bad_answer, *journal, *order_taken, *exists,
    *unrecorded, *snapshot, *illegal_event, *forked;

void dollr_errors_startup(void) {
    base = register_class_Dollr_DollrException(zend_ce_exception);
    config = register_class_Dollr_ConfigException(base);
    dollr_ce_invalid = register_class_Dollr_InvalidException(base);
    authentication = register_class_Dollr_AuthenticationException(base);
    refused = register_class_Dollr_RefusedException(base);
    rate_limited = register_class_Dollr_RateLimitedException(base);
    transport = register_class_Dollr_TransportException(base);
    bad_answer = register_class_Dollr_BadAnswerException(base);
    journal = register_class_Dollr_JournalException(base);
    order_taken = register_class_Dollr_OrderTakenException(journal);
    exists = register_class_Dollr_ExistsException(journal);
    unrecorded = register_class_Dollr_UnrecordedException(journal);
    snapshot = register_class_Dollr_SnapshotException(base);
    illegal_event = register_class_Dollr_IllegalEventException(base);
    forked = register_class_Dollr_ForkedException(base);
    dollr_ce_internal = register_class_Dollr_InternalException(base);
}

static zend_class_entry *class_of(int32_t code) {
    switch (code) {
        case DOLLR_ERROR_FORKED:
            return forked;
        case DOLLR_ERROR_ARGUMENT:
        case DOLLR_ERROR_UTF8:
        case DOLLR_ERROR_INVALID:
        case DOLLR_ERROR_SCHEDULE:
            return dollr_ce_invalid;
        case DOLLR_ERROR_REJECTED:
            return illegal_event;
        case DOLLR_ERROR_SNAPSHOT_DAMAGED:
        case DOLLR_ERROR_SNAPSHOT_TAMPERED:
        case DOLLR_ERROR_SNAPSHOT_VERSION:
        case DOLLR_ERROR_SNAPSHOT_KIND:
            return snapshot;
        case DOLLR_ERROR_BAD_ANSWER:
            return bad_answer;
        case DOLLR_ERROR_CONFIG:
        case DOLLR_ERROR_NO_JOURNAL:
        case DOLLR_ERROR_JOURNAL_ADDRESS:
            return config;
        case DOLLR_ERROR_AUTHENTICATION:
            return authentication;
        case DOLLR_ERROR_REFUSED:
            return refused;
        case DOLLR_ERROR_RATE_LIMITED:
            return rate_limited;
        case DOLLR_ERROR_TRANSPORT:
            return transport;
        case DOLLR_ERROR_UNRECORDED:
        case DOLLR_ERROR_UNKNOWN_ENTRY:
            return unrecorded;
        case DOLLR_ERROR_EXISTS:
            return exists;
        case DOLLR_ERROR_ORDER_TAKEN:
            return order_taken;
        default:
            return code >= 300 && code < 400 ? journal : dollr_ce_internal;
    }
}

static void throw_plain(zend_class_entry *ce, int32_t code, dollr_error_info *info) {
    zval exception, problems;
    object_init_ex(&exception, ce);
    zend_update_property_stringl(zend_ce_exception, Z_OBJ(exception), ZEND_STRL("message"), info->message.ptr, info->message.len);
    zend_update_property_long(zend_ce_exception, Z_OBJ(exception), ZEND_STRL("code"), code);
    dollr_set_text(&exception, "kind", info->kind);
    dollr_set_optional(&exception, "referenceId", info->key);
    if (info->http_status) {
        dollr_set_number(&exception, "httpStatus", info->http_status);
    }
    dollr_problems(&problems, info->problems, info->problem_count);
    dollr_set(&exception, "errors", &problems);
    dollr_set_seconds_or_null(&exception, "retryAfter", info->retry_after_ms);
    dollr_set_bool(&exception, "retryable", info->retryable);
    dollr_set_bool(&exception, "outcomeUnknown", info->outcome_unknown);
    zend_throw_exception_object(&exception);
}

static void free_error(void *error) {
    dollr_error_free(error);
}

bool dollr_succeeded(int32_t code, dollr_error *const *place) {
    dollr_error_info info;
    dollr_error *error;
    if (EXPECTED(code == DOLLR_OK)) {
        return true;
    }
    error = *place;
    /* There may be no room for an error object. */
    if (!error || !dollr_hold(error, free_error) || dollr_error_read(error, &info) != DOLLR_OK) {
        if (!EG(exception)) {
            zend_throw_exception_ex(class_of(code), code, "dollr could not do it, and had no room to say why: code %d", (int)code);
        }
        return false;
    }
    throw_plain(class_of(code), code, &info);
    dollr_let_go(error);
    return false;
}

static void throw_own(zend_class_entry *ce, int32_t code, const char *kind, const char *format, va_list arguments) {
    char *message;
    zval exception;
    vspprintf(&message, 0, format, arguments);
    object_init_ex(&exception, ce);
    zend_update_property_string(zend_ce_exception, Z_OBJ(exception), ZEND_STRL("message"), message);
    zend_update_property_long(zend_ce_exception, Z_OBJ(exception), ZEND_STRL("code"), code);
    zend_update_property_string(base, Z_OBJ(exception), ZEND_STRL("kind"), kind);
    efree(message);
    zend_throw_exception_object(&exception);
}

ZEND_COLD void dollr_throw_invalid(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    throw_own(dollr_ce_invalid, DOLLR_ERROR_INVALID, "invalid", format, arguments);
    va_end(arguments);
}

ZEND_COLD void dollr_throw_config(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    throw_own(config, DOLLR_ERROR_CONFIG, "config", format, arguments);
    va_end(arguments);
}
