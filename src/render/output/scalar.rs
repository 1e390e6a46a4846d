//! The text of a scalar after its way through Go's JSON.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kube::Scalar;
use crate::render::output::OutputError;
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
    pub(super) fn new(value: &'t Scalar, span: Span) -> Result<Self, OutputError> {
        let text = &*value.text;
        let plain = match value.tag {
            Tag::Null => Some("null".to_owned()),
            Tag::Bool => scalar::bool_value(text).map(|value| value.to_string()),
            Tag::Int | Tag::Float => number(text, span)?,
            Tag::Str => None,
            Tag::Timestamp => match timestamp(text) {
                Some(time) => return Ok(Self { text: time.into(), style: Style::Double }),
                None => None,
            },
            Tag::Binary => return Self::owned(binary(text, span)?, span),
        };
        match plain {
            Some(text) => Ok(Self { text: text.into(), style: Style::Plain }),
            None => Self::string(text, span),
        }
    }

    /// A text.
    pub(super) fn string(text: &'t str, span: Span) -> Result<Self, OutputError> {
        let style = string_style(text, span)?;
        Ok(Self { text: text.into(), style })
    }

    fn owned(text: String, span: Span) -> Result<Self, OutputError> {
        let style = string_style(&text, span)?;
        Ok(Self { text: text.into(), style })
    }
}

fn string_style(text: &str, span: Span) -> Result<Style, OutputError> {
    if let Some(character) = text.chars().find(|&character| is_refused(character)) {
        let code = u32::from(character);
        let message = format!("the text holds the control character U+{code:04X}");
        return Err(OutputError { span, message });
    }
    Ok(style::of_string(text, is_typed(text)))
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
            date && timestamp(text).is_some() || is_base_60(text)
        }
        Tag::Float => {
            scalar::float_value(text).is_some_and(|value| value.is_finite() || has_word(text))
        }
        _ => true,
    }
}

/// `.inf` and `.nan` are written in letters; other texts without a finite value are too large.
fn has_word(text: &str) -> bool {
    text.contains(['n', 'N'])
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

/// A number as Go prints it; `None` for a text that is too large to be one.
fn number(text: &str, span: Span) -> Result<Option<String>, OutputError> {
    if let Some(value) = scalar::int_value(text) {
        return Ok(Some(value.to_string()));
    }
    match scalar::float_value(text) {
        Some(value) if value.is_finite() => Ok(Some(float(value))),
        Some(_) if has_word(text) => {
            let message = format!("`{text}` cannot be written: JSON has no such number");
            Err(OutputError { span, message })
        }
        _ => Ok(None),
    }
}

/// The shortest notation, with an exponent below -4 and from 6 on; whole numbers that fit 64 bits
/// have none, because JSON writes them in full.
fn float(value: f64) -> String {
    let full = format!("{value:.0}");
    if value.fract() == 0.0 && value.abs() < 1e21 {
        if let Some(value) = scalar::int_value(&full) {
            return value.to_string();
        }
    }
    let notation = format!("{value:e}");
    let (mantissa, exponent) = notation.split_once('e').unwrap_or((&notation, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// A date or time in the form of RFC 3339; `None` when there is no such day or time.
fn timestamp(text: &str) -> Option<String> {
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-').map(str::parse::<u32>);
    let mut part = || parts.next()?.ok();
    let (year, month, day) = (part()?, part()?, part()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    let Some(rest) = rest else {
        return Some(format!("{year:04}-{month:02}-{day:02}T00:00:00Z"));
    };
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = (rest.get(..zone_at)?, rest.get(zone_at..)?);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.splitn(3, ':').map(str::parse::<u32>);
    let mut part = |limit| parts.next()?.ok().filter(|part| *part < limit);
    let (hour, minute, second) = (part(24)?, part(60)?, part(60)?);
    let fraction: String = fraction.chars().take(9).collect();
    let fraction = match fraction.trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    };
    let zone = if matches!(zone, "" | "Z" | "z" | "+00:00" | "-00:00") { "Z" } else { zone };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

/// The text that `!!binary` holds; bytes that are no text become U+FFFD one by one.
fn binary(text: &str, span: Span) -> Result<String, OutputError> {
    let compact: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bytes = STANDARD.decode(compact).map_err(|error| OutputError {
        span,
        message: format!("`!!binary` does not hold base64: {error}"),
    })?;
    let mut result = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        result.push_str(chunk.valid());
        result.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(result)
}
