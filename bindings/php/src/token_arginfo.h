/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: c4b5b78c9f24f57b020785137fda51a86afa44f0 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Token___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, clientId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, clientSecret, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Token_next, 0, 0, Dollr\\Action, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Token_applyAnswer, 0, 3, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, request, Dollr\\Request, 0)
	ZEND_ARG_TYPE_INFO(0, status, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, body, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, headers, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Token_applyLost, 0, 1, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, request, Dollr\\Request, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sent, _IS_BOOL, 0, "true")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Token_expired, 0, 1, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, used, Dollr\\Action, 0)
ZEND_END_ARG_INFO()


ZEND_METHOD(Dollr_Token, __construct);
ZEND_METHOD(Dollr_Token, next);
ZEND_METHOD(Dollr_Token, applyAnswer);
ZEND_METHOD(Dollr_Token, applyLost);
ZEND_METHOD(Dollr_Token, expired);


static const zend_function_entry class_Dollr_Token_methods[] = {
	ZEND_ME(Dollr_Token, __construct, arginfo_class_Dollr_Token___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Token, next, arginfo_class_Dollr_Token_next, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Token, applyAnswer, arginfo_class_Dollr_Token_applyAnswer, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Token, applyLost, arginfo_class_Dollr_Token_applyLost, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Token, expired, arginfo_class_Dollr_Token_expired, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Token(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Token", class_Dollr_Token_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "applyanswer", sizeof("applyanswer") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}
