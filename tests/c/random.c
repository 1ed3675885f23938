/* Random calls, most of them wrong (I13; T23, T25): whatever comes in whatever order, there is a code, and no sanitizer has a word to say. */
#include "check.h"

#include <time.h>
#include <unistd.h>

enum { HANDLES = 32 };

static uint64_t state;

static uint64_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t below(size_t most) {
    return (size_t)(draw() % most);
}

/* Handles that live, handles that were freed, and what never was one. */
static void *handles[HANDLES];

static void *some_handle(void) {
    switch (below(12)) {
        case 0:
            return NULL;
        case 1:
            return (void *)(uintptr_t)draw();
        case 2:
            return (void *)((uintptr_t)handles[below(HANDLES)] ^ ((uintptr_t)1 << below(64)));
        default:
            return handles[below(HANDLES)];
    }
}

static const char *const texts[] = {
    ID,
    "",
    "18",
    "USD",
    "usd",
    "250.00",
    "1e9",
    "INVOICE:101",
    "ORDER:0",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "7",
    "\xff\xfe",
    "a\r\nb",
    "{}",
    STATUS("PENDING"),
    STATUS("COMPLETED"),
    STATUS("FAILED"),
    "{\"access_token\": \"eyJ.key\", \"expires_in\": 600}",
    "[\"1\",\"1\",\"phoenix\",\"phx_reply\",{}]",
};

static char *kept_snapshot;

static dollr_str some_text(void) {
    dollr_str it;
    switch (below(16)) {
        case 0:
            return none();
        case 1:
            it.ptr = NULL;
            it.len = (size_t)draw() | 1;
            return it;
        case 2:
            it.ptr = "x";
            it.len = ((size_t)-1 >> 1) + 1 + below(1000);
            return it;
        case 3:
            if (kept_snapshot) {
                it = text(kept_snapshot);
                it.len -= below(8) == 0 ? below(it.len) : 0;
                return it;
            }
            return none();
        default:
            it = text(texts[below(sizeof texts / sizeof *texts)]);
            it.len -= below(10) == 0 ? below(it.len + 1) : 0;
            return it;
    }
}

static uint64_t some_time(void) {
    switch (below(8)) {
        case 0:
            return draw();
        case 1:
            return UINT64_MAX - below(2);
        case 2:
            return below(2);
        default:
            return NOW + below(4000000);
    }
}

static int32_t some_number(void) {
    return below(8) == 0 ? (int32_t)draw() : (int32_t)below(6);
}

static dollr_exchange exchange;

static dollr_exchange some_exchange(void) {
    dollr_exchange it = exchange;
    if (below(4) == 0) {
        it.purpose = some_number();
        it.number = (uint32_t)below(4);
    }
    return it;
}

static dollr_response some_response(void) {
    static const uint16_t statuses[] = {0, 200, 201, 301, 401, 404, 422, 429, 500, 65535};
    dollr_response it = answer(statuses[below(10)], "");
    it.size -= below(50) == 0;
    it.body = some_text();
    if (below(4) == 0) {
        it.retry_after = some_text();
        it.date = some_text();
        it.age = some_text();
    }
    return it;
}

static dollr_intent some_intent(void) {
    dollr_intent it = collection(ID);
    if (below(2) == 0) {
        it.operation = some_number();
        it.account = some_text();
        it.currency = some_text();
        it.amount = some_text();
        it.session_expires_at_ms = some_time();
        it.source = some_text();
        it.size += below(20) == 0;
    }
    if (below(8) == 0) {
        it.reference_id = some_text();
    }
    return it;
}

static dollr_policy some_policy(dollr_gap *gaps) {
    dollr_policy it;
    memset(&it, 0, sizeof it);
    it.size = sizeof it;
    it.schedule = some_number();
    it.sends = (uint32_t)below(3);
    it.first_ms = some_time();
    gaps[0].age_ms = below(3);
    gaps[0].gap_ms = 1000 + below(3000000);
    gaps[1].age_ms = 2;
    gaps[1].gap_ms = some_time();
    it.gaps = below(4) == 0 ? NULL : gaps;
    it.gap_count = below(20) == 0 ? (size_t)draw() | (size_t)1 << 40 : below(3);
    it.patience_ms = some_time();
    it.horizon_ms = some_time();
    it.grace_ms = some_time();
    return it;
}

static dollr_error **place_for_error(void) {
    return below(3) == 0 ? NULL : &error;
}

static void keep(void *made) {
    size_t n = below(HANDLES);
    /* What was there is freed, so that nothing leaks; some of them twice. */
    void *old = handles[n];
    if (dollr_execution_free((dollr_execution *)old) == DOLLR_ERROR_TYPE &&
        dollr_source_free((dollr_source *)old) == DOLLR_ERROR_TYPE &&
        dollr_token_free((dollr_token *)old) == DOLLR_ERROR_TYPE &&
        dollr_channel_free((dollr_channel *)old) == DOLLR_ERROR_TYPE) {
        dollr_client_free((dollr_client *)old);
    }
    handles[n] = made;
}

static void look_at(dollr_str said) {
    /* All of it is there to be read. */
    size_t n, sum = 0;
    for (n = 0; n < said.len; n++) {
        sum += (unsigned char)said.ptr[n];
    }
    CHECK(said.ptr != NULL || (said.len == 0 && sum == 0));
}

static int32_t make(void) {
    dollr_gap gaps[2];
    dollr_policy policy = some_policy(gaps);
    const dollr_policy *maybe = below(3) == 0 ? &policy : NULL;
    dollr_error **place = place_for_error();
    int32_t code;
    void *made = NULL;
    switch (below(6)) {
        case 0:
        case 1: {
            dollr_intent intent = some_intent();
            dollr_execution *it = NULL;
            code = dollr_execution_prepare(below(50) ? &intent : NULL, maybe, some_time(), &it, place);
            made = it;
            break;
        }
        case 2: {
            dollr_source *it = NULL;
            code = below(2) ? dollr_source_watch(text("INVOICE:101"), text("USD"), text("250.00"), maybe, NOW, &it, place)
                            : dollr_source_watch(some_text(), some_text(), some_text(), maybe, NOW, &it, place);
            made = it;
            break;
        }
        case 3: {
            dollr_token *it = NULL;
            code = dollr_token_new(some_text(), some_text(), &it, place);
            made = it;
            break;
        }
        case 4: {
            dollr_channel *it = NULL;
            code = dollr_channel_watch(draw(), some_number(), below(2) ? text(ID) : some_text(), NULL, NOW, &it, place);
            made = it;
            break;
        }
        default: {
            dollr_execution *execution = NULL;
            dollr_source *source = NULL;
            code = below(2) ? dollr_execution_restore(some_text(), &execution, place)
                            : dollr_source_restore(some_text(), &source, place);
            made = execution ? (void *)execution : (void *)source;
        }
    }
    CHECK((code == DOLLR_OK) == (made != NULL));
    if (made) {
        keep(made);
    }
    return code;
}

static int32_t ask(void) {
    void *handle = some_handle();
    dollr_error **place = place_for_error();
    dollr_action action;
    dollr_token_action token;
    dollr_channel_action channel;
    dollr_standing standing;
    dollr_request request;
    dollr_str said;
    int32_t code;
    switch (below(9)) {
        case 0:
        case 1:
        case 2:
            code = below(4) ? dollr_execution_next((dollr_execution *)handle, some_time(), &action, place)
                            : dollr_source_next((dollr_source *)handle, some_time(), &action, place);
            if (code == DOLLR_OK) {
                look_at(action.snapshot);
                look_at(action.client_secret);
                look_at(action.request.body);
                look_at(action.request.headers);
                look_at(action.verdict.text);
                exchange = action.kind == DOLLR_ACTION_SEND ? action.request.exchange : exchange;
            }
            return code;
        case 3:
            code = below(2) ? dollr_execution_snapshot((dollr_execution *)handle, &said, place)
                            : dollr_source_snapshot((dollr_source *)handle, &said, place);
            if (code == DOLLR_OK) {
                free(kept_snapshot);
                kept_snapshot = copied(said);
            }
            return code;
        case 4:
            code = below(2) ? dollr_execution_look((dollr_execution *)handle, some_time(), &standing, place)
                            : dollr_source_look((dollr_source *)handle, some_time(), &standing, place);
            if (code == DOLLR_OK) {
                look_at(standing.key);
                look_at(standing.conflict);
                look_at(standing.verdict.text);
            }
            return code;
        case 5:
            code = below(2) ? dollr_execution_ask((dollr_execution *)handle, &request, place)
                            : dollr_source_ask((dollr_source *)handle, &request, place);
            exchange = code == DOLLR_OK ? request.exchange : exchange;
            return code;
        case 6:
            code = below(2) ? dollr_execution_explain((dollr_execution *)handle, some_time(), &said, place)
                            : dollr_source_explain((dollr_source *)handle, some_time(), &said, place);
            break;
        case 7:
            code = dollr_token_next((dollr_token *)handle, some_time(), &token, place);
            if (code == DOLLR_OK) {
                look_at(token.bearer);
                exchange = token.kind == DOLLR_TOKEN_OBTAIN ? token.request.exchange : exchange;
            }
            return code;
        default:
            code = dollr_channel_next((dollr_channel *)handle, some_time(), &channel, place);
            if (code == DOLLR_OK) {
                look_at(channel.text);
                exchange = channel.kind == DOLLR_CHANNEL_KEY ? channel.request.exchange : exchange;
            }
            return code;
    }
    if (code == DOLLR_OK) {
        look_at(said);
    }
    return code;
}

static int32_t happen(void) {
    void *handle = some_handle();
    dollr_error **place = place_for_error();
    dollr_execution *execution = (dollr_execution *)handle;
    dollr_source *source = (dollr_source *)handle;
    dollr_token *token = (dollr_token *)handle;
    dollr_channel *channel = (dollr_channel *)handle;
    dollr_response response = some_response();
    const dollr_response *it = below(60) ? &response : NULL;
    uint64_t now = some_time();
    dollr_str target;
    switch (below(30)) {
        case 0: return dollr_execution_apply_recorded(execution, now, place);
        case 1: return dollr_execution_apply_recorded(execution, NOW, place);
        case 2: return dollr_execution_apply_shown(execution, now, place);
        case 3: return dollr_execution_apply_hint(execution, now, place);
        case 4: return dollr_execution_apply_resumed(execution, draw(), now, place);
        case 5: return dollr_execution_apply_adopted(execution, some_time(), now, place);
        case 6: return dollr_execution_apply_lost(execution, some_exchange(), some_number(), now, place);
        case 7:
        case 8:
        case 9: return dollr_execution_apply_answered(execution, some_exchange(), it, now, place);
        case 10: return dollr_source_apply_hint(source, now, place);
        case 11: return dollr_source_apply_resumed(source, draw(), now, place);
        case 12: return dollr_source_apply_adopted(source, draw(), now, place);
        case 13: return dollr_source_apply_lost(source, some_exchange(), some_number(), now, place);
        case 14: return dollr_source_apply_answered(source, some_exchange(), it, now, place);
        case 15: return dollr_token_apply_answered(token, some_exchange(), it, now, place);
        case 16: return dollr_token_apply_lost(token, some_exchange(), some_number(), now, place);
        case 17: return dollr_token_expired(token, (uint32_t)below(4), place);
        case 18: return dollr_channel_apply_answered(channel, some_exchange(), it, now, place);
        case 19: return dollr_channel_apply_unanswered(channel, some_exchange(), now, place);
        case 20: return dollr_channel_apply_connected(channel, now, place);
        case 21: return dollr_channel_apply_unconnected(channel, (uint16_t)below(600), now, place);
        case 22: return dollr_channel_apply_sent(channel, (uint32_t)below(5), now, place);
        case 23: return dollr_channel_apply_text(channel, some_text(), now, place);
        case 24: return dollr_channel_apply_binary(channel, now, place);
        case 25: return dollr_channel_apply_closed(channel, now, place);
        case 26: return dollr_channel_apply_hinted(channel, now, place);
        case 27: return dollr_channel_apply_leave(channel, now, place);
        case 28: return dollr_channel_target(channel, some_text(), &target, place);
        default: return dollr_channel_safety_poll(channel, now, NOW, now, &now, place);
    }
}

static int32_t release(void) {
    void *handle = some_handle();
    switch (below(6)) {
        case 0: return dollr_execution_free((dollr_execution *)handle);
        case 1: return dollr_source_free((dollr_source *)handle);
        case 2: return dollr_token_free((dollr_token *)handle);
        case 3: return dollr_channel_free((dollr_channel *)handle);
        case 4: return dollr_error_free((dollr_error *)handle);
        default: return dollr_client_free((dollr_client *)handle);
    }
}

void test_random(void) {
    const char *seed = getenv("DOLLR_TEST_SEED"), *said = getenv("DOLLR_TEST_CALLS");
    unsigned long calls = said ? strtoul(said, NULL, 10) : 20000, n, good = 0;
    state = seed ? strtoull(seed, NULL, 10) : ((uint64_t)time(NULL) << 20 ^ (uint64_t)getpid());
    state |= 1;
    printf("seed %llu, %lu calls\n", (unsigned long long)state, calls);
    fflush(stdout);
    for (n = 0; n < calls; n++) {
        size_t kind = below(20);
        int32_t code = kind < 4 ? make() : kind < 9 ? ask() : kind < 19 ? happen() : release();
        CHECK(code >= DOLLR_OK && code < 400 && code != DOLLR_ERROR_PANIC);
        good += code == DOLLR_OK;
        if (error) {
            dollr_error_info info;
            CHECK(code != DOLLR_OK && dollr_error_read(error, &info) == DOLLR_OK && info.code == code);
            look_at(info.message);
            CHECK(dollr_error_free(error) == DOLLR_OK && dollr_error_free(error) == DOLLR_ERROR_HANDLE);
            error = NULL;
        }
    }
    for (n = 0; n < 100 * HANDLES; n++) {
        keep(NULL);
    }
    free(kept_snapshot);
    printf("%lu of them went well\n", good);
    CHECK(good > calls / 20);
}
