//! The text of a scalar after its way through Go's JSON.

use std::borrow::Cow;

use crate::kube::Scalar;
use crate::render::RenderError;
use crate::render::json;
use crate::render::output::style::{self, Style};
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::Span;

/// A scalar as it is printed.
#[derive(Debug)]
pub(super) struct Leaf<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) style: Style,
}

impl<'t> Leaf<'t> {
    /// A value of any type.
    pub(super) fn new(value: &'t Scalar, span: Span) -> Result<Self, RenderError> {
        let value = match json::through(value) {
            Ok(value) => value,
            Err(message) => {
                let help = "put it in quotes to make it a text";
                return Err(RenderError::new(span, message).help(help));
            }
        };
        let style = match value.tag {
            Tag::Str => string_style(&value.text, span)?,
            _ => Style::Plain,
        };
        let text = match value {
            Cow::Borrowed(value) => Cow::Borrowed(&*value.text),
            Cow::Owned(value) => Cow::Owned(value.text.to_string()),
        };
        Ok(Self { text, style })
    }

    /// A text.
    pub(super) fn string(text: &'t str, span: Span) -> Result<Self, RenderError> {
        let style = string_style(text, span)?;
        Ok(Self { text: text.into(), style })
    }
}

/// The notation of a string.
pub(crate) fn style_of(text: &str) -> Style {
    style::of_string(text, is_typed(text))
}

fn string_style(text: &str, span: Span) -> Result<Style, RenderError> {
    if let Some(character) = text.chars().find(|&character| is_refused(character)) {
        let code = u32::from(character);
        let message = format!("the text holds the control character U+{code:04X}");
        return Err(RenderError::new(span, message).help("take it out"));
    }
    Ok(style_of(text))
}

/// Control characters that JSON does not escape and YAML does not accept.
fn is_refused(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a text without quotes would be read as something else than a string.
fn is_typed(text: &str) -> bool {
    match scalar::resolve(text, Dialect::Config) {
        Tag::Str => {
            let date = scalar::resolve(text, Dialect::Resource) == Tag::Timestamp;
            date && json::timestamp(text).is_some() || is_base_60(text)
        }
        Tag::Float => {
            scalar::float_value(text).is_some_and(|value| value.is_finite() || json::is_named(text))
        }
        _ => true,
    }
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = text.split(':');
    let whole = parts.next().unwrap_or("");
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if !whole.starts_with(|c: char| c.is_ascii_digit()) || !digits(whole) {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    let sixtieth = |part: &str| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    middle.iter().all(|part| sixtieth(part)) && sixtieth(last) && digits(fraction)
}
