//! Each system call of the command on its journal and its sockets fails once, in each way in which it can (F6, F21, F27), with
//! `DOLLR_LONG=1`. The vendor charges for each POST, so that one too many is seen.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::crash_points::{Scene, is_found_paid};

/// How calls on files fail.
const FILES: [(&str, &[&str]); 11] = [
    ("openat", &["EIO", "EMFILE"]),
    ("read", &["EIO"]),
    ("pread64", &["EIO"]),
    ("write", &["EIO", "ENOSPC"]),
    ("pwrite64", &["EIO", "ENOSPC"]),
    ("fdatasync", &["EIO"]),
    ("fsync", &["EIO"]),
    ("ftruncate", &["EIO"]),
    ("fcntl", &["EAGAIN", "EIO"]),
    ("mmap", &["ENOMEM"]),
    ("unlink", &["EIO"]),
];

/// How calls on sockets fail.
const SOCKETS: [(&str, &[&str]); 5] = [
    ("socket", &["EMFILE"]),
    ("connect", &["ECONNREFUSED", "ETIMEDOUT"]),
    ("sendto", &["ECONNRESET", "EPIPE"]),
    ("recvfrom", &["ECONNRESET", "EAGAIN"]),
    ("setsockopt", &["EINVAL"]),
];

/// Where calls fail.
#[derive(Clone, Copy, Debug)]
enum At {
    Journal,
    Sockets,
}

impl At {
    fn failures(self, call: &str) -> &'static [&'static str] {
        let all: &[(&str, &[&str])] = match self {
            Self::Journal => &FILES,
            Self::Sockets => &SOCKETS,
        };
        all.iter().find(|(name, _)| *name == call).map_or(&[], |(_, failures)| failures)
    }

    fn trace(self, scene: &Scene, expression: Option<&str>) -> Output {
        let (on, calls): (Vec<PathBuf>, _) = match self {
            Self::Journal => (scene.on_the_journal(), "trace=all".to_owned()),
            Self::Sockets => (Vec::new(), format!("trace={}", SOCKETS.map(|(name, _)| name).join(","))),
        };
        let expressions: Vec<&str> = [Some(&*calls), expression].into_iter().flatten().collect();
        scene.traced_on(&on, &expressions)
    }
}

/// Runs the scene's command once for each call and each failure of it, in a new scene each; `check` looks at what is left.
fn fail_every_call(at: At, scene: impl Fn() -> Scene + Sync, check: impl Fn(&Scene, Option<&str>) + Sync) {
    let whole = scene();
    let output = at.trace(&whole, None);
    assert!(output.status.success(), "strace could not trace it, or it failed: {output:?}");
    let mut failures = Vec::new();
    for (name, count) in whole.calls() {
        let of_call = at.failures(&name).iter();
        failures.extend(of_call.map(|error| format!("{name}:error={error}:when={count}")));
    }
    let broken = Mutex::new(Vec::new());
    let (next, tried) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<String, usize>::new()));
    let work = || {
        while let Some(failure) = failures.get(next.fetch_add(1, Ordering::SeqCst)) {
            let one = || {
                let scene = scene();
                let output = at.trace(&scene, Some(&format!("inject={failure}")));
                let verdict = told(&scene, &output, failure);
                check(&scene, verdict.as_deref());
            };
            if catch_unwind(AssertUnwindSafe(one)).is_err() {
                broken.lock().expect("nobody panics").push(failure);
            }
            let name = failure.split(":when").next().unwrap_or_default().to_owned();
            *tried.lock().expect("nobody panics").entry(name).or_default() += 1;
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    println!("{}: {:?}", whole.line, tried.into_inner().expect("nobody panics"));
    assert!(!failures.is_empty(), "there is something that can fail");
    let broken = broken.into_inner().expect("nobody panics");
    assert!(broken.is_empty(), "{} of {} failures: {broken:?}", broken.len(), failures.len());
}

/// I2, I4, I5: one true verdict, or one sentence; and nothing on the wire that is not on record.
fn told(scene: &Scene, output: &Output, failure: &str) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (out, mut err) = (text(&output.stdout), text(&output.stderr));
    // strace has something to say itself.
    err = err.split_inclusive('\n').filter(|line| !line.starts_with("strace: ")).collect();
    let said = || format!("{failure}: {:?}, {out}{err}", output.status);
    let code = output.status.code().unwrap_or_else(|| panic!("it ends by itself: {}", said()));
    let (posts, charges) = (scene.posts(), scene.charges());
    assert!(posts <= 1 && charges <= 1, "I2: {posts} requests, {charges} charges: {}", said());
    assert!(!err.contains("panicked") && !err.contains("internal:"), "I13: {}", said());
    if code == 0 || code == 4 {
        let value: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {}", said()));
        let verdict = value["verdict"].as_str().map(str::to_owned);
        assert!(verdict.as_deref() != Some("paid") || charges == 1, "I4: {}", said());
        return verdict;
    }
    assert!(matches!(code, 1 | 2), "{}", said());
    let sentence = err.lines().last().unwrap_or_default();
    assert!(sentence.starts_with("dollr: ") && sentence.len() < 500, "one sentence: {}", said());
    assert!(out.is_empty() && err.lines().count() == 1, "one sentence: {}", said());
    None
}

fn is_long() -> bool {
    let long = std::env::var_os("DOLLR_LONG").is_some();
    if !long {
        println!("only with DOLLR_LONG=1");
    }
    long
}

/// What was begun is found, and what was not may be begun again.
fn is_settled(scene: &Scene, verdict: Option<&str>) {
    let Some((entry, _)) = scene.row() else {
        assert!(scene.posts() == 0 && verdict.is_none(), "I1, I5: {verdict:?}, and nothing on record");
        let run = scene.shop.run(&scene.line);
        assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
        return is_found_paid(scene);
    };
    if scene.posts() == 1 {
        return is_found_paid(scene);
    }
    // It was never sent; whoever asks does not send it, and it is listed until that is known.
    let run = scene.shop.run(&format!("status {} --json", scene.id));
    assert_eq!((run.code, run.json()["verdict"].as_str()), (4, Some("open")), "{entry:?}: {run:?}");
    assert_eq!((scene.posts(), scene.charges()), (0, 0), "I2: asking does not send");
    assert!(scene.row().is_some_and(|(_, listed)| listed), "I5");
}

/// Nobody waits long for what will not come.
fn impatient() -> Scene {
    let mut scene = Scene::to_collect();
    scene.line.push_str(" --patience 8s");
    scene
}

/// I1, I2, I4, I5, F27
#[test]
fn a_collect_with_any_failing_call_on_the_journal_charges_at_most_once_and_is_found() {
    if is_long() {
        fail_every_call(At::Journal, impatient, is_settled);
    }
}

/// I1, I2, I4, I5, F6, F21
#[test]
fn a_collect_with_any_failing_call_on_a_socket_charges_at_most_once_and_is_found() {
    if is_long() {
        fail_every_call(At::Sockets, impatient, is_settled);
    }
}

/// I2, I4, I5, F6, F21, F27
#[test]
fn a_status_with_any_failing_call_loses_and_sends_nothing() {
    let scene = || Scene::to_go_on_with(|id| format!("status {id} --json"));
    for at in [At::Journal, At::Sockets].into_iter().filter(|_| is_long()) {
        fail_every_call(at, scene, |scene, _| is_found_paid(scene));
    }
}

/// I2, I4, I5, F6, F21, F27
#[test]
fn a_verify_with_any_failing_call_says_what_is_true_or_why_not() {
    let scene = || {
        let scene = Scene::to_go_on_with(|_| String::new());
        Scene {
            line: format!("verify --source ORDER:{} --amount 25.00 --currency USD --json", scene.order),
            ..scene
        }
    };
    for at in [At::Journal, At::Sockets].into_iter().filter(|_| is_long()) {
        fail_every_call(at, scene, |scene, _| {
            let run = scene.shop.run(&scene.line);
            assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
            is_found_paid(scene);
        });
    }
}

/// I2, I5, F27: the next one finds it, at the latest when the lease of the one that failed is over. Its sockets are those of several
/// threads, each of which strace would count by itself: what comes of them is in `reconcile` and in the world's torture.
#[test]
fn a_reconciler_with_any_failing_call_on_the_journal_loses_and_sends_nothing() {
    if is_long() {
        fail_every_call(At::Journal, Scene::to_reconcile, |scene, _| {
            let (entry, _) = scene.row().expect("I5: it was on record before");
            scene.shop.let_time_pass();
            let object = scene.shop.run("reconcile --json").json();
            let left = if entry.open { json!({"paid": 1}) } else { json!({}) };
            assert_eq!((&object["verdicts"], &object["open"]), (&left, &json!(0)), "{entry:?}");
            is_found_paid(scene);
        });
    }
}
