//! Which notation a text needs.

/// The notation of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a `|` block.
    Literal,
}

impl Style {
    /// A text with its quotes, on one line; a block as it is.
    pub(crate) fn write(self, text: &str) -> String {
        match self {
            Self::Plain | Self::Literal => text.to_owned(),
            Self::Single => format!("'{}'", text.replace('\'', "''")),
            Self::Double => {
                let plain = |c: char| is_printable(c) && !is_break(c) && !matches!(c, '"' | '\\');
                let escaped = text.chars().map(|c| if plain(c) { c.into() } else { escape(c) });
                format!("\"{}\"", escaped.collect::<String>())
            }
        }
    }
}

/// The notation for a string; `typed`: without quotes it would not be a string.
pub(super) fn of_string(text: &str, typed: bool) -> Style {
    let traits = Traits::of(text);
    let many_lines = text.contains('\n');
    if traits.special || many_lines && text.ends_with(' ') || !many_lines && typed {
        Style::Double
    } else if many_lines {
        Style::Literal
    } else if !traits.not_plain {
        Style::Plain
    } else if traits.space_after_break {
        Style::Double
    } else {
        Style::Single
    }
}

/// What forbids a text the simpler notations.
#[derive(Debug, Default)]
struct Traits {
    /// Not plain: reads as notation, has breaks, or spaces at its ends.
    not_plain: bool,
    /// Not as a block, and in no other than double quotes.
    special: bool,
    /// Not in single quotes.
    space_after_break: bool,
}

impl Traits {
    fn of(text: &str) -> Self {
        let mut traits = Self {
            not_plain: text.starts_with("---")
                || text.starts_with("...")
                || text.starts_with(' ')
                || text.ends_with(' '),
            ..Self::default()
        };
        let mut previous: Option<char> = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let blank_follows = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            let breaks = is_break(character);
            traits.not_plain |= breaks
                || match (previous, character) {
                    (None, '?' | ':' | '-') | (Some(_), ':') => blank_follows,
                    (None, first) => "#,[]{}&*!|>'\"%@`".contains(first),
                    (Some(before), '#') => matches!(before, ' ' | '\t') || is_break(before),
                    _ => false,
                };
            traits.special |= !is_printable(character) || breaks && previous == Some(' ');
            traits.space_after_break |= character == ' ' && previous.is_some_and(is_break);
            previous = Some(character);
        }
        traits
    }
}

/// Whether a text holds a line break of any kind.
pub(super) fn has_break(text: &str) -> bool {
    text.contains(is_break)
}

pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is written as it is: go-yaml v2 escapes all beyond the first plane.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && character != '\u{feff}'
}

/// The notation of a character inside double quotes.
pub(super) fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(character);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
