//! The vendor: tokens, sessions, executions and sources, with the money that moved. It is the judge, and shares no code with
//! the engine or the simulator.

use fastrand::Rng;
use hashbrown::HashMap;
use serde_json::Value;

use crate::answer::{About, Answer, http_date};
use crate::plan::Plan;
use crate::script::{Fate, Hosted};

/// A request, as it arrives.
pub(crate) struct Arrival<'a> {
    pub(crate) path: &'a str,
    pub(crate) body: Option<&'a str>,
    pub(crate) bearer: Option<&'a str>,
    /// When its token was looked at.
    pub(crate) let_in: u64,
}

/// How an execution ends, and whether it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Failed,
    /// It says FAILED, and from that moment on COMPLETED (F18).
    FailedThenCompleted(u64),
    Never,
}

/// An execution that has landed.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    operation: &'static str,
    session: u64,
    pub(crate) landed: u64,
    visible: u64,
    processing: u64,
    pub(crate) ends: u64,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Debug)]
struct Session {
    order: usize,
    ends: u64,
    amount: String,
    currency: &'static str,
    refuses: bool,
}

/// An invoice that is paid on the vendor's own page.
#[derive(Clone, Debug)]
pub(crate) struct Invoice {
    pub(crate) amount: String,
    pub(crate) currency: &'static str,
    active: u64,
    processing: u64,
    pub(crate) ends: u64,
    pub(crate) canceled: bool,
    pub(crate) never: bool,
}

/// The vendor's own books.
#[derive(Debug)]
pub(crate) struct Vendor {
    rng: Rng,
    tokens: HashMap<String, u64>,
    sessions: Vec<Session>,
    invoices: Vec<Invoice>,
    charges: HashMap<String, Vec<Charge>>,
    /// For each order, how many charges complete, and whether there may be several: the vendor itself said FAILED of one of them, or
    /// somebody wanted another one.
    orders: HashMap<usize, (u32, bool)>,
    /// What must never be: money that moved twice.
    pub(crate) violation: Option<String>,
    /// F18, as often as it is to be.
    pub(crate) flips: u32,
    /// How the attempts of each order end, where that is not left to chance.
    pub(crate) fates: HashMap<usize, Vec<Fate>>,
    /// How checkouts end, by their totals.
    pub(crate) checkouts: HashMap<String, Hosted>,
}

impl Vendor {
    pub(crate) fn new(rng: Rng) -> Self {
        Self {
            rng,
            tokens: HashMap::new(),
            sessions: Vec::new(),
            invoices: Vec::new(),
            charges: HashMap::new(),
            orders: HashMap::new(),
            violation: None,
            flips: 0,
            fates: HashMap::new(),
            checkouts: HashMap::new(),
        }
    }

    /// A session in which an order can be paid; its number.
    pub(crate) fn open_session(
        &mut self,
        order: usize,
        ends: u64,
        amount: &str,
        currency: &'static str,
    ) -> u64 {
        let refuses = match self.fates.get(&order) {
            Some(_) => {
                let before = self.sessions.iter().filter(|session| session.order == order).count();
                self.fate(order, before) == Some(Fate::Refused)
            }
            None => self.rng.u8(..32) == 0,
        };
        self.sessions.push(Session { order, ends, amount: amount.to_owned(), currency, refuses });
        self.sessions.len() as u64
    }

    /// An invoice that a customer pays on the vendor's page, or doesn't; its number.
    pub(crate) fn issue(&mut self, now: u64, amount: &str, currency: &'static str) -> u64 {
        let active = now + self.rng.u64(..20_000);
        let processing = active + self.rng.u64(..60_000);
        let ends = processing + self.rng.u64(..240_000);
        let (canceled, never) = (self.rng.u8(..5) == 0, self.rng.u8(..30) == 0);
        let amount = amount.to_owned();
        self.invoices.push(Invoice { amount, currency, active, processing, ends, canceled, never });
        self.invoices.len() as u64
    }

    /// An invoice of which it is said how it ends.
    pub(crate) fn issue_for(
        &mut self,
        now: u64,
        amount: &str,
        currency: &'static str,
        hosted: Hosted,
    ) -> u64 {
        let (after, canceled, never) = match hosted {
            Hosted::Paid(after) => (after, false, false),
            Hosted::Canceled(after) => (after, true, false),
            Hosted::Never => (0, false, true),
        };
        let (active, processing) = (now + 500, now + 1_000);
        let ends = now + after * 1_000;
        let amount = amount.to_owned();
        self.invoices.push(Invoice { amount, currency, active, processing, ends, canceled, never });
        self.invoices.len() as u64
    }

    fn check_out(&mut self, now: u64, body: &str) -> Answer {
        let total = body.rsplit_once(r#""amount":"#).and_then(|(_, rest)| rest.split('}').next());
        let Some((total, hosted)) = total.and_then(|total| self.checkouts.get_key_value(total)) else {
            return Answer::new(422, r#"{"detail":[{"loc":["body","items"],"msg":"field required"}]}"#);
        };
        let (total, hosted) = (total.clone(), *hosted);
        let id = self.issue_for(now, &total, "USD", hosted);
        Answer::new(
            201,
            format!(
                r#"{{"id":{id},"mode":"HOSTED","url":"https://pay.test/{id}","source_type":"INVOICE","source_id":{id},"source_number":"N-{id}","source_status":"IDLE","currency":"USD","total_amount":{total}}}"#
            ),
        )
    }

    /// How the attempt of an order after so many others ends; the last that was said holds for all after it.
    fn fate(&self, order: usize, before: usize) -> Option<Fate> {
        let fates = self.fates.get(&order)?;
        fates.get(before).or(fates.last()).copied()
    }

    pub(crate) fn invoice(&self, id: u64) -> &Invoice {
        &self.invoices[usize::try_from(id).unwrap_or(usize::MAX) - 1]
    }

    pub(crate) fn invoices(&self) -> u64 {
        self.invoices.len() as u64
    }

    /// What became of a reference id; nothing where it never landed.
    pub(crate) fn charge(&self, id: &str) -> Option<&Charge> {
        self.charges.get(id).and_then(|charges| charges.first())
    }

    /// A token that is used is no longer good (F22).
    pub(crate) fn expire(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    pub(crate) fn answer(&mut self, now: u64, plan: &Plan, arrival: &Arrival<'_>) -> Answer {
        let mut answer = self.answer_at(now, plan, arrival);
        if plan.dates {
            answer.date = Some(now);
        }
        answer
    }

    fn answer_at(&mut self, now: u64, plan: &Plan, arrival: &Arrival<'_>) -> Answer {
        let Arrival { path, body, bearer, let_in } = arrival;
        if *path == "/v1/jwt/client/obtain/token" {
            let token = format!("t-{:016x}", self.rng.u64(..));
            self.tokens.insert(token.clone(), now + plan.token_minutes * 60_000);
            let minutes = plan.token_minutes;
            return Answer::new(200, format!(r#"{{"access_token":"{token}","expires_in":{minutes}}}"#));
        }
        if bearer.and_then(|token| self.tokens.get(token)).is_none_or(|end| end <= let_in) {
            return Answer::new(401, r#"{"detail":"Could not validate credentials"}"#);
        }
        if let Some(query) = path.strip_prefix("/v1/status/source?") {
            return self.source_status(now, query);
        }
        if let Some((_, id)) = path.strip_prefix("/v1/status/").and_then(|rest| rest.split_once('/')) {
            return self.status(now, id);
        }
        if *path == "/v1/checkouts/create" {
            return self.check_out(now, body.unwrap_or_default());
        }
        match (path.strip_prefix("/v1/executions/"), body) {
            (Some(operation), Some(body)) => self.execute(now, plan, operation, body),
            _ => Answer::new(404, r#"{"detail":"Not Found"}"#),
        }
    }

    fn execute(&mut self, now: u64, plan: &Plan, operation: &str, body: &str) -> Answer {
        let missing = || Answer::new(422, r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#);
        let Ok(fields) = serde_json::from_str::<Value>(body) else { return missing() };
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let (Some(session), Some(id)) = (text("session_id"), text("reference_id")) else { return missing() };
        let Some(session) = session.parse::<usize>().ok().filter(|n| (1..=self.sessions.len()).contains(n))
        else {
            return Answer::new(404, r#"{"detail":"No such session"}"#);
        };
        let operation = match operation {
            "collection" => "COLLECTION",
            "payout" => "PAYOUT",
            "transfer" => "TRANSFER",
            _ => "REFUND",
        };
        if plan.deduplicates && self.charges.contains_key(id) {
            if self.rng.bool() {
                return Answer::new(409, r#"{"detail":"duplicate reference_id"}"#);
            }
            return Answer::about(self.fields(now, id));
        }
        let found = self.sessions[session - 1].clone();
        if found.ends <= now {
            return Answer::new(400, r#"{"detail":"the session has expired"}"#);
        }
        if found.refuses {
            return Answer::new(
                422,
                r#"{"detail":[{"loc":["body","payment_account_id"],"msg":"no such account"}]}"#,
            );
        }
        self.land(now, plan, (id, operation, session as u64, found.order));
        // What the request's own answer claims is no evidence, whatever it is.
        let status = if self.rng.u8(..8) == 0 { "COMPLETED" } else { "PENDING" };
        Answer::about(About { status: status.to_owned(), ..self.fields(now, id) })
    }

    /// When the session of this request ends.
    pub(crate) fn end_of(&self, body: &str) -> Option<u64> {
        let fields: Value = serde_json::from_str(body).ok()?;
        let number: usize = fields.get("session_id")?.as_str()?.parse().ok()?;
        Some(self.sessions.get(number.checked_sub(1)?)?.ends)
    }

    /// The request takes effect: from here on money moves, once.
    fn land(
        &mut self,
        now: u64,
        plan: &Plan,
        (id, operation, session, order): (&str, &'static str, u64, usize),
    ) {
        let before = self.sessions[..usize::try_from(session).unwrap_or_default() - 1].iter();
        let before = before.filter(|session| session.order == order).count();
        if let Some(fate) = self.fate(order, before) {
            let (after, outcome) = fate.outcome(now);
            return self.book(
                now,
                plan,
                (id, operation, session, order),
                (now + 2_000, now + after, outcome),
            );
        }
        let processing = now + self.rng.u64(..15_000);
        let life = if self.rng.u8(..12) == 0 { 2_400_000 } else { 40_000 };
        let ends = processing + self.rng.u64(1_000..life);
        let outcome = match self.rng.u8(..100) {
            _ if self.flips > 0 && self.rng.u8(..4) == 0 => {
                self.flips -= 1;
                Outcome::FailedThenCompleted(ends + self.rng.u64(..5_400_000))
            }
            0..=17 => Outcome::Failed,
            18..=19 => Outcome::Never,
            _ => Outcome::Completed,
        };
        self.book(now, plan, (id, operation, session, order), (processing, ends, outcome));
    }

    /// Somebody wants this order to be paid again.
    pub(crate) fn excuse(&mut self, order: usize) {
        self.orders.entry(order).or_default().1 = true;
    }

    fn book(
        &mut self,
        now: u64,
        plan: &Plan,
        (id, operation, session, order): (&str, &'static str, u64, usize),
        (processing, ends, outcome): (u64, u64, Outcome),
    ) {
        let visible = if plan.lag == 0 { now } else { now + self.rng.u64(..plan.lag) };
        let charge = Charge { operation, session, landed: now, visible, processing, ends, outcome };
        let charges = self.charges.entry(id.to_owned()).or_default();
        charges.push(charge);
        let times = charges.len();
        let (completing, excused) = self.orders.entry(order).or_default();
        *completing += u32::from(matches!(outcome, Outcome::Completed | Outcome::FailedThenCompleted(_)));
        *excused |= matches!(outcome, Outcome::FailedThenCompleted(_));
        if times > 1 {
            self.violation = Some(format!("I2: {id} landed {times} times"));
        } else if *completing > 1 && !*excused {
            self.violation = Some(format!("I2: order {order} is charged {completing} times, now by {id}"));
        }
    }

    fn fields(&self, now: u64, id: &str) -> About {
        let charge = &self.charges[id][0];
        let session = &self.sessions[usize::try_from(charge.session).unwrap_or(usize::MAX) - 1];
        let ended = now >= charge.ends;
        let status = match charge.outcome {
            Outcome::Completed if ended => "COMPLETED",
            Outcome::FailedThenCompleted(at) if now >= at => "COMPLETED",
            Outcome::Failed | Outcome::FailedThenCompleted(_) if ended => "FAILED",
            _ if now >= charge.processing => "PROCESSING",
            _ => "PENDING",
        };
        About {
            key: id.to_owned(),
            operation: charge.operation,
            status: status.to_owned(),
            amount: session.amount.clone(),
            currency: session.currency.to_owned(),
        }
    }

    fn status(&self, now: u64, id: &str) -> Answer {
        if self.charge(id).is_none_or(|charge| charge.visible > now) {
            return Answer::new(404, r#"{"detail":"Not Found"}"#);
        }
        let about = self.fields(now, id);
        let proves = (about.status == "COMPLETED").then(|| id.to_owned());
        Answer { proves, ..Answer::about(about) }
    }

    fn source_status(&self, now: u64, query: &str) -> Answer {
        let id = query.rsplit('=').next().and_then(|id| id.parse::<usize>().ok());
        let Some(invoice) = id.and_then(|id| self.invoices.get(id.checked_sub(1)?)) else {
            return Answer::new(404, r#"{"detail":"Not Found"}"#);
        };
        let status = match now {
            _ if now < invoice.active => "IDLE",
            _ if now < invoice.processing => "ACTIVE",
            _ if now < invoice.ends || invoice.never => "PROCESSING",
            _ if invoice.canceled => "CANCELED",
            _ => "PAID",
        };
        let key = format!("INVOICE:{}", id.unwrap_or_default());
        let proves = (status == "PAID").then(|| key.clone());
        let about = About {
            key,
            operation: "",
            status: status.to_owned(),
            amount: invoice.amount.clone(),
            currency: invoice.currency.to_owned(),
        };
        Answer { proves, ..Answer::about(about) }
    }

    /// A `Retry-After` as servers write it, sane or not (F20); how long it truly asks for, in ms, where that is plain.
    pub(crate) fn retry_after(&mut self, now: u64) -> (String, Option<u64>) {
        match self.rng.u8(..8) {
            0 => ("-1".to_owned(), None),
            1 => ("soon".to_owned(), None),
            2 => (http_date(now - 3_600_000), None),
            3 => ("99999999999999999999".to_owned(), Some(3_600_000)),
            4 => ("0".to_owned(), None),
            _ => {
                let seconds = self.rng.u64(1..90);
                (seconds.to_string(), Some(seconds * 1_000))
            }
        }
    }
}
