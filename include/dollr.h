/*
 * dollr: has this been paid? The C ABI of an engine for payments of a vendor without webhooks.
 * Made by cbindgen from crates/dollr-ffi: change it there.
 *
 * Functions return a code: DOLLR_OK, or a DOLLR_ERROR_..., and then nothing was written but the error, and a machine is as it was.
 * After a call of a client it says what may have happened all the same: `key` names a payment that has begun, and goes on.
 * Where the last argument is `dollr_error **error`, it may be NULL; else it gets an object that says more, which is yours to free
 * with dollr_error_free. It is written where the call fails, and left alone where it does not.
 *
 * Handles (dollr_execution *, dollr_client * ...) are numbers that look like pointers: never follow one. What a call is given that
 * was freed, is of another type, was made before a fork or never at all is an error. Each handle that a function gives into
 * `**out` is yours, until you give it to the function ..._free of its type. Pointers that are no handles (`out`, `error`, texts,
 * structures) are followed, and must point to what they say.
 *
 * Threads: what a handle is for says its type. Most are for one thread at a time: a second one gets DOLLR_ERROR_BUSY.
 * A dollr_client and a dollr_journal are for any number of threads at the same time. There is nothing global: no thread outlives
 * what is said at dollr_client_watch, and no signal handler and no atexit function is ever set.
 *
 * Fork: a child has no handles. Those of its parent are DOLLR_ERROR_FORKED there, and need not be freed; its own work. Do not fork
 * while another thread is in a call that uses a journal in a file: SQLite has locks for the whole process, and a child that gets a
 * held one waits for ever when it opens a journal of its own.
 *
 * Units: moments are milliseconds since the Unix epoch by your clock, `now_ms`; spans are milliseconds, too (`..._ms`). Amounts are
 * texts in major units: 250.00 is 250 dollars.
 *
 * Structures that you fill in begin with `size`: set all of it to 0, then `size` to sizeof, then what you want. 0 is the default.
 */


#ifndef DOLLR_H
#define DOLLR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Send `request` for a key, then call `dollr_channel_apply_answered` or `dollr_channel_apply_unanswered`.
#define DOLLR_CHANNEL_KEY 1

// Open a WebSocket to what `dollr_channel_target` says, until `until_ms`, then call `dollr_channel_apply_connected` or
// `dollr_channel_apply_unconnected`.
#define DOLLR_CHANNEL_CONNECT 2

// Send `text` as a text frame, then call `dollr_channel_apply_sent` with `number`, or `dollr_channel_apply_closed` where that failed.
#define DOLLR_CHANNEL_SEND 3

// Call `dollr_execution_apply_hint`, then `dollr_channel_apply_hinted`.
#define DOLLR_CHANNEL_HINT 4

// Close the socket without waiting for an answer, then call `dollr_channel_apply_closed`.
#define DOLLR_CHANNEL_CLOSE 5

// Read frames, where a socket is open, until `until_ms`; earlier is harmless.
#define DOLLR_CHANNEL_WAIT 6

// It is over, and no socket is open: `ending` and `text` say why.
#define DOLLR_CHANNEL_DONE 7

// No ending that this header knows.
#define DOLLR_ENDING_OTHER 0

// It has lived as long as it was to.
#define DOLLR_ENDING_LIFE_OVER 1

// The host wanted no more of it.
#define DOLLR_ENDING_LEFT 2

// No key was to be had for it.
#define DOLLR_ENDING_NO_KEY 3

// The server does not open a socket.
#define DOLLR_ENDING_REFUSED 4

// The server does not let it join.
#define DOLLR_ENDING_DENIED 5

// The key ended, and a new one did not help.
#define DOLLR_ENDING_KEY_EXPIRED 6

// The server has too many users, channels or joins.
#define DOLLR_ENDING_THROTTLED 7

// The server cannot watch the table with these parameters.
#define DOLLR_ENDING_DEAF 8

// Connecting and joining took too long.
#define DOLLR_ENDING_LATE 9

// A heartbeat was not answered.
#define DOLLR_ENDING_SILENT 10

// The server ended it.
#define DOLLR_ENDING_DISMISSED 11

// The connection was lost or did not come about.
#define DOLLR_ENDING_LOST 12

// You, and nobody else: ship, then call `dollr_client_fulfilled`, or `dollr_client_release` if you cannot.
#define DOLLR_CLAIM_YOURS 1

// Somebody else ships, or has shipped: `key`, `by` and `at_ms`.
#define DOLLR_CLAIM_TAKEN 2

// Nobody may, as far as the journal knows: `verdict` is how the payment stands.
#define DOLLR_CLAIM_NOT_PAID 3

// The call did what it says. 1 to 99 are misuse of this library, 100 to 199 are about values, events and snapshots, 200 to 299
// about calls to the vendor, 300 to 399 about the journal. A code that this header does not know is an error.
#define DOLLR_OK 0

// A pointer is NULL that must not be.
#define DOLLR_ERROR_NULL 1

// A number is not one of those that an argument may have.
#define DOLLR_ERROR_ARGUMENT 2

// A handle is none of this process: it was freed, or never made.
#define DOLLR_ERROR_HANDLE 3

// A handle is of another type than the function wants.
#define DOLLR_ERROR_TYPE 4

// A handle was made before this process was forked. Make another one; it needs not be freed here.
#define DOLLR_ERROR_FORKED 5

// Another thread is using the handle, which is for one thread at a time.
#define DOLLR_ERROR_BUSY 6

// A mistake of this library was caught, and said on stderr. The handle is as it was; please report it.
#define DOLLR_ERROR_PANIC 7

// A text is not UTF-8.
#define DOLLR_ERROR_UTF8 8

// A structure's `size` is not the one of this library's header: build with the header of the library that is loaded.
#define DOLLR_ERROR_SIZE 9

// There are too many handles: 4,194,304 may live at the same time. There is no room for an error object then, either.
#define DOLLR_ERROR_LIMIT 10

// The operating system gave no random bytes.
#define DOLLR_ERROR_RANDOM 11

// A pointer is not aligned as its type must be.
#define DOLLR_ERROR_ALIGNMENT 12

// A value is not one: an id, an amount, a currency. The message says what would be.
#define DOLLR_ERROR_INVALID 100

// An event cannot be in the state that the machine is in. The machine is as it was.
#define DOLLR_ERROR_REJECTED 101

// A snapshot is damaged or cut short.
#define DOLLR_ERROR_SNAPSHOT_DAMAGED 102

// A snapshot has been changed since it was written.
#define DOLLR_ERROR_SNAPSHOT_TAMPERED 103

// A newer release wrote the snapshot.
#define DOLLR_ERROR_SNAPSHOT_VERSION 104

// The snapshot is of another kind of machine.
#define DOLLR_ERROR_SNAPSHOT_KIND 105

// A schedule is none: gaps in order of age, each from a second to an hour.
#define DOLLR_ERROR_SCHEDULE 106

// An answer of the vendor's is not what it should be.
#define DOLLR_ERROR_BAD_ANSWER 107

// A setting of the client is missing or wrong.
#define DOLLR_ERROR_CONFIG 200

// The vendor does not know the credentials.
#define DOLLR_ERROR_AUTHENTICATION 201

// The vendor would not do it. A payment that is refused is no error, but a verdict.
#define DOLLR_ERROR_REFUSED 202

// The vendor asks for fewer calls.
#define DOLLR_ERROR_RATE_LIMITED 203

// There was no usable answer. `outcome_unknown` says whether the request may have arrived.
#define DOLLR_ERROR_TRANSPORT 204

// Money moves only with a journal to record it in, and the client has none.
#define DOLLR_ERROR_NO_JOURNAL 205

// The journal has no such payment.
#define DOLLR_ERROR_UNRECORDED 206

// A mistake of this library; please report it.
#define DOLLR_ERROR_INTERNAL 207

// The journal has a payment with this key already.
#define DOLLR_ERROR_EXISTS 300

// Another attempt at the order has moved money or still may; or the source is another order's.
#define DOLLR_ERROR_ORDER_TAKEN 301

// Somebody else has written the row meanwhile.
#define DOLLR_ERROR_STALE 302

// The journal has no such row.
#define DOLLR_ERROR_UNKNOWN_ENTRY 303

// There is no journal at this place.
#define DOLLR_ERROR_JOURNAL_ABSENT 304

// The journal cannot be used.
#define DOLLR_ERROR_JOURNAL_UNUSABLE 305

// A newer release wrote the journal.
#define DOLLR_ERROR_JOURNAL_NEWER 306

// It is not known whether the journal was written: look before going on.
#define DOLLR_ERROR_JOURNAL_UNSURE 307

// A text that the journal cannot keep.
#define DOLLR_ERROR_JOURNAL_UNFIT 308

// What was to name a journal names none.
#define DOLLR_ERROR_JOURNAL_ADDRESS 309

// Another process held the journal all the time that was waited.
#define DOLLR_ERROR_JOURNAL_BUSY 310

// The disk of the journal is full.
#define DOLLR_ERROR_JOURNAL_FULL 311

// From a customer to the merchant: `account` and `currency` are the payer's.
#define DOLLR_OPERATION_COLLECTION 1

// From the merchant to `account`, with a `passcode`.
#define DOLLR_OPERATION_PAYOUT 2

// Between two accounts of the merchant.
#define DOLLR_OPERATION_TRANSFER 3

// Back to the customer.
#define DOLLR_OPERATION_REFUND 4

// An invoice.
#define DOLLR_SOURCE_INVOICE 1

// An order.
#define DOLLR_SOURCE_ORDER 2

// Make `snapshot` durable, then call `…_apply_recorded`. Nothing is sent before that.
#define DOLLR_ACTION_RECORD 1

// Send `request` once, then call `…_apply_answered` or `…_apply_lost`.
#define DOLLR_ACTION_SEND 2

// Come back at `until_ms`; earlier is harmless.
#define DOLLR_ACTION_WAIT 3

// Give `client_secret` to the payer's browser (3-D Secure), then call `…_apply_shown`. Never store it, never log it.
#define DOLLR_ACTION_ACT 4

// `verdict` is how it stands; there is nothing to do.
#define DOLLR_ACTION_DONE 5

// No reason that this header knows.
#define DOLLR_WHY_OTHER 0

// The schedule's next question is not due.
#define DOLLR_WHY_SCHEDULE 1

// The last calls failed, `failures` in a row.
#define DOLLR_WHY_BACK_OFF 2

// The vendor asked for patience.
#define DOLLR_WHY_RETRY_AFTER 3

// The library's choice: for mobile money.
#define DOLLR_SCHEDULE_DEFAULT 0

// For mobile money, whose customers approve on a phone after seconds or minutes.
#define DOLLR_SCHEDULE_MOBILE_MONEY 1

// For cards, which mostly end within seconds.
#define DOLLR_SCHEDULE_CARDS 2

// One's own: `first_ms` and `gaps`.
#define DOLLR_SCHEDULE_CUSTOM 3

// In a structure of options, where 0 is the default: no patience at all, so that the payment is handed over at once.
#define DOLLR_NO_PATIENCE UINT64_MAX

// A `GET`.
#define DOLLR_METHOD_GET 1

// A `POST`.
#define DOLLR_METHOD_POST 2

// A `POST` that moves money.
#define DOLLR_PURPOSE_EXECUTE 1

// A `GET` of a status.
#define DOLLR_PURPOSE_STATUS 2

// Anything else: a token, a key.
#define DOLLR_PURPOSE_OTHER 3

// Surely no byte of the request left: the name did not resolve, the connection was refused or never came about.
#define DOLLR_LOSS_NOT_SENT 1

// The request may have arrived: a time-out, a connection cut, an answer that could not be read.
#define DOLLR_LOSS_UNKNOWN 2

// Call with `bearer`; if a call is answered 401, say so with `dollr_token_expired`.
#define DOLLR_TOKEN_USE 1

// Send `request`, then call `dollr_token_apply_answered` or `dollr_token_apply_lost`.
#define DOLLR_TOKEN_OBTAIN 2

// The token call fails; come back at `until_ms`.
#define DOLLR_TOKEN_WAIT 3

// The vendor does not know these credentials: `http_status` and `text`. It is asked again a minute later at the earliest.
#define DOLLR_TOKEN_DENIED 4

// Nothing that this header knows.
#define DOLLR_VERDICT_OTHER 0

// The status API says so, for this very payment: hand out the goods, once. See `amount` to `paid_at_ms`.
#define DOLLR_VERDICT_PAID 1

// The attempt ended without moving money. See `reason`. Trying again is a new session and a new reference id.
#define DOLLR_VERDICT_FAILED 2

// The vendor would not take the request; no money moved. See `http_status` and `problems`.
#define DOLLR_VERDICT_REFUSED 3

// The request never arrived: its session has ended, and the vendor does not know it.
#define DOLLR_VERDICT_NOT_LANDED 4

// The invoice or order was called off.
#define DOLLR_VERDICT_CANCELED 5

// The invoice or order is not the one that was expected: never hand out goods. See `field`, `expected`, `answered`.
#define DOLLR_VERDICT_MISMATCH 6

// Patience is over and the payment is not: no failure. Ask again later, never pay again. See `progress`, `status`, `trouble`.
#define DOLLR_VERDICT_OPEN 7

// A person must look: it is open after its horizon, or other money moved than was ordered (then `field` is there).
#define DOLLR_VERDICT_STUCK 8

// Nothing that this header knows.
#define DOLLR_PROGRESS_OTHER 0

// It was never sent: no money can have moved.
#define DOLLR_PROGRESS_NOT_SENT 1

// It may have been sent; the vendor has not said that it knows it.
#define DOLLR_PROGRESS_UNKNOWN 2

// `status` is the vendor's word for the execution.
#define DOLLR_PROGRESS_EXECUTION 3

// `status` is the vendor's word for the invoice or order.
#define DOLLR_PROGRESS_SOURCE 4

// What a program that was built with this header expects of the library that it loads: the same number from
// `dollr_abi_version`. It grows when something in this header changes its meaning; what is added leaves it.
#define DOLLR_ABI_VERSION 0

// The release of this header: its major number.
#define DOLLR_VERSION_MAJOR 0

// Its minor number.
#define DOLLR_VERSION_MINOR 1

// Its patch number.
#define DOLLR_VERSION_PATCH 0

// News of one payment, for its first half minute. It does nothing by itself, and what it says is only ever a hint: the verdict comes
// from the execution. It is yours: free it with `dollr_channel_free`. One thread at a time.
typedef struct dollr_channel dollr_channel;

// A hosted checkout. It is yours: free it with `dollr_checkout_free`. One thread at a time.
typedef struct dollr_checkout dollr_checkout;

// The answer to “may I ship?”. It is yours: free it with `dollr_claim_free`, which does not give the goods back. One thread at a time.
typedef struct dollr_claim dollr_claim;

// A merchant's connection to the vendor: one token, one policy, one journal. It is yours: free it with `dollr_client_free`. Any
// number of threads, also while one of them waits for a payment.
typedef struct dollr_client dollr_client;

// A paid payment whose goods are yours to hand out, for a while. It is yours: free it with `dollr_delivery_free`, which does not give the goods
// back. One thread at a time.
typedef struct dollr_delivery dollr_delivery;

// Rows of a journal, as they were when they were read. They are yours: free them with `dollr_entries_free`. One thread at a time.
typedef struct dollr_entries dollr_entries;

// What went wrong, in full. It is yours: free it with `dollr_error_free`. It holds no secret. One thread at a time.
typedef struct dollr_error dollr_error;

// One attempt to move money, from its preparation to its verdict. It does nothing by itself: ask `dollr_execution_next` what to
// do, do it, and say what happened. It is yours: free it with `dollr_execution_free`. One thread at a time.
typedef struct dollr_execution dollr_execution;

// A place where payments outlive the process: a file or a PostgreSQL database. It is yours: free it with `dollr_journal_free`; a
// client that was given it keeps what it needs. Any number of threads.
typedef struct dollr_journal dollr_journal;

// The key of one payment's realtime channel. It is yours: free it with `dollr_realtime_key_free`, which wipes it. One thread at a time.
typedef struct dollr_realtime_key dollr_realtime_key;

// How a payment stands, and what it took to know. It is yours: free it with `dollr_report_free`. One thread at a time.
typedef struct dollr_report dollr_report;

// A secret. It is yours: free it with `dollr_secret_free`, which wipes it. One thread at a time.
typedef struct dollr_secret dollr_secret;

// An invoice or order that is watched until it is paid. It does nothing by itself: ask `dollr_source_next` what to do, do it, and
// say what happened. It is yours: free it with `dollr_source_free`. One thread at a time.
typedef struct dollr_source dollr_source;

// What a run has come to. It is yours: free it with `dollr_summary_free`. One thread at a time.
typedef struct dollr_summary dollr_summary;

// The bearer token, as it comes and goes. It has no snapshot: a secret is not written down. It is yours: free it with
// `dollr_token_free`, which wipes it. One thread at a time: keep one for all threads, behind a lock.
typedef struct dollr_token dollr_token;

// A text: bytes and their number, not terminated. Given to this library it must be UTF-8 (a body may be any bytes) and is
// only read during the call; NULL with the length 0 is a text that is absent. Given by this library it belongs to the handle
// that it came from, and is valid until the next call with that handle.
typedef struct dollr_str {
    // The first byte; NULL where there is no text.
    const char *ptr;
    // How many bytes.
    size_t len;
} dollr_str;

// How long a channel lives, and how soon it finds out that it is dead. Set `size`; what is left 0 is the default.
typedef struct dollr_channel_policy {
    // `sizeof(dollr_channel_policy)`.
    size_t size;
    // Its whole life, in milliseconds; 0 is 30 s, an hour at most.
    uint64_t life_ms;
    // What connecting and joining may take together, in milliseconds; 0 is 5 s.
    uint64_t join_ms;
    // The least time between heartbeats, in milliseconds; 0 is 5 s, a second at least.
    uint64_t heartbeat_ms;
    // How long a heartbeat's answer may take, in milliseconds; 0 is 4 s.
    uint64_t verdict_ms;
    // How far apart the questions are that are asked beside a live channel, in milliseconds; 0 is 5 s.
    uint64_t safety_poll_ms;
} dollr_channel_policy;

// Which request an answer belongs to. Give it back unchanged: the answer to another request is refused.
typedef struct dollr_exchange {
    // One of `DOLLR_PURPOSE_…`.
    int32_t purpose;
    // Counted from 0 for each purpose.
    uint32_t number;
} dollr_exchange;

// A request to be sent once, as it is. Never follow a redirect, never let the HTTP library repeat it.
typedef struct dollr_request {
    // One of `DOLLR_METHOD_…`.
    int32_t method;
    // Whether `Authorization: Bearer …` is to be added.
    bool authorized;
    // To be given back with the answer.
    struct dollr_exchange exchange;
    // Path and query, from `/v1` on; ASCII, safe as it is.
    struct dollr_str path;
    // The headers to send beside `Authorization`, `Host` and `User-Agent`: lines, each ending in CR and LF.
    struct dollr_str headers;
    // The JSON body of a `POST`; it may hold a secret: do not log it.
    struct dollr_str body;
} dollr_request;

// What the host is to do for a channel. What does not go with `kind` is 0 or absent. The texts are the channel's, and valid until
// the next call with it.
typedef struct dollr_channel_action {
    // One of `DOLLR_CHANNEL_…`.
    int32_t kind;
    // At the end, one of `DOLLR_ENDING_…`.
    int32_t ending;
    // Of a frame, its number.
    uint32_t number;
    // Of a wait or a handshake, until when, in milliseconds since the epoch.
    uint64_t until_ms;
    // Of a frame, its text: a secret, it may hold the key. At the end, why, for people.
    struct dollr_str text;
    // What to send for a key.
    struct dollr_request request;
} dollr_channel_action;

// What a server answered. Set `size`; what is left 0 is absent.
typedef struct dollr_response {
    // `sizeof(dollr_response)`.
    size_t size;
    // The HTTP status.
    uint16_t status;
    // The body, any bytes. Bound its size where you read it; 1 MiB is plenty.
    struct dollr_str body;
    // The header `Date`: the vendor's clock.
    struct dollr_str date;
    // The header `Retry-After`.
    struct dollr_str retry_after;
    // The header `Age`: anything but a plain 0 means that a cache answered, not the vendor.
    struct dollr_str age;
} dollr_response;

// A point of a schedule: how long to wait between questions about a payment of this age.
typedef struct dollr_gap {
    // Milliseconds since the payment was sent.
    uint64_t age_ms;
    // Milliseconds between two questions, from a second to an hour; between two ages it is interpolated.
    uint64_t gap_ms;
} dollr_gap;

// How to ask, for how long, and whether a request may be sent again. Set `size`; what is left 0 is the default.
typedef struct dollr_policy {
    // `sizeof(dollr_policy)`.
    size_t size;
    // One of `DOLLR_SCHEDULE_…`.
    int32_t schedule;
    // Of a request that may have been lost and is not known to the vendor: how often it may be sent in all. 0 and 1 never
    // send again, which is safe with every vendor; more only where the vendor truly takes the reference id for an
    // idempotency key.
    uint32_t sends;
    // Of one's own schedule, the delay before the first question, in milliseconds.
    uint64_t first_ms;
    // Of one's own schedule, its points, in order of age.
    const struct dollr_gap *gaps;
    // How many points.
    size_t gap_count;
    // After this the payment is handed over, still open, in milliseconds; 0 is 5 minutes, `DOLLR_NO_PATIENCE` at once.
    uint64_t patience_ms;
    // After this a person must look, in milliseconds; 0 is 72 hours.
    uint64_t horizon_ms;
    // With more than one of `sends`: how long the vendor must have had to know a request before it is sent again, in milliseconds.
    uint64_t grace_ms;
} dollr_policy;

// The settings of a client. Set `size`; what is left 0 is the default.
typedef struct dollr_client_options {
    // `sizeof(dollr_client_options)`.
    size_t size;
    // Not 0: credentials and base URL from `DOLLR_CLIENT_ID`, `DOLLR_CLIENT_SECRET` and `DOLLR_BASE_URL`. What is set here wins.
    // No other thread may change the environment meanwhile.
    int32_t from_env;
    // Not 0: the realtime server from `SUPABASE_URL` and `SUPABASE_ANON_KEY`, where they are set.
    int32_t realtime_from_env;
    // The merchant's client id.
    struct dollr_str client_id;
    // The client secret; it is copied, and wiped when the client is freed.
    struct dollr_str client_secret;
    // Where the API is; `http://` only on loopback. Absent: the vendor's.
    struct dollr_str base_url;
    // Where payments are recorded before they are sent. Without one no money moves.
    const struct dollr_journal *journal;
    // How to ask and how patiently; may be NULL.
    const struct dollr_policy *policy;
    // A PEM file of certificate authorities to trust instead of the built-in ones.
    struct dollr_str ca_bundle;
    // A proxy, such as `http://proxy.example:3128`. The environment's is not looked at.
    struct dollr_str proxy;
    // What the program calls itself.
    struct dollr_str user_agent;
    // What this client is called in the journal, unlike any other. Absent: a name is made up.
    struct dollr_str name;
    // The realtime server, `SUPABASE_URL` in the merchant portal.
    struct dollr_str realtime_url;
    // Its key, `SUPABASE_ANON_KEY` in the merchant portal.
    struct dollr_str realtime_anon_key;
    // How long a connection may take, in milliseconds; 0 is 10 s.
    uint64_t connect_timeout_ms;
    // How long the vendor may take to begin answering, in milliseconds; 0 is 20 s.
    uint64_t read_timeout_ms;
    // How long a call may take in all, in milliseconds; 0 is 30 s.
    uint64_t total_timeout_ms;
    // With `rate_per_ms`: at most so many calls in that time, by all clients with a limit that share the journal.
    uint32_t rate_calls;
    // The time of `rate_calls`, in milliseconds. Both 0 is no limit; one of them 0 without the other is an error.
    uint64_t rate_per_ms;
} dollr_client_options;

// A short-lived permission to execute for a source.
typedef struct dollr_session {
    // Its number, for `dollr_intent`.
    uint64_t id;
    // When it ends, in milliseconds since the epoch by the vendor's clock; 0 where it is not known.
    uint64_t expires_at_ms;
} dollr_session;

// One line of an order.
typedef struct dollr_item {
    // What it is.
    struct dollr_str name;
    // What it costs, in major units of the order's currency.
    struct dollr_str amount;
} dollr_item;

// What is to be paid for on the hosted page. Set `size`; what is left 0 is absent.
typedef struct dollr_checkout_order {
    // `sizeof(dollr_checkout_order)`.
    size_t size;
    // One of `DOLLR_SOURCE_…`.
    int32_t source_kind;
    // The customer's phone number: 8 to 15 digits with the country code, without `+`.
    struct dollr_str phone;
    // The currency, such as `USD`.
    struct dollr_str currency;
    // Its lines.
    const struct dollr_item *items;
    // How many lines.
    size_t item_count;
    // Where the customer is sent after paying. Being sent there proves nothing: verify the source.
    struct dollr_str success_url;
    // Where the customer is sent after giving up.
    struct dollr_str cancel_url;
    // The customer's name.
    struct dollr_str customer_name;
    // The customer's e-mail address.
    struct dollr_str customer_email;
    // The merchant's own reference of the checkout, a version-4 UUID.
    struct dollr_str reference_id;
    // A note of the merchant's.
    struct dollr_str note;
    // When the vendor will stop taking payment for it, in milliseconds since the epoch; 0 says nothing about that.
    uint64_t expires_at_ms;
} dollr_checkout_order;

// What a checkout says. The texts are the checkout's, and valid until it is freed.
typedef struct dollr_checkout_info {
    // What will have been paid for, such as `ORDER:101`: keep it with the order, never take it from the browser.
    struct dollr_str source;
    // The hosted page: send the customer there.
    struct dollr_str url;
    // The total as the vendor adds it up, in major units; absent where it did not say.
    struct dollr_str total;
    // The vendor's currency of it.
    struct dollr_str currency;
} dollr_checkout_info;

// One complaint of the vendor's.
typedef struct dollr_problem {
    // Where, such as `body.currency`; absent where the vendor did not say.
    struct dollr_str field;
    // What is wrong, in the vendor's words.
    struct dollr_str message;
} dollr_problem;

// The answer to “has this been paid?”. What does not go with `kind` is 0 or absent.
typedef struct dollr_verdict {
    // One of `DOLLR_VERDICT_…`.
    int32_t kind;
    // Of an open payment, one of `DOLLR_PROGRESS_…`.
    int32_t progress;
    // Of a refusal, the HTTP status.
    uint16_t http_status;
    // Of a paid invoice or order, when it was paid, in milliseconds since the epoch by the vendor's clock; 0 where it is not known.
    uint64_t paid_at_ms;
    // The kind in a word, such as `not_landed`; the same in every language.
    struct dollr_str name;
    // One sentence for people.
    struct dollr_str text;
    // What was paid, in major units, such as `250.00`; absent where nobody said.
    struct dollr_str amount;
    // Its currency.
    struct dollr_str currency;
    // What was paid for, such as `INVOICE:101`, where that was asked about.
    struct dollr_str source;
    // The provider's own number of the movement.
    struct dollr_str provider_transaction_id;
    // Why it failed, in the wallet's or gateway's words.
    struct dollr_str reason;
    // Of an open payment, the vendor's latest word, such as `PENDING`.
    struct dollr_str status;
    // Of an open payment, what went wrong with the latest question, if it did.
    struct dollr_str trouble;
    // Of a mismatch, what differs: `amount` or `currency`.
    struct dollr_str field;
    // What the order says.
    struct dollr_str expected;
    // What the vendor says.
    struct dollr_str answered;
    // Of a refusal, what the vendor minds.
    const struct dollr_problem *problems;
    // How many problems.
    size_t problem_count;
} dollr_verdict;

// What a delivery says. The texts are the delivery's, and valid until it is freed.
typedef struct dollr_delivery_info {
    // The reference id, or the source such as `INVOICE:101`: ship by it, for it may come twice.
    struct dollr_str key;
    // Your own name of the order, where there is one.
    struct dollr_str order;
    // What was paid.
    struct dollr_verdict verdict;
} dollr_delivery_info;

// What a claim says. The texts are the claim's, and valid until it is freed.
typedef struct dollr_claim_info {
    // One of `DOLLR_CLAIM_…`.
    int32_t kind;
    // When somebody else has claimed it, in milliseconds since the epoch by that one's clock.
    uint64_t at_ms;
    // The payment that somebody else has claimed: maybe another one of the same order.
    struct dollr_str key;
    // Who else has claimed it: the name of a client.
    struct dollr_str by;
    // What was paid, or how the payment stands.
    struct dollr_verdict verdict;
} dollr_claim_info;

// The second factor of a payout. Set `size`; it is in no snapshot, and wiped when it has been sent.
typedef struct dollr_passcode {
    // `sizeof(dollr_passcode)`.
    size_t size;
    // The code; a secret.
    struct dollr_str code;
    // Whose code it is: a phone number, or else `user`.
    struct dollr_str phone;
    // Whose code it is: a user of the vendor's.
    struct dollr_str user;
    // The device that it was entered on, such as `till 3`.
    struct dollr_str device_name;
    // Such as `desktop`.
    struct dollr_str device_kind;
    // Such as `linux`.
    struct dollr_str device_platform;
    // The browser or program.
    struct dollr_str user_agent;
    // The device's address as the merchant sees it.
    struct dollr_str client_ip;
} dollr_passcode;

// One attempt to move money, before it is sent. Set `size`; what is left 0 is absent.
typedef struct dollr_intent {
    // `sizeof(dollr_intent)`.
    size_t size;
    // One of `DOLLR_OPERATION_…`.
    int32_t operation;
    // The attempt's own id, from `dollr_reference_id_new`: one id for one attempt, for life.
    struct dollr_str reference_id;
    // The session that it is executed in.
    uint64_t session;
    // When that session ends, in milliseconds since the epoch by the vendor's clock; 0 where it is not known.
    uint64_t session_expires_at_ms;
    // Of a collection or payout, whose account.
    struct dollr_str account;
    // The currency, such as `USD`: required for a collection, else compared with the answer where it is there.
    struct dollr_str currency;
    // The amount that is expected, in major units such as `250.00`; any other is never paid. Absent: not compared.
    struct dollr_str amount;
    // Of a payout, the second factor.
    const struct dollr_passcode *passcode;
    // What the session was made for, such as `INVOICE:101`, so that what is paid on its page, too, is known to be the same payment or
    // another one; absent where it is not known.
    struct dollr_str source;
} dollr_intent;

// One attempt to move money: what, for which order, and how patiently. Set `size`; what is left 0 is the default.
typedef struct dollr_attempt {
    // `sizeof(dollr_attempt)`.
    size_t size;
    // Listens to the payment's realtime channel, so that the verdict is known at once: the kind of the session's source, one of
    // `DOLLR_SOURCE_…`; 0 does not listen. The client needs a realtime server, and has a thread as `dollr_client_watch` says.
    int32_t realtime;
    // What is to be moved.
    const struct dollr_intent *intent;
    // The merchant's own name of the order. It has one attempt at a time: `DOLLR_ERROR_ORDER_TAKEN`.
    struct dollr_str order;
    // Begins although another attempt holds the order, and keeps this reason in the journal.
    struct dollr_str despite;
    // How long to wait for a verdict, in milliseconds; 0 is the client's policy, `DOLLR_NO_PATIENCE` hands it over at once.
    uint64_t patience_ms;
} dollr_attempt;

// What a key says. The text is the key's, and valid until it is freed.
typedef struct dollr_realtime_key_info {
    // The key itself; a secret, for this payer's browser alone.
    struct dollr_str access_token;
    // How long it lives from now on, in milliseconds.
    uint64_t expires_in_ms;
} dollr_realtime_key_info;

// How to reconcile. Set `size`; what is left 0 is the default.
typedef struct dollr_reconcile_options {
    // `sizeof(dollr_reconcile_options)`.
    size_t size;
    // So many calls at the same time; 0 is 8. Each has a thread that ends before the call does.
    uint32_t workers;
    // With `rate_per_ms`: at most so many calls in that time, by all who use this journal and have a limit.
    uint32_t rate_calls;
    // The time of `rate_calls`, in milliseconds. Both 0 is no limit but the client's; one of them 0 without the other is an error.
    uint64_t rate_per_ms;
    // The horizon of each payment from now on, since its birth, in milliseconds; 0 is its own.
    uint64_t horizon_ms;
} dollr_reconcile_options;

// What a summary says. The lists are the summary's, and valid until it is freed.
typedef struct dollr_summary_info {
    // Whether a person must look at something: `conflicts`, `stuck`, `duplicates` or `unreadable`.
    bool needs_a_person;
    // How many payments were due and asked about.
    uint64_t asked;
    // How late the oldest of them was, in milliseconds.
    uint64_t lag_ms;
    // Those that are paid since this run.
    const struct dollr_str *paid;
    // How many.
    size_t paid_count;
    // Those whose end is contradicted by what was answered now.
    const struct dollr_str *conflicts;
    // How many.
    size_t conflict_count;
    // Those that are open after their horizon, or not what was ordered, until a person has resolved each with `dollr_client_resolve`.
    const struct dollr_str *stuck;
    // How many.
    size_t stuck_count;
    // Those of an order that another one has paid for, until a person has resolved each with `dollr_client_resolve`.
    const struct dollr_str *duplicates;
    // How many.
    size_t duplicate_count;
    // Those that were prepared and never sent, and are not sent by this.
    const struct dollr_str *not_sent;
    // How many.
    size_t not_sent_count;
    // Those that cannot be read; they are put off for an hour.
    const struct dollr_str *unreadable;
    // How many.
    size_t unreadable_count;
    // Questions that were asked.
    uint32_t status_calls;
    // How many calls were answered 429.
    uint64_t throttled;
    // How long the vendor wants to be left alone, where that ended the run, in milliseconds; else 0.
    uint64_t cool_down_ms;
    // Payments that are open after it.
    uint64_t open;
    // Of those, the ones that are due.
    uint64_t due;
    // When the oldest of them was due, in milliseconds since the epoch; 0 where there is none.
    uint64_t oldest_due_ms;
} dollr_summary_info;

// What a report says. The texts are the report's, and valid until it is freed.
typedef struct dollr_report_info {
    // Whether goods may be handed out: it is paid, and nothing contradicts that. Claim them first: `dollr_client_claim_fulfilment`.
    bool paid;
    // Calls that move money which were made for it now.
    uint32_t execute_calls;
    // Questions about its status which were asked now.
    uint32_t status_calls;
    // How long that took, in milliseconds.
    uint64_t elapsed_ms;
    // The reference id, or the source such as `INVOICE:101`.
    struct dollr_str key;
    // The state in a word.
    struct dollr_str state;
    // A later answer that contradicts the verdict, as a sentence; absent where there is none.
    struct dollr_str conflict;
    // How it stands.
    struct dollr_verdict verdict;
} dollr_report_info;

// What an error says. The texts are the error's, and valid until it is freed.
typedef struct dollr_error_info {
    // The code that the call returned.
    int32_t code;
    // The HTTP status of the vendor's answer; 0 where there was none.
    uint16_t http_status;
    // Whether the same call may be made again, and may go well then.
    bool retryable;
    // Whether the request may have arrived although no answer came. Never pay again then: ask.
    bool outcome_unknown;
    // How long to stay away before that, in milliseconds; 0 where the vendor did not say.
    uint64_t retry_after_ms;
    // One word for the code, such as `order_taken`; the same in every release.
    struct dollr_str kind;
    // One sentence for people: what, where, and what would be right.
    struct dollr_str message;
    // The payment that it happened to, if it had begun: go on with it by this key. Of `DOLLR_ERROR_ORDER_TAKEN`, the attempt that has the
    // order.
    struct dollr_str key;
    // What the vendor minds, field by field.
    const struct dollr_problem *problems;
    // How many problems.
    size_t problem_count;
} dollr_error_info;

// What the host is to do. What does not go with `kind` is 0 or absent. The texts are the machine's, and valid until the next
// call with it.
typedef struct dollr_action {
    // One of `DOLLR_ACTION_…`.
    int32_t kind;
    // Of a wait, one of `DOLLR_WHY_…`.
    int32_t why;
    // Of a back-off, how many calls in a row have failed.
    uint32_t failures;
    // Of a wait, when there will be something to do, in milliseconds since the epoch.
    uint64_t until_ms;
    // Of a record, the text to keep.
    struct dollr_str snapshot;
    // Of a 3-D Secure payment, the card provider's secret.
    struct dollr_str client_secret;
    // What to send.
    struct dollr_request request;
    // How it stands.
    struct dollr_verdict verdict;
} dollr_action;

// How a machine stands, whatever is to be done next. The texts are the machine's, and valid until the next call with it.
typedef struct dollr_standing {
    // Whether no event can change the verdict any more.
    bool terminal;
    // Whether goods may be handed out: it is paid, and nothing contradicts that.
    bool paid;
    // Whether another attempt at the same order must not begin, because money has moved for it or still may.
    bool holds_order;
    // Whether somebody should look after it at `due_ms` if nobody waits for it; else that would be in vain.
    bool has_due;
    // How often the status has been asked for.
    uint32_t asks;
    // When somebody should look after it, in milliseconds since the epoch: the column to find it by.
    uint64_t due_ms;
    // Its name: the reference id, or the source such as `INVOICE:101`.
    struct dollr_str key;
    // Its state in a word.
    struct dollr_str state;
    // A later answer that contradicts its end, as a sentence; absent where there is none.
    struct dollr_str conflict;
    // How it stands at this moment.
    struct dollr_verdict verdict;
} dollr_standing;

// A reference id: a version-4 UUID in lower case, as text with a terminator.
typedef struct dollr_reference_id {
    // 36 characters, and zeros.
    char text[40];
} dollr_reference_id;

// How much there is to do in a journal.
typedef struct dollr_backlog {
    // Payments with more to come.
    uint64_t open;
    // Of those, the ones that are due.
    uint64_t due;
    // When the oldest of them was due, in milliseconds since the epoch; 0 where there is none.
    uint64_t oldest_due_ms;
} dollr_backlog;

// One row. The texts are those of the rows, and valid until they are freed.
typedef struct dollr_entry {
    // Whether there is more to come.
    bool open;
    // What it is found by: a reference id, or a source such as `INVOICE:101`.
    struct dollr_str key;
    // Its state in a word.
    struct dollr_str state;
    // The merchant's order, where there is one.
    struct dollr_str order;
    // The machine, for `dollr_execution_restore` or `dollr_source_restore`.
    struct dollr_str snapshot;
    // When somebody should look after it, in milliseconds since the epoch; 0 where there is no such moment.
    uint64_t due_ms;
    // When it was made, in milliseconds since the epoch.
    uint64_t created_at_ms;
    // When it was last written, in milliseconds since the epoch.
    uint64_t updated_at_ms;
} dollr_entry;

// What to do about the token. What does not go with `kind` is 0 or absent. The texts are the token's, and valid until the next
// call with it.
typedef struct dollr_token_action {
    // One of `DOLLR_TOKEN_…`.
    int32_t kind;
    // Which token it is, for `dollr_token_expired`.
    uint32_t number;
    // Where the credentials were not accepted, the HTTP status.
    uint16_t http_status;
    // When to come back, in milliseconds since the epoch.
    uint64_t until_ms;
    // For `Authorization: Bearer …`; a secret.
    struct dollr_str bearer;
    // Where the credentials were not accepted, the vendor's words.
    struct dollr_str text;
    // What to send; its body holds the client secret.
    struct dollr_request request;
} dollr_token_action;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Will watch the execution with this reference id, in its session, paying for a source of this kind (`DOLLR_SOURCE_…`). Make it when
// the execution has been sent: its life begins now. `policy` may be NULL.
int32_t dollr_channel_watch(uint64_t session,
                            int32_t source_kind,
                            struct dollr_str reference_id,
                            const struct dollr_channel_policy *policy,
                            uint64_t now_ms,
                            struct dollr_channel **out,
                            struct dollr_error **error);

// Says into `*out` what to do at `now_ms`. Asking twice gives the same answer.
int32_t dollr_channel_next(const struct dollr_channel *channel,
                           uint64_t now_ms,
                           struct dollr_channel_action *out,
                           struct dollr_error **error);

// Gives into `*out` path and query of the WebSocket's handshake, to be put behind the realtime server's origin. `anon_key` is the merchant
// portal's `SUPABASE_ANON_KEY`. The text holds it: do not log it.
int32_t dollr_channel_target(const struct dollr_channel *channel,
                             struct dollr_str anon_key,
                             struct dollr_str *out,
                             struct dollr_error **error);

// Says into `*out` when to ask although nothing was heard, in milliseconds since the epoch: a payment that its schedule keeps waiting
// until `due_ms`, and that was sent or asked about last at `asked_ms`. A live channel makes that later, and nothing else does.
int32_t dollr_channel_safety_poll(const struct dollr_channel *channel,
                                  uint64_t due_ms,
                                  uint64_t asked_ms,
                                  uint64_t now_ms,
                                  uint64_t *out,
                                  struct dollr_error **error);

// Frees a channel and wipes its key. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_channel_free(struct dollr_channel *channel);

// The call for a key was answered, with any status.
int32_t dollr_channel_apply_answered(struct dollr_channel *channel,
                                     struct dollr_exchange exchange,
                                     const struct dollr_response *response,
                                     uint64_t now_ms,
                                     struct dollr_error **error);

// The call for a key was not answered.
int32_t dollr_channel_apply_unanswered(struct dollr_channel *channel,
                                       struct dollr_exchange exchange,
                                       uint64_t now_ms,
                                       struct dollr_error **error);

// The socket is open.
int32_t dollr_channel_apply_connected(struct dollr_channel *channel,
                                      uint64_t now_ms,
                                      struct dollr_error **error);

// The socket did not come about; `http_status` is the handshake's, 0 where it was not answered.
int32_t dollr_channel_apply_unconnected(struct dollr_channel *channel,
                                        uint16_t http_status,
                                        uint64_t now_ms,
                                        struct dollr_error **error);

// The frame of this number is on its way.
int32_t dollr_channel_apply_sent(struct dollr_channel *channel,
                                 uint32_t number,
                                 uint64_t now_ms,
                                 struct dollr_error **error);

// A text frame came. Bound its size where you read it; 1 MiB is plenty.
int32_t dollr_channel_apply_text(struct dollr_channel *channel,
                                 struct dollr_str text,
                                 uint64_t now_ms,
                                 struct dollr_error **error);

// A binary frame came. It is never about a payment.
int32_t dollr_channel_apply_binary(struct dollr_channel *channel,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// The socket is closed, whoever did it, or broken.
int32_t dollr_channel_apply_closed(struct dollr_channel *channel,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// The payment was told.
int32_t dollr_channel_apply_hinted(struct dollr_channel *channel,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// Nobody wants the channel any more.
int32_t dollr_channel_apply_leave(struct dollr_channel *channel, uint64_t now_ms, struct dollr_error **error);

// Makes a client. Its settings are checked, and nobody is called yet.
int32_t dollr_client_new(const struct dollr_client_options *options,
                         struct dollr_client **out,
                         struct dollr_error **error);

// Finds out whether the credentials are good: `DOLLR_ERROR_AUTHENTICATION` where they are not. That the vendor cannot be reached is
// no error here.
int32_t dollr_client_sign_in(const struct dollr_client *client,
                             struct dollr_error **error);

// Frees a client; calls of other threads that are under way end as if it were there. NULL is fine; one that was freed already is
// `DOLLR_ERROR_HANDLE`.
int32_t dollr_client_free(struct dollr_client *client);

// Makes a session for a source such as `INVOICE:101`, to be executed in right away.
int32_t dollr_client_create_session(const struct dollr_client *client,
                                    struct dollr_str source,
                                    struct dollr_session *out,
                                    struct dollr_error **error);

// Makes a hosted checkout: send the customer to its page, keep its source with the order, then verify that.
int32_t dollr_client_create_checkout(const struct dollr_client *client,
                                     const struct dollr_checkout_order *order,
                                     struct dollr_checkout **out,
                                     struct dollr_error **error);

// Reads a checkout into `*out`.
int32_t dollr_checkout_read(const struct dollr_checkout *checkout,
                            struct dollr_checkout_info *out,
                            struct dollr_error **error);

// Frees a checkout. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_checkout_free(struct dollr_checkout *checkout);

// Claims the next payment whose goods nobody has claimed, the longest paid first, of those paid since `since_ms` after the epoch, for
// `term_ms`. `*out` is NULL where there is none. Hand its goods out, then call `dollr_client_fulfilled`, or `dollr_client_release` if you
// cannot. Unless you say so within the term, it is given again, to you or another: at least once, so that no crash forgets it. The vendor is
// not asked.
int32_t dollr_client_next_paid(const struct dollr_client *client,
                               uint64_t term_ms,
                               uint64_t since_ms,
                               struct dollr_delivery **out,
                               struct dollr_error **error);

// Reads a delivery into `*out`.
int32_t dollr_delivery_read(const struct dollr_delivery *delivery,
                            struct dollr_delivery_info *out,
                            struct dollr_error **error);

// Frees a delivery. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_delivery_free(struct dollr_delivery *delivery);

// Claims the goods of a recorded payment, by its reference id or source such as `INVOICE:101`, for one caller, once for all attempts at its
// order. The vendor is not asked: `dollr_client_wait` or `dollr_client_verify_source` comes first. A payout, a transfer or a refund has no
// goods: `DOLLR_ERROR_INVALID`.
int32_t dollr_client_claim_fulfilment(const struct dollr_client *client,
                                      struct dollr_str key,
                                      struct dollr_claim **out,
                                      struct dollr_error **error);

// Reads a claim into `*out`.
int32_t dollr_claim_read(const struct dollr_claim *claim,
                         struct dollr_claim_info *out,
                         struct dollr_error **error);

// Frees a claim. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_claim_free(struct dollr_claim *claim);

// The goods of this payment were handed out: nobody gets them again. Says into `*out` whether that is new; not where nobody has
// claimed them, or it was said before.
int32_t dollr_client_fulfilled(const struct dollr_client *client,
                               struct dollr_str key,
                               bool *out,
                               struct dollr_error **error);

// The goods of this payment were not handed out: somebody else may claim them. Says into `*out` whether that is new; not where nobody
// has claimed them, or they were handed out.
int32_t dollr_client_release(const struct dollr_client *client,
                             struct dollr_str key,
                             bool *out,
                             struct dollr_error **error);

// Collects from a customer: records, sends once, and asks until there is a verdict or patience is over. A refusal or decline is a
// verdict. After an error the payment is as the journal has it: go on with `dollr_client_wait`. It blocks.
int32_t dollr_client_collect(const struct dollr_client *client,
                             const struct dollr_attempt *attempt,
                             struct dollr_report **out,
                             struct dollr_error **error);

// The same for a payout, a transfer or a refund. It blocks.
int32_t dollr_client_execute(const struct dollr_client *client,
                             const struct dollr_attempt *attempt,
                             struct dollr_report **out,
                             struct dollr_error **error);

// Says whether this invoice or order, such as `INVOICE:101`, is paid, in this currency and with this total in major units. Take all three
// from the order, never from the browser. A patience of 0 asks once. It blocks for as long as that.
//
// `order` is your own name of the order, or absent. With it the order's goods are handed out once, whether it is paid on the hosted page
// or by an attempt at the same order; while this may be paid, or is, another attempt is refused; and `DOLLR_ERROR_ORDER_TAKEN` says that the source
// is on record for another order, or paid for none. Without it, do not verify what you collect yourself: its goods would be claimed twice.
int32_t dollr_client_verify_source(const struct dollr_client *client,
                                   struct dollr_str source,
                                   struct dollr_str currency,
                                   struct dollr_str total,
                                   struct dollr_str order,
                                   uint64_t patience_ms,
                                   struct dollr_report **out,
                                   struct dollr_error **error);

// Goes on asking about a recorded payment, whoever began it, for at most `patience_ms`. What was never sent is not sent. It blocks.
int32_t dollr_client_wait(const struct dollr_client *client,
                          struct dollr_str reference_id,
                          uint64_t patience_ms,
                          struct dollr_report **out,
                          struct dollr_error **error);

// The same, listening to the payment's realtime channel for the first half minute, so that the verdict is known at once;
// `source_kind` is that of its session's source (`DOLLR_SOURCE_…`). The client needs a realtime server. The channel has a
// thread of its own, which ends by itself soon after the call, at the latest when a connection that hangs is given up (some seconds):
// do not unload the library before that. It blocks.
int32_t dollr_client_watch(const struct dollr_client *client,
                           struct dollr_str reference_id,
                           int32_t source_kind,
                           uint64_t patience_ms,
                           struct dollr_report **out,
                           struct dollr_error **error);

// Says how a recorded payment stands: one question, also about one that has ended.
int32_t dollr_client_status(const struct dollr_client *client,
                            struct dollr_str reference_id,
                            struct dollr_report **out,
                            struct dollr_error **error);

// Mints the key of the channel of one execution, in its session, paying for a source of this kind (`DOLLR_SOURCE_…`).
int32_t dollr_client_realtime_key(const struct dollr_client *client,
                                  uint64_t session,
                                  int32_t source_kind,
                                  struct dollr_str reference_id,
                                  struct dollr_realtime_key **out,
                                  struct dollr_error **error);

// Reads a key into `*out`.
int32_t dollr_realtime_key_read(const struct dollr_realtime_key *key,
                                struct dollr_realtime_key_info *out,
                                struct dollr_error **error);

// Frees a key and wipes it. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_realtime_key_free(struct dollr_realtime_key *key);

// Asks about each recorded payment that is due, once, and saves what was learnt; any number of processes may do so at the same time.
// `options` may be NULL. What was never sent is not sent, but listed. It blocks until all are asked about.
int32_t dollr_client_reconcile(const struct dollr_client *client,
                               const struct dollr_reconcile_options *options,
                               struct dollr_summary **out,
                               struct dollr_error **error);

// Reads a summary into `*out`.
int32_t dollr_summary_read(const struct dollr_summary *summary,
                           struct dollr_summary_info *out,
                           struct dollr_error **error);

// Frees a summary. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_summary_free(struct dollr_summary *summary);

// A person has dealt with a payment that runs list: one that is stuck, was paid twice or never sent. It is listed no longer, and `why` is
// kept as an event of it; its order stays held. It is listed again only if something new is learnt of it that leaves it to a person. Says into `*out` whether
// that is new; not where it is none of these.
int32_t dollr_client_resolve(const struct dollr_client *client,
                             struct dollr_str key,
                             struct dollr_str why,
                             bool *out,
                             struct dollr_error **error);

// Reads a report into `*out`.
int32_t dollr_report_read(const struct dollr_report *report,
                          struct dollr_report_info *out,
                          struct dollr_error **error);

// Frees a report. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_report_free(struct dollr_report *report);

// Takes into `*out` the secret with which the payer of a 3-D Secure card goes on, once, or NULL where there is none (yet): give it to
// the payer's browser, never store it, never log it. A call that waits for the payment (`dollr_client_collect`, `…_wait`, `…_watch`) blocks its
// thread, so ask from another one, every second or so, until that call ends; then the secret is wiped.
int32_t dollr_client_take_secret(const struct dollr_client *client,
                                 struct dollr_str reference_id,
                                 struct dollr_secret **out,
                                 struct dollr_error **error);

// Reads a secret into `*out`; the text is valid until it is freed.
int32_t dollr_secret_read(const struct dollr_secret *secret,
                          struct dollr_str *out,
                          struct dollr_error **error);

// Frees a secret and wipes it. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_secret_free(struct dollr_secret *secret);

// Reads an error into `*out`.
int32_t dollr_error_read(const struct dollr_error *error, struct dollr_error_info *out);

// Frees an error. NULL is fine; an error that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_error_free(struct dollr_error *error);

// Prepares an attempt. `policy` may be NULL; `now_ms` is your clock, in milliseconds since the epoch, here and in each call.
int32_t dollr_execution_prepare(const struct dollr_intent *intent,
                                const struct dollr_policy *policy,
                                uint64_t now_ms,
                                struct dollr_execution **out,
                                struct dollr_error **error);

// Says into `*out` what to do at `now_ms`. Asking twice gives the same answer. The texts of the last answer end with this call.
int32_t dollr_execution_next(const struct dollr_execution *execution,
                             uint64_t now_ms,
                             struct dollr_action *out,
                             struct dollr_error **error);

// The snapshot of `DOLLR_ACTION_RECORD` is durable.
int32_t dollr_execution_apply_recorded(struct dollr_execution *execution,
                                       uint64_t now_ms,
                                       struct dollr_error **error);

// The secret of `DOLLR_ACTION_ACT` is with the payer.
int32_t dollr_execution_apply_shown(struct dollr_execution *execution,
                                    uint64_t now_ms,
                                    struct dollr_error **error);

// An answer came to the request of this exchange, with any status.
int32_t dollr_execution_apply_answered(struct dollr_execution *execution,
                                       struct dollr_exchange exchange,
                                       const struct dollr_response *response,
                                       uint64_t now_ms,
                                       struct dollr_error **error);

// No answer came to the request of this exchange; `loss` is one of `DOLLR_LOSS_…`.
int32_t dollr_execution_apply_lost(struct dollr_execution *execution,
                                   struct dollr_exchange exchange,
                                   int32_t loss,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// Somebody says that something has happened, unproven: it will be asked about soon, at most once a second.
int32_t dollr_execution_apply_hint(struct dollr_execution *execution,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// Somebody is willing to wait for `patience_ms` longer, from now on.
int32_t dollr_execution_apply_resumed(struct dollr_execution *execution,
                                      uint64_t patience_ms,
                                      uint64_t now_ms,
                                      struct dollr_error **error);

// Somebody looks after it who has not begun it, and nobody waits: call it after each restore. It is asked about until its horizon
// (`horizon_ms` since its birth; 0 keeps the one that it has), and what was never sent is not sent.
int32_t dollr_execution_apply_adopted(struct dollr_execution *execution,
                                      uint64_t horizon_ms,
                                      uint64_t now_ms,
                                      struct dollr_error **error);

// Gives into `*out` all of it as a text to be kept: JSON with a version and a checksum, without any secret.
int32_t dollr_execution_snapshot(const struct dollr_execution *execution,
                                 struct dollr_str *out,
                                 struct dollr_error **error);

// Goes on from a snapshot, in another process, language or version. What was caught sending comes back as something
// that asks, never as something that sends.
int32_t dollr_execution_restore(struct dollr_str snapshot,
                                struct dollr_execution **out,
                                struct dollr_error **error);

// Says into `*out` how it stands at `now_ms`, whatever is to be done next.
int32_t dollr_execution_look(const struct dollr_execution *execution,
                             uint64_t now_ms,
                             struct dollr_standing *out,
                             struct dollr_error **error);

// Gives into `*out` the request that asks for its status, due or not: for a person who wants to know now.
// `DOLLR_ERROR_REJECTED` where nothing has been sent.
int32_t dollr_execution_ask(const struct dollr_execution *execution,
                            struct dollr_request *out,
                            struct dollr_error **error);

// Explains into `*out` why it stands where it stands, for people, a sentence a line, without a secret.
int32_t dollr_execution_explain(const struct dollr_execution *execution,
                                uint64_t now_ms,
                                struct dollr_str *out,
                                struct dollr_error **error);

// Frees an execution. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`, one in use by another thread
// `DOLLR_ERROR_BUSY`.
int32_t dollr_execution_free(struct dollr_execution *execution);

// Makes a reference id of the operating system's random bytes.
int32_t dollr_reference_id_new(struct dollr_reference_id *out, struct dollr_error **error);

// Opens the journal at `place`, and makes it where there is none: a file such as `payments.db`, or
// `postgres://user@host/database` (the password in `PGPASSWORD`). A child cannot open a file that its parent had open when it
// forked, `DOLLR_ERROR_FORKED`: open journals after the fork.
int32_t dollr_journal_open(struct dollr_str place,
                           struct dollr_journal **out,
                           struct dollr_error **error);

// The same, but `DOLLR_ERROR_JOURNAL_ABSENT` where there is none: nothing is made.
int32_t dollr_journal_open_existing(struct dollr_str place,
                                    struct dollr_journal **out,
                                    struct dollr_error **error);

// Says into `*out` how much there is to do at `now_ms`.
int32_t dollr_journal_backlog(const struct dollr_journal *journal,
                              uint64_t now_ms,
                              struct dollr_backlog *out,
                              struct dollr_error **error);

// Gives into `*out` the rows, the one made last first, at most `limit`; `open_only` leaves out those that have ended.
int32_t dollr_journal_entries(const struct dollr_journal *journal,
                              int32_t open_only,
                              size_t limit,
                              struct dollr_entries **out,
                              struct dollr_error **error);

// Gives into `*out` the row with this key, a reference id or a source such as `INVOICE:101`; no row where the journal has none.
int32_t dollr_journal_load(const struct dollr_journal *journal,
                           struct dollr_str key,
                           struct dollr_entries **out,
                           struct dollr_error **error);

// Reads the row of this number, from 0 on, into `*out`; `DOLLR_ERROR_ARGUMENT` where there are not so many.
int32_t dollr_entries_read(const struct dollr_entries *entries,
                           size_t number,
                           struct dollr_entry *out,
                           struct dollr_error **error);

// Says into `*out` how many rows there are.
int32_t dollr_entries_count(const struct dollr_entries *entries, size_t *out, struct dollr_error **error);

// Frees rows. NULL is fine; what was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_entries_free(struct dollr_entries *entries);

// Frees a journal; it is closed when no client and no call uses it any more. NULL is fine; one that was freed already is
// `DOLLR_ERROR_HANDLE`.
int32_t dollr_journal_free(struct dollr_journal *journal);

// Watches `source`, such as `INVOICE:101`, which is this order's only if it has this currency and total (major units). Take all
// three from the order, never from the browser. `policy` may be NULL; `now_ms` is your clock, in milliseconds since the epoch.
int32_t dollr_source_watch(struct dollr_str source,
                           struct dollr_str currency,
                           struct dollr_str total,
                           const struct dollr_policy *policy,
                           uint64_t now_ms,
                           struct dollr_source **out,
                           struct dollr_error **error);

// Says into `*out` what to do at `now_ms`. Asking twice gives the same answer. The texts of the last answer end with this call.
int32_t dollr_source_next(const struct dollr_source *source,
                          uint64_t now_ms,
                          struct dollr_action *out,
                          struct dollr_error **error);

// An answer came to the request of this exchange, with any status.
int32_t dollr_source_apply_answered(struct dollr_source *source,
                                    struct dollr_exchange exchange,
                                    const struct dollr_response *response,
                                    uint64_t now_ms,
                                    struct dollr_error **error);

// No answer came to the request of this exchange; `loss` is one of `DOLLR_LOSS_…`.
int32_t dollr_source_apply_lost(struct dollr_source *source,
                                struct dollr_exchange exchange,
                                int32_t loss,
                                uint64_t now_ms,
                                struct dollr_error **error);

// Somebody says that something has happened, unproven: it will be asked about soon, at most once a second.
int32_t dollr_source_apply_hint(struct dollr_source *source, uint64_t now_ms, struct dollr_error **error);

// Somebody is willing to wait for `patience_ms` longer, from now on.
int32_t dollr_source_apply_resumed(struct dollr_source *source,
                                   uint64_t patience_ms,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// Somebody looks after it who has not begun it, and nobody waits: call it after each restore. It is asked about until its horizon
// (`horizon_ms` since its birth; 0 keeps the one that it has), and what was never sent is not sent.
int32_t dollr_source_apply_adopted(struct dollr_source *source,
                                   uint64_t horizon_ms,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// Gives into `*out` all of it as a text to be kept: JSON with a version and a checksum, without any secret.
int32_t dollr_source_snapshot(const struct dollr_source *source,
                              struct dollr_str *out,
                              struct dollr_error **error);

// Goes on from a snapshot, in another process, language or version.
int32_t dollr_source_restore(struct dollr_str snapshot,
                             struct dollr_source **out,
                             struct dollr_error **error);

// Says into `*out` how it stands at `now_ms`, whatever is to be done next.
int32_t dollr_source_look(const struct dollr_source *source,
                          uint64_t now_ms,
                          struct dollr_standing *out,
                          struct dollr_error **error);

// Gives into `*out` the request that asks for its status, due or not: for a person who wants to know now.
// `DOLLR_ERROR_REJECTED` where nothing has been sent.
int32_t dollr_source_ask(const struct dollr_source *source,
                         struct dollr_request *out,
                         struct dollr_error **error);

// Explains into `*out` why it stands where it stands, for people, a sentence a line, without a secret.
int32_t dollr_source_explain(const struct dollr_source *source,
                             uint64_t now_ms,
                             struct dollr_str *out,
                             struct dollr_error **error);

// Frees a source. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`, one in use by another thread
// `DOLLR_ERROR_BUSY`.
int32_t dollr_source_free(struct dollr_source *source);

// No token yet, for these credentials, which are copied and wiped when it is freed.
int32_t dollr_token_new(struct dollr_str client_id,
                        struct dollr_str client_secret,
                        struct dollr_token **out,
                        struct dollr_error **error);

// Says into `*out` what to do at `now_ms`. A token that still lives is used while its renewal is failing.
int32_t dollr_token_next(const struct dollr_token *token,
                         uint64_t now_ms,
                         struct dollr_token_action *out,
                         struct dollr_error **error);

// An answer came to the token call, with any status.
int32_t dollr_token_apply_answered(struct dollr_token *token,
                                   struct dollr_exchange exchange,
                                   const struct dollr_response *response,
                                   uint64_t now_ms,
                                   struct dollr_error **error);

// No answer came to the token call; `loss` is one of `DOLLR_LOSS_…`.
int32_t dollr_token_apply_lost(struct dollr_token *token,
                               struct dollr_exchange exchange,
                               int32_t loss,
                               uint64_t now_ms,
                               struct dollr_error **error);

// A call that used the token of this number was answered 401. Only the token in use is given up, once, however many calls say so.
int32_t dollr_token_expired(struct dollr_token *token,
                            uint32_t number,
                            struct dollr_error **error);

// Frees a token and wipes it. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
int32_t dollr_token_free(struct dollr_token *token);

// The `DOLLR_ABI_VERSION` of the library that is loaded. Compare it before anything else.
uint32_t dollr_abi_version(void);

// Gives into `*out` the release of the library that is loaded, such as `0.1.0`; it is valid for ever.
int32_t dollr_version(struct dollr_str *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DOLLR_H */
