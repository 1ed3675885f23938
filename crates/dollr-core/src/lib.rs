//! Has this been paid? The part of `dollr` that **decides**: payments as plain values, time as an argument, no I/O.
//!
//! A payment is a [`Machine`] with two functions: [`next`](Machine::next) says what to do, [`apply`](Machine::apply) takes in
//! what happened. The host sends, stores and waits. This is the whole of a host, with a vendor that knows one
//! payment and a clock that leaps:
//!
//! ```
//! use std::time::Duration;
//! use dollr_core::{Action, Event, Execution, Intent, Machine, Method, Policy, ReferenceId, Response, Timestamp, Verdict};
//!
//! let id = ReferenceId::from_random_bytes([7; 16]); // 16 bytes from the operating system
//! let intent = Intent::collection(id, "55".parse()?, "18".parse()?, "USD".parse()?).amount("250.00".parse()?);
//! let mut now = Timestamp::from_millis(1_750_000_000_000);
//! let mut payment = Execution::prepare(intent, Policy::default(), now);
//! let mut disk = String::new();
//!
//! let verdict = loop {
//!     // 1. Ask what to do.
//!     let event = match payment.next(now) {
//!         // 2. Make it durable before anything leaves the house …
//!         Action::Record(snapshot) => { disk = snapshot.to_string(); Event::Recorded }
//!         // 3. … send it, once …
//!         Action::Send(request) => {
//!             let status = if request.method == Method::Post { "PENDING" } else { "COMPLETED" };
//!             let body = format!(r#"{{"reference_id": "{id}", "status": "{status}", "operation_type": "COLLECTION",
//!                                     "payer_amount": 250.00, "payer_currency": "USD"}}"#);
//!             Event::Answered { exchange: request.exchange, response: Response::new(200, body) }
//!         }
//!         // 4. … wait as long as it says, no longer …
//!         Action::Wait { until, .. } => { now = until; continue }
//!         // 5. … show the payer what the card asks for …
//!         Action::Act { client_secret } => { drop(client_secret); Event::Shown }
//!         // 6. … until there is a verdict.
//!         Action::Done(verdict) => break verdict,
//!     };
//!     payment = payment.apply(event, now)?;
//! };
//! assert!(matches!(verdict, Verdict::Paid(settlement) if settlement.to_string() == "250.00 USD"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Read these first
//!
//! [`Execution`] moves money, [`Source`] watches an invoice or order, [`Token`] keeps the bearer token. [`Schedule`] says
//! when to ask, [`Policy`] how patient to be; a [`Channel`] says *ask now*; a [`Fleet`] is many machines under one [`Budget`] of
//! calls. What is legal stands in [`EXECUTION_TRANSITIONS`], [`SOURCE_TRANSITIONS`], [`TOKEN_TRANSITIONS`] and [`CHANNEL_TRANSITIONS`];
//! how it can end, in [`Verdict`].
//!
//! # A table of your own
//!
//! No database of this project is needed: a snapshot is a text (a `jsonb` column is fine), and the moment to come back a number.
//!
//! ```sql
//! CREATE TABLE orders (id bigint PRIMARY KEY, verdict text, snapshot text NOT NULL, next_at bigint);
//! CREATE INDEX ON orders (next_at) WHERE next_at IS NOT NULL;
//!
//! -- A worker: whoever takes a row has it alone until the transaction ends.
//! SELECT id, snapshot, verdict FROM orders WHERE next_at <= $now ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED;
//! ```
//!
//! | [`Action`] | what the worker does with the row |
//! | --- | --- |
//! | [`Record`](Action::Record) | `UPDATE … SET snapshot = $it`, **committed** before it goes on |
//! | [`Wait`](Action::Wait) | `UPDATE … SET snapshot = $machine, next_at = $until` |
//! | [`Done`](Action::Done) | `UPDATE … SET snapshot = $machine, verdict = $name, next_at = $due`, where [`due`](Machine::due) is when somebody should look again although nobody waits any more, or null |
//!
//! A row that has a verdict and is due was handed over: its machine hears [`Event::Adopted`] after it is restored, and is
//! asked about until its horizon. Because a request must be committed before it is sent, a worker that holds a row in a
//! transaction records in another one, or marks the row as taken and commits that first.
//!
//! # What is out of scope
//!
//! Sockets, files, clocks, random bytes and logs are the host's. Deciding *whether* to pay, prices, carts, accounts, and
//! payment methods are the merchant's. Other payment providers are not modelled. “API §n” in these pages is the
//! section of the Dollr Open API's facts that a rule follows: §1 transport, §2 token, §3 statuses, §4 hosted checkout, §5 execution,
//! §6 realtime.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod channel;
mod escalation;
mod execution;
mod explain;
mod fleet;
mod http;
mod id;
mod invalid;
mod machine;
mod money;
mod pace;
mod policy;
mod receipt;
mod retry_after;
mod schedule;
mod secret;
mod snapshot;
mod source;
mod status;
mod table;
mod text;
mod timestamp;
mod token;
mod verdict;
mod wire;

pub use channel::{
    CHANNEL_TRANSITIONS, Channel, ChannelAction, ChannelEvent, ChannelPolicy, Ending, Handshake, Push,
};
pub use escalation::{Detail, Escalation};
pub use execution::{Device, EXECUTION_TRANSITIONS, Execution, Holder, Intent, Passcode, Sample};
pub use explain::{Decision, Explanation};
pub use fleet::{Budget, BudgetAction, Fleet, FleetAction, InvalidLimit, Limit, Permit};
pub use http::{Exchange, Loss, Method, Purpose, Request, Response};
pub use id::{AccountId, ReferenceId, SessionId, SourceKind, SourceRef};
pub use invalid::Invalid;
pub use machine::{Action, Event, Machine, Rejected, Why};
pub use money::{Amount, Currency};
pub use policy::{Policy, Resend};
pub use receipt::Receipt;
pub use schedule::{Estimate, InvalidSchedule, Learned, Schedule, TooFewSamples};
pub use secret::Secret;
pub use snapshot::{BadSnapshot, Snapshot};
pub use source::{SOURCE_TRANSITIONS, Source};
pub use status::{ExecutionStatus, Operation, SourceStatus};
pub use table::{Edge, mermaid};
pub use text::{is_printable, printable};
pub use timestamp::Timestamp;
pub use token::{Bearer, Credentials, TOKEN_TRANSITIONS, Token, TokenAction};
pub use verdict::{Conflict, Mismatch, Progress, Settlement, Stuck, Verdict};
pub use wire::{BadAnswer, Checkout, CheckoutOrder, Item, Problem, RealtimeKey, Refusal, Session};
