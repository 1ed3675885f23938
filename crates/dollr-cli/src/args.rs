//! The command line. A value that cannot be one is refused here, with a sentence that names its place.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Parser, Subcommand};
use dollr_client::core::{
    AccountId, Amount, Currency, Invalid, Limit, ReferenceId, SessionId, SourceKind, SourceRef, is_printable,
};

use crate::output;

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
    /// Ask about all that is due, whoever began it: caught while it was sent, never answered, handed over. Never sends what
    /// was not sent. Any number may run on one journal.
    Reconcile(Reconcile),
    /// Look into the journal.
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
    /// An id of your own for this one attempt: a version-4 UUID that was never used.
    #[arg(long)]
    pub(crate) reference_id: Option<ReferenceId>,
    /// How long to wait for a verdict.
    #[arg(long, default_value = "5m", value_parser = duration, value_name = "TIME")]
    pub(crate) patience: Duration,
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
    /// How long to wait for a verdict; without it, ask once.
    #[arg(long, default_value = "0s", value_parser = duration, value_name = "TIME")]
    pub(crate) patience: Duration,
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
}

fn duration(text: &str) -> Result<Duration, Invalid> {
    let wrong = || invalid("time", text, "one such as 90s, 5m or 1h");
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}

fn item(text: &str) -> Result<(String, Amount), Invalid> {
    let wrong = || invalid("item", text, "NAME=AMOUNT such as Shoes=250.00, without control characters");
    let (name, amount) = text.rsplit_once('=').filter(|(name, _)| is_plain(name)).ok_or_else(wrong)?;
    Ok((name.to_string(), self::amount(amount)?))
}

/// An amount that the vendor takes (API §1): nought is none.
fn amount(text: &str) -> Result<Amount, Invalid> {
    let amount: Amount = text.parse()?;
    let least = "0.01".parse()?;
    let wrong = || invalid("amount", text, "a decimal in major units from 0.01 on, such as 250.00");
    if amount < least { Err(wrong()) } else { Ok(amount) }
}

fn order(text: &str) -> Result<String, Invalid> {
    let wrong = || invalid("order", text, "your own name of it, such as A-1, without control characters");
    if is_plain(text) { Ok(text.to_string()) } else { Err(wrong()) }
}

fn reason(text: &str) -> Result<String, Invalid> {
    let wrong = || invalid("reason", text, "a few words, without control characters");
    if is_plain(text) { Ok(text.to_string()) } else { Err(wrong()) }
}

fn page(text: &str) -> Result<String, Invalid> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| is_plain(rest) && !rest.contains(char::is_whitespace));
    let wrong = || invalid("page", text, "a URL such as https://shop.example/thanks");
    if fits { Ok(text.to_string()) } else { Err(wrong()) }
}

fn key(text: &str) -> Result<String, Invalid> {
    let id = text.parse().map(|id: ReferenceId| id.to_string());
    let source = || text.parse().map(|source: SourceRef| source.to_string());
    id.or_else(|_| source())
        .map_err(|_| invalid("key", text, "a reference id, or a source such as INVOICE:101"))
}

fn address(text: &str) -> Result<SocketAddr, Invalid> {
    text.parse().map_err(|_| invalid("address", text, "an IP address and a port such as 127.0.0.1:8787"))
}

/// Others may see how much is sold, so nobody beyond this machine is told.
fn loopback(text: &str) -> Result<SocketAddr, Invalid> {
    let address = text.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback());
    address.ok_or_else(|| invalid("address", text, "one on loopback, with a port, such as 127.0.0.1:9464"))
}

/// A time that passes.
fn span(text: &str) -> Result<Duration, Invalid> {
    let span = duration(text)?;
    let wrong = || invalid("time", text, "one second or more, such as 90s, 2m or 72h");
    if span < Duration::from_secs(1) { Err(wrong()) } else { Ok(span) }
}

fn rate(text: &str) -> Result<Limit, Invalid> {
    let (calls, per) = text.split_once('/').unwrap_or_default();
    let per = match per {
        "s" => Some(Duration::from_secs(1)),
        "m" => Some(Duration::from_secs(60)),
        _ => None,
    };
    let calls = calls.parse().ok().filter(|_| calls.starts_with(|first: char| first.is_ascii_digit()));
    let limit = per.zip(calls).and_then(|(per, calls)| Limit::new(calls, per).ok());
    limit.ok_or_else(|| invalid("rate", text, "calls in a second or minute, such as 20/s or 100/m"))
}

fn workers(text: &str) -> Result<usize, Invalid> {
    let fits = |workers: &usize| (1..=64).contains(workers);
    text.parse().ok().filter(fits).ok_or_else(|| invalid("number", text, "a whole number from 1 to 64"))
}

fn count(text: &str) -> Result<usize, Invalid> {
    text.parse().map_err(|_| invalid("number", text, "a whole number such as 100"))
}

fn time_scale(text: &str) -> Result<f64, Invalid> {
    let fits = |factor: &f64| (0.001..=100_000.0).contains(factor);
    text.parse().ok().filter(fits).ok_or_else(|| invalid("factor", text, "a number from 0.001 to 100000"))
}

/// Text that may be kept and shown as it is.
fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().all(is_printable)
}

fn invalid(what: &'static str, text: &str, expected: &'static str) -> Invalid {
    let start: String = text.chars().take(64).collect();
    Invalid { what, found: output::clean(&start), expected }
}
