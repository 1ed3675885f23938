//! What it costs to cross the border alone: `next` on a payment that waits, from Rust and from other languages, in the same rounds. The
//! least of many batches counts, because whatever else the machine does only adds.

use std::hint::black_box;
use std::process::Command;

use dollr_core::{Action, Execution, Machine, Snapshot};

use crate::journal::fill::{NOW, Template};
use crate::peers::{script, tools};
use crate::report::{Part, Ratio, Row};
use crate::rounds::{Series, nanos_each, timed};

const ROUNDS: usize = 5;

/// So many calls are a batch, and so many batches a round.
const CALLS: usize = 100_000;
const BATCHES: usize = 20;

pub(super) fn measure(part: &mut Part) -> Vec<String> {
    let snapshot = Snapshot::new(Template::open().text);
    let (tools, text) = (tools(), snapshot.as_str());
    let at = NOW.as_millis().to_string();
    let extension = format!("extension={}", tools.join("php/dollr.so").display());
    let (c, python) = (tools.join("crossing"), tools.join("python/bin/python"));
    let commands = [
        ("C", Command::new(c), Vec::new()),
        ("Python", Command::new(python), vec![script("crossing.py")]),
        ("PHP", Command::new("php"), vec!["-d".to_owned(), extension, script("crossing.php")]),
    ];
    let (mut rust, mut others, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for (language, mut command, words) in commands {
        command.args(words).args([text, &at]);
        match nanos(&mut command) {
            Ok(_) => others.push((language, command, Vec::new())),
            Err(why) => missing.push(format!("next from {language} ({why})")),
        }
    }
    for _ in 0..ROUNDS {
        rust.push(by_rust(&snapshot));
        for (_, command, figures) in &mut others {
            figures.push(nanos(command).expect("it has run before"));
        }
    }
    let rust = Series::from(rust);
    part.rows.push(Row::measured("next on an open payment", "Rust", "ns", &rust));
    for (language, _, figures) in others {
        let series = Series::from(figures);
        part.rows.push(Row::measured("next on an open payment", language, "ns", &series));
        part.ratios.push(Ratio::without_goal(
            "next on an open payment",
            language,
            "Rust",
            series.ratio_to(&rust),
        ));
    }
    missing
}

fn by_rust(snapshot: &Snapshot) -> f64 {
    let payment = Execution::restore(snapshot).expect("its own snapshot");
    assert!(matches!(payment.next(NOW), Action::Wait { .. }), "{payment:?}");
    let batch = |_| {
        let ((), time) = timed(|| {
            for _ in 0..CALLS {
                let _ = black_box(black_box(&payment).next(black_box(NOW)));
            }
        });
        nanos_each(time, CALLS)
    };
    (0..BATCHES).map(batch).fold(f64::INFINITY, f64::min)
}

fn nanos(command: &mut Command) -> Result<f64, String> {
    let output = command.output().map_err(|e| e.to_string())?;
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().lines().last().unwrap_or_default().to_owned();
    let said = text(&output.stdout);
    said.parse().map_err(|_| if said.is_empty() { text(&output.stderr) } else { said })
}
