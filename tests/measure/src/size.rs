//! How large what users get is, what it is made of, and what it costs to start it and to leave it idle; with what others ship as a scale.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dollr_client::{Client, Reconcile};
use dollr_journal::SqliteJournal;

use crate::peers::tools;
use crate::report::{Axis, Bar, Part, Plot, Ratio, Row};
use crate::rounds::{Series, alternating, real, timed};

const STARTS: usize = 15;

/// Plays the idle worker: opens a client and a journal in this folder, looks for work once, and says how much memory
/// it has then.
pub(crate) fn idle(folder: &str) {
    let journal = SqliteJournal::open(Path::new(folder).join("payments.db")).expect("a journal");
    let client = Client::builder().credentials("id", "secret").journal(journal).build().expect("a client");
    client.reconcile(&Reconcile::default().workers(1)).expect("nothing to do");
    println!("{}", resident());
}

/// Kilobytes that are this process's own or shared, as the kernel counts them.
fn resident() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").to_owned()
}

pub(crate) fn measure() -> Part {
    let mut part = Part {
        title: "Size",
        goal: "The smallest that the features allow, with the reasons listed.",
        rows: Vec::new(),
        ratios: Vec::new(),
        plots: Vec::new(),
        limits: String::new(),
    };
    files(&mut part);
    starts(&mut part);
    memory(&mut part);
    let reasons = tools().join("prefix/lib/libdollr.a").exists().then(makings).unwrap_or_default();
    part.limits = format!(
        "What `libdollr.so` is made of, by the symbols of the same code in kilobytes: {reasons}. SQLite and TLS are what the features need: \
         the scale, which is built with the same options, is TLS and a C ABI alone."
    );
    part
}

/// Bytes of each file as users get it.
fn files(part: &mut Part) {
    let (tools, built) = (tools(), built());
    let wheel = |folder: &str, name: &str| {
        let files = fs::read_dir(tools.join(folder)).into_iter().flatten().flatten();
        files
            .map(|file| file.path())
            .find(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(name)))
    };
    let files = [
        ("`libdollr.so`, stripped", stripped(&built.join("libdollr.so"))),
        (
            "rustls-ffi 0.15.7 with ring, stripped, as a scale",
            stripped(&tools.join("scale/librustls_ffi_scale.so")),
        ),
        ("`dollr`, stripped", stripped(&built.join("dollr"))),
        ("PHP's extension, stripped", stripped(&tools.join("php/dollr.so"))),
        ("the wheel", wheel("wheels", "dollr").map(|path| bytes(&path))),
        ("the wheel of orjson, as a scale", wheel("scale", "orjson").map(|path| bytes(&path))),
    ];
    let mut bars = Vec::new();
    for (name, size) in files {
        let Some(size) = size else { continue };
        let series = Series::from(vec![size / 1_000_000.0]);
        bars.push(Bar::of(name, &series));
        part.rows.push(Row::exact("size", name, "MB", size / 1_000_000.0));
    }
    part.plots.push(Plot {
        file: "size.svg".to_owned(),
        title: "What users get".to_owned(),
        x: Axis::linear(""),
        y: Axis::linear("MB"),
        lines: Vec::new(),
        bars,
    });
}

/// Where this program was built, and the others beside it.
fn built() -> PathBuf {
    env::current_exe().expect("this program").parent().expect("a folder").to_owned()
}

fn bytes(path: &Path) -> f64 {
    real(fs::metadata(path).map_or(0, |about| usize::try_from(about.len()).expect("small")))
}

/// Bytes without symbols.
fn stripped(path: &Path) -> Option<f64> {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy");
    if !path.exists() {
        return None;
    }
    let done = Command::new("strip").arg("-o").arg(&copy).arg(path).status();
    done.is_ok_and(|status| status.success()).then(|| bytes(&copy))
}

/// How long it takes to start: the command, and Python with and without the package.
fn starts(part: &mut Part) {
    let (dollr, python) = (built().join("dollr"), tools().join("python/bin/python"));
    let run = |program: &Path, words: &[&str]| {
        let (status, time) = timed(|| Command::new(program).args(words).output());
        status.ok().filter(|output| output.status.success()).map(|_| time.as_secs_f64() * 1_000.0)
    };
    let mut version = || run(&dollr, &["--version"]).unwrap_or(f64::NAN);
    let mut nothing = || run(Path::new("/bin/true"), &[]).unwrap_or(f64::NAN);
    let mut pass = || run(&python, &["-c", "pass"]).unwrap_or(f64::NAN);
    let mut import = || run(&python, &["-c", "import dollr"]).unwrap_or(f64::NAN);
    let all = alternating(STARTS, &mut [&mut version, &mut nothing, &mut pass, &mut import]);
    let names = ["`dollr --version`", "`true`, as a scale", "`python -c pass`", "`python -c 'import dollr'`"];
    // What is not there was not measured.
    for (name, series) in names.iter().zip(&all).filter(|(_, series)| series.median().is_finite()) {
        part.rows.push(Row::measured("start", *name, "ms", series));
    }
    let over = all[3].ratio_to(&all[2]);
    if over.is_finite() {
        part.ratios.push(Ratio::without_goal("start", names[3], names[2], over));
    }
}

/// What a worker with nothing to do keeps in memory.
fn memory(part: &mut Part) {
    let resident = |_| {
        let folder = tempfile::tempdir().expect("a folder");
        let program = env::current_exe().expect("this program");
        let output = Command::new(program).arg("idle").arg(folder.path()).output().expect("it runs");
        let kilobytes: u32 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
        f64::from(kilobytes) / 1_000.0
    };
    let series = Series::from((0..5).map(resident).collect::<Vec<_>>());
    part.rows.push(Row::measured(
        "resident memory",
        "an idle worker: a client and its journal",
        "MB",
        &series,
    ));
}

/// Kilobytes of code and data by crate, the largest first, from the symbols of this program's neighbour.
fn makings() -> String {
    let output =
        Command::new("nm").args(["--print-size", "--demangle"]).arg(built().join("libdollr.so")).output();
    let Ok(output) = output else { return "nm is not there".to_owned() };
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.splitn(4, ' ');
        let (_, size, _, name) = (words.next(), words.next(), words.next(), words.next());
        if let (Some(Ok(size)), Some(name)) = (size.map(|size| u64::from_str_radix(size, 16)), name) {
            *sizes.entry(maker(name)).or_default() += size;
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let largest = sizes.iter().take(14).map(|(name, size)| format!("{name} {}", size / 1_000));
    largest.collect::<Vec<_>>().join(", ")
}

/// The crate that a symbol is of; C's are the database's or the cryptography's.
fn maker(symbol: &str) -> String {
    let path =
        symbol.trim_start_matches(['<', '&', '(', '*']).trim_start_matches("dyn ").trim_start_matches("mut ");
    match path.split_once("::") {
        Some((first, _)) if first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => first.to_owned(),
        Some(_) => "other Rust".to_owned(),
        None if symbol.contains("ring_core") => "ring's assembly and C".to_owned(),
        None if symbol.starts_with("sqlite3") => "SQLite".to_owned(),
        None if symbol.starts_with("dollr_") => "the C ABI".to_owned(),
        None => "other C".to_owned(),
    }
}
