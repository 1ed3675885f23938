/* What `next` costs on an open payment, called through the C ABI: prints nanoseconds.
 *
 *     crossing SNAPSHOT NOW */
#define _POSIX_C_SOURCE 200809L

#include <dollr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 100000, BATCHES = 20 };

static double clocked(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void must(int good) {
    if (!good) {
        fputs("a call has failed\n", stderr);
        exit(1);
    }
}

int main(int count, char **arguments) {
    dollr_str text;
    dollr_execution *payment = NULL;
    dollr_action action;
    uint64_t now;
    double least = 0;
    int batch, call;
    must(count == 3);
    text.ptr = arguments[1];
    text.len = strlen(arguments[1]);
    now = strtoull(arguments[2], NULL, 10);
    must(dollr_execution_restore(text, &payment, NULL) == DOLLR_OK);
    for (batch = 0; batch < BATCHES; batch++) {
        double began = clocked();
        for (call = 0; call < CALLS; call++) {
            must(dollr_execution_next(payment, now, &action, NULL) == DOLLR_OK);
        }
        began = (clocked() - began) / CALLS;
        least = batch == 0 || began < least ? began : least;
    }
    must(action.kind == DOLLR_ACTION_WAIT);
    must(dollr_execution_free(payment) == DOLLR_OK);
    printf("%f\n", least);
    return 0;
}
