//! The judge of what is on record: each write, each request and each answer is entered here, and what must not be is a
//! violation of the promise that it breaks (`tests/promises.md`).

use dollr_client::core::Timestamp;
use dollr_client::journal::{Entry, Kind, Lease, Order, Page, Version, Write};
use fastrand::Rng;
use hashbrown::{HashMap, HashSet};

use crate::fault::{Column, Hits};
use crate::order::{HUSH, card_secret};

/// What the judge knows of one row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) column: Column,
    /// When it was made, by the clock of who made it.
    pub(crate) made: Timestamp,
    version: Version,
    /// Writes that said that a request goes out, and requests that went out.
    sends: u32,
    posts: u32,
    conflicted: bool,
    /// The order that it is for, and whether it keeps others from being sent for that.
    order: Option<String>,
    holds: bool,
    despite: bool,
    /// Until when a worker has it, in its own time.
    lease: Option<(String, Timestamp)>,
}

/// All that was entered in one world.
#[derive(Debug)]
pub(crate) struct Books {
    rows: HashMap<String, Row>,
    /// The rows of each order.
    of_order: HashMap<String, Vec<String>>,
    /// The body of the first request with a reference id.
    bodies: HashMap<String, String>,
    /// Those of whom the status API has truly said that they are paid, to somebody who heard it.
    evidence: HashSet<String>,
    pub(crate) violation: Option<String>,
    pub(crate) hits: Hits,
    /// Of ten thousand calls of the journal, how many fail, and in how many the process dies.
    pub(crate) failing: u32,
    pub(crate) dying: u32,
    pub(crate) rng: Rng,
    /// A process that died within a call, and must not be heard of again.
    pub(crate) dead: Option<usize>,
    /// Whether clocks of processes may be trusted to judge who holds a lease.
    pub(crate) clocks_agree: bool,
    pub(crate) stale: u64,
    /// How often a payer was shown by what his bank asks him.
    pub(crate) shown: u64,
    /// Rows whose snapshot is not as it was written (F28, F32).
    pub(crate) damaged: HashSet<String>,
}

impl Books {
    pub(crate) fn new(rng: Rng) -> Self {
        Self {
            rows: HashMap::new(),
            of_order: HashMap::new(),
            bodies: HashMap::new(),
            evidence: HashSet::new(),
            violation: None,
            hits: Hits::new(),
            failing: 0,
            dying: 0,
            rng,
            dead: None,
            clocks_agree: true,
            stale: 0,
            shown: 0,
            damaged: HashSet::new(),
        }
    }

    pub(crate) fn violated(&mut self, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            self.violation = Some(what());
        }
    }

    /// I10, I11: the payer gets the secret of his own card.
    pub(crate) fn shown(&mut self, key: &str, secret: &str) {
        self.shown += 1;
        if card_secret(key).as_deref() != Some(secret) {
            self.violated(|| format!("I11: the payer of {key} is shown {secret}"));
        }
    }

    /// The state that a payment is in as far as the journal knows; `Prepared` where it knows nothing of it.
    pub(crate) fn column(&self, key: &str) -> Column {
        self.rows.get(key).map_or(Column::Prepared, |row| row.column)
    }

    pub(crate) fn row(&self, key: &str) -> Option<&Row> {
        self.rows.get(key)
    }

    pub(crate) fn created(
        &mut self,
        key: &str,
        kind: Kind,
        order: Option<Order<'_>>,
        page: &Page<'_>,
        now: Timestamp,
    ) {
        let row = Row {
            column: Column::of(page.state),
            made: now,
            version: Version::FIRST,
            sends: 0,
            posts: 0,
            conflicted: false,
            order: None,
            holds: false,
            despite: order.is_some_and(|order| order.despite.is_some()),
            lease: None,
        };
        if self.rows.insert(key.to_owned(), row).is_some() {
            self.violated(|| format!("I5: {key} was made a second time"));
        }
        if kind == Kind::Execution && !page.sends {
            self.violated(|| format!("I1: the first record of {key} does not say that it is sent"));
        }
        self.is_for(key, order.map(|order| order.name));
        self.wrote(key, page);
    }

    /// A save over the version `expected` was accepted.
    pub(crate) fn saved(&mut self, key: &str, expected: Version, page: &Page<'_>, now: Timestamp) {
        let agree = self.clocks_agree;
        let Some(row) = self.rows.get_mut(key) else {
            return self.violated(|| format!("I5: {key} was saved and never made"));
        };
        let found = row.version;
        row.version = expected.next();
        let lease = row.lease.take();
        if found != expected {
            return self.violated(|| format!("I14: {key} was saved over {expected}, and was at {found}"));
        }
        if let Some((holder, until)) = lease.filter(|_| agree && expected.takes() == 0) {
            self.violated(|| {
                format!("I14: {key} was saved at {now} past {holder}, who has it until {until}")
            });
        }
        self.wrote(key, page);
    }

    pub(crate) fn saved_all(&mut self, writes: &[Write<'_>], saved: &[Option<Version>], now: Timestamp) {
        for (write, _) in writes.iter().zip(saved).filter(|(_, saved)| saved.is_some()) {
            if write.page.sends {
                self.violated(|| format!("I1: {} was sent in a batch", write.key));
            }
            self.saved(write.key, write.expected, &write.page, now);
        }
        self.stale += saved.iter().filter(|saved| saved.is_none()).count() as u64;
    }

    /// Whose a row is; that stays.
    fn is_for(&mut self, key: &str, order: Option<&str>) {
        let (Some(order), Some(row)) = (order, self.rows.get_mut(key)) else { return };
        match &row.order {
            Some(first) if first != order => self.violated(|| format!("I2: {key} is given to {order}, too")),
            Some(_) => {}
            None => {
                row.order = Some(order.to_owned());
                self.of_order.entry(order.to_owned()).or_default().push(key.to_owned());
            }
        }
    }

    /// I2: nothing is sent for an order that another payment holds.
    fn judge_order(&mut self, key: &str) {
        let Some(Row { order: Some(order), holds: false, despite: false, .. }) = self.rows.get(key) else {
            return;
        };
        let others = self.of_order.get(order).map_or(&[][..], Vec::as_slice);
        let holder = others.iter().find(|other| *other != key && self.rows[*other].holds);
        if let Some(holder) = holder {
            let what = format!("I2: {key} is sent for {order}, which {holder} holds");
            self.violated(|| what);
        }
    }

    /// For each order, what was paid for it by attempts, and on hosted pages.
    pub(crate) fn paid_orders(&self) -> impl Iterator<Item = (&str, [Vec<&str>; 2])> {
        self.of_order.iter().map(|(order, keys)| {
            let paid = [Column::Completed, Column::Paid].map(|column| {
                keys.iter().filter(|key| self.rows[*key].column == column).map(String::as_str).collect()
            });
            (order.as_str(), paid)
        })
    }

    fn wrote(&mut self, key: &str, page: &Page<'_>) {
        self.is_for(key, page.order);
        if page.sends {
            self.judge_order(key);
        }
        let column = Column::of(page.state);
        let conflicted = !page.snapshot.as_str().contains(r#""conflict":null"#);
        let evident = self.evidence.contains(key);
        let damaged = self.damaged.contains(key);
        let Some(row) = self.rows.get_mut(key) else { return };
        let (was, had) = (row.column, row.conflicted);
        row.column = column;
        row.holds = page.holds_order && row.order.is_some();
        row.conflicted = if damaged { had } else { conflicted };
        row.sends += u32::from(page.sends);
        // Who brought another total to an invoice gives way to whom it is paid for.
        let gives_way = was == Column::Mismatched && column == Column::Paid;
        if was.is_terminal() && was != column && !gives_way {
            self.violated(|| format!("I6: {key} went from {} to {}", was.name(), column.name()));
        }
        if had && !conflicted && !damaged {
            self.violated(|| format!("I6: the conflict of {key} was forgotten"));
        }
        if page.sends && (column != Column::Sending || !page.open || page.due.is_none()) {
            self.violated(|| format!("I1: {key} is sent as {}, due {:?}", column.name(), page.due));
        }
        if matches!(column, Column::Completed | Column::Paid) && !evident {
            self.violated(|| format!("I4: {key} is {} without an answer that says so", column.name()));
        }
        if page.snapshot.as_str().contains(HUSH) || page.what.is_some_and(|what| what.contains(HUSH)) {
            self.violated(|| format!("I10: {key} is kept with its passcode, or the secret of its card"));
        }
        if page.paid && !matches!(column, Column::Completed | Column::Paid) {
            self.violated(|| format!("I4: {key} is paid, and {}", column.name()));
        }
        let moved_money = !matches!(
            column,
            Column::Prepared | Column::Failed | Column::Refused | Column::NotLanded | Column::Canceled
        );
        if moved_money && !page.holds_order {
            self.violated(|| format!("I2: {key} is {} and lets go of its order", column.name()));
        }
    }

    pub(crate) fn taken(&mut self, entries: &[Entry], lease: Lease<'_>, now: Timestamp) {
        let agree = self.clocks_agree;
        for entry in entries {
            let Some(row) = self.rows.get_mut(&entry.key) else { continue };
            let held = row.lease.replace((lease.holder.to_owned(), now.after(lease.term)));
            let expected = row.version.taken(1);
            row.version = expected;
            if entry.version != expected {
                self.violated(|| {
                    format!("I14: {} was taken at {}, not {expected}", entry.key, entry.version)
                });
            } else if let Some((holder, until)) = held.filter(|(_, until)| agree && *until > now) {
                let key = &entry.key;
                self.violated(|| format!("I14: {key} was taken at {now}, and {holder} has it until {until}"));
            }
        }
    }

    pub(crate) fn given_back(&mut self, taken: &[(&str, Version)]) {
        for (key, version) in taken {
            if let Some(row) = self.rows.get_mut(*key).filter(|row| row.version == *version) {
                row.lease = None;
            }
        }
    }

    /// What happens to goods makes a new version of the row.
    pub(crate) fn noted(&mut self, key: &str, now_at: Option<Version>) {
        if let (Some(row), Some(version)) = (self.rows.get_mut(key), now_at) {
            row.version = version;
        }
    }

    /// A request that moves money leaves.
    pub(crate) fn posted(&mut self, key: &str, body: &str) {
        match self.rows.get_mut(key) {
            // Somebody else may have asked about it meanwhile, and have come to know more.
            Some(row) if row.sends > row.posts && row.column != Column::Prepared => row.posts += 1,
            Some(row) => {
                let (sends, posts, state) = (row.sends, row.posts, row.column.name());
                self.violated(|| {
                    format!("I1: {key} is sent, recorded {sends} times, sent {posts} times, and {state}")
                });
            }
            None => self.violated(|| format!("I1: {key} is sent, and is not on record")),
        }
        match self.bodies.get(key) {
            Some(first) if first != body => self.violated(|| format!("I3: {key} is sent with another body")),
            Some(_) => {}
            None => {
                self.bodies.insert(key.to_owned(), body.to_owned());
            }
        }
    }

    /// Whether any request of it has ever left.
    pub(crate) fn was_posted(&self, key: &str) -> bool {
        self.bodies.contains_key(key)
    }

    /// Somebody hears a true answer of the status API that says that it is paid, in full.
    pub(crate) fn heard_paid(&mut self, key: &str) {
        if !self.evidence.contains(key) {
            self.evidence.insert(key.to_owned());
        }
    }

    pub(crate) fn is_evident(&self, key: &str) -> bool {
        self.evidence.contains(key)
    }
}
