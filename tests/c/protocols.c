/* The bearer token and the realtime channel, driven by hand. */
#include "check.h"

void test_tokens(void) {
    dollr_token *token = NULL;
    dollr_token_action action;
    dollr_response good = answer(200, "{\"access_token\": \"eyJ.token\", \"expires_in\": 30}"), bad = answer(401, "{}");
    uint32_t number;

    FAILS(DOLLR_ERROR_NULL, dollr_token_new(text("id"), none(), &token, &error));
    OK(dollr_token_new(text("id"), text("hush\"hush"), &token, &error));
    OK(dollr_token_next(token, NOW, &action, &error));
    CHECK(action.kind == DOLLR_TOKEN_OBTAIN && !action.request.authorized);
    CHECK(contains(action.request.body, "hush\\\"hush"));
    OK(dollr_token_apply_lost(token, action.request.exchange, DOLLR_LOSS_UNKNOWN, NOW, &error));
    OK(dollr_token_next(token, NOW, &action, &error));
    CHECK(action.kind == DOLLR_TOKEN_WAIT && action.until_ms > NOW);
    OK(dollr_token_next(token, action.until_ms, &action, &error));
    OK(dollr_token_apply_answered(token, action.request.exchange, &good, NOW + 1000, &error));
    OK(dollr_token_next(token, NOW + 1000, &action, &error));
    CHECK(action.kind == DOLLR_TOKEN_USE && is(action.bearer, "eyJ.token"));
    number = action.number;
    OK(dollr_token_expired(token, number + 1, &error));
    OK(dollr_token_next(token, NOW + 1000, &action, &error));
    CHECK(action.kind == DOLLR_TOKEN_USE);
    OK(dollr_token_expired(token, number, &error));
    OK(dollr_token_next(token, NOW + 1000, &action, &error));
    CHECK(action.kind == DOLLR_TOKEN_OBTAIN);
    OK(dollr_token_apply_answered(token, action.request.exchange, &bad, NOW + 2000, &error));
    FAILS(DOLLR_ERROR_REJECTED,
          dollr_token_apply_lost(token, action.request.exchange, DOLLR_LOSS_UNKNOWN, NOW + 2000, &error));
    OK(dollr_token_next(token, NOW + 2000, &action, &error));
    CHECK(action.kind == DOLLR_TOKEN_DENIED && action.http_status == 401 && contains(action.text, "401"));
    OK(dollr_token_free(token));
}

/* One step of a channel: what to do, which must be this. */
static dollr_channel_action does(dollr_channel *channel, uint64_t now, int32_t kind) {
    dollr_channel_action action;
    OK(dollr_channel_next(channel, now, &action, &error));
    if (action.kind != kind) {
        fprintf(stderr, "at %lld: %d, expected %d\n", (long long)(now - NOW), (int)action.kind, (int)kind);
        exit(1);
    }
    return action;
}

/* It is over, once the payment has been told. */
static dollr_channel_action ends(dollr_channel *channel, uint64_t now) {
    dollr_channel_action action;
    OK(dollr_channel_next(channel, now, &action, &error));
    if (action.kind == DOLLR_CHANNEL_HINT) {
        OK(dollr_channel_apply_hinted(channel, now, &error));
    }
    return does(channel, now, DOLLR_CHANNEL_DONE);
}

static dollr_channel *watching(void) {
    dollr_channel *channel = NULL;
    dollr_channel_policy policy;
    memset(&policy, 0, sizeof policy);
    policy.size = sizeof policy;
    policy.life_ms = 20000;
    OK(dollr_channel_watch(55, DOLLR_SOURCE_INVOICE, text(ID), &policy, NOW, &channel, &error));
    return channel;
}

static void a_channel_joins_hints_and_leaves(void) {
    const char *topic = "realtime:payment-intent:55:" ID;
    dollr_channel *channel = watching();
    dollr_response key = answer(200, "{\"access_token\": \"eyJ.key\", \"expires_in\": 600}");
    dollr_channel_action action = does(channel, NOW, DOLLR_CHANNEL_KEY);
    dollr_str target;
    char frame[2048];
    uint64_t when = 0;

    OK(dollr_channel_apply_answered(channel, action.request.exchange, &key, NOW + 1000, &error));
    action = does(channel, NOW + 1000, DOLLR_CHANNEL_CONNECT);
    CHECK(action.until_ms > NOW);
    OK(dollr_channel_target(channel, text("a+b"), &target, &error));
    CHECK(is(target, "/realtime/v1/websocket?apikey=a%2Bb&vsn=2.0.0"));
    FAILS(DOLLR_ERROR_REJECTED, dollr_channel_apply_hinted(channel, NOW + 1000, &error));
    OK(dollr_channel_apply_connected(channel, NOW + 1000, &error));
    action = does(channel, NOW + 1000, DOLLR_CHANNEL_SEND);
    CHECK(contains(action.text, "phx_join") && contains(action.text, "eyJ.key"));
    OK(dollr_channel_apply_sent(channel, action.number, NOW + 1000, &error));
    OK(dollr_channel_apply_binary(channel, NOW + 1100, &error));
    sprintf(frame,
            "[\"1\",\"1\",\"%s\",\"phx_reply\",{\"status\":\"ok\",\"response\":{\"postgres_changes\":[{\"id\":7,"
            "\"event\":\"*\",\"schema\":\"public\",\"table\":\"checkout_payment_intent_public_status\",\"filter\":"
            "\"reference_id=eq.%s\"}]}}]",
            topic, ID);
    OK(dollr_channel_apply_text(channel, text(frame), NOW + 1200, &error));
    does(channel, NOW + 1200, DOLLR_CHANNEL_HINT);
    OK(dollr_channel_apply_hinted(channel, NOW + 1200, &error));
    sprintf(frame, "[\"1\",null,\"%s\",\"system\",{\"extension\":\"postgres_changes\",\"status\":\"ok\",\"message\":\"Subscribed to "
            "PostgreSQL\"}]",
            topic);
    OK(dollr_channel_apply_text(channel, text(frame), NOW + 1300, &error));
    OK(dollr_channel_safety_poll(channel, NOW + 1400, NOW + 1300, NOW + 1300, &when, &error));
    CHECK(when == NOW + 6300);
    FAILS(DOLLR_ERROR_UTF8, dollr_channel_apply_text(channel, text("\xff"), NOW + 1300, &error));
    OK(dollr_channel_apply_leave(channel, NOW + 3000, &error));
    does(channel, NOW + 3000, DOLLR_CHANNEL_HINT);
    OK(dollr_channel_apply_hinted(channel, NOW + 3000, &error));
    action = does(channel, NOW + 3000, DOLLR_CHANNEL_SEND);
    CHECK(contains(action.text, "phx_leave"));
    OK(dollr_channel_apply_sent(channel, action.number, NOW + 3000, &error));
    does(channel, NOW + 3000, DOLLR_CHANNEL_CLOSE);
    OK(dollr_channel_apply_closed(channel, NOW + 3000, &error));
    action = ends(channel, NOW + 9000);
    CHECK(action.ending == DOLLR_ENDING_LEFT && action.text.len > 0);
    OK(dollr_channel_free(channel));
}

static void a_handshake_that_is_refused_ends_it(void) {
    dollr_channel *channel = NULL;
    dollr_response key = answer(200, "{\"access_token\": \"eyJ.key\", \"expires_in\": 600}");
    dollr_channel_action action;
    OK(dollr_channel_watch(55, DOLLR_SOURCE_ORDER, text(ID), NULL, NOW, &channel, &error));
    action = does(channel, NOW, DOLLR_CHANNEL_KEY);
    OK(dollr_channel_apply_answered(channel, action.request.exchange, &key, NOW, &error));
    does(channel, NOW, DOLLR_CHANNEL_CONNECT);
    OK(dollr_channel_apply_unconnected(channel, 403, NOW, &error));
    action = ends(channel, NOW + 1000);
    CHECK(action.ending == DOLLR_ENDING_REFUSED && contains(action.text, "403"));
    OK(dollr_channel_free(channel));
    FAILS(DOLLR_ERROR_ARGUMENT, dollr_channel_watch(55, 3, text(ID), NULL, NOW, &channel, &error));
}

static void a_channel_without_a_key_ends(void) {
    dollr_channel *channel = watching();
    dollr_channel_action action = does(channel, NOW, DOLLR_CHANNEL_KEY);
    OK(dollr_channel_apply_unanswered(channel, action.request.exchange, NOW, &error));
    CHECK(ends(channel, NOW + 2000).ending == DOLLR_ENDING_NO_KEY);
    OK(dollr_channel_free(channel));
}

void test_channels(void) {
    a_channel_without_a_key_ends();
    a_channel_joins_hints_and_leaves();
    a_handshake_that_is_refused_ends_it();
}
