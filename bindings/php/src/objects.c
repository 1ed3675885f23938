/* Objects: a handle of the library's, or a plain value; and their properties by name. */
#include "php_dollr.h"

static zend_object_handlers values, handles;

static void free_handle(const dollr_object *it) {
    switch (it->kind) {
        case DOLLR_EXECUTION:
            dollr_execution_free(it->handle);
            break;
        case DOLLR_SOURCE:
            dollr_source_free(it->handle);
            break;
        case DOLLR_TOKEN:
            dollr_token_free(it->handle);
            break;
        case DOLLR_CHANNEL:
            dollr_channel_free(it->handle);
            break;
        case DOLLR_CLIENT:
            dollr_client_free(it->handle);
            break;
        case DOLLR_JOURNAL:
            dollr_journal_free(it->handle);
            break;
        case DOLLR_VALUE:
            break;
    }
}

static void free_object(zend_object *object) {
    dollr_object *it = dollr_of(object);
    /* A handle that was made before a fork is the parent's: freeing it here is an error code, and does nothing. */
    free_handle(it);
    it->handle = NULL;
    if (it->secret) {
        ZEND_SECURE_ZERO(ZSTR_VAL(it->secret), ZSTR_LEN(it->secret));
        zend_string_release(it->secret);
    }
    if (it->passcode) {
        OBJ_RELEASE(it->passcode);
    }
    zend_object_std_dtor(object);
}

static zend_object *create(zend_class_entry *ce) {
    dollr_object *it = zend_object_alloc(sizeof *it, ce);
    memset(it, 0, XtOffsetOf(dollr_object, std));
    zend_object_std_init(&it->std, ce);
    object_properties_init(&it->std, ce);
    it->std.handlers = &values;
    return &it->std;
}

void dollr_objects_startup(void) {
    memcpy(&values, zend_get_std_object_handlers(), sizeof values);
    values.offset = XtOffsetOf(dollr_object, std);
    values.free_obj = free_object;
    values.clone_obj = NULL;
    memcpy(&handles, &values, sizeof handles);
    /* Two handles have no properties, which would make all of them equal. */
    handles.compare = zend_objects_not_comparable;
}

zend_class_entry *dollr_class(zend_class_entry *ce) {
    ce->ce_flags |= ZEND_ACC_NO_DYNAMIC_PROPERTIES | ZEND_ACC_NOT_SERIALIZABLE;
    ce->create_object = create;
    return ce;
}

dollr_object *dollr_make(zval *into, zend_class_entry *ce) {
    object_init_ex(into, ce);
    return dollr_of(Z_OBJ_P(into));
}

void dollr_keep(dollr_object *object, dollr_kind kind, void *handle) {
    object->kind = kind;
    object->handle = handle;
    object->std.handlers = &handles;
}

void dollr_hide(dollr_object *object, dollr_str text) {
    if (text.ptr) {
        object->secret = zend_string_init(text.ptr, text.len, 0);
    }
}

/* Moves `value` to where the property lies: it is of the type that its class declares. One that has a value already is asked whether it
 * may have another. */
static void put(zval *object, const char *name, zval *value) {
    const zend_property_info *info = zend_hash_str_find_ptr(&Z_OBJCE_P(object)->properties_info, name, strlen(name));
    zval *place = OBJ_PROP(Z_OBJ_P(object), info->offset);
    if (Z_ISUNDEF_P(place)) {
        ZVAL_COPY_VALUE(place, value);
        Z_PROP_FLAG_P(place) = 0;
        return;
    }
    zend_update_property(Z_OBJCE_P(object), Z_OBJ_P(object), name, strlen(name), value);
    zval_ptr_dtor(value);
}

void dollr_set(zval *object, const char *name, zval *value) {
    put(object, name, value);
}

void dollr_set_text(zval *object, const char *name, dollr_str text) {
    zval it;
    ZVAL_STRINGL_FAST(&it, text.ptr ? text.ptr : "", text.len);
    put(object, name, &it);
}

void dollr_set_null(zval *object, const char *name) {
    zval it;
    ZVAL_NULL(&it);
    put(object, name, &it);
}

void dollr_set_optional(zval *object, const char *name, dollr_str text) {
    if (text.ptr) {
        dollr_set_text(object, name, text);
    } else {
        dollr_set_null(object, name);
    }
}

void dollr_set_number(zval *object, const char *name, uint64_t number) {
    zval it;
    ZVAL_LONG(&it, number > (uint64_t)ZEND_LONG_MAX ? ZEND_LONG_MAX : (zend_long)number);
    put(object, name, &it);
}

void dollr_set_moment(zval *object, const char *name, uint64_t ms) {
    if (ms) {
        dollr_set_number(object, name, ms);
    } else {
        dollr_set_null(object, name);
    }
}

void dollr_set_seconds(zval *object, const char *name, uint64_t ms) {
    zval it;
    ZVAL_DOUBLE(&it, (double)ms / 1000.0);
    put(object, name, &it);
}

void dollr_set_seconds_or_null(zval *object, const char *name, uint64_t ms) {
    if (ms) {
        dollr_set_seconds(object, name, ms);
    } else {
        dollr_set_null(object, name);
    }
}

void dollr_set_bool(zval *object, const char *name, bool it) {
    zval value;
    ZVAL_BOOL(&value, it);
    put(object, name, &value);
}
