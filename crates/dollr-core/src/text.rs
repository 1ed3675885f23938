//! Text that comes from outside, made safe to keep and to print: control characters escaped, length bounded
//! (threat: log injection through a vendor's message).

use alloc::string::String;

/// `text` with everything that could move a cursor or end a line escaped, cut to `max` characters and `…`.
///
/// Doing it twice changes nothing, so that kept text restores as it was kept.
pub(crate) fn clean(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for c in text.chars() {
        let piece = c.escape_unicode();
        length += if needs_escape(c) { piece.len() } else { 1 };
        if length > max {
            out.push('…');
            break;
        }
        if needs_escape(c) { out.extend(piece) } else { out.push(c) }
    }
    out
}

/// Control characters, line and paragraph separators, and the marks that reorder text.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}
