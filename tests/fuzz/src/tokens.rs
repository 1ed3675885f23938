//! Anything that may happen to the bearer token, in any order.

use dollr_core::{Credentials, Event, Purpose, Secret, Timestamp, Token, TokenAction};

use crate::draw::{Draw, NOW};

const BODIES: [&str; 6] = [
    r#"{"access_token":"bearer-14142","expires_in":60}"#,
    r#"{"access_token":"bearer-14142","expires_in":5}"#,
    r#"{"access_token":"bearer-14142","expires_in":18446744073709551615}"#,
    r#"{"data":{"access_token":"bearer-14142","expires_in":1}}"#,
    r#"{"access_token":"","expires_in":0}"#,
    r#"{"detail":"client-secret-27182 is wrong"}"#,
];

/// A token's life.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let mut now = Timestamp::from_millis(NOW);
    let secret = Secret::new("client-secret-27182");
    let credentials = Credentials { client_id: draw.text(), client_secret: secret };
    let mut token = Token::new();
    for _ in 0..256 {
        if draw.is_empty() {
            break;
        }
        let action = token.next(&credentials, now);
        assert_eq!(action, token.next(&credentials, now), "asked twice, it wants something else");
        let told = format!("{token:?} {action:?} {credentials} {credentials:?}");
        for secret in ["client-secret-27182", "bearer-14142"] {
            assert!(!told.contains(secret), "a secret is told (I10): {told}");
        }
        match (draw.below(6), action) {
            (0, _) => now = draw.moment(now),
            (1, TokenAction::Use(bearer)) => token = token.expired(&bearer),
            (1, _) => {
                let (exchange, loss) = (draw.exchange(), draw.loss());
                token = tell(token, &Event::Lost { exchange, loss }, now);
            }
            (2, _) => {
                let event = Event::Answered { exchange: draw.exchange(), response: draw.response(&BODIES) };
                token = tell(token, &event, now);
            }
            (_, TokenAction::Obtain(request)) => {
                assert!(!request.authorized && request.exchange.purpose == Purpose::Other);
                let event = Event::Answered { exchange: request.exchange, response: draw.response(&BODIES) };
                token = token.apply(&event, now).expect("it is awaited");
            }
            (_, TokenAction::Wait { until }) => {
                assert!(until > now, "a wait that is over would spin (I7)");
                now = until;
            }
            _ => {}
        }
    }
}

fn tell(token: Token, event: &Event, now: Timestamp) -> Token {
    let before = token.clone();
    token.apply(event, now).unwrap_or_else(|rejected| {
        let token = rejected.into_machine();
        assert_eq!(token, before, "a refused event changes the token");
        token
    })
}
