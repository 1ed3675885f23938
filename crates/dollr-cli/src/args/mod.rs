//! The command line. A value that cannot be one is refused here, with a sentence that names its place.

mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Parser, Subcommand};
use dollr_client::core::{
    AccountId, Amount, Currency, Limit, ReferenceId, SessionId, SourceKind, SourceRef, Timestamp,
};

use values::{
    address, amount, claimant, count, duration, item, key, loopback, moment, order, page, rate, reason,
    retention, span, time_scale, timeout, workers,
};

/// Has this been paid? Ask Dollr with certainty, with the fewest calls, and never charge twice.
#[derive(Debug, Parser)]
#[command(name = "dollr", version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Where payments are recorded before they are sent: a file, or `postgres://USER@HOST/DATABASE`; `demo` and `sim` keep
    /// none here.
    #[arg(
        long,
        global = true,
        env = "DOLLR_JOURNAL",
        hide_env_values = true,
        default_value = "dollr.db",
        value_name = "FILE or URL"
    )]
    pub(crate) journal: PathBuf,
    /// Where the API is; plain http only on loopback.
    #[arg(long, global = true, env = "DOLLR_BASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// A file with the lines `DOLLR_CLIENT_ID=…` and `DOLLR_CLIENT_SECRET=…`, if they are not in the environment.
    #[arg(long, global = true, env = "DOLLR_CREDENTIALS", hide_env_values = true, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// A file with the schedule to ask by, as `dollr journal tune` prints it; payments that are recorded keep theirs.
    #[arg(long, global = true, env = "DOLLR_SCHEDULE", hide_env_values = true, value_name = "FILE")]
    pub(crate) schedule: Option<PathBuf>,
    /// Print one JSON object on stdout.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say more on stderr: -v verdicts, -vv each call, -vvv everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "Credentials come from DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET or from --credentials, never from an argument.\n\
    The password of a journal's URL comes from DOLLR_JOURNAL or PGPASSWORD, never from an argument.\n\
    Exit codes: 0 paid or done, 1 error, 2 usage, 3 failed or refused, 4 still open, 5 a person must look.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch payments of many fates go from order to verdict, on a simulated vendor.
    Demo,
    /// Run a simulated vendor to develop against.
    Sim(Sim),
    /// Make a hosted checkout: a page to send a customer to.
    Checkout(Checkout),
    /// Collect from a customer's account and wait for the verdict.
    Collect(Collect),
    /// Ask whether an invoice or order is paid, in full.
    Verify(Verify),
    /// Ask how a recorded payment stands, also one whose process has died; never sends.
    Status {
        /// Its reference id.
        reference_id: ReferenceId,
        /// How long to wait for a verdict; without it, ask once.
        #[arg(long, value_parser = duration, value_name = "TIME")]
        patience: Option<Duration>,
    },
    /// Wait for a recorded payment with its realtime channel open, so that the verdict is known at once; never sends. The server
    /// comes from `SUPABASE_URL` and `SUPABASE_ANON_KEY`.
    Watch(Watch),
    /// Mint the key of a payment's realtime channel, for a browser that listens itself: give it this and the anon key, nothing
    /// else. It goes to stdout, as one JSON object.
    #[command(
        after_help = "How a browser listens with it: crates/dollr-cli/src/shop/assets/watch-payment.js, to be copied; `dollr sim --shop` shows it."
    )]
    RealtimeKey(RealtimeKey),
    /// Ask about all that is due, whoever began it: caught while it was sent, never answered, handed over. Never sends what
    /// was not sent. Any number may run on one journal.
    Reconcile(Reconcile),
    /// Hand newly paid payments to a command, at least once each and to one at a time; never calls the vendor.
    Paid(Paid),
    /// Claim the goods of a payment, once for all who ask; never calls the vendor.
    #[command(subcommand)]
    Goods(Goods),
    /// Look into the journal, and look after it.
    #[command(subcommand)]
    Journal(Journal),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sim {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8787", value_parser = address, value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// How fast time goes: at 10, a payment of a minute takes six seconds.
    #[arg(long, default_value_t = 1.0, value_parser = time_scale, value_name = "FACTOR")]
    pub(crate) time_scale: f64,
    /// Move money again for each POST with the same reference id.
    #[arg(long)]
    pub(crate) no_deduplication: bool,
    /// Open a demonstration shop too, to see payments in a browser; it listens on 127.0.0.1:8788 unless an address is given. Its
    /// journal is a temporary file that goes with it.
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "127.0.0.1:8788",
        value_parser = address,
        value_name = "ADDRESS"
    )]
    pub(crate) shop: Option<SocketAddr>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Checkout {
    /// INVOICE or ORDER.
    #[arg(long, default_value = "INVOICE")]
    pub(crate) kind: SourceKind,
    /// The customer's phone number: 8 to 15 digits, without `+`.
    #[arg(long)]
    pub(crate) phone: String,
    /// The order's currency, such as USD.
    #[arg(long)]
    pub(crate) currency: Currency,
    /// A line of the order, such as "Shoes=250.00"; repeat it for more.
    #[arg(long = "item", required = true, value_parser = item, value_name = "NAME=AMOUNT")]
    pub(crate) items: Vec<(String, Amount)>,
    /// Where the customer is sent after paying; it proves nothing.
    #[arg(long, value_parser = page, value_name = "URL")]
    pub(crate) success_url: Option<String>,
    /// Where the customer is sent after giving up.
    #[arg(long, value_parser = page, value_name = "URL")]
    pub(crate) cancel_url: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(crate) struct Collect {
    /// The session to execute in.
    #[arg(long, group = "what", allow_negative_numbers = true)]
    pub(crate) session: Option<SessionId>,
    /// The invoice or order to make a session for, such as INVOICE:101.
    #[arg(long, group = "what")]
    pub(crate) source: Option<SourceRef>,
    /// The payer's payment account.
    #[arg(long)]
    pub(crate) account: AccountId,
    /// The payer's currency, such as USD.
    #[arg(long)]
    pub(crate) currency: Currency,
    /// What is to be paid, in major units; anything else is never taken for paid.
    #[arg(long, allow_negative_numbers = true, value_parser = amount)]
    pub(crate) amount: Option<Amount>,
    /// Your own name of the order: it has one attempt at a time.
    #[arg(long, value_parser = order)]
    pub(crate) order: Option<String>,
    /// Collect although another attempt holds the order, and keep this reason in the journal.
    #[arg(long, requires = "order", value_parser = reason, value_name = "REASON")]
    pub(crate) despite: Option<String>,
    /// Listen to the payment's realtime channel meanwhile, so that the verdict is known at once; the server comes from `SUPABASE_URL`
    /// and `SUPABASE_ANON_KEY`.
    #[arg(long)]
    pub(crate) realtime: bool,
    /// What the session was made for, where --session and --realtime are given: INVOICE or ORDER.
    #[arg(long, default_value = "INVOICE", requires_all = ["session", "realtime"])]
    pub(crate) kind: SourceKind,
    /// An id of your own for this one attempt: a version-4 UUID that was never used.
    #[arg(long)]
    pub(crate) reference_id: Option<ReferenceId>,
    /// How long to wait for a verdict.
    #[arg(long, default_value = "5m", value_parser = duration, value_name = "TIME")]
    pub(crate) patience: Duration,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Watch {
    /// The payment's reference id.
    pub(crate) reference_id: ReferenceId,
    /// The session that it was executed in; checked against the journal.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) session: Option<SessionId>,
    /// What the session was made for: INVOICE or ORDER.
    #[arg(long, default_value = "INVOICE")]
    pub(crate) kind: SourceKind,
    /// How long to wait for a verdict; the channel is listened to for the first 30 seconds of it.
    #[arg(long, default_value = "5m", value_parser = duration, value_name = "TIME")]
    pub(crate) patience: Duration,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RealtimeKey {
    /// The payment's reference id: the execution's own.
    pub(crate) reference_id: ReferenceId,
    /// The session that it is executed in.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) session: SessionId,
    /// What the session was made for: INVOICE or ORDER.
    #[arg(long, default_value = "INVOICE")]
    pub(crate) kind: SourceKind,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The invoice or order, such as INVOICE:101.
    #[arg(long)]
    pub(crate) source: SourceRef,
    /// Your order's total, in major units.
    #[arg(long, allow_negative_numbers = true, value_parser = amount)]
    pub(crate) amount: Amount,
    /// Your order's currency.
    #[arg(long)]
    pub(crate) currency: Currency,
    /// Your own name of the order: its goods are handed out once, however it is paid. Without it, do not verify what you collect yourself.
    #[arg(long, value_parser = order)]
    pub(crate) order: Option<String>,
    /// How long to wait for a verdict; without it, ask once.
    #[arg(long, default_value = "0s", value_parser = duration, value_name = "TIME")]
    pub(crate) patience: Duration,
}

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_PAID)]
pub(crate) struct Paid {
    /// Go on until SIGTERM or SIGINT; the handler that runs then may finish.
    #[arg(long)]
    pub(crate) follow: bool,
    /// Only what was found to be paid since then: a moment such as 2025-06-15T12:00:00Z, or so long ago, such as 24h or 7d.
    #[arg(long, value_parser = moment, value_name = "TIME")]
    pub(crate) since: Option<Timestamp>,
    /// How long a handler may take; then it is killed, and the payment given again.
    #[arg(long, default_value = "10m", value_parser = timeout, value_name = "TIME")]
    pub(crate) timeout: Duration,
    /// The handler; without one, each payment is a line on stdout.
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

const AFTER_PAID: &str = "The handler gets the payment as a line of JSON on stdin, and as DOLLR_KEY, DOLLR_REFERENCE_ID or DOLLR_SOURCE,\n\
    DOLLR_ORDER, DOLLR_AMOUNT, DOLLR_CURRENCY, DOLLR_PROVIDER_TRANSACTION_ID and DOLLR_PAID_AT, as far as they are known.\n\
    Exit code 0 says that the goods were handed out. After any other, the payment is given again: with --follow after\n\
    1, 2, 4 … 60 seconds, without it by the next run. A payment may come twice, after a crash: ship by its DOLLR_KEY.\n\
    Without a handler, a payment counts as handed out once its line is written.";

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Exit codes: 0 yours, or noted; 3 somebody else's, or never to be shipped, or nothing to note;\n\
    4 not paid yet; 5 a person must look; 1 error, 2 usage."
)]
pub(crate) enum Goods {
    /// May I ship? One caller is told yes, once for all attempts at the order.
    Claim {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
        /// What the one who claims is called; others are told.
        #[arg(long, value_parser = claimant, value_name = "NAME")]
        by: Option<String>,
    },
    /// The goods were handed out: nobody can release the claim.
    Fulfilled {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
    },
    /// The goods were not handed out: somebody else may claim them.
    Release {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
    },
    /// Which payments are of an order that another one has paid for? Exit code 5 where there are some.
    Duplicates,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reconcile {
    /// Ask once about all that is due, and end: the default, for cron.
    #[arg(long, conflicts_with = "every")]
    pub(crate) once: bool,
    /// Do so again each TIME until SIGTERM or SIGINT, which waits for the answers that are on their way.
    #[arg(long, value_parser = span, value_name = "TIME")]
    pub(crate) every: Option<Duration>,
    /// At most so many calls, such as 20/s or 100/m, by all who reconcile this journal with a rate. Give all the same one.
    #[arg(long, value_parser = rate, value_name = "CALLS/s")]
    pub(crate) rate: Option<Limit>,
    /// So many calls at the same time.
    #[arg(long, default_value_t = 8, allow_negative_numbers = true, value_parser = workers, value_name = "NUMBER")]
    pub(crate) workers: usize,
    /// What is open so long after it was begun is given up: a person must look. Without it, what each payment was begun with.
    #[arg(long, value_parser = span, value_name = "TIME")]
    pub(crate) horizon: Option<Duration>,
    /// Serve metrics for Prometheus at this address, path `/metrics`; on loopback only.
    #[arg(long, value_parser = loopback, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// The payments, newest first.
    List {
        /// Only those without a final verdict, oldest first.
        #[arg(long)]
        open: bool,
        /// At most so many.
        #[arg(long, default_value_t = 100, allow_negative_numbers = true, value_parser = count, value_name = "NUMBER")]
        limit: usize,
    },
    /// One payment and what happened to it.
    Show {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
    },
    /// Why a payment stands where it stands: on what evidence, what it waits for, and what to do.
    Why {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
    },
    /// What the vendor's support needs to look at a payment, redacted, to be pasted into a ticket.
    Support {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
    },
    /// Say that a person has dealt with a payment that `dollr reconcile` lists: stuck, paid twice or never sent. It lists it no longer.
    #[command(
        after_help = "Its order stays held. It is listed again only if something new is learnt that leaves it to a person.\n\
        Exit codes: 0 noted, 3 it was not listed, 1 error, 2 usage."
    )]
    Resolve {
        /// A reference id, or a source such as INVOICE:101.
        #[arg(value_parser = key)]
        key: String,
        /// What has become of it; it is kept.
        #[arg(long, value_parser = reason, value_name = "REASON")]
        why: String,
    },
    /// Forget payments that ended long ago, with all that happened to them; what is open, due, claimed and not fulfilled, paid twice and not resolved, or was to be handed out and was not, stays.
    #[command(
        after_help = "What is forgotten no longer protects: its reference id could be sent again, its order paid and its goods claimed again."
    )]
    Prune {
        /// How long ago they must have ended, such as 400d; at least 73h, for until then an end may be contradicted.
        #[arg(long, value_parser = retention, value_name = "TIME")]
        older_than: Duration,
        /// Only say how many there are.
        #[arg(long)]
        dry_run: bool,
    },
    /// Learn from this journal's payments when to ask: as seldom as can be at the same delay. The schedule goes to stdout.
    #[command(
        after_help = "Ask by it with --schedule FILE, or DOLLR_SCHEDULE, where FILE is what was printed."
    )]
    Tune {
        /// Find ends out so late on average, instead of as late as now.
        #[arg(long, value_parser = timeout, value_name = "TIME")]
        delay: Option<Duration>,
        /// Learn from so many payments and sources, the newest.
        #[arg(long, default_value_t = 10_000, allow_negative_numbers = true, value_parser = count, value_name = "NUMBER")]
        limit: usize,
    },
    /// Bring the journal's tables up to date, as any command does, and say from which schema to which.
    Migrate {
        /// Change nothing: exit code 0 where they are up to date, 4 where they are not.
        #[arg(long)]
        check: bool,
    },
}
