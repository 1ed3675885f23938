/* The bearer token's life: Token. */
#include "php_dollr.h"

static zend_class_entry *token_ce;

ZEND_METHOD(Dollr_Token, __construct) {
    zend_string *id, *secret;
    dollr_object *it = DOLLR_THIS;
    dollr_token *token = NULL;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_STR(id)
        Z_PARAM_STR(secret)
    ZEND_PARSE_PARAMETERS_END();
    if (it->handle) {
        zend_throw_error(NULL, "A Dollr\\Token is made once");
        RETURN_THROWS();
    }
    code = dollr_token_new(dollr_text(id), dollr_text(secret), &token, &error);
    if (code == DOLLR_OK) {
        dollr_keep(it, DOLLR_TOKEN, token);
    }
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Token, next) {
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_token_action action;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(0, 1)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now)) {
        RETURN_THROWS();
    }
    code = dollr_token_next(DOLLR_THIS->handle, now, &action, &error);
    if (dollr_succeeded(code, &error)) {
        dollr_token_action_value(return_value, &action);
    }
}

ZEND_METHOD(Dollr_Token, applyAnswer) {
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
    code = dollr_token_apply_answered(DOLLR_THIS->handle, dollr_of(request)->exchange, &response, now, &error);
    dollr_release_joined(joined);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Token, applyLost) {
    zend_object *request;
    zend_long moment = 0;
    bool sent = true, is_null = true;
    uint64_t now;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 3)
        Z_PARAM_OBJ_OF_CLASS(request, dollr_ce_request)
        Z_PARAM_OPTIONAL
        Z_PARAM_BOOL(sent)
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now)) {
        RETURN_THROWS();
    }
    code = dollr_token_apply_lost(DOLLR_THIS->handle, dollr_of(request)->exchange, sent ? DOLLR_LOSS_UNKNOWN : DOLLR_LOSS_NOT_SENT, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Token, expired) {
    zend_object *used;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_OBJ_OF_CLASS(used, dollr_ce_action)
    ZEND_PARSE_PARAMETERS_END();
    code = dollr_token_expired(DOLLR_THIS->handle, dollr_of(used)->number, &error);
    dollr_succeeded(code, &error);
}

#include "token_arginfo.h"

void dollr_token_startup(void) {
    token_ce = dollr_class(register_class_Dollr_Token());
}
