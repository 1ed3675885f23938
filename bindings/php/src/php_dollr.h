/* The extension dollr: payments by the Dollr Open API, from PHP. It carries values across and decides nothing.
 *
 * dollr.c module and php.ini · held.c what a request must give back · objects.c objects and their handles · values.c plain values
 * errors.c exceptions · arguments.c what PHP gives · intent.c Policy, Passcode, Intent · action.c Request, Action
 * machine.c Execution, Source · token.c · channel.c · call.c calls that wait · settings.c, client.c, pay.c Client · journal.c */
#ifndef PHP_DOLLR_H
#define PHP_DOLLR_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "php.h"
#include "php_ini.h"
#include "zend_attributes.h"
#include "zend_enum.h"
#include "zend_exceptions.h"

#include <dollr.h>

#define PHP_DOLLR_VERSION "0.1.0"

extern zend_module_entry dollr_module_entry;
#define phpext_dollr_ptr &dollr_module_entry

/* What lives outside of PHP's memory until it is given back: at the latest when the request ends, however it ends. */
typedef struct dollr_held {
    struct dollr_held *before;
    void *it;
    void (*give_back)(void *it);
    pid_t pid;
} dollr_held;

ZEND_BEGIN_MODULE_GLOBALS(dollr)
    dollr_held *held;
    char *client_id;
    char *base_url;
    char *journal;
    char *realtime_url;
    char *ca_bundle;
ZEND_END_MODULE_GLOBALS(dollr)

ZEND_EXTERN_MODULE_GLOBALS(dollr)
#define DOLLR_G(v) ZEND_MODULE_GLOBALS_ACCESSOR(dollr, v)

#if defined(ZTS) && defined(COMPILE_DL_DOLLR)
ZEND_TSRMLS_CACHE_EXTERN()
#endif

/* ---- held.c: a memory limit or time-out leaves by longjmp; nothing may be known by a C variable alone then ---- */

/* Gives `it` back at the end of the request, or when it is let go. False where there is no memory: it was given back then. */
bool dollr_hold(void *it, void (*give_back)(void *it));
void dollr_let_go(void *it);
void dollr_give_all_back(void);

/* ---- objects.c ---- */

typedef enum dollr_kind {
    DOLLR_VALUE,
    DOLLR_EXECUTION,
    DOLLR_SOURCE,
    DOLLR_TOKEN,
    DOLLR_CHANNEL,
    DOLLR_CLIENT,
    DOLLR_JOURNAL
} dollr_kind;

typedef struct dollr_object {
    dollr_kind kind;
    void *handle;            /* of what has one */
    zend_string *secret;     /* what no dump may show; wiped when it goes */
    zend_object *passcode;   /* of an intent */
    dollr_exchange exchange; /* of a request */
    uint32_t number;         /* of an action */
    uint64_t patience_ms;    /* of a client, where its policy says so */
    zend_object std;
} dollr_object;

static inline dollr_object *dollr_of(zend_object *object) {
    return (dollr_object *)((char *)object - XtOffsetOf(dollr_object, std));
}

#define DOLLR_THIS dollr_of(Z_OBJ_P(ZEND_THIS))

/* Private, never called: what it belongs to is made by the library alone. */
#define DOLLR_NO_CONSTRUCTOR(class) \
    ZEND_METHOD(class, __construct) { \
        ZEND_PARSE_PARAMETERS_NONE(); \
    }

/* Final, without dynamic properties, neither cloned nor serialised. */
zend_class_entry *dollr_class(zend_class_entry *ce);
void dollr_objects_startup(void);
/* A new object whose properties are to be set. */
dollr_object *dollr_make(zval *into, zend_class_entry *ce);
/* The handle is the object's from here on. Make the object first: that may fail, and nobody else knows the handle. */
void dollr_keep(dollr_object *object, dollr_kind kind, void *handle);
void dollr_hide(dollr_object *object, dollr_str text);

/* Properties by name, readonly ones too. */
void dollr_set_text(zval *object, const char *name, dollr_str text);
void dollr_set_optional(zval *object, const char *name, dollr_str text);
void dollr_set_number(zval *object, const char *name, uint64_t number);
void dollr_set_moment(zval *object, const char *name, uint64_t ms);
void dollr_set_seconds(zval *object, const char *name, uint64_t ms);
void dollr_set_seconds_or_null(zval *object, const char *name, uint64_t ms);
void dollr_set_bool(zval *object, const char *name, bool it);
void dollr_set_null(zval *object, const char *name);
/* Takes the value over. */
void dollr_set(zval *object, const char *name, zval *value);

/* ---- errors.c ---- */

extern zend_class_entry *dollr_ce_invalid, *dollr_ce_internal;
void dollr_errors_startup(void);
/* Throws what the code says, and frees the error; true where the call did what it should. The error is read here, so that the call
   may be the first argument. */
bool dollr_succeeded(int32_t code, dollr_error *const *error);
ZEND_COLD void dollr_throw_invalid(const char *format, ...);
ZEND_COLD void dollr_throw_config(const char *format, ...);

/* ---- values.c ---- */

extern zend_class_entry *dollr_ce_session, *dollr_ce_problem;
void dollr_values_startup(void);
void dollr_case(zval *into, zend_class_entry *ce, const char *name);
void dollr_verdict_case(zval *into, const dollr_verdict *verdict);
void dollr_problems(zval *into, const dollr_problem *problems, size_t count);
void dollr_outcome(zval *into, const dollr_verdict *verdict);
void dollr_report_value(zval *into, const dollr_report_info *info);
void dollr_session_value(zval *into, const dollr_session *session, dollr_str source);
void dollr_checkout_value(zval *into, const dollr_checkout_info *info);
void dollr_realtime_key_value(zval *into, const dollr_realtime_key_info *info);
void dollr_claim_value(zval *into, const dollr_claim_info *info);
void dollr_delivery_value(zval *into, const dollr_delivery_info *info);
void dollr_summary_value(zval *into, const dollr_summary_info *info);
void dollr_entry_value(zval *into, const dollr_entry *entry);

/* ---- arguments.c ---- */

static inline dollr_str dollr_none(void) {
    dollr_str it = {NULL, 0};
    return it;
}

/* A text of PHP's; NULL is absent. */
static inline dollr_str dollr_text(const zend_string *text) {
    dollr_str it = dollr_none();
    if (text) {
        it.ptr = ZSTR_VAL(text);
        it.len = ZSTR_LEN(text);
    }
    return it;
}

static inline void dollr_return_text(zval *return_value, dollr_str text) {
    RETVAL_STRINGL(text.ptr ? text.ptr : "", text.len);
}

/* The moment that was given, else the system's clock. */
bool dollr_now(zend_long given, bool is_null, uint64_t *now_ms);
/* A span of seconds as milliseconds; none is 0. */
bool dollr_span(double seconds, bool is_null, const char *what, uint64_t *ms);
/* The same where 0 is the library's choice: none at all is DOLLR_NO_PATIENCE. */
bool dollr_patience(double seconds, bool is_null, uint64_t *ms);
/* The same where none at all would mean nothing, and is refused. */
bool dollr_some_span(double seconds, bool is_null, const char *what, uint64_t *ms);
/* A string or an int, as a new string; NULL for null where that is allowed. A float is no name and no amount (I15). */
bool dollr_exact(zval *given, uint32_t argument, bool nullable, zend_string **text);
/* `INVOICE` or `ORDER`; NULL is 0. */
bool dollr_source_kind(const zend_string *given, int32_t *kind);
/* A session, and what it was made for: a text of whoever gave it, absent where that is not known. */
typedef struct dollr_within {
    dollr_session session;
    dollr_str source;
} dollr_within;
/* A Session, an int or a string of digits. */
bool dollr_session_of(zval *given, uint32_t argument, dollr_within *within);
/* An answer; what it reads must live as long. Headers that came several times are joined in `joined`, to be released. */
bool dollr_response_of(zend_long status, const zend_string *body, HashTable *headers, dollr_response *response, zend_string *joined[3]);
void dollr_release_joined(zend_string *joined[3]);

/* The same, made for this, where it is said. */
static inline const dollr_within *dollr_for(dollr_within *within, const zend_string *source) {
    if (source) {
        within->source = dollr_text(source);
    }
    return within;
}

/* ---- intent.c ---- */

extern zend_class_entry *dollr_ce_policy, *dollr_ce_intent;
void dollr_intent_startup(void);
/* A policy and the points of its schedule, into which it points; a learned schedule has about twenty. */
#define DOLLR_POINTS 64
typedef struct dollr_policy_parts {
    dollr_policy policy;
    dollr_gap gaps[DOLLR_POINTS];
} dollr_policy_parts;
/* NULL is the library's choice. */
bool dollr_policy_of(zend_object *given, dollr_policy_parts *parts);
/* What is read from the objects: the structures point into them. */
typedef struct dollr_intent_parts {
    dollr_intent intent;
    dollr_passcode passcode;
} dollr_intent_parts;
void dollr_intent_of(zend_object *given, dollr_intent_parts *parts);
/* A new intent; a `reference_id` of NULL is made. Throws where it is none. */
bool dollr_intent_make(zval *into, int32_t operation, const dollr_within *within, zend_string *account, zend_string *currency,
                       zend_string *amount, zend_string *reference_id, zend_object *passcode);

/* ---- action.c ---- */

extern zend_class_entry *dollr_ce_request, *dollr_ce_action;
void dollr_action_startup(void);
void dollr_request_value(zval *into, const dollr_request *request);
void dollr_action_value(zval *into, const dollr_action *action);
void dollr_token_action_value(zval *into, const dollr_token_action *action);
void dollr_channel_action_value(zval *into, const dollr_channel_action *action);

void dollr_machine_startup(void);
void dollr_token_startup(void);
void dollr_channel_startup(void);
void dollr_client_startup(void);

/* ---- journal.c ---- */

extern zend_class_entry *dollr_ce_journal;
void dollr_journal_startup(void);

/* ---- settings.c ---- */

/* The settings of a client, and the texts that were copied for them. */
typedef struct dollr_settings {
    dollr_client_options options;
    dollr_str place; /* where a journal is to be opened */
    char *copies[8];
    int copy_count;
} dollr_settings;

/* Fills in what is not set: php.ini, then the environment. */
void dollr_settings_default(dollr_settings *settings);
/* Whether the journal's place may stand where it stands: a password in php.ini may not. Throws. */
bool dollr_settings_place(const dollr_settings *settings);
void dollr_settings_free(dollr_settings *settings);

#endif
