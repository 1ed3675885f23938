/* What a host is to do: Action, and the Request that it may have to send. */
#include "php_dollr.h"

zend_class_entry *dollr_ce_request, *dollr_ce_action;

static zend_class_entry *kind_enum;

DOLLR_NO_CONSTRUCTOR(Dollr_Request)
DOLLR_NO_CONSTRUCTOR(Dollr_Action)

/* ---- Request ---- */

/* The header lines, by name. */
static void set_headers(zval *into, dollr_str lines) {
    const char *at = lines.ptr, *end = lines.ptr + lines.len;
    zval headers;
    array_init(&headers);
    while (at < end) {
        const char *stop = memchr(at, '\r', (size_t)(end - at)), *colon;
        if (!stop) {
            stop = end;
        }
        colon = memchr(at, ':', (size_t)(stop - at));
        if (colon && colon + 2 <= stop) {
            add_assoc_stringl_ex(&headers, at, (size_t)(colon - at), colon + 2, (size_t)(stop - colon - 2));
        }
        at = stop + 2;
    }
    dollr_set(into, "headers", &headers);
}

void dollr_request_value(zval *into, const dollr_request *request) {
    dollr_object *it = dollr_make(into, dollr_ce_request);
    zval method;
    it->exchange = request->exchange;
    dollr_hide(it, request->body);
    ZVAL_STRING(&method, request->method == DOLLR_METHOD_POST ? "POST" : "GET");
    dollr_set(into, "method", &method);
    dollr_set_text(into, "path", request->path);
    dollr_set_bool(into, "authorized", request->authorized);
    set_headers(into, request->headers);
}

ZEND_METHOD(Dollr_Request, body) {
    zend_string *body = DOLLR_THIS->secret;
    ZEND_PARSE_PARAMETERS_NONE();
    if (body) {
        dollr_return_text(return_value, dollr_text(body));
    }
}

/* ---- Action ---- */

/* An action of this kind, where nothing else is set yet. */
static dollr_object *begin(zval *into, const char *kind) {
    dollr_object *it = dollr_make(into, dollr_ce_action);
    zval name;
    dollr_case(&name, kind_enum, kind);
    dollr_set(into, "kind", &name);
    return it;
}

/* What was not set is null. */
static void finish(zval *into) {
    static const char *const names[] = {"snapshot", "request", "until", "why", "verdict", "outcome", "httpStatus"};
    size_t n;
    for (n = 0; n < sizeof names / sizeof names[0]; n++) {
        zend_property_info *info = zend_hash_str_find_ptr(&dollr_ce_action->properties_info, names[n], strlen(names[n]));
        if (Z_ISUNDEF_P(OBJ_PROP(Z_OBJ_P(into), info->offset))) {
            dollr_set_null(into, names[n]);
        }
    }
}

static void set_request(zval *into, const dollr_request *request) {
    zval value;
    dollr_request_value(&value, request);
    dollr_set(into, "request", &value);
}

static void set_word(zval *into, const char *name, const char *word) {
    zval value;
    ZVAL_STRING(&value, word);
    dollr_set(into, name, &value);
}

void dollr_action_value(zval *into, const dollr_action *action) {
    static const char *const whys[] = {"other", "schedule", "back_off", "retry_after"};
    zval it;
    switch (action->kind) {
        case DOLLR_ACTION_RECORD:
            begin(into, "Record");
            dollr_set_text(into, "snapshot", action->snapshot);
            break;
        case DOLLR_ACTION_SEND:
            begin(into, "Send");
            set_request(into, &action->request);
            break;
        case DOLLR_ACTION_ACT:
            dollr_hide(begin(into, "Act"), action->client_secret);
            break;
        case DOLLR_ACTION_DONE:
            begin(into, "Done");
            dollr_verdict_case(&it, &action->verdict);
            dollr_set(into, "verdict", &it);
            dollr_outcome(&it, &action->verdict);
            dollr_set(into, "outcome", &it);
            break;
        default:
            begin(into, "Wait");
            dollr_set_number(into, "until", action->until_ms);
            set_word(into, "why", whys[action->why >= 0 && action->why <= DOLLR_WHY_RETRY_AFTER ? action->why : 0]);
    }
    finish(into);
}

void dollr_token_action_value(zval *into, const dollr_token_action *action) {
    dollr_object *it;
    switch (action->kind) {
        case DOLLR_TOKEN_USE:
            it = begin(into, "Use");
            it->number = action->number;
            dollr_hide(it, action->bearer);
            break;
        case DOLLR_TOKEN_OBTAIN:
            begin(into, "Obtain");
            set_request(into, &action->request);
            break;
        case DOLLR_TOKEN_DENIED:
            begin(into, "Denied");
            dollr_set_moment(into, "httpStatus", action->http_status);
            dollr_set_optional(into, "why", action->text);
            break;
        default:
            begin(into, "Wait");
            dollr_set_number(into, "until", action->until_ms);
            set_word(into, "why", "back_off");
    }
    finish(into);
}

void dollr_channel_action_value(zval *into, const dollr_channel_action *action) {
    dollr_object *it;
    switch (action->kind) {
        case DOLLR_CHANNEL_KEY:
            begin(into, "MintKey");
            set_request(into, &action->request);
            break;
        case DOLLR_CHANNEL_CONNECT:
            begin(into, "Connect");
            dollr_set_number(into, "until", action->until_ms);
            break;
        case DOLLR_CHANNEL_SEND:
            it = begin(into, "Push");
            it->number = action->number;
            dollr_hide(it, action->text);
            break;
        case DOLLR_CHANNEL_HINT:
            begin(into, "Ring");
            break;
        case DOLLR_CHANNEL_CLOSE:
            begin(into, "Close");
            break;
        case DOLLR_CHANNEL_DONE:
            begin(into, "Ended");
            dollr_set_optional(into, "why", action->text);
            break;
        default:
            begin(into, "Wait");
            dollr_set_number(into, "until", action->until_ms);
            set_word(into, "why", "schedule");
    }
    finish(into);
}

ZEND_METHOD(Dollr_Action, delay) {
    zend_long given = 0, until;
    bool is_null = true;
    uint64_t now;
    zval *at, none;
    ZEND_PARSE_PARAMETERS_START(0, 1)
        Z_PARAM_OPTIONAL
        Z_PARAM_LONG_OR_NULL(given, is_null)
    ZEND_PARSE_PARAMETERS_END();
    if (!dollr_now(given, is_null, &now)) {
        RETURN_THROWS();
    }
    at = zend_read_property(dollr_ce_action, Z_OBJ_P(ZEND_THIS), ZEND_STRL("until"), 1, &none);
    if (Z_TYPE_P(at) != IS_LONG) {
        RETURN_LONG(0);
    }
    until = Z_LVAL_P(at);
    RETURN_LONG(until <= (zend_long)now ? 1 : MAX(1, (until - (zend_long)now) / 1000 + ((until - (zend_long)now) % 1000 != 0)));
}

/* The secret, where the action is of this kind. */
static void secret_of(INTERNAL_FUNCTION_PARAMETERS, const char *kind) {
    zval *at, none;
    ZEND_PARSE_PARAMETERS_NONE();
    at = zend_read_property(dollr_ce_action, Z_OBJ_P(ZEND_THIS), ZEND_STRL("kind"), 1, &none);
    if (Z_TYPE_P(at) == IS_OBJECT && Z_OBJ_P(at) == zend_enum_get_case_cstr(kind_enum, kind) && DOLLR_THIS->secret) {
        dollr_return_text(return_value, dollr_text(DOLLR_THIS->secret));
    }
}

ZEND_METHOD(Dollr_Action, clientSecret) {
    secret_of(INTERNAL_FUNCTION_PARAM_PASSTHRU, "Act");
}

ZEND_METHOD(Dollr_Action, bearer) {
    secret_of(INTERNAL_FUNCTION_PARAM_PASSTHRU, "Use");
}

ZEND_METHOD(Dollr_Action, frame) {
    secret_of(INTERNAL_FUNCTION_PARAM_PASSTHRU, "Push");
}

#include "action_arginfo.h"

void dollr_action_startup(void) {
    kind_enum = register_class_Dollr_ActionKind();
    dollr_ce_request = dollr_class(register_class_Dollr_Request());
    dollr_ce_action = dollr_class(register_class_Dollr_Action());
}
