//! Repository text made safe to show: nothing that steers a terminal or hides from the reader.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with control characters, bidirectional overrides and invisible characters escaped.
///
/// Borrows when there is nothing to escape, which is nearly always.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_unsafe(character) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Characters that a terminal obeys or that a reader cannot see.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::printable;
    use std::borrow::Cow;

    #[test]
    fn ordinary_text_is_borrowed() {
        assert!(matches!(printable("apps/größe 1 → 2"), Cow::Borrowed(_)));
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let cases = [
            ("a\u{1b}[31m", "a\\u{1b}[31m"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{7f}\u{9b}1m", "\\u{7f}\\u{9b}1m"),
            ("x\u{202e}fdp", "x\\u{202e}fdp"),
            ("pro\u{200b}d", "pro\\u{200b}d"),
        ];
        for (raw, shown) in cases {
            assert_eq!(printable(raw), shown);
        }
    }
}
