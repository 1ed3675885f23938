/* Executions and sources, from their first question to their verdict. */
#include "check.h"

static void a_payment_is_recorded_sent_once_and_paid_on_the_status_alone(void) {
    dollr_execution *execution = prepared(), *restored = NULL;
    dollr_response pending = answer(201, STATUS("COMPLETED")), paid = answer(200, STATUS("COMPLETED"));
    dollr_standing standing;
    dollr_action action = next(execution, NOW);
    char *kept;

    CHECK(action.kind == DOLLR_ACTION_RECORD && action.request.path.ptr == NULL);
    kept = copied(action.snapshot);
    OK(dollr_execution_restore(text(kept), &restored, &error));
    OK(dollr_execution_look(restored, NOW, &standing, &error));
    CHECK(is(standing.state, "Uncertain") && standing.holds_order && standing.has_due);
    free(kept);
    OK(dollr_execution_free(restored));

    OK(dollr_execution_apply_recorded(execution, NOW, &error));
    action = next(execution, NOW);
    CHECK(action.kind == DOLLR_ACTION_SEND && action.request.method == DOLLR_METHOD_POST && action.request.authorized);
    CHECK(is(action.request.path, "/v1/executions/collection") && contains(action.request.body, ID));
    CHECK(contains(action.request.headers, "Content-Type: application/json\r\n"));
    CHECK(action.request.exchange.purpose == DOLLR_PURPOSE_EXECUTE && action.request.exchange.number == 0);

    /* The answer to the POST says that it is paid: that is no evidence. */
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &pending, NOW, &error));
    OK(dollr_execution_look(execution, NOW, &standing, &error));
    CHECK(!standing.terminal && !standing.paid && is(standing.verdict.name, "open"));
    CHECK(standing.verdict.progress == DOLLR_PROGRESS_EXECUTION && is(standing.key, ID));

    action = next(execution, NOW);
    CHECK(action.kind == DOLLR_ACTION_SEND && action.request.method == DOLLR_METHOD_GET);
    CHECK(is(action.request.path, "/v1/status/collection/" ID) && action.request.body.ptr == NULL);
    CHECK(contains(action.request.headers, "Cache-Control: no-cache, no-store\r\n"));
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &paid, NOW, &error));
    action = next(execution, NOW);
    CHECK(action.kind == DOLLR_ACTION_DONE && action.verdict.kind == DOLLR_VERDICT_PAID);
    CHECK(is(action.verdict.amount, "250.00") && is(action.verdict.currency, "USD") && is(action.verdict.name, "paid"));
    CHECK(is(action.verdict.text, "paid: 250.00 USD") && action.verdict.problem_count == 0);
    OK(dollr_execution_look(execution, NOW, &standing, &error));
    CHECK(standing.terminal && standing.paid && standing.asks == 1 && !standing.has_due && !standing.conflict.ptr);
    OK(dollr_execution_free(execution));
}

static void every_event_and_every_kind_of_action_crosses(void) {
    const char *wants = "{\"reference_id\": \"" ID "\", \"operation_type\": \"COLLECTION\", \"status\": \"PENDING\","
                        "\"requires_action\": true, \"client_secret\": \"pi_1\"}";
    dollr_execution *execution = prepared();
    dollr_response action_wanted = answer(201, wants), busy = answer(503, ""), pending = answer(200, STATUS("PENDING"));
    dollr_action action;
    dollr_request request;
    dollr_standing standing;
    dollr_str why;

    FAILS(DOLLR_ERROR_REJECTED, dollr_execution_ask(execution, &request, &error));
    OK(dollr_execution_apply_recorded(execution, NOW, &error));
    action = next(execution, NOW);
    OK(dollr_execution_apply_lost(execution, action.request.exchange, DOLLR_LOSS_NOT_SENT, NOW, &error));
    action = next(execution, NOW);
    CHECK(action.kind == DOLLR_ACTION_WAIT && action.why == DOLLR_WHY_BACK_OFF && action.failures == 1);
    action = next(execution, action.until_ms);
    CHECK(action.kind == DOLLR_ACTION_RECORD);
    OK(dollr_execution_apply_recorded(execution, NOW + 2000, &error));
    action = next(execution, NOW + 2000);
    CHECK(action.request.exchange.number == 1);
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &action_wanted, NOW + 2000, &error));
    action = next(execution, NOW + 2000);
    CHECK(action.kind == DOLLR_ACTION_ACT && is(action.client_secret, "pi_1"));
    OK(dollr_execution_apply_shown(execution, NOW + 2000, &error));
    action = next(execution, NOW + 2000);
    CHECK(action.kind == DOLLR_ACTION_WAIT && action.why == DOLLR_WHY_SCHEDULE && action.until_ms > NOW + 2000);
    OK(dollr_execution_apply_hint(execution, NOW + 3100, &error));
    action = next(execution, NOW + 3100);
    CHECK(action.kind == DOLLR_ACTION_SEND);
    busy.retry_after = text("9");
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &busy, NOW + 3100, &error));
    action = next(execution, NOW + 3100);
    CHECK(action.kind == DOLLR_ACTION_WAIT && action.why == DOLLR_WHY_RETRY_AFTER && action.until_ms >= NOW + 12100);
    OK(dollr_execution_apply_resumed(execution, 0, NOW + 3200, &error));
    action = next(execution, NOW + 20000);
    CHECK(action.kind == DOLLR_ACTION_SEND);
    OK(dollr_execution_apply_lost(execution, action.request.exchange, DOLLR_LOSS_UNKNOWN, NOW + 20000, &error));
    action = next(execution, NOW + 900000);
    CHECK(action.kind == DOLLR_ACTION_DONE && action.verdict.kind == DOLLR_VERDICT_OPEN);
    CHECK(action.verdict.trouble.len > 0 && is(action.verdict.status, "PENDING"));
    OK(dollr_execution_apply_adopted(execution, 3600000, NOW + 900000, &error));
    action = next(execution, NOW + 7200000);
    CHECK(action.kind == DOLLR_ACTION_SEND); /* a last question */
    OK(dollr_execution_apply_lost(execution, action.request.exchange, DOLLR_LOSS_UNKNOWN, NOW + 7200000, &error));
    action = next(execution, NOW + 7200000);
    CHECK(action.kind == DOLLR_ACTION_WAIT && action.why == DOLLR_WHY_BACK_OFF); /* it is owed an answer */
    OK(dollr_execution_ask(execution, &request, &error));
    CHECK(request.method == DOLLR_METHOD_GET);
    OK(dollr_execution_apply_answered(execution, request.exchange, &pending, NOW + 8000000, &error));
    action = next(execution, NOW + 8000000);
    CHECK(action.kind == DOLLR_ACTION_DONE && action.verdict.kind == DOLLR_VERDICT_STUCK && !action.verdict.field.ptr);
    OK(dollr_execution_explain(execution, NOW + 8000000, &why, &error));
    CHECK(contains(why, "250.00 USD") && contains(why, "\n"));
    OK(dollr_execution_look(execution, NOW + 8000000, &standing, &error));
    CHECK(standing.asks == 4 && standing.holds_order);
    OK(dollr_execution_free(execution));
}

static void an_illegal_event_leaves_the_machine_as_it_was(void) {
    dollr_execution *execution = opened();
    dollr_response paid = answer(200, STATUS("COMPLETED"));
    dollr_action action = next(execution, NOW + 60000);
    dollr_exchange other = action.request.exchange;
    dollr_str snapshot;
    char *before;

    OK(dollr_execution_snapshot(execution, &snapshot, &error));
    before = copied(snapshot);
    other.number += 1;
    FAILS(DOLLR_ERROR_REJECTED, dollr_execution_apply_recorded(execution, NOW, &error));
    FAILS(DOLLR_ERROR_REJECTED, dollr_execution_apply_shown(execution, NOW, &error));
    FAILS(DOLLR_ERROR_REJECTED, dollr_execution_apply_answered(execution, other, &paid, NOW, &error));
    FAILS(DOLLR_ERROR_REJECTED, dollr_execution_apply_lost(execution, other, DOLLR_LOSS_UNKNOWN, NOW, NULL));
    other.purpose = 99;
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_apply_answered(execution, other, &paid, NOW, &error));
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_apply_lost(execution, action.request.exchange, 7, NOW, &error));
    FAILS(DOLLR_ERROR_NULL, dollr_execution_apply_answered(execution, action.request.exchange, NULL, NOW, &error));
    OK(dollr_execution_snapshot(execution, &snapshot, &error));
    CHECK(is(snapshot, before));
    free(before);
    OK(dollr_execution_free(execution));
}

static void a_refusal_says_which_fields_are_minded(void) {
    dollr_execution *execution = prepared();
    dollr_response refused = answer(422, "{\"detail\":[{\"loc\":[\"body\",\"currency\"],\"msg\":\"field required\"}]}");
    dollr_action action;
    OK(dollr_execution_apply_recorded(execution, NOW, &error));
    action = next(execution, NOW);
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &refused, NOW, &error));
    action = next(execution, NOW);
    CHECK(action.verdict.kind == DOLLR_VERDICT_REFUSED && action.verdict.http_status == 422);
    CHECK(action.verdict.problem_count == 1 && is(action.verdict.problems[0].field, "body.currency"));
    CHECK(is(action.verdict.problems[0].message, "field required"));
    OK(dollr_execution_free(execution));
}

static void another_amount_is_never_paid(void) {
    dollr_execution *execution = opened();
    const char *less = "{\"reference_id\": \"" ID "\", \"operation_type\": \"COLLECTION\", \"status\": \"COMPLETED\","
                       "\"payer_amount\": 2.50, \"payer_currency\": \"USD\"}";
    dollr_response told = answer(200, less);
    dollr_action action = next(execution, NOW + 60000);
    dollr_standing standing;
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &told, NOW + 60000, &error));
    OK(dollr_execution_look(execution, NOW + 60000, &standing, &error));
    CHECK(standing.verdict.kind == DOLLR_VERDICT_STUCK && is(standing.verdict.field, "amount") && !standing.paid);
    CHECK(is(standing.verdict.expected, "250.00") && is(standing.verdict.answered, "2.50"));
    OK(dollr_execution_free(execution));
}

static void a_contradiction_is_told(void) {
    dollr_execution *execution = opened();
    dollr_response failed = answer(200, STATUS("FAILED")), paid = answer(200, STATUS("COMPLETED"));
    dollr_action action = next(execution, NOW + 60000);
    dollr_request request;
    dollr_standing standing;
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &failed, NOW + 60000, &error));
    CHECK(next(execution, NOW + 60000).verdict.kind == DOLLR_VERDICT_FAILED);
    OK(dollr_execution_ask(execution, &request, &error));
    OK(dollr_execution_apply_answered(execution, request.exchange, &paid, NOW + 60000, &error));
    OK(dollr_execution_look(execution, NOW + 60000, &standing, &error));
    CHECK(standing.conflict.len > 0 && standing.holds_order && !standing.paid);
    OK(dollr_execution_free(execution));
}

static void a_cached_answer_is_no_evidence(void) {
    dollr_execution *execution = opened();
    dollr_response paid = answer(200, STATUS("COMPLETED"));
    dollr_action action = next(execution, NOW + 60000);
    paid.age = text("3");
    paid.date = text("Sun, 15 Jun 2025 15:06:40 GMT");
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &paid, NOW + 60000, &error));
    CHECK(next(execution, NOW + 60000).kind == DOLLR_ACTION_WAIT);
    OK(dollr_execution_free(execution));
}

static void a_payout_needs_somebodys_passcode(void) {
    dollr_intent intent = collection(ID);
    dollr_passcode passcode;
    dollr_execution *execution = NULL;
    dollr_action action;
    memset(&passcode, 0, sizeof passcode);
    passcode.size = sizeof passcode;
    passcode.code = text("9271");
    intent.operation = DOLLR_OPERATION_PAYOUT;
    FAILS(DOLLR_ERROR_NULL, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.passcode = &passcode;
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    passcode.phone = text("231770000001");
    passcode.device_name = text("till 3");
    CHECK(execution == NULL);
    OK(dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    action = next(execution, NOW);
    CHECK(!contains(action.snapshot, "9271"));
    OK(dollr_execution_apply_recorded(execution, NOW, &error));
    action = next(execution, NOW);
    CHECK(contains(action.request.body, "9271") && contains(action.request.body, "till 3"));
    OK(dollr_execution_free(execution));

    execution = NULL;
    intent = collection(ID);
    intent.operation = DOLLR_OPERATION_REFUND;
    intent.session_expires_at_ms = NOW + 600000;
    OK(dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    OK(dollr_execution_free(execution));
    intent.operation = DOLLR_OPERATION_TRANSFER;
    OK(dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    OK(dollr_execution_free(execution));
}

static void a_policy_is_kept(void) {
    dollr_intent intent = collection(ID);
    dollr_gap gaps[2] = {{0, 3000}, {60000, 9000}};
    dollr_policy policy;
    dollr_execution *execution = NULL;
    dollr_str snapshot;
    memset(&policy, 0, sizeof policy);
    policy.size = sizeof policy;
    policy.schedule = DOLLR_SCHEDULE_CUSTOM;
    policy.first_ms = 5000;
    policy.gaps = gaps;
    policy.gap_count = 2;
    policy.patience_ms = DOLLR_NO_PATIENCE;
    policy.horizon_ms = 7200000;
    policy.sends = 2;
    policy.grace_ms = 30000;
    OK(dollr_execution_prepare(&intent, &policy, NOW, &execution, &error));
    OK(dollr_execution_snapshot(execution, &snapshot, &error));
    CHECK(contains(snapshot, "\"gaps\":[[0,3000],[60000,9000]]") && contains(snapshot, "\"secs\":7200"));
    CHECK(contains(snapshot, "AfterGrace") && contains(snapshot, "\"sends\":2"));
    OK(dollr_execution_free(execution));
    gaps[1].age_ms = 0;
    FAILS(DOLLR_ERROR_SCHEDULE, dollr_execution_prepare(&intent, &policy, NOW, &execution, &error));
    policy.schedule = DOLLR_SCHEDULE_CARDS;
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_prepare(&intent, &policy, NOW, &execution, &error));
    policy.gap_count = 0;
    OK(dollr_execution_prepare(&intent, &policy, NOW, &execution, &error));
    OK(dollr_execution_free(execution));
    policy.schedule = 17;
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_prepare(&intent, &policy, NOW, &execution, &error));
}

void test_machines(void) {
    a_payment_is_recorded_sent_once_and_paid_on_the_status_alone();
    every_event_and_every_kind_of_action_crosses();
    an_illegal_event_leaves_the_machine_as_it_was();
    a_refusal_says_which_fields_are_minded();
    another_amount_is_never_paid();
    a_contradiction_is_told();
    a_cached_answer_is_no_evidence();
    a_payout_needs_somebodys_passcode();
    a_policy_is_kept();
}

#define SOURCE(status)                                                                                       \
    "{\"source_id\": 101, \"source_type\": \"INVOICE\", \"source_number\": \"INV-101\", \"status\": \"" status \
    "\", \"currency\": \"USD\", \"total_amount\": 250.00, \"paid_at\": \"2025-06-01T14:30:00Z\"}"

void test_sources(void) {
    dollr_source *source = NULL, *restored = NULL;
    dollr_execution *execution = NULL;
    dollr_response active = answer(200, SOURCE("ACTIVE")), paid = answer(200, SOURCE("PAID"));
    dollr_action action;
    dollr_request request;
    dollr_standing standing;
    dollr_str said;
    char *kept;

    FAILS(DOLLR_ERROR_INVALID,
          dollr_source_watch(text("101"), text("USD"), text("250.00"), NULL, NOW, &source, &error));
    OK(dollr_source_watch(text("INVOICE:101"), text("USD"), text("250.00"), NULL, NOW, &source, &error));
    OK(dollr_source_ask(source, &request, &error));
    CHECK(is(request.path, "/v1/status/source?source_type=INVOICE&source_id=101"));
    OK(dollr_source_next(source, NOW, &action, &error));
    CHECK(action.kind == DOLLR_ACTION_SEND);
    OK(dollr_source_apply_answered(source, action.request.exchange, &active, NOW, &error));
    OK(dollr_source_apply_hint(source, NOW + 1100, &error));
    OK(dollr_source_next(source, NOW + 1100, &action, &error));
    CHECK(action.kind == DOLLR_ACTION_SEND);
    OK(dollr_source_apply_lost(source, action.request.exchange, DOLLR_LOSS_UNKNOWN, NOW + 1100, &error));
    OK(dollr_source_apply_resumed(source, 60000, NOW + 1200, &error));
    OK(dollr_source_apply_adopted(source, 0, NOW + 1200, &error));
    FAILS(DOLLR_ERROR_REJECTED,
          dollr_source_apply_answered(source, action.request.exchange, &paid, NOW + 1200, &error));
    OK(dollr_source_snapshot(source, &said, &error));
    kept = copied(said);
    OK(dollr_source_restore(text(kept), &restored, &error));
    OK(dollr_source_free(source));
    OK(dollr_source_look(restored, NOW + 1200, &standing, &error));
    CHECK(is(standing.state, "Watching") && is(standing.key, "INVOICE:101") && is(standing.verdict.status, "ACTIVE"));
    CHECK(standing.verdict.progress == DOLLR_PROGRESS_SOURCE);
    OK(dollr_source_next(restored, NOW + 60000, &action, &error));
    OK(dollr_source_apply_answered(restored, action.request.exchange, &paid, NOW + 60000, &error));
    OK(dollr_source_next(restored, NOW + 60000, &action, &error));
    CHECK(action.verdict.kind == DOLLR_VERDICT_PAID && is(action.verdict.source, "INVOICE:101"));
    CHECK(action.verdict.paid_at_ms == UINT64_C(1748788200000));
    OK(dollr_source_explain(restored, NOW + 60000, &said, &error));
    CHECK(said.len > 0);
    OK(dollr_source_free(restored));
    FAILS(DOLLR_ERROR_SNAPSHOT_KIND, dollr_execution_restore(text(kept), &execution, &error));
    free(kept);
}
