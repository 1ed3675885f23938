/* News of one payment over its realtime channel: Channel. */
#include "php_dollr.h"

static zend_class_entry *channel_ce;

DOLLR_NO_CONSTRUCTOR(Dollr_Channel)

ZEND_METHOD(Dollr_Channel, watch) {
    zval *given;
    zend_string *kind_name, *reference_id;
    zend_long moment = 0;
    double life = 0;
    bool no_moment = true, no_life = true;
    uint64_t now;
    int32_t kind, code;
    dollr_within within;
    dollr_channel_policy policy;
    dollr_channel *channel = NULL;
    dollr_error *error = NULL;
    dollr_object *it;
    ZEND_PARSE_PARAMETERS_START(3, 5)
        Z_PARAM_ZVAL(given)
        Z_PARAM_STR(kind_name)
        Z_PARAM_STR(reference_id)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, no_moment)
        Z_PARAM_DOUBLE_OR_NULL(life, no_life)
    ZEND_PARSE_PARAMETERS_END();
    memset(&policy, 0, sizeof policy);
    policy.size = sizeof policy;
    if (!dollr_session_of(given, 1, &within) || !dollr_source_kind(kind_name, &kind) || !dollr_now(moment, no_moment, &now) ||
        !dollr_span(life, no_life, "the life", &policy.life_ms)) {
        RETURN_THROWS();
    }
    it = dollr_make(return_value, channel_ce);
    code = dollr_channel_watch(within.session.id, kind, dollr_text(reference_id), &policy, now, &channel, &error);
    if (code == DOLLR_OK) {
        dollr_keep(it, DOLLR_CHANNEL, channel);
        return;
    }
    zval_ptr_dtor(return_value);
    ZVAL_NULL(return_value);
    dollr_succeeded(code, &error);
}

/* The only argument of many methods. */
static bool only_now(INTERNAL_FUNCTION_PARAMETERS, uint64_t *now) {
    zend_long moment = 0;
    bool is_null = true;
    (void)return_value;
    ZEND_PARSE_PARAMETERS_START(0, 1)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END_EX(return false);
    return dollr_now(moment, is_null, now);
}

ZEND_METHOD(Dollr_Channel, next) {
    dollr_channel_action action;
    dollr_error *error = NULL;
    uint64_t now;
    int32_t code;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        RETURN_THROWS();
    }
    code = dollr_channel_next(DOLLR_THIS->handle, now, &action, &error);
    if (dollr_succeeded(code, &error)) {
        dollr_channel_action_value(return_value, &action);
    }
}

ZEND_METHOD(Dollr_Channel, target) {
    zend_string *anon_key;
    dollr_str target;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(anon_key)
    ZEND_PARSE_PARAMETERS_END();
    code = dollr_channel_target(DOLLR_THIS->handle, dollr_text(anon_key), &target, &error);
    if (dollr_succeeded(code, &error)) {
        dollr_return_text(return_value, target);
    }
}

ZEND_METHOD(Dollr_Channel, applyAnswer) {
    zend_object *request;
    zend_string *body, *joined[3];
    HashTable *headers = NULL;
    zend_long status, moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_response response;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(3, 5)
        Z_PARAM_OBJ_OF_CLASS(request, dollr_ce_request)
        Z_PARAM_LONG(status)
        Z_PARAM_STR(body)
        Z_PARAM_OPTIONAL
        Z_PARAM_ARRAY_HT(headers)
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_response_of(status, body, headers, &response, joined)) {
        RETURN_THROWS();
    }
    code = dollr_channel_apply_answered(DOLLR_THIS->handle, dollr_of(request)->exchange, &response, now, &error);
    dollr_release_joined(joined);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Channel, applyUnanswered) {
    zend_object *request;
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 2)
        Z_PARAM_OBJ_OF_CLASS(request, dollr_ce_request)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now)) {
        RETURN_THROWS();
    }
    code = dollr_channel_apply_unanswered(DOLLR_THIS->handle, dollr_of(request)->exchange, now, &error);
    dollr_succeeded(code, &error);
}

/* An event that is a word and a moment. */
#define EVENT(method, function) \
    ZEND_METHOD(Dollr_Channel, method) { \
        dollr_error *error = NULL; \
        uint64_t now; \
        int32_t code; \
        if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) { \
            RETURN_THROWS(); \
        } \
        code = dollr_channel_##function(DOLLR_THIS->handle, now, &error); \
        dollr_succeeded(code, &error); \
    }

EVENT(applyConnected, apply_connected)
EVENT(applyBinary, apply_binary)
EVENT(applyClosed, apply_closed)
EVENT(applyHinted, apply_hinted)
EVENT(applyLeave, apply_leave)

ZEND_METHOD(Dollr_Channel, applyUnconnected) {
    zend_long status = 0, moment = 0;
    bool no_status = true, no_moment = true;
    uint64_t now;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(0, 2)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(status, no_status)
        Z_PARAM_LONG_OR_NULL(moment, no_moment)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, no_moment, &now)) {
        RETURN_THROWS();
    }
    if (!no_status && (status < 100 || status > 999)) {
        dollr_throw_invalid("the status is " ZEND_LONG_FMT ", expected an HTTP status such as 401", status);
        RETURN_THROWS();
    }
    code = dollr_channel_apply_unconnected(DOLLR_THIS->handle, (uint16_t)status, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Channel, applySent) {
    zend_object *push;
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 2)
        Z_PARAM_OBJ_OF_CLASS(push, dollr_ce_action)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now)) {
        RETURN_THROWS();
    }
    code = dollr_channel_apply_sent(DOLLR_THIS->handle, dollr_of(push)->number, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Channel, applyText) {
    zend_string *text;
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 2)
        Z_PARAM_STR(text)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now)) {
        RETURN_THROWS();
    }
    code = dollr_channel_apply_text(DOLLR_THIS->handle, dollr_text(text), now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Channel, safetyPoll) {
    zend_long due, asked, moment = 0;
    bool is_null = true;
    uint64_t now, due_ms, asked_ms, at;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(2, 3)
        Z_PARAM_LONG(due)
        Z_PARAM_LONG(asked)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_now(due, false, &due_ms) || !dollr_now(asked, false, &asked_ms)) {
        RETURN_THROWS();
    }
    code = dollr_channel_safety_poll(DOLLR_THIS->handle, due_ms, asked_ms, now, &at, &error);
    if (dollr_succeeded(code, &error)) {
        RETURN_LONG((zend_long)at);
    }
}

#include "channel_arginfo.h"

void dollr_channel_startup(void) {
    channel_ce = dollr_class(register_class_Dollr_Channel());
}
