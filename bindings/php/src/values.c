/* Plain values: what the library's structures say, copied. */
#include "php_dollr.h"

zend_class_entry *dollr_ce_session, *dollr_ce_problem;

static zend_class_entry *verdict_enum, *claim_enum, *settlement_ce, *outcome_ce, *report_ce, *checkout_ce, *key_ce, *claim_ce, *delivery_ce,
    *summary_ce, *entry_ce;

ZEND_METHOD(Dollr_RealtimeKey, accessToken) {
    ZEND_PARSE_PARAMETERS_NONE();
    dollr_return_text(return_value, dollr_text(DOLLR_THIS->secret));
}

DOLLR_NO_CONSTRUCTOR(Dollr_Problem)
DOLLR_NO_CONSTRUCTOR(Dollr_Settlement)
DOLLR_NO_CONSTRUCTOR(Dollr_Outcome)
DOLLR_NO_CONSTRUCTOR(Dollr_Report)
DOLLR_NO_CONSTRUCTOR(Dollr_Session)
DOLLR_NO_CONSTRUCTOR(Dollr_Checkout)
DOLLR_NO_CONSTRUCTOR(Dollr_RealtimeKey)
DOLLR_NO_CONSTRUCTOR(Dollr_Claim)
DOLLR_NO_CONSTRUCTOR(Dollr_Delivery)
DOLLR_NO_CONSTRUCTOR(Dollr_Summary)
DOLLR_NO_CONSTRUCTOR(Dollr_Entry)

#include "values_arginfo.h"

void dollr_values_startup(void) {
    verdict_enum = register_class_Dollr_Verdict();
    claim_enum = register_class_Dollr_ClaimKind();
    dollr_ce_problem = dollr_class(register_class_Dollr_Problem());
    settlement_ce = dollr_class(register_class_Dollr_Settlement());
    outcome_ce = dollr_class(register_class_Dollr_Outcome());
    report_ce = dollr_class(register_class_Dollr_Report());
    dollr_ce_session = dollr_class(register_class_Dollr_Session());
    checkout_ce = dollr_class(register_class_Dollr_Checkout());
    key_ce = dollr_class(register_class_Dollr_RealtimeKey());
    claim_ce = dollr_class(register_class_Dollr_Claim());
    delivery_ce = dollr_class(register_class_Dollr_Delivery());
    summary_ce = dollr_class(register_class_Dollr_Summary());
    entry_ce = dollr_class(register_class_Dollr_Entry());
}

void dollr_case(zval *into, zend_class_entry *ce, const char *name) {
    ZVAL_OBJ_COPY(into, zend_enum_get_case_cstr(ce, name));
}

void dollr_verdict_case(zval *into, const dollr_verdict *verdict) {
    static const char *const names[] = {"Other", "Paid", "Failed", "Refused", "NotLanded", "Canceled", "Mismatch", "Open", "Stuck"};
    bool known = verdict->kind >= 0 && verdict->kind < (int32_t)(sizeof names / sizeof names[0]);
    dollr_case(into, verdict_enum, names[known ? verdict->kind : 0]);
}

void dollr_problems(zval *into, const dollr_problem *problems, size_t count) {
    size_t n;
    array_init(into);
    for (n = 0; n < count; n++) {
        zval problem;
        dollr_make(&problem, dollr_ce_problem);
        dollr_set_optional(&problem, "field", problems[n].field);
        dollr_set_text(&problem, "message", problems[n].message);
        add_next_index_zval(into, &problem);
    }
}

/* What was paid; null where it is not. */
static void settlement(zval *into, const dollr_verdict *verdict) {
    if (verdict->kind != DOLLR_VERDICT_PAID) {
        ZVAL_NULL(into);
        return;
    }
    dollr_make(into, settlement_ce);
    dollr_set_optional(into, "amount", verdict->amount);
    dollr_set_optional(into, "currency", verdict->currency);
    dollr_set_optional(into, "source", verdict->source);
    dollr_set_optional(into, "providerTransactionId", verdict->provider_transaction_id);
    dollr_set_moment(into, "paidAt", verdict->paid_at_ms);
}

static void set_progress(zval *into, const dollr_verdict *verdict) {
    static const char *const names[] = {"other", "not_sent", "unknown", "known", "known"};
    bool known = verdict->progress >= 0 && verdict->progress < (int32_t)(sizeof names / sizeof names[0]);
    zval name;
    if (verdict->kind != DOLLR_VERDICT_OPEN) {
        dollr_set_null(into, "progress");
        return;
    }
    ZVAL_STRING(&name, names[known ? verdict->progress : 0]);
    dollr_set(into, "progress", &name);
}

void dollr_outcome(zval *into, const dollr_verdict *verdict) {
    zval it;
    dollr_make(into, outcome_ce);
    dollr_verdict_case(&it, verdict);
    dollr_set(into, "verdict", &it);
    dollr_set_text(into, "text", verdict->text);
    settlement(&it, verdict);
    dollr_set(into, "settlement", &it);
    dollr_set_optional(into, "reason", verdict->reason);
    dollr_set_moment(into, "httpStatus", verdict->http_status);
    dollr_problems(&it, verdict->problems, verdict->problem_count);
    dollr_set(into, "errors", &it);
    set_progress(into, verdict);
    dollr_set_optional(into, "status", verdict->status);
    dollr_set_optional(into, "trouble", verdict->trouble);
    dollr_set_optional(into, "field", verdict->field);
    dollr_set_optional(into, "expected", verdict->expected);
    dollr_set_optional(into, "answered", verdict->answered);
}

void dollr_report_value(zval *into, const dollr_report_info *info) {
    zval it;
    dollr_make(into, report_ce);
    dollr_set_text(into, "key", info->key);
    dollr_verdict_case(&it, &info->verdict);
    dollr_set(into, "verdict", &it);
    dollr_set_bool(into, "isPaid", info->paid);
    settlement(&it, &info->verdict);
    dollr_set(into, "settlement", &it);
    dollr_outcome(&it, &info->verdict);
    dollr_set(into, "outcome", &it);
    dollr_set_text(into, "state", info->state);
    dollr_set_optional(into, "conflict", info->conflict);
    dollr_set_number(into, "executeCalls", info->execute_calls);
    dollr_set_number(into, "statusCalls", info->status_calls);
    dollr_set_seconds(into, "elapsed", info->elapsed_ms);
}

void dollr_session_value(zval *into, const dollr_session *session, dollr_str source) {
    dollr_make(into, dollr_ce_session);
    dollr_set_number(into, "id", session->id);
    dollr_set_text(into, "source", source);
    dollr_set_moment(into, "expiresAt", session->expires_at_ms);
}

void dollr_checkout_value(zval *into, const dollr_checkout_info *info) {
    dollr_make(into, checkout_ce);
    dollr_set_text(into, "source", info->source);
    dollr_set_text(into, "url", info->url);
    dollr_set_optional(into, "total", info->total);
    dollr_set_optional(into, "currency", info->currency);
}

void dollr_realtime_key_value(zval *into, const dollr_realtime_key_info *info) {
    dollr_hide(dollr_make(into, key_ce), info->access_token);
    dollr_set_seconds(into, "expiresIn", info->expires_in_ms);
}

void dollr_claim_value(zval *into, const dollr_claim_info *info) {
    static const char *const names[] = {"NotPaid", "Yours", "Taken", "NotPaid"};
    zval it;
    dollr_make(into, claim_ce);
    dollr_case(&it, claim_enum, names[info->kind == DOLLR_CLAIM_YOURS || info->kind == DOLLR_CLAIM_TAKEN ? info->kind : 0]);
    dollr_set(into, "kind", &it);
    settlement(&it, &info->verdict);
    dollr_set(into, "settlement", &it);
    dollr_set_optional(into, "key", info->key);
    dollr_set_optional(into, "by", info->by);
    dollr_set_moment(into, "at", info->at_ms);
    if (info->kind == DOLLR_CLAIM_NOT_PAID) {
        dollr_outcome(&it, &info->verdict);
    } else {
        ZVAL_NULL(&it);
    }
    dollr_set(into, "outcome", &it);
}

void dollr_delivery_value(zval *into, const dollr_delivery_info *info) {
    zval it;
    dollr_make(into, delivery_ce);
    dollr_set_text(into, "key", info->key);
    dollr_set_optional(into, "order", info->order);
    settlement(&it, &info->verdict);
    dollr_set(into, "settlement", &it);
}

static void set_keys(zval *into, const char *name, const dollr_str *keys, size_t count) {
    zval list;
    size_t n;
    array_init(&list);
    for (n = 0; n < count; n++) {
        add_next_index_stringl(&list, keys[n].ptr, keys[n].len);
    }
    dollr_set(into, name, &list);
}

void dollr_summary_value(zval *into, const dollr_summary_info *info) {
    dollr_make(into, summary_ce);
    dollr_set_bool(into, "needsAPerson", info->needs_a_person);
    dollr_set_number(into, "asked", info->asked);
    set_keys(into, "paid", info->paid, info->paid_count);
    set_keys(into, "conflicts", info->conflicts, info->conflict_count);
    set_keys(into, "stuck", info->stuck, info->stuck_count);
    set_keys(into, "duplicates", info->duplicates, info->duplicate_count);
    set_keys(into, "notSent", info->not_sent, info->not_sent_count);
    set_keys(into, "unreadable", info->unreadable, info->unreadable_count);
    dollr_set_number(into, "statusCalls", info->status_calls);
    dollr_set_number(into, "throttled", info->throttled);
    dollr_set_seconds_or_null(into, "coolDown", info->cool_down_ms);
    dollr_set_number(into, "open", info->open);
    dollr_set_number(into, "due", info->due);
}

void dollr_entry_value(zval *into, const dollr_entry *entry) {
    dollr_make(into, entry_ce);
    dollr_set_text(into, "key", entry->key);
    dollr_set_optional(into, "order", entry->order);
    dollr_set_text(into, "state", entry->state);
    dollr_set_bool(into, "open", entry->open);
    dollr_set_moment(into, "due", entry->due_ms);
    dollr_set_text(into, "snapshot", entry->snapshot);
    dollr_set_number(into, "createdAt", entry->created_at_ms);
    dollr_set_number(into, "updatedAt", entry->updated_at_ms);
}
