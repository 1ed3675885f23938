/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 9f9f1ae05fd530bc63f610a5b9ef1323daf1676b */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Journal___construct, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, place, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Journal_load, 0, 1, Dollr\\Entry, 1)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Journal_entries, 0, 0, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, limit, IS_LONG, 0, "100")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, open, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()


ZEND_METHOD(Dollr_Journal, __construct);
ZEND_METHOD(Dollr_Journal, load);
ZEND_METHOD(Dollr_Journal, entries);


static const zend_function_entry class_Dollr_Journal_methods[] = {
	ZEND_ME(Dollr_Journal, __construct, arginfo_class_Dollr_Journal___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Journal, load, arginfo_class_Dollr_Journal_load, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Journal, entries, arginfo_class_Dollr_Journal_entries, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Journal(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Journal", class_Dollr_Journal_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}
