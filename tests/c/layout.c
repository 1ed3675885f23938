/* The sizes of what crosses by value, on 64-bit platforms: a change here is another ABI. Compiled by every compiler, as C and C++. */
#include <dollr.h>

#if defined(__cplusplus)
#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type)
#else
#define SIZE(type, bytes) typedef char size_of_##type[sizeof(type) == (bytes) ? 1 : -1]
#endif

#if DOLLR_ABI_VERSION != 0 || DOLLR_VERSION_MAJOR != 0 || DOLLR_VERSION_MINOR < 1
#error "this is another header than the tests are for"
#endif

SIZE(dollr_str, 16);
SIZE(dollr_channel_policy, 48);
SIZE(dollr_exchange, 8);
SIZE(dollr_request, 64);
SIZE(dollr_channel_action, 104);
SIZE(dollr_response, 80);
SIZE(dollr_gap, 16);
SIZE(dollr_policy, 64);
SIZE(dollr_client_options, 216);
SIZE(dollr_session, 16);
SIZE(dollr_item, 32);
SIZE(dollr_checkout_order, 168);
SIZE(dollr_checkout_info, 64);
SIZE(dollr_problem, 32);
SIZE(dollr_verdict, 232);
SIZE(dollr_claim_info, 280);
SIZE(dollr_delivery_info, 264);
SIZE(dollr_passcode, 136);
SIZE(dollr_intent, 120);
SIZE(dollr_attempt, 64);
SIZE(dollr_realtime_key_info, 24);
SIZE(dollr_reconcile_options, 32);
SIZE(dollr_summary_info, 168);
SIZE(dollr_report_info, 304);
SIZE(dollr_error_info, 80);
SIZE(dollr_action, 352);
SIZE(dollr_standing, 296);
SIZE(dollr_reference_id, 40);
SIZE(dollr_backlog, 24);
SIZE(dollr_entry, 96);
SIZE(dollr_token_action, 120);

int main(void) {
    return dollr_abi_version() == DOLLR_ABI_VERSION ? 0 : 1;
}
