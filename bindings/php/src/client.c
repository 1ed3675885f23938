/* A merchant's connection to the vendor: Client, but for the calls that end in a report (pay.c) and the goods (goods.c). */
#include "call.h"

static zend_class_entry *client_ce;

/* ---- birth ---- */

/* The journal that is to be used: an object, a place, or what the settings say. A place is opened, and is the caller's to free. */
static bool journal_of(zval *given, dollr_settings *settings, dollr_journal **opened) {
    dollr_error *error = NULL;
    int32_t code;
    if (given) {
        ZVAL_DEREF(given);
    }
    if (given && Z_TYPE_P(given) == IS_OBJECT && Z_OBJCE_P(given) == dollr_ce_journal) {
        settings->options.journal = dollr_of(Z_OBJ_P(given))->handle;
        return true;
    }
    if (given && Z_TYPE_P(given) == IS_STRING) {
        settings->place = dollr_text(Z_STR_P(given));
    } else if (given && Z_TYPE_P(given) != IS_NULL) {
        zend_argument_type_error(4, "must be of type Dollr\\Journal|string|null, %s given", zend_zval_type_name(given));
        return false;
    }
    if (!settings->place.ptr) {
        return true;
    }
    if (!dollr_settings_place(settings)) {
        return false;
    }
    code = dollr_journal_open(settings->place, opened, &error);
    settings->options.journal = *opened;
    return dollr_succeeded(code, &error);
}

/* What the client has got of texts and spans, to be looked at together. */
static bool spans_of(dollr_client_options *options, const double *seconds, const bool *is_null) {
    return dollr_some_span(seconds[0], is_null[0], "the time-out of connecting", &options->connect_timeout_ms) &&
           dollr_some_span(seconds[1], is_null[1], "the time-out of reading", &options->read_timeout_ms) &&
           dollr_some_span(seconds[2], is_null[2], "the time-out of a call", &options->total_timeout_ms);
}

static bool rate_of(zend_long calls, bool no_rate, double per, uint32_t *rate_calls, uint64_t *rate_per_ms) {
    if (no_rate) {
        return true;
    }
    if (calls < 1 || calls > 1000000000) {
        dollr_throw_invalid("a rate is of one call or more, not " ZEND_LONG_FMT, calls);
        return false;
    }
    *rate_calls = (uint32_t)calls;
    return dollr_span(per, false, "the time of a rate", rate_per_ms);
}

ZEND_METHOD(Dollr_Client, __construct) {
    zend_string *text[9] = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    zval *journal = NULL;
    zend_object *policy = NULL;
    double seconds[3] = {0, 0, 0}, rate_per = 1.0;
    bool is_null[3] = {true, true, true}, no_rate = true;
    zend_long rate_calls = 0;
    ZEND_PARSE_PARAMETERS_START(0, 16)
        Z_PARAM_OPTIONAL
        Z_PARAM_STR_OR_NULL(text[0])
        Z_PARAM_STR_OR_NULL(text[1])
        Z_PARAM_STR_OR_NULL(text[2])
        Z_PARAM_ZVAL(journal)
        Z_PARAM_OBJ_OF_CLASS_OR_NULL(policy, dollr_ce_policy)
        Z_PARAM_STR_OR_NULL(text[3])
        Z_PARAM_STR_OR_NULL(text[4])
        Z_PARAM_STR_OR_NULL(text[5])
        Z_PARAM_STR_OR_NULL(text[6])
        Z_PARAM_STR_OR_NULL(text[7])
        Z_PARAM_STR_OR_NULL(text[8])
        Z_PARAM_DOUBLE_OR_NULL(seconds[0], is_null[0])
        Z_PARAM_DOUBLE_OR_NULL(seconds[1], is_null[1])
        Z_PARAM_DOUBLE_OR_NULL(seconds[2], is_null[2])
        Z_PARAM_LONG_OR_NULL(rate_calls, no_rate)
        Z_PARAM_DOUBLE(rate_per)
    ZEND_PARSE_PARAMETERS_END();
    dollr_object *it = DOLLR_THIS;
    dollr_settings settings;
    dollr_client_options *options = &settings.options;
    dollr_policy_parts policy_parts;
    memset(&settings, 0, sizeof settings);
    options->size = sizeof *options;
    if (it->handle) {
        zend_throw_error(NULL, "A Dollr\\Client is made once");
        RETURN_THROWS();
    }
    options->client_id = dollr_text(text[0]);
    options->client_secret = dollr_text(text[1]);
    options->base_url = dollr_text(text[2]);
    options->realtime_url = dollr_text(text[3]);
    options->realtime_anon_key = dollr_text(text[4]);
    options->ca_bundle = dollr_text(text[5]);
    options->proxy = dollr_text(text[6]);
    options->user_agent = dollr_text(text[7]);
    options->name = dollr_text(text[8]);
    options->policy = &policy_parts.policy;
    if (!dollr_policy_of(policy, &policy_parts) || !spans_of(options, seconds, is_null) ||
        !rate_of(rate_calls, no_rate, rate_per, &options->rate_calls, &options->rate_per_ms)) {
        RETURN_THROWS();
    }
    dollr_settings_default(&settings);
    /* Nothing of PHP's is called between a journal that is opened and its end. */
    dollr_journal *opened = NULL;
    if (journal_of(journal, &settings, &opened)) {
        dollr_client *client = NULL;
        dollr_error *error = NULL;
        int32_t code = dollr_client_new(options, &client, &error);
        dollr_journal_free(opened);
        if (code == DOLLR_OK) {
            dollr_keep(it, DOLLR_CLIENT, client);
        }
        dollr_succeeded(code, &error);
    }
    dollr_settings_free(&settings);
}

/* ---- calls ---- */

static int32_t sign_in(dollr_call *call) {
    return dollr_client_sign_in(call->client, &call->error);
}

ZEND_METHOD(Dollr_Client, signIn) {
    dollr_call *call;
    ZEND_PARSE_PARAMETERS_NONE();
    call = dollr_call_new(DOLLR_THIS, sign_in);
    if (call) {
        dollr_call_run(call, NULL, NULL);
        dollr_let_go(call);
    }
}

static int32_t create_session(dollr_call *call) {
    return dollr_client_create_session(call->client, call->key, &call->session, &call->error);
}

ZEND_METHOD(Dollr_Client, createSession) {
    zend_string *source;
    dollr_call *call;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(source)
    ZEND_PARSE_PARAMETERS_END();
    call = dollr_call_new(DOLLR_THIS, create_session);
    if (!call) {
        RETURN_THROWS();
    }
    call->key = dollr_call_text(call, dollr_text(source));
    call->brief = true;
    if (dollr_call_run(call, NULL, NULL)) {
        dollr_session_value(return_value, &call->session, call->key);
    }
    dollr_let_go(call);
}

static int32_t create_checkout(dollr_call *call) {
    return dollr_client_create_checkout(call->client, &call->order, &call->checkout, &call->error);
}

/* A line of an order: what it is, and what it costs. */
static bool item_of(dollr_call *call, zval *given, dollr_item *item) {
    zval *name = NULL, *amount = NULL;
    zend_string *exact;
    ZVAL_DEREF(given);
    if (Z_TYPE_P(given) == IS_ARRAY) {
        name = zend_hash_index_find_deref(Z_ARRVAL_P(given), 0);
        amount = zend_hash_index_find_deref(Z_ARRVAL_P(given), 1);
        name = name ? name : zend_hash_str_find_deref(Z_ARRVAL_P(given), ZEND_STRL("name"));
        amount = amount ? amount : zend_hash_str_find_deref(Z_ARRVAL_P(given), ZEND_STRL("amount"));
    }
    if (!name || Z_TYPE_P(name) != IS_STRING || !amount) {
        zend_argument_type_error(3, "must be a list of lines such as [\"Shoes\", \"60.00\"]");
        return false;
    }
    if (!dollr_exact(amount, 3, false, &exact)) {
        return false;
    }
    item->name = dollr_call_text(call, dollr_text(Z_STR_P(name)));
    item->amount = dollr_call_text(call, dollr_text(exact));
    zend_string_release(exact);
    return true;
}

static bool items_of(dollr_call *call, HashTable *items) {
    zval *it;
    size_t n = 0;
    call->items = calloc(zend_hash_num_elements(items) + 1, sizeof *call->items);
    if (!call->items) {
        zend_throw_error(NULL, "Out of memory");
        return false;
    }
    ZEND_HASH_FOREACH_VAL(items, it) {
        if (!item_of(call, it, &call->items[n++])) {
            return false;
        }
    }
    ZEND_HASH_FOREACH_END();
    call->order.items = call->items;
    call->order.item_count = n;
    return true;
}

ZEND_METHOD(Dollr_Client, createCheckout) {
    zend_string *phone, *currency, *kind = NULL, *text[6] = {NULL, NULL, NULL, NULL, NULL, NULL};
    HashTable *items;
    zend_long expires_at = 0;
    bool no_end = true;
    dollr_call *call;
    dollr_checkout_order *order;
    dollr_checkout_info info;
    ZEND_PARSE_PARAMETERS_START(3, 11)
        Z_PARAM_STR(phone)
        Z_PARAM_STR(currency)
        Z_PARAM_ARRAY_HT(items)
        Z_PARAM_OPTIONAL
        Z_PARAM_STR(kind)
        Z_PARAM_STR_OR_NULL(text[0])
        Z_PARAM_STR_OR_NULL(text[1])
        Z_PARAM_STR_OR_NULL(text[2])
        Z_PARAM_STR_OR_NULL(text[3])
        Z_PARAM_STR_OR_NULL(text[4])
        Z_PARAM_STR_OR_NULL(text[5])
        Z_PARAM_LONG_OR_NULL(expires_at, no_end)
    ZEND_PARSE_PARAMETERS_END();
    call = dollr_call_new(DOLLR_THIS, create_checkout);
    if (!call) {
        RETURN_THROWS();
    }
    call->brief = true;
    order = &call->order;
    order->size = sizeof *order;
    order->phone = dollr_call_text(call, dollr_text(phone));
    order->currency = dollr_call_text(call, dollr_text(currency));
    order->success_url = dollr_call_text(call, dollr_text(text[0]));
    order->cancel_url = dollr_call_text(call, dollr_text(text[1]));
    order->customer_name = dollr_call_text(call, dollr_text(text[2]));
    order->customer_email = dollr_call_text(call, dollr_text(text[3]));
    order->reference_id = dollr_call_text(call, dollr_text(text[4]));
    order->note = dollr_call_text(call, dollr_text(text[5]));
    order->source_kind = DOLLR_SOURCE_INVOICE;
    if ((!kind || dollr_source_kind(kind, &order->source_kind)) && (no_end || dollr_now(expires_at, false, &order->expires_at_ms)) &&
        items_of(call, items) && dollr_call_run(call, NULL, NULL)) {
        dollr_error *error = NULL;
        if (dollr_succeeded(dollr_checkout_read(call->checkout, &info, &error), &error)) {
            dollr_checkout_value(return_value, &info);
        }
    }
    dollr_let_go(call);
}

static int32_t realtime_key(dollr_call *call) {
    return dollr_client_realtime_key(call->client, call->session.id, call->source_kind, call->key, &call->realtime_key, &call->error);
}

ZEND_METHOD(Dollr_Client, realtimeKey) {
    zval *session;
    zend_string *kind, *reference_id;
    dollr_call *call;
    dollr_realtime_key_info info;
    dollr_within within;
    ZEND_PARSE_PARAMETERS_START(3, 3)
        Z_PARAM_ZVAL(session)
        Z_PARAM_STR(kind)
        Z_PARAM_STR(reference_id)
    ZEND_PARSE_PARAMETERS_END();
    call = dollr_call_new(DOLLR_THIS, realtime_key);
    if (!call) {
        RETURN_THROWS();
    }
    call->key = dollr_call_text(call, dollr_text(reference_id));
    call->brief = true;
    if (dollr_session_of(session, 1, &within) && dollr_source_kind(kind, &call->source_kind)) {
        dollr_error *error = NULL;
        call->session = within.session;
        if (dollr_call_run(call, NULL, NULL) && dollr_succeeded(dollr_realtime_key_read(call->realtime_key, &info, &error), &error)) {
            dollr_realtime_key_value(return_value, &info);
        }
    }
    dollr_let_go(call);
}

static int32_t reconcile(dollr_call *call) {
    return dollr_client_reconcile(call->client, &call->reconcile, &call->summary, &call->error);
}

ZEND_METHOD(Dollr_Client, reconcile) {
    zend_long workers = 8, rate_calls = 0;
    double rate_per = 1.0, horizon = 0;
    bool no_rate = true, no_horizon = true;
    dollr_call *call;
    dollr_summary_info info;
    ZEND_PARSE_PARAMETERS_START(0, 4)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG(workers)
        Z_PARAM_LONG_OR_NULL(rate_calls, no_rate)
        Z_PARAM_DOUBLE(rate_per)
        Z_PARAM_DOUBLE_OR_NULL(horizon, no_horizon)
    ZEND_PARSE_PARAMETERS_END();
    if (workers < 1 || workers > 1000) {
        dollr_throw_invalid("there can be 1 to 1000 workers, not " ZEND_LONG_FMT, workers);
        RETURN_THROWS();
    }
    call = dollr_call_new(DOLLR_THIS, reconcile);
    if (!call) {
        RETURN_THROWS();
    }
    call->reconcile.size = sizeof call->reconcile;
    call->reconcile.workers = (uint32_t)workers;
    if (rate_of(rate_calls, no_rate, rate_per, &call->reconcile.rate_calls, &call->reconcile.rate_per_ms) &&
        dollr_some_span(horizon, no_horizon, "the horizon", &call->reconcile.horizon_ms) && dollr_call_run(call, NULL, NULL)) {
        dollr_error *error = NULL;
        if (dollr_succeeded(dollr_summary_read(call->summary, &info, &error), &error)) {
            dollr_summary_value(return_value, &info);
        }
    }
    dollr_let_go(call);
}

#include "client_arginfo.h"

void dollr_client_startup(void) {
    client_ce = dollr_class(register_class_Dollr_Client());
}
