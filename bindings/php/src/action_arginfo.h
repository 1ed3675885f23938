/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: e2c4d41d2e57311f41dde5e1767315669feff559 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Request___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Request_body, 0, 0, IS_STRING, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Action___construct arginfo_class_Dollr_Request___construct

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Action_delay, 0, 0, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Action_clientSecret arginfo_class_Dollr_Request_body

#define arginfo_class_Dollr_Action_bearer arginfo_class_Dollr_Request_body

#define arginfo_class_Dollr_Action_frame arginfo_class_Dollr_Request_body


ZEND_METHOD(Dollr_Request, __construct);
ZEND_METHOD(Dollr_Request, body);
ZEND_METHOD(Dollr_Action, __construct);
ZEND_METHOD(Dollr_Action, delay);
ZEND_METHOD(Dollr_Action, clientSecret);
ZEND_METHOD(Dollr_Action, bearer);
ZEND_METHOD(Dollr_Action, frame);


static const zend_function_entry class_Dollr_ActionKind_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Request_methods[] = {
	ZEND_ME(Dollr_Request, __construct, arginfo_class_Dollr_Request___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_Request, body, arginfo_class_Dollr_Request_body, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Action_methods[] = {
	ZEND_ME(Dollr_Action, __construct, arginfo_class_Dollr_Action___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_Action, delay, arginfo_class_Dollr_Action_delay, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Action, clientSecret, arginfo_class_Dollr_Action_clientSecret, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Action, bearer, arginfo_class_Dollr_Action_bearer, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Action, frame, arginfo_class_Dollr_Action_frame, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_ActionKind(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Dollr\\ActionKind", IS_STRING, class_Dollr_ActionKind_methods);

	zval enum_case_Record_value;
	zend_string *enum_case_Record_value_str = zend_string_init("record", strlen("record"), 1);
	ZVAL_STR(&enum_case_Record_value, enum_case_Record_value_str);
	zend_enum_add_case_cstr(class_entry, "Record", &enum_case_Record_value);

	zval enum_case_Send_value;
	zend_string *enum_case_Send_value_str = zend_string_init("send", strlen("send"), 1);
	ZVAL_STR(&enum_case_Send_value, enum_case_Send_value_str);
	zend_enum_add_case_cstr(class_entry, "Send", &enum_case_Send_value);

	zval enum_case_Wait_value;
	zend_string *enum_case_Wait_value_str = zend_string_init("wait", strlen("wait"), 1);
	ZVAL_STR(&enum_case_Wait_value, enum_case_Wait_value_str);
	zend_enum_add_case_cstr(class_entry, "Wait", &enum_case_Wait_value);

	zval enum_case_Act_value;
	zend_string *enum_case_Act_value_str = zend_string_init("act", strlen("act"), 1);
	ZVAL_STR(&enum_case_Act_value, enum_case_Act_value_str);
	zend_enum_add_case_cstr(class_entry, "Act", &enum_case_Act_value);

	zval enum_case_Done_value;
	zend_string *enum_case_Done_value_str = zend_string_init("done", strlen("done"), 1);
	ZVAL_STR(&enum_case_Done_value, enum_case_Done_value_str);
	zend_enum_add_case_cstr(class_entry, "Done", &enum_case_Done_value);

	zval enum_case_Use_value;
	zend_string *enum_case_Use_value_str = zend_string_init("use", strlen("use"), 1);
	ZVAL_STR(&enum_case_Use_value, enum_case_Use_value_str);
	zend_enum_add_case_cstr(class_entry, "Use", &enum_case_Use_value);

	zval enum_case_Obtain_value;
	zend_string *enum_case_Obtain_value_str = zend_string_init("obtain", strlen("obtain"), 1);
	ZVAL_STR(&enum_case_Obtain_value, enum_case_Obtain_value_str);
	zend_enum_add_case_cstr(class_entry, "Obtain", &enum_case_Obtain_value);

	zval enum_case_Denied_value;
	zend_string *enum_case_Denied_value_str = zend_string_init("denied", strlen("denied"), 1);
	ZVAL_STR(&enum_case_Denied_value, enum_case_Denied_value_str);
	zend_enum_add_case_cstr(class_entry, "Denied", &enum_case_Denied_value);

	zval enum_case_MintKey_value;
	zend_string *enum_case_MintKey_value_str = zend_string_init("mint_key", strlen("mint_key"), 1);
	ZVAL_STR(&enum_case_MintKey_value, enum_case_MintKey_value_str);
	zend_enum_add_case_cstr(class_entry, "MintKey", &enum_case_MintKey_value);

	zval enum_case_Connect_value;
	zend_string *enum_case_Connect_value_str = zend_string_init("connect", strlen("connect"), 1);
	ZVAL_STR(&enum_case_Connect_value, enum_case_Connect_value_str);
	zend_enum_add_case_cstr(class_entry, "Connect", &enum_case_Connect_value);

	zval enum_case_Push_value;
	zend_string *enum_case_Push_value_str = zend_string_init("push", strlen("push"), 1);
	ZVAL_STR(&enum_case_Push_value, enum_case_Push_value_str);
	zend_enum_add_case_cstr(class_entry, "Push", &enum_case_Push_value);

	zval enum_case_Ring_value;
	zend_string *enum_case_Ring_value_str = zend_string_init("ring", strlen("ring"), 1);
	ZVAL_STR(&enum_case_Ring_value, enum_case_Ring_value_str);
	zend_enum_add_case_cstr(class_entry, "Ring", &enum_case_Ring_value);

	zval enum_case_Close_value;
	zend_string *enum_case_Close_value_str = zend_string_init("close", strlen("close"), 1);
	ZVAL_STR(&enum_case_Close_value, enum_case_Close_value_str);
	zend_enum_add_case_cstr(class_entry, "Close", &enum_case_Close_value);

	zval enum_case_Ended_value;
	zend_string *enum_case_Ended_value_str = zend_string_init("ended", strlen("ended"), 1);
	ZVAL_STR(&enum_case_Ended_value, enum_case_Ended_value_str);
	zend_enum_add_case_cstr(class_entry, "Ended", &enum_case_Ended_value);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Request(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Request", class_Dollr_Request_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_method_default_value;
	ZVAL_UNDEF(&property_method_default_value);
	zend_string *property_method_name = zend_string_init("method", sizeof("method") - 1, 1);
	zend_declare_typed_property(class_entry, property_method_name, &property_method_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_method_name);

	zval property_path_default_value;
	ZVAL_UNDEF(&property_path_default_value);
	zend_string *property_path_name = zend_string_init("path", sizeof("path") - 1, 1);
	zend_declare_typed_property(class_entry, property_path_name, &property_path_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_path_name);

	zval property_authorized_default_value;
	ZVAL_UNDEF(&property_authorized_default_value);
	zend_string *property_authorized_name = zend_string_init("authorized", sizeof("authorized") - 1, 1);
	zend_declare_typed_property(class_entry, property_authorized_name, &property_authorized_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_authorized_name);

	zval property_headers_default_value;
	ZVAL_UNDEF(&property_headers_default_value);
	zend_string *property_headers_name = zend_string_init("headers", sizeof("headers") - 1, 1);
	zend_declare_typed_property(class_entry, property_headers_name, &property_headers_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_headers_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Action(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Action", class_Dollr_Action_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zend_string *property_kind_class_Dollr_ActionKind = zend_string_init("Dollr\\ActionKind", sizeof("Dollr\\ActionKind")-1, 1);
	zval property_kind_default_value;
	ZVAL_UNDEF(&property_kind_default_value);
	zend_string *property_kind_name = zend_string_init("kind", sizeof("kind") - 1, 1);
	zend_declare_typed_property(class_entry, property_kind_name, &property_kind_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_kind_class_Dollr_ActionKind, 0, 0));
	zend_string_release(property_kind_name);

	zval property_snapshot_default_value;
	ZVAL_UNDEF(&property_snapshot_default_value);
	zend_string *property_snapshot_name = zend_string_init("snapshot", sizeof("snapshot") - 1, 1);
	zend_declare_typed_property(class_entry, property_snapshot_name, &property_snapshot_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_snapshot_name);

	zend_string *property_request_class_Dollr_Request = zend_string_init("Dollr\\Request", sizeof("Dollr\\Request")-1, 1);
	zval property_request_default_value;
	ZVAL_UNDEF(&property_request_default_value);
	zend_string *property_request_name = zend_string_init("request", sizeof("request") - 1, 1);
	zend_declare_typed_property(class_entry, property_request_name, &property_request_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_request_class_Dollr_Request, 0, MAY_BE_NULL));
	zend_string_release(property_request_name);

	zval property_until_default_value;
	ZVAL_UNDEF(&property_until_default_value);
	zend_string *property_until_name = zend_string_init("until", sizeof("until") - 1, 1);
	zend_declare_typed_property(class_entry, property_until_name, &property_until_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_until_name);

	zval property_why_default_value;
	ZVAL_UNDEF(&property_why_default_value);
	zend_string *property_why_name = zend_string_init("why", sizeof("why") - 1, 1);
	zend_declare_typed_property(class_entry, property_why_name, &property_why_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_why_name);

	zend_string *property_verdict_class_Dollr_Verdict = zend_string_init("Dollr\\Verdict", sizeof("Dollr\\Verdict")-1, 1);
	zval property_verdict_default_value;
	ZVAL_UNDEF(&property_verdict_default_value);
	zend_string *property_verdict_name = zend_string_init("verdict", sizeof("verdict") - 1, 1);
	zend_declare_typed_property(class_entry, property_verdict_name, &property_verdict_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_verdict_class_Dollr_Verdict, 0, MAY_BE_NULL));
	zend_string_release(property_verdict_name);

	zend_string *property_outcome_class_Dollr_Outcome = zend_string_init("Dollr\\Outcome", sizeof("Dollr\\Outcome")-1, 1);
	zval property_outcome_default_value;
	ZVAL_UNDEF(&property_outcome_default_value);
	zend_string *property_outcome_name = zend_string_init("outcome", sizeof("outcome") - 1, 1);
	zend_declare_typed_property(class_entry, property_outcome_name, &property_outcome_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_outcome_class_Dollr_Outcome, 0, MAY_BE_NULL));
	zend_string_release(property_outcome_name);

	zval property_httpStatus_default_value;
	ZVAL_UNDEF(&property_httpStatus_default_value);
	zend_string *property_httpStatus_name = zend_string_init("httpStatus", sizeof("httpStatus") - 1, 1);
	zend_declare_typed_property(class_entry, property_httpStatus_name, &property_httpStatus_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_httpStatus_name);

	return class_entry;
}
