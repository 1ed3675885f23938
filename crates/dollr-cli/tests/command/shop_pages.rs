//! The shop of `sim --shop` as a browser without scripts has it: what each page says, and what each state allows. How it looks, and
//! what its scripts do, is the business of `tests/browser`.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::shop::{Running, bare};

/// A customer in a shop of his own.
struct Visit {
    browser: Agent,
    url: String,
    _sim: Running,
    _folder: TempDir,
}

/// A status, where it sends to, and what it says.
type Page = (u16, String, String);

fn read(mut answer: Response<Body>) -> Page {
    let location = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
    let (status, location) = (answer.status().as_u16(), location.to_owned());
    (status, location, answer.body_mut().read_to_string().expect("text"))
}

impl Visit {
    fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = bare(folder.path());
        command.args(["sim", "--listen", "127.0.0.1:0", "--shop=127.0.0.1:0", "--json"]);
        let mut sim = Running::start(command);
        let object: Value = serde_json::from_str(&sim.line()).expect("an object");
        let settings = Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0);
        let url = object["shop_url"].as_str().expect("a URL").trim_end_matches('/').to_owned();
        Self { browser: settings.build().into(), url, _sim: sim, _folder: folder }
    }

    fn get(&self, path: &str) -> Page {
        read(self.browser.get(format!("{}{path}", self.url)).call().expect("an answer"))
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let url = if path.starts_with('/') { format!("{}{path}", self.url) } else { path.to_owned() };
        read(self.browser.post(url).send_form(fields.iter().copied()).expect("an answer"))
    }

    /// The address of a new order for coffee.
    fn order(&self) -> String {
        let (status, order, _) = self.post("/orders", &[("good", "coffee"), ("phone", " 231770000001 ")]);
        assert!(status == 303 && order.starts_with("/orders/"), "{status} {order}");
        order
    }

    fn pay(&self, order: &str, account: &str) -> u16 {
        self.post(&format!("{order}/pay"), &[("account", account)]).0
    }

    /// How the order stands, in the words of its page.
    fn standing(&self, order: &str) -> Value {
        let (status, _, text) = self.get(&format!("{order}/status.json?ask=1"));
        let object: Value = serde_json::from_str(&text).expect("an object");
        assert_eq!((status, object["order"].as_str()), (200, order.strip_prefix("/orders/")), "{text}");
        let page = self.get(order).2;
        assert_ne!(object["text"], "", "{object}");
        if page.contains(&data_state(&object)) {
            assert_eq!(page.contains("<noscript>"), object["final"] == false, "{page}");
        }
        let said = page.contains(object["title"].as_str().expect("a title").replace('\'', "&#39;").as_str());
        assert!(said || self.standing_has_moved(order, &object), "{object} is not on {page}");
        object
    }

    fn standing_has_moved(&self, order: &str, from: &Value) -> bool {
        let now = serde_json::from_str::<Value>(&self.get(&format!("{order}/status.json")).2);
        now.expect("an object") != *from
    }

    /// The state that it comes to.
    fn comes_to(&self, order: &str, state: &str) -> Value {
        let begun = Instant::now();
        loop {
            let standing = self.standing(order);
            if standing["state"] == state {
                return standing;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "it never came to {state}: {standing}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// As the page has it.
fn data_state(standing: &Value) -> String {
    format!("data-state=\"{}\"", standing["state"].as_str().expect("a state"))
}

/// What a state allows: whether it is final, a wallet may be asked, and the vendor's page be gone to.
fn allows(standing: &Value) -> [&Value; 3] {
    ["final", "may_begin", "may_go_on"].map(|name| &standing[name])
}

#[test]
fn what_is_asked_for_wrongly_is_said() {
    let visit = Visit::begin();
    let shelf = visit.get("/").2;
    assert!(shelf.contains("<h1>What would you like?</h1>"));
    assert_eq!(shelf.matches(" required checked>").count(), 1, "one is chosen: {shelf}");
    for asset in ["shop.js", "supabase.js", "watch-payment.js", "shop.css", "order.css", "icon.svg"] {
        let (status, _, text) = visit.get(&format!("/assets/{asset}"));
        assert!(status == 200 && !text.is_empty(), "{asset}");
    }
    for path in ["/assets/none.js", "/orders", "/orders/none", "/orders/none/status.json", "/else"] {
        let (status, _, text) = visit.get(path);
        assert!(status == 404 && text.contains("There is no such page"), "{path}: {text}");
    }
    assert_eq!(visit.post("/", &[]).0, 404);
    assert_eq!(visit.post("/assets/shop.css", &[]).0, 404);
    for (fields, why) in [
        (&[][..], "Please choose something to buy."),
        (&[("good", "gold"), ("phone", "231770000001")], "Please choose something to buy."),
        (&[("good", "coffee"), ("phone", "12")], "8 to 15 digits, such as 231770000001."),
    ] {
        let (status, _, text) = visit.post("/orders", fields);
        assert!(status == 422 && text.contains(why), "{text}");
    }

    let order = visit.order();
    for (path, is_form) in [
        ("", false),
        ("/pay", true),
        ("/checkout", true),
        ("/success", false),
        ("/status.json", false),
        ("/realtime.json", true),
    ] {
        let path = format!("{order}{path}");
        let (status, _, text) = if is_form { visit.get(&path) } else { visit.post(&path, &[]) };
        assert!(status == 404 && text.contains("There is no such page"), "{path}: {text}");
    }
    let page = visit.get(&order).2;
    for part in [
        "<dd>8.50 USD</dd>",
        "<option value=\"1000\">1000: approves at once</option>",
        "<button>Pay by wallet</button>",
    ] {
        assert!(page.contains(part), "{part} is not on {page}");
    }
    let standing = visit.standing(&order);
    assert_eq!((&standing["state"], allows(&standing)), (&json!("new"), [&json!(true); 3]));
    assert_eq!(standing["text"], "Choose how to pay 8.50 USD. We keep your order.");
    let (status, _, text) = visit.post(&format!("{order}/pay"), &[("account", " ")]);
    assert!(
        status == 422 && text.contains("Please choose a wallet to pay with. Nothing was charged."),
        "{text}"
    );
    let (status, _, text) = visit.post(&format!("{order}/realtime.json"), &[]);
    assert!(status == 404 && text.contains("no wallet payment is under way"), "{text}");
    // Anybody can open the page that a customer comes back to.
    let text = visit.get(&format!("{order}/success")).2;
    assert!(text.contains("We have asked Dollr, and this order is not paid."), "{text}");
}

/// T27: a page of another site sends no form here, has not its name lead here, and gets no script of its own into a page.
#[test]
fn another_site_has_no_part_in_it() {
    let visit = Visit::begin();
    let ask = |host: &str, origin: &str, phone: &str| {
        let asked =
            visit.browser.post(format!("{}/orders", visit.url)).header("host", host).header("origin", origin);
        asked.send_form([("good", "coffee"), ("phone", phone)]).expect("an answer").status().as_u16()
    };
    let own = visit.url.trim_start_matches("http://");
    assert_eq!(ask(own, &visit.url, "231770000001"), 303);
    assert_eq!(ask(own, "http://evil.example", "231770000001"), 403);
    assert_eq!(ask("evil.example", "http://evil.example", "231770000001"), 421);
    let longest = 4_096 - "good=coffee&phone=".len();
    for (phone, status) in [(longest, 422), (longest + 1, 400), (100_000, 400)] {
        assert_eq!(
            ask(own, &visit.url, &"2".repeat(phone)),
            status,
            "a form of this shop has 4,096 bytes at most"
        );
    }
    let refused = visit.browser.get(&visit.url).header("host", "evil.example").call().expect("an answer");
    let kind = refused.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    assert_eq!(kind, Some("text/plain; charset=utf-8"));
    let answer = visit.browser.get(&visit.url).call().expect("the shop");
    let policy = answer.headers().get("content-security-policy").and_then(|policy| policy.to_str().ok());
    assert!(policy.is_some_and(|policy| policy.contains("script-src 'self'")), "{policy:?}");
}

/// I2, I4: paid is what the vendor says is paid, and one payment at a time is begun.
#[test]
fn a_wallet_pays_or_declines_and_is_asked_once() {
    let visit = Visit::begin();
    let (yes, no) = (&json!(true), &json!(false));
    let [paid, tried, waits] = [visit.order(), visit.order(), visit.order()];
    for (order, account) in [(&paid, "1000"), (&tried, "2001"), (&waits, "3000")] {
        assert_eq!(visit.pay(order, account), 303);
        assert_eq!(allows(&visit.standing(order))[1], no, "one payment is under way");
        assert_eq!(visit.pay(order, "1000"), 303);
    }
    let (status, _, text) = visit.post(&format!("{waits}/realtime.json"), &[]);
    let key: Value = serde_json::from_str(&text).expect("an object");
    let (channel, id) =
        (key["channel"].as_str().expect("a channel"), key["reference_id"].as_str().expect("an id"));
    assert!(status == 200 && channel.starts_with("payment-intent:") && channel.ends_with(id), "{text}");

    let standing = visit.comes_to(&paid, "paid");
    assert_eq!((standing["title"].as_str(), allows(&standing)), (Some("Paid. Thank you!"), [yes, no, no]));
    let text = standing["text"].as_str().expect("words");
    assert!(text.starts_with("Dollr has confirmed 8.5") && text.contains("USD for your order"), "{text}");
    let standing = visit.comes_to(&tried, "failed");
    assert_eq!(allows(&standing), [yes; 3]);
    assert!(standing["text"].as_str().is_some_and(|text| text.ends_with("You can try again.")), "{standing}");
    assert_eq!(visit.pay(&tried, "1000"), 303);
    visit.comes_to(&tried, "paid");
    let standing = visit.comes_to(&waits, "waiting");
    assert_eq!(allows(&standing), [no; 3], "it was asked once, and the second wallet never");
}

/// I4: on the vendor's page, too, whatever address the customer comes back to.
#[test]
fn the_vendors_page_pays_or_cancels() {
    let visit = Visit::begin();
    let (yes, no) = (&json!(true), &json!(false));
    for (decision, state, back) in [("approve", "paid", "cancel"), ("decline", "canceled", "success")] {
        let order = visit.order();
        let (status, hosted, _) = visit.post(&format!("{order}/checkout"), &[]);
        assert!(status == 303 && hosted.contains("/sim/pay/"), "{hosted}");
        let standing = visit.standing(&order);
        assert_eq!((&standing["state"], allows(&standing)), (&json!("elsewhere"), [no, no, yes]));
        assert_eq!(visit.pay(&order, "1000"), 303);
        assert_eq!(visit.standing(&order)["state"], "elsewhere", "one way at a time");
        let (status, to, _) = visit.post(&hosted, &[("method", "wallet"), ("decision", decision)]);
        assert!(status == 303 && to.contains(&order), "{to}");
        let page = visit.get(&format!("{order}/{back}")).2;
        assert!(page.contains(&format!("data-state=\"{state}\"")), "{page}");
        assert_eq!(allows(&visit.comes_to(&order, state)), [yes, no, no]);
        let (status, to, _) = visit.post(&format!("{order}/checkout"), &[]);
        assert_eq!((status, to), (303, order), "there is nothing more to pay there");
    }
}
