/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 673b9bb675d20b733a9a5ff0672740a674c93c68 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Policy___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, patience, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, horizon, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_MASK(0, schedule, MAY_BE_STRING|MAY_BE_ARRAY, "\"mobile_money\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, resendAfter, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sends, IS_LONG, 0, "2")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Passcode___construct, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, code, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, phone, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, user, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, deviceName, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, deviceType, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, platform, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, userAgent, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, clientIp, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Intent___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Intent_collection, 0, 3, Dollr\\Intent, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, session, Dollr\\Session, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_MASK(0, account, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_INFO(0, currency, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, amount, MAY_BE_LONG|MAY_BE_STRING|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, referenceId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sessionExpiresAt, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, source, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Intent_payout, 0, 3, Dollr\\Intent, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, session, Dollr\\Session, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_MASK(0, account, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_OBJ_INFO(0, passcode, Dollr\\Passcode, 0)
	ZEND_ARG_TYPE_MASK(0, amount, MAY_BE_LONG|MAY_BE_STRING|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, currency, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, referenceId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sessionExpiresAt, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Intent_transfer, 0, 1, Dollr\\Intent, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, session, Dollr\\Session, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_MASK(0, amount, MAY_BE_LONG|MAY_BE_STRING|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, currency, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, referenceId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sessionExpiresAt, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Intent_refund arginfo_class_Dollr_Intent_transfer


ZEND_METHOD(Dollr_Policy, __construct);
ZEND_METHOD(Dollr_Passcode, __construct);
ZEND_METHOD(Dollr_Intent, __construct);
ZEND_METHOD(Dollr_Intent, collection);
ZEND_METHOD(Dollr_Intent, payout);
ZEND_METHOD(Dollr_Intent, transfer);
ZEND_METHOD(Dollr_Intent, refund);


static const zend_function_entry class_Dollr_Policy_methods[] = {
	ZEND_ME(Dollr_Policy, __construct, arginfo_class_Dollr_Policy___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Passcode_methods[] = {
	ZEND_ME(Dollr_Passcode, __construct, arginfo_class_Dollr_Passcode___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Intent_methods[] = {
	ZEND_ME(Dollr_Intent, __construct, arginfo_class_Dollr_Intent___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_Intent, collection, arginfo_class_Dollr_Intent_collection, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Intent, payout, arginfo_class_Dollr_Intent_payout, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Intent, transfer, arginfo_class_Dollr_Intent_transfer, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Intent, refund, arginfo_class_Dollr_Intent_refund, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Policy(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Policy", class_Dollr_Policy_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_patience_default_value;
	ZVAL_UNDEF(&property_patience_default_value);
	zend_string *property_patience_name = zend_string_init("patience", sizeof("patience") - 1, 1);
	zend_declare_typed_property(class_entry, property_patience_name, &property_patience_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE|MAY_BE_NULL));
	zend_string_release(property_patience_name);

	zval property_horizon_default_value;
	ZVAL_UNDEF(&property_horizon_default_value);
	zend_string *property_horizon_name = zend_string_init("horizon", sizeof("horizon") - 1, 1);
	zend_declare_typed_property(class_entry, property_horizon_name, &property_horizon_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE|MAY_BE_NULL));
	zend_string_release(property_horizon_name);

	zval property_schedule_default_value;
	ZVAL_UNDEF(&property_schedule_default_value);
	zend_string *property_schedule_name = zend_string_init("schedule", sizeof("schedule") - 1, 1);
	zend_declare_typed_property(class_entry, property_schedule_name, &property_schedule_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_ARRAY));
	zend_string_release(property_schedule_name);

	zval property_resendAfter_default_value;
	ZVAL_UNDEF(&property_resendAfter_default_value);
	zend_string *property_resendAfter_name = zend_string_init("resendAfter", sizeof("resendAfter") - 1, 1);
	zend_declare_typed_property(class_entry, property_resendAfter_name, &property_resendAfter_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE|MAY_BE_NULL));
	zend_string_release(property_resendAfter_name);

	zval property_sends_default_value;
	ZVAL_UNDEF(&property_sends_default_value);
	zend_string *property_sends_name = zend_string_init("sends", sizeof("sends") - 1, 1);
	zend_declare_typed_property(class_entry, property_sends_name, &property_sends_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_sends_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Passcode(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Passcode", class_Dollr_Passcode_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_phone_default_value;
	ZVAL_UNDEF(&property_phone_default_value);
	zend_string *property_phone_name = zend_string_init("phone", sizeof("phone") - 1, 1);
	zend_declare_typed_property(class_entry, property_phone_name, &property_phone_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_phone_name);

	zval property_user_default_value;
	ZVAL_UNDEF(&property_user_default_value);
	zend_string *property_user_name = zend_string_init("user", sizeof("user") - 1, 1);
	zend_declare_typed_property(class_entry, property_user_name, &property_user_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_user_name);

	zval property_deviceName_default_value;
	ZVAL_UNDEF(&property_deviceName_default_value);
	zend_string *property_deviceName_name = zend_string_init("deviceName", sizeof("deviceName") - 1, 1);
	zend_declare_typed_property(class_entry, property_deviceName_name, &property_deviceName_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_deviceName_name);

	zval property_deviceType_default_value;
	ZVAL_UNDEF(&property_deviceType_default_value);
	zend_string *property_deviceType_name = zend_string_init("deviceType", sizeof("deviceType") - 1, 1);
	zend_declare_typed_property(class_entry, property_deviceType_name, &property_deviceType_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_deviceType_name);

	zval property_platform_default_value;
	ZVAL_UNDEF(&property_platform_default_value);
	zend_string *property_platform_name = zend_string_init("platform", sizeof("platform") - 1, 1);
	zend_declare_typed_property(class_entry, property_platform_name, &property_platform_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_platform_name);

	zval property_userAgent_default_value;
	ZVAL_UNDEF(&property_userAgent_default_value);
	zend_string *property_userAgent_name = zend_string_init("userAgent", sizeof("userAgent") - 1, 1);
	zend_declare_typed_property(class_entry, property_userAgent_name, &property_userAgent_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_userAgent_name);

	zval property_clientIp_default_value;
	ZVAL_UNDEF(&property_clientIp_default_value);
	zend_string *property_clientIp_name = zend_string_init("clientIp", sizeof("clientIp") - 1, 1);
	zend_declare_typed_property(class_entry, property_clientIp_name, &property_clientIp_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_clientIp_name);
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Intent(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Intent", class_Dollr_Intent_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_operation_default_value;
	ZVAL_UNDEF(&property_operation_default_value);
	zend_string *property_operation_name = zend_string_init("operation", sizeof("operation") - 1, 1);
	zend_declare_typed_property(class_entry, property_operation_name, &property_operation_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_operation_name);

	zval property_referenceId_default_value;
	ZVAL_UNDEF(&property_referenceId_default_value);
	zend_string *property_referenceId_name = zend_string_init("referenceId", sizeof("referenceId") - 1, 1);
	zend_declare_typed_property(class_entry, property_referenceId_name, &property_referenceId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_referenceId_name);

	zval property_session_default_value;
	ZVAL_UNDEF(&property_session_default_value);
	zend_string *property_session_name = zend_string_init("session", sizeof("session") - 1, 1);
	zend_declare_typed_property(class_entry, property_session_name, &property_session_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_session_name);

	zval property_account_default_value;
	ZVAL_UNDEF(&property_account_default_value);
	zend_string *property_account_name = zend_string_init("account", sizeof("account") - 1, 1);
	zend_declare_typed_property(class_entry, property_account_name, &property_account_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_account_name);

	zval property_currency_default_value;
	ZVAL_UNDEF(&property_currency_default_value);
	zend_string *property_currency_name = zend_string_init("currency", sizeof("currency") - 1, 1);
	zend_declare_typed_property(class_entry, property_currency_name, &property_currency_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_currency_name);

	zval property_amount_default_value;
	ZVAL_UNDEF(&property_amount_default_value);
	zend_string *property_amount_name = zend_string_init("amount", sizeof("amount") - 1, 1);
	zend_declare_typed_property(class_entry, property_amount_name, &property_amount_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_amount_name);

	zval property_sessionExpiresAt_default_value;
	ZVAL_UNDEF(&property_sessionExpiresAt_default_value);
	zend_string *property_sessionExpiresAt_name = zend_string_init("sessionExpiresAt", sizeof("sessionExpiresAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_sessionExpiresAt_name, &property_sessionExpiresAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_sessionExpiresAt_name);

	zval property_source_default_value;
	ZVAL_UNDEF(&property_source_default_value);
	zend_string *property_source_name = zend_string_init("source", sizeof("source") - 1, 1);
	zend_declare_typed_property(class_entry, property_source_name, &property_source_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_source_name);

	return class_entry;
}
