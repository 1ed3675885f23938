//! Text that comes from outside, made safe to keep and to print: control characters escaped, length bounded
//! (threat: log injection through a vendor's message).

use alloc::string::String;

/// `text` with everything that could move a cursor or end a line escaped, cut to `max` characters and `…`.
///
/// Doing it twice changes nothing, so that kept text restores as it was kept.
pub fn printable(text: &str, max: usize) -> String {
    if text.len() <= max && is_plain(text) {
        return text.into();
    }
    let mut out = String::new();
    let mut length = 0;
    for c in text.chars() {
        let piece = c.escape_unicode();
        length += if is_printable(c) { 1 } else { piece.len() };
        if length > max {
            out.push('…');
            break;
        }
        if is_printable(c) { out.push(c) } else { out.extend(piece) }
    }
    out
}

/// Whether it is nothing but ASCII that can be seen, as nearly all that comes from outside is.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & (b' '..=b'~').contains(&byte))
}

/// Whether a terminal shows it as it is: no control character, no line separator, no mark that reorders text.
pub fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
