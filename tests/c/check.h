/* What all C tests share: checks that say where they failed, texts, and a payment to begin with. */
#ifndef CHECK_H
#define CHECK_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <dollr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW UINT64_C(1750000000000)

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                          \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

/* The call must go well; what went wrong is printed. */
#define OK(call) expect_code((call), DOLLR_OK, __FILE__, __LINE__, #call)
/* The call must fail with this code, and give an error that says so. */
#define FAILS(code, call) expect_code((call), (code), __FILE__, __LINE__, #call)

/* The error of the latest call that was given `&error`. */
extern dollr_error *error;

void expect_code(int32_t found, int32_t expected, const char *file, int line, const char *call);

dollr_str text(const char *terminated);
dollr_str none(void);
int is(dollr_str found, const char *expected);
int contains(dollr_str found, const char *part);
/* A copy with a terminator, to be freed. */
char *copied(dollr_str found);

dollr_response answer(uint16_t status, const char *body);
dollr_intent collection(const char *reference_id);
dollr_execution *prepared(void);
/* Recorded, posted, taken on: the status is awaited. */
dollr_execution *opened(void);
dollr_action next(dollr_execution *execution, uint64_t now);

#define ID "07070707-0707-4707-8707-070707070707"
#define STATUS(status)                                                                                       \
    "{\"reference_id\": \"" ID "\", \"operation_type\": \"COLLECTION\", \"status\": \"" status               \
    "\", \"payer_amount\": 250.00, \"payer_currency\": \"USD\"}"

#define LONGEST_PATH 512

/* The journal of this name, in the folder of the tests, and its file. */
void journal_path(const char *name, char *path);
dollr_journal *journal(const char *name);
dollr_client *client_of(const dollr_journal *journal);
/* A new order with a session, and the intent to collect from this account. */
dollr_intent intent_of(dollr_client *client, const char *account, char *source, dollr_reference_id *id);
dollr_attempt attempt_of(const dollr_intent *intent);

/* The tests, each a program of its own: `suite NAME`. */
void test_machines(void);
void test_sources(void);
void test_tokens(void);
void test_channels(void);
void test_misuse(void);
void test_generations(void);
void test_quiet(void);
void test_values(void);
void test_client(void);
void test_goods(void);
void test_duplicates(void);
void test_phone_and_page(void);
void test_action(void);
void test_vectors(void);
void test_random(void);
void test_threads(void);
void test_busy(void);
void test_fork(void);

#endif
