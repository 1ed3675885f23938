//! What becomes of a channel's token while it lives: a new one, and its end.

use super::connection::{Connection, Task};
use super::frame::Incoming;
use super::log::TokenEntry;
use super::token::{self, Claims};

impl Connection {
    /// A new token for a channel. There is no answer, only what follows.
    pub(super) fn refresh(&mut self, serial: u64, frame: &Incoming, now_ms: u64) {
        let Some(channel) = self.channels.iter_mut().find(|channel| channel.serial == serial) else { return };
        let Some(token) = frame.payload["access_token"].as_str() else { return };
        if token.starts_with("sb_") || token == channel.token {
            return;
        }
        let checked = token::check(token, now_ms);
        token.clone_into(&mut channel.token);
        self.note_token(TokenEntry::new(&frame.topic, "access_token", &checked), now_ms);
        match checked {
            Ok(claims) => {
                let after_ms = self.hub.settings().resubscribe_after_ms;
                self.plan(claims.expires_at_ms(), Task::Expire(serial, token.to_owned()));
                self.plan(now_ms.saturating_add(after_ms), Task::Resubscribe(serial, claims));
            }
            Err(refusal) => self.end(serial, &refusal.message()),
        }
    }

    pub(super) fn note_token(&self, entry: TokenEntry, at_ms: u64) {
        self.hub.note(|log| log.tokens.push(TokenEntry { connection: self.id, at_ms, ..entry }));
    }

    pub(super) fn resubscribe(&mut self, serial: u64, claims: Claims, at_ms: u64) {
        let Some(channel) = self.channel(serial) else { return };
        let same = channel.claims.reference_id == claims.reference_id && channel.live;
        channel.claims = claims;
        if same {
            // What it has not heard yet comes all the same: the subscription was changed in its place.
            return self.say_live(serial, at_ms);
        }
        self.go_live(serial, at_ms);
    }

    pub(super) fn expire(&mut self, serial: u64, token: &str, at_ms: u64) {
        if self.channel(serial).is_some_and(|channel| channel.token == token) {
            let seconds_ago = token::check(token, at_ms).err();
            let message = seconds_ago.map_or_else(String::new, |refusal| refusal.message());
            self.end(serial, &message);
        }
    }
}
