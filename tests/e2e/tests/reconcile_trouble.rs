//! A run of `reconcile` whose journal is away, or written by somebody else in the middle of it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dollr_client::core::{Policy, Resend};
use dollr_client::journal::{Journal, JournalError, Page, SqliteJournal};
use dollr_client::{Client, Error, Reconcile};
use dollr_e2e::{Payment, Watch, Watched, World};
use dollr_sim::{Call, Fault, FaultKind};

/// Refuses this many writes.
#[derive(Debug)]
struct Away(AtomicU32);

impl Watch for Away {
    fn before(&self, _: &[(&str, &Page<'_>)]) {}

    fn refuses(&self, pages: &[(&str, &Page<'_>)]) -> Option<JournalError> {
        let one_less = |left: u32| left.checked_sub(1);
        let refused =
            !pages.is_empty() && self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok();
        refused.then(|| JournalError::Busy { path: PathBuf::from("dollr.db"), waited: Duration::ZERO })
    }
}

/// A client whose journal refuses this many writes.
fn client(world: &World, writes: u32) -> Client {
    let journal = Watched { journal: world.journal(), watch: Away(AtomicU32::new(writes)) };
    world.builder().journal(journal).build().expect("a client")
}

fn reads(world: &World, payment: &Payment) -> u64 {
    world.sim.ledger().reference(&payment.key()).map_or(0, |entry| entry.status_reads)
}

/// Two payments that were handed over a minute ago, and when that is.
fn due(world: &World) -> ([Payment; 2], u64) {
    let payments = [world.hand_over("3000"), world.hand_over("3000")];
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 60_000);
    (payments, clock.now_ms())
}

/// F7, I12: what has been asked is written as soon as it can be, and not asked again.
#[test]
fn a_journal_that_is_away_for_a_moment_is_waited_for() {
    let world = World::start();
    let (payments, begun) = due(&world);
    let before = payments.each_ref().map(|payment| reads(&world, payment));
    let summary = client(&world, 20).reconcile(&Reconcile::default()).expect("a summary");
    assert_eq!((summary.asked, summary.overtaken), (2, 0), "{summary:?}");
    assert_eq!(payments.each_ref().map(|payment| reads(&world, payment)), before.map(|reads| reads + 1));
    let waited = world.sim.clock().now_ms() - begun;
    assert!((4_000..6_000).contains(&waited), "20 times a fifth of a second: {waited} ms");
}

/// I5, I7: one that stays away ends the run, which says so, and what it had taken comes back by itself.
#[test]
fn a_journal_that_stays_away_ends_the_run() {
    let world = World::start();
    let (_, begun) = due(&world);
    let error = client(&world, u32::MAX).reconcile(&Reconcile::default()).expect_err("it cannot be written");
    assert!(matches!(error, Error::Journal(JournalError::Busy { .. })), "{error:?}");
    let waited = world.sim.clock().now_ms() - begun;
    assert!((45_000..46_000).contains(&waited), "{waited} ms");
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 120_000);
    let summary = world.client().reconcile(&Reconcile::default()).expect("a summary");
    assert_eq!(summary.asked, 2, "{summary:?}");
}

/// Somebody else writes the row just before a request is recorded.
#[derive(Debug)]
struct Rival(PathBuf);

impl Watch for Rival {
    fn before(&self, pages: &[(&str, &Page<'_>)]) {
        let journal = SqliteJournal::open_existing(&self.0).expect("a journal");
        for (key, page) in pages.iter().filter(|(_, page)| page.sends) {
            let there = journal.load(key).expect("readable").expect("an entry");
            let page = Page { snapshot: &there.snapshot, sends: false, ..**page };
            journal
                .save(key, there.version, &page, page.due.expect("it is open"))
                .expect("the rival is first");
        }
    }
}

/// I1, I14: what could not be recorded is not sent; the question that led to it is counted.
#[test]
fn a_request_is_not_sent_where_somebody_else_was_first() {
    let world = World::start();
    let payment = world.payment("1000");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::Drop));
    let resend = Resend::AfterGrace { grace: Duration::from_secs(5), sends: 2 };
    let policy = Policy::default().resend(resend).patience(Duration::ZERO);
    let first = world.builder().policy(policy).build().expect("a client");
    first.collect(payment.intent.clone()).expect("a report");
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 60_000);

    let journal = Watched { journal: world.journal(), watch: Rival(world.journal_path()) };
    let client = world.builder().journal(journal).build().expect("a client");
    let summary = client.reconcile(&Reconcile::default()).expect("a summary");
    assert_eq!((summary.overtaken, summary.calls.execute), (1, 0), "{summary:?}");
    assert!(summary.calls.status > 0, "{summary:?}");
    assert_eq!(world.posts_and_charges(&payment), (1, 0));
}
