/* The transition vectors of the core, replayed through C: the same snapshots, byte for byte (I9). */
#include "check.h"

enum { FIELDS = 16 };

static char *field[FIELDS];
static char name[200];

/* The text of a field, decoded where it stands. */
static dollr_str hex(int n) {
    dollr_str it = none();
    size_t length, at;
    CHECK(field[n]);
    if (strcmp(field[n], "-") == 0) {
        return it;
    }
    length = strlen(field[n] + 1) / 2;
    for (at = 0; at < length; at++) {
        unsigned int byte;
        CHECK(sscanf(field[n] + 1 + 2 * at, "%2x", &byte) == 1);
        field[n][at] = (char)byte;
    }
    field[n][length] = 0;
    it.ptr = field[n];
    it.len = length;
    return it;
}

static uint64_t number(int n) {
    CHECK(field[n]);
    return strtoull(field[n], NULL, 10);
}

/* The points of the schedule: AGE:GAP,AGE:GAP… */
static size_t points(dollr_gap *gaps, size_t room) {
    size_t count = 0;
    const char *at = field[7];
    for (;;) {
        char *end;
        CHECK(count < room);
        gaps[count].age_ms = strtoull(at, &end, 10);
        CHECK(*end == ':');
        gaps[count++].gap_ms = strtoull(end + 1, &end, 10);
        if (*end != ',') {
            return count;
        }
        at = end + 1;
    }
}

static dollr_policy policy(void) {
    static dollr_gap gaps[32];
    dollr_policy it;
    memset(&it, 0, sizeof it);
    it.size = sizeof it;
    it.patience_ms = number(2);
    it.horizon_ms = number(3);
    it.grace_ms = number(4);
    it.sends = (uint32_t)number(5);
    it.schedule = DOLLR_SCHEDULE_CUSTOM;
    it.first_ms = number(6);
    it.gaps = gaps;
    it.gap_count = points(gaps, sizeof gaps / sizeof *gaps);
    return it;
}

static dollr_execution *execution;
static dollr_source *source;

static void begin_machine(void) {
    dollr_policy how = policy();
    if (strcmp(field[0], "source") == 0) {
        OK(dollr_source_watch(hex(8), hex(9), hex(10), &how, number(1), &source, &error));
    } else {
        dollr_intent intent;
        memset(&intent, 0, sizeof intent);
        intent.size = sizeof intent;
        intent.operation = (int32_t)number(8);
        intent.reference_id = hex(9);
        intent.session = number(10);
        intent.account = hex(11);
        intent.currency = hex(12);
        intent.amount = hex(13);
        intent.session_expires_at_ms = number(14);
        OK(dollr_execution_prepare(&intent, &how, number(1), &execution, &error));
    }
}

static void happens(void) {
    uint64_t now = number(1);
    const char *event = field[0];
    dollr_exchange exchange = {0, 0};
    if (strcmp(event, "answered") == 0 || strcmp(event, "lost") == 0) {
        exchange.purpose = (int32_t)number(3);
        exchange.number = (uint32_t)number(4);
    }
    if (strcmp(event, "answered") == 0) {
        dollr_response response = answer((uint16_t)number(5), "");
        response.body = hex(6);
        response.date = hex(7);
        response.retry_after = hex(8);
        response.age = hex(9);
        OK(execution ? dollr_execution_apply_answered(execution, exchange, &response, now, &error)
                     : dollr_source_apply_answered(source, exchange, &response, now, &error));
    } else if (strcmp(event, "lost") == 0) {
        int32_t loss = (int32_t)number(5);
        OK(execution ? dollr_execution_apply_lost(execution, exchange, loss, now, &error)
                     : dollr_source_apply_lost(source, exchange, loss, now, &error));
    } else if (strcmp(event, "resumed") == 0) {
        OK(execution ? dollr_execution_apply_resumed(execution, number(3), now, &error)
                     : dollr_source_apply_resumed(source, number(3), now, &error));
    } else if (strcmp(event, "adopted") == 0) {
        OK(execution ? dollr_execution_apply_adopted(execution, number(3), now, &error)
                     : dollr_source_apply_adopted(source, number(3), now, &error));
    } else if (strcmp(event, "hint") == 0) {
        OK(execution ? dollr_execution_apply_hint(execution, now, &error) : dollr_source_apply_hint(source, now, &error));
    } else if (strcmp(event, "shown") == 0) {
        OK(dollr_execution_apply_shown(execution, now, &error));
    } else {
        CHECK(strcmp(event, "recorded") == 0);
        OK(dollr_execution_apply_recorded(execution, now, &error));
    }
}

static dollr_str snapshot(void) {
    dollr_str it;
    OK(execution ? dollr_execution_snapshot(execution, &it, &error) : dollr_source_snapshot(source, &it, &error));
    return it;
}

void test_vectors(void) {
    const char *path = getenv("DOLLR_TEST_VECTORS");
    static char line[65536];
    int replayed = 0, steps = 0;
    FILE *file;
    CHECK(path);
    file = fopen(path, "r");
    CHECK(file);
    while (fgets(line, sizeof line, file)) {
        char *at = line;
        int n;
        line[strcspn(line, "\n")] = 0;
        for (n = 0; n < FIELDS; n++) {
            field[n] = at;
            if (at && (at = strchr(at, '\t')) != NULL) {
                *at++ = 0;
            }
        }
        if (strcmp(field[0], "begin") == 0) {
            snprintf(name, sizeof name, "%s", hex(1).ptr);
        } else if (strcmp(field[0], "execution") == 0 || strcmp(field[0], "source") == 0) {
            begin_machine();
        } else if (strcmp(field[0], "end") == 0) {
            if (!is(snapshot(), hex(1).ptr)) {
                fprintf(stderr, "%s: the snapshot is another: %s\n", name, copied(snapshot()));
                exit(1);
            }
            OK(dollr_execution_free(execution));
            OK(dollr_source_free(source));
            execution = NULL;
            source = NULL;
            replayed++;
        } else {
            char check[64];
            sprintf(check, "\"check\":\"%.20s\"", field[2]);
            happens();
            if (!contains(snapshot(), check)) {
                fprintf(stderr, "%s: another snapshot after %s at %s\n", name, field[0], field[1]);
                exit(1);
            }
            steps++;
        }
    }
    fclose(file);
    printf("%d machines, %d steps\n", replayed, steps);
    CHECK(replayed >= 30 && steps >= 280);
}
