//! Goods that were claimed for a caller. Where he was interrupted and never heard of it, they are claimed for nobody.

use std::sync::Arc;

use dollr_client::{Claimed, Client, Delivery};

/// What a claim has found, until its caller has [`heard`](Self::heard) of it. Dropped before, it releases the goods.
pub(crate) struct Unheard<T> {
    found: Option<T>,
    claimed: Option<(Arc<Client>, String)>,
}

impl Unheard<Claimed> {
    pub(crate) fn claim(client: Arc<Client>, key: String, found: Claimed) -> Self {
        let is_new = matches!(found, Claimed::Claimed(_));
        Self { found: Some(found), claimed: is_new.then_some((client, key)) }
    }
}

impl Unheard<Delivery> {
    pub(crate) fn delivery(client: Arc<Client>, found: Option<Delivery>) -> Self {
        let claimed = found.as_ref().map(|delivery| (client, delivery.key.clone()));
        Self { found, claimed }
    }
}

impl<T> Unheard<T> {
    /// Gives it to the caller, whose goods they are from now on.
    pub(crate) fn heard(mut self) -> Option<T> {
        self.claimed = None;
        self.found.take()
    }
}

impl<T> Drop for Unheard<T> {
    fn drop(&mut self) {
        if let Some((client, key)) = self.claimed.take() {
            // Where the journal cannot be written, they stay claimed, as by one who has died.
            let _ = client.release(key);
        }
    }
}
