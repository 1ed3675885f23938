//! Names of things, and URLs: what is taken is printed as it is, and leads nowhere else (T6, T7).

use std::fmt::Display;
use std::str::FromStr;

use dollr_client::BaseUrl;
use dollr_core::{
    AccountId, CheckoutOrder, Currency, Handshake, Intent, Machine, Policy, ReferenceId, Secret, SessionId,
    Source, SourceKind, SourceRef, Timestamp,
};

use crate::draw::NOW;
use crate::walk::is_safe_path;

/// The bytes are the text.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Some(id) = same::<ReferenceId>(text) {
        assert_eq!(ReferenceId::from_random_bytes(*id.as_bytes()), id, "of another version (T30)");
        assert_eq!(id.to_string().len(), 36);
        let intent = Intent::refund(id, SessionId::new(1));
        let machine = dollr_core::Execution::prepare(intent, Policy::default(), Timestamp::from_millis(NOW));
        assert_eq!(machine.key(), id.to_string());
    }
    if let Some(session) = same::<SessionId>(text) {
        assert_eq!(session.number().to_string(), text);
    }
    if let Some(account) = same::<AccountId>(text) {
        assert_eq!(account.as_str(), text);
        assert!(text.chars().all(|c| !c.is_control()), "an account that ends a line (T6)");
        let masked = account.masked();
        assert!(text.len() < 5 || masked != text, "not masked: {masked}");
    }
    if let Some(currency) = same::<Currency>(text) {
        assert_eq!(currency.as_str(), text);
    }
    if let Some(source) = same::<SourceRef>(text) {
        let (usd, total) = ("USD".parse().expect("a currency"), "1".parse().expect("an amount"));
        let source = Source::watch(source, usd, total, Policy::default(), Timestamp::from_millis(NOW));
        let path = source.ask().expect("a question").path;
        assert!(is_safe_path(&path), "{path} (T7)");
    }
    let _ = same::<SourceKind>(text);
    if let Ok(order) = CheckoutOrder::new(SourceKind::Invoice, text, "USD".parse().expect("a currency")) {
        assert!((8..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()));
        let _ = order.request();
    }
    url(text);
    let target = Handshake { until: Timestamp::from_millis(NOW) }.target(&Secret::new(text));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?=&%-._~".contains(&byte);
    assert!(target.expose().bytes().all(plain), "a target that needs quoting");
}

/// What is read is printed as it was, or as what is read as the same.
fn same<T: FromStr + Display + PartialEq>(text: &str) -> Option<T> {
    let it = text.parse::<T>().ok()?;
    let printed = it.to_string();
    assert!(printed.eq_ignore_ascii_case(text), "{text} is printed as {printed}");
    assert!(printed.parse::<T>().is_ok_and(|again| again == it), "{printed} is read as another one");
    Some(it)
}

fn url(text: &str) {
    let Ok(url) = text.parse::<BaseUrl>() else { return };
    let url = url.as_str();
    let tail = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    // A scheme is read in any case.
    let tail = tail.or_else(|| url.split_once("://").map(|(_, tail)| tail)).expect("a scheme");
    let authority = tail.split('/').next().unwrap_or_default();
    assert!(!authority.contains('@') && !tail.contains('?') && !tail.contains('#'), "{url}");
    assert!(url.bytes().all(|byte| byte > b' ' && byte != 0x7f), "{url} ends a line (T6)");
    if url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://")) {
        let loopback = ["localhost", "127.", "[::1]", "[0:"]
            .iter()
            .any(|host| authority.to_lowercase().starts_with(host));
        assert!(loopback || authority.starts_with("[::"), "plain http to {tail} (T20)");
    }
}
