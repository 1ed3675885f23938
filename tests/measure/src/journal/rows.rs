//! Single writes and batches: the journal's calls, and the same rows by SQL alone.

use std::time::Duration;

use dollr_core::{Snapshot, Timestamp};
use dollr_journal::{Journal, Lease, Page, Version, Write};

use super::bare::Bare;
use super::fill::{self, NOW, SPREAD, Template};
use super::{Engine, Size};
use crate::report::{Part, Ratio, Row};
use crate::rounds::{Series, timed};

/// So many single writes follow one another: whoever writes makes the other's cache worthless.
const TURN: usize = 20;

/// As many rows as a worker takes at a time, and so many batches follow one another.
const BATCH: usize = 100;
const BATCHES: usize = 5;

pub(super) fn measure(part: &mut Part, engine: &mut Engine, size: Size) {
    let bare = &mut *engine.bare;
    let journal = bare.journal();
    let mut pairs: [(&str, Pair); 3] = [
        ("a record before its request", Pair::default()),
        ("a record of the answer", Pair::default()),
        ("100 that are due, taken and saved", Pair::default()),
    ];
    let template = Template::open();
    let mut now = NOW;
    // One round to warm up.
    for round in 0..=size.rounds {
        let names = |whose: &str| (0..TURN).map(|n| format!("{whose} {round} {n}")).collect::<Vec<_>>();
        let (ours, theirs) = (names("ours"), names("theirs"));
        let [(_, create), (_, save), (_, batch)] = &mut pairs;
        create.theirs(&theirs, |name| bare.create(name, &template.text));
        save.theirs(&theirs, |name| bare.save(name, &template.text));
        create.ours(&ours, |name| fill::create(&*journal, name, &template));
        save.ours(&ours, |name| fill::save(&*journal, name, Version::FIRST, &template));
        batch.theirs(&[(); BATCHES], |()| by_hand(bare, &mut now));
        batch.ours(&[(); BATCHES], |()| by_journal(&*journal, &mut now));
    }
    for (what, pair) in pairs {
        pair.tell(part, what, engine.name);
    }
}

/// What was taken is due again behind all others.
fn by_journal(journal: &dyn Journal, now: &mut Timestamp) {
    *now = now.after(Duration::from_secs(1));
    let lease = Lease { holder: "bench", limit: BATCH, term: Duration::from_secs(120) };
    let taken = journal.take_due(lease, *now).expect("rows");
    assert_eq!(taken.len(), BATCH, "all are due");
    let writes: Vec<_> = taken
        .iter()
        .map(|entry| {
            let due = entry.due.expect("taken").after(SPREAD).min(*now);
            let page = Page { due: Some(due), what: None, ..Page::new("Open", true, &entry.snapshot, "") };
            Write { key: &entry.key, expected: entry.version, page }
        })
        .collect();
    let saved = journal.save_all(&writes, *now).expect("saved");
    assert!(saved.iter().all(Option::is_some), "nobody else has them");
}

fn by_hand(bare: &mut dyn Bare, now: &mut Timestamp) {
    *now = now.after(Duration::from_secs(1));
    let moment = i64::try_from(now.as_millis()).expect("a time of ours");
    let taken = bare.take(i64::try_from(BATCH).expect("few"), moment);
    assert_eq!(taken.len(), BATCH, "all are due");
    // As the journal does, it looks at what it has taken.
    let kept: Vec<_> =
        taken.into_iter().map(|(id, text)| (id, Snapshot::new(text).as_str().to_owned())).collect();
    bare.settle(&kept, moment);
}

/// How often a second, by the journal and by SQL alone, in the same rounds.
#[derive(Default)]
struct Pair {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Pair {
    fn ours<I>(&mut self, items: &[I], work: impl FnMut(&I)) {
        self.ours.push(rate(items, work));
    }

    fn theirs<I>(&mut self, items: &[I], work: impl FnMut(&I)) {
        self.theirs.push(rate(items, work));
    }

    fn tell(self, part: &mut Part, what: &str, engine: &str) {
        let [ours, theirs] = [self.ours, self.theirs].map(|all| Series::from(all[1..].to_vec()));
        let (journal, sql) = (format!("the journal in {engine}"), format!("{engine} by SQL alone"));
        part.ratios.push(Ratio::at_least(0.8, what, &journal, &sql, ours.ratio_to(&theirs)));
        part.rows.push(Row::measured(what, journal, "1/s", &ours));
        part.rows.push(Row::measured(what, sql, "1/s", &theirs));
    }
}

/// By the median of the turn: now and then one write has to wait for a checkpoint, whoever's it is.
fn rate<I>(items: &[I], mut work: impl FnMut(&I)) -> f64 {
    let seconds = items.iter().map(|item| timed(|| work(item)).1.as_secs_f64());
    1.0 / Series::from(seconds.collect::<Vec<_>>()).median()
}
