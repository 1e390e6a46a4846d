//! What type a plain scalar has. Kubernetes tools do not agree, so there are dialects.
//!
//! Resources are read by go-yaml v3, kustomization files and JSON patches by sigs.k8s.io/yaml
//! (go-yaml v2). Both keep the octals of YAML 1.1; only the second still reads `yes` as a boolean.
//! Documents that are no business of Kubernetes are read as neither: keys are what is written.

/// Whose rules decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// go-yaml v3: resources and strategic-merge patches.
    Resource,
    /// sigs.k8s.io/yaml: kustomization files and JSON patches.
    Config,
    /// YAML 1.2, as editors and most programs read it: any other document.
    Plain,
}

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction or exponent.
    Float,
    /// Text.
    Str,
    /// A date or time without quotes; only resources have the type.
    Timestamp,
    /// Base64 text under an explicit `!!binary`.
    Binary,
}

/// The type of a plain scalar.
pub fn resolve(text: &str, dialect: Dialect) -> Tag {
    let Some(&first) = text.as_bytes().first() else { return Tag::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => resolve_number(text, dialect),
        _ => match text {
            "~" | "null" | "Null" | "NULL" => Tag::Null,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Tag::Bool,
            _ if dialect == Dialect::Config && old_bool(text).is_some() => Tag::Bool,
            _ => Tag::Str,
        },
    }
}

/// The value of a boolean under either dialect.
pub fn bool_value(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => old_bool(text),
    }
}

/// The booleans that YAML 1.2 dropped.
fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn resolve_number(text: &str, dialect: Dialect) -> Tag {
    if matches!(text, ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF")
        || matches!(text, "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN" | ".NAN")
    {
        return Tag::Float;
    }
    if is_timestamp(text) {
        return if dialect == Dialect::Resource { Tag::Timestamp } else { Tag::Str };
    }
    let plain: String = text.chars().filter(|&c| c != '_').collect();
    if int_value(&plain).is_some() {
        Tag::Int
    } else if is_float(&plain) && plain.parse().is_ok_and(f64::is_finite) {
        Tag::Float
    } else {
        Tag::Str
    }
}

/// The value of an integer: decimal, `0x`, `0b`, `0o`, and octal with a leading `0`.
///
/// `None` when the text is no integer or does not fit 64 bits (it is a float then).
pub fn int_value(text: &str) -> Option<i128> {
    let text: String = text.chars().filter(|&c| c != '_').collect();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, &text[..]),
    };
    let lower = digits.to_ascii_lowercase();
    let parse = |digits: &str, radix| {
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        i128::from_str_radix(digits, radix).ok()
    };
    let value = if let Some(hex) = lower.strip_prefix("0x") {
        parse(hex, 16)?
    } else if let Some(binary) = lower.strip_prefix("0b") {
        parse(binary, 2)?
    } else if let Some(octal) = lower.strip_prefix("0o") {
        parse(octal, 8)?
    } else if lower.len() > 1 && lower.starts_with('0') {
        parse(&lower[1..], 8)?
    } else {
        parse(&lower, 10)?
    };
    let value = if negative { -value } else { value };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}

/// The value of a number, whole or not.
pub fn float_value(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|&c| c != '_').collect();
    if let Some(value) = int_value(&plain) {
        #[expect(clippy::cast_precision_loss, reason = "a number is asked for as a float")]
        return Some(value as f64);
    }
    match plain.trim_start_matches('+') {
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        text if is_float(text) => text.parse().ok(),
        _ => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa && exponent.is_none_or(|text| digits(text.strip_prefix(['-', '+']).unwrap_or(text)))
}

/// `2026-11-21`, with or without a time after `T`, `t` or a space.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return false;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let short = |text: &str| (1..=2).contains(&text.len()) && digits_only(text);
    let mut parts = date.split('-').skip(1);
    let (Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let in_range = |text: &str, max: u8| text.parse().is_ok_and(|n: u8| (1..=max).contains(&n));
    if !(short(month) && short(day) && in_range(month, 12) && in_range(day, 31)) {
        return false;
    }
    let Some(time) = time else { return true };
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    // A time after a space has no zone; one after a T must have it.
    let spaced = text.contains(' ');
    let zone_fits = match &time[zone..] {
        "" => spaced,
        "Z" => !spaced,
        offset => !spaced && offset.len() == 6 && offset.as_bytes()[3] == b':',
    };
    let clock = time[..zone].split_once('.').map_or(&time[..zone], |(clock, _)| clock);
    zone_fits && clock.split(':').count() == 3 && clock.split(':').all(short)
}

fn digits_only(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Tag, float_value, int_value, resolve};

    #[test]
    fn dialects_differ_in_booleans_and_dates() {
        for text in ["y", "Yes", "on", "n", "No", "OFF"] {
            assert_eq!(resolve(text, Dialect::Config), Tag::Bool, "{text}");
            assert_eq!(resolve(text, Dialect::Resource), Tag::Str, "{text}");
        }
        for text in ["2001-12-14", "2001-12-14T21:59:43.10Z", "2001-12-14t21:59:43-05:00"] {
            assert_eq!(resolve(text, Dialect::Config), Tag::Str, "{text}");
            assert_eq!(resolve(text, Dialect::Resource), Tag::Timestamp, "{text}");
        }
    }

    #[test]
    fn numbers_follow_go_yaml() {
        let cases = [
            ("010", Tag::Int, 8.0),
            ("0o10", Tag::Int, 8.0),
            ("08", Tag::Float, 8.0),
            ("1_000", Tag::Int, 1000.0),
            ("0x1F", Tag::Int, 31.0),
            ("0b101", Tag::Int, 5.0),
            ("-0x1f", Tag::Int, -31.0),
            ("1e3", Tag::Float, 1000.0),
            (".5", Tag::Float, 0.5),
            ("1.", Tag::Float, 1.0),
            ("18446744073709551616", Tag::Float, 18_446_744_073_709_551_616.0),
        ];
        for (text, tag, value) in cases {
            assert_eq!(resolve(text, Dialect::Resource), tag, "{text}");
            assert_eq!(float_value(text), Some(value), "{text}");
        }
        for text in ["12:30", "1.2.3", "100m", "-", "+", "--1", "1e", "v1", "0x", "2001-13-01", "é"]
        {
            assert_eq!(resolve(text, Dialect::Resource), Tag::Str, "{text}");
        }
        assert_eq!(int_value("-"), None);
    }
}
