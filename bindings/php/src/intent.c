/* What is to be moved, and how patiently: Policy, Passcode and Intent. */
#include "php_dollr.h"

zend_class_entry *dollr_ce_policy, *dollr_ce_intent;

static zend_class_entry *passcode_ce;

static const char *const operations[] = {"", "collection", "payout", "transfer", "refund"};

static zval *property(zend_object *object, const char *name) {
    static zval none;
    return zend_read_property(object->ce, object, name, strlen(name), 1, &none);
}

/* A text that lives as long as the object: its properties are readonly. */
static dollr_str text_of(zend_object *object, const char *name) {
    zval *it = property(object, name);
    return Z_TYPE_P(it) == IS_STRING ? dollr_text(Z_STR_P(it)) : dollr_none();
}

static double seconds_of(zend_object *object, const char *name, bool *is_null) {
    zval *it = property(object, name);
    *is_null = Z_TYPE_P(it) != IS_DOUBLE;
    return *is_null ? 0.0 : Z_DVAL_P(it);
}

/* ---- Policy ---- */

static void set_span(zval *object, const char *name, double seconds, bool is_null) {
    if (is_null) {
        dollr_set_null(object, name);
    } else {
        zend_update_property_double(dollr_ce_policy, Z_OBJ_P(object), name, strlen(name), seconds);
    }
}

static bool no_curve(void) {
    dollr_throw_invalid("the schedule is \"mobile_money\", \"cards\", or one's own: [first, [[age, gap], ...]] in seconds, of 1 to %d points",
                        DOLLR_POINTS);
    return false;
}

static zval *item(HashTable *from, zend_ulong place) {
    zval *it = zend_hash_index_find(from, place);
    if (it) {
        ZVAL_DEREF(it);
    }
    return it;
}

static bool time_of(HashTable *from, zend_ulong place, uint64_t *ms) {
    zval *it = item(from, place);
    if (!it || (Z_TYPE_P(it) != IS_LONG && Z_TYPE_P(it) != IS_DOUBLE)) {
        return no_curve();
    }
    return dollr_span(zval_get_double(it), false, "a time in the schedule", ms);
}

/* A schedule of one's own: [first, [[age, gap], ...]]. */
static bool curve_of(HashTable *own, dollr_policy_parts *parts) {
    zval *points = item(own, 1), *point;
    size_t count = 0;
    if (zend_hash_num_elements(own) != 2 || !points || Z_TYPE_P(points) != IS_ARRAY || zend_hash_num_elements(Z_ARRVAL_P(points)) < 1 ||
        zend_hash_num_elements(Z_ARRVAL_P(points)) > DOLLR_POINTS) {
        return no_curve();
    }
    if (!time_of(own, 0, &parts->policy.first_ms)) {
        return false;
    }
    ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(points), point) {
        dollr_gap *gap = &parts->gaps[count++];
        ZVAL_DEREF(point);
        if (Z_TYPE_P(point) != IS_ARRAY || zend_hash_num_elements(Z_ARRVAL_P(point)) != 2) {
            return no_curve();
        }
        if (!time_of(Z_ARRVAL_P(point), 0, &gap->age_ms) || !time_of(Z_ARRVAL_P(point), 1, &gap->gap_ms)) {
            return false;
        }
    }
    ZEND_HASH_FOREACH_END();
    parts->policy.schedule = DOLLR_SCHEDULE_CUSTOM;
    parts->policy.gaps = parts->gaps;
    parts->policy.gap_count = count;
    return true;
}

static bool schedule_of(zend_string *name, HashTable *own, dollr_policy_parts *parts) {
    if (own) {
        return curve_of(own, parts);
    }
    if (zend_string_equals_literal(name, "cards")) {
        parts->policy.schedule = DOLLR_SCHEDULE_CARDS;
        return true;
    }
    return zend_string_equals_literal(name, "mobile_money") || no_curve();
}

/* Whether the core takes it, by a source that nobody watches: the ABI has policies only with what they are for. */
static bool is_taken(const dollr_policy *policy) {
    dollr_source *source = NULL;
    dollr_error *error = NULL;
    static const dollr_str invoice = {"INVOICE:1", 9}, currency = {"USD", 3}, total = {"1", 1};
    int32_t code = dollr_source_watch(invoice, currency, total, policy, 0, &source, &error);
    dollr_source_free(source);
    return dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Policy, __construct) {
    double patience = 0, horizon = 0, resend_after = 0;
    bool no_patience = true, no_horizon = true, no_resend = true;
    zend_string *name = NULL;
    HashTable *own = NULL;
    zend_long sends = 2;
    uint64_t ignored;
    dollr_policy_parts checked;
    ZEND_PARSE_PARAMETERS_START(0, 5)
        Z_PARAM_OPTIONAL
        Z_PARAM_DOUBLE_OR_NULL(patience, no_patience)
        Z_PARAM_DOUBLE_OR_NULL(horizon, no_horizon)
        Z_PARAM_ARRAY_HT_OR_STR(own, name)
        Z_PARAM_DOUBLE_OR_NULL(resend_after, no_resend)
        Z_PARAM_LONG(sends)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_span(patience, no_patience, "the patience", &ignored) || !dollr_some_span(horizon, no_horizon, "the horizon", &ignored) ||
        !dollr_span(resend_after, no_resend, "the time before sending again", &ignored)) {
        RETURN_THROWS();
    }
    memset(&checked.policy, 0, sizeof checked.policy);
    checked.policy.size = sizeof checked.policy;
    if ((name || own) && (!schedule_of(name, own, &checked) || !is_taken(&checked.policy))) {
        RETURN_THROWS();
    }
    if (sends < 1 || sends > 1000) {
        dollr_throw_invalid("a request can be sent 1 to 1000 times, not " ZEND_LONG_FMT, sends);
        RETURN_THROWS();
    }
    set_span(ZEND_THIS, "patience", patience, no_patience);
    set_span(ZEND_THIS, "horizon", horizon, no_horizon);
    if (own) {
        zval it;
        ZVAL_ARR(&it, own);
        if (GC_FLAGS(own) & GC_IMMUTABLE) {
            /* A literal of the script, whose references nobody counts. */
            Z_TYPE_INFO(it) = IS_ARRAY;
        }
        zend_update_property(dollr_ce_policy, Z_OBJ_P(ZEND_THIS), ZEND_STRL("schedule"), &it);
    } else {
        zend_update_property_string(dollr_ce_policy, Z_OBJ_P(ZEND_THIS), ZEND_STRL("schedule"), name ? ZSTR_VAL(name) : "mobile_money");
    }
    set_span(ZEND_THIS, "resendAfter", resend_after, no_resend);
    zend_update_property_long(dollr_ce_policy, Z_OBJ_P(ZEND_THIS), ZEND_STRL("sends"), sends);
}

bool dollr_policy_of(zend_object *given, dollr_policy_parts *parts) {
    bool is_null;
    double seconds;
    zval *schedule;
    dollr_policy *policy = &parts->policy;
    memset(policy, 0, sizeof *policy);
    policy->size = sizeof *policy;
    if (!given) {
        return true;
    }
    seconds = seconds_of(given, "patience", &is_null);
    if (!dollr_patience(seconds, is_null, &policy->patience_ms)) {
        return false;
    }
    seconds = seconds_of(given, "horizon", &is_null);
    if (!dollr_some_span(seconds, is_null, "the horizon", &policy->horizon_ms)) {
        return false;
    }
    schedule = property(given, "schedule");
    if ((Z_TYPE_P(schedule) == IS_STRING && !schedule_of(Z_STR_P(schedule), NULL, parts)) ||
        (Z_TYPE_P(schedule) == IS_ARRAY && !curve_of(Z_ARRVAL_P(schedule), parts))) {
        return false;
    }
    seconds = seconds_of(given, "resendAfter", &is_null);
    if (!is_null) {
        policy->sends = (uint32_t)zval_get_long(property(given, "sends"));
        return dollr_span(seconds, false, "the time before sending again", &policy->grace_ms);
    }
    return true;
}

/* ---- Passcode ---- */

ZEND_METHOD(Dollr_Passcode, __construct) {
    static const char *const names[] = {"deviceName", "deviceType", "platform", "userAgent", "clientIp"};
    zend_string *code, *phone = NULL, *user = NULL, *rest[5] = {NULL, NULL, NULL, NULL, NULL};
    dollr_object *it = DOLLR_THIS;
    int n;
    ZEND_PARSE_PARAMETERS_START(1, 8)
        Z_PARAM_STR(code)
        Z_PARAM_OPTIONAL
        Z_PARAM_STR_OR_NULL(phone)
        Z_PARAM_STR_OR_NULL(user)
        Z_PARAM_STR(rest[0])
        Z_PARAM_STR(rest[1])
        Z_PARAM_STR(rest[2])
        Z_PARAM_STR(rest[3])
        Z_PARAM_STR(rest[4])
    ZEND_PARSE_PARAMETERS_END();
    if (it->secret) {
        zend_throw_error(NULL, "A Dollr\\Passcode is made once");
        RETURN_THROWS();
    }
    if (!phone && !user) {
        dollr_throw_invalid("a passcode needs a phone or a user, to say whose code it is");
        RETURN_THROWS();
    }
    dollr_hide(it, dollr_text(code));
    dollr_set_optional(ZEND_THIS, "phone", dollr_text(phone));
    dollr_set_optional(ZEND_THIS, "user", dollr_text(user));
    for (n = 0; n < 5; n++) {
        dollr_set_text(ZEND_THIS, names[n], dollr_text(rest[n]));
    }
}

static void read_passcode(zend_object *given, dollr_passcode *passcode) {
    memset(passcode, 0, sizeof *passcode);
    passcode->size = sizeof *passcode;
    passcode->code = dollr_text(dollr_of(given)->secret);
    passcode->phone = text_of(given, "phone");
    passcode->user = text_of(given, "user");
    passcode->device_name = text_of(given, "deviceName");
    passcode->device_kind = text_of(given, "deviceType");
    passcode->device_platform = text_of(given, "platform");
    passcode->user_agent = text_of(given, "userAgent");
    passcode->client_ip = text_of(given, "clientIp");
}

/* ---- Intent ---- */

void dollr_intent_of(zend_object *given, dollr_intent_parts *parts) {
    zval *operation = property(given, "operation");
    dollr_intent *intent = &parts->intent;
    int32_t n;
    memset(parts, 0, sizeof *parts);
    intent->size = sizeof *intent;
    for (n = DOLLR_OPERATION_COLLECTION; n <= DOLLR_OPERATION_REFUND; n++) {
        if (Z_TYPE_P(operation) == IS_STRING && strcmp(Z_STRVAL_P(operation), operations[n]) == 0) {
            intent->operation = n;
        }
    }
    intent->reference_id = text_of(given, "referenceId");
    intent->session = (uint64_t)zval_get_long(property(given, "session"));
    intent->session_expires_at_ms = (uint64_t)zval_get_long(property(given, "sessionExpiresAt"));
    intent->account = text_of(given, "account");
    intent->currency = text_of(given, "currency");
    intent->amount = text_of(given, "amount");
    intent->source = text_of(given, "source");
    if (dollr_of(given)->passcode) {
        read_passcode(dollr_of(given)->passcode, &parts->passcode);
        intent->passcode = &parts->passcode;
    }
}

/* Whether it is one: a throw-away machine says so, by the same rules as later. */
static bool is_intent(zend_object *intent) {
    dollr_intent_parts parts;
    dollr_execution *execution = NULL;
    dollr_error *error = NULL;
    int32_t code;
    dollr_intent_of(intent, &parts);
    code = dollr_execution_prepare(&parts.intent, NULL, 0, &execution, &error);
    dollr_execution_free(execution);
    return dollr_succeeded(code, &error);
}

bool dollr_intent_make(zval *into, int32_t operation, const dollr_within *within, zend_string *account, zend_string *currency,
                       zend_string *amount, zend_string *reference_id, zend_object *passcode) {
    dollr_reference_id minted;
    dollr_object *it;
    dollr_str id = dollr_text(reference_id);
    if (!reference_id) {
        dollr_error *error = NULL;
        int32_t code = dollr_reference_id_new(&minted, &error);
        if (!dollr_succeeded(code, &error)) {
            return false;
        }
        id.ptr = minted.text;
        id.len = strlen(minted.text);
    }
    it = dollr_make(into, dollr_ce_intent);
    zend_update_property_string(dollr_ce_intent, &it->std, ZEND_STRL("operation"), operations[operation]);
    dollr_set_text(into, "referenceId", id);
    dollr_set_number(into, "session", within->session.id);
    dollr_set_optional(into, "account", dollr_text(account));
    dollr_set_optional(into, "currency", dollr_text(currency));
    dollr_set_optional(into, "amount", dollr_text(amount));
    dollr_set_moment(into, "sessionExpiresAt", within->session.expires_at_ms);
    dollr_set_optional(into, "source", within->source);
    if (passcode) {
        it->passcode = passcode;
        GC_ADDREF(passcode);
    }
    if (!is_intent(&it->std)) {
        zval_ptr_dtor(into);
        ZVAL_UNDEF(into);
        return false;
    }
    return true;
}

/* What an intent is made of, as it comes: some of it is not given for each operation. */
static void make(zval *return_value, int32_t operation, zval *session, zval *account, zend_object *passcode, zval *amount, uint32_t amount_at,
                 zend_string *currency, zend_string *reference_id, zend_long expires_at, bool no_end, zend_string *source) {
    zend_string *exact_account = NULL, *exact_amount = NULL;
    dollr_within parsed;
    if (dollr_session_of(session, 1, &parsed) && (!account || dollr_exact(account, 2, false, &exact_account)) &&
        dollr_exact(amount, amount_at, true, &exact_amount) && (no_end || dollr_now(expires_at, false, &parsed.session.expires_at_ms))) {
        zval intent;
        if (dollr_intent_make(&intent, operation, dollr_for(&parsed, source), exact_account, currency, exact_amount, reference_id, passcode)) {
            RETVAL_COPY_VALUE(&intent);
        }
    }
    if (exact_account) {
        zend_string_release(exact_account);
    }
    if (exact_amount) {
        zend_string_release(exact_amount);
    }
}

DOLLR_NO_CONSTRUCTOR(Dollr_Intent)

ZEND_METHOD(Dollr_Intent, collection) {
    zval *session, *account, *amount = NULL;
    zend_string *currency, *reference_id = NULL, *source = NULL;
    zend_long expires_at = 0;
    bool no_end = true;
    ZEND_PARSE_PARAMETERS_START(3, 7)
        Z_PARAM_ZVAL(session)
        Z_PARAM_ZVAL(account)
        Z_PARAM_STR(currency)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(amount)
        Z_PARAM_STR_OR_NULL(reference_id)
        Z_PARAM_LONG_OR_NULL(expires_at, no_end)
        Z_PARAM_STR_OR_NULL(source)
    ZEND_PARSE_PARAMETERS_END();
    make(return_value, DOLLR_OPERATION_COLLECTION, session, account, NULL, amount, 4, currency, reference_id, expires_at, no_end, source);
}

ZEND_METHOD(Dollr_Intent, payout) {
    zval *session, *account, *amount = NULL;
    zend_object *passcode;
    zend_string *currency = NULL, *reference_id = NULL;
    zend_long expires_at = 0;
    bool no_end = true;
    ZEND_PARSE_PARAMETERS_START(3, 7)
        Z_PARAM_ZVAL(session)
        Z_PARAM_ZVAL(account)
        Z_PARAM_OBJ_OF_CLASS(passcode, passcode_ce)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(amount)
        Z_PARAM_STR_OR_NULL(currency)
        Z_PARAM_STR_OR_NULL(reference_id)
        Z_PARAM_LONG_OR_NULL(expires_at, no_end)
    ZEND_PARSE_PARAMETERS_END();
    make(return_value, DOLLR_OPERATION_PAYOUT, session, account, passcode, amount, 4, currency, reference_id, expires_at, no_end, NULL);
}

static void without_account(INTERNAL_FUNCTION_PARAMETERS, int32_t operation) {
    zval *session, *amount = NULL;
    zend_string *currency = NULL, *reference_id = NULL;
    zend_long expires_at = 0;
    bool no_end = true;
    ZEND_PARSE_PARAMETERS_START(1, 5)
        Z_PARAM_ZVAL(session)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(amount)
        Z_PARAM_STR_OR_NULL(currency)
        Z_PARAM_STR_OR_NULL(reference_id)
        Z_PARAM_LONG_OR_NULL(expires_at, no_end)
    ZEND_PARSE_PARAMETERS_END();
    make(return_value, operation, session, NULL, NULL, amount, 2, currency, reference_id, expires_at, no_end, NULL);
}

ZEND_METHOD(Dollr_Intent, transfer) {
    without_account(INTERNAL_FUNCTION_PARAM_PASSTHRU, DOLLR_OPERATION_TRANSFER);
}

ZEND_METHOD(Dollr_Intent, refund) {
    without_account(INTERNAL_FUNCTION_PARAM_PASSTHRU, DOLLR_OPERATION_REFUND);
}

#include "intent_arginfo.h"

void dollr_intent_startup(void) {
    dollr_ce_policy = dollr_class(register_class_Dollr_Policy());
    passcode_ce = dollr_class(register_class_Dollr_Passcode());
    dollr_ce_intent = dollr_class(register_class_Dollr_Intent());
}
