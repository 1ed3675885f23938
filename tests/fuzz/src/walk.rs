//! What must hold of any machine at any moment, and of any event that it is told.

use std::fmt::Debug;

use dollr_core::{Action, Event, Machine, Policy, Resend, Schedule, Timestamp, Verdict};

use crate::draw::Draw;

/// What no text may hold.
pub(crate) const SECRETS: [&str; 2] = ["pi_secret_do_not_log", "passcode-31415"];

/// Looks at what a machine wants.
pub(crate) fn glance<M: Machine + Debug>(machine: &M, now: Timestamp) {
    let action = machine.next(now);
    assert_eq!(action, machine.next(now), "asked twice, it wants something else");
    if let Action::Wait { until, .. } = &action {
        assert!(*until > now, "a wait that is over would spin (I7)");
    }
}

/// Looks at a machine from all sides.
pub(crate) fn look<M: Machine + Debug>(machine: &M, now: Timestamp) {
    glance(machine, now);
    let action = machine.next(now);
    let snapshot = machine.snapshot();
    let restored = M::restore(&snapshot).expect("its own snapshot");
    assert_eq!(M::restore(&restored.snapshot()).as_ref(), Ok(&restored), "a second restart changes it");
    if machine.is_terminal() {
        assert_eq!(&restored, machine, "what has ended is the same after a restart");
        assert!(!matches!(machine.verdict(), Verdict::Open { .. }), "an end is a verdict");
    }
    assert!(
        !matches!(restored.next(now), Action::Send(request) if request.exchange.purpose == dollr_core::Purpose::Execute),
        "a restart sends (I1)"
    );
    let told = [
        snapshot.to_string(),
        format!("{machine:?}"),
        format!("{action:?}"),
        machine.explain(now).to_string(),
        format!("{:?}", machine.escalation(now)),
        machine.verdict().to_string(),
    ];
    for text in told {
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "a secret is told (I10): {text}");
    }
    if let Some(request) = machine.ask() {
        assert!(is_safe_path(&request.path), "{} is no safe path (T7)", request.path);
    }
    let _ = machine.due(now);
}

/// Whether a path can lead nowhere else.
pub(crate) fn is_safe_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_?=&".contains(&byte);
    path.starts_with("/v1/") && path.bytes().all(plain) && !path.contains("//")
}

/// Tells a machine; whether it took it. What is refused changes nothing, and an end is final.
pub(crate) fn tell<M: Machine + Debug>(machine: &mut M, event: Event, now: Timestamp) -> bool {
    let before = machine.clone();
    match before.clone().apply(event, now) {
        Ok(after) => {
            if before.is_terminal() {
                assert_eq!(after.state(), before.state(), "an end is left (I6)");
                assert_eq!(after.verdict(), before.verdict(), "a verdict changes (I6)");
            }
            if before.conflict().is_some() {
                assert_eq!(after.conflict(), before.conflict(), "a second conflict (I6)");
            }
            *machine = after;
            true
        }
        Err(rejected) => {
            assert_eq!(rejected.state(), before.state());
            assert_eq!(rejected.into_machine(), before, "a refused event changes the machine");
            false
        }
    }
}

/// A policy, within and beyond reason.
pub(crate) fn policy(draw: &mut Draw<'_>) -> Policy {
    let mut policy = Policy::default();
    if draw.flag() {
        policy = policy.schedule(Schedule::cards());
    }
    if draw.flag() {
        policy = policy.patience(draw.span()).horizon(draw.span());
    }
    if draw.below(4) == 3 {
        policy = policy.resend(Resend::AfterGrace { grace: draw.span(), sends: u32::from(draw.below(4)) });
    }
    policy
}
