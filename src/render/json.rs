//! What becomes of a scalar on its way through Go's JSON, which every object takes at the end.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kube::Scalar;
use crate::syntax::scalar;
use crate::syntax::scalar::Tag;

/// The scalar as it comes out; only the types of JSON are left. An error is its message.
pub(crate) fn through(value: &Scalar) -> Result<Cow<'_, Scalar>, String> {
    let text = &*value.text;
    let (tag, text) = match value.tag {
        Tag::Str => return Ok(Cow::Borrowed(value)),
        Tag::Null => (Tag::Null, Some("null".to_owned())),
        Tag::Bool => (Tag::Bool, scalar::bool_value(text).map(|value| value.to_string())),
        Tag::Int | Tag::Float => (value.tag, number(text)?),
        Tag::Timestamp => (Tag::Str, timestamp(text)),
        Tag::Binary => (Tag::Str, Some(binary(text)?)),
    };
    Ok(match text {
        Some(text) if tag == value.tag && *text == *value.text => Cow::Borrowed(value),
        Some(text) => Cow::Owned(Scalar { tag, text: text.into(), ..value.clone() }),
        // Not what its tag or its looks say.
        None => Cow::Owned(Scalar { tag: Tag::Str, ..value.clone() }),
    })
}

/// A number as Go prints it; `None` for a text that is too large to be one.
fn number(text: &str) -> Result<Option<String>, String> {
    if let Some(value) = scalar::int_value(text) {
        return Ok(Some(value.to_string()));
    }
    match scalar::float_value(text) {
        Some(value) if value.is_finite() => Ok(Some(float(value))),
        Some(_) if is_named(text) => {
            Err(format!("`{text}` cannot be written: JSON has no such number"))
        }
        _ => Ok(None),
    }
}

/// `.inf` and `.nan` are written in letters; other texts without a finite value are too large.
pub(super) fn is_named(text: &str) -> bool {
    text.contains(['n', 'N'])
}

/// The shortest notation, with an exponent below -4 and from 6 on; whole numbers that fit 64 bits
/// have none, because JSON writes them in full.
pub(super) fn float(value: f64) -> String {
    let notation = shortest(value);
    let (mantissa, exponent) = notation.split_once('e').unwrap_or((&notation, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value.fract() == 0.0 && (0..21).contains(&exponent) {
        let digits = mantissa.replace('.', "");
        let sign = usize::from(digits.starts_with('-'));
        let width = usize::try_from(exponent).unwrap_or(0) + 1 + sign;
        if let Some(value) = scalar::int_value(&format!("{digits:0<width$}")) {
            return value.to_string();
        }
    }
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The fewest digits that give the value. Of two that are equally near, Go takes the even one.
fn shortest(value: f64) -> String {
    let notation = format!("{value:e}");
    let mantissa = notation.split_once('e').map_or(&*notation, |(mantissa, _)| mantissa);
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let rounded = format!("{value:.decimals$e}");
    if rounded.parse() == Ok(value) { rounded } else { notation }
}

/// A date or time in the form of RFC 3339; `None` when there is no such day or time.
pub(super) fn timestamp(text: &str) -> Option<String> {
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
fn binary(text: &str) -> Result<String, String> {
    let compact: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bytes = STANDARD
        .decode(compact)
        .map_err(|error| format!("`!!binary` does not hold base64: {error}"))?;
    let mut result = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        result.push_str(chunk.valid());
        result.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(result)
}
