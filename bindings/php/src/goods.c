/* Who hands out the goods, by the journal's word, without a call to the vendor: these methods of Client. */
#include "php_dollr.h"

static void free_claim(void *claim) {
    dollr_claim_free(claim);
}

ZEND_METHOD(Dollr_Client, claimFulfilment) {
    zend_string *key;
    dollr_claim *claim = NULL;
    dollr_claim_info info;
    dollr_error *error = NULL;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(key)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_succeeded(dollr_client_claim_fulfilment(DOLLR_THIS->handle, dollr_text(key), &claim, &error), &error) ||
        !dollr_hold(claim, free_claim)) {
        RETURN_THROWS();
    }
    if (dollr_succeeded(dollr_claim_read(claim, &info, &error), &error)) {
        dollr_claim_value(return_value, &info);
    }
    dollr_let_go(claim);
}

static void free_delivery(void *delivery) {
    dollr_delivery_free(delivery);
}

ZEND_METHOD(Dollr_Client, nextPaid) {
    double term = 900.0;
    zend_long moment = 0;
    bool ever = true;
    uint64_t term_ms, since = 0;
    dollr_delivery *delivery = NULL;
    dollr_delivery_info info;
    dollr_error *error = NULL;
    ZEND_PARSE_PARAMETERS_START(0, 2)
        Z_PARAM_OPTIONAL
        Z_PARAM_DOUBLE(term)
        Z_PARAM_LONG_OR_NULL(moment, ever)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_span(term, false, "the term", &term_ms) || (!ever && !dollr_now(moment, false, &since)) ||
        !dollr_succeeded(dollr_client_next_paid(DOLLR_THIS->handle, term_ms, since, &delivery, &error), &error)) {
        RETURN_THROWS();
    }
    if (!delivery) {
        RETURN_NULL();
    }
    if (!dollr_hold(delivery, free_delivery)) {
        RETURN_THROWS();
    }
    if (dollr_succeeded(dollr_delivery_read(delivery, &info, &error), &error)) {
        dollr_delivery_value(return_value, &info);
    }
    dollr_let_go(delivery);
}

/* The one argument of a method that says something of one payment; NULL where that is no text. */
static zend_string *key_given(INTERNAL_FUNCTION_PARAMETERS) {
    zend_string *key;
    (void)return_value;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(key)
    ZEND_PARSE_PARAMETERS_END_EX(return NULL);
    return key;
}

ZEND_METHOD(Dollr_Client, fulfilled) {
    zend_string *key = key_given(INTERNAL_FUNCTION_PARAM_PASSTHRU);
    bool is_new = false;
    dollr_error *error = NULL;
    if (key && dollr_succeeded(dollr_client_fulfilled(DOLLR_THIS->handle, dollr_text(key), &is_new, &error), &error)) {
        RETURN_BOOL(is_new);
    }
}

ZEND_METHOD(Dollr_Client, release) {
    zend_string *key = key_given(INTERNAL_FUNCTION_PARAM_PASSTHRU);
    bool is_new = false;
    dollr_error *error = NULL;
    if (key && dollr_succeeded(dollr_client_release(DOLLR_THIS->handle, dollr_text(key), &is_new, &error), &error)) {
        RETURN_BOOL(is_new);
    }
}

ZEND_METHOD(Dollr_Client, resolve) {
    zend_string *key, *why;
    bool is_new = false;
    dollr_error *error = NULL;
    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_STR(key)
        Z_PARAM_STR(why)
    ZEND_PARSE_PARAMETERS_END();
    if (dollr_succeeded(dollr_client_resolve(DOLLR_THIS->handle, dollr_text(key), dollr_text(why), &is_new, &error), &error)) {
        RETURN_BOOL(is_new);
    }
}
