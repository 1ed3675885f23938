//! The README's state diagrams are the tables'. `DOLLR_BLESS=1` writes them anew.

use std::path::{Path, PathBuf};

use dollr_core::{
    CHANNEL_TRANSITIONS, EXECUTION_TRANSITIONS, SOURCE_TRANSITIONS, TOKEN_TRANSITIONS, mermaid,
};

const FENCE: &str = "```mermaid\n";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")
}

fn diagrams() -> [(&'static str, String); 4] {
    [
        ("execution", mermaid("Prepared", EXECUTION_TRANSITIONS)),
        ("source", mermaid("Watching", SOURCE_TRANSITIONS)),
        ("token", mermaid("Absent", TOKEN_TRANSITIONS)),
        ("channel", mermaid("Offline", CHANNEL_TRANSITIONS)),
    ]
}

/// The text before, in and after the fenced block that follows the marker of `name`.
fn block<'a>(page: &'a str, name: &str) -> (&'a str, &'a str, &'a str) {
    let marker = format!("<!-- diagram: {name} -->");
    let at = page.find(&marker).unwrap_or_else(|| panic!("README.md has no `{marker}`")) + marker.len();
    let (gap, _) =
        page[at..].split_once(FENCE).unwrap_or_else(|| panic!("no mermaid block after `{marker}`"));
    assert!(gap.trim().is_empty(), "text stands between `{marker}` and its diagram");
    let begin = at + gap.len() + FENCE.len();
    let end = begin + page[begin..].find("```").unwrap_or_else(|| panic!("the {name} diagram has no end"));
    (&page[..begin], &page[begin..end], &page[end..])
}

#[test]
fn the_readmes_diagrams_are_the_tables() {
    let mut page = std::fs::read_to_string(readme()).expect("README.md at the root of the workspace");
    let mut stale = Vec::new();
    for (name, diagram) in diagrams() {
        let (before, shown, after) = block(&page, name);
        if shown.trim_end() != diagram.trim_end() {
            stale.push(name);
            page = format!("{before}{}\n{after}", diagram.trim_end());
        }
    }
    if std::env::var_os("DOLLR_BLESS").is_some() {
        std::fs::write(readme(), page).unwrap();
    } else {
        assert!(
            stale.is_empty(),
            "the diagrams of {stale:?} are not the tables': DOLLR_BLESS=1 writes them anew"
        );
    }
}

/// Every state and every fact that changes one is shown; the ends are ends.
#[test]
fn a_diagram_shows_each_state_and_each_change() {
    let tables = [EXECUTION_TRANSITIONS, SOURCE_TRANSITIONS, TOKEN_TRANSITIONS, CHANNEL_TRANSITIONS];
    for ((_, diagram), edges) in diagrams().into_iter().zip(tables) {
        for edge in edges {
            let arrow = format!("    {} --> {}: ", edge.from, edge.to);
            let line = diagram.lines().find(|line| line.starts_with(&arrow));
            let fact = edge.on.replace('_', " ");
            let shown = line.is_some_and(|line| line[arrow.len()..].split(" / ").any(|on| on == fact));
            assert_eq!(shown, edge.from != edge.to, "{edge:?} in\n{diagram}");
        }
        let ends = diagram.lines().filter_map(|line| line.trim().strip_suffix(" --> [*]"));
        for end in ends {
            assert!(edges.iter().all(|edge| edge.from != end || edge.to == end), "{end} is no end");
        }
        assert!(diagram.starts_with("stateDiagram-v2\n    [*] --> "));
    }
    let ends = |diagram: &String| diagram.matches(" --> [*]\n").count();
    let [(_, execution), (_, source), (_, token), (_, channel)] = diagrams();
    assert_eq!([execution, source, token, channel].map(|diagram| ends(&diagram)), [5, 3, 0, 1]);
}
