/* Asks about all payments in the journal that are due, whoever began them, and ships what is paid, once:
 *
 *     reconcile
 *
 * for cron. The credentials are in DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET, the journal in DOLLR_JOURNAL. Exit codes: 0 done, 1 error,
 * 5 a person must look. */
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

/* Says what went wrong, and ends. The error is read here, by its place: C may evaluate the arguments of a call in any order. */
static void must(int32_t code, dollr_error *const *error) {
    dollr_error_info info;
    if (code == DOLLR_OK) {
        return;
    }
    if (dollr_error_read(*error, &info) == DOLLR_OK) {
        fprintf(stderr, "%.*s\n", (int)info.message.len, info.message.ptr);
    }
    dollr_error_free(*error);
    exit(1);
}

/* Ships what is paid and has not been shipped, whoever found out. Each payment is with one worker at a time, and comes again if that crashes. */
static void ship(dollr_client *client) {
    dollr_error *error = NULL;
    dollr_delivery *delivery = NULL;
    dollr_delivery_info info;
    bool done = false;
    for (;;) {
        must(dollr_client_next_paid(client, 900000, 0, &delivery, &error), &error);
        if (!delivery) {
            return;
        }
        must(dollr_delivery_read(delivery, &info, &error), &error);
        printf("ship %.*s: %.*s\n", (int)info.key.len, info.key.ptr, (int)info.verdict.text.len, info.verdict.text.ptr);
        must(dollr_client_fulfilled(client, info.key, &done, &error), &error);
        dollr_delivery_free(delivery);
    }
}

static void list(const char *what, const dollr_str *keys, size_t count) {
    size_t n;
    for (n = 0; n < count; n++) {
        printf("%s %.*s\n", what, (int)keys[n].len, keys[n].ptr);
    }
}

int main(void) {
    const char *place = getenv("DOLLR_JOURNAL");
    dollr_error *error = NULL;
    dollr_journal *journal = NULL;
    dollr_client *client = NULL;
    dollr_client_options options;
    dollr_reconcile_options how;
    dollr_summary *summary = NULL;
    dollr_summary_info info;
    size_t n;

    must(dollr_journal_open_existing(text(place ? place : "dollr.db"), &journal, &error), &error);
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.from_env = 1;
    options.journal = journal;
    must(dollr_client_new(&options, &client, &error), &error);

    memset(&how, 0, sizeof how);
    how.size = sizeof how;
    how.rate_calls = 20;
    how.rate_per_ms = 1000;
    must(dollr_client_reconcile(client, &how, &summary, &error), &error);
    must(dollr_summary_read(summary, &info, &error), &error);
    ship(client);
    list("conflict", info.conflicts, info.conflict_count);
    list("stuck", info.stuck, info.stuck_count);
    list("paid twice", info.duplicates, info.duplicate_count);
    list("unreadable", info.unreadable, info.unreadable_count);
    list("not sent", info.not_sent, info.not_sent_count);
    printf("asked about %llu, %llu still open\n", (unsigned long long)info.asked, (unsigned long long)info.open);
    n = info.needs_a_person ? 5 : 0;

    dollr_summary_free(summary);
    dollr_client_free(client);
    dollr_journal_free(journal);
    return (int)n;
}
