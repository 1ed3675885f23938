/* A call that waits for the vendor, on a thread of its own. */
#ifndef DOLLR_CALL_H
#define DOLLR_CALL_H

#include "php_dollr.h"

typedef struct dollr_call dollr_call;

struct dollr_call {
    /* Does it, on the thread: nothing of PHP's may be touched there. */
    int32_t (*work)(dollr_call *call);
    /* Whether it is one request with its token, repeated once at most, and waits for neither a payer nor a schedule. */
    bool brief;
    dollr_client *client;

    /* What it is given: texts are kept by `dollr_call_text`. */
    dollr_str key, currency, total;
    int32_t source_kind;
    uint64_t patience_ms;
    dollr_session session;
    dollr_intent_parts parts;
    dollr_attempt attempt;
    dollr_checkout_order order;
    dollr_item *items;
    dollr_reconcile_options reconcile;

    /* What came of it. */
    int32_t code;
    dollr_error *error;
    dollr_report *report;
    dollr_checkout *checkout;
    dollr_realtime_key *realtime_key;
    dollr_summary *summary;

    struct dollr_call_private *private;
};

/* A new call of this client's, NULL with an exception where there is no memory. It is given back by `dollr_let_go`. */
dollr_call *dollr_call_new(const dollr_object *client, int32_t (*work)(dollr_call *call));
/* A copy that lives as long as the call, which may be longer than the request. */
dollr_str dollr_call_text(dollr_call *call, dollr_str text);
/* Does it. False with an exception where it failed, or a signal's handler or `show` threw; then it goes on by itself, and what comes of
   it is in the journal. `show` gets the secret of the payment with the call's key. */
bool dollr_call_run(dollr_call *call, zend_fcall_info *show, zend_fcall_info_cache *show_cache);

#endif
