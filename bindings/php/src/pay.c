/* The calls of a Client that end in a Report. */
#include "call.h"

/* Runs the call, and gives its report. */
static void report(zval *return_value, dollr_call *call, zend_fcall_info *show, zend_fcall_info_cache *show_cache) {
    dollr_report_info info;
    dollr_error *error = NULL;
    if (dollr_call_run(call, show, show_cache) && dollr_succeeded(dollr_report_read(call->report, &info, &error), &error)) {
        dollr_report_value(return_value, &info);
    }
    dollr_let_go(call);
}

/* ---- money moves ---- */

static int32_t execute(dollr_call *call) {
    return dollr_client_execute(call->client, &call->attempt, &call->report, &call->error);
}

static int32_t collect(dollr_call *call) {
    return dollr_client_collect(call->client, &call->attempt, &call->report, &call->error);
}

/* The intent, kept as long as the call. */
static void keep_intent(dollr_call *call, zend_object *given) {
    dollr_intent *intent = &call->parts.intent;
    dollr_passcode *passcode = &call->parts.passcode;
    dollr_str *texts[] = {
        &intent->reference_id, &intent->account, &intent->currency, &intent->amount, &intent->source, &passcode->code, &passcode->phone,
        &passcode->user, &passcode->device_name, &passcode->device_kind, &passcode->device_platform, &passcode->user_agent, &passcode->client_ip,
    };
    size_t n;
    dollr_intent_of(given, &call->parts);
    for (n = 0; n < sizeof texts / sizeof texts[0]; n++) {
        *texts[n] = dollr_call_text(call, *texts[n]);
    }
    call->attempt.intent = intent;
    call->key = intent->reference_id;
}

typedef struct particulars {
    zend_string *order, *despite, *realtime;
    double patience;
    bool no_patience;
    zend_fcall_info show;
    zend_fcall_info_cache show_cache;
} particulars;

static void attempt(zval *return_value, const dollr_object *client, int32_t (*work)(dollr_call *), zend_object *intent, particulars *more) {
    dollr_call *call = dollr_call_new(client, work);
    if (!call) {
        return;
    }
    call->attempt.size = sizeof call->attempt;
    call->attempt.order = dollr_call_text(call, dollr_text(more->order));
    call->attempt.despite = dollr_call_text(call, dollr_text(more->despite));
    keep_intent(call, intent);
    if (dollr_source_kind(more->realtime, &call->attempt.realtime) && dollr_patience(more->patience, more->no_patience, &call->attempt.patience_ms)) {
        report(return_value, call, &more->show, &more->show_cache);
    } else {
        dollr_let_go(call);
    }
}

static void no_particulars(particulars *it) {
    memset(it, 0, sizeof *it);
    it->no_patience = true;
    it->show = empty_fcall_info;
    it->show_cache = empty_fcall_info_cache;
}

ZEND_METHOD(Dollr_Client, collect) {
    zval *given, *account, *amount = NULL, intent;
    zend_string *currency, *reference_id = NULL, *exact_account = NULL, *exact_amount = NULL;
    zend_long expires_at = 0;
    bool no_end = true;
    zend_string *source = NULL;
    dollr_within within;
    particulars more;
    no_particulars(&more);
    ZEND_PARSE_PARAMETERS_START(3, 12)
        Z_PARAM_ZVAL(given)
        Z_PARAM_ZVAL(account)
        Z_PARAM_STR(currency)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(amount)
        Z_PARAM_STR_OR_NULL(more.order)
        Z_PARAM_STR_OR_NULL(more.despite)
        Z_PARAM_DOUBLE_OR_NULL(more.patience, more.no_patience)
        Z_PARAM_STR_OR_NULL(more.realtime)
        Z_PARAM_STR_OR_NULL(reference_id)
        Z_PARAM_LONG_OR_NULL(expires_at, no_end)
        Z_PARAM_FUNC_OR_NULL(more.show, more.show_cache)
        Z_PARAM_STR_OR_NULL(source)
    ZEND_PARSE_PARAMETERS_END();
    if (dollr_session_of(given, 1, &within) && dollr_exact(account, 2, false, &exact_account) &&
        dollr_exact(amount, 4, true, &exact_amount) && (no_end || dollr_now(expires_at, false, &within.session.expires_at_ms)) &&
        dollr_intent_make(&intent, DOLLR_OPERATION_COLLECTION, dollr_for(&within, source), exact_account, currency, exact_amount, reference_id, NULL)) {
        attempt(return_value, DOLLR_THIS, collect, Z_OBJ(intent), &more);
        zval_ptr_dtor(&intent);
    }
    if (exact_account) {
        zend_string_release(exact_account);
    }
    if (exact_amount) {
        zend_string_release(exact_amount);
    }
}

ZEND_METHOD(Dollr_Client, execute) {
    zend_object *intent;
    particulars more;
    no_particulars(&more);
    ZEND_PARSE_PARAMETERS_START(1, 6)
        Z_PARAM_OBJ_OF_CLASS(intent, dollr_ce_intent)
        Z_PARAM_OPTIONAL
        Z_PARAM_STR_OR_NULL(more.order)
        Z_PARAM_STR_OR_NULL(more.despite)
        Z_PARAM_DOUBLE_OR_NULL(more.patience, more.no_patience)
        Z_PARAM_STR_OR_NULL(more.realtime)
        Z_PARAM_FUNC_OR_NULL(more.show, more.show_cache)
    ZEND_PARSE_PARAMETERS_END();
    attempt(return_value, DOLLR_THIS, execute, intent, &more);
}

/* ---- questions ---- */

static int32_t verify_source(dollr_call *call) {
    return dollr_client_verify_source(call->client, call->key, call->currency, call->total, call->attempt.order,
        call->patience_ms, &call->report, &call->error);
}

ZEND_METHOD(Dollr_Client, verifySource) {
    zend_string *source, *currency, *order = NULL, *total = NULL;
    zval *amount;
    double patience = 0;
    uint64_t patience_ms;
    dollr_call *call;
    ZEND_PARSE_PARAMETERS_START(3, 5)
        Z_PARAM_STR(source)
        Z_PARAM_STR(currency)
        Z_PARAM_ZVAL(amount)
        Z_PARAM_OPTIONAL
        Z_PARAM_DOUBLE(patience)
        Z_PARAM_STR_OR_NULL(order)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_span(patience, false, "the patience", &patience_ms) || !dollr_exact(amount, 3, false, &total)) {
        RETURN_THROWS();
    }
    call = dollr_call_new(DOLLR_THIS, verify_source);
    if (call) {
        call->key = dollr_call_text(call, dollr_text(source));
        call->currency = dollr_call_text(call, dollr_text(currency));
        call->total = dollr_call_text(call, dollr_text(total));
        call->attempt.order = dollr_call_text(call, dollr_text(order));
        call->patience_ms = patience_ms;
        call->brief = patience_ms == 0;
        report(return_value, call, NULL, NULL);
    }
    zend_string_release(total);
}

static int32_t wait_for(dollr_call *call) {
    return dollr_client_wait(call->client, call->key, call->patience_ms, &call->report, &call->error);
}

static int32_t watch(dollr_call *call) {
    return dollr_client_watch(call->client, call->key, call->source_kind, call->patience_ms, &call->report, &call->error);
}

static int32_t status(dollr_call *call) {
    return dollr_client_status(call->client, call->key, &call->report, &call->error);
}

/* A question about a recorded payment. */
static void ask(zval *return_value, const dollr_object *client, int32_t (*work)(dollr_call *), zend_string *reference_id, zend_string *kind,
                particulars *more) {
    dollr_call *call = dollr_call_new(client, work);
    if (!call) {
        return;
    }
    call->key = dollr_call_text(call, dollr_text(reference_id));
    call->brief = work == status;
    if (dollr_source_kind(kind, &call->source_kind) && dollr_span(more->patience, false, "the patience", &call->patience_ms)) {
        report(return_value, call, &more->show, &more->show_cache);
    } else {
        dollr_let_go(call);
    }
}

ZEND_METHOD(Dollr_Client, wait) {
    zend_string *reference_id;
    particulars more;
    no_particulars(&more);
    more.patience = 300;
    ZEND_PARSE_PARAMETERS_START(1, 3)
        Z_PARAM_STR(reference_id)
        Z_PARAM_OPTIONAL
        Z_PARAM_DOUBLE(more.patience)
        Z_PARAM_FUNC_OR_NULL(more.show, more.show_cache)
    ZEND_PARSE_PARAMETERS_END();
    ask(return_value, DOLLR_THIS, wait_for, reference_id, NULL, &more);
}

ZEND_METHOD(Dollr_Client, watch) {
    zend_string *reference_id, *kind;
    particulars more;
    no_particulars(&more);
    more.patience = 300;
    ZEND_PARSE_PARAMETERS_START(2, 4)
        Z_PARAM_STR(reference_id)
        Z_PARAM_STR(kind)
        Z_PARAM_OPTIONAL
        Z_PARAM_DOUBLE(more.patience)
        Z_PARAM_FUNC_OR_NULL(more.show, more.show_cache)
    ZEND_PARSE_PARAMETERS_END();
    ask(return_value, DOLLR_THIS, watch, reference_id, kind, &more);
}

ZEND_METHOD(Dollr_Client, status) {
    zend_string *reference_id;
    particulars more;
    no_particulars(&more);
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(reference_id)
    ZEND_PARSE_PARAMETERS_END();
    ask(return_value, DOLLR_THIS, status, reference_id, NULL, &more);
}
