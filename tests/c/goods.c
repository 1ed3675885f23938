/* Whose goods they are: claimed by one caller, or given to one at a time. */
#include "check.h"

#include <time.h>

/* Begun, and found paid by a run. */
static void paid_by_a_run(dollr_client *client, const dollr_intent *intent, const char *id) {
    dollr_attempt attempt = attempt_of(intent);
    dollr_report *report = NULL;
    dollr_claim *claim = NULL;
    dollr_claim_info said;
    dollr_reconcile_options how;
    dollr_summary *summary = NULL;
    dollr_summary_info info;
    int tries;

    attempt.patience_ms = DOLLR_NO_PATIENCE;
    OK(dollr_client_collect(client, &attempt, &report, &error));
    OK(dollr_report_free(report));
    OK(dollr_client_claim_fulfilment(client, text(id), &claim, &error));
    OK(dollr_claim_read(claim, &said, &error));
    CHECK(said.kind == DOLLR_CLAIM_NOT_PAID && said.verdict.kind == DOLLR_VERDICT_OPEN);
    OK(dollr_claim_free(claim));

    memset(&how, 0, sizeof how);
    how.size = sizeof how;
    how.workers = 2;
    how.rate_calls = 100;
    how.rate_per_ms = 1000;
    for (tries = 0; tries < 200; tries++) {
        struct timespec pause = {0, 100000000};
        OK(dollr_client_reconcile(client, &how, &summary, &error));
        OK(dollr_summary_read(summary, &info, &error));
        CHECK(!info.needs_a_person && info.stuck_count == 0 && info.unreadable_count == 0);
        if (info.paid_count > 0) {
            break;
        }
        OK(dollr_summary_free(summary));
        nanosleep(&pause, NULL);
    }
    CHECK(info.paid_count == 1 && is(info.paid[0], id) && info.asked == 1 && info.open == 0);
    OK(dollr_summary_free(summary));
    OK(dollr_client_reconcile(client, NULL, &summary, &error));
    OK(dollr_summary_free(summary));
}

/* Who has claimed them has them, until he gives them back. */
static void claimed_by_one(dollr_client *client, dollr_client *other, const char *id) {
    dollr_claim *claim = NULL;
    dollr_claim_info said;
    dollr_delivery *delivery = NULL;
    bool done = false;

    OK(dollr_client_claim_fulfilment(client, text(id), &claim, &error));
    OK(dollr_claim_read(claim, &said, &error));
    CHECK(said.kind == DOLLR_CLAIM_YOURS && is(said.verdict.amount, "250.00"));
    OK(dollr_claim_free(claim));
    OK(dollr_client_claim_fulfilment(other, text(id), &claim, &error));
    OK(dollr_claim_read(claim, &said, &error));
    CHECK(said.kind == DOLLR_CLAIM_TAKEN && said.by.len > 0 && said.at_ms > NOW && is(said.key, id));
    OK(dollr_claim_free(claim));
    OK(dollr_client_next_paid(other, 60000, 0, &delivery, &error));
    CHECK(!delivery);
    OK(dollr_client_release(client, text(id), &done, &error));
    CHECK(done);
}

/* Given to one at a time, until it is shipped. */
static void given_to_one(dollr_client *client, dollr_client *other, const char *id) {
    dollr_delivery *delivery = NULL;
    dollr_delivery_info given;
    bool done = false;

    OK(dollr_client_next_paid(other, 60000, UINT64_MAX, &delivery, &error));
    CHECK(!delivery);
    OK(dollr_client_next_paid(other, 60000, 0, &delivery, &error));
    OK(dollr_delivery_read(delivery, &given, &error));
    CHECK(is(given.key, id) && !given.order.ptr && given.verdict.kind == DOLLR_VERDICT_PAID);
    CHECK(is(given.verdict.amount, "250.00"));
    OK(dollr_delivery_free(delivery));
    FAILS(DOLLR_ERROR_HANDLE, dollr_delivery_read(delivery, &given, &error));
    OK(dollr_client_next_paid(client, 60000, 0, &delivery, &error));
    CHECK(!delivery);
    OK(dollr_client_release(other, text(id), &done, &error));
    CHECK(done);
}

/* Collects for this order, in a session for this source. */
static void collected(dollr_client *client, char *source, dollr_reference_id *id, const char *order, const char *despite) {
    dollr_intent intent = intent_of(client, "1000", source, id);
    dollr_attempt attempt = attempt_of(&intent);
    dollr_report *report = NULL;
    attempt.order = text(order);
    attempt.despite = text(despite);
    OK(dollr_client_collect(client, &attempt, &report, &error));
    OK(dollr_report_free(report));
}

/* Who pays by phone and on the page of another source has paid twice; on the page of the same one, once. */
void test_phone_and_page(void) {
    dollr_journal *book = journal("phone");
    dollr_client *client = client_of(book);
    dollr_reference_id ids[2];
    char sources[2][64];
    dollr_summary *summary = NULL;
    dollr_summary_info info;
    int n;

    collected(client, sources[0], &ids[0], "A-1", "");
    collected(client, sources[1], &ids[1], "B-1", "");
    for (n = 0; n < 2; n++) {
        dollr_report *report = NULL;
        dollr_report_info told;
        OK(dollr_client_verify_source(client, text(sources[n]), text("USD"), text("250.00"), text("A-1"), DOLLR_NO_PATIENCE, &report, &error));
        OK(dollr_report_read(report, &told, &error));
        CHECK(told.verdict.kind == DOLLR_VERDICT_PAID);
        OK(dollr_report_free(report));
    }
    OK(dollr_client_reconcile(client, NULL, &summary, &error));
    OK(dollr_summary_read(summary, &info, &error));
    CHECK(info.duplicate_count == 1 && is(info.duplicates[0], sources[1]));
    OK(dollr_summary_free(summary));
    OK(dollr_client_free(client));
    OK(dollr_journal_free(book));
}

/* A second payment of one order is a person's, until he says that he has dealt with it. */
void test_duplicates(void) {
    dollr_journal *book = journal("duplicates");
    dollr_client *client = client_of(book);
    dollr_reference_id ids[2];
    dollr_summary *summary = NULL;
    dollr_summary_info info;
    bool done = false;
    int n;

    for (n = 0; n < 2; n++) {
        char source[64];
        collected(client, source, &ids[n], "A-1", n == 0 ? "" : "a test");
    }
    OK(dollr_client_reconcile(client, NULL, &summary, &error));
    OK(dollr_summary_read(summary, &info, &error));
    CHECK(info.needs_a_person && info.duplicate_count == 1 && is(info.duplicates[0], ids[1].text));
    OK(dollr_summary_free(summary));
    OK(dollr_client_resolve(client, text(ids[0].text), text("returned"), &done, &error));
    CHECK(!done);
    OK(dollr_client_resolve(client, text(ids[1].text), text("returned"), &done, &error));
    CHECK(done);
    OK(dollr_client_resolve(client, text(ids[1].text), text("returned"), &done, &error));
    CHECK(!done);
    OK(dollr_client_reconcile(client, NULL, &summary, &error));
    OK(dollr_summary_read(summary, &info, &error));
    CHECK(!info.needs_a_person && info.duplicate_count == 0);
    OK(dollr_summary_free(summary));
    OK(dollr_client_free(client));
    OK(dollr_journal_free(book));
}

/* One caller ships. */
void test_goods(void) {
    dollr_journal *book = journal("goods");
    dollr_client *client = client_of(book), *other = client_of(book);
    char source[64];
    dollr_reference_id id;
    dollr_intent intent = intent_of(client, "1005", source, &id);
    dollr_claim *claim = NULL;
    bool done = false;

    paid_by_a_run(client, &intent, id.text);
    claimed_by_one(client, other, id.text);
    given_to_one(client, other, id.text);
    OK(dollr_client_claim_fulfilment(other, text(id.text), &claim, &error));
    OK(dollr_claim_free(claim));
    OK(dollr_client_fulfilled(other, text(id.text), &done, &error));
    CHECK(done);
    OK(dollr_client_fulfilled(other, text(id.text), &done, &error));
    CHECK(!done);
    OK(dollr_client_release(client, text(id.text), &done, &error));
    CHECK(!done);
    FAILS(DOLLR_ERROR_UNRECORDED, dollr_client_claim_fulfilment(client, text(ID), &claim, &error));
    OK(dollr_client_free(other));
    OK(dollr_client_free(client));
    OK(dollr_journal_free(book));
}
