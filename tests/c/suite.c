/* The program of the C tests: `suite NAME` runs one, and says nothing but why it failed. */
#include "check.h"

dollr_error *error;

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"machines", test_machines}, {"sources", test_sources}, {"tokens", test_tokens}, {"channels", test_channels},
    {"misuse", test_misuse},     {"quiet", test_quiet},     {"values", test_values}, {"client", test_client},
    {"goods", test_goods},       {"duplicates", test_duplicates}, {"action", test_action},   {"vectors", test_vectors}, {"random", test_random},
    {"phone_and_page", test_phone_and_page},
    {"generations", test_generations}, {"threads", test_threads},   {"busy", test_busy},       {"fork", test_fork},
};

int main(int count, char **arguments) {
    size_t n;
    for (n = 0; n < sizeof tests / sizeof *tests; n++) {
        if (count > 1 && strcmp(arguments[1], tests[n].name) == 0) {
            tests[n].run();
            return 0;
        }
    }
    fprintf(stderr, "usage: suite NAME\n");
    return 2;
}

void expect_code(int32_t found, int32_t expected, const char *file, int line, const char *call) {
    dollr_error_info info;
    memset(&info, 0, sizeof info);
    if (error) {
        CHECK(dollr_error_read(error, &info) == DOLLR_OK);
    }
    if (found != expected) {
        fprintf(stderr, "%s:%d: %d, expected %d: %s: %.*s\n", file, line, (int)found, (int)expected, call,
                (int)info.message.len, info.message.ptr ? info.message.ptr : "");
        exit(1);
    }
    if (found == DOLLR_OK) {
        CHECK(error == NULL);
        return;
    }
    if (error) {
        CHECK(info.code == expected && info.kind.len > 0 && info.message.len > 0);
        CHECK(dollr_error_free(error) == DOLLR_OK);
        error = NULL;
    }
}

dollr_str text(const char *terminated) {
    dollr_str it;
    it.ptr = terminated;
    it.len = strlen(terminated);
    return it;
}

dollr_str none(void) {
    dollr_str it;
    it.ptr = NULL;
    it.len = 0;
    return it;
}

int is(dollr_str found, const char *expected) {
    return found.ptr && found.len == strlen(expected) && memcmp(found.ptr, expected, found.len) == 0;
}

int contains(dollr_str found, const char *part) {
    char *copy = copied(found);
    int yes = strstr(copy, part) != NULL;
    free(copy);
    return yes;
}

char *copied(dollr_str found) {
    char *copy = (char *)malloc(found.len + 1);
    CHECK(copy);
    if (found.len > 0) {
        memcpy(copy, found.ptr, found.len);
    }
    copy[found.len] = 0;
    return copy;
}

dollr_response answer(uint16_t status, const char *body) {
    dollr_response it;
    memset(&it, 0, sizeof it);
    it.size = sizeof it;
    it.status = status;
    it.body = text(body);
    return it;
}

dollr_intent collection(const char *reference_id) {
    dollr_intent it;
    memset(&it, 0, sizeof it);
    it.size = sizeof it;
    it.operation = DOLLR_OPERATION_COLLECTION;
    it.reference_id = text(reference_id);
    it.session = 55;
    it.account = text("18");
    it.currency = text("USD");
    it.amount = text("250.00");
    return it;
}

dollr_execution *prepared(void) {
    dollr_intent intent = collection(ID);
    dollr_execution *execution = NULL;
    OK(dollr_execution_prepare(&intent, NULL, NOW, &execution, &error));
    CHECK(execution != NULL);
    return execution;
}

dollr_action next(dollr_execution *execution, uint64_t now) {
    dollr_action action;
    OK(dollr_execution_next(execution, now, &action, &error));
    return action;
}

dollr_execution *opened(void) {
    dollr_execution *execution = prepared();
    dollr_response pending = answer(201, STATUS("PENDING"));
    dollr_action action = next(execution, NOW);
    CHECK(action.kind == DOLLR_ACTION_RECORD);
    OK(dollr_execution_apply_recorded(execution, NOW, &error));
    action = next(execution, NOW);
    CHECK(action.kind == DOLLR_ACTION_SEND);
    OK(dollr_execution_apply_answered(execution, action.request.exchange, &pending, NOW, &error));
    return execution;
}
