//! The one place where text of the repository becomes text for people.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that have no place in a report, besides the control characters.
///
/// Marks that change the reading direction, characters without width, line separators.
const HIDDEN: &[std::ops::RangeInclusive<char>] = &[
    '\u{ad}'..='\u{ad}',
    '\u{61c}'..='\u{61c}',
    '\u{180e}'..='\u{180e}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{fff9}'..='\u{fffb}',
    '\u{e0000}'..='\u{e0fff}',
];

/// The text with everything that could steer a terminal, or hide, replaced by visible escapes.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            hidden if is_unprintable(hidden) => {
                // Writing to a `String` does not fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => escaped.push(plain),
        }
    }
    Cow::Owned(escaped)
}

/// Whether [`printable`] replaces the character.
pub fn is_unprintable(character: char) -> bool {
    character.is_control() || HIDDEN.iter().any(|range| range.contains(&character))
}

/// Writes characters that could steer a terminal as JSON escapes; of a JSON text whose strings
/// alone can hold them.
pub fn ascii_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_unprintable(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(printable("a\u{202e}b\u{200b}c\nd\u{85}"), "a\\u{202e}b\\u{200b}c\\nd\\u{85}");
        assert!(matches!(printable("größer ✓"), std::borrow::Cow::Borrowed(_)));
    }
}
