/* Threads and forks (I13; T22, T26). */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8 };

static dollr_execution *contested;
static dollr_client *shared;
static dollr_journal *book;

static unsigned long rounds(unsigned long otherwise) {
    const char *said = getenv("DOLLR_TEST_ROUNDS");
    return said ? strtoul(said, NULL, 10) : otherwise;
}

/* Each thread has machines of its own, and all share one client, one journal, and fight for one machine. */
static void *works(void *argument) {
    unsigned long n, most = rounds(2000);
    size_t *answered = (size_t *)argument;
    for (n = 0; n < most; n++) {
        dollr_execution *own = NULL;
        dollr_intent intent = collection(ID);
        dollr_action action;
        dollr_error *mine = NULL;
        dollr_standing standing;
        dollr_backlog backlog;
        int32_t code;
        CHECK(dollr_execution_prepare(&intent, NULL, NOW, &own, &mine) == DOLLR_OK);
        CHECK(dollr_execution_next(own, NOW, &action, &mine) == DOLLR_OK);
        CHECK(dollr_execution_apply_shown(own, NOW, &mine) == DOLLR_ERROR_REJECTED);
        CHECK(dollr_error_free(mine) == DOLLR_OK);
        CHECK(dollr_execution_free(own) == DOLLR_OK);
        CHECK(dollr_execution_free(own) == DOLLR_ERROR_HANDLE);
        code = dollr_execution_look(contested, NOW, &standing, NULL);
        CHECK(code == DOLLR_OK || code == DOLLR_ERROR_BUSY);
        *answered += code == DOLLR_OK;
        if (n % 64 == 0) {
            dollr_claim *claim = NULL;
            CHECK(dollr_journal_backlog(book, NOW, &backlog, NULL) == DOLLR_OK);
            CHECK(dollr_client_claim_fulfilment(shared, text(ID), &claim, NULL) == DOLLR_ERROR_UNRECORDED);
        }
    }
    return NULL;
}

static dollr_client *client_with(dollr_journal *journal) {
    dollr_client *client = NULL;
    dollr_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.client_id = text("id");
    options.client_secret = text("hush");
    options.base_url = text("http://127.0.0.1:1");
    options.journal = journal;
    OK(dollr_client_new(&options, &client, &error));
    return client;
}

static void open_book(const char *name) {
    char path[512];
    const char *folder = getenv("DOLLR_TEST_FOLDER");
    CHECK(folder);
    snprintf(path, sizeof path, "%s/%s.db", folder, name);
    OK(dollr_journal_open(text(path), &book, &error));
    shared = client_with(book);
}

void test_threads(void) {
    pthread_t threads[THREADS];
    size_t answered[THREADS] = {0}, all = 0;
    int n;
    open_book("threads");
    contested = opened();
    for (n = 0; n < THREADS; n++) {
        CHECK(pthread_create(&threads[n], NULL, works, &answered[n]) == 0);
    }
    for (n = 0; n < THREADS; n++) {
        CHECK(pthread_join(threads[n], NULL) == 0);
        all += answered[n];
    }
    CHECK(all > 0);
    OK(dollr_execution_free(contested));
    OK(dollr_client_free(shared));
    OK(dollr_journal_free(book));
}

static int over;

/* Explains, which takes longest, until it is told to end. */
static void *holds(void *argument) {
    dollr_str said;
    (void)argument;
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        int32_t code = dollr_execution_explain(contested, NOW, &said, NULL);
        CHECK(code == DOLLR_OK || code == DOLLR_ERROR_BUSY);
    }
    return NULL;
}

/* Two threads with one machine: one of them is told so, and neither waits. */
void test_busy(void) {
    pthread_t thread;
    unsigned long n, busy = 0;
    contested = opened();
    CHECK(pthread_create(&thread, NULL, holds, NULL) == 0);
    for (n = 0; n < 2000000 && busy < 20; n++) {
        dollr_str said;
        int32_t code = dollr_execution_snapshot(contested, &said, &error);
        CHECK(code == DOLLR_OK || code == DOLLR_ERROR_BUSY);
        if (code == DOLLR_ERROR_BUSY) {
            dollr_error_info info;
            CHECK(dollr_error_read(error, &info) == DOLLR_OK && info.retryable && is(info.kind, "busy"));
            CHECK(dollr_error_free(error) == DOLLR_OK);
            error = NULL;
            busy++;
        }
    }
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(busy == 20);
    OK(dollr_execution_free(contested));
}

static dollr_execution *inherited;

static void in_a_child(int out) {
    dollr_action action;
    dollr_execution *own;
    dollr_reference_id id;
    dollr_journal *own_book;
    alarm(60); /* no hang */
    FAILS(DOLLR_ERROR_FORKED, dollr_execution_next(inherited, NOW, &action, &error));
    FAILS(DOLLR_ERROR_FORKED, dollr_execution_free(inherited));
    FAILS(DOLLR_ERROR_FORKED, dollr_client_sign_in(shared, &error));
    FAILS(DOLLR_ERROR_FORKED, dollr_client_free(shared));
    FAILS(DOLLR_ERROR_FORKED, dollr_journal_free(book));
    own = opened();
    CHECK(own != inherited);
    CHECK(next(own, NOW).kind == DOLLR_ACTION_WAIT);
    OK(dollr_reference_id_new(&id, &error));
    own_book = book;
    /* Not the parent's file: SQLite cannot have it open on both sides of a fork. */
    open_book("child");
    CHECK(own_book != book);
    OK(dollr_client_free(shared));
    OK(dollr_journal_free(book));
    OK(dollr_execution_free(own));
    CHECK(write(out, id.text, sizeof id.text) == (ssize_t)sizeof id.text);
}

/* The allocator of AddressSanitizer may itself be locked in a child whose parent had threads. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { holding = 0 };
#else
enum { holding = 2 };
#endif

/* A fork in the middle of other threads' calls: locks may be held that nobody in the child will open. */
void test_fork(void) {
    enum { CHILDREN = 8 };
    pthread_t threads[2];
    pid_t children[CHILDREN];
    char ids[CHILDREN][40];
    int n, m, ends[2];
    open_book("fork");
    inherited = opened();
    contested = opened();
    CHECK(pipe(ends) == 0);
    for (n = 0; n < holding; n++) {
        CHECK(pthread_create(&threads[n], NULL, holds, NULL) == 0);
    }
    for (n = 0; n < CHILDREN; n++) {
        struct timespec pause = {0, 3000000};
        nanosleep(&pause, NULL);
        children[n] = fork();
        CHECK(children[n] >= 0);
        if (children[n] == 0) {
            in_a_child(ends[1]);
            /* A grandchild knows its parent's and its grandparent's handles for what they are. */
            if (n == 0) {
                pid_t child = fork();
                int status;
                if (child == 0) {
                    dollr_action action;
                    FAILS(DOLLR_ERROR_FORKED, dollr_execution_next(inherited, NOW, &action, &error));
                    OK(dollr_execution_free(opened()));
                    _exit(0);
                }
                CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
            }
            _exit(0);
        }
    }
    for (n = 0; n < CHILDREN; n++) {
        int status;
        CHECK(waitpid(children[n], &status, 0) == children[n]);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        CHECK(read(ends[0], ids[n], sizeof ids[n]) == (ssize_t)sizeof ids[n]);
        for (m = 0; m < n; m++) {
            CHECK(strcmp(ids[n], ids[m]) != 0);
        }
    }
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    for (n = 0; n < holding; n++) {
        CHECK(pthread_join(threads[n], NULL) == 0);
    }
    /* The parent's handles live on. */
    CHECK(next(inherited, NOW).kind == DOLLR_ACTION_WAIT);
    OK(dollr_execution_free(inherited));
    OK(dollr_execution_free(contested));
    OK(dollr_client_free(shared));
    OK(dollr_journal_free(book));
}
