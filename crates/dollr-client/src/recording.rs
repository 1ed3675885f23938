//! How a machine is kept in the journal, and what the journal has of it.

use dollr_core::Machine;
use dollr_journal::{Order, Version};

use crate::Error;

/// What the journal has of a machine.
pub(crate) struct Row<M> {
    pub(crate) version: Version,
    pub(crate) saved: M,
    /// The order that it is for.
    pub(crate) order: Option<String>,
}

impl<M: Machine> Row<M> {
    /// Refuses what is on record for another order than `wanted`, if that is given. What has none gets it with the next write, unless
    /// it is paid: then its goods may have been handed out as its own.
    pub(crate) fn is_for(&self, wanted: Option<&str>) -> Result<(), Error> {
        let order = self.order.as_deref();
        let fits = wanted.is_none() || order == wanted || order.is_none() && !self.saved.is_paid();
        if fits {
            Ok(())
        } else {
            Err(Error::OtherOrder { key: self.saved.key(), order: self.order.clone() })
        }
    }
}

/// How a machine is kept.
#[derive(Clone, Copy)]
pub(crate) enum Recording<'a> {
    /// Under a key that nobody has used, for an order.
    New(Option<Order<'a>>),
    /// Under a key that others may have used, too, for the order of this name.
    Shared(Option<&'a str>),
    /// Not while another order's is on record under its key: it only looks, until it is paid itself.
    Beside(Option<&'a str>),
}

impl<'a> Recording<'a> {
    /// The order that a row of others must be for.
    pub(crate) fn wanted(self) -> Option<&'a str> {
        match self {
            Self::New(_) => None,
            Self::Shared(order) | Self::Beside(order) => order,
        }
    }
}
