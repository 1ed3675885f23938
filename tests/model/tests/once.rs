//! The promises I1, I2, I4, I6 and I14 in every life that a payment can have within bounds (threats T2, T32; faults F1 to F5,
//! F8 to F10, F12 to F14, F18, F24, F25, F29, F30), and in each world that is broken on purpose, the life that breaks them.
//! `DOLLR_LONG=1` allows for more of everything.

use dollr_model::{Checked, FENCED, Flaw, ONCE, Role, Setting, TRUE, Vendor, WRITE_AHEAD, check, find};

const ALONE: &[Role] = &[Role::Attends];
const TOGETHER: &[Role] = &[Role::Attends, Role::Attends];
const BY_NIGHT: &[Role] = &[Role::Attends, Role::Reconciles];

fn is_long() -> bool {
    std::env::var_os("DOLLR_LONG").is_some_and(|long| long != "0")
}

fn told(setting: &Setting, checked: Checked) -> Checked {
    println!("{}: {checked}", setting.name);
    checked
}

/// Every promise holds in each of these worlds, and all that should be seen there was.
fn hold(settings: &[Setting], least: usize) {
    let mut states = 0;
    for setting in settings {
        let checked = told(setting, check(setting));
        assert!(checked.broken.is_empty(), "{}: {checked}", setting.name);
        assert!(checked.unseen.is_empty(), "{}: {checked}", setting.name);
        states += checked.unique;
    }
    println!("in all: {states} states");
    assert!(states >= least, "the worlds have become small: {states} states");
}

/// This promise is broken in this world, and the search finds it.
fn breaks(setting: &Setting, promise: &'static str) {
    let checked = told(setting, find(setting, promise));
    assert!(checked.broken.contains_key(promise), "{}: not found: {promise}: {checked}", setting.name);
}

fn alone(name: &'static str, vendor: Vendor) -> Setting {
    Setting { roles: ALONE, asks: 2, repeats: 1, oddities: 1, ..Setting::new(name, vendor) }
}

fn two(name: &'static str, roles: &'static [Role], vendor: Vendor) -> Setting {
    Setting { roles, asks: 2, repeats: 0, oddities: 0, crashes: 1, starts: 3, ..Setting::new(name, vendor) }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "a search is run with --release, as tests/run does")]
fn in_every_life_a_payment_moves_money_at_most_once() {
    use Vendor::{ChargesEach, Deduplicates};
    let mut settings = vec![
        alone("one worker, a vendor that charges each request", ChargesEach),
        Setting {
            resends: true,
            ..alone("one worker that sends again, a vendor that deduplicates", Deduplicates)
        },
        Setting {
            asks: 5,
            repeats: 0,
            oddities: 0,
            end_is_known: false,
            ..alone("a session whose end is not known", ChargesEach)
        },
        Setting {
            repeats: 0,
            hints: 2,
            ..alone("one worker who is told that something happened", ChargesEach)
        },
        two("two that attend, a vendor that charges each request", TOGETHER, ChargesEach),
        Setting {
            resends: true,
            ..two("two that attend and send again, a vendor that deduplicates", TOGETHER, Deduplicates)
        },
        two("one attends, one reconciles, a vendor that charges each request", BY_NIGHT, ChargesEach),
    ];
    if is_long() {
        settings.extend([
            Setting {
                asks: 3,
                crashes: 2,
                starts: 3,
                oddities: 2,
                repeats: 0,
                ..alone("one worker, more of everything", ChargesEach)
            },
            Setting { oddities: 1, ..two("two that attend, and odd answers", TOGETHER, ChargesEach) },
            Setting {
                resends: true,
                repeats: 1,
                ..two("two that attend and send again, and a network that repeats", TOGETHER, Deduplicates)
            },
            Setting {
                oddities: 1,
                crashes: 2,
                starts: 4,
                ..two("one attends, one reconciles, and odd answers", BY_NIGHT, ChargesEach)
            },
        ]);
    }
    hold(&settings, if is_long() { 10_000_000 } else { 1_000_000 });
}

#[test]
#[cfg_attr(debug_assertions, ignore = "a search is run with --release, as tests/run does")]
fn a_broken_world_is_found_out() {
    let resends = alone("404 means send again, a vendor that charges each request", Vendor::ChargesEach);
    breaks(&Setting { resends: true, ..resends }, ONCE);

    let no_fence = two("a journal that takes any write", TOGETHER, Vendor::ChargesEach);
    let no_fence = Setting { flaw: Flaw::NoFence, ..no_fence };
    breaks(&no_fence, FENCED);

    let no_record = alone("a host that does not record", Vendor::ChargesEach);
    breaks(&Setting { flaw: Flaw::NoRecord, ..no_record }, WRITE_AHEAD);

    let believes = alone("a host that believes any answer", Vendor::ChargesEach);
    breaks(&Setting { flaw: Flaw::Believes, ..believes }, TRUE);

    let guesses = alone("a host that takes no answer for not sent", Vendor::ChargesEach);
    breaks(&Setting { flaw: Flaw::GuessesNotSent, ..guesses }, ONCE);
}
