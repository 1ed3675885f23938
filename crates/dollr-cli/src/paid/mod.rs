//! `dollr paid`: hands newly paid payments to a handler, at least once each, and never to two at the same time. It never
//! calls the vendor and needs no credentials.

mod handler;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dollr_client::core::{Schedule, Timestamp};
use dollr_client::journal::JournalError;
use dollr_client::{Delivery, Error, Fulfilment};
use serde_json::{Value, json};

use crate::args::{Args, Paid};
use crate::failure::Failure;
use crate::{output, settings, signals};
use handler::{Ending, Handler};

/// How often it is looked for what is newly paid.
const GLANCE: Duration = Duration::from_secs(1);

/// How often a sleeper looks whether it is to stop.
const NAP: Duration = Duration::from_millis(100);

/// How much longer a claim is than its handler may take: what the journal may take.
const MARGIN: Duration = Duration::from_secs(60);

pub(crate) fn run(args: &Args, paid: &Paid) -> Result<ExitCode, Failure> {
    let goods = Fulfilment::new(settings::existing_journal(args)?)?;
    let mut stream = Stream {
        goods,
        handler: Handler::of(&paid.command, paid.timeout),
        follow: paid.follow,
        since: paid.since.unwrap_or(Timestamp::from_millis(0)),
        term: paid.timeout.saturating_add(MARGIN),
        stop: signals::stop()?,
        failures: BTreeMap::new(),
        kept: Vec::new(),
    };
    let ended = stream.run();
    let given_back = stream.give_back();
    ended.and(given_back)
}

struct Stream {
    goods: Fulfilment,
    handler: Handler,
    follow: bool,
    since: Timestamp,
    /// How long a payment is this process's: longer than its handler may take.
    term: Duration,
    stop: Arc<AtomicBool>,
    /// How often each payment was not handed out, of those that are not yet.
    failures: BTreeMap<String, u32>,
    /// What was not handed out and is not tried again in this run, which still has it.
    kept: Vec<Delivery>,
}

impl Stream {
    fn run(&mut self) -> Result<ExitCode, Failure> {
        while !self.is_stopped() {
            match self.insist(|goods| goods.next_paid(self.term, self.since)) {
                Ok(Some(delivery)) => self.hand_out(delivery)?,
                Ok(None) if self.follow => self.sleep(GLANCE),
                Ok(None) => break,
                // It cannot be read. It stays this process's for a term, and stands in nobody's way.
                Err(Error::Payment { key, error }) => {
                    output::note(format_args!("{key}  not handed out: {error}"));
                    self.failures.insert(key, 1);
                }
                Err(error) => return Err(error.into()),
            }
        }
        match self.failures.len() {
            _ if self.follow => Ok(ExitCode::SUCCESS),
            0 => Ok(ExitCode::SUCCESS),
            1 => Err(Failure::new("1 payment was not handed out: it is given again by the next run")),
            n => {
                Err(Failure::new(format!("{n} payments were not handed out: the next run gives them again")))
            }
        }
    }

    fn hand_out(&mut self, delivery: Delivery) -> Result<(), Failure> {
        if !self.follow && self.failures.contains_key(&delivery.key) {
            // This run has taken longer than its term.
            return self.keep(delivery);
        }
        let began = Instant::now();
        let ending = match self.handler.run(&delivery, &object(&delivery)) {
            Ok(ending) => ending,
            Err(failure) => {
                self.goods.decline(&delivery)?;
                return Err(failure);
            }
        };
        let key = &delivery.key;
        if let Ending::Done = ending {
            self.failures.remove(key);
            if !self.insist(|goods| goods.acknowledge(&delivery))? {
                output::note(format_args!(
                    "{key}  was handed out, but somebody else had claimed it meanwhile"
                ));
            }
            return Ok(());
        }
        let failures = self.failures.entry(key.clone()).or_default();
        *failures = failures.saturating_add(1);
        let failures = *failures;
        if self.follow {
            let wait = until_again(failures, began.elapsed(), self.failures.len());
            output::note(format_args!("{key}  {ending}; again in {} s", wait.as_secs()));
            self.insist(|goods| goods.put_off(&delivery, wait))?;
            return Ok(());
        }
        output::note(format_args!("{key}  {ending}"));
        self.keep(delivery)
    }

    /// Keeps a payment from coming again in this run.
    fn keep(&mut self, delivery: Delivery) -> Result<(), Failure> {
        self.goods.put_off(&delivery, self.term)?;
        if !self.kept.iter().any(|kept| kept.key == delivery.key) {
            self.kept.push(delivery);
        }
        Ok(())
    }

    fn give_back(&self) -> Result<ExitCode, Failure> {
        for delivery in &self.kept {
            self.goods.decline(delivery)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Whoever follows outlives a server that is away, and a disk that is full, for a while.
    fn insist<T>(&self, ask: impl Fn(&Fulfilment) -> Result<T, Error>) -> Result<T, Error> {
        let mut failures = 0;
        loop {
            let error = match ask(&self.goods) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !self.follow || !may_pass(&error) || self.is_stopped() {
                return Err(error);
            }
            failures += 1;
            let wait = Schedule::back_off(failures);
            output::note(format_args!("dollr: {error}; again in {} s", wait.as_secs()));
            self.sleep(wait);
        }
    }

    fn sleep(&self, span: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < span && !self.is_stopped() {
            std::thread::sleep(NAP.min(span));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// How long a payment is put off whose command has failed so many times in a row, and took so long. The `failing` ones take half of the time
/// at most, so that those which come after them have their turn.
fn until_again(failures: u32, took: Duration, failing: usize) -> Duration {
    let turns = u32::try_from(failing).unwrap_or(u32::MAX).saturating_mul(2);
    Schedule::back_off(failures).max(took.saturating_mul(turns))
}

/// Whether it may be better after a while.
fn may_pass(error: &Error) -> bool {
    use JournalError::{Busy, Full, Unsure, Unusable};
    matches!(error, Error::Journal(Busy { .. } | Full { .. } | Unsure { .. } | Unusable { .. }))
}

/// The payment, as its handler gets it; what is not known is `null`.
fn object(delivery: &Delivery) -> Value {
    let Delivery { key, order, settlement, .. } = delivery;
    let (reference_id, source) = if key.contains(':') { (None, Some(key)) } else { (Some(key), None) };
    json!({
        "key": key,
        "reference_id": reference_id,
        "source": source,
        "order": order,
        "amount": settlement.amount().map(|amount| amount.to_string()),
        "currency": settlement.currency().map(|currency| currency.to_string()),
        "provider_transaction_id": settlement.provider_transaction_id(),
        "paid_at": settlement.paid_at().map(|at| at.to_string()),
    })
}

/// A line on stdout, for a reader who is there.
fn write_line(line: &Value) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(|e| match e.kind() {
        ErrorKind::BrokenPipe => {
            Failure::new("nobody reads stdout any more: what was not read is given again")
        }
        _ => Failure::new(format!("the payment cannot be written to stdout: {e}; it is given again")),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::until_again;

    /// I5: payments whose commands hang keep no other from being handed out.
    #[test]
    fn payments_that_hang_leave_half_of_the_time_to_the_others() {
        let hang = Duration::from_secs(600);
        for failing in 1..100_u32 {
            for failures in 1..20 {
                assert_eq!(until_again(failures, hang, failing as usize), 2 * failing * hang);
            }
        }
        let seconds = |failures| until_again(failures, Duration::ZERO, 50).as_secs();
        assert_eq!([1, 2, 3, 9].map(seconds), [1, 2, 4, 60], "those that fail at once wait no longer for it");
    }
}
