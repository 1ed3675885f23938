/* The blocking client and the journal, against the simulator whose address is in the environment. */
#include "check.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

static dollr_report_info read_report(dollr_report *report) {
    dollr_report_info info;
    OK(dollr_report_read(report, &info, &error));
    return info;
}

static void paid_declined_and_left_open(dollr_client *client) {
    char source[64];
    dollr_reference_id id;
    dollr_intent intent = intent_of(client, "1000", source, &id);
    dollr_attempt attempt = attempt_of(&intent);
    dollr_report *report = NULL;
    dollr_report_info info;

    attempt.order = text("A-1");
    OK(dollr_client_collect(client, &attempt, &report, &error));
    info = read_report(report);
    CHECK(info.paid && is(info.key, id.text) && info.execute_calls == 1 && info.status_calls >= 1);
    CHECK(info.verdict.kind == DOLLR_VERDICT_PAID && is(info.verdict.amount, "250.00"));
    OK(dollr_report_free(report));
    FAILS(DOLLR_ERROR_EXISTS, dollr_client_collect(client, &attempt, &report, &error));

    /* The order has been paid: a second attempt is refused, unless there is a reason. */
    OK(dollr_reference_id_new(&id, &error));
    intent.reference_id = text(id.text);
    FAILS(DOLLR_ERROR_ORDER_TAKEN, dollr_client_collect(client, &attempt, &report, &error));

    OK(dollr_client_verify_source(client, text(source), text("USD"), text("250.00"), text("A-1"), 0, &report, &error));
    CHECK(read_report(report).paid);
    OK(dollr_report_free(report));
    FAILS(DOLLR_ERROR_ORDER_TAKEN,
        dollr_client_verify_source(client, text(source), text("USD"), text("250.00"), text("B-2"), 0, &report, &error));
    OK(dollr_client_verify_source(client, text(source), text("USD"), text("251.00"), none(), 0, &report, &error));
    CHECK(read_report(report).verdict.kind == DOLLR_VERDICT_MISMATCH);
    OK(dollr_report_free(report));

    intent = intent_of(client, "2000", source, &id);
    attempt = attempt_of(&intent);
    OK(dollr_client_execute(client, &attempt, &report, &error));
    info = read_report(report);
    CHECK(info.verdict.kind == DOLLR_VERDICT_FAILED && !info.paid);
    OK(dollr_report_free(report));

    intent = intent_of(client, "1001", source, &id);
    attempt = attempt_of(&intent);
    attempt.patience_ms = DOLLR_NO_PATIENCE;
    OK(dollr_client_collect(client, &attempt, &report, &error));
    CHECK(read_report(report).verdict.kind == DOLLR_VERDICT_OPEN);
    OK(dollr_report_free(report));
    OK(dollr_client_status(client, text(id.text), &report, &error));
    CHECK(!is(read_report(report).state, "Prepared"));
    OK(dollr_report_free(report));
    OK(dollr_client_wait(client, text(id.text), 20000, &report, &error));
    CHECK(read_report(report).paid);
    OK(dollr_report_free(report));
}

static void realtime(dollr_client *client) {
    char source[64];
    dollr_reference_id id;
    dollr_intent intent = intent_of(client, "1001", source, &id);
    dollr_attempt attempt = attempt_of(&intent);
    dollr_report *report = NULL;
    dollr_realtime_key *key = NULL;
    dollr_realtime_key_info info;
    attempt.realtime = DOLLR_SOURCE_ORDER;
    OK(dollr_client_collect(client, &attempt, &report, &error));
    CHECK(read_report(report).paid);
    OK(dollr_report_free(report));
    OK(dollr_client_watch(client, text(id.text), DOLLR_SOURCE_ORDER, 1000, &report, &error));
    CHECK(read_report(report).paid);
    OK(dollr_report_free(report));
    OK(dollr_client_realtime_key(client, intent.session, DOLLR_SOURCE_ORDER, text(id.text), &key, &error));
    OK(dollr_realtime_key_read(key, &info, &error));
    CHECK(info.access_token.len > 20 && info.expires_in_ms >= 1000);
    OK(dollr_realtime_key_free(key));
}

static void the_journal_is_listed(dollr_journal *journal) {
    dollr_journal *same = NULL;
    dollr_entries *entries = NULL, *found = NULL;
    dollr_entry entry;
    dollr_backlog backlog;
    dollr_execution *execution = NULL;
    size_t count = 0;
    char path[LONGEST_PATH];
    journal_path("client", path);
    OK(dollr_journal_open_existing(text(path), &same, &error));
    OK(dollr_journal_free(same));
    OK(dollr_journal_backlog(journal, NOW, &backlog, &error));
    OK(dollr_journal_entries(journal, 0, 100, &entries, &error));
    OK(dollr_entries_count(entries, &count, &error));
    CHECK(count >= 4);
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_entries_read(entries, count, &entry, &error));
    OK(dollr_entries_read(entries, count - 1, &entry, &error));
    CHECK(entry.key.len > 0 && entry.state.len > 0 && entry.created_at_ms > NOW && entry.updated_at_ms >= entry.created_at_ms);
    OK(dollr_execution_restore(entry.snapshot, &execution, &error));
    OK(dollr_execution_free(execution));
    OK(dollr_journal_load(journal, entry.key, &found, &error));
    CHECK(dollr_entries_count(found, &count, &error) == DOLLR_OK && count == 1 && dollr_entries_free(found) == DOLLR_OK);
    OK(dollr_journal_load(journal, text("ORDER:7"), &found, &error));
    CHECK(dollr_entries_count(found, &count, &error) == DOLLR_OK && count == 0 && dollr_entries_free(found) == DOLLR_OK);
    OK(dollr_entries_free(entries));
    FAILS(DOLLR_ERROR_HANDLE, dollr_entries_count(entries, &count, &error));
    OK(dollr_journal_entries(journal, 1, 100, &entries, &error));
    OK(dollr_entries_free(entries));
    FAILS(DOLLR_ERROR_JOURNAL_ABSENT, dollr_journal_open_existing(text("/nowhere/at/all.db"), &same, &error));
    FAILS(DOLLR_ERROR_JOURNAL_ADDRESS, dollr_journal_open(text("ftp://example.org/x"), &same, &error));
}

#if defined(__linux__)
static size_t threads(void) {
    size_t count = 0;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks);
    while (readdir(tasks)) {
        count++;
    }
    closedir(tasks);
    return count - 2; /* `.` and `..` */
}
#endif

enum { SIGNALS = 32 };

/* What each signal does: nothing of that is this library's. */
static void look_at_signals(void (*handlers[SIGNALS])(int)) {
    int n;
    for (n = 1; n < SIGNALS; n++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        CHECK(sigaction(n, NULL, &action) == 0);
        handlers[n] = action.sa_handler;
    }
}

/* No thread but the caller's, soon after the last call, and no signal handler. */
static void nothing_is_left_behind(void (*before[SIGNALS])(int)) {
    void (*after[SIGNALS])(int);
    int n;
    look_at_signals(after);
    for (n = 1; n < SIGNALS; n++) {
        CHECK(before[n] == after[n]);
    }
#if defined(__linux__)
    for (n = 0; n < 200 && threads() > 1; n++) {
        struct timespec pause = {0, 100000000};
        nanosleep(&pause, NULL);
    }
    CHECK(threads() == 1);
#endif
}

void test_client(void) {
    void (*handlers[SIGNALS])(int);
    dollr_journal *book = journal("client");
    dollr_client *client = client_of(book), *other = NULL;
    dollr_client_options options;
    dollr_report *report = NULL;
    dollr_reference_id id;
    dollr_intent intent;
    dollr_attempt attempt;
    dollr_error *mine = NULL;
    dollr_error_info info;

    look_at_signals(handlers);
    OK(dollr_client_sign_in(client, &error));
    paid_declined_and_left_open(client);
    realtime(client);
    the_journal_is_listed(book);

    /* The client keeps what it needs of the journal. */
    OK(dollr_journal_free(book));
    OK(dollr_reference_id_new(&id, &error));
    FAILS(DOLLR_ERROR_UNRECORDED, dollr_client_wait(client, text(id.text), 0, &report, &error));
    FAILS(DOLLR_ERROR_INVALID, dollr_client_status(client, text("17"), &report, &error));

    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.from_env = 1;
    options.client_id = text("somebody");
    options.client_secret = text("wrong-secret");
    options.journal = book;
    FAILS(DOLLR_ERROR_HANDLE, dollr_client_new(&options, &other, &error));
    options.journal = NULL;
    options.rate_calls = 10;
    FAILS(DOLLR_ERROR_INVALID, dollr_client_new(&options, &other, &error));
    options.rate_per_ms = 1000;
    OK(dollr_client_new(&options, &other, &error));
    CHECK(dollr_client_sign_in(other, &mine) == DOLLR_ERROR_AUTHENTICATION);
    OK(dollr_error_read(mine, &info));
    CHECK(info.http_status >= 400 && !contains(info.message, "wrong-secret") && !info.retryable);
    OK(dollr_error_free(mine));
    intent = collection(id.text);
    attempt = attempt_of(&intent);
    FAILS(DOLLR_ERROR_NO_JOURNAL, dollr_client_collect(other, &attempt, &report, &error));
    OK(dollr_client_free(other));
    OK(dollr_client_free(client));
    FAILS(DOLLR_ERROR_HANDLE, dollr_client_free(client));
    nothing_is_left_behind(handlers);
}

typedef struct waiting {
    dollr_client *client;
    const dollr_attempt *attempt;
    bool paid;
} waiting;

static void *collects(void *argument) {
    waiting *it = (waiting *)argument;
    dollr_report *report = NULL;
    dollr_report_info info;
    if (dollr_client_collect(it->client, it->attempt, &report, NULL) == DOLLR_OK &&
        dollr_report_read(report, &info, NULL) == DOLLR_OK) {
        it->paid = info.paid;
    }
    dollr_report_free(report);
    return NULL;
}

/* The secret of a 3-D Secure card reaches the payer although a call blocks, and is gone when that has ended. */
void test_action(void) {
    dollr_journal *book = journal("action");
    dollr_client *client = client_of(book);
    char source[64];
    dollr_reference_id id;
    dollr_intent intent = intent_of(client, "4001", source, &id);
    dollr_attempt attempt = attempt_of(&intent);
    waiting it = {client, &attempt, false};
    dollr_secret *secret = NULL;
    dollr_str said;
    pthread_t thread;
    int tries;

    OK(dollr_client_take_secret(client, text(id.text), &secret, &error));
    CHECK(secret == NULL);
    CHECK(pthread_create(&thread, NULL, collects, &it) == 0);
    for (tries = 0; tries < 400 && !secret; tries++) {
        struct timespec pause = {0, 20000000};
        OK(dollr_client_take_secret(client, text(id.text), &secret, &error));
        nanosleep(&pause, NULL);
    }
    CHECK(secret != NULL);
    OK(dollr_secret_read(secret, &said, &error));
    CHECK(said.len > 8);
    OK(dollr_secret_free(secret));
    FAILS(DOLLR_ERROR_HANDLE, dollr_secret_read(secret, &said, &error));
    OK(dollr_client_take_secret(client, text(id.text), &secret, &error));
    CHECK(secret == NULL);
    CHECK(pthread_join(thread, NULL) == 0 && it.paid);
    OK(dollr_client_free(client));
    OK(dollr_journal_free(book));
}
