//! Anything that may happen to a channel, and anything that may be sent to one (I8, T18, T19).

use dollr_core::{
    Channel, ChannelAction, ChannelEvent, ChannelPolicy, Exchange, Purpose, Response, SourceKind, Timestamp,
};

use crate::draw::{Draw, ID, NOW};

const TOPIC: &str = "realtime:payment-intent:55:07070707-0707-4707-8707-070707070707";
const KEY: &str = r#"{"access_token":"channel-key-17320","expires_in":600}"#;

/// A channel's life.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let mut now = Timestamp::from_millis(NOW);
    let mut policy = ChannelPolicy::default();
    if draw.flag() {
        policy = policy.life(draw.span()).join(draw.span()).heartbeat(draw.span()).verdict(draw.span());
    }
    let mut channel = watch(policy, now);
    for _ in 0..256 {
        if draw.is_empty() {
            break;
        }
        look(&channel, now);
        match draw.below(8) {
            0 => now = draw.moment(now),
            1 => channel = tell(channel, &any(&mut draw), now),
            2 => {
                let text = frame(&mut draw);
                channel = tell(channel, &ChannelEvent::Text(text), now);
            }
            _ => {
                let next = obey(&channel, &mut draw, &mut now);
                channel = next.map_or(channel.clone(), |event| {
                    channel.apply(&event, now).expect("what it asked for is taken")
                });
            }
        }
    }
}

/// The bytes are a frame, that a channel hears in each of its states.
pub(crate) fn hear(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let now = Timestamp::from_millis(NOW);
    let mut channel = watch(ChannelPolicy::default(), now);
    let script = [
        ChannelEvent::Answered {
            exchange: Exchange { purpose: Purpose::Other, number: 0 },
            response: Response::new(200, KEY),
        },
        ChannelEvent::Connected,
        ChannelEvent::Sent { number: 1 },
        ChannelEvent::Text(joined()),
        ChannelEvent::Hinted,
        ChannelEvent::Text(live()),
        ChannelEvent::Hinted,
    ];
    for event in script {
        heard(&channel, &text, now);
        if let Ok(next) = channel.clone().apply(&event, now) {
            channel = next;
        }
    }
    assert_eq!(channel.state(), "Live", "the script leads to a live channel");
    heard(&channel, &text, now);
}

fn heard(channel: &Channel, text: &str, now: Timestamp) {
    let after = tell(channel.clone(), &ChannelEvent::Text(text.to_owned()), now);
    look(&after, now);
    // Twice the same at once is one hint at most: a flood costs no more than one question.
    let twice = tell(after, &ChannelEvent::Text(text.to_owned()), now);
    look(&twice, now);
    if twice.next(now) == ChannelAction::Hint {
        let hinted = twice.apply(&ChannelEvent::Hinted, now).expect("it asked for it");
        assert_ne!(hinted.next(now), ChannelAction::Hint, "two hints in one moment (I8)");
    }
}

fn watch(policy: ChannelPolicy, now: Timestamp) -> Channel {
    let (session, id) = ("55".parse().expect("a session"), ID.parse().expect("an id"));
    Channel::watch(session, SourceKind::Invoice, id, policy, now)
}

fn look(channel: &Channel, now: Timestamp) {
    let action = channel.next(now);
    assert_eq!(action, channel.next(now), "asked twice, it wants something else");
    if let ChannelAction::Wait { until } = &action {
        assert!(*until > now, "a wait that is over would spin (I7)");
    }
    let told = format!("{channel:?} {action:?}");
    assert!(!told.contains("channel-key-17320"), "a key is told (I10): {told}");
    if !channel.is_live(now) {
        let due = now.after(std::time::Duration::from_secs(3));
        assert_eq!(channel.safety_poll(due, now, now), due, "a dead channel puts a question off");
    }
}

fn tell(channel: Channel, event: &ChannelEvent, now: Timestamp) -> Channel {
    let before = channel.clone();
    channel.apply(event, now).unwrap_or_else(|rejected| {
        let channel = rejected.into_machine();
        assert_eq!(channel, before, "a refused event changes the channel");
        channel
    })
}

/// Does what the channel wants, or tells it that it was in vain.
fn obey(channel: &Channel, draw: &mut Draw<'_>, now: &mut Timestamp) -> Option<ChannelEvent> {
    let fails = draw.below(8) == 0;
    Some(match channel.next(*now) {
        ChannelAction::Key(request) if fails => ChannelEvent::Unanswered { exchange: request.exchange },
        ChannelAction::Key(request) => {
            ChannelEvent::Answered { exchange: request.exchange, response: draw.response(&[KEY, KEY, "{}"]) }
        }
        ChannelAction::Connect(_) if fails => {
            ChannelEvent::Unconnected { status: draw.one_of(&[None, Some(401), Some(500)]) }
        }
        ChannelAction::Connect(_) => ChannelEvent::Connected,
        ChannelAction::Send(_) if fails => ChannelEvent::Closed,
        ChannelAction::Send(push) => ChannelEvent::Sent { number: push.number },
        ChannelAction::Hint => ChannelEvent::Hinted,
        ChannelAction::Close => ChannelEvent::Closed,
        ChannelAction::Wait { until } => {
            *now = until;
            return None;
        }
        ChannelAction::Done(_) => return None,
    })
}

fn any(draw: &mut Draw<'_>) -> ChannelEvent {
    match draw.below(9) {
        0 => ChannelEvent::Connected,
        1 => ChannelEvent::Closed,
        2 => ChannelEvent::Binary,
        3 => ChannelEvent::Hinted,
        4 => ChannelEvent::Leave,
        5 => ChannelEvent::Sent { number: u32::from(draw.below(8)) },
        6 => ChannelEvent::Unconnected { status: draw.one_of(&[None, Some(403), Some(503)]) },
        7 => ChannelEvent::Unanswered { exchange: draw.exchange() },
        _ => ChannelEvent::Answered { exchange: draw.exchange(), response: draw.response(&[KEY, "{}"]) },
    }
}

/// A frame, mostly one that fits.
fn frame(draw: &mut Draw<'_>) -> String {
    let reference = draw.below(8);
    match draw.below(9) {
        0 => draw.text(),
        1 => joined().replace("\"1\"", &format!("\"{reference}\"")),
        2 => live(),
        3 => format!(r#"[null,"{reference}","phoenix","phx_reply",{{"status":"ok","response":{{}}}}]"#),
        4 => format!(r#"["1",null,"{TOPIC}","phx_error",{{}}]"#),
        5 => format!(r#"["1",null,"{TOPIC}","phx_close",{{}}]"#),
        6 => format!(
            r#"["1",null,"{TOPIC}","postgres_changes",{{"ids":[7],"data":{{"schema":"public","table":"checkout_payment_intent_public_status","record":{{"reference_id":"{ID}"}},"errors":null}}}}]"#
        ),
        7 => format!(
            r#"["1","{reference}","{TOPIC}","phx_reply",{{"status":"error","response":{{"reason":"{}"}}}}]"#,
            draw.one_of(&["unmatched topic", "InvalidJWTToken: expired", "ChannelRateLimitReached", "x"])
        ),
        _ => format!(
            r#"["1",null,"{TOPIC}","system",{{"extension":"{}","status":"{}","message":"{}"}}]"#,
            draw.one_of(&["postgres_changes", "system"]),
            draw.one_of(&["ok", "error"]),
            draw.one_of(&[
                "Subscribed to PostgreSQL",
                "Server requested disconnect",
                "Token has expired",
                "No subscription params provided"
            ])
        ),
    }
}

fn joined() -> String {
    format!(
        r#"["1","1","{TOPIC}","phx_reply",{{"status":"ok","response":{{"postgres_changes":[{{"event":"*","schema":"public","table":"checkout_payment_intent_public_status","filter":"reference_id=eq.{ID}","id":7}}]}}}}]"#
    )
}

fn live() -> String {
    format!(
        r#"["1",null,"{TOPIC}","system",{{"extension":"postgres_changes","status":"ok","message":"Subscribed to PostgreSQL"}}]"#
    )
}
