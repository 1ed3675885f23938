/* The machines of payments: Execution and Source. Each method is a call of the library's, for whichever of the two it is. */
#include "php_dollr.h"

static zend_class_entry *execution_ce, *source_ce;

DOLLR_NO_CONSTRUCTOR(Dollr_Execution)
DOLLR_NO_CONSTRUCTOR(Dollr_Source)

/* `EITHER(it, next, (…))` calls dollr_execution_next or dollr_source_next. */
#define EITHER(it, function, ...) \
    ((it)->kind == DOLLR_EXECUTION ? dollr_execution_##function((it)->handle, __VA_ARGS__) : dollr_source_##function((it)->handle, __VA_ARGS__))

/* ---- birth ---- */

ZEND_METHOD(Dollr_Execution, newReferenceId) {
    dollr_reference_id id;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_NONE();
    code = dollr_reference_id_new(&id, &error);
    if (dollr_succeeded(code, &error)) {
        RETURN_STRING(id.text);
    }
}

/* The machine that a call has made, as an object; where it failed, the object goes. */
static void born(zval *return_value, dollr_object *it, dollr_kind kind, void *handle, int32_t code, dollr_error *error) {
    if (code == DOLLR_OK) {
        dollr_keep(it, kind, handle);
        return;
    }
    zval_ptr_dtor(return_value);
    ZVAL_NULL(return_value);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, prepare) {
    zend_object *intent, *given = NULL;
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_intent_parts parts;
    dollr_policy_parts policy;
    dollr_execution *execution = NULL;
    dollr_error *error = NULL;
    dollr_object *it;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 3)
        Z_PARAM_OBJ_OF_CLASS(intent, dollr_ce_intent)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
        Z_PARAM_OBJ_OF_CLASS_OR_NULL(given, dollr_ce_policy)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_policy_of(given, &policy)) {
        RETURN_THROWS();
    }
    dollr_intent_of(intent, &parts);
    it = dollr_make(return_value, execution_ce);
    code = dollr_execution_prepare(&parts.intent, &policy.policy, now, &execution, &error);
    born(return_value, it, DOLLR_EXECUTION, execution, code, error);
}

ZEND_METHOD(Dollr_Execution, restore) {
    zend_string *snapshot;
    dollr_execution *execution = NULL;
    dollr_error *error = NULL;
    dollr_object *it;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(snapshot)
    ZEND_PARSE_PARAMETERS_END();
    it = dollr_make(return_value, execution_ce);
    code = dollr_execution_restore(dollr_text(snapshot), &execution, &error);
    born(return_value, it, DOLLR_EXECUTION, execution, code, error);
}

ZEND_METHOD(Dollr_Source, watch) {
    zend_string *source, *currency, *total;
    zval *amount;
    zend_object *given = NULL;
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_policy_parts policy;
    dollr_source *machine = NULL;
    dollr_error *error = NULL;
    dollr_object *it;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(3, 5)
        Z_PARAM_STR(source)
        Z_PARAM_STR(currency)
        Z_PARAM_ZVAL(amount)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
        Z_PARAM_OBJ_OF_CLASS_OR_NULL(given, dollr_ce_policy)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_policy_of(given, &policy) || !dollr_exact(amount, 3, false, &total)) {
        RETURN_THROWS();
    }
    it = dollr_make(return_value, source_ce);
    code = dollr_source_watch(dollr_text(source), dollr_text(currency), dollr_text(total), &policy.policy, now, &machine, &error);
    zend_string_release(total);
    born(return_value, it, DOLLR_SOURCE, machine, code, error);
}

ZEND_METHOD(Dollr_Source, restore) {
    zend_string *snapshot;
    dollr_source *machine = NULL;
    dollr_error *error = NULL;
    dollr_object *it;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_STR(snapshot)
    ZEND_PARSE_PARAMETERS_END();
    it = dollr_make(return_value, source_ce);
    code = dollr_source_restore(dollr_text(snapshot), &machine, &error);
    born(return_value, it, DOLLR_SOURCE, machine, code, error);
}

/* ---- next and apply ---- */

/* The only argument of many methods. */
static bool only_now(INTERNAL_FUNCTION_PARAMETERS, uint64_t *now) {
    zend_long moment = 0;
    bool is_null = true;
    (void)return_value;
    ZEND_PARSE_PARAMETERS_START(0, 1)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END_EX(return false);
    return dollr_now(moment, is_null, now);
}

ZEND_METHOD(Dollr_Execution, next) {
    dollr_object *it = DOLLR_THIS;
    dollr_error *error = NULL;
    dollr_action action;
    uint64_t now;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        RETURN_THROWS();
    }
    if (dollr_succeeded(EITHER(it, next, now, &action, &error), &error)) {
        dollr_action_value(return_value, &action);
    }
}

ZEND_METHOD(Dollr_Execution, applyRecorded) {
    dollr_error *error = NULL;
    uint64_t now;
    int32_t code;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        RETURN_THROWS();
    }
    code = dollr_execution_apply_recorded(DOLLR_THIS->handle, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, applyShown) {
    dollr_error *error = NULL;
    uint64_t now;
    int32_t code;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        RETURN_THROWS();
    }
    code = dollr_execution_apply_shown(DOLLR_THIS->handle, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, applyHint) {
    dollr_object *it = DOLLR_THIS;
    dollr_error *error = NULL;
    uint64_t now;
    int32_t code;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        RETURN_THROWS();
    }
    code = EITHER(it, apply_hint, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, applyAnswer) {
    dollr_object *it = DOLLR_THIS;
    zend_object *request;
    zend_string *body, *joined[3];
    HashTable *headers = NULL;
    zend_long status, moment = 0;
    bool is_null = true;
    uint64_t now;
    dollr_response response;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(3, 5)
        Z_PARAM_OBJ_OF_CLASS(request, dollr_ce_request)
        Z_PARAM_LONG(status)
        Z_PARAM_STR(body)
        Z_PARAM_OPTIONAL
        Z_PARAM_ARRAY_HT(headers)
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_response_of(status, body, headers, &response, joined)) {
        RETURN_THROWS();
    }
    code = EITHER(it, apply_answered, dollr_of(request)->exchange, &response, now, &error);
    dollr_release_joined(joined);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, applyLost) {
    dollr_object *it = DOLLR_THIS;
    zend_object *request;
    zend_long moment = 0;
    bool sent = true, is_null = true;
    uint64_t now;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 3)
        Z_PARAM_OBJ_OF_CLASS(request, dollr_ce_request)
        Z_PARAM_OPTIONAL
        Z_PARAM_BOOL(sent)
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now)) {
        RETURN_THROWS();
    }
    code = EITHER(it, apply_lost, dollr_of(request)->exchange, sent ? DOLLR_LOSS_UNKNOWN : DOLLR_LOSS_NOT_SENT, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, applyResumed) {
    dollr_object *it = DOLLR_THIS;
    double seconds;
    zend_long moment = 0;
    bool is_null = true;
    uint64_t now, patience;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(1, 2)
        Z_PARAM_DOUBLE(seconds)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_span(seconds, false, "the patience", &patience)) {
        RETURN_THROWS();
    }
    code = EITHER(it, apply_resumed, patience, now, &error);
    dollr_succeeded(code, &error);
}

ZEND_METHOD(Dollr_Execution, applyAdopted) {
    dollr_object *it = DOLLR_THIS;
    double seconds = 0;
    zend_long moment = 0;
    bool its_own = true, is_null = true;
    uint64_t now, horizon;
    dollr_error *error = NULL;
    int32_t code;
    ZEND_PARSE_PARAMETERS_START(0, 2)
        Z_PARAM_OPTIONAL
        Z_PARAM_DOUBLE_OR_NULL(seconds, its_own)
        Z_PARAM_LONG_OR_NULL(moment, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(moment, is_null, &now) || !dollr_some_span(seconds, its_own, "the horizon", &horizon)) {
        RETURN_THROWS();
    }
    code = EITHER(it, apply_adopted, horizon, now, &error);
    dollr_succeeded(code, &error);
}

/* ---- what it says of itself ---- */

ZEND_METHOD(Dollr_Execution, snapshot) {
    dollr_object *it = DOLLR_THIS;
    dollr_error *error = NULL;
    dollr_str text;
    ZEND_PARSE_PARAMETERS_NONE();
    if (dollr_succeeded(EITHER(it, snapshot, &text, &error), &error)) {
        dollr_return_text(return_value, text);
    }
}

ZEND_METHOD(Dollr_Execution, ask) {
    dollr_object *it = DOLLR_THIS;
    dollr_error *error = NULL;
    dollr_request request;
    int32_t code;
    ZEND_PARSE_PARAMETERS_NONE();
    code = EITHER(it, ask, &request, &error);
    if (code == DOLLR_ERROR_REJECTED) {
        dollr_error_free(error);
        RETURN_NULL();
    }
    if (dollr_succeeded(code, &error)) {
        dollr_request_value(return_value, &request);
    }
}

ZEND_METHOD(Dollr_Execution, explain) {
    dollr_object *it = DOLLR_THIS;
    dollr_error *error = NULL;
    dollr_str text;
    uint64_t now;
    const char *at, *end;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        RETURN_THROWS();
    }
    if (!dollr_succeeded(EITHER(it, explain, now, &text, &error), &error)) {
        RETURN_THROWS();
    }
    array_init(return_value);
    for (at = text.ptr, end = at + text.len; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        add_next_index_stringl(return_value, at, (size_t)(stop - at));
        at = stop + 1;
    }
}

/* How it stands at a moment; without one, now. */
static bool look(INTERNAL_FUNCTION_PARAMETERS, dollr_standing *standing) {
    dollr_object *it = DOLLR_THIS;
    dollr_error *error = NULL;
    uint64_t now;
    if (!only_now(INTERNAL_FUNCTION_PARAM_PASSTHRU, &now)) {
        return false;
    }
    return dollr_succeeded(EITHER(it, look, now, standing, &error), &error);
}

/* A method that looks, and gives one thing of what it sees. */
#define LOOKING(name, give) \
    ZEND_METHOD(Dollr_Execution, name) { \
        dollr_standing standing; \
        if (look(INTERNAL_FUNCTION_PARAM_PASSTHRU, &standing)) { \
            give; \
        } \
    }

static void return_optional(zval *return_value, dollr_str text) {
    if (text.ptr) {
        dollr_return_text(return_value, text);
    }
}

LOOKING(key, dollr_return_text(return_value, standing.key))
LOOKING(state, dollr_return_text(return_value, standing.state))
LOOKING(verdict, dollr_verdict_case(return_value, &standing.verdict))
LOOKING(outcome, dollr_outcome(return_value, &standing.verdict))
LOOKING(conflict, return_optional(return_value, standing.conflict))
LOOKING(isPaid, RETVAL_BOOL(standing.paid))
LOOKING(isTerminal, RETVAL_BOOL(standing.terminal))
LOOKING(holdsOrder, RETVAL_BOOL(standing.holds_order))
LOOKING(asks, RETVAL_LONG(standing.asks))

ZEND_METHOD(Dollr_Execution, due) {
    dollr_standing standing;
    if (look(INTERNAL_FUNCTION_PARAM_PASSTHRU, &standing) && standing.has_due) {
        RETURN_LONG((zend_long)standing.due_ms);
    }
}

#include "machine_arginfo.h"

void dollr_machine_startup(void) {
    execution_ce = dollr_class(register_class_Dollr_Execution());
    source_ce = dollr_class(register_class_Dollr_Source());
}
