/* Collects from a customer and waits for the verdict, with the blocking client:
 *
 *     collect INVOICE:101 18 USD 250.00 A-1
 *
 * that is: the source, the payer's account and currency, the amount, and your own name of the order. The credentials are in
 * DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET, the journal in DOLLR_JOURNAL. Exit codes: 0 paid, 1 error, 2 usage, 3 not paid,
 * 4 still open, 5 a person must look. */
#include <dollr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dollr_str text(const char *terminated) {
    dollr_str it;
    it.ptr = terminated;
    it.len = strlen(terminated);
    return it;
}

/* Says what went wrong, and ends. After an error with a key the payment goes on: dollr_client_wait, or reconcile. The error is read here,
 * by its place: C may evaluate the arguments of a call in any order. */
static void must(int32_t code, dollr_error *const *error) {
    dollr_error_info info;
    if (code == DOLLR_OK) {
        return;
    }
    if (dollr_error_read(*error, &info) == DOLLR_OK) {
        fprintf(stderr, "%.*s\n", (int)info.message.len, info.message.ptr);
        if (info.key.ptr) {
            fprintf(stderr, "never pay again for it: ask about %.*s\n", (int)info.key.len, info.key.ptr);
        }
    }
    dollr_error_free(*error);
    exit(1);
}

static int exit_code(int32_t verdict) {
    switch (verdict) {
        case DOLLR_VERDICT_PAID:
            return 0;
        case DOLLR_VERDICT_OPEN:
            return 4;
        case DOLLR_VERDICT_MISMATCH:
        case DOLLR_VERDICT_STUCK:
            return 5;
        default:
            return 3;
    }
}

int main(int count, char **arguments) {
    const char *place = getenv("DOLLR_JOURNAL");
    dollr_error *error = NULL;
    dollr_journal *journal = NULL;
    dollr_client *client = NULL;
    dollr_client_options options;
    dollr_session session;
    dollr_reference_id id;
    dollr_intent intent;
    dollr_attempt attempt;
    dollr_report *report = NULL;
    dollr_report_info info;

    if (count != 6) {
        fprintf(stderr, "usage: collect SOURCE ACCOUNT CURRENCY AMOUNT ORDER\n");
        return 2;
    }
    if (dollr_abi_version() != DOLLR_ABI_VERSION) {
        fprintf(stderr, "this program was built for another libdollr\n");
        return 1;
    }

    /* A payment is in the journal before it is on the wire. */
    must(dollr_journal_open(text(place ? place : "dollr.db"), &journal, &error), &error);
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.from_env = 1;
    options.journal = journal;
    must(dollr_client_new(&options, &client, &error), &error);

    /* A session is short-lived: make it right before collecting. */
    must(dollr_client_create_session(client, text(arguments[1]), &session, &error), &error);
    must(dollr_reference_id_new(&id, &error), &error);
    memset(&intent, 0, sizeof intent);
    intent.size = sizeof intent;
    intent.operation = DOLLR_OPERATION_COLLECTION;
    intent.reference_id = text(id.text);
    intent.session = session.id;
    intent.session_expires_at_ms = session.expires_at_ms;
    intent.source = text(arguments[1]);
    intent.account = text(arguments[2]);
    intent.currency = text(arguments[3]);
    intent.amount = text(arguments[4]);
    memset(&attempt, 0, sizeof attempt);
    attempt.size = sizeof attempt;
    attempt.intent = &intent;
    attempt.order = text(arguments[5]);
    attempt.patience_ms = 60000;

    must(dollr_client_collect(client, &attempt, &report, &error), &error);
    must(dollr_report_read(report, &info, &error), &error);
    printf("%s: %.*s\n", id.text, (int)info.verdict.text.len, info.verdict.text.ptr);
    count = exit_code(info.verdict.kind);

    dollr_report_free(report);
    dollr_client_free(client);
    dollr_journal_free(journal);
    return count;
}
