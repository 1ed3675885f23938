//! The token call's answer (API §2). **`expires_in` is in minutes here.**

use core::time::Duration;

use super::{BadAnswer, Object};
use crate::Secret;

#[derive(Debug)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: Secret,
    pub(crate) life: Duration,
}

impl TokenAnswer {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, BadAnswer> {
        let object = Object::parse(body, "access_token")?;
        let access_token = access_token(&object)?;
        let minutes = object.number("expires_in")?.ok_or_else(|| BadAnswer::missing("expires_in"))?;
        if minutes == 0 {
            return Err(BadAnswer::new("field `expires_in` is 0: such a token would be renewed without end"));
        }
        Ok(Self { access_token, life: Duration::from_secs(minutes.saturating_mul(60)) })
    }
}

/// A token that is safe in a header and in a frame.
pub(super) fn access_token(object: &Object<'_>) -> Result<Secret, BadAnswer> {
    let token = Secret::new(object.required_text("access_token")?);
    if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
        return Err(BadAnswer::new("field `access_token` is not a printable ASCII text"));
    }
    Ok(token)
}
