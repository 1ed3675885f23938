//! The transition tables and the machines say the same: every state × every kind of event, and every edge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

use crate::scenario::{START, Scenario, Script, Subject, Told, executions, sources};
use dollr_core::{
    Action, Bearer, Credentials, EXECUTION_TRANSITIONS, Edge, Event, Exchange, Loss, Purpose, Response,
    Secret, TOKEN_TRANSITIONS, Token, TokenAction,
};

/// Every kind of event; the answers and losses are to the awaited exchange, to an earlier or later one, and to one of another kind.
fn every_event(awaited: Exchange, told: fn(&str) -> Told) -> Vec<Event> {
    let other = |purpose| if purpose == Purpose::Status { Purpose::Execute } else { Purpose::Status };
    let exchanges = [
        awaited,
        Exchange { number: awaited.number.wrapping_add(1), ..awaited },
        Exchange { number: awaited.number.wrapping_sub(1), ..awaited },
        Exchange { purpose: other(awaited.purpose), ..awaited },
        Exchange { purpose: Purpose::Other, ..awaited },
    ];
    let words = ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "IDLE", "PAID", "CANCELED", "completed", ""];
    let codes = [0, 100, 200, 201, 204, 302, 400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 503, 999];
    let mut responses: Vec<Response> = words.iter().map(|word| told(word).response()).collect();
    responses.extend(
        words.iter().map(|word| told(word).with("payer_amount", "1").with("total_amount", "1").response()),
    );
    responses.extend(codes.iter().map(|code| Response::new(*code, "<html>")));
    responses.push(told("COMPLETED").header("Age", "1").response());
    let mut events =
        vec![Event::Recorded, Event::Hint, Event::Shown, Event::Resumed { patience: Duration::from_secs(9) }];
    events.extend([None, Some(Duration::from_secs(7))].map(|horizon| Event::Adopted { horizon }));
    for exchange in exchanges {
        events.extend([Loss::NotSent, Loss::Unknown].map(|loss| Event::Lost { exchange, loss }));
        events.extend(
            responses.iter().map(|response| Event::Answered { exchange, response: response.clone() }),
        );
    }
    events
}

/// The fact that an event names by itself; what an answer means depends on the state.
fn plain_fact(event: &Event) -> Option<&'static str> {
    match event {
        Event::Recorded => Some("recorded"),
        Event::Hint => Some("hinted"),
        Event::Shown => Some("shown"),
        Event::Resumed { .. } => Some("resumed"),
        Event::Adopted { .. } => Some("adopted"),
        Event::Answered { .. } | Event::Lost { .. } => None,
    }
}

fn legal(edges: &[Edge], state: &str) -> BTreeSet<&'static str> {
    edges.iter().filter(|edge| edge.from == state).map(|edge| edge.on).collect()
}

/// One event in one state: taken as an edge of the table, or refused with the machine as it was and the words for it.
fn check<M: Subject>(at: &Scenario<M>, event: &Event, awaited: Option<Exchange>) {
    let state = at.machine.state();
    let context = format!("{state}: {event:?}");
    let allowed = legal(M::EDGES, state);
    // What answers an action is legal while that action is asked for.
    let asked_for = match event {
        Event::Answered { exchange, .. } | Event::Lost { exchange, .. } => Some(*exchange) == awaited,
        Event::Recorded => matches!(at.next(), Action::Record(_)),
        Event::Shown => matches!(at.next(), Action::Act { .. }),
        Event::Hint | Event::Resumed { .. } | Event::Adopted { .. } => true,
    };
    let may_be = asked_for && plain_fact(event).is_none_or(|fact| allowed.contains(fact));
    match at.machine.clone().apply(event.clone(), at.now) {
        Ok(after) => {
            assert!(may_be, "{context} was taken");
            let fits = |edge: &Edge| {
                edge.from == state
                    && edge.to == after.state()
                    && plain_fact(event).is_none_or(|fact| edge.on == fact)
            };
            assert!(M::EDGES.iter().any(fits), "{context} led to {}", after.state());
        }
        Err(rejected) => {
            assert!(!may_be, "{context} was refused: {rejected}");
            assert_eq!(rejected.state(), state);
            assert_eq!(rejected.legal().iter().copied().collect::<BTreeSet<_>>(), allowed, "{context}");
            let said = rejected.to_string();
            assert!(said.contains(state) && said.contains(rejected.event()), "{said}");
            assert!(rejected.legal().iter().all(|fact| said.contains(fact)), "{said}");
            assert_eq!(format!("{rejected:?}"), format!("Rejected({said})"));
            assert!(plain_fact(event).is_none_or(|fact| rejected.event().starts_with(fact)), "{said}");
            assert_eq!(rejected.clone().into_machine().snapshot(), at.machine.snapshot(), "{context}");
            assert_eq!(rejected.into_machine(), at.machine, "{context}");
        }
    }
}

fn check_every_state<M: Subject>(scripts: Vec<Script<M>>, told: fn(&str) -> Told) {
    let nobody = Exchange { purpose: Purpose::Other, number: 0 };
    let mut seen = BTreeSet::new();
    for (_, script) in scripts {
        let at = script();
        seen.insert(at.machine.state());
        let asks_to_send = matches!(at.next(), Action::Send(_)) || at.machine.ask().is_some();
        let awaited = asks_to_send.then(|| at.request().exchange);
        for event in every_event(awaited.unwrap_or(nobody), told) {
            check(&at, &event, awaited);
        }
    }
    let states: BTreeSet<_> = M::EDGES.iter().map(|edge| edge.from).collect();
    assert_eq!(seen, states, "a state is not visited");
}

/// An illegal event is an error value that leaves the machine as it was, in every state (I6, I11; F4, F5).
#[test]
fn every_event_in_every_state_of_an_execution_is_legal_by_the_table_or_refused() {
    check_every_state(executions(), Told::status);
}

#[test]
fn every_event_in_every_state_of_a_source_is_legal_by_the_table_or_refused() {
    check_every_state(sources(), Told::source);
}

fn coverage<M: Subject + Debug>(scripts: Vec<Script<M>>) {
    let mut taken: BTreeMap<Edge, &str> = BTreeMap::new();
    for (name, script) in scripts {
        taken.extend(script().taken.into_iter().map(|edge| (edge, name)));
    }
    let never: Vec<_> = M::EDGES.iter().filter(|edge| !taken.contains_key(edge)).collect();
    assert!(never.is_empty(), "edges that no script takes: {never:#?}");
    let strange: Vec<_> = taken.iter().filter(|(edge, _)| !M::EDGES.contains(edge)).collect();
    assert!(strange.is_empty(), "steps that are in no table: {strange:#?}");
}

/// Nothing in the table is dead, and nothing happens outside of it.
#[test]
fn the_scripts_take_every_edge_of_an_execution() {
    coverage(executions());
}

#[test]
fn the_scripts_take_every_edge_of_a_source() {
    coverage(sources());
}

/// No edge leaves a terminal state (I6), and no edge stands twice.
#[test]
fn the_tables_are_sets_and_their_ends_absorb() {
    for edges in [EXECUTION_TRANSITIONS, dollr_core::SOURCE_TRANSITIONS, TOKEN_TRANSITIONS] {
        assert_eq!(edges.iter().collect::<BTreeSet<_>>().len(), edges.len());
    }
    let ends = ["Completed", "Failed", "Refused", "NotLanded", "Stuck", "Paid", "Canceled", "Mismatched"];
    let all = EXECUTION_TRANSITIONS.iter().chain(dollr_core::SOURCE_TRANSITIONS).chain(TOKEN_TRANSITIONS);
    for edge in all.filter(|edge| ends.contains(&edge.from)) {
        assert_eq!(edge.from, edge.to, "{edge:?} leaves an end");
    }
}

/// A step of a token: the fact that is expected, and what brings it about.
type TokenStep = (&'static str, fn(Token) -> Token);

fn credentials() -> Credentials {
    Credentials { client_id: "merchant".into(), client_secret: Secret::new("s3cret") }
}

fn obtained(token: Token, response: &Response) -> Token {
    // Ten days on, any token is due for renewal.
    let later = START.after(Duration::from_secs(864_000));
    let TokenAction::Obtain(request) = token.next(&credentials(), later) else { panic!("{token:?}") };
    token.apply(&Event::Answered { exchange: request.exchange, response: response.clone() }, START).unwrap()
}

fn token_steps() -> Vec<Vec<TokenStep>> {
    let fresh: TokenStep = ("obtained", |token| {
        obtained(token, &Response::new(200, r#"{"access_token": "abc", "expires_in": 60}"#))
    });
    let down: TokenStep = ("no_answer", |token| obtained(token, &Response::new(500, "")));
    let denied: TokenStep = ("denied", |token| obtained(token, &Response::new(401, "")));
    let given_up: TokenStep = ("expired", |token| {
        let TokenAction::Use(bearer) = token.next(&credentials(), START) else { panic!() };
        token.expired(&bearer)
    });
    let outdated: TokenStep =
        ("outdated", |token| token.expired(&Bearer { secret: Secret::new("old"), number: 77 }));
    vec![
        vec![down, fresh, fresh, outdated, given_up],
        vec![fresh, down],
        vec![fresh, denied, denied, down, fresh],
        vec![denied],
    ]
}

#[test]
fn the_scripts_take_every_edge_of_a_token() {
    let mut walked = BTreeSet::new();
    for script in token_steps() {
        let mut token = Token::new();
        for (on, step) in script {
            let from = token.state();
            token = step(token);
            let edge = Edge { from, on, to: token.state() };
            assert!(TOKEN_TRANSITIONS.contains(&edge), "{edge:?} is in no table");
            walked.insert(edge);
        }
    }
    let all: BTreeSet<_> = TOKEN_TRANSITIONS.iter().copied().collect();
    let never: Vec<_> = all.difference(&walked).collect();
    assert!(never.is_empty(), "edges that no script takes: {never:#?}");
}

#[test]
fn every_event_in_every_state_of_a_token_is_legal_by_the_table_or_refused() {
    for script in token_steps() {
        let token = script.iter().fold(Token::new(), |token, (_, step)| step(token));
        let asks =
            u32::try_from(script.iter().filter(|(on, _)| !["expired", "outdated"].contains(on)).count());
        let awaited = Exchange { purpose: Purpose::Other, number: asks.unwrap() };
        for event in every_event(awaited, Told::status) {
            let is_awaited = matches!(&event, Event::Answered { exchange, .. } | Event::Lost { exchange, .. } if *exchange == awaited);
            let state = token.state();
            match token.clone().apply(&event, START) {
                Ok(after) => {
                    assert!(is_awaited, "{state}: {event:?} was taken");
                    assert!(
                        TOKEN_TRANSITIONS.iter().any(|edge| edge.from == state && edge.to == after.state())
                    );
                }
                Err(rejected) => {
                    assert!(!is_awaited, "{rejected}");
                    assert_eq!(rejected.state(), state);
                    assert_eq!(
                        rejected.legal().iter().copied().collect::<BTreeSet<_>>(),
                        legal(TOKEN_TRANSITIONS, state)
                    );
                    assert!(rejected.to_string().contains(state));
                    assert_eq!(rejected.into_machine(), token);
                }
            }
        }
    }
}
