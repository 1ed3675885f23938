//! What a caller asks for: an intent, and what belongs to this one attempt only.

use std::fmt;
use std::time::Duration;

use dollr_core::{Intent, Secret, SourceKind};

type Show<'a> = Box<dyn Fn(&Secret) + Send + Sync + 'a>;

/// One attempt to move money: what, for which order, and how patiently.
pub struct Attempt<'a> {
    pub(crate) intent: Intent,
    pub(crate) order: Option<String>,
    pub(crate) despite: Option<String>,
    pub(crate) patience: Option<Duration>,
    pub(crate) show: Option<Show<'a>>,
    pub(crate) realtime: Option<SourceKind>,
}

impl<'a> Attempt<'a> {
    /// An attempt at `intent`, with the client's policy.
    pub fn new(intent: Intent) -> Self {
        Self { intent, order: None, despite: None, patience: None, show: None, realtime: None }
    }

    /// The merchant's own name of the order. It has one attempt at a time: while another one has moved money for it, or still
    /// may, this one is refused with [`JournalError::OrderTaken`](dollr_journal::JournalError::OrderTaken).
    #[must_use]
    pub fn order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// Begins although another attempt holds the order. The reason is kept in the journal, for whoever asks later why the
    /// customer was charged twice.
    #[must_use]
    pub fn despite(mut self, reason: impl Into<String>) -> Self {
        self.despite = Some(reason.into());
        self
    }

    /// How long to wait for a verdict; after it the payment is handed over, still open.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Listens to the payment's realtime channel while it waits, so that the verdict is known at once; `kind` is that of the source
    /// that its session was made for. The client needs a [realtime server](crate::ClientBuilder::realtime). Whatever the channel
    /// does or does not say, the verdict is the same.
    #[must_use]
    pub fn realtime(self, kind: SourceKind) -> Self {
        Self { realtime: Some(kind), ..self }
    }

    /// What to do with the secret of a 3-D Secure card: give it to the payer's browser. Never store it, never log it.
    ///
    /// Without this the payment is simply waited for, and the payer is not asked.
    #[must_use]
    pub fn show(mut self, show: impl Fn(&Secret) + Send + Sync + 'a) -> Self {
        self.show = Some(Box::new(show));
        self
    }
}

impl From<Intent> for Attempt<'_> {
    fn from(intent: Intent) -> Self {
        Self::new(intent)
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("intent", &self.intent)
            .field("order", &self.order)
            .field("despite", &self.despite)
            .field("patience", &self.patience)
            .field("realtime", &self.realtime)
            .finish_non_exhaustive()
    }
}
