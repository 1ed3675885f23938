//! What is wrong with a command line, as one sentence that names the place. Nothing of it can move a cursor.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::output;

/// Prints the help that was asked for, or the sentence.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Whoever does not want to read the help to its end may close the pipe.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1))
        }
        _ => {
            output::note(format_args!("dollr: {}", sentence(error)));
            ExitCode::from(2)
        }
    }
}

fn sentence(error: &clap::Error) -> String {
    let place = || names(error, ContextKind::InvalidArg).join(", ");
    let cause = || error.source().map_or_else(|| "is not valid".to_string(), ToString::to_string);
    match error.kind() {
        ErrorKind::ValueValidation => format!("{}: {}", place(), cause()),
        ErrorKind::InvalidValue => format!("{}: a value is missing", place()),
        ErrorKind::TooManyValues => format!("{} takes no value", place()),
        ErrorKind::UnknownArgument => {
            format!("there is no argument `{}`{}", place(), hint(error, ContextKind::SuggestedArg))
        }
        ErrorKind::InvalidSubcommand => {
            let given = names(error, ContextKind::InvalidSubcommand).join(" ");
            format!("there is no command `{given}`{}", hint(error, ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {}; `--help` explains each", place()),
        ErrorKind::ArgumentConflict => {
            let other = names(error, ContextKind::PriorArg).join(", ");
            if other == place() {
                format!("{other} is given twice: give it once")
            } else {
                format!("{} and {other} exclude each other: give one of them", place())
            }
        }
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_string(),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            output::clean(line.trim_start_matches("error: "))
        }
    }
}

/// What was probably meant, or where to look.
fn hint(error: &clap::Error, kind: ContextKind) -> String {
    // The likeliest comes last.
    match names(error, kind).last() {
        Some(meant) => format!(": did you mean `{meant}`?"),
        None => ": `dollr --help` lists what there is".to_string(),
    }
}

fn names(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![name(one)],
        Some(ContextValue::Strings(many)) => many.iter().map(|one| name(one)).collect(),
        _ => Vec::new(),
    }
}

/// `--currency` of `--currency <CURRENCY>`; `--shop` of `--shop[=<ADDRESS>]`; `--a or --b` of `<--a <A>|--b <B>>`. What was set with `=` is not repeated:
/// it may have been a secret.
fn name(argument: &str) -> String {
    let bare = |one: &str| {
        let one = [" <", "[=<"].iter().find_map(|value| one.split_once(value)).map_or(one, |(flag, _)| flag);
        match one.split_once('=') {
            Some((flag, _)) => format!("{}=…", output::clean(flag)),
            None => output::clean(one),
        }
    };
    match argument.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')) {
        Some(group) => group.split('|').map(bare).collect::<Vec<_>>().join(" or "),
        None => bare(argument),
    }
}
