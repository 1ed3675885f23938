//! What a part tells: figures, their ratios to the goals, plots, and what limits now. `page.py` reads it.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::rounds::Series;

/// One part of the page.
#[derive(Serialize)]
pub(crate) struct Part {
    pub(crate) title: &'static str,
    pub(crate) goal: &'static str,
    pub(crate) rows: Vec<Row>,
    pub(crate) ratios: Vec<Ratio>,
    pub(crate) plots: Vec<Plot>,
    pub(crate) limits: String,
}

/// One figure: the median, and the quartiles or percentiles around it.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) of: String,
    pub(crate) unit: &'static str,
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) samples: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
}

/// One figure beside another, and what was wanted of it; `met` is none where nothing was.
#[derive(Serialize)]
pub(crate) struct Ratio {
    pub(crate) what: String,
    pub(crate) of: String,
    pub(crate) to: String,
    #[serde(rename = "ratio")]
    pub(crate) value: f64,
    pub(crate) goal: String,
    pub(crate) met: Option<bool>,
}

/// Lines over an axis, or bars.
#[derive(Serialize)]
pub(crate) struct Plot {
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<Line>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) bars: Vec<Bar>,
}

#[derive(Serialize)]
pub(crate) struct Axis {
    pub(crate) label: &'static str,
    pub(crate) log: bool,
}

/// A line, or points that no line connects.
#[derive(Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: bool,
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
}

#[derive(Serialize)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Part {
    pub(crate) fn write(&self, name: &str, folder: &Path) -> io::Result<()> {
        let mut json = serde_json::to_value(self)?;
        json["part"] = name.into();
        fs::create_dir_all(folder)?;
        fs::write(folder.join(format!("{name}.json")), serde_json::to_string_pretty(&json)? + "\n")
    }
}

impl Row {
    /// What was measured several times.
    pub(crate) fn measured(
        what: impl Into<String>,
        of: impl Into<String>,
        unit: &'static str,
        series: &Series,
    ) -> Self {
        let (median, low, high) = (series.median(), series.low(), series.high());
        let (what, of, samples) = (what.into(), of.into(), series.len());
        Self { what, of, unit, median, low, high, samples, note: String::new() }
    }

    /// What comes out the same each time.
    pub(crate) fn exact(
        what: impl Into<String>,
        of: impl Into<String>,
        unit: &'static str,
        value: f64,
    ) -> Self {
        Self::measured(what, of, unit, &Series::from(vec![value]))
    }

    pub(crate) fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

impl Ratio {
    /// Which is to be at most this.
    pub(crate) fn at_most(
        most: f64,
        what: impl Into<String>,
        of: impl Into<String>,
        to: impl Into<String>,
        value: f64,
    ) -> Self {
        let (what, of, to) = (what.into(), of.into(), to.into());
        Self { what, of, to, value, goal: format!("≤ {most}"), met: Some(value <= most) }
    }

    /// Which is to be at least this.
    pub(crate) fn at_least(
        least: f64,
        what: impl Into<String>,
        of: impl Into<String>,
        to: impl Into<String>,
        value: f64,
    ) -> Self {
        let met = Some(value >= least);
        Self { goal: format!("≥ {least}"), met, ..Self::at_most(0.0, what, of, to, value) }
    }

    /// Of which nothing was wanted.
    pub(crate) fn without_goal(
        what: impl Into<String>,
        of: impl Into<String>,
        to: impl Into<String>,
        value: f64,
    ) -> Self {
        Self { goal: String::new(), met: None, ..Self::at_most(0.0, what, of, to, value) }
    }
}

impl Axis {
    pub(crate) const fn linear(label: &'static str) -> Self {
        Self { label, log: false }
    }

    pub(crate) const fn log(label: &'static str) -> Self {
        Self { label, log: true }
    }
}

impl Bar {
    pub(crate) fn of(name: impl Into<String>, series: &Series) -> Self {
        Self { name: name.into(), value: series.median(), low: series.low(), high: series.high() }
    }
}
