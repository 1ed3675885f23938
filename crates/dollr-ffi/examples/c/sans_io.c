/* Collects several payments at once in the host's own event loop, here libcurl's: this library decides, and never acts.
 *
 *     sans_io CURRENCY AMOUNT SESSION:ACCOUNT...
 *
 * The credentials are in DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET, the vendor in DOLLR_BASE_URL. Each snapshot is a file in the
 * current folder, named by the reference id, before anything is sent. Exit codes: 0 all are paid, 1 error, 2 usage, 3 not all. */
#define _POSIX_C_SOURCE 200809L

#include <curl/curl.h>
#include <dollr.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, LONGEST_BODY = 1 << 20 };

/* An HTTP call under way: a payment's, or the token's. */
typedef struct call {
    CURL *easy;
    struct curl_slist *headers;
    dollr_exchange exchange;
    char *body;
    size_t length;
    char date[128], retry_after[128], age[128];
} call;

typedef struct payment {
    dollr_execution *machine;
    dollr_reference_id id;
    call call;
    uint32_t token; /* the number of the one that it was sent with */
    uint64_t due;   /* when to ask the machine again */
    int done, paid;
} payment;

static const char *base_url;
static CURLM *multi;
static dollr_token *token;
static call token_call;
static payment payments[MOST];
static int payment_count;

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
    exit(1);
}

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- what comes in ---- */

static size_t on_body(char *bytes, size_t one, size_t count, void *argument) {
    call *it = (call *)argument;
    char *longer;
    (void)one;
    if (it->length + count > LONGEST_BODY || !(longer = (char *)realloc(it->body, it->length + count + 1))) {
        return 0; /* ends the call: no answer */
    }
    memcpy(longer + it->length, bytes, count);
    it->body = longer;
    it->length += count;
    return count;
}

static void keep_header(char *place, size_t size, const char *name, const char *line, size_t length) {
    size_t begin = strlen(name);
    if (length <= begin || strncasecmp(line, name, begin) != 0) {
        return;
    }
    while (begin < length && line[begin] == ' ') {
        begin++;
    }
    while (length > begin && (line[length - 1] == '\r' || line[length - 1] == '\n')) {
        length--;
    }
    if (length - begin < size) {
        memcpy(place, line + begin, length - begin);
        place[length - begin] = 0;
    }
}

static size_t on_header(char *line, size_t one, size_t count, void *argument) {
    call *it = (call *)argument;
    (void)one;
    keep_header(it->date, sizeof it->date, "date:", line, count);
    keep_header(it->retry_after, sizeof it->retry_after, "retry-after:", line, count);
    keep_header(it->age, sizeof it->age, "age:", line, count);
    return count;
}

static dollr_response answer_of(const call *it, long status) {
    dollr_response response;
    memset(&response, 0, sizeof response);
    response.size = sizeof response;
    response.status = (uint16_t)status;
    response.body.ptr = it->body;
    response.body.len = it->length;
    if (it->date[0]) {
        response.date = text(it->date);
    }
    if (it->retry_after[0]) {
        response.retry_after = text(it->retry_after);
    }
    if (it->age[0]) {
        response.age = text(it->age);
    }
    return response;
}

/* ---- what goes out ---- */

static void send_once(call *it, const dollr_request *request, dollr_str bearer) {
    char url[1024], line[4096];
    const char *at = request->headers.ptr, *end = at + request->headers.len;
    memset(it, 0, sizeof *it);
    it->exchange = request->exchange;
    it->easy = curl_easy_init();
    if (!it->easy) {
        fail("curl");
    }
    while (at < end) {
        const char *stop = (const char *)memchr(at, '\r', (size_t)(end - at));
        snprintf(line, sizeof line, "%.*s", (int)(stop - at), at);
        it->headers = curl_slist_append(it->headers, line);
        at = stop + 2;
    }
    if (request->authorized) {
        snprintf(line, sizeof line, "Authorization: Bearer %.*s", (int)bearer.len, bearer.ptr);
        it->headers = curl_slist_append(it->headers, line);
    }
    snprintf(url, sizeof url, "%s%.*s", base_url, (int)request->path.len, request->path.ptr);
    curl_easy_setopt(it->easy, CURLOPT_URL, url);
    curl_easy_setopt(it->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(it->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(it->easy, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(it->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(it->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(it->easy, CURLOPT_WRITEDATA, it);
    curl_easy_setopt(it->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(it->easy, CURLOPT_HEADERDATA, it);
    curl_easy_setopt(it->easy, CURLOPT_PRIVATE, it);
    if (request->method == DOLLR_METHOD_POST) {
        /* On a connection that was used before, libcurl would send again what it finds dead. */
        curl_easy_setopt(it->easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(it->easy, CURLOPT_POSTFIELDSIZE, (long)request->body.len);
        curl_easy_setopt(it->easy, CURLOPT_COPYPOSTFIELDS, request->body.ptr);
    }
    curl_easy_setopt(it->easy, CURLOPT_HTTPHEADER, it->headers);
    curl_multi_add_handle(multi, it->easy);
}

/* Durable when it returns: written aside, synced, renamed, and the folder synced. */
static void make_durable(const payment *it, dollr_str snapshot) {
    char path[64], aside[72];
    int file, folder;
    snprintf(path, sizeof path, "%s.json", it->id.text);
    snprintf(aside, sizeof aside, "%s.new", path);
    file = open(aside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, snapshot.ptr, snapshot.len) != (ssize_t)snapshot.len || fsync(file) != 0 || close(file) != 0 ||
        rename(aside, path) != 0) {
        fail(path);
    }
    folder = open(".", O_RDONLY);
    if (folder < 0 || fsync(folder) != 0 || close(folder) != 0) {
        fail("the folder");
    }
}

/* Sends with a token; without one, the payment's turn comes again. */
static void send_with_token(payment *it, const dollr_request *request, uint64_t now) {
    dollr_error *error = NULL;
    dollr_token_action action;
    must(dollr_token_next(token, now, &action, &error), &error);
    switch (action.kind) {
        case DOLLR_TOKEN_USE:
            it->token = action.number;
            send_once(&it->call, request, action.bearer);
            break;
        case DOLLR_TOKEN_OBTAIN:
            if (!token_call.easy) {
                send_once(&token_call, &action.request, action.bearer);
            }
            it->due = now + 20;
            break;
        case DOLLR_TOKEN_WAIT:
            it->due = action.until_ms;
            break;
        default:
            fprintf(stderr, "the credentials are not accepted: %.*s\n", (int)action.text.len, action.text.ptr);
            exit(1);
    }
}

/* Does what the machine says, until there is something to wait for. */
static void go_on(payment *it) {
    while (!it->done && !it->call.easy && it->due <= now_ms()) {
        uint64_t now = now_ms();
        dollr_error *error = NULL;
        dollr_action action;
        must(dollr_execution_next(it->machine, now, &action, &error), &error);
        switch (action.kind) {
            case DOLLR_ACTION_RECORD:
                make_durable(it, action.snapshot);
                must(dollr_execution_apply_recorded(it->machine, now, &error), &error);
                break;
            case DOLLR_ACTION_SEND:
                send_with_token(it, &action.request, now);
                break;
            case DOLLR_ACTION_WAIT:
                it->due = action.until_ms;
                break;
            case DOLLR_ACTION_ACT:
                /* A web shop gives action.client_secret to the payer's browser here. */
                must(dollr_execution_apply_shown(it->machine, now, &error), &error);
                break;
            default:
                printf("%s: %.*s\n", it->id.text, (int)action.verdict.text.len, action.verdict.text.ptr);
                it->done = 1;
                it->paid = action.verdict.kind == DOLLR_VERDICT_PAID;
        }
    }
}

/* What surely never left is one thing, everything else is another. */
static int32_t loss_of(CURLcode result) {
    return result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_CONNECT ? DOLLR_LOSS_NOT_SENT : DOLLR_LOSS_UNKNOWN;
}

static void end_call(call *it) {
    curl_multi_remove_handle(multi, it->easy);
    curl_easy_cleanup(it->easy);
    curl_slist_free_all(it->headers);
    free(it->body);
    memset(it, 0, sizeof *it);
}

static void on_end(call *it, CURLcode result) {
    uint64_t now = now_ms();
    dollr_error *error = NULL;
    dollr_response response;
    dollr_str snapshot;
    long status = 0;
    int n = 0;
    curl_easy_getinfo(it->easy, CURLINFO_RESPONSE_CODE, &status);
    response = answer_of(it, status);
    if (it == &token_call) {
        must(result == CURLE_OK ? dollr_token_apply_answered(token, it->exchange, &response, now, &error)
                                : dollr_token_apply_lost(token, it->exchange, loss_of(result), now, &error),
             &error);
        end_call(it);
        return;
    }
    while (&payments[n].call != it) {
        n++;
    }
    if (status == 401) {
        must(dollr_token_expired(token, payments[n].token, &error), &error);
    }
    must(result == CURLE_OK ? dollr_execution_apply_answered(payments[n].machine, it->exchange, &response, now, &error)
                            : dollr_execution_apply_lost(payments[n].machine, it->exchange, loss_of(result), now, &error),
         &error);
    end_call(it);
    must(dollr_execution_snapshot(payments[n].machine, &snapshot, &error), &error);
    make_durable(&payments[n], snapshot);
    payments[n].due = 0;
}

static void begin(const char *currency, const char *amount, const char *argument) {
    payment *it = &payments[payment_count++];
    const char *account = strchr(argument, ':');
    dollr_error *error = NULL;
    dollr_intent intent;
    if (!account || payment_count == MOST) {
        fprintf(stderr, "%s: expected SESSION:ACCOUNT\n", argument);
        exit(2);
    }
    must(dollr_reference_id_new(&it->id, &error), &error);
    memset(&intent, 0, sizeof intent);
    intent.size = sizeof intent;
    intent.operation = DOLLR_OPERATION_COLLECTION;
    intent.reference_id = text(it->id.text);
    intent.session = strtoull(argument, NULL, 10);
    intent.account = text(account + 1);
    intent.currency = text(currency);
    intent.amount = text(amount);
    must(dollr_execution_prepare(&intent, NULL, now_ms(), &it->machine, &error), &error);
}

/* The host's loop: what is due is done, then the sockets are listened to until something else is. */
static int loop(void) {
    int n, open, running, paid = 0;
    do {
        uint64_t now = now_ms(), wake = now + 1000;
        CURLMsg *message;
        open = 0;
        for (n = 0; n < payment_count; n++) {
            go_on(&payments[n]);
            open += !payments[n].done;
            if (!payments[n].done && !payments[n].call.easy && payments[n].due < wake) {
                wake = payments[n].due;
            }
        }
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, wake > now ? (int)(wake - now) : 0, NULL);
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &running))) {
            if (message->msg == CURLMSG_DONE) {
                CURLcode result = message->data.result;
                char *it = NULL;
                curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &it);
                on_end((call *)(void *)it, result);
            }
        }
    } while (open > 0);
    for (n = 0; n < payment_count; n++) {
        paid += payments[n].paid;
        dollr_execution_free(payments[n].machine);
    }
    return paid == payment_count ? 0 : 3;
}

int main(int count, char **arguments) {
    const char *id = getenv("DOLLR_CLIENT_ID"), *secret = getenv("DOLLR_CLIENT_SECRET");
    dollr_error *error = NULL;
    int n, code;
    base_url = getenv("DOLLR_BASE_URL");
    if (count < 4 || !id || !secret || !base_url) {
        fprintf(stderr, "usage: sans_io CURRENCY AMOUNT SESSION:ACCOUNT..., with the credentials and the vendor in the environment\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    must(dollr_token_new(text(id), text(secret), &token, &error), &error);
    for (n = 3; n < count; n++) {
        begin(arguments[1], arguments[2], arguments[n]);
    }
    code = loop();
    dollr_token_free(token);
    curl_multi_cleanup(multi);
    curl_global_cleanup();
    return code;
}
