/* Status checks from C: by libdollr, and the loop that a careful user writes with libcurl and cJSON.
 *
 *     checks dollr|curl URL THREADS MILLISECONDS FOLDER */
#define _POSIX_C_SOURCE 200809L

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <dollr.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WARM_UP = 50, MOST_THREADS = 64, MOST_PAYMENTS = 1000, ID = 37, LARGEST = 65536 };

#define TOKEN "9f2c1d7a.a-token-as-long-as-a-real-one.5b0e4c68a1d94f3f8a7c2e6d"

typedef void *(*setup)(void);
typedef void (*check)(void *with, const char *payment);

static const char *url;
static const char *folder;
static int threads;
static char payments[MOST_PAYMENTS][ID];
static int known;
static setup make;
static check once;
static pthread_barrier_t begin;
static atomic_bool over;
static long counts[MOST_THREADS];
static dollr_client *client;

static void must(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static dollr_str text(const char *terminated) {
    dollr_str it;
    it.ptr = terminated;
    it.len = strlen(terminated);
    return it;
}

/* ---- by libdollr: one client for all threads ---- */

static void open_client(void) {
    char place[4096];
    dollr_journal *journal = NULL;
    dollr_client_options options;
    snprintf(place, sizeof place, "%s/payments.db", folder);
    must(dollr_journal_open(text(place), &journal, NULL) == DOLLR_OK, "no journal");
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.client_id = text("id");
    options.client_secret = text("secret");
    options.base_url = text(url);
    options.journal = journal;
    must(dollr_client_new(&options, &client, NULL) == DOLLR_OK, "no client");
    must(dollr_journal_free(journal) == DOLLR_OK, "the journal is freed");
}

static void *share_client(void) {
    return client;
}

static void check_by_dollr(void *with, const char *payment) {
    dollr_report *report = NULL;
    dollr_report_info info;
    must(dollr_client_status(with, text(payment), &report, NULL) == DOLLR_OK, "no report");
    must(dollr_report_read(report, &info, NULL) == DOLLR_OK, "unreadable");
    must(info.verdict.kind == DOLLR_VERDICT_OPEN && info.status_calls == 1, "not open");
    must(dollr_report_free(report) == DOLLR_OK, "the report is freed");
}

/* ---- by libcurl: a handle for each thread, which keeps its connection ---- */

typedef struct line {
    CURL *curl;
    struct curl_slist *headers;
    size_t length;
    char body[LARGEST];
} line;

static size_t keep(char *bytes, size_t size, size_t count, void *to) {
    line *it = to;
    if (size * count >= sizeof it->body - it->length) {
        return 0;
    }
    memcpy(it->body + it->length, bytes, size * count);
    it->length += size * count;
    it->body[it->length] = 0;
    return size * count;
}

static void *open_line(void) {
    line *it = calloc(1, sizeof *it);
    must(it != NULL, "no memory");
    it->curl = curl_easy_init();
    it->headers = curl_slist_append(NULL, "Authorization: Bearer " TOKEN);
    must(it->curl && it->headers, "no libcurl");
    curl_easy_setopt(it->curl, CURLOPT_HTTPHEADER, it->headers);
    curl_easy_setopt(it->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(it->curl, CURLOPT_WRITEDATA, it);
    curl_easy_setopt(it->curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(it->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(it->curl, CURLOPT_PROXY, "");
    return it;
}

static int is(const cJSON *told, const char *name, const char *expected) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(told, name);
    return cJSON_IsString(value) && strcmp(value->valuestring, expected) == 0;
}

static void check_by_curl(void *with, const char *payment) {
    line *it = with;
    char place[512];
    long status = 0;
    cJSON *told;
    const cJSON *amount;
    snprintf(place, sizeof place, "%s/v1/status/collection/%s", url, payment);
    it->length = 0;
    curl_easy_setopt(it->curl, CURLOPT_URL, place);
    must(curl_easy_perform(it->curl) == CURLE_OK, "no answer");
    curl_easy_getinfo(it->curl, CURLINFO_RESPONSE_CODE, &status);
    told = cJSON_ParseWithLength(it->body, it->length);
    must(status == 200 && told, "no answer that can be read");
    amount = cJSON_GetObjectItemCaseSensitive(told, "payer_amount");
    must(is(told, "reference_id", payment) && is(told, "payer_currency", "USD"), "another payment");
    must(cJSON_IsNumber(amount) && amount->valuedouble * 100 == 25000, "another amount");
    must(is(told, "status", "PENDING") || is(told, "status", "PROCESSING"), "it has ended");
    cJSON_Delete(told);
}

/* ---- the window ---- */

static void *go(void *number) {
    int n = (int)(long)number;
    void *with = make();
    long done = 0;
    int at = n * known / threads;
    int warm;
    for (warm = 0; warm < WARM_UP; warm++) {
        once(with, payments[at++ % known]);
    }
    pthread_barrier_wait(&begin);
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        once(with, payments[at++ % known]);
        done++;
    }
    counts[n] = done;
    return NULL;
}

static double clocked(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(long millis) {
    pthread_t all[MOST_THREADS];
    struct timespec window;
    double began, cpu;
    long checks = 0;
    int n;
    pthread_barrier_init(&begin, NULL, (unsigned)threads + 1);
    for (n = 0; n < threads; n++) {
        must(pthread_create(&all[n], NULL, go, (void *)(long)n) == 0, "no thread");
    }
    pthread_barrier_wait(&begin);
    began = clocked(CLOCK_MONOTONIC);
    cpu = clocked(CLOCK_PROCESS_CPUTIME_ID);
    window.tv_sec = millis / 1000;
    window.tv_nsec = millis % 1000 * 1000000;
    nanosleep(&window, NULL);
    atomic_store(&over, 1);
    for (n = 0; n < threads; n++) {
        pthread_join(all[n], NULL);
        checks += counts[n];
    }
    cpu = clocked(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    began = clocked(CLOCK_MONOTONIC) - began;
    printf("{\"checks\": %ld, \"seconds\": %f, \"cpu\": %f, \"version\": \"%s\"}\n", checks, began, cpu,
           client ? "" : curl_version_info(CURLVERSION_NOW)->version);
}

static void read_payments(void) {
    char place[4096];
    FILE *list;
    snprintf(place, sizeof place, "%s/payments", folder);
    list = fopen(place, "r");
    must(list != NULL, "no payments");
    while (known < MOST_PAYMENTS && fscanf(list, "%36s", payments[known]) == 1) {
        known++;
    }
    fclose(list);
    must(known > 0, "no payments");
}

int main(int count, char **arguments) {
    must(count == 6, "usage: checks dollr|curl URL THREADS MILLISECONDS FOLDER");
    url = arguments[2];
    threads = atoi(arguments[3]);
    folder = arguments[5];
    must(threads > 0 && threads <= MOST_THREADS, "too many threads");
    read_payments();
    if (strcmp(arguments[1], "dollr") == 0) {
        open_client();
        make = share_client;
        once = check_by_dollr;
    } else {
        must(curl_global_init(CURL_GLOBAL_DEFAULT) == 0, "no libcurl");
        make = open_line;
        once = check_by_curl;
    }
    measure(atol(arguments[4]));
    return 0;
}
