/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 946d07c9f550ac34c5e43cbdbd6e68e1c9fdcc5f */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Problem___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Settlement___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Outcome___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Report___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Session___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Checkout___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_RealtimeKey___construct arginfo_class_Dollr_Problem___construct

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_RealtimeKey_accessToken, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Claim___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Delivery___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Summary___construct arginfo_class_Dollr_Problem___construct

#define arginfo_class_Dollr_Entry___construct arginfo_class_Dollr_Problem___construct


ZEND_METHOD(Dollr_Problem, __construct);
ZEND_METHOD(Dollr_Settlement, __construct);
ZEND_METHOD(Dollr_Outcome, __construct);
ZEND_METHOD(Dollr_Report, __construct);
ZEND_METHOD(Dollr_Session, __construct);
ZEND_METHOD(Dollr_Checkout, __construct);
ZEND_METHOD(Dollr_RealtimeKey, __construct);
ZEND_METHOD(Dollr_RealtimeKey, accessToken);
ZEND_METHOD(Dollr_Claim, __construct);
ZEND_METHOD(Dollr_Delivery, __construct);
ZEND_METHOD(Dollr_Summary, __construct);
ZEND_METHOD(Dollr_Entry, __construct);


static const zend_function_entry class_Dollr_Verdict_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_ClaimKind_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Problem_methods[] = {
	ZEND_ME(Dollr_Problem, __construct, arginfo_class_Dollr_Problem___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Settlement_methods[] = {
	ZEND_ME(Dollr_Settlement, __construct, arginfo_class_Dollr_Settlement___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Outcome_methods[] = {
	ZEND_ME(Dollr_Outcome, __construct, arginfo_class_Dollr_Outcome___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Report_methods[] = {
	ZEND_ME(Dollr_Report, __construct, arginfo_class_Dollr_Report___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Session_methods[] = {
	ZEND_ME(Dollr_Session, __construct, arginfo_class_Dollr_Session___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Checkout_methods[] = {
	ZEND_ME(Dollr_Checkout, __construct, arginfo_class_Dollr_Checkout___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_RealtimeKey_methods[] = {
	ZEND_ME(Dollr_RealtimeKey, __construct, arginfo_class_Dollr_RealtimeKey___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_RealtimeKey, accessToken, arginfo_class_Dollr_RealtimeKey_accessToken, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Claim_methods[] = {
	ZEND_ME(Dollr_Claim, __construct, arginfo_class_Dollr_Claim___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Delivery_methods[] = {
	ZEND_ME(Dollr_Delivery, __construct, arginfo_class_Dollr_Delivery___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Summary_methods[] = {
	ZEND_ME(Dollr_Summary, __construct, arginfo_class_Dollr_Summary___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Entry_methods[] = {
	ZEND_ME(Dollr_Entry, __construct, arginfo_class_Dollr_Entry___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Verdict(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Dollr\\Verdict", IS_STRING, class_Dollr_Verdict_methods);

	zval enum_case_Paid_value;
	zend_string *enum_case_Paid_value_str = zend_string_init("paid", strlen("paid"), 1);
	ZVAL_STR(&enum_case_Paid_value, enum_case_Paid_value_str);
	zend_enum_add_case_cstr(class_entry, "Paid", &enum_case_Paid_value);

	zval enum_case_Failed_value;
	zend_string *enum_case_Failed_value_str = zend_string_init("failed", strlen("failed"), 1);
	ZVAL_STR(&enum_case_Failed_value, enum_case_Failed_value_str);
	zend_enum_add_case_cstr(class_entry, "Failed", &enum_case_Failed_value);

	zval enum_case_Refused_value;
	zend_string *enum_case_Refused_value_str = zend_string_init("refused", strlen("refused"), 1);
	ZVAL_STR(&enum_case_Refused_value, enum_case_Refused_value_str);
	zend_enum_add_case_cstr(class_entry, "Refused", &enum_case_Refused_value);

	zval enum_case_NotLanded_value;
	zend_string *enum_case_NotLanded_value_str = zend_string_init("not_landed", strlen("not_landed"), 1);
	ZVAL_STR(&enum_case_NotLanded_value, enum_case_NotLanded_value_str);
	zend_enum_add_case_cstr(class_entry, "NotLanded", &enum_case_NotLanded_value);

	zval enum_case_Canceled_value;
	zend_string *enum_case_Canceled_value_str = zend_string_init("canceled", strlen("canceled"), 1);
	ZVAL_STR(&enum_case_Canceled_value, enum_case_Canceled_value_str);
	zend_enum_add_case_cstr(class_entry, "Canceled", &enum_case_Canceled_value);

	zval enum_case_Mismatch_value;
	zend_string *enum_case_Mismatch_value_str = zend_string_init("mismatch", strlen("mismatch"), 1);
	ZVAL_STR(&enum_case_Mismatch_value, enum_case_Mismatch_value_str);
	zend_enum_add_case_cstr(class_entry, "Mismatch", &enum_case_Mismatch_value);

	zval enum_case_Open_value;
	zend_string *enum_case_Open_value_str = zend_string_init("open", strlen("open"), 1);
	ZVAL_STR(&enum_case_Open_value, enum_case_Open_value_str);
	zend_enum_add_case_cstr(class_entry, "Open", &enum_case_Open_value);

	zval enum_case_Stuck_value;
	zend_string *enum_case_Stuck_value_str = zend_string_init("stuck", strlen("stuck"), 1);
	ZVAL_STR(&enum_case_Stuck_value, enum_case_Stuck_value_str);
	zend_enum_add_case_cstr(class_entry, "Stuck", &enum_case_Stuck_value);

	zval enum_case_Other_value;
	zend_string *enum_case_Other_value_str = zend_string_init("other", strlen("other"), 1);
	ZVAL_STR(&enum_case_Other_value, enum_case_Other_value_str);
	zend_enum_add_case_cstr(class_entry, "Other", &enum_case_Other_value);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_ClaimKind(void)
{
	zend_class_entry *class_entry = zend_register_internal_enum("Dollr\\ClaimKind", IS_STRING, class_Dollr_ClaimKind_methods);

	zval enum_case_Yours_value;
	zend_string *enum_case_Yours_value_str = zend_string_init("yours", strlen("yours"), 1);
	ZVAL_STR(&enum_case_Yours_value, enum_case_Yours_value_str);
	zend_enum_add_case_cstr(class_entry, "Yours", &enum_case_Yours_value);

	zval enum_case_Taken_value;
	zend_string *enum_case_Taken_value_str = zend_string_init("taken", strlen("taken"), 1);
	ZVAL_STR(&enum_case_Taken_value, enum_case_Taken_value_str);
	zend_enum_add_case_cstr(class_entry, "Taken", &enum_case_Taken_value);

	zval enum_case_NotPaid_value;
	zend_string *enum_case_NotPaid_value_str = zend_string_init("not_paid", strlen("not_paid"), 1);
	ZVAL_STR(&enum_case_NotPaid_value, enum_case_NotPaid_value_str);
	zend_enum_add_case_cstr(class_entry, "NotPaid", &enum_case_NotPaid_value);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Problem(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Problem", class_Dollr_Problem_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_field_default_value;
	ZVAL_UNDEF(&property_field_default_value);
	zend_string *property_field_name = zend_string_init("field", sizeof("field") - 1, 1);
	zend_declare_typed_property(class_entry, property_field_name, &property_field_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_field_name);

	zval property_message_default_value;
	ZVAL_UNDEF(&property_message_default_value);
	zend_string *property_message_name = zend_string_init("message", sizeof("message") - 1, 1);
	zend_declare_typed_property(class_entry, property_message_name, &property_message_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_message_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Settlement(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Settlement", class_Dollr_Settlement_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_amount_default_value;
	ZVAL_UNDEF(&property_amount_default_value);
	zend_string *property_amount_name = zend_string_init("amount", sizeof("amount") - 1, 1);
	zend_declare_typed_property(class_entry, property_amount_name, &property_amount_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_amount_name);

	zval property_currency_default_value;
	ZVAL_UNDEF(&property_currency_default_value);
	zend_string *property_currency_name = zend_string_init("currency", sizeof("currency") - 1, 1);
	zend_declare_typed_property(class_entry, property_currency_name, &property_currency_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_currency_name);

	zval property_source_default_value;
	ZVAL_UNDEF(&property_source_default_value);
	zend_string *property_source_name = zend_string_init("source", sizeof("source") - 1, 1);
	zend_declare_typed_property(class_entry, property_source_name, &property_source_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_source_name);

	zval property_providerTransactionId_default_value;
	ZVAL_UNDEF(&property_providerTransactionId_default_value);
	zend_string *property_providerTransactionId_name = zend_string_init("providerTransactionId", sizeof("providerTransactionId") - 1, 1);
	zend_declare_typed_property(class_entry, property_providerTransactionId_name, &property_providerTransactionId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_providerTransactionId_name);

	zval property_paidAt_default_value;
	ZVAL_UNDEF(&property_paidAt_default_value);
	zend_string *property_paidAt_name = zend_string_init("paidAt", sizeof("paidAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_paidAt_name, &property_paidAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_paidAt_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Outcome(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Outcome", class_Dollr_Outcome_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zend_string *property_verdict_class_Dollr_Verdict = zend_string_init("Dollr\\Verdict", sizeof("Dollr\\Verdict")-1, 1);
	zval property_verdict_default_value;
	ZVAL_UNDEF(&property_verdict_default_value);
	zend_string *property_verdict_name = zend_string_init("verdict", sizeof("verdict") - 1, 1);
	zend_declare_typed_property(class_entry, property_verdict_name, &property_verdict_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_verdict_class_Dollr_Verdict, 0, 0));
	zend_string_release(property_verdict_name);

	zval property_text_default_value;
	ZVAL_UNDEF(&property_text_default_value);
	zend_string *property_text_name = zend_string_init("text", sizeof("text") - 1, 1);
	zend_declare_typed_property(class_entry, property_text_name, &property_text_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_text_name);

	zend_string *property_settlement_class_Dollr_Settlement = zend_string_init("Dollr\\Settlement", sizeof("Dollr\\Settlement")-1, 1);
	zval property_settlement_default_value;
	ZVAL_UNDEF(&property_settlement_default_value);
	zend_string *property_settlement_name = zend_string_init("settlement", sizeof("settlement") - 1, 1);
	zend_declare_typed_property(class_entry, property_settlement_name, &property_settlement_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_settlement_class_Dollr_Settlement, 0, MAY_BE_NULL));
	zend_string_release(property_settlement_name);

	zval property_reason_default_value;
	ZVAL_UNDEF(&property_reason_default_value);
	zend_string *property_reason_name = zend_string_init("reason", sizeof("reason") - 1, 1);
	zend_declare_typed_property(class_entry, property_reason_name, &property_reason_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_reason_name);

	zval property_httpStatus_default_value;
	ZVAL_UNDEF(&property_httpStatus_default_value);
	zend_string *property_httpStatus_name = zend_string_init("httpStatus", sizeof("httpStatus") - 1, 1);
	zend_declare_typed_property(class_entry, property_httpStatus_name, &property_httpStatus_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_httpStatus_name);

	zval property_errors_default_value;
	ZVAL_UNDEF(&property_errors_default_value);
	zend_string *property_errors_name = zend_string_init("errors", sizeof("errors") - 1, 1);
	zend_declare_typed_property(class_entry, property_errors_name, &property_errors_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_errors_name);

	zval property_progress_default_value;
	ZVAL_UNDEF(&property_progress_default_value);
	zend_string *property_progress_name = zend_string_init("progress", sizeof("progress") - 1, 1);
	zend_declare_typed_property(class_entry, property_progress_name, &property_progress_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_progress_name);

	zval property_status_default_value;
	ZVAL_UNDEF(&property_status_default_value);
	zend_string *property_status_name = zend_string_init("status", sizeof("status") - 1, 1);
	zend_declare_typed_property(class_entry, property_status_name, &property_status_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_status_name);

	zval property_trouble_default_value;
	ZVAL_UNDEF(&property_trouble_default_value);
	zend_string *property_trouble_name = zend_string_init("trouble", sizeof("trouble") - 1, 1);
	zend_declare_typed_property(class_entry, property_trouble_name, &property_trouble_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_trouble_name);

	zval property_field_default_value;
	ZVAL_UNDEF(&property_field_default_value);
	zend_string *property_field_name = zend_string_init("field", sizeof("field") - 1, 1);
	zend_declare_typed_property(class_entry, property_field_name, &property_field_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_field_name);

	zval property_expected_default_value;
	ZVAL_UNDEF(&property_expected_default_value);
	zend_string *property_expected_name = zend_string_init("expected", sizeof("expected") - 1, 1);
	zend_declare_typed_property(class_entry, property_expected_name, &property_expected_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_expected_name);

	zval property_answered_default_value;
	ZVAL_UNDEF(&property_answered_default_value);
	zend_string *property_answered_name = zend_string_init("answered", sizeof("answered") - 1, 1);
	zend_declare_typed_property(class_entry, property_answered_name, &property_answered_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_answered_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Report(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Report", class_Dollr_Report_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_key_default_value;
	ZVAL_UNDEF(&property_key_default_value);
	zend_string *property_key_name = zend_string_init("key", sizeof("key") - 1, 1);
	zend_declare_typed_property(class_entry, property_key_name, &property_key_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_key_name);

	zend_string *property_verdict_class_Dollr_Verdict = zend_string_init("Dollr\\Verdict", sizeof("Dollr\\Verdict")-1, 1);
	zval property_verdict_default_value;
	ZVAL_UNDEF(&property_verdict_default_value);
	zend_string *property_verdict_name = zend_string_init("verdict", sizeof("verdict") - 1, 1);
	zend_declare_typed_property(class_entry, property_verdict_name, &property_verdict_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_verdict_class_Dollr_Verdict, 0, 0));
	zend_string_release(property_verdict_name);

	zval property_isPaid_default_value;
	ZVAL_UNDEF(&property_isPaid_default_value);
	zend_string *property_isPaid_name = zend_string_init("isPaid", sizeof("isPaid") - 1, 1);
	zend_declare_typed_property(class_entry, property_isPaid_name, &property_isPaid_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_isPaid_name);

	zend_string *property_settlement_class_Dollr_Settlement = zend_string_init("Dollr\\Settlement", sizeof("Dollr\\Settlement")-1, 1);
	zval property_settlement_default_value;
	ZVAL_UNDEF(&property_settlement_default_value);
	zend_string *property_settlement_name = zend_string_init("settlement", sizeof("settlement") - 1, 1);
	zend_declare_typed_property(class_entry, property_settlement_name, &property_settlement_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_settlement_class_Dollr_Settlement, 0, MAY_BE_NULL));
	zend_string_release(property_settlement_name);

	zend_string *property_outcome_class_Dollr_Outcome = zend_string_init("Dollr\\Outcome", sizeof("Dollr\\Outcome")-1, 1);
	zval property_outcome_default_value;
	ZVAL_UNDEF(&property_outcome_default_value);
	zend_string *property_outcome_name = zend_string_init("outcome", sizeof("outcome") - 1, 1);
	zend_declare_typed_property(class_entry, property_outcome_name, &property_outcome_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_outcome_class_Dollr_Outcome, 0, 0));
	zend_string_release(property_outcome_name);

	zval property_state_default_value;
	ZVAL_UNDEF(&property_state_default_value);
	zend_string *property_state_name = zend_string_init("state", sizeof("state") - 1, 1);
	zend_declare_typed_property(class_entry, property_state_name, &property_state_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_state_name);

	zval property_conflict_default_value;
	ZVAL_UNDEF(&property_conflict_default_value);
	zend_string *property_conflict_name = zend_string_init("conflict", sizeof("conflict") - 1, 1);
	zend_declare_typed_property(class_entry, property_conflict_name, &property_conflict_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_conflict_name);

	zval property_executeCalls_default_value;
	ZVAL_UNDEF(&property_executeCalls_default_value);
	zend_string *property_executeCalls_name = zend_string_init("executeCalls", sizeof("executeCalls") - 1, 1);
	zend_declare_typed_property(class_entry, property_executeCalls_name, &property_executeCalls_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_executeCalls_name);

	zval property_statusCalls_default_value;
	ZVAL_UNDEF(&property_statusCalls_default_value);
	zend_string *property_statusCalls_name = zend_string_init("statusCalls", sizeof("statusCalls") - 1, 1);
	zend_declare_typed_property(class_entry, property_statusCalls_name, &property_statusCalls_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_statusCalls_name);

	zval property_elapsed_default_value;
	ZVAL_UNDEF(&property_elapsed_default_value);
	zend_string *property_elapsed_name = zend_string_init("elapsed", sizeof("elapsed") - 1, 1);
	zend_declare_typed_property(class_entry, property_elapsed_name, &property_elapsed_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE));
	zend_string_release(property_elapsed_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Session(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Session", class_Dollr_Session_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_id_default_value;
	ZVAL_UNDEF(&property_id_default_value);
	zend_string *property_id_name = zend_string_init("id", sizeof("id") - 1, 1);
	zend_declare_typed_property(class_entry, property_id_name, &property_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_id_name);

	zval property_source_default_value;
	ZVAL_UNDEF(&property_source_default_value);
	zend_string *property_source_name = zend_string_init("source", sizeof("source") - 1, 1);
	zend_declare_typed_property(class_entry, property_source_name, &property_source_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_source_name);

	zval property_expiresAt_default_value;
	ZVAL_UNDEF(&property_expiresAt_default_value);
	zend_string *property_expiresAt_name = zend_string_init("expiresAt", sizeof("expiresAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_expiresAt_name, &property_expiresAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_expiresAt_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Checkout(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Checkout", class_Dollr_Checkout_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_source_default_value;
	ZVAL_UNDEF(&property_source_default_value);
	zend_string *property_source_name = zend_string_init("source", sizeof("source") - 1, 1);
	zend_declare_typed_property(class_entry, property_source_name, &property_source_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_source_name);

	zval property_url_default_value;
	ZVAL_UNDEF(&property_url_default_value);
	zend_string *property_url_name = zend_string_init("url", sizeof("url") - 1, 1);
	zend_declare_typed_property(class_entry, property_url_name, &property_url_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_url_name);

	zval property_total_default_value;
	ZVAL_UNDEF(&property_total_default_value);
	zend_string *property_total_name = zend_string_init("total", sizeof("total") - 1, 1);
	zend_declare_typed_property(class_entry, property_total_name, &property_total_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_total_name);

	zval property_currency_default_value;
	ZVAL_UNDEF(&property_currency_default_value);
	zend_string *property_currency_name = zend_string_init("currency", sizeof("currency") - 1, 1);
	zend_declare_typed_property(class_entry, property_currency_name, &property_currency_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_currency_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_RealtimeKey(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "RealtimeKey", class_Dollr_RealtimeKey_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_expiresIn_default_value;
	ZVAL_UNDEF(&property_expiresIn_default_value);
	zend_string *property_expiresIn_name = zend_string_init("expiresIn", sizeof("expiresIn") - 1, 1);
	zend_declare_typed_property(class_entry, property_expiresIn_name, &property_expiresIn_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE));
	zend_string_release(property_expiresIn_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Claim(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Claim", class_Dollr_Claim_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zend_string *property_kind_class_Dollr_ClaimKind = zend_string_init("Dollr\\ClaimKind", sizeof("Dollr\\ClaimKind")-1, 1);
	zval property_kind_default_value;
	ZVAL_UNDEF(&property_kind_default_value);
	zend_string *property_kind_name = zend_string_init("kind", sizeof("kind") - 1, 1);
	zend_declare_typed_property(class_entry, property_kind_name, &property_kind_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_kind_class_Dollr_ClaimKind, 0, 0));
	zend_string_release(property_kind_name);

	zend_string *property_settlement_class_Dollr_Settlement = zend_string_init("Dollr\\Settlement", sizeof("Dollr\\Settlement")-1, 1);
	zval property_settlement_default_value;
	ZVAL_UNDEF(&property_settlement_default_value);
	zend_string *property_settlement_name = zend_string_init("settlement", sizeof("settlement") - 1, 1);
	zend_declare_typed_property(class_entry, property_settlement_name, &property_settlement_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_settlement_class_Dollr_Settlement, 0, MAY_BE_NULL));
	zend_string_release(property_settlement_name);

	zval property_key_default_value;
	ZVAL_UNDEF(&property_key_default_value);
	zend_string *property_key_name = zend_string_init("key", sizeof("key") - 1, 1);
	zend_declare_typed_property(class_entry, property_key_name, &property_key_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_key_name);

	zval property_by_default_value;
	ZVAL_UNDEF(&property_by_default_value);
	zend_string *property_by_name = zend_string_init("by", sizeof("by") - 1, 1);
	zend_declare_typed_property(class_entry, property_by_name, &property_by_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_by_name);

	zval property_at_default_value;
	ZVAL_UNDEF(&property_at_default_value);
	zend_string *property_at_name = zend_string_init("at", sizeof("at") - 1, 1);
	zend_declare_typed_property(class_entry, property_at_name, &property_at_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_at_name);

	zend_string *property_outcome_class_Dollr_Outcome = zend_string_init("Dollr\\Outcome", sizeof("Dollr\\Outcome")-1, 1);
	zval property_outcome_default_value;
	ZVAL_UNDEF(&property_outcome_default_value);
	zend_string *property_outcome_name = zend_string_init("outcome", sizeof("outcome") - 1, 1);
	zend_declare_typed_property(class_entry, property_outcome_name, &property_outcome_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_outcome_class_Dollr_Outcome, 0, MAY_BE_NULL));
	zend_string_release(property_outcome_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Delivery(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Delivery", class_Dollr_Delivery_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_key_default_value;
	ZVAL_UNDEF(&property_key_default_value);
	zend_string *property_key_name = zend_string_init("key", sizeof("key") - 1, 1);
	zend_declare_typed_property(class_entry, property_key_name, &property_key_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_key_name);

	zval property_order_default_value;
	ZVAL_UNDEF(&property_order_default_value);
	zend_string *property_order_name = zend_string_init("order", sizeof("order") - 1, 1);
	zend_declare_typed_property(class_entry, property_order_name, &property_order_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_order_name);

	zend_string *property_settlement_class_Dollr_Settlement = zend_string_init("Dollr\\Settlement", sizeof("Dollr\\Settlement")-1, 1);
	zval property_settlement_default_value;
	ZVAL_UNDEF(&property_settlement_default_value);
	zend_string *property_settlement_name = zend_string_init("settlement", sizeof("settlement") - 1, 1);
	zend_declare_typed_property(class_entry, property_settlement_name, &property_settlement_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_settlement_class_Dollr_Settlement, 0, 0));
	zend_string_release(property_settlement_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Summary(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Summary", class_Dollr_Summary_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_needsAPerson_default_value;
	ZVAL_UNDEF(&property_needsAPerson_default_value);
	zend_string *property_needsAPerson_name = zend_string_init("needsAPerson", sizeof("needsAPerson") - 1, 1);
	zend_declare_typed_property(class_entry, property_needsAPerson_name, &property_needsAPerson_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_needsAPerson_name);

	zval property_asked_default_value;
	ZVAL_UNDEF(&property_asked_default_value);
	zend_string *property_asked_name = zend_string_init("asked", sizeof("asked") - 1, 1);
	zend_declare_typed_property(class_entry, property_asked_name, &property_asked_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_asked_name);

	zval property_paid_default_value;
	ZVAL_UNDEF(&property_paid_default_value);
	zend_string *property_paid_name = zend_string_init("paid", sizeof("paid") - 1, 1);
	zend_declare_typed_property(class_entry, property_paid_name, &property_paid_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_paid_name);

	zval property_conflicts_default_value;
	ZVAL_UNDEF(&property_conflicts_default_value);
	zend_string *property_conflicts_name = zend_string_init("conflicts", sizeof("conflicts") - 1, 1);
	zend_declare_typed_property(class_entry, property_conflicts_name, &property_conflicts_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_conflicts_name);

	zval property_stuck_default_value;
	ZVAL_UNDEF(&property_stuck_default_value);
	zend_string *property_stuck_name = zend_string_init("stuck", sizeof("stuck") - 1, 1);
	zend_declare_typed_property(class_entry, property_stuck_name, &property_stuck_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_stuck_name);

	zval property_duplicates_default_value;
	ZVAL_UNDEF(&property_duplicates_default_value);
	zend_string *property_duplicates_name = zend_string_init("duplicates", sizeof("duplicates") - 1, 1);
	zend_declare_typed_property(class_entry, property_duplicates_name, &property_duplicates_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_duplicates_name);

	zval property_notSent_default_value;
	ZVAL_UNDEF(&property_notSent_default_value);
	zend_string *property_notSent_name = zend_string_init("notSent", sizeof("notSent") - 1, 1);
	zend_declare_typed_property(class_entry, property_notSent_name, &property_notSent_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_notSent_name);

	zval property_unreadable_default_value;
	ZVAL_UNDEF(&property_unreadable_default_value);
	zend_string *property_unreadable_name = zend_string_init("unreadable", sizeof("unreadable") - 1, 1);
	zend_declare_typed_property(class_entry, property_unreadable_name, &property_unreadable_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_unreadable_name);

	zval property_statusCalls_default_value;
	ZVAL_UNDEF(&property_statusCalls_default_value);
	zend_string *property_statusCalls_name = zend_string_init("statusCalls", sizeof("statusCalls") - 1, 1);
	zend_declare_typed_property(class_entry, property_statusCalls_name, &property_statusCalls_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_statusCalls_name);

	zval property_throttled_default_value;
	ZVAL_UNDEF(&property_throttled_default_value);
	zend_string *property_throttled_name = zend_string_init("throttled", sizeof("throttled") - 1, 1);
	zend_declare_typed_property(class_entry, property_throttled_name, &property_throttled_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_throttled_name);

	zval property_coolDown_default_value;
	ZVAL_UNDEF(&property_coolDown_default_value);
	zend_string *property_coolDown_name = zend_string_init("coolDown", sizeof("coolDown") - 1, 1);
	zend_declare_typed_property(class_entry, property_coolDown_name, &property_coolDown_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE|MAY_BE_NULL));
	zend_string_release(property_coolDown_name);

	zval property_open_default_value;
	ZVAL_UNDEF(&property_open_default_value);
	zend_string *property_open_name = zend_string_init("open", sizeof("open") - 1, 1);
	zend_declare_typed_property(class_entry, property_open_name, &property_open_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_open_name);

	zval property_due_default_value;
	ZVAL_UNDEF(&property_due_default_value);
	zend_string *property_due_name = zend_string_init("due", sizeof("due") - 1, 1);
	zend_declare_typed_property(class_entry, property_due_name, &property_due_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_due_name);

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Entry(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Entry", class_Dollr_Entry_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_key_default_value;
	ZVAL_UNDEF(&property_key_default_value);
	zend_string *property_key_name = zend_string_init("key", sizeof("key") - 1, 1);
	zend_declare_typed_property(class_entry, property_key_name, &property_key_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_key_name);

	zval property_order_default_value;
	ZVAL_UNDEF(&property_order_default_value);
	zend_string *property_order_name = zend_string_init("order", sizeof("order") - 1, 1);
	zend_declare_typed_property(class_entry, property_order_name, &property_order_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_order_name);

	zval property_state_default_value;
	ZVAL_UNDEF(&property_state_default_value);
	zend_string *property_state_name = zend_string_init("state", sizeof("state") - 1, 1);
	zend_declare_typed_property(class_entry, property_state_name, &property_state_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_state_name);

	zval property_open_default_value;
	ZVAL_UNDEF(&property_open_default_value);
	zend_string *property_open_name = zend_string_init("open", sizeof("open") - 1, 1);
	zend_declare_typed_property(class_entry, property_open_name, &property_open_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_open_name);

	zval property_due_default_value;
	ZVAL_UNDEF(&property_due_default_value);
	zend_string *property_due_name = zend_string_init("due", sizeof("due") - 1, 1);
	zend_declare_typed_property(class_entry, property_due_name, &property_due_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_due_name);

	zval property_snapshot_default_value;
	ZVAL_UNDEF(&property_snapshot_default_value);
	zend_string *property_snapshot_name = zend_string_init("snapshot", sizeof("snapshot") - 1, 1);
	zend_declare_typed_property(class_entry, property_snapshot_name, &property_snapshot_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_snapshot_name);

	zval property_createdAt_default_value;
	ZVAL_UNDEF(&property_createdAt_default_value);
	zend_string *property_createdAt_name = zend_string_init("createdAt", sizeof("createdAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_createdAt_name, &property_createdAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_createdAt_name);

	zval property_updatedAt_default_value;
	ZVAL_UNDEF(&property_updatedAt_default_value);
	zend_string *property_updatedAt_name = zend_string_init("updatedAt", sizeof("updatedAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_updatedAt_name, &property_updatedAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_updatedAt_name);

	return class_entry;
}
