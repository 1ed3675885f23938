/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: b070175450b6d246b2206a7c67ece0da2cfaa609 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Dollr_Client___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, clientId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, clientSecret, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, baseUrl, IS_STRING, 1, "null")
	ZEND_ARG_OBJ_TYPE_MASK(0, journal, Dollr\\Journal, MAY_BE_STRING|MAY_BE_NULL, "null")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, policy, Dollr\\Policy, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, realtimeUrl, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, anonKey, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, caBundle, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, proxy, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, userAgent, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, connectTimeout, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, readTimeout, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, totalTimeout, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, rateCalls, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, ratePer, IS_DOUBLE, 0, "1.0")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Client_signIn, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_createSession, 0, 1, Dollr\\Session, 0)
	ZEND_ARG_TYPE_INFO(0, source, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_createCheckout, 0, 3, Dollr\\Checkout, 0)
	ZEND_ARG_TYPE_INFO(0, phone, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, currency, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, items, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, kind, IS_STRING, 0, "\"INVOICE\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, successUrl, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, cancelUrl, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, customerName, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, customerEmail, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, referenceId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, note, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, expiresAt, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_collect, 0, 3, Dollr\\Report, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, session, Dollr\\Session, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_MASK(0, account, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_INFO(0, currency, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, amount, MAY_BE_LONG|MAY_BE_STRING|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, order, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, despite, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, patience, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, realtime, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, referenceId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, sessionExpiresAt, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, show, IS_CALLABLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, source, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_execute, 0, 1, Dollr\\Report, 0)
	ZEND_ARG_OBJ_INFO(0, intent, Dollr\\Intent, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, order, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, despite, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, patience, IS_DOUBLE, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, realtime, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, show, IS_CALLABLE, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_verifySource, 0, 3, Dollr\\Report, 0)
	ZEND_ARG_TYPE_INFO(0, source, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, currency, IS_STRING, 0)
	ZEND_ARG_TYPE_MASK(0, total, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, patience, IS_DOUBLE, 0, "0.0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, order, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_wait, 0, 1, Dollr\\Report, 0)
	ZEND_ARG_TYPE_INFO(0, referenceId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, patience, IS_DOUBLE, 0, "300.0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, show, IS_CALLABLE, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_watch, 0, 2, Dollr\\Report, 0)
	ZEND_ARG_TYPE_INFO(0, referenceId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, kind, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, patience, IS_DOUBLE, 0, "300.0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, show, IS_CALLABLE, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_status, 0, 1, Dollr\\Report, 0)
	ZEND_ARG_TYPE_INFO(0, referenceId, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_realtimeKey, 0, 3, Dollr\\RealtimeKey, 0)
	ZEND_ARG_OBJ_TYPE_MASK(0, session, Dollr\\Session, MAY_BE_LONG|MAY_BE_STRING, NULL)
	ZEND_ARG_TYPE_INFO(0, kind, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, referenceId, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_reconcile, 0, 0, Dollr\\Summary, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, workers, IS_LONG, 0, "8")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, rateCalls, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, ratePer, IS_DOUBLE, 0, "1.0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, horizon, IS_DOUBLE, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_claimFulfilment, 0, 1, Dollr\\Claim, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Dollr_Client_nextPaid, 0, 0, Dollr\\Delivery, 1)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, term, IS_DOUBLE, 0, "900.0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, since, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Client_fulfilled, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Dollr_Client_release arginfo_class_Dollr_Client_fulfilled

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Dollr_Client_resolve, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, why, IS_STRING, 0)
ZEND_END_ARG_INFO()


ZEND_METHOD(Dollr_Client, __construct);
ZEND_METHOD(Dollr_Client, signIn);
ZEND_METHOD(Dollr_Client, createSession);
ZEND_METHOD(Dollr_Client, createCheckout);
ZEND_METHOD(Dollr_Client, collect);
ZEND_METHOD(Dollr_Client, execute);
ZEND_METHOD(Dollr_Client, verifySource);
ZEND_METHOD(Dollr_Client, wait);
ZEND_METHOD(Dollr_Client, watch);
ZEND_METHOD(Dollr_Client, status);
ZEND_METHOD(Dollr_Client, realtimeKey);
ZEND_METHOD(Dollr_Client, reconcile);
ZEND_METHOD(Dollr_Client, claimFulfilment);
ZEND_METHOD(Dollr_Client, nextPaid);
ZEND_METHOD(Dollr_Client, fulfilled);
ZEND_METHOD(Dollr_Client, release);
ZEND_METHOD(Dollr_Client, resolve);


static const zend_function_entry class_Dollr_Client_methods[] = {
	ZEND_ME(Dollr_Client, __construct, arginfo_class_Dollr_Client___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, signIn, arginfo_class_Dollr_Client_signIn, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, createSession, arginfo_class_Dollr_Client_createSession, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, createCheckout, arginfo_class_Dollr_Client_createCheckout, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, collect, arginfo_class_Dollr_Client_collect, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, execute, arginfo_class_Dollr_Client_execute, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, verifySource, arginfo_class_Dollr_Client_verifySource, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, wait, arginfo_class_Dollr_Client_wait, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, watch, arginfo_class_Dollr_Client_watch, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, status, arginfo_class_Dollr_Client_status, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, realtimeKey, arginfo_class_Dollr_Client_realtimeKey, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, reconcile, arginfo_class_Dollr_Client_reconcile, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, claimFulfilment, arginfo_class_Dollr_Client_claimFulfilment, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, nextPaid, arginfo_class_Dollr_Client_nextPaid, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, fulfilled, arginfo_class_Dollr_Client_fulfilled, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, release, arginfo_class_Dollr_Client_release, ZEND_ACC_PUBLIC)
	ZEND_ME(Dollr_Client, resolve, arginfo_class_Dollr_Client_resolve, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Dollr_Client(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Dollr", "Client", class_Dollr_Client_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL;
#if (PHP_VERSION_ID >= 80200)


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 6, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 8, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#endif

	return class_entry;
}
