//! The keys of the realtime socket: JSON Web Tokens (HS256) with `role` and `exp`, and why one is refused.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;
use serde_json::{Value, json};

/// What signs every key; it protects nothing but the simulator's likeness.
const SECRET: &[u8] = b"dollr-sim: a secret that everybody may know";

/// The `apikey` that opens the socket, `SUPABASE_ANON_KEY` in the merchant portal: role `anon`, good until 2099.
pub const ANON_KEY: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjQwNzA5MDg4MDAsImlzcyI6ImRvbGxyLXNpbSIsInJvbGUiOiJhbm9uIn0.LynlXOLhY6Juj3yLaHXfEOlWINyqgGHh4ZdfdGv3w8E";

/// What a good token says about its bearer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) role: String,
    /// Seconds since the Unix epoch.
    pub(crate) exp: u64,
    /// The payment that its bearer may watch.
    pub(crate) reference_id: Option<String>,
}

impl Claims {
    pub(crate) fn expires_at_ms(&self) -> u64 {
        self.exp.saturating_mul(1000)
    }

    /// Row level security: only the bearer of a payment's own key sees its row.
    pub(crate) fn may_see(&self, reference_id: &str) -> bool {
        self.role == "authenticated" && self.reference_id.as_deref() == Some(reference_id)
    }
}

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Malformed,
    Signature,
    Fields,
    Expired { seconds_ago: u64 },
}

impl Refusal {
    /// The sentence of a refused handshake or of a `system` error.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Malformed => "The token provided is not a valid JWT".to_owned(),
            Self::Signature => "Failed to validate JWT signature".to_owned(),
            Self::Fields => "Fields `role` and `exp` are required in JWT".to_owned(),
            Self::Expired { seconds_ago } => format!("Token has expired {seconds_ago} seconds ago"),
        }
    }

    /// The reason of a refused join.
    pub(crate) fn reason(&self) -> String {
        let code = match self {
            Self::Malformed => "MalformedJWT",
            Self::Signature => "JwtSignatureError",
            Self::Fields | Self::Expired { .. } => "InvalidJWTToken",
        };
        format!("{code}: {}", self.message())
    }
}

/// A key for one payment's row, as the vendor's key call gives it.
pub(crate) fn sign_key(session_id: u64, reference_id: &str, now_ms: u64, exp: u64) -> String {
    sign(&json!({
        "iss": "dollr-sim",
        "role": "authenticated",
        "iat": now_ms / 1000,
        "exp": exp,
        "session_id": session_id,
        "reference_id": reference_id,
    }))
}

/// A token with any claims, good or not.
pub(crate) fn sign(claims: &Value) -> String {
    let head = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let text = format!("{head}.{}", BASE64URL_NOPAD.encode(claims.to_string().as_bytes()));
    let signature = hmac::sign(&key(), text.as_bytes());
    format!("{text}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

/// Reads a token and checks it at this moment.
pub(crate) fn check(token: &str, now_ms: u64) -> Result<Claims, Refusal> {
    let (text, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (_, body) = text.split_once('.').ok_or(Refusal::Malformed)?;
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Refusal::Malformed);
    let (body, signature) = (decode(body)?, decode(signature)?);
    hmac::verify(&key(), text.as_bytes(), &signature).map_err(|_| Refusal::Signature)?;
    let claims: Value = serde_json::from_slice(&body).map_err(|_| Refusal::Malformed)?;
    let role = claims["role"].as_str().ok_or(Refusal::Fields)?;
    let exp = claims["exp"].as_u64().ok_or(Refusal::Fields)?;
    let claims = Claims {
        role: role.to_owned(),
        exp,
        reference_id: claims["reference_id"].as_str().map(str::to_owned),
    };
    match now_ms.checked_sub(claims.expires_at_ms()) {
        Some(late_ms) => Err(Refusal::Expired { seconds_ago: late_ms / 1000 }),
        None => Ok(claims),
    }
}

/// The role that a token claims, for the log.
pub(crate) fn role_of(token: &str) -> String {
    let body = token.split('.').nth(1).and_then(|body| BASE64URL_NOPAD.decode(body.as_bytes()).ok());
    let claims: Option<Value> = body.and_then(|body| serde_json::from_slice(&body).ok());
    claims.and_then(|claims| claims["role"].as_str().map(str::to_owned)).unwrap_or("token".to_owned())
}

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, SECRET)
}

#[cfg(test)]
mod tests {
    use super::{ANON_KEY, Refusal, check, sign, sign_key};
    use serde_json::json;

    const REFERENCE: &str = "550e8400-e29b-41d4-a716-446655440000";

    #[test]
    fn the_anon_key_is_signed_and_sees_nothing() {
        assert_eq!(sign(&json!({"role": "anon", "exp": 4_070_908_800_u64, "iss": "dollr-sim"})), ANON_KEY);
        let claims = check(ANON_KEY, 1_748_788_200_000).expect("a good token");
        assert!(claims.role == "anon" && !claims.may_see(REFERENCE));
    }

    #[test]
    fn a_key_sees_its_own_payment_until_it_expires() {
        let key = sign_key(55, REFERENCE, 1_000_000, 1_300);
        let claims = check(&key, 1_299_999).expect("a good token");
        assert!(claims.may_see(REFERENCE) && !claims.may_see("another"));
        assert_eq!(check(&key, 1_302_000), Err(Refusal::Expired { seconds_ago: 2 }));
    }

    #[test]
    fn what_is_no_token_of_ours_is_refused_for_its_reason() {
        for (token, reason) in [
            ("", "MalformedJWT: The token provided is not a valid JWT"),
            ("a.b.c", "MalformedJWT: The token provided is not a valid JWT"),
            (&sign(&json!({"role": "anon"})), "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
            (&sign(&json!({"exp": 99})), "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
            (&sign_key(1, "r", 0, 5), "InvalidJWTToken: Token has expired 2 seconds ago"),
            (
                &ANON_KEY.replace(".eyJleHAi", ".eyJleHAj"),
                "JwtSignatureError: Failed to validate JWT signature",
            ),
        ] {
            let refusal = check(token, 7_000).map_err(|refusal| refusal.reason());
            assert_eq!(refusal, Err(reason.to_owned()), "{token}");
        }
    }
}
