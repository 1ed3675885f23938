/* A journal, a client and an order, for the tests against the simulator whose address is in the environment. */
#include "check.h"

void journal_path(const char *name, char *path) {
    const char *folder = getenv("DOLLR_TEST_FOLDER");
    CHECK(folder);
    snprintf(path, LONGEST_PATH, "%s/%s.db", folder, name);
}

dollr_journal *journal(const char *name) {
    char path[LONGEST_PATH];
    dollr_journal *it = NULL;
    journal_path(name, path);
    OK(dollr_journal_open(text(path), &it, &error));
    return it;
}

dollr_client *client_of(const dollr_journal *journal) {
    dollr_client *client = NULL;
    dollr_policy policy;
    dollr_client_options options;
    memset(&policy, 0, sizeof policy);
    policy.size = sizeof policy;
    policy.patience_ms = 20000;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.from_env = 1;
    options.realtime_from_env = 1;
    options.journal = journal;
    options.policy = &policy;
    OK(dollr_client_new(&options, &client, &error));
    return client;
}

dollr_intent intent_of(dollr_client *client, const char *account, char *source, dollr_reference_id *id) {
    dollr_item item;
    dollr_checkout_order order;
    dollr_checkout *checkout = NULL;
    dollr_checkout_info info;
    dollr_session session;
    dollr_intent intent;
    item.name = text("Shoes");
    item.amount = text("250.00");
    memset(&order, 0, sizeof order);
    order.size = sizeof order;
    order.source_kind = DOLLR_SOURCE_ORDER;
    order.phone = text("231770000001");
    order.currency = text("USD");
    order.items = &item;
    order.item_count = 1;
    order.customer_name = text("Ada");
    order.note = text("by C");
    OK(dollr_client_create_checkout(client, &order, &checkout, &error));
    OK(dollr_checkout_read(checkout, &info, &error));
    CHECK(contains(info.source, "ORDER:") && contains(info.url, "/") && is(info.currency, "USD"));
    memcpy(source, info.source.ptr, info.source.len);
    source[info.source.len] = 0;
    OK(dollr_checkout_free(checkout));
    OK(dollr_client_create_session(client, text(source), &session, &error));
    CHECK(session.id > 0 && session.expires_at_ms > NOW);
    OK(dollr_reference_id_new(id, &error));
    intent = collection(id->text);
    intent.account = text(account);
    intent.session = session.id;
    intent.session_expires_at_ms = session.expires_at_ms;
    intent.source = text(source);
    return intent;
}

dollr_attempt attempt_of(const dollr_intent *intent) {
    dollr_attempt attempt;
    memset(&attempt, 0, sizeof attempt);
    attempt.size = sizeof attempt;
    attempt.intent = intent;
    return attempt;
}
