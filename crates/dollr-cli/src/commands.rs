//! The commands, but for the demonstration and the journal's: each is arguments in, one call of the client, a report out.

use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dollr_client::core::{CheckoutOrder, Execution, Intent, Machine as _, ReferenceId};
use dollr_client::{Attempt, Error, Report};
use dollr_sim::{ANON_KEY, CLIENT_ID, CLIENT_SECRET, Clock, Simulator};
use indicatif::ProgressBar;
use serde_json::json;

use crate::args::{Args, Checkout, Collect, RealtimeKey, Sim, Verify, Watch};
use crate::failure::Failure;
use crate::shop::Shop;
use crate::{output, settings, signals};

/// How long a signal may go unnoticed.
const SIGNAL: Duration = Duration::from_millis(100);

/// Runs until it is interrupted.
pub(crate) fn sim(args: &Args, sim: &Sim) -> Result<ExitCode, Failure> {
    let clock = if (sim.time_scale - 1.0).abs() < f64::EPSILON {
        Clock::real()
    } else {
        Clock::scaled(sim.time_scale)
    };
    let host = sim.listen.ip();
    if sim.shop.is_some() && !host.is_loopback() && !host.is_unspecified() {
        let why = "the shop reaches its vendor on loopback only: leave --listen out, or listen on 0.0.0.0";
        return Err(Failure::usage(format!("--shop: {why}")));
    }
    let simulator = Simulator::builder()
        .listen(sim.listen)
        .clock(clock)
        .deduplicate(!sim.no_deduplication)
        .start()
        .map_err(|e| Failure::new(format!("cannot listen on {}: {e}", sim.listen)))?;
    let url = simulator.base_url();
    let interrupt = sim.shop.map(|_| signals::stop()).transpose()?;
    let shop = sim.shop.map(|address| Shop::open(address, &url)).transpose()?;
    if args.json {
        let mut object = json!({ "base_url": url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "supabase_url": url, "supabase_anon_key": ANON_KEY });
        if let Some(shop) = &shop {
            object["shop_url"] = json!(shop.url());
            object["shop_journal"] = json!(shop.journal());
        }
        output::say(object)?;
    } else {
        output::say(format_args!("A simulated Dollr at {url} (stop it with Ctrl-C)\n"))?;
        if let Some(shop) = &shop {
            output::say(format_args!("The shop is at {}\n", shop.url()))?;
            output::say(format_args!("  dollr journal list --journal {}\n", shop.journal().display()))?;
        }
        output::say(format_args!(
            "  export DOLLR_BASE_URL={url} DOLLR_CLIENT_ID={CLIENT_ID} DOLLR_CLIENT_SECRET={CLIENT_SECRET} \
             SUPABASE_URL={url} SUPABASE_ANON_KEY={ANON_KEY}\n"
        ))?;
        output::say(dollr_sim::cheat_sheet())?;
    }
    // The shop leaves no journal behind.
    while interrupt.as_ref().is_none_or(|interrupt| !interrupt.load(Ordering::Relaxed)) {
        std::thread::park_timeout(SIGNAL);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn checkout(args: &Args, checkout: &Checkout) -> Result<ExitCode, Failure> {
    let mut order = CheckoutOrder::new(checkout.kind, &checkout.phone, checkout.currency)
        .map_err(|e| Failure::usage(format!("--phone: {e}")))?;
    for (name, amount) in &checkout.items {
        order = order.item(name, *amount);
    }
    if let Some(url) = &checkout.success_url {
        order = order.success_url(url);
    }
    if let Some(url) = &checkout.cancel_url {
        order = order.cancel_url(url);
    }
    let made = settings::client_without_journal(args)?.create_checkout(&order)?;
    let source = made.source.to_string();
    let total = made.total.map(|total| total.to_string());
    let currency = made.currency.unwrap_or(checkout.currency).to_string();
    if args.json {
        let object =
            json!({ "source": source, "url": made.url, "total_amount": total, "currency": currency });
        output::say(object)?;
    } else {
        let total = total.unwrap_or_else(|| "TOTAL".to_string());
        output::say(format_args!("{source}  {total} {currency}\n{}", made.url))?;
        output::note(format_args!(
            "  send the customer there, then: dollr verify --source {source} --amount {total} --currency {currency}"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn collect(args: &Args, collect: &Collect) -> Result<ExitCode, Failure> {
    let client = if collect.realtime { settings::listening_client(args)? } else { settings::client(args)? };
    let id = match collect.reference_id {
        Some(id) => id,
        None => client.reference_id()?,
    };
    let collection = |session| Intent::collection(id, session, collect.account.clone(), collect.currency);
    let mut intent = match (collect.session, collect.source) {
        (Some(session), _) => collection(session),
        (None, Some(source)) => {
            let session = client.create_session(source)?;
            collection(session.id).within(&session)
        }
        (None, None) => return Err(Failure::usage("either --session or --source is needed")),
    };
    if let Some(amount) = collect.amount {
        intent = intent.amount(amount);
    }
    let ask = |_: &_| output::note("  the card's bank wants its holder to confirm (3-D Secure); waiting");
    let mut attempt = Attempt::new(intent).patience(collect.patience).show(ask);
    if let Some(order) = &collect.order {
        attempt = attempt.order(order);
    }
    if let Some(reason) = &collect.despite {
        attempt = attempt.despite(reason);
    }
    if collect.realtime {
        attempt = attempt.realtime(collect.source.map_or(collect.kind, |source| source.kind));
    }
    let report = watched(&format!("collecting {id}"), || client.collect(attempt))?;
    output::print(&report, args.json)
}

pub(crate) fn verify(args: &Args, verify: &Verify) -> Result<ExitCode, Failure> {
    let client = settings::client(args)?;
    let Verify { source, amount, currency, patience, .. } = *verify;
    let report = watched(&format!("verifying {source}"), || match &verify.order {
        Some(order) => client.verify_order(order, source, currency, amount, patience),
        None => client.verify_source(source, currency, amount, patience),
    })?;
    output::print(&report, args.json)
}

pub(crate) fn status(args: &Args, id: ReferenceId, patience: Option<Duration>) -> Result<ExitCode, Failure> {
    settings::existing_journal(args)?;
    let client = settings::client(args)?;
    let report = match patience {
        Some(patience) => watched(&format!("waiting for {id}"), || client.wait(id, patience))?,
        None => client.status(id)?,
    };
    output::print(&report, args.json)
}

pub(crate) fn watch(args: &Args, watch: &Watch) -> Result<ExitCode, Failure> {
    let journal = settings::existing_journal(args)?;
    let Watch { reference_id: id, session, kind, patience } = *watch;
    let recorded = journal.load(&id.to_string())?.and_then(|entry| Execution::restore(&entry.snapshot).ok());
    if let (Some(given), Some(recorded)) = (session, recorded.map(|machine| machine.intent().session()))
        && given != recorded
    {
        let why = format!("payment {id} is executed in session {recorded}, not {given}");
        return Err(Failure::usage(format!("--session: {why}; leave it out, or give that")));
    }
    let client = settings::listening_client(args)?;
    let report = watched(&format!("watching {id}"), || client.watch(id, kind, patience))?;
    output::print(&report, args.json)
}

pub(crate) fn realtime_key(args: &Args, wanted: &RealtimeKey) -> Result<ExitCode, Failure> {
    let RealtimeKey { reference_id: id, session, kind } = *wanted;
    let key = settings::client_without_journal(args)?.realtime_key(session, kind, id)?;
    output::say(json!({
        "access_token": key.access_token.expose(),
        "expires_in": key.expires_in.as_secs(),
        "channel": format!("payment-intent:{session}:{id}"),
        "reference_id": id.to_string(),
    }))?;
    Ok(ExitCode::SUCCESS)
}

/// A spinner on stderr, where that is a terminal, while `work` blocks.
fn watched(what: &str, work: impl FnOnce() -> Result<Report, Error>) -> Result<Report, Error> {
    let spinner = ProgressBar::new_spinner().with_message(what.to_string());
    spinner.enable_steady_tick(Duration::from_millis(100));
    let report = work();
    spinner.finish_and_clear();
    report
}
