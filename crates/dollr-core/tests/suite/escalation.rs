//! What the vendor's support is given: all that its checklist asks for, and neither a secret nor a whole account or phone number
//! (I10).

use std::time::Duration;

use crate::scenario::{
    CLIENT_SECRET, PASSCODE, START, Scenario, Told, Walk, cases, happenings, id, intent, policy,
    source_happenings,
};
use dollr_core::{Escalation, Execution, Intent, Loss, Machine, Operation, Resend, Source};
use proptest::prelude::*;
use proptest::sample::select;

const ACCOUNT: &str = "wallet_231770001234";

/// A collection of 250.00 USD from an account with a number that is worth hiding.
fn collection() -> Scenario<Execution> {
    let intent =
        Intent::collection(id(), "55".parse().unwrap(), ACCOUNT.parse().unwrap(), "USD".parse().unwrap());
    Scenario::with(intent.amount("250.00".parse().unwrap()), policy())
}

fn escalation(scenario: &Scenario<Execution>) -> Escalation {
    scenario.machine.escalation(scenario.now)
}

fn text(escalation: &Escalation) -> String {
    let details = escalation.details.iter().map(|detail| format!("{}: {}\n", detail.name, detail.value));
    escalation.question.clone() + "\n" + &details.collect::<String>()
}

#[test]
fn it_has_what_the_vendors_checklist_asks_for() {
    let dated = Told::http(404, "").dated(START);
    let lost = collection().uncertain().asked("absent", dated).asked("no_answer", 502);
    let escalation = escalation(&lost);
    let expected = "\
Please say whether the COLLECTION with the reference id 07070707-0707-4707-8707-070707070707 arrived and moved money. If it never \
arrived, please make sure that it cannot be executed any more.
reference_id: 07070707-0707-4707-8707-070707070707
session_id: 55
operation: COLLECTION
expected_amount: 250.00
expected_currency: USD
account: ****1234
verdict: open
state: Uncertain
explanation: still open: unknown; the last question got no answer: HTTP 502
created_at: 2025-06-15T15:06:40Z
request: POST /v1/executions/collection
request_body: {\"currency\":\"USD\",\"payment_account_id\":\"****1234\",\"reference_id\":\"07070707-0707-4707-8707-070707070707\",\"session_id\":\"55\"}
requests_sent: 1
requests_without_answer: 1
last_sent_at: 2025-06-15T15:06:40Z
status_request: GET /v1/status/collection/07070707-0707-4707-8707-070707070707
status_questions: 2
last_question_at: 2025-06-15T15:06:43.525Z
last_trouble: HTTP 502
first_404_at: 2025-06-15T15:06:40Z
";
    assert_eq!(text(&escalation), expected);
    assert!(escalation.to_add.iter().any(|what| what.contains("merchant id")));
    assert!(escalation.left_out.iter().any(|what| what.contains("tokens")));
}

#[test]
fn one_that_has_ended_has_the_wallets_own_number_and_the_vendors_word() {
    let completed = Told::status("COMPLETED").with("provider_transaction_id", "\"MTN-77\"");
    let paid = text(&escalation(&collection().uncertain().asked("completed", completed)));
    assert!(paid.contains("\nprovider_transaction_id: MTN-77\n"), "{paid}");
    let failed = text(&escalation(&collection().uncertain().asked("failed", Told::status("FAILED"))));
    assert!(!failed.contains("provider_transaction_id"), "{failed}");
    assert!(failed.contains("FAILED"), "{failed}");
    for (scenario, status) in [
        (collection().uncertain(), None),
        (collection().open(), Some("PENDING")),
        (collection().open().asked("completed", Told::status("COMPLETED")), Some("COMPLETED")),
        (collection().open().asked("failed", Told::status("FAILED")), Some("FAILED")),
    ] {
        assert_eq!(escalation(&scenario).detail("status"), status);
    }
}

#[test]
fn a_source_is_asked_about_by_its_number_and_total() {
    let told = Told::source("PAID").with("total_amount", "\"1000000.50\"");
    let other = Scenario::invoice().asked("mismatched", told);
    let escalation = other.machine.escalation(other.now);
    let question = "Please say what was paid for INVOICE:101. It is PAID, but the amount is 1000000.50, expected 250.00.";
    assert_eq!(escalation.question, question);
    for (name, value) in [
        ("source", "INVOICE:101"),
        ("source_type", "INVOICE"),
        ("source_id", "101"),
        ("expected_amount", "250.00"),
        ("status", "PAID"),
        ("explanation", "not what was ordered: the amount is 1000000.50, expected 250.00"),
        ("status_request", "GET /v1/status/source?source_type=INVOICE&source_id=101"),
    ] {
        assert_eq!(escalation.detail(name), Some(value), "{name}");
    }
}

/// One that was lost, and is to be sent again.
fn forgotten() -> Scenario<Execution> {
    let grace = Resend::AfterGrace { grace: Duration::from_secs(1), sends: 3 };
    let lost = Scenario::of(Operation::Collection, policy().resend(grace)).uncertain();
    lost.secs(60).asked("forgotten", 404)
}

#[test]
fn each_end_has_its_question() {
    let completed = || Told::status("COMPLETED");
    let failed = || collection().open().asked("failed", Told::status("FAILED"));
    for (scenario, asked) in [
        (collection(), "We have not sent the COLLECTION"),
        (forgotten(), "arrived and moved money. If it never arrived"),
        (collection().open(), "bring it to COMPLETED or FAILED: your status API has left it at PENDING."),
        (collection().open().asked("completed", completed()), "Please confirm that the COLLECTION"),
        (failed(), "moved no money, and will not."),
        (
            failed().answered("contradicted", completed()),
            "ended as Failed; later your status API answered COMPLETED.",
        ),
        (
            collection().open().asked("mismatched", completed().with("payer_currency", "\"LRD\"")),
            "It is COMPLETED, but the currency is LRD, expected USD.",
        ),
    ] {
        let question = escalation(&scenario).question;
        assert!(question.contains(asked), "{question}");
    }
}

/// T31, I10: the vendor's words may repeat the account or a phone number, whole, parted, or as a number.
#[test]
fn no_word_of_the_vendors_gives_an_account_or_phone_number_away() {
    let words = |words: &str| {
        let told = Told::status("FAILED").with("wallet_message", format!("{words:?}"));
        escalation(&collection().open().asked("failed", told)).detail("explanation").unwrap().to_owned()
    };
    assert_eq!(words("wallet_231770001234 is empty"), "failed: ****1234 is empty");
    assert_eq!(words("no money on +231 77-000 1234."), "failed: no money on +****34.");
    assert_eq!(words("card 4111111111111111, code 51"), "failed: card ****11, code 51");
    assert_eq!(
        words("code 1234567 of 123456"),
        "failed: code ****67 of 123456",
        "seven digits may be a phone's"
    );
    assert_eq!(words("HTTP 503 at 12:30, 3 tries"), "failed: HTTP 503 at 12:30, 3 tries");
    let other = "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10";
    let another = collection()
        .open()
        .asked("no_answer", Told::status("PENDING").with("reference_id", format!("{other:?}")));
    let told = escalation(&another).detail("last_trouble").unwrap().to_owned();
    assert!(told.contains(other) && told.contains(&id().to_string()), "{told}");

    let short = Scenario::with(intent(Operation::Collection), policy()).open();
    let told = Told::status("FAILED").with("wallet_message", "\"account 18, try 18th of 180\"");
    let short = escalation(&short.asked("failed", told));
    assert_eq!(short.detail("explanation"), Some("failed: account ****, try 18th of 180"));
    assert_eq!(short.detail("account"), Some("****"));
}

/// However an account might be written.
fn spellings(secret: &str) -> [String; 4] {
    let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    [secret.to_owned(), hex.to_uppercase(), hex, base64(secret.as_bytes())]
}

fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let n = three.iter().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte));
        [18, 12, 6, 0].map(|by| char::from(letters[((n >> by) & 63) as usize]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

#[test]
fn a_payouts_passcode_is_named_and_not_told() {
    let lost = Scenario::of(Operation::Payout, policy()).recorded().post_lost("ambiguous", Loss::Unknown);
    let escalation = escalation(&lost);
    let body = escalation.detail("request_body").unwrap();
    assert!(body.contains(r#""passcode":"***""#) && body.contains(r#""payout_account_id":"****""#), "{body}");
    for secret in spellings(PASSCODE) {
        assert!(!text(&escalation).contains(&secret));
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn whatever_happens_nothing_is_given_away(happenings in happenings(Operation::Collection)) {
        let mut walk = Walk::new(collection().machine);
        for happening in &happenings {
            walk = walk.step(happening);
            let escalation = walk.machine.escalation(walk.now);
            let text = text(&escalation);
            for secret in [ACCOUNT, &ACCOUNT[7..], CLIENT_SECRET].into_iter().flat_map(spellings) {
                prop_assert!(!text.contains(&secret), "{secret} in {text}");
            }
            let lines = text.lines().count();
            prop_assert_eq!(lines, escalation.details.len() + 1, "{:?}", text);
            prop_assert!(escalation.question.ends_with('.') && !text.replace('\n', "").chars().any(char::is_control));
        }
    }

    #[test]
    fn whatever_happens_a_source_can_be_escalated(happenings in source_happenings()) {
        let (currency, total) = ("USD".parse().unwrap(), "250.00".parse().unwrap());
        let invoice = Source::watch("INVOICE:101".parse().unwrap(), currency, total, policy(), START);
        let mut walk = Walk::new(invoice);
        for happening in &happenings {
            walk = walk.step(happening);
            let escalation = walk.machine.escalation(walk.now);
            prop_assert!(escalation.question.contains("INVOICE:101") && escalation.question.ends_with('.'));
        }
    }

    /// The words are drawn around the account and a phone number.
    #[test]
    fn whatever_the_vendor_says_the_account_is_not_repeated(
        pieces in prop::collection::vec(select(vec![ACCOUNT, "231770001234", "+231-77 000.1234", " ", "é", "-", "07070707-0707-4707-8707-070707070707", "5", "x"]), 0..8),
    ) {
        let words = serde_json::to_string(&pieces.concat()).unwrap();
        let told = Told::status("FAILED").with("wallet_message", words);
        let text = text(&escalation(&collection().open().asked("failed", told)));
        for whole in [ACCOUNT, "231770001234", "77 000.1234"] {
            prop_assert!(!text.contains(whole), "{text}");
        }
    }
}
