//! How rows are written: each with what belongs to it, in one transaction.

use std::collections::BTreeMap;

use dollr_core::SourceRef;

use super::duplicates::Paid;
use super::fault::Fault;
use super::wire::Wire;
use super::{PostgresJournal, Values, duplicates, rows};
use crate::entry::{Page, Version};
use crate::error::JournalError;
use crate::stored::counted;

/// What belongs to a write.
#[derive(Clone, Copy)]
pub(super) enum With<'a> {
    Nothing,
    /// The order that must be free before it.
    FreeOrder(&'a str),
    /// That its order is paid, and by which source, where that is known.
    Payment(Option<SourceRef>),
}

impl<'a> With<'a> {
    pub(super) fn of(page: &Page<'_>, wanted: Option<&'a str>) -> Self {
        match wanted {
            Some(order) => Self::FreeOrder(order),
            None if page.paid => Self::Payment(page.pays_for),
            None => Self::Nothing,
        }
    }
}

/// What came of a write.
enum Written {
    Nothing,
    Committed,
    Taken(JournalError),
    Unanswered { transaction: String, why: JournalError },
}

impl PostgresJournal {
    /// Runs a statement that writes to the row of `key` and gives its transaction's id, and commits it, with what belongs to it: whether
    /// there was something to write.
    pub(super) fn write(
        &self,
        sql: &str,
        values: Values<'_>,
        key: &str,
        with: With<'_>,
    ) -> Result<bool, JournalError> {
        let written = self.pool.with(|wire| {
            let written = if let With::FreeOrder(order) = with {
                let (lock, holder) = (self.sql(rows::LOCK_ORDER), self.sql(rows::HOLDER));
                let [_, holders] = wire.begin("BEGIN", [(&*lock, &[&order]), (&*holder, &[&order])])?;
                if let Some(row) = holders.first() {
                    let (key, state) = (row.try_get(0)?, row.try_get(1)?);
                    wire.batch("ROLLBACK")?;
                    return Ok(Written::Taken(JournalError::OrderTaken {
                        order: order.to_owned(),
                        key,
                        state,
                    }));
                }
                wire.rows(sql, values)?
            } else {
                let [written] = wire.begin("BEGIN", [(sql, values)])?;
                written
            };
            let Some(row) = written.first() else {
                wire.batch("ROLLBACK")?;
                return Ok(Written::Nothing);
            };
            let transaction: String = row.try_get(0)?;
            if let With::Payment(pays_for) = with {
                duplicates::note(self, wire, &[(key, pays_for)])?;
            }
            match wire.batch("COMMIT") {
                Ok(()) => Ok(Written::Committed),
                // Not an error here: one would be taken for something that can be done again.
                Err(fault) if fault.is_broken() => {
                    Ok(Written::Unanswered { transaction, why: fault.at(&self.pool.address.place) })
                }
                Err(fault) => Err(fault),
            }
        })?;
        match written {
            Written::Nothing => Ok(false),
            Written::Committed => Ok(true),
            Written::Taken(error) => Err(error),
            Written::Unanswered { transaction, why } => {
                let found =
                    self.rows(rows::WRITTEN, &[&key, &transaction], |row| Ok(row.try_get::<_, bool>(0)?));
                match found.as_deref() {
                    Ok([true]) => Ok(true),
                    _ => Err(JournalError::Unsure { key: key.to_owned(), why: why.to_string() }),
                }
            }
        }
    }

    /// Runs the statement that writes many rows, of which some are paid: those that it has written.
    pub(super) fn update_all(
        &self,
        values: Values<'_>,
        paid: &[Paid<'_>],
    ) -> Result<BTreeMap<String, Version>, JournalError> {
        let update = self.sql(rows::UPDATE_ALL);
        self.pool.with(|wire: &mut Wire| {
            let alone = paid.is_empty();
            let rows = if alone {
                wire.rows(&update, values)?
            } else {
                let [rows] = wire.begin("BEGIN", [(&*update, values)])?;
                rows
            };
            let read = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, counted(row.try_get(1)?, 0)));
            let saved: BTreeMap<String, Version> = rows.iter().map(read).collect::<Result<_, Fault>>()?;
            if !alone {
                let paid: Vec<_> = paid.iter().copied().filter(|(key, _)| saved.contains_key(*key)).collect();
                duplicates::note(self, wire, &paid)?;
                wire.batch("COMMIT")?;
            }
            Ok(saved)
        })
    }
}
