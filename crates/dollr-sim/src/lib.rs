//! A Dollr to develop against.
//!
//! Dollr has no sandbox, so this is one: an HTTP server that answers every documented endpoint (token, hosted checkout,
//! sessions, executions, status, links) with the documented shapes, types and errors, shows the customer a real page to
//! pay on, and goes wrong on demand. Its [`Ledger`] counts the money that moved; what it says about a double charge is
//! the last word.
//!
//! ```
//! use dollr_sim::{Clock, Simulator, SourceKind};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Clock::manual(1_748_788_200_000);
//! let sim = Simulator::builder().clock(clock.clone()).start()?;
//! let order = sim.create_source(SourceKind::Order, "USD", "75.50");
//! let session = sim.create_session(SourceKind::Order, order);
//!
//! let reference = "550e8400-e29b-41d4-a716-446655440000";
//! let answer = ureq::post(format!("{}/v1/executions/collection", sim.base_url()))
//!     .header("Authorization", "Bearer YOUR_ACCESS_TOKEN")
//!     .header("Content-Type", "application/json")
//!     .send(format!(
//!         r#"{{"session_id": "{session}", "payment_account_id": "18", "currency": "USD", "reference_id": "{reference}"}}"#
//!     ))?
//!     .body_mut()
//!     .read_to_string()?;
//! assert!(answer.contains(r#""status":"PENDING""#));
//!
//! assert_eq!(sim.ledger().charges_for_order(SourceKind::Order, order), 0);
//! clock.advance(3_000);
//! assert_eq!(sim.ledger().charges_for_order(SourceKind::Order, order), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What happens when
//!
//! - A payment's fate is chosen by a magic account id or phone number: see [`cheat_sheet`].
//! - What the network and the vendor do wrong is armed as a [`Fault`], here or at `POST /_sim/faults`, *before* or *after*
//!   the effect.
//! - Everything goes by a [`Clock`]; with [`Clock::manual`] a test is exact.
//! - With de-duplication off, each POST that is processed moves money again.
//!
//! # The realtime socket
//!
//! A Supabase Realtime server for the one table that tells of payments, `checkout_payment_intent_public_status`: one row
//! for each reference id, an INSERT when the payment is taken in, an UPDATE for each change of its status.
//! `POST /v1/realtime-keys/collection` gives the key, [`ANON_KEY`] opens the socket at `/realtime/v1/websocket`, and both
//! serializers are spoken. It is strict where the real server is: a channel is *live* only when its `system` frame says
//! so, what is committed before is not heard, and a channel hears of its own token's payment and of no other. A token
//! that was replaced by the anon key makes it deaf without a word.
//!
//! Forty-one [`ScenarioKind`]s go wrong on demand, at a [`Moment`], here or at `POST /_sim/realtime/scenarios`; every
//! frame, and whose token was current when, is in the [`RealtimeLog`].
//!
//! ```
//! use dollr_sim::{Moment, Scenario, ScenarioKind, Simulator, SourceKind};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sim = Simulator::builder().start()?;
//! // The socket ends just as the payment's first change is committed.
//! sim.stage(Scenario::new(ScenarioKind::Drop).at(Moment::Change));
//!
//! let order = sim.create_source(SourceKind::Order, "USD", "75.50");
//! let session = sim.create_session(SourceKind::Order, order);
//! let key = sim.realtime_key(session, "550e8400-e29b-41d4-a716-446655440000", 300);
//! println!("createClient({:?}, {:?}), and as its token {key}", sim.supabase_url(), sim.anon_key());
//! # Ok(())
//! # }
//! ```
//!
//! # Out of scope
//!
//! - TLS, HTTP/2, and being reached from the internet: it is for development, and keeps everything in memory.
//! - Currency exchange: payer and payee amounts are the source's total.
//! - Rate limits of its own: a 429 is a fault to arm.
//! - On the socket: broadcast, presence, the `select` of a binding, and filters other than `eq`.

#![forbid(unsafe_code)]

mod answer;
mod api;
mod armed;
mod body;
mod call;
mod clock;
mod control;
mod execution;
mod fault;
mod fields;
mod hosted;
mod ledger;
mod magic;
mod realtime;
mod server;
mod simulator;
mod source;
mod spoil;
mod stream;
mod traffic;
mod validate;
mod world;

pub use clock::Clock;
pub use execution::Operation;
pub use fault::{Call, Fault, FaultKind, When};
pub use ledger::{CallEntry, Caller, Direction, Ledger, Movement, OrderEntry, ReferenceEntry};
pub use magic::cheat_sheet;
pub use realtime::{
    ANON_KEY, ConnectionEntry, FrameDirection, FrameEntry, Moment, RealtimeLog, RealtimeSettings, Scenario,
    ScenarioKind, TokenEntry,
};
pub use simulator::{Builder, CLIENT_ID, CLIENT_SECRET, Simulator};
pub use source::SourceKind;
