//! Programs that check payments' statuses as fast as they can, each in a process of its own: what they have done in a window of time,
//! and what that has cost them. What the vendor has to do is in none of their bills.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use dollr_client::{Attempt, Client};
use dollr_core::Intent;
use dollr_journal::SqliteJournal;
use serde::Deserialize;
use tempfile::TempDir;

use crate::rounds::Series;
use crate::vendor::{AMOUNT, Vendor};

/// So many payments are asked about in turn.
const PAYMENTS: usize = 200;

/// For so long each counts its checks, in each round.
const WINDOW: Duration = Duration::from_millis(700);

/// A program, and who is meant by it.
pub(crate) struct Peer {
    /// The name on the page, until the program has told its versions.
    pub(crate) name: String,
    program: PathBuf,
    words: Vec<String>,
}

/// What a program says of itself.
#[derive(Deserialize)]
struct Told {
    checks: f64,
    seconds: f64,
    cpu: f64,
    #[serde(default)]
    version: String,
}

/// The figures of one program, a round each.
pub(crate) struct Figures {
    pub(crate) name: String,
    /// Checks a second.
    pub(crate) rate: Series,
    /// Microseconds of processor time for a check.
    pub(crate) cost: Series,
}

impl Peer {
    /// One of this program's own loops.
    pub(crate) fn own(name: &str, which: &str) -> Self {
        let program = env::current_exe().expect("this program");
        Self { name: name.to_owned(), program, words: vec!["client".to_owned(), which.to_owned()] }
    }

    /// A script or program among the tools, if it is there.
    pub(crate) fn tool(name: &str, program: impl Into<PathBuf>, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Self { name: name.to_owned(), program: program.into(), words }
    }
}

/// What `tests/measure/tools` has made: interpreters with their packages, the libraries and programs of other languages.
pub(crate) fn tools() -> PathBuf {
    env::var_os("DOLLR_BENCH_TOOLS").map_or_else(|| PathBuf::from("target/bench-tools/peers"), PathBuf::from)
}

/// A script of this folder.
pub(crate) fn script(name: &str) -> String {
    format!(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/{}"), name)
}

/// The vendor, and a folder with payments that are open.
pub(crate) struct Ground {
    vendor: Vendor,
    folder: TempDir,
}

impl Ground {
    /// Payments are begun by the client itself, as a shop does it, and left open.
    pub(crate) fn new() -> Self {
        let (vendor, folder) = (Vendor::start(0), tempfile::tempdir().expect("a folder"));
        let journal = SqliteJournal::open(folder.path().join("payments.db")).expect("a journal");
        let client = Client::builder().credentials("id", "secret").base_url(&vendor.url).journal(journal);
        let client = client.build().expect("a client");
        let mut ids = String::new();
        for _ in 0..PAYMENTS {
            let (session, account) = ("55".parse().expect("a session"), "18".parse().expect("an account"));
            let id = client.reference_id().expect("random bytes");
            let intent = Intent::collection(id, session, account, "USD".parse().expect("a currency"))
                .amount(AMOUNT.parse().expect("an amount"));
            let report = client.collect(Attempt::new(intent).patience(Duration::ZERO)).expect("a report");
            assert_eq!(report.state, "Open");
            ids.extend([report.key.as_str(), "\n"]);
        }
        fs::write(folder.path().join("payments"), &ids).expect("written");
        let orders = rusqlite::Connection::open(folder.path().join("orders.db")).expect("a database");
        let table = "CREATE TABLE orders (id TEXT PRIMARY KEY, amount TEXT NOT NULL)";
        orders.execute_batch(&format!("PRAGMA journal_mode = WAL; {table}")).expect("made");
        for id in ids.lines() {
            orders.execute("INSERT INTO orders VALUES (?1, ?2)", (id, AMOUNT)).expect("added");
        }
        Self { vendor, folder }
    }

    /// Each program once a round, in turn; those that do not run are named, with the reason.
    pub(crate) fn compare(
        &mut self,
        rounds: usize,
        threads: usize,
        peers: &[Peer],
    ) -> (Vec<Figures>, Vec<String>) {
        let (mut figures, mut missing) = (Vec::new(), Vec::new());
        let mut running: Vec<(&Peer, String, Vec<Told>)> = Vec::new();
        for peer in peers {
            match self.once(peer, threads) {
                Ok(told) => running.push((peer, told.version, Vec::new())),
                Err(why) => missing.push(format!("{} ({why})", peer.name)),
            }
        }
        for _ in 0..rounds {
            for (peer, _, all) in &mut running {
                all.push(self.once(peer, threads).unwrap_or_else(|why| panic!("{}: {why}", peer.name)));
            }
        }
        for (peer, version, all) in running {
            let name = [peer.name.as_str(), &version].join(" ").trim().to_owned();
            let rate = Series::from(all.iter().map(|told| told.checks / told.seconds).collect::<Vec<_>>());
            let cost = Series::from(all.iter().map(|told| told.cpu * 1e6 / told.checks).collect::<Vec<_>>());
            figures.push(Figures { name, rate, cost });
        }
        (figures, missing)
    }

    /// Lets it run for a window, and looks whether the vendor was asked as often as it says.
    fn once(&mut self, peer: &Peer, threads: usize) -> Result<Told, String> {
        let before = self.vendor.asked();
        let mut command = Command::new(&peer.program);
        command.args(&peer.words).arg(&self.vendor.url).arg(threads.to_string());
        command.arg(WINDOW.as_millis().to_string()).arg(self.folder.path());
        let output = command.output().map_err(|e| format!("{}: {e}", peer.program.display()))?;
        let last = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes).trim().lines().last().unwrap_or_default().to_owned()
        };
        if !output.status.success() {
            return Err(last(&output.stderr));
        }
        let told: Told =
            serde_json::from_slice(&output.stdout).map_err(|e| format!("{e}: {}", last(&output.stdout)))?;
        let asked = crate::rounds::real(usize::try_from(self.vendor.asked() - before).expect("few"));
        // What was asked before the window, and the last one of each thread, is not in the count.
        let more = asked - told.checks;
        if more < 0.0 || more > crate::rounds::real(threads * (WARM_UP + 2)) {
            return Err(format!("it says {} checks, and the vendor was asked {asked} times", told.checks));
        }
        Ok(told)
    }
}

/// So many checks by each thread are not counted: connections are made, and what is looked at for the first time.
pub(crate) const WARM_UP: usize = 50;
