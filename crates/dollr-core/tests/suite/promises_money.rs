//! Exact money (I15; T11): decimals go through JSON numbers, strings and snapshots unchanged, or not at all.

use crate::scenario::{Scenario, Told, cases, intent};
use dollr_core::{Amount, Execution, Machine, Operation, Policy, Verdict};
use proptest::prelude::*;

/// What a payment that expects `expected` becomes when the vendor says `answered`, as JSON text.
fn answered(expected: &str, json: &str) -> Scenario<Execution> {
    let intent = intent(Operation::Collection).amount(expected.parse().unwrap());
    let told = Told::status("COMPLETED").with("payer_amount", json);
    let mut open = Scenario::with(intent, Policy::default()).open().due();
    let exchange = open.request().exchange;
    let event = dollr_core::Event::Answered { exchange, response: told.response() };
    open.machine = open.machine.apply(event, open.now).unwrap();
    open
}

fn paid(scenario: &Scenario<Execution>) -> Option<Amount> {
    match scenario.machine.verdict() {
        Verdict::Paid(settlement) => settlement.amount(),
        _ => None,
    }
}

/// Beyond 2⁵³ a float would take a neighbour for the amount.
#[test]
fn a_neighbour_of_a_large_amount_is_another_amount() {
    for (expected, same, other) in [
        ("9007199254740993", "9007199254740993", "9007199254740992"),
        ("0.1", "0.10", "0.1000000000000000055511151231257827"),
        ("0.30", "0.3", "0.30000000000000004"),
        ("100", "1e2", "1.000001e2"),
        ("100", "1.00E+2", "1E3"),
        ("0.01", "1e-2", "1e-3"),
        ("79228162514264337593543950335", "79228162514264337593543950335", "79228162514264337593543950334"),
        ("1.0000000000000000000000000001", "1.0000000000000000000000000001", "1"),
    ] {
        assert_eq!(paid(&answered(expected, same)), Some(expected.parse().unwrap()), "{same}");
        assert_eq!(paid(&answered(expected, other)), None, "{other}");
    }
}

#[test]
fn rubbish_is_no_amount() {
    let rubbish = [
        "1e400",
        "1e99999999999",
        "1e-400",
        "-0",
        "-250",
        "\"-250\"",
        "\"+250\"",
        "NaN",
        "\"NaN\"",
        "\"250,00\"",
        "\"1,00\"",
        "\"2.5e2\"",
        "\" 250\"",
        "\"\"",
        "null",
        "true",
        "[250]",
        "{}",
        "\"0x10\"",
        "\"250 USD\"",
        "\"\\u0032\\u0035\\u0030 \"",
        "1e2147483647",
        "1e-2147483648",
        "79228162514264337593543950336",
    ];
    for json in rubbish {
        let open = answered("250", json);
        assert_eq!(open.machine.state(), "Open", "{json}");
    }
    assert_eq!(answered("0", "0e2147483647").machine.state(), "Completed", "nought is nought");
    assert!(paid(&answered("250", "\"\\u0032\\u0035\\u0030\"")).is_some(), "an escape is a spelling");
}

/// A decimal, and the same one written differently; both of at most 28 digits.
fn decimal() -> impl Strategy<Value = (String, String)> {
    let digits = prop_oneof!["0|[1-9][0-9]{0,14}", "[1-9][0-9]{0,8}"];
    (digits, "[0-9]{0,10}", 0_usize..3).prop_map(|(whole, fraction, zeros)| {
        let text = if fraction.is_empty() { whole.clone() } else { format!("{whole}.{fraction}") };
        let dot = if fraction.is_empty() && zeros > 0 { "." } else { "" };
        let more = format!("{text}{dot}{}", "0".repeat(zeros));
        (text, more)
    })
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn an_amount_goes_through_number_string_and_snapshot_unchanged((text, longer) in decimal()) {
        for json in [text.clone(), format!("{text:?}"), longer.clone(), format!("{longer:?}")] {
            let done = answered(&text, &json);
            let printed = paid(&done).map(|amount| amount.to_string());
            prop_assert_eq!(printed.as_deref(), Some(json.trim_matches('"')));
            let restored = Execution::restore(&done.machine.snapshot()).unwrap();
            prop_assert_eq!(restored.verdict(), done.machine.verdict());
        }
    }

    #[test]
    fn an_amount_with_an_exponent_is_the_same_amount((text, _) in decimal(), shift in 0_usize..6) {
        let scaled = format!("{text}e-{shift}");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let padded = format!("{whole:0>width$}", width = shift + 1);
        let (high, low) = padded.split_at(padded.len() - shift);
        let all = format!("{low}{fraction}");
        let high = if high.trim_start_matches('0').is_empty() { "0" } else { high.trim_start_matches('0') };
        let plain = if all.is_empty() { high.to_owned() } else { format!("{high}.{all}") };
        prop_assert_eq!(paid(&answered(&plain, &scaled)), Some(plain.parse().unwrap()), "{} is {}", scaled, plain);
        prop_assert_eq!(paid(&answered(&plain, &format!("{plain}e0"))), Some(plain.parse().unwrap()));
    }
}

/// A hundred thousand of them, without a machine around: printed as written, and told apart from each neighbour.
#[test]
fn a_hundred_thousand_decimals_round_trip() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..100_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let places = usize::try_from(seed % 19).unwrap();
        let digits = format!("{:0>width$}", seed >> 8, width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let text = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
        let amount: Amount = text.parse().unwrap();
        assert_eq!(amount.to_string(), text);
        assert_eq!(String::from(amount).parse::<Amount>().unwrap(), amount);
        let next: Amount =
            if fraction.is_empty() { format!("{text}.1") } else { format!("{text}1") }.parse().unwrap();
        assert!(amount < next, "{text}");
    }
}
