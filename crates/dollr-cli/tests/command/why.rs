//! `dollr journal why` and `dollr journal support`: true sentences about what is on record, and a bundle for the vendor's
//! support in which no secret and no whole account is (I10). Neither calls the vendor nor needs credentials.

use dollr_client::core::{
    Action, Event, Exchange, Execution, Intent, Machine as _, Policy, Purpose, Response, Timestamp,
};
use dollr_client::journal::{Journal as _, Kind, Page, SqliteJournal};
use dollr_client::{Clock as _, SystemClock};
use dollr_sim::{CLIENT_SECRET, Call, Fault, FaultKind, SourceKind};
use serde_json::{Value, json};

use crate::shop::{Run, Shop, bare, new_id, run};

/// An account whose number is worth hiding.
const ACCOUNT: &str = "wallet-231770001234";

/// Looks into the shop's journal with nothing in the environment, and with no call.
fn look(shop: &Shop, line: &str) -> Run {
    let calls = shop.sim.ledger().calls.len();
    let mut command = bare(&shop.path("."));
    command.args(line.split_whitespace());
    let looked = run(command);
    assert_eq!(shop.sim.ledger().calls.len(), calls, "{line} called the vendor");
    looked
}

/// What `why` says in each part, and its decision.
fn why(shop: &Shop, key: &str) -> Value {
    let object = look(shop, &format!("journal why {key} --json")).json();
    let person = look(shop, &format!("journal why {key}"));
    assert_eq!(person.code, 0, "{person:?}");
    for part in ["subject", "record", "standing", "evidence", "waiting", "advice"] {
        for sentence in object[part].as_array().expect("sentences") {
            let sentence = sentence.as_str().expect("a sentence");
            assert!(sentence.ends_with('.'), "{sentence}");
            // What it waits for is told from moment to moment.
            let is_shown = part == "waiting" || person.out.lines().any(|line| line.trim() == sentence);
            assert!(is_shown, "{sentence} is not in {}", person.out);
        }
    }
    let key = key.to_lowercase();
    let command = match object["decision"].as_str() {
        Some("wait") if key.contains(':') => "verify --source ",
        Some("wait") => &format!("ask now: dollr status {key}"),
        Some("person") => "for the vendor: dollr journal support ",
        _ => "",
    };
    assert!(person.err.contains(command), "{command} is not in {}", person.err);
    object
}

fn support(shop: &Shop, key: &str) -> (Value, Run) {
    let object = look(shop, &format!("journal support {key} --json")).json();
    let person = look(shop, &format!("journal support {key}"));
    assert_eq!(person.code, 0, "{person:?}");
    let question = object["question"].as_str().expect("a question");
    assert!(person.out.starts_with(question), "{person:?}");
    for (name, value) in object["details"].as_object().expect("details") {
        let value = value.as_str().expect("text");
        let is_it =
            |line: &str| line.trim_start().starts_with(&name.replace('_', " ")) && line.ends_with(value);
        assert!(person.out.lines().any(is_it), "{name}: {value} is not in {}", person.out);
    }
    (object, person)
}

/// Collects 25.00 USD for an order of that total.
fn collect(shop: &Shop, account: &str, more: &str) -> String {
    collect_in(shop.session("25.00"), shop, account, more)
}

/// Collects 25.00 USD in a session of any total.
fn collect_in(session: u64, shop: &Shop, account: &str, more: &str) -> String {
    let id = new_id();
    let line = format!("--currency USD --amount 25.00 --order SHOP-{session} --json --reference-id");
    let run = shop.run(&format!("collect --session {session} --account {account} {line} {id} {more}"));
    assert_eq!(run.json()["reference_id"], json!(id), "{run:?}");
    id
}

fn says(object: &Value, part: &str, words: &str) {
    let sentences = object[part].as_array().expect("sentences");
    let said = sentences.iter().any(|sentence| sentence.as_str().is_some_and(|s| s.contains(words)));
    assert!(said, "{part} does not say {words:?}: {object}");
}

#[test]
fn an_open_payment_says_what_it_waits_for() {
    let shop = Shop::open();
    let id = collect(&shop, "3000", "--patience 0s");
    let told = why(&shop, &id.to_uppercase());
    says(
        &told,
        "subject",
        &format!("This is a COLLECTION of 25.00 USD, with the reference id {id}, in session "),
    );
    says(&told, "record", "It is for the order SHOP-");
    says(&told, "record", "The journal has had it as Open since 20");
    says(&told, "standing", "as far as is known it is PROCESSING.");
    says(&told, "evidence", "Its request was handed out to be sent once, on 20");
    says(&told, "evidence", "The status API was asked 1 question so far");
    says(&told, "waiting", "a person must look.");
    says(&told, "advice", "Never charge again for it");
    assert_eq!((&told["decision"], &told["key"], &told["open"]), (&json!("wait"), &json!(id), &json!(true)));
    let horizon: jiff::Timestamp =
        told["horizon"].as_str().and_then(|end| end.parse().ok()).expect("a moment");
    let ahead = horizon.duration_since(jiff::Timestamp::now());
    assert!((71 * 3_600..=72 * 3_600).contains(&ahead.as_secs()), "{horizon}");
    let person = look(&shop, &format!("journal why {id}"));
    assert_eq!(person.err, format!("ask now: dollr status {id}\n"));
    assert!(person.out.starts_with("What it is\n  This is a COLLECTION"), "{person:?}");
}

#[test]
fn a_payment_whose_answer_was_lost_says_when_a_404_will_prove_anything() {
    let shop = Shop::open();
    shop.sim.arm(Fault::new(Call::Execute, FaultKind::Drop));
    let id = collect(&shop, ACCOUNT, "--patience 2s");
    let told = why(&shop, &id);
    says(&told, "standing", "It is not known yet whether its request took effect");
    says(&told, "evidence", "No answer to it is known that settles it.");
    says(&told, "evidence", "The latest answer was 404");
    says(
        &told,
        "waiting",
        "a 404 proves that it never arrived only 15 min after the first 404 by the vendor's clock",
    );
    assert_eq!(told["decision"], json!("wait"));

    let (bundle, person) = support(&shop, &id);
    assert!(
        bundle["question"].as_str().is_some_and(|q| q.contains(&id) && q.contains("arrived and moved money"))
    );
    for (name, value) in [
        ("reference_id", id.as_str()),
        ("operation", "COLLECTION"),
        ("expected_amount", "25.00"),
        ("expected_currency", "USD"),
        ("account", "****1234"),
        ("requests_sent", "1"),
        ("requests_without_answer", "1"),
        ("request", "POST /v1/executions/collection"),
    ] {
        assert_eq!(bundle["details"][name], json!(value), "{name} of {bundle}");
    }
    for moment in ["created_at", "last_sent_at", "last_question_at"] {
        let text = bundle["details"][moment].as_str().expect("a moment");
        assert!(text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(), "{moment}: {text}");
    }
    let states: Vec<_> =
        bundle["history"].as_array().expect("lines").iter().map(|line| &line["state"]).collect();
    assert_eq!(states, ["Sending", "Uncertain"], "{bundle}");
    assert_eq!(bundle["dollr_version"], json!(env!("CARGO_PKG_VERSION")));
    assert!(
        person.out.contains("- merchant id\n") && person.out.contains("Left out on purpose\n"),
        "{person:?}"
    );
    assert!(!person.out.contains("SHOP-"), "the order's own name is nobody's business: {person:?}");
}

#[test]
fn a_payment_that_was_not_sent_says_that_no_money_moved() {
    let shop = Shop::open();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", nobody.local_addr().expect("its address"));
    drop(nobody);
    let id = collect(&shop, "18", &format!("--patience 1s --base-url {url}"));
    let told = why(&shop, &id);
    says(&told, "standing", "no money can have moved.");
    says(&told, "evidence", "The last try ended with: no connection.");
    says(&told, "waiting", "Nobody waits for it now");
    says(&told, "advice", "Do not charge anew while somebody may still send this one.");
    assert_eq!((&told["decision"], &told["next_call"]), (&json!("wait"), &Value::Null));
    let question = support(&shop, &id).0["question"].clone();
    assert!(
        question.as_str().is_some_and(|q| q.starts_with("We have not sent the COLLECTION")),
        "{question}"
    );
}

#[test]
fn each_end_says_what_is_safe_now() {
    let shop = Shop::open();
    let failed = collect(&shop, "2000", "--patience 10s");
    let told = why(&shop, &failed);
    says(&told, "waiting", "Whoever looks after it asks once more on 20");
    says(&told, "standing", "It has ended without moving money.");
    says(&told, "record", "The journal has had it as Failed since 20");
    says(&told, "advice", "A new attempt is safe");
    assert_eq!((&told["decision"], &told["horizon"]), (&json!("new_attempt"), &Value::Null));

    let stuck = collect_in(shop.session("24.99"), &shop, "1000", "--patience 10s");
    let told = why(&shop, &stuck);
    says(&told, "standing", "the amount is 24.99, expected 25.00.");
    says(&told, "advice", "A person must look, with the vendor's support.");
    assert_eq!(told["decision"], json!("person"));
    let person = look(&shop, &format!("journal why {stuck}"));
    assert_eq!(person.err, format!("for the vendor: dollr journal support {stuck}\n"));

    assert!(shop.sim.pay_source(SourceKind::Invoice, 101));
    assert_eq!(shop.run("verify --source INVOICE:101 --amount 250.00 --currency USD").code, 0);
    let told = why(&shop, "INVOICE:101");
    says(&told, "subject", "This is the invoice INVOICE:101, which is to be paid with 250.00 USD.");
    says(&told, "evidence", "The status API answered PAID, with this very id, type, currency and total");
    says(&told, "advice", "Goods may be handed out, once.");
    assert_eq!((&told["decision"], &told["kind"]), (&json!("fulfil"), &json!("source")));
    let (bundle, _) = support(&shop, "INVOICE:101");
    let question = "Please confirm that INVOICE:101 has been paid with 250.00 USD, once.";
    assert_eq!((&bundle["question"], &bundle["details"]["status"]), (&json!(question), &json!("PAID")));
}

#[test]
fn an_invoice_that_is_not_paid_yet_says_how_to_ask_for_it() {
    let shop = Shop::open();
    assert_eq!(shop.run("verify --source INVOICE:101 --amount 250.00 --currency USD").code, 4);
    let told = why(&shop, "INVOICE:101");
    assert_eq!((&told["decision"], &told["open"]), (&json!("wait"), &json!(true)));
    let run = look(&shop, "journal why INVOICE:101");
    let says = "ask now: dollr verify --source INVOICE:101 --amount AMOUNT --currency CURRENCY\n";
    assert_eq!((run.code, run.err.as_str()), (0, says), "{run:?}");
}

/// Open for longer than the horizon, by a host that went on asking.
#[test]
fn a_payment_past_its_horizon_is_for_a_person_and_for_support() {
    let shop = Shop::open();
    let now = SystemClock.now();
    let ago = |hours: u64| Timestamp::from_millis(now.as_millis() - hours * 3_600_000);
    let id = new_id();
    let account = ACCOUNT.parse().expect("an account");
    let intent = Intent::collection(
        id.parse().expect("an id"),
        "55".parse().expect("a session"),
        account,
        "USD".parse().expect("a currency"),
    );
    let body =
        format!(r#"{{"reference_id": "{id}", "status": "PROCESSING", "operation_type": "COLLECTION"}}"#);
    let answered = |purpose| Event::Answered {
        exchange: Exchange { purpose, number: 0 },
        response: Response::new(200, body.clone()),
    };
    let machine = Execution::prepare(intent, Policy::default(), ago(80));
    let machine = machine.apply(Event::Recorded, ago(80)).expect("recorded");
    let machine = machine.apply(answered(Purpose::Execute), ago(80)).expect("taken on");
    let machine = machine.apply(answered(Purpose::Status), ago(2)).expect("answered");
    assert!(matches!(machine.next(now), Action::Done(_)));
    let journal = SqliteJournal::open(shop.path("dollr.db")).expect("a journal");
    let snapshot = machine.snapshot();
    let page = Page::new(machine.state(), true, &snapshot, "asked");
    journal.create(&id, Kind::Execution, None, &page, ago(2)).expect("a row");
    drop(journal);

    let told = why(&shop, &id);
    says(&told, "waiting", "It waits for a person: the horizon of 72 h has passed");
    assert_eq!(told["decision"], json!("person"));
    let (bundle, _) = support(&shop, &id);
    assert_eq!(bundle["details"]["verdict"], json!("stuck"));
    let question = bundle["question"].as_str().expect("a question");
    assert!(question.contains("bring it to COMPLETED or FAILED"), "{question}");
}

/// However a secret might be written.
fn spellings(secret: &str) -> [String; 4] {
    let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = secret.as_bytes().chunks_exact(3).flat_map(|three| {
        let n = three.iter().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte));
        [18, 12, 6, 0].map(|by| char::from(letters[((n >> by) & 63) as usize]))
    });
    [secret.to_owned(), hex.to_uppercase(), hex, base64.collect()]
}

/// I10: the vendor repeats the account in a refusal, and a card's secret passes through.
#[test]
fn neither_secret_nor_account_is_given_away() {
    let shop = Shop::open();
    let card = collect(&shop, "4000", "--patience 1s");
    let body = format!(r#"{{"detail": "{ACCOUNT} (+231 770 001 234) has no money"}}"#);
    let echo = FaultKind::Status { code: 422, retry_after: None, body: Some(body) };
    shop.sim.arm(Fault::new(Call::Execute, echo));
    let refused = collect(&shop, ACCOUNT, "--patience 1s");
    assert_eq!(why(&shop, &refused)["decision"], json!("new_attempt"));
    for key in [&card, &refused] {
        let (bundle, person) = support(&shop, key);
        let verbose = look(&shop, &format!("journal support {key} -vvv"));
        for text in [bundle.to_string(), person.out, person.err, verbose.out, verbose.err] {
            for secret in [ACCOUNT, "231770001234", "770 001 234", CLIENT_SECRET, "sim_3ds_"] {
                for spelling in spellings(secret) {
                    assert!(!text.contains(&spelling), "{secret} as {spelling} in {text}");
                }
            }
            assert!(!text.contains("check\":"), "no snapshot: {text}");
        }
        for line in [format!("journal why {key}"), format!("journal why {key} --json -vvv")] {
            let told = look(&shop, &line);
            assert!(!told.out.contains("sim_3ds_") && !told.err.contains("sim_3ds_"), "{told:?}");
        }
    }
    let (bundle, _) = support(&shop, &refused);
    assert_eq!(bundle["details"]["explanation"], json!("refused: HTTP 422: ****1234 (+****34) has no money"));
}

#[test]
fn what_is_not_there_is_an_error_that_names_it() {
    let shop = Shop::open();
    for command in ["why", "support"] {
        let run = look(&shop, &format!("journal {command} INVOICE:101"));
        assert_eq!((run.code, run.sentence()), (1, "there is no journal at \"dollr.db\""));
        assert_eq!(shop.files(), Vec::<String>::new());
    }
    collect(&shop, "3000", "--patience 0s");
    for command in ["why", "support"] {
        for key in [new_id(), "ORDER:303".to_string()] {
            let run = look(&shop, &format!("journal {command} {key} --json"));
            assert_eq!((run.code, run.sentence()), (1, format!("the journal has no payment {key}").as_str()));
        }
        let run = look(&shop, &format!("journal {command} A-1"));
        assert!(
            run.code == 2 && run.sentence().contains("a reference id, or a source such as INVOICE:101"),
            "{run:?}"
        );
    }
}

#[test]
fn a_row_that_was_tampered_with_is_said_to_be_so() {
    let shop = Shop::open();
    let id = new_id();
    let journal = SqliteJournal::open(shop.path("dollr.db")).expect("a journal");
    let snapshot = dollr_client::core::Snapshot::new("{}");
    let page = Page::new("Open", true, &snapshot, "recorded");
    journal.create(&id, Kind::Execution, None, &page, SystemClock.now()).expect("a row");
    drop(journal);
    for command in ["why", "support"] {
        let run = look(&shop, &format!("journal {command} {id}"));
        let sentence = run.sentence();
        assert!(
            run.code == 1 && sentence.starts_with(&format!("payment {id}: the snapshot is damaged")),
            "{run:?}"
        );
    }
}
