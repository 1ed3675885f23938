/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 6d126de7e0197ffa629509c60d0a8a177d9a6fd1 */




static const zend_function_entry class_Dollr_DollrException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_ConfigException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_InvalidException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_AuthenticationException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_RefusedException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_RateLimitedException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_TransportException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_BadAnswerException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_JournalException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_OrderTakenException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_ExistsException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_UnrecordedException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_SnapshotException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_IllegalEventException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_ForkedException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_InternalException_methods[] = {
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_DollrException(zend_class_entry *class_entry_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "DollrException", class_Dollr_DollrException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Exception);

	zval property_kind_default_value;
	ZVAL_EMPTY_STRING(&property_kind_default_value);
	zend_string *property_kind_name = zend_string_init("kind", sizeof("kind") - 1, 1);
	zend_declare_typed_property(class_entry, property_kind_name, &property_kind_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_kind_name);

	zval property_referenceId_default_value;
	ZVAL_NULL(&property_referenceId_default_value);
	zend_string *property_referenceId_name = zend_string_init("referenceId", sizeof("referenceId") - 1, 1);
	zend_declare_typed_property(class_entry, property_referenceId_name, &property_referenceId_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_referenceId_name);

	zval property_httpStatus_default_value;
	ZVAL_NULL(&property_httpStatus_default_value);
	zend_string *property_httpStatus_name = zend_string_init("httpStatus", sizeof("httpStatus") - 1, 1);
	zend_declare_typed_property(class_entry, property_httpStatus_name, &property_httpStatus_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_httpStatus_name);

	zval property_errors_default_value;
	ZVAL_EMPTY_ARRAY(&property_errors_default_value);
	zend_string *property_errors_name = zend_string_init("errors", sizeof("errors") - 1, 1);
	zend_declare_typed_property(class_entry, property_errors_name, &property_errors_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_errors_name);

	zval property_retryAfter_default_value;
	ZVAL_NULL(&property_retryAfter_default_value);
	zend_string *property_retryAfter_name = zend_string_init("retryAfter", sizeof("retryAfter") - 1, 1);
	zend_declare_typed_property(class_entry, property_retryAfter_name, &property_retryAfter_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE|MAY_BE_NULL));
	zend_string_release(property_retryAfter_name);

	zval property_retryable_default_value;
	ZVAL_FALSE(&property_retryable_default_value);
	zend_string *property_retryable_name = zend_string_init("retryable", sizeof("retryable") - 1, 1);
	zend_declare_typed_property(class_entry, property_retryable_name, &property_retryable_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_retryable_name);

	zval property_outcomeUnknown_default_value;
	ZVAL_FALSE(&property_outcomeUnknown_default_value);
	zend_string *property_outcomeUnknown_name = zend_string_init("outcomeUnknown", sizeof("outcomeUnknown") - 1, 1);
	zend_declare_typed_property(class_entry, property_outcomeUnknown_name, &property_outcomeUnknown_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_outcomeUnknown_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_ConfigException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "ConfigException", class_Dollr_ConfigException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_InvalidException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "InvalidException", class_Dollr_InvalidException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_AuthenticationException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "AuthenticationException", class_Dollr_AuthenticationException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_RefusedException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "RefusedException", class_Dollr_RefusedException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_RateLimitedException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "RateLimitedException", class_Dollr_RateLimitedException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_TransportException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "TransportException", class_Dollr_TransportException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_BadAnswerException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "BadAnswerException", class_Dollr_BadAnswerException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_JournalException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "JournalException", class_Dollr_JournalException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_OrderTakenException(zend_class_entry *class_entry_Dollr_JournalException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "OrderTakenException", class_Dollr_OrderTakenException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_JournalException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_ExistsException(zend_class_entry *class_entry_Dollr_JournalException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "ExistsException", class_Dollr_ExistsException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_JournalException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_UnrecordedException(zend_class_entry *class_entry_Dollr_JournalException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "UnrecordedException", class_Dollr_UnrecordedException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_JournalException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_SnapshotException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "SnapshotException", class_Dollr_SnapshotException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_IllegalEventException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "IllegalEventException", class_Dollr_IllegalEventException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_ForkedException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "ForkedException", class_Dollr_ForkedException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_Dollr_InternalException(zend_class_entry *class_entry_Dollr_DollrException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "InternalException", class_Dollr_InternalException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Dollr_DollrException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}
