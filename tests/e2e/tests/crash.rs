//! The process dies at its n-th call of the journal, for n = 1, 2, … until a payment comes to its end (F25): once before
//! the call is carried out, and once after. Then another client goes on, and dies at each of its calls as well.
//!
//! To die is to unwind here, out of the client and all it holds. Nothing of that writes to the journal or calls the vendor
//! (the journal aborts the test if it is called again), so that both are left as a crash would leave them. What SIGKILL and a
//! loss of power do to the files is shown where there are real ones: in `dollr-cli` and `dollr-journal`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dollr_client::journal::{Entry, Journal, Page, SqliteJournal};
use dollr_client::{Client, Error, Reconcile, Report};
use dollr_e2e::{Payment, Watch, Watched, World};
use dollr_sim::{Call, Fault, FaultKind, SourceKind};

/// More than it takes to know that a request never arrived.
const PATIENCE: Duration = Duration::from_secs(1_800);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Before,
    After,
}

/// A journal's user, who dies at its n-th call.
#[derive(Debug)]
struct Mortal {
    moment: Moment,
    dies_at: usize,
    calls: AtomicUsize,
}

/// What unwinds; it is no panic of the code that is tested.
struct Died;

impl Watch for Mortal {
    fn before(&self, _: &[(&str, &Page<'_>)]) {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        assert!(call <= self.dies_at, "the dead write nothing");
        if call == self.dies_at && self.moment == Moment::Before {
            resume_unwind(Box::new(Died));
        }
    }

    fn after(&self) {
        if self.calls.load(Ordering::SeqCst) == self.dies_at {
            resume_unwind(Box::new(Died));
        }
    }
}

/// What a client that dies at its n-th call of the journal comes to; none where it died.
fn until_death(
    world: &World,
    dies_at: usize,
    moment: Moment,
    work: impl FnOnce(&Client) -> Result<Report, Error>,
) -> Option<Result<Report, Error>> {
    let watch = Mortal { moment, dies_at, calls: AtomicUsize::new(0) };
    let journal = Watched { journal: world.journal(), watch };
    let client = world.builder().journal(journal).build().expect("a client");
    match catch_unwind(AssertUnwindSafe(|| work(&client))) {
        Ok(outcome) => Some(outcome),
        Err(cause) if cause.is::<Died>() => None,
        Err(cause) => resume_unwind(cause),
    }
}

/// I1, I2, I5, as the vendor and the disk have it.
fn check(world: &World, payment: &Payment) -> Option<Entry> {
    let ledger = world.sim.ledger();
    let charges = ledger.charges_for_order(SourceKind::Order, payment.order);
    let (posts, at_risk) =
        ledger.reference(&payment.key()).map_or((0, 0), |entry| (entry.posts, entry.posts_at_risk));
    assert!(
        charges <= 1 && at_risk <= 1,
        "I2: {charges} charges, {at_risk} requests may have been processed"
    );

    let journal = SqliteJournal::open(world.journal_path()).expect("a journal");
    let entry = journal.load(&payment.key()).expect("readable");
    assert!(posts == 0 || entry.is_some(), "I1, I5: on the wire and not on record");
    let entry = entry?;
    assert!(at_risk == 0 || entry.state != "Prepared", "I1: {} and on the wire", entry.state);
    let listed = journal.open_entries().expect("readable").iter().any(|open| open.key == entry.key);
    let ended = !["Prepared", "Sending", "Uncertain", "Open"].contains(&&*entry.state);
    assert_eq!(listed, !ended, "I5: listed until it has ended: {}", entry.state);
    let lines = journal.lines(&entry.key).expect("readable");
    let last = lines.last().map(|line| line.state.as_str());
    assert_eq!(last, Some(entry.state.as_str()), "row and line are written together");
    assert!(lines.len() as u64 <= entry.version.number(), "a line is of one version");
    Some(entry)
}

/// Others go on with it, who die one call later each, until one lives to see the end.
fn go_on(world: &World, payment: &Payment, moment: Moment) -> Report {
    let id = payment.intent.reference_id();
    for dies_at in 1..100 {
        let outcome = until_death(world, dies_at, moment, |client| client.wait(id, PATIENCE));
        check(world, payment);
        if let Some(report) = outcome {
            return report.expect("a report");
        }
    }
    panic!("nobody comes to the end of it");
}

/// Dies at every call, goes on, and checks; says how often it died. What has begun and is found unfinished ends paid if
/// the vendor has taken it, and else costs nothing and is never sent again.
fn dies_at_every_call(start: fn() -> World, faults: &[Fault], ends: &str) -> usize {
    let mut deaths = 0;
    for moment in [Moment::Before, Moment::After] {
        for dies_at in 1.. {
            let world = start();
            let payment = world.payment("1002");
            for fault in faults {
                world.arm(&payment, fault.clone());
            }
            let outcome =
                until_death(&world, dies_at, moment, |client| client.collect(payment.intent.clone()));
            let entry = check(&world, &payment);
            if let Some(report) = outcome {
                assert_eq!(report.expect("a report").verdict.name(), ends);
                break;
            }
            deaths += 1;
            let told = format!("died {moment:?} call {dies_at}, left {entry:?}");
            let Some(found) = entry else {
                // Nothing was begun: it begins now, under the same id.
                let report = world.client().collect(payment.intent.clone()).expect("a report");
                assert_eq!(report.verdict.name(), ends, "{told}");
                continue;
            };
            let (posts, _) = world.posts_and_charges(&payment);
            let report = go_on(&world, &payment, moment);
            world.check_promises(&payment, &report);
            let processed =
                world.sim.ledger().reference(&payment.key()).map_or(0, |entry| entry.posts_processed);
            let verdict = report.verdict.name();
            let expected = match processed {
                // Nobody else has the right to send it, and there is nothing to be found out about it.
                0 if found.state == "Prepared" => "open",
                0 => "not_landed",
                _ => "paid",
            };
            assert_eq!(verdict, expected, "{told}: {report:?}");
            assert_eq!(world.posts_and_charges(&payment), (posts, processed), "{told}: I2");
        }
    }
    println!("died {deaths} times: {faults:?}");
    deaths
}

fn on_execute(kind: FaultKind) -> Fault {
    Fault::new(Call::Execute, kind)
}

/// I1, I2, I5, F25: for a vendor that knows a request again, and for one that would charge twice for two.
#[test]
fn a_crash_at_any_call_of_the_journal_charges_at_most_once() {
    for start in [World::start, World::without_deduplication] {
        assert!(dies_at_every_call(start, &[], "paid") >= 8);
    }
}

/// F2, F25: the answer was lost, and then the process.
#[test]
fn a_crash_after_a_lost_answer_charges_at_most_once() {
    let lost = on_execute(FaultKind::Drop).after();
    assert!(dies_at_every_call(World::without_deduplication, &[lost], "paid") >= 10);
}

/// F1, F25: the request was lost, and then the process.
#[test]
fn a_crash_after_a_lost_request_sends_no_other() {
    let lost = on_execute(FaultKind::Drop);
    assert!(dies_at_every_call(World::without_deduplication, &[lost], "not_landed") >= 8);
}

/// F3, F25: the request arrives while others ask about it already.
#[test]
fn a_crash_while_the_request_is_on_its_way_charges_at_most_once() {
    let late = on_execute(FaultKind::DelayEffect { reads: 2 });
    assert!(dies_at_every_call(World::without_deduplication, &[late], "paid") >= 8);
}

/// F8, F25: the vendor did not process the first request, and says so: it may be sent again, by who knows of that.
#[test]
fn a_crash_around_a_request_that_was_turned_away_charges_at_most_once() {
    let unauthorized = FaultKind::Status { code: 401, retry_after: None, body: None };
    for turned_away in [FaultKind::RetryAfter { value: "2".to_owned() }, unauthorized] {
        let deaths = dies_at_every_call(World::without_deduplication, &[on_execute(turned_away)], "paid");
        assert!(deaths >= 10, "{deaths}");
    }
}

/// Each reconciler dies at one call more, until one comes to its end; each comes by when the ones before are given up.
fn reconciled(world: &World, payment: &Payment, moment: Moment) -> Entry {
    for dies_at in 1..100 {
        let clock = world.sim.clock();
        clock.advance_to(clock.now_ms() + 2_000_000);
        let watch = Mortal { moment, dies_at, calls: AtomicUsize::new(0) };
        let journal = Watched { journal: world.journal(), watch };
        let client = world.builder().journal(journal).build().expect("a client");
        let run = || client.reconcile(&Reconcile::default().workers(2));
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(summary) => {
                assert_eq!(summary.expect("a summary").overtaken, 0, "the dead have let go of it");
                return check(world, payment).expect("on record");
            }
            Err(cause) if cause.is::<Died>() => drop(check(world, payment)),
            Err(cause) => resume_unwind(cause),
        }
    }
    panic!("nobody comes to the end of it");
}

/// I1, I2, I5, F25: what dies while it collects is reconciled by those who die while they reconcile.
#[test]
fn a_crash_at_any_call_of_collect_and_of_reconcile_charges_at_most_once() {
    let lost = on_execute(FaultKind::Drop).after();
    let turned_away = on_execute(FaultKind::RetryAfter { value: "2".to_owned() });
    let mut deaths = 0;
    for faults in [vec![], vec![lost], vec![turned_away]] {
        for (moment, dies_at) in (1..30).flat_map(|n| [(Moment::Before, n), (Moment::After, n)]) {
            let world = World::without_deduplication();
            let payment = world.payment("1002");
            for fault in &faults {
                world.arm(&payment, fault.clone());
            }
            let outcome =
                until_death(&world, dies_at, moment, |client| client.collect(payment.intent.clone()));
            if outcome.is_some() || check(&world, &payment).is_none() {
                continue;
            }
            deaths += 1;
            let row = reconciled(&world, &payment, moment);
            let processed =
                world.sim.ledger().reference(&payment.key()).map_or(0, |entry| entry.posts_processed);
            let ends: &[&str] = if processed == 0 { &["NotLanded", "Prepared"] } else { &["Completed"] };
            assert!(ends.contains(&&*row.state), "{faults:?}, died {moment:?} call {dies_at}: {row:?}");
            assert_eq!(world.posts_and_charges(&payment).1, processed, "I2");
        }
    }
    println!("died {deaths} times while collecting");
    assert!(deaths >= 15, "{deaths}");
}
