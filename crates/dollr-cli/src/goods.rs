//! `dollr goods`: claims the goods of one payment for a shell script, once for all who ask, and lists what was paid twice. It
//! never calls the vendor.

use std::process::ExitCode;

use dollr_client::{Claimed, Duplicate, Fulfilment};
use serde_json::json;

use crate::args::{Args, Goods};
use crate::failure::Failure;
use crate::{output, settings};

/// Somebody else's, or not to be said now.
const NOT_YOURS: u8 = 3;
/// A person must look.
const A_PERSON: u8 = 5;

pub(crate) fn run(args: &Args, command: &Goods) -> Result<ExitCode, Failure> {
    let goods = Fulfilment::new(settings::existing_journal(args)?)?;
    match command {
        Goods::Claim { key, by: Some(by) } => claim(&goods.name(by), key, args.json),
        Goods::Claim { key, by: None } => claim(&goods, key, args.json),
        Goods::Fulfilled { key } => {
            said(key, goods.fulfilled(key)?, ["fulfilled", "not claimed, or fulfilled before"], args.json)
        }
        Goods::Release { key } => {
            said(key, goods.release(key)?, ["released", "not claimed, or fulfilled"], args.json)
        }
        Goods::Duplicates => duplicates(&goods, args.json),
    }
}

fn claim(goods: &Fulfilment, key: &str, json: bool) -> Result<ExitCode, Failure> {
    let claimed = goods.claim(key)?;
    let (word, code) = match &claimed {
        Claimed::Claimed(_) => ("claimed", ExitCode::SUCCESS),
        Claimed::AlreadyClaimed { .. } => ("already_claimed", ExitCode::from(NOT_YOURS)),
        Claimed::NotPaid(verdict) => ("not_paid", output::unpaid_code(verdict)),
    };
    if json {
        let (payment, by, at) = match &claimed {
            Claimed::AlreadyClaimed { key, by, at } => (Some(key), Some(by), Some(at.to_string())),
            _ => (None, None, None),
        };
        output::say(json!({
            "key": key, "claim": word, "for": payment, "by": by, "at": at, "explanation": claimed.to_string(),
        }))?;
    } else {
        output::say(format_args!("{key}  {}", output::clean(&claimed.to_string())))?;
    }
    Ok(code)
}

/// A line for each.
fn duplicates(goods: &Fulfilment, json: bool) -> Result<ExitCode, Failure> {
    let found = goods.duplicates()?;
    for Duplicate { key, order, settlement, besides, at, .. } in &found {
        let (order, paid) = (order.as_deref(), settlement.as_ref().map(ToString::to_string));
        if json {
            let at = at.to_string();
            output::say(
                json!({ "key": key, "order": order, "besides": besides, "at": at, "settlement": paid }),
            )?;
        } else {
            let texts = [key.as_str(), besides.as_str(), order.unwrap_or_default()];
            let [key, besides, order] = texts.map(output::clean);
            let paid = paid.as_deref().unwrap_or("look at its row: dollr journal show");
            output::say(format_args!("{key}  besides {besides}, for order {order}: {paid}"))?;
        }
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(A_PERSON) })
}

fn said(key: &str, done: bool, [yes, no]: [&str; 2], json: bool) -> Result<ExitCode, Failure> {
    if json {
        output::say(json!({ "key": key, "done": done }))?;
    } else {
        output::say(format_args!("{key}  {}", if done { yes } else { no }))?;
    }
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::from(NOT_YOURS) })
}
