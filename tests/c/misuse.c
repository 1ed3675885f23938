/* What a check can prevent, it prevents: handles, pointers and texts that are not what they should be (I13; T23, T25, T29). */
#include "check.h"

static void what_was_freed_is_an_error(void) {
    dollr_execution *first = prepared(), *second;
    dollr_action action;
    size_t n;
    OK(dollr_execution_free(first));
    FAILS(DOLLR_ERROR_HANDLE, dollr_execution_free(first));
    FAILS(DOLLR_ERROR_HANDLE, dollr_execution_next(first, NOW, &action, &error));
    FAILS(DOLLR_ERROR_HANDLE, dollr_execution_apply_recorded(first, NOW, &error));
    /* Its place is used again, and it opens nothing. */
    for (n = 0; n < 100; n++) {
        second = prepared();
        CHECK(second != first);
        FAILS(DOLLR_ERROR_HANDLE, dollr_execution_free(first));
        OK(dollr_execution_free(second));
    }
    OK(dollr_execution_free(NULL));
}

/* The same place is used a million times and more, and no handle comes twice: what was freed at first opens nothing. */
static void a_handle_never_comes_again(void) {
    dollr_token *first = NULL, *token = NULL;
    size_t n;
    OK(dollr_token_new(text("id"), text("hush"), &first, &error));
    OK(dollr_token_free(first));
    for (n = 0; n < 1100000; n++) {
        CHECK(dollr_token_new(text("id"), text("hush"), &token, NULL) == DOLLR_OK && token != first);
        CHECK(dollr_token_free(token) == DOLLR_OK);
    }
    FAILS(DOLLR_ERROR_HANDLE, dollr_token_free(first));
}

static void another_type_and_garbage_are_errors(void) {
    dollr_execution *execution = prepared();
    dollr_action action;
    uintptr_t bits;
    FAILS(DOLLR_ERROR_TYPE, dollr_source_next((dollr_source *)execution, NOW, &action, &error));
    FAILS(DOLLR_ERROR_TYPE, dollr_source_free((dollr_source *)execution));
    FAILS(DOLLR_ERROR_TYPE, dollr_client_sign_in((dollr_client *)execution, &error));
    FAILS(DOLLR_ERROR_TYPE, dollr_error_free((dollr_error *)execution));
    FAILS(DOLLR_ERROR_NULL, dollr_execution_next(NULL, NOW, &action, &error));
    FAILS(DOLLR_ERROR_HANDLE, dollr_execution_next((dollr_execution *)&action, NOW, &action, &error));
    FAILS(DOLLR_ERROR_HANDLE, dollr_execution_next((dollr_execution *)(uintptr_t)-1, NOW, &action, &error));
    for (bits = 1; bits != 0; bits <<= 1) {
        /* One bit flipped: its place, its generation, its process, its type. */
        dollr_execution *other = (dollr_execution *)((uintptr_t)execution ^ bits);
        CHECK(dollr_execution_next(other, NOW, &action, NULL) != DOLLR_OK);
        CHECK(dollr_execution_next((dollr_execution *)bits, NOW, &action, NULL) != DOLLR_OK);
    }
    OK(dollr_execution_free(execution));
}

static void nothing_is_written_where_a_call_fails(void) {
    dollr_execution *execution = prepared(), *out = execution;
    dollr_intent intent = collection("not an id");
    dollr_action action;
    unsigned char *byte = (unsigned char *)&action;
    size_t n;
    memset(&action, 0x5a, sizeof action);
    FAILS(DOLLR_ERROR_INVALID, dollr_execution_prepare(&intent, NULL, NOW, &out, &error));
    CHECK(out == execution);
    OK(dollr_execution_free(execution));
    FAILS(DOLLR_ERROR_HANDLE, dollr_execution_next(execution, NOW, &action, &error));
    for (n = 0; n < sizeof action; n++) {
        CHECK(byte[n] == 0x5a);
    }
}

static void an_error_is_left_alone_where_a_call_goes_well(void) {
    dollr_execution *execution = prepared();
    dollr_error *mine = NULL, *kept;
    dollr_error_info info;
    dollr_action action;
    FAILS(DOLLR_ERROR_REJECTED, dollr_execution_apply_shown(execution, NOW, &mine));
    kept = mine;
    OK(dollr_execution_next(execution, NOW, &action, &mine));
    CHECK(mine == kept);
    OK(dollr_execution_free(execution));
    OK(dollr_error_read(kept, &info));
    CHECK(info.code == DOLLR_ERROR_REJECTED && is(info.kind, "rejected") && contains(info.message, "Prepared"));
    CHECK(!info.retryable && !info.outcome_unknown && info.http_status == 0 && !info.key.ptr && info.problem_count == 0);
    FAILS(DOLLR_ERROR_NULL, dollr_error_read(kept, NULL));
    OK(dollr_error_free(kept));
    FAILS(DOLLR_ERROR_HANDLE, dollr_error_free(kept));
    FAILS(DOLLR_ERROR_HANDLE, dollr_error_read(kept, &info));
    OK(dollr_error_free(NULL));
}

static void pointers_are_looked_at_first(void) {
    dollr_execution *execution = prepared();
    dollr_intent intent = collection(ID);
    dollr_response response = answer(200, "");
    dollr_exchange exchange = {DOLLR_PURPOSE_STATUS, 0};
    union {
        dollr_action action;
        char bytes[sizeof(dollr_action) + 16];
    } odd;
    FAILS(DOLLR_ERROR_NULL, dollr_execution_next(execution, NOW, NULL, &error));
    FAILS(DOLLR_ERROR_ALIGNMENT, dollr_execution_next(execution, NOW, (dollr_action *)(void *)(odd.bytes + 1), &error));
    FAILS(DOLLR_ERROR_NULL, dollr_execution_prepare(NULL, NULL, NOW, &execution, &error));
    FAILS(DOLLR_ERROR_NULL, dollr_execution_prepare(&intent, NULL, NOW, NULL, &error));
    FAILS(DOLLR_ERROR_ALIGNMENT,
          dollr_execution_prepare((dollr_intent *)(void *)(odd.bytes + 1), NULL, NOW, &execution, &error));
    intent.size -= 1;
    FAILS(DOLLR_ERROR_SIZE, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.size = 0;
    FAILS(DOLLR_ERROR_SIZE, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    response.size = 1;
    FAILS(DOLLR_ERROR_SIZE, dollr_execution_apply_answered(execution, exchange, &response, NOW, &error));
    CHECK(dollr_execution_apply_shown(execution, NOW, (dollr_error **)(void *)(odd.bytes + 1)) == DOLLR_ERROR_ALIGNMENT);
    OK(dollr_execution_free(execution));
}

static void texts_are_pointer_and_length(void) {
    static const char zero[] = ID "\0";
    dollr_execution *execution = NULL;
    dollr_intent intent = collection(ID);
    dollr_str huge = {zero, (size_t)-1};
    dollr_str null_with_length = {NULL, 3};

    intent.reference_id.len = sizeof zero - 1; /* with a NUL at its end */
    FAILS(DOLLR_ERROR_INVALID, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.reference_id.len = 35;
    FAILS(DOLLR_ERROR_INVALID, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.reference_id = huge;
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.reference_id = null_with_length;
    FAILS(DOLLR_ERROR_NULL, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.reference_id = none();
    FAILS(DOLLR_ERROR_NULL, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.reference_id = text("\xc3\x28");
    FAILS(DOLLR_ERROR_UTF8, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent = collection(ID);
    intent.currency = text("");
    FAILS(DOLLR_ERROR_INVALID, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent.currency = none();
    FAILS(DOLLR_ERROR_NULL, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent = collection(ID);
    intent.account = text("../../etc\r\n");
    FAILS(DOLLR_ERROR_INVALID, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent = collection(ID);
    intent.amount = text("-1");
    FAILS(DOLLR_ERROR_INVALID, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    intent = collection(ID);
    intent.operation = 0;
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    CHECK(execution == NULL);
}

static void snapshots_are_refused_by_name(void) {
    dollr_execution *execution = prepared(), *restored = NULL;
    dollr_source *source = NULL;
    dollr_str snapshot;
    char *kept, *at;
    OK(dollr_execution_snapshot(execution, &snapshot, &error));
    kept = copied(snapshot);
    FAILS(DOLLR_ERROR_SNAPSHOT_DAMAGED, dollr_execution_restore(text("{}"), &restored, &error));
    FAILS(DOLLR_ERROR_SNAPSHOT_KIND, dollr_source_restore(text(kept), &source, &error));
    at = strstr(kept, "250.00");
    CHECK(at);
    *at = '9';
    FAILS(DOLLR_ERROR_SNAPSHOT_TAMPERED, dollr_execution_restore(text(kept), &restored, &error));
    *at = '2';
    at = strstr(kept, "\"version\":1");
    CHECK(at);
    at[10] = '2';
    FAILS(DOLLR_ERROR_SNAPSHOT_VERSION, dollr_execution_restore(text(kept), &restored, &error));
    CHECK(restored == NULL);
    free(kept);
    OK(dollr_execution_free(execution));
}

void test_misuse(void) {
    what_was_freed_is_an_error();
    another_type_and_garbage_are_errors();
    nothing_is_written_where_a_call_fails();
    an_error_is_left_alone_where_a_call_goes_well();
    pointers_are_looked_at_first();
    texts_are_pointer_and_length();
    snapshots_are_refused_by_name();
}

void test_generations(void) {
    a_handle_never_comes_again();
}

/* No error says a secret. */
void test_quiet(void) {
    const char *secret = "hush-hush-9271";
    dollr_error_info info;
    dollr_error *mine = NULL;
    dollr_client *client = NULL;
    dollr_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.client_id = text("id");
    options.client_secret = text(secret);
    options.base_url = text("http://127.0.0.1:1");
    OK(dollr_client_new(&options, &client, &error));
    /* Nobody listens there: that is no verdict about the credentials. */
    OK(dollr_client_sign_in(client, &error));
    OK(dollr_client_free(client));
    options.base_url = text("http://id:hush-hush-9271@example.org");
    CHECK(dollr_client_new(&options, &client, &mine) == DOLLR_ERROR_CONFIG);
    OK(dollr_error_read(mine, &info));
    CHECK(info.message.len > 0 && !contains(info.message, secret));
    OK(dollr_error_free(mine));
}

/* Numbers, versions and sizes that a program was built with. */
void test_values(void) {
    dollr_reference_id ids[64];
    dollr_str version;
    char expected[32];
    size_t n, m;
    CHECK(dollr_abi_version() == DOLLR_ABI_VERSION);
    OK(dollr_version(&version));
    sprintf(expected, "%d.%d.%d", DOLLR_VERSION_MAJOR, DOLLR_VERSION_MINOR, DOLLR_VERSION_PATCH);
    CHECK(is(version, expected));
    for (n = 0; n < 64; n++) {
        OK(dollr_reference_id_new(&ids[n], &error));
        CHECK(strlen(ids[n].text) == 36 && ids[n].text[14] == '4');
        for (m = 0; m < n; m++) {
            CHECK(strcmp(ids[n].text, ids[m].text) != 0);
        }
    }
    FAILS(DOLLR_ERROR_NULL, dollr_reference_id_new(NULL, &error));
    FAILS(DOLLR_ERROR_NULL, dollr_version(NULL));
}
