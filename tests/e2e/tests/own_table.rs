//! A merchant with a table and an HTTP library of their own, and the core alone between them: the snapshot is a text
//! column, `next_at` says when to come back, and each visit may be another process.

use dollr_client::core::{
    Action, Bearer, Credentials, Event, Execution, Loss, Machine, Policy, Request, Response, Secret,
    Snapshot, Timestamp, Token, TokenAction,
};
use dollr_e2e::{Payment, World};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Call, Fault, FaultKind};
use rusqlite::{Connection, params};
use ureq::http;

/// The merchant's orders. The only columns that the core cares for are the last two.
const ORDERS: &str =
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, verdict TEXT, snapshot TEXT NOT NULL, next_at INTEGER)";

struct Shop<'a> {
    world: &'a World,
    table: Connection,
    http: ureq::Agent,
    token: Token,
}

impl<'a> Shop<'a> {
    fn open(world: &'a World) -> Self {
        let table = Connection::open(world.folder.path().join("shop.db")).expect("a database");
        table.execute_batch(ORDERS).expect("a table");
        let http =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build();
        Self { world, table, http: http.into(), token: Token::new() }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.world.sim.clock().now_ms())
    }

    /// A customer clicks “pay”: the order is on record, and nothing has been sent.
    fn order(&self, payment: &Payment) {
        let machine = Execution::prepare(payment.intent.clone(), Policy::default(), self.now());
        let snapshot = machine.snapshot();
        let row = params![column(payment.order), snapshot.as_str(), column(self.now().as_millis())];
        self.table
            .execute("INSERT INTO orders (id, snapshot, next_at) VALUES (?1, ?2, ?3)", row)
            .expect("a row");
    }

    /// One run of the worker: every order that is due is visited once. Says when to run again, if any is left.
    fn run(&mut self) -> Option<i64> {
        for (id, snapshot, handed_over) in self.due() {
            self.visit(id, &Snapshot::new(snapshot), handed_over);
        }
        self.table.query_row("SELECT min(next_at) FROM orders", [], |row| row.get(0)).expect("a moment")
    }

    /// What has a verdict is waited for by nobody.
    fn due(&self) -> Vec<(i64, String, bool)> {
        let query =
            "SELECT id, snapshot, verdict IS NOT NULL FROM orders WHERE next_at <= ?1 ORDER BY next_at";
        let mut due = self.table.prepare(query).expect("a query");
        let rows = due
            .query_map([column(self.now().as_millis())], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .expect("rows");
        rows.collect::<Result<_, _>>().expect("orders")
    }

    /// Loads the order, does what is to be done now, and puts it back with the time to come again.
    fn visit(&mut self, id: i64, snapshot: &Snapshot, handed_over: bool) {
        let mut machine = Execution::restore(snapshot).expect("what was kept");
        if handed_over {
            let adopted = Event::Adopted { horizon: None };
            machine = machine.apply(adopted, self.now()).expect("always legal");
        }
        loop {
            let event = match machine.next(self.now()) {
                Action::Record(snapshot) => {
                    self.keep(id, &snapshot, None, Some(self.now()));
                    Event::Recorded
                }
                Action::Send(request) => self.send(&request),
                Action::Wait { until, .. } => {
                    let verdict = handed_over.then(|| machine.verdict().name());
                    return self.keep(id, &machine.snapshot(), verdict, Some(until));
                }
                Action::Act { .. } => Event::Shown,
                Action::Done(verdict) => {
                    let due = machine.due(self.now());
                    return self.keep(id, &machine.snapshot(), Some(verdict.name()), due);
                }
            };
            machine = machine.apply(event, self.now()).expect("an event that was asked for");
        }
    }

    fn keep(&self, id: i64, snapshot: &Snapshot, verdict: Option<&str>, next_at: Option<Timestamp>) {
        let row = params![id, snapshot.as_str(), verdict, next_at.map(|at| column(at.as_millis()))];
        let update = "UPDATE orders SET snapshot = ?2, verdict = ?3, next_at = ?4 WHERE id = ?1";
        assert_eq!(self.table.execute(update, row).expect("an update"), 1);
    }

    fn verdict(&self, payment: &Payment) -> Option<String> {
        let query = "SELECT verdict FROM orders WHERE id = ?1";
        self.table.query_row(query, [column(payment.order)], |row| row.get(0)).expect("a verdict")
    }

    fn send(&mut self, request: &Request) -> Event {
        let exchange = request.exchange;
        let bearer = self.bearer();
        let Some(response) = self.call(request, Some(&bearer)) else {
            return Event::Lost { exchange, loss: Loss::Unknown };
        };
        if response.status() == 401 {
            self.token = std::mem::take(&mut self.token).expired(&bearer);
        }
        Event::Answered { exchange, response }
    }

    fn bearer(&mut self) -> Bearer {
        let credentials =
            Credentials { client_id: CLIENT_ID.to_string(), client_secret: Secret::new(CLIENT_SECRET) };
        loop {
            match self.token.next(&credentials, self.now()) {
                TokenAction::Use(bearer) => return bearer,
                TokenAction::Obtain(request) => {
                    let response = self.call(&request, None).expect("an answer");
                    let event = Event::Answered { exchange: request.exchange, response };
                    self.token = std::mem::take(&mut self.token).apply(&event, self.now()).expect("a token");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn call(&self, request: &Request, bearer: Option<&Bearer>) -> Option<Response> {
        let uri = format!("{}{}", self.world.sim.base_url(), request.path);
        let mut head = http::Request::builder().method(request.method.as_str()).uri(uri);
        for (name, value) in request.headers() {
            head = head.header(name, value);
        }
        if let Some(bearer) = bearer {
            head = head.header("Authorization", format!("Bearer {}", bearer.secret.expose()));
        }
        let body = request.body.as_ref().map_or("", Secret::expose).to_string();
        let mut answer = self.http.run(head.body(body).expect("a request")).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        let response = Response::new(answer.status().as_u16(), text);
        let headers = answer.headers().iter();
        Some(
            headers.fold(response, |r, (name, value)| {
                r.with_header(name.as_str(), value.to_str().unwrap_or(""))
            }),
        )
    }
}

/// SQL's integers are signed.
fn column(number: u64) -> i64 {
    number.try_into().expect("a small number")
}

/// I2, I4, I7: with nothing of this project but the core, each order is charged once, paid only if it was, and asked about
/// until it ends or a person must look.
#[test]
fn a_merchants_own_table_and_http_keep_the_promises() {
    let world = World::without_deduplication();
    let mut shop = Shop::open(&world);
    let lost = |at, kind| Some(Fault::new(at, kind));
    let orders: Vec<_> = [
        ("1002", None, "paid", (1, 1)),
        ("2001", None, "failed", (1, 0)),
        ("4001", None, "paid", (1, 1)),
        ("1002", lost(Call::Execute, FaultKind::Drop).map(Fault::after), "paid", (1, 1)),
        ("1002", lost(Call::Execute, FaultKind::DelayEffect { reads: 2 }), "paid", (1, 1)),
        ("1002", lost(Call::Execute, FaultKind::RetryAfter { value: "7".to_string() }), "paid", (2, 1)),
        ("1002", lost(Call::Status, FaultKind::HtmlOk).map(|fault| fault.times(3)), "paid", (1, 1)),
        ("3000", None, "stuck", (1, 0)),
        ("5000", None, "failed", (1, 1)),
    ]
    .into_iter()
    .map(|(account, fault, verdict, counts)| {
        let payment = world.payment(account);
        if let Some(fault) = fault {
            world.arm(&payment, fault);
        }
        shop.order(&payment);
        (payment, verdict, counts)
    })
    .collect();

    let mut runs = 0;
    while let Some(next) = shop.run() {
        runs += 1;
        assert!(runs < 10_000, "it never ends");
        world.sim.clock().advance_to(next.try_into().expect("a moment"));
    }
    for (payment, verdict, counts) in &orders {
        assert_eq!(shop.verdict(payment).as_deref(), Some(*verdict), "{}", payment.key());
        assert_eq!(world.posts_and_charges(payment), *counts, "{verdict}");
    }
    let snapshot = |payment: &Payment| {
        let query = "SELECT snapshot FROM orders WHERE id = ?1";
        let text: String =
            shop.table.query_row(query, [column(payment.order)], |row| row.get(0)).expect("an order");
        Execution::restore(&Snapshot::new(text)).expect("what was kept")
    };
    let (flipped, ..) = orders.last().expect("the one that failed");
    assert!(snapshot(flipped).conflict().is_some(), "I6, F18: it was asked about once more");
}
