/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: c92eee726db739fd25e311045ae3532f443b880d */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Execution___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_newReferenceId, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Execution_prepare, 0, 1, Dollr\\Execution, 0)
	ZEND_ARG_OBJ_INFO(0, intent, Dollr\\Intent, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, policy, Dollr\\Policy, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Execution_restore, 0, 1, Dollr\\Execution, 0)
	ZEND_ARG_TYPE_INFO(0, snapshot, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Execution_next, 0, 0, Dollr\\Action, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_applyRecorded, 0, 0, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_applyAnswer, 0, 3, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, request, Dollr\\Request, 0)
	ZEND_ARG_TYPE_INFO(0, status, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, body, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, headers, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_applyLost, 0, 1, IS_VOID, 0)
	ZEND_ARG_OBJ_INFO(0, request, Dollr\\Request, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sent, _IS_BOOL, 0, "true")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Execution_applyHint arginfo_class_Dollr_Execution_applyRecorded

#define arginfo_class_Dollr_Execution_applyShown arginfo_class_Dollr_Execution_applyRecorded

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_applyResumed, 0, 1, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, patience, IS_DOUBLE, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_applyAdopted, 0, 0, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, horizon, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Execution_snapshot arginfo_class_Dollr_Execution_newReferenceId

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Execution_ask, 0, 0, Dollr\\Request, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_due, 0, 0, IS_LONG, 1)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_explain, 0, 0, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Execution_key arginfo_class_Dollr_Execution_newReferenceId

#define arginfo_class_Dollr_Execution_state arginfo_class_Dollr_Execution_newReferenceId

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Execution_verdict, 0, 0, Dollr\\Verdict, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Execution_outcome, 0, 0, Dollr\\Outcome, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_conflict, 0, 0, IS_STRING, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_isPaid, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Execution_isTerminal arginfo_class_Dollr_Execution_isPaid

#define arginfo_class_Dollr_Execution_holdsOrder arginfo_class_Dollr_Execution_isPaid

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Execution_asks, 0, 0, IS_LONG, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Source___construct arginfo_class_Dollr_Execution___construct

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Source_watch, 0, 3, Dollr\\Source, 0)
	ZEND_ARG_TYPE_INFO(0, source, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, currency, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, total, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, policy, Dollr\\Policy, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Source_restore, 0, 1, Dollr\\Source, 0)
	ZEND_ARG_TYPE_INFO(0, snapshot, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Source_next arginfo_class_Dollr_Execution_next

#define arginfo_class_Dollr_Source_applyAnswer arginfo_class_Dollr_Execution_applyAnswer

#define arginfo_class_Dollr_Source_applyLost arginfo_class_Dollr_Execution_applyLost

#define arginfo_class_Dollr_Source_applyHint arginfo_class_Dollr_Execution_applyRecorded

#define arginfo_class_Dollr_Source_applyResumed arginfo_class_Dollr_Execution_applyResumed

#define arginfo_class_Dollr_Source_applyAdopted arginfo_class_Dollr_Execution_applyAdopted

#define arginfo_class_Dollr_Source_snapshot arginfo_class_Dollr_Execution_newReferenceId

#define arginfo_class_Dollr_Source_ask arginfo_class_Dollr_Execution_ask

#define arginfo_class_Dollr_Source_due arginfo_class_Dollr_Execution_due

#define arginfo_class_Dollr_Source_explain arginfo_class_Dollr_Execution_explain

#define arginfo_class_Dollr_Source_key arginfo_class_Dollr_Execution_newReferenceId

#define arginfo_class_Dollr_Source_state arginfo_class_Dollr_Execution_newReferenceId

#define arginfo_class_Dollr_Source_verdict arginfo_class_Dollr_Execution_verdict

#define arginfo_class_Dollr_Source_outcome arginfo_class_Dollr_Execution_outcome

#define arginfo_class_Dollr_Source_conflict arginfo_class_Dollr_Execution_conflict

#define arginfo_class_Dollr_Source_isPaid arginfo_class_Dollr_Execution_isPaid

#define arginfo_class_Dollr_Source_isTerminal arginfo_class_Dollr_Execution_isPaid

#define arginfo_class_Dollr_Source_asks arginfo_class_Dollr_Execution_asks


ZEND_METHOD(Dollr_Execution, __construct);
ZEND_METHOD(Dollr_Execution, newReferenceId);
ZEND_METHOD(Dollr_Execution, prepare);
ZEND_METHOD(Dollr_Execution, restore);
ZEND_METHOD(Dollr_Execution, next);
ZEND_METHOD(Dollr_Execution, applyRecorded);
ZEND_METHOD(Dollr_Execution, applyAnswer);
ZEND_METHOD(Dollr_Execution, applyLost);
ZEND_METHOD(Dollr_Execution, applyHint);
ZEND_METHOD(Dollr_Execution, applyShown);
ZEND_METHOD(Dollr_Execution, applyResumed);
ZEND_METHOD(Dollr_Execution, applyAdopted);
ZEND_METHOD(Dollr_Execution, snapshot);
ZEND_METHOD(Dollr_Execution, ask);
ZEND_METHOD(Dollr_Execution, due);
ZEND_METHOD(Dollr_Execution, explain);
ZEND_METHOD(Dollr_Execution, key);
ZEND_METHOD(Dollr_Execution, state);
ZEND_METHOD(Dollr_Execution, verdict);
ZEND_METHOD(Dollr_Execution, outcome);
ZEND_METHOD(Dollr_Execution, conflict);
ZEND_METHOD(Dollr_Execution, isPaid);
ZEND_METHOD(Dollr_Execution, isTerminal);
ZEND_METHOD(Dollr_Execution, holdsOrder);
ZEND_METHOD(Dollr_Execution, asks);
ZEND_METHOD(Dollr_Source, __construct);
ZEND_METHOD(Dollr_Source, watch);
ZEND_METHOD(Dollr_Source, restore);


static const zend_function_entry class_Dollr_Execution_methods[] = {
	ZEND_ME(Dollr_Execution, __construct, arginfo_class_Dollr_Execution___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_Execution, newReferenceId, arginfo_class_Dollr_Execution_newReferenceId, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Execution, prepare, arginfo_class_Dollr_Execution_prepare, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Execution, restore, arginfo_class_Dollr_Execution_restore, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Execution, next, arginfo_class_Dollr_Execution_next, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyRecorded, arginfo_class_Dollr_Execution_applyRecorded, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyAnswer, arginfo_class_Dollr_Execution_applyAnswer, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyLost, arginfo_class_Dollr_Execution_applyLost, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyHint, arginfo_class_Dollr_Execution_applyHint, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyShown, arginfo_class_Dollr_Execution_applyShown, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyResumed, arginfo_class_Dollr_Execution_applyResumed, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, applyAdopted, arginfo_class_Dollr_Execution_applyAdopted, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, snapshot, arginfo_class_Dollr_Execution_snapshot, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, ask, arginfo_class_Dollr_Execution_ask, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, due, arginfo_class_Dollr_Execution_due, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, explain, arginfo_class_Dollr_Execution_explain, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, key, arginfo_class_Dollr_Execution_key, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, state, arginfo_class_Dollr_Execution_state, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, verdict, arginfo_class_Dollr_Execution_verdict, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, outcome, arginfo_class_Dollr_Execution_outcome, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, conflict, arginfo_class_Dollr_Execution_conflict, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, isPaid, arginfo_class_Dollr_Execution_isPaid, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, isTerminal, arginfo_class_Dollr_Execution_isTerminal, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, holdsOrder, arginfo_class_Dollr_Execution_holdsOrder, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Execution, asks, arginfo_class_Dollr_Execution_asks, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_Dollr_Source_methods[] = {
	ZEND_ME(Dollr_Source, __construct, arginfo_class_Dollr_Source___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Dollr_Source, watch, arginfo_class_Dollr_Source_watch, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Dollr_Source, restore, arginfo_class_Dollr_Source_restore, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_MALIAS(Dollr_Execution, next, next, arginfo_class_Dollr_Source_next, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, applyAnswer, applyAnswer, arginfo_class_Dollr_Source_applyAnswer, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, applyLost, applyLost, arginfo_class_Dollr_Source_applyLost, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, applyHint, applyHint, arginfo_class_Dollr_Source_applyHint, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, applyResumed, applyResumed, arginfo_class_Dollr_Source_applyResumed, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, applyAdopted, applyAdopted, arginfo_class_Dollr_Source_applyAdopted, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, snapshot, snapshot, arginfo_class_Dollr_Source_snapshot, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, ask, ask, arginfo_class_Dollr_Source_ask, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, due, due, arginfo_class_Dollr_Source_due, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, explain, explain, arginfo_class_Dollr_Source_explain, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, key, key, arginfo_class_Dollr_Source_key, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, state, state, arginfo_class_Dollr_Source_state, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, verdict, verdict, arginfo_class_Dollr_Source_verdict, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, outcome, outcome, arginfo_class_Dollr_Source_outcome, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, conflict, conflict, arginfo_class_Dollr_Source_conflict, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, isPaid, isPaid, arginfo_class_Dollr_Source_isPaid, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, isTerminal, isTerminal, arginfo_class_Dollr_Source_isTerminal, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(Dollr_Execution, asks, asks, arginfo_class_Dollr_Source_asks, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Execution(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Execution", class_Dollr_Execution_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "applyanswer", sizeof("applyanswer") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}

static zend_class_entry *register_class_Dollr_Source(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Source", class_Dollr_Source_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "applyanswer", sizeof("applyanswer") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}
