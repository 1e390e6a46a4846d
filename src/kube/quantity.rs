//! Texts that mean an amount: Kubernetes quantities and Go durations.

/// The value of a Kubernetes quantity such as `500m`, `1.5`, `2Gi` or `1e3`.
///
/// Source: the serialisation format of `resource.Quantity` in the Kubernetes API conventions.
pub fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: &[(&str, f64)] = &[
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let (number, factor) = SUFFIXES
        .iter()
        .find_map(|&(suffix, factor)| Some((text.strip_suffix(suffix)?, factor)))
        .unwrap_or((text, 1.0));
    plain_number(number).map(|number| number * factor)
}

/// The seconds of a Go duration such as `1h30m` or `250ms`; a bare number is none.
pub fn duration(text: &str) -> Option<f64> {
    const UNITS: &[(&str, f64)] = &[
        ("ns", 1e-9),
        ("us", 1e-6),
        ("ms", 1e-3),
        ("h", 3600.0),
        ("m", 60.0),
        ("s", 1.0),
        ("d", 86_400.0),
        ("w", 604_800.0),
    ];
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number = plain_number(&rest[..digits])?;
        rest = &rest[digits..];
        let (unit, factor) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = &rest[unit.len()..];
        seconds += number * factor;
    }
    (!text.is_empty()).then_some(seconds)
}

/// A decimal number; `inf`, `nan` and hexadecimals are none.
fn plain_number(text: &str) -> Option<f64> {
    let first = text.bytes().next()?;
    let shaped = text.bytes().all(|b| b.is_ascii_digit() || b".+-eE".contains(&b));
    (shaped && (first.is_ascii_digit() || b".+-".contains(&first))).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{duration, quantity};

    #[test]
    fn amounts_compare_by_value() {
        assert_eq!(quantity("1000m"), quantity("1"));
        assert_eq!(quantity("1Gi"), quantity("1024Mi"));
        assert_eq!(quantity("1e3"), Some(1000.0));
        assert_eq!(duration("90s"), duration("1m30s"));
        for text in ["", "m", "Gi", "inf", "nan", "1x", "abc", "1 Gi"] {
            assert_eq!(quantity(text), None, "{text}");
        }
        for text in ["", "5", "s", "1h-", "1y"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
