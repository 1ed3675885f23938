/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: d4f685715949aee64344f45904de8ed1c0f117c1 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Channel___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Channel_watch, 0, 3, Dollr\\Channel, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, session, Dollr\\Session, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_INFO(0, kind, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, referenceId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, life, IS_DOUBLE, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Channel_next, 0, 0, Dollr\\Action, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_target, 0, 1, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, anonKey, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_applyAnswer, 0, 3, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, request, Dollr\\Request, 0)
	ZEND_ARG_TYPE_INFO(0, status, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, body, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, headers, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_applyUnanswered, 0, 1, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, request, Dollr\\Request, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_applyConnected, 0, 0, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_applyUnconnected, 0, 0, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, status, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_applySent, 0, 1, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, push, Dollr\\Action, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_applyText, 0, 1, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, text, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Channel_applyBinary arginfo_class_Dollr_Channel_applyConnected

#define arginfo_class_Dollr_Channel_applyClosed arginfo_class_Dollr_Channel_applyConnected

#define arginfo_class_Dollr_Channel_applyHinted arginfo_class_Dollr_Channel_applyConnected

#define arginfo_class_Dollr_Channel_applyLeave arginfo_class_Dollr_Channel_applyConnected

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Channel_safetyPoll, 0, 2, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, due, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, asked, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()


ZEND_METHOD(Dollr_Channel, __construct);
ZEND_METHOD(Dollr_Channel, watch);
ZEND_METHOD(Dollr_Channel, next);
ZEND_METHOD(Dollr_Channel, target);
ZEND_METHOD(Dollr_Channel, applyAnswer);
ZEND_METHOD(Dollr_Channel, applyUnanswered);
ZEND_METHOD(Dollr_Channel, applyConnected);
ZEND_METHOD(Dollr_Channel, applyUnconnected);
ZEND_METHOD(Dollr_Channel, applySent);
ZEND_METHOD(Dollr_Channel, applyText);
ZEND_METHOD(Dollr_Channel, applyBinary);
ZEND_METHOD(Dollr_Channel, applyClosed);
ZEND_METHOD(Dollr_Channel, applyHinted);
ZEND_METHOD(Dollr_Channel, applyLeave);
ZEND_METHOD(Dollr_Channel, safetyPoll);


static const zend_function_entry class_Dollr_Channel_methods[] = {
	ZEND_ME(Dollr_Channel, __construct, arginfo_class_Dollr_Channel___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_Channel, watch, arginfo_class_Dollr_Channel_watch, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Channel, next, arginfo_class_Dollr_Channel_next, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, target, arginfo_class_Dollr_Channel_target, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyAnswer, arginfo_class_Dollr_Channel_applyAnswer, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyUnanswered, arginfo_class_Dollr_Channel_applyUnanswered, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyConnected, arginfo_class_Dollr_Channel_applyConnected, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyUnconnected, arginfo_class_Dollr_Channel_applyUnconnected, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applySent, arginfo_class_Dollr_Channel_applySent, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyText, arginfo_class_Dollr_Channel_applyText, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyBinary, arginfo_class_Dollr_Channel_applyBinary, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyClosed, arginfo_class_Dollr_Channel_applyClosed, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyHinted, arginfo_class_Dollr_Channel_applyHinted, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, applyLeave, arginfo_class_Dollr_Channel_applyLeave, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Channel, safetyPoll, arginfo_class_Dollr_Channel_safetyPoll, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Channel(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Channel", class_Dollr_Channel_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "target", sizeof("target") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "applyanswer", sizeof("applyanswer") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}
