//! The magic values: which account id or phone number makes a payment go which way. One table drives both the behaviour
//! and the cheat sheet that people read.

use std::fmt::Write as _;

use crate::fault::KINDS;
use crate::realtime::sheet::{HEADING, SCENARIOS};

/// A status that a payment has from a moment after its creation on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) after_ms: u64,
    pub(crate) status: &'static str,
    /// Whether the payer must confirm (3-D Secure) while the payment is here.
    pub(crate) asks: bool,
}

const fn step(after_ms: u64, status: &'static str) -> Step {
    Step { after_ms, status, asks: false }
}

const fn asks(after_ms: u64) -> Step {
    Step { after_ms, status: "PENDING", asks: true }
}

/// A payment's whole life, known when it is created.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    /// Whether it is a card that 3-D Secure protects.
    pub(crate) card: bool,
    pub(crate) amounts_as_strings: bool,
}

enum Account {
    Is(&'static str),
    /// `10NN`: the steps' times are counted in `NN` seconds.
    Seconds(&'static str),
}

struct Magic {
    account: Account,
    steps: &'static [Step],
    amounts_as_strings: bool,
    what: &'static str,
}

const fn magic(account: &'static str, steps: &'static [Step], what: &'static str) -> Magic {
    Magic { account: Account::Is(account), steps, amounts_as_strings: false, what }
}

/// The account whose payment is declined and yet completes.
pub(crate) const FAILED_THEN_COMPLETED: &str = "5000";

/// Any other account.
const DEFAULT: &str = "18";

const ACCOUNTS: [Magic; 13] = [
    magic(
        DEFAULT,
        &[step(0, "PENDING"), step(1_500, "PROCESSING"), step(3_000, "COMPLETED")],
        "approved after 3 s, and so is every account that is not in this table",
    ),
    magic("1000", &[step(0, "COMPLETED")], "approved at once"),
    Magic {
        account: Account::Seconds("10"),
        steps: &[step(0, "PENDING"), step(500, "PROCESSING"), step(1_000, "COMPLETED")],
        amounts_as_strings: false,
        what: "approved after NN seconds (1001 to 1099)",
    },
    magic("2000", &[step(0, "FAILED")], "declined at once"),
    magic(
        "2001",
        &[step(0, "PENDING"), step(1_000, "PROCESSING"), step(3_000, "FAILED")],
        "declined after 3 s",
    ),
    magic("3000", &[step(0, "PROCESSING")], "never settles: PROCESSING for ever"),
    magic("3001", &[step(0, "PENDING")], "never starts: PENDING for ever"),
    magic("4000", &[asks(0)], "3-D Secure: PENDING until the payer confirms or refuses on the page"),
    magic("4001", &[asks(0), step(5_000, "COMPLETED")], "3-D Secure that is confirmed by itself after 5 s"),
    magic(
        FAILED_THEN_COMPLETED,
        &[step(0, "PENDING"), step(2_000, "FAILED"), step(6_000, "COMPLETED")],
        "FAILED after 2 s, yet COMPLETED after 6 s: the money moves then",
    ),
    magic(
        "6000",
        &[step(0, "PENDING"), step(1_000, "SETTLING"), step(6_000, "COMPLETED")],
        "an undocumented status, SETTLING, from 1 s to 6 s, then COMPLETED",
    ),
    magic(
        "7000",
        &[step(0, "PENDING"), step(4_000, "PROCESSING"), step(12_000, "COMPLETED")],
        "slow: PENDING for 4 s, PROCESSING until 12 s, then COMPLETED",
    ),
    Magic {
        account: Account::Is("8000"),
        steps: &[step(0, "COMPLETED")],
        amounts_as_strings: true,
        what: "approved at once; amounts are written as strings",
    },
];

impl Magic {
    fn plan(&self, account: &str) -> Option<Plan> {
        let factor = match self.account {
            Account::Is(id) => u64::from(id == account),
            Account::Seconds(prefix) => seconds(account.strip_prefix(prefix)?)?,
        };
        if factor == 0 {
            return None;
        }
        let steps =
            self.steps.iter().map(|step| Step { after_ms: step.after_ms * factor, ..*step }).collect();
        let card = self.steps.iter().any(|step| step.asks);
        Some(Plan { steps, card, amounts_as_strings: self.amounts_as_strings })
    }
}

fn seconds(digits: &str) -> Option<u64> {
    if digits.len() != 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// What becomes of a payment from or to this account.
pub(crate) fn plan_for(account: &str) -> Plan {
    let planned = |account: &str| ACCOUNTS.iter().find_map(|magic| magic.plan(account));
    planned(account).or_else(|| planned(DEFAULT)).unwrap_or(Plan {
        steps: Vec::new(),
        card: false,
        amounts_as_strings: false,
    })
}

/// What becomes of a hosted checkout, chosen by the last digits of `party_phone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Customer {
    /// Decides on the page; an approval settles after so many ms, or never.
    Decides { settles_after_ms: Option<u64> },
    /// Pays by itself, without the page.
    Pays { after_ms: u64 },
    /// Turns the checkout down by itself.
    Cancels { after_ms: u64 },
}

const CUSTOMERS: [(&str, Customer, &str); 4] = [
    (
        "9002",
        Customer::Decides { settles_after_ms: Some(5_000) },
        "an approval stays PROCESSING for 5 s, then PAID",
    ),
    ("9003", Customer::Decides { settles_after_ms: None }, "an approval stays PROCESSING for ever"),
    ("9004", Customer::Pays { after_ms: 3_000 }, "pays by itself 3 s after the checkout is created"),
    ("9005", Customer::Cancels { after_ms: 3_000 }, "cancels by itself 3 s after the checkout is created"),
];

/// What the customer with this phone number does on a hosted checkout.
pub(crate) fn customer_for(phone: &str) -> Customer {
    let found = CUSTOMERS.iter().find(|(ending, _, _)| phone.ends_with(ending));
    found.map_or(Customer::Decides { settles_after_ms: Some(0) }, |(_, customer, _)| *customer)
}

/// The account that a transfer or refund behaves like: the last four digits of the source's `party_phone`.
pub(crate) fn account_of_phone(phone: &str) -> &str {
    phone.len().checked_sub(4).and_then(|start| phone.get(start..)).unwrap_or("")
}

/// What to type to make which thing happen, as plain text for a terminal.
pub fn cheat_sheet() -> String {
    let mut sheet = String::from(
        "Magic accounts (payment_account_id of a collection, payout_account_id of a payout;\n\
         a transfer or refund takes the last four digits of the source's party_phone)\n",
    );
    for magic in &ACCOUNTS {
        let account = match magic.account {
            Account::Is(id) => id.to_owned(),
            Account::Seconds(prefix) => format!("{prefix}NN"),
        };
        let _ = writeln!(sheet, "  {account:<6}  {}", magic.what);
    }
    sheet.push_str("\nMagic phones (party_phone of a hosted checkout ends in)\n");
    sheet.push_str("  other   an approval on the page is PAID at once\n");
    for (ending, _, what) in &CUSTOMERS {
        let _ = writeln!(sheet, "  {ending:<6}  {what}");
    }
    sheet.push_str(FIXED);
    sheet.push_str(FAULTS);
    for (json, what) in KINDS {
        let _ = writeln!(sheet, "  {json:<54}  {what}");
    }
    sheet.push_str(HEADING);
    for (json, what) in SCENARIOS {
        let _ = writeln!(sheet, "  {json:<54}  {what}");
    }
    sheet
}

const FIXED: &str = "
There from the start
  INVOICE 101 over 250.00 USD, ORDER 202 over 75.50 USD
  session 55 on INVOICE 101: never expires, and any number of reference ids may use it until the invoice is paid
  bearer YOUR_ACCESS_TOKEN, as in the vendor's documentation, is accepted
  client id sim-client, client secret sim-secret (unless told otherwise)

Pages
  the url of a checkout        the customer pays
  /sim/3ds/{client_secret}     the payer confirms a card

Control
  GET    /_sim/ledger          every movement of money, and every call
  GET    /_sim/faults          what is armed
  POST   /_sim/faults          arm one: {\"at\":\"execute\",\"kind\":\"drop\",\"when\":\"after\"}
  DELETE /_sim/faults          disarm all
  POST   /_sim/dedup           {\"deduplicate\":false}: every POST moves money
  GET    /_sim/clock           the simulator's time
  POST   /_sim/clock           {\"advance_ms\":5000} or {\"advance_to_ms\":1748788200000}
  POST   /_sim/tokens/expire   every token handed out so far stops working
  POST   /_sim/deliver         requests that delay_effect holds up arrive now
  GET    /_sim/realtime        every connection, token and frame of the realtime socket
  POST   /_sim/realtime/scenarios   arm one of those below: {\"kind\":\"close\",\"code\":1012}; DELETE disarms all
  POST   /_sim/realtime/settings    {\"live_after_ms\":300}, and the other delays
  POST   /_sim/reset           back to the start
";

const FAULTS: &str = "
Faults: {\"at\": …, \"when\": …, \"times\": 1, \"skip\": 0, and one of the lines below}
  at: token, checkout, session, execute, status, source_status, links, realtime_key, any
  (any unless given)
  when: before or after the effect (before unless given); times 4294967295 is for ever
";

#[cfg(test)]
mod tests {
    use super::{ACCOUNTS, Account, CUSTOMERS, Customer, cheat_sheet, customer_for, plan_for};

    #[test]
    fn the_cheat_sheet_names_every_magic_value() {
        let sheet = cheat_sheet();
        for magic in &ACCOUNTS {
            let (Account::Is(id) | Account::Seconds(id)) = magic.account;
            assert!(sheet.contains(&format!("\n  {id}")), "{id}");
        }
        for (ending, _, what) in &CUSTOMERS {
            assert!(sheet.contains(ending) && sheet.contains(what), "{ending}");
        }
    }

    #[test]
    fn an_account_chooses_its_own_fate() {
        let last = |account| plan_for(account).steps.last().map(|step| (step.after_ms, step.status));
        assert_eq!(last("1000"), Some((0, "COMPLETED")));
        assert_eq!(last("1007"), Some((7_000, "COMPLETED")));
        assert_eq!(last("1099"), Some((99_000, "COMPLETED")));
        assert_eq!(last("10+7"), last("18"), "not two digits");
        assert_eq!(last("2000"), Some((0, "FAILED")));
        assert_eq!(last("whoever"), Some((3_000, "COMPLETED")));
        assert!(plan_for("4000").card && !plan_for("18").card);
    }

    #[test]
    fn a_phone_is_chosen_by_its_ending() {
        assert_eq!(customer_for("231880009004"), Customer::Pays { after_ms: 3_000 });
        assert_eq!(customer_for("231880000001"), Customer::Decides { settles_after_ms: Some(0) });
    }
}
