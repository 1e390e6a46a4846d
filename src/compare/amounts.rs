//! Amounts of one sort: quantities, durations, and numbers with the units that people write.

use crate::kube::Value;
use crate::kube::quantity::{duration, quantity};

/// Units of memory and disks in lower case, in bytes.
const BYTES: &[(&str, f64)] = &[
    ("b", 1.0),
    ("k", 1e3),
    ("kb", 1e3),
    ("ki", 1024.0),
    ("kib", 1024.0),
    ("m", 1e6),
    ("mb", 1e6),
    ("mi", 1_048_576.0),
    ("mib", 1_048_576.0),
    ("g", 1e9),
    ("gb", 1e9),
    ("gi", 1_073_741_824.0),
    ("gib", 1_073_741_824.0),
    ("t", 1e12),
    ("tb", 1e12),
    ("ti", 1_099_511_627_776.0),
    ("tib", 1_099_511_627_776.0),
];

/// Periods in the singular, in seconds.
const PERIODS: &[(&str, f64)] = &[
    ("second", 1.0),
    ("minute", 60.0),
    ("hour", 3_600.0),
    ("day", 86_400.0),
    ("week", 604_800.0),
    ("month", 2_592_000.0),
    ("year", 31_536_000.0),
];

/// Both values as amounts of one sort.
pub(crate) fn amounts(here: Option<&Value>, there: Option<&Value>) -> Option<(f64, f64)> {
    let (here, there) = (here?.text()?, there?.text()?);
    let both = |parse: fn(&str) -> Option<f64>| Some((parse(here)?, parse(there)?));
    both(quantity).or_else(|| both(duration)).or_else(|| {
        let ((mine, a), (theirs, b)) = (measured(here)?, measured(there)?);
        if a == b {
            return Some((mine, theirs));
        }
        let of = |units: &[(&str, f64)]| {
            let factor = |unit: &str| units.iter().find(|(own, _)| *own == unit).map(|it| it.1);
            Some((mine * factor(&a)?, theirs * factor(&b)?))
        };
        of(BYTES).or_else(|| of(PERIODS))
    })
}

/// The number and the unit of `2GB`, `10 vCPU` or `7 days`, the unit in lower case and the singular.
fn measured(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = (text.get(..end)?, text.get(end..)?.trim_start());
    let number: f64 = number.parse().ok()?;
    let named = !unit.is_empty() && unit.bytes().all(|b| b.is_ascii_alphabetic());
    let unit = unit.to_ascii_lowercase();
    let singular = unit.strip_suffix('s').filter(|rest| rest.len() > 2);
    named.then(|| (number, singular.unwrap_or(&unit).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::amounts;
    use crate::kube::{Provenance, Value};
    use crate::text::{FileId, Span};

    #[test]
    fn units_that_people_write_have_an_order() {
        let text =
            |text: &str| Value::string(text, Provenance::declared(Span::file_start(FileId(0))));
        let order = |here, there| {
            let (here, there) = amounts(Some(&text(here)), Some(&text(there)))?;
            here.partial_cmp(&there)
        };
        for (less, more) in [
            ("512m", "2g"),
            ("2048MB", "4GB"),
            ("100GB", "1TB"),
            ("1 GiB", "2 GiB"),
            ("900MiB", "1GiB"),
            ("500m", "1"),
            ("1Gi", "2Gi"),
            ("90s", "1h"),
            ("1 day", "14 days"),
            ("2 weeks", "1 month"),
            ("1 vCPU", "2 vCPU"),
            ("1 vCPU", "2 vCPUs"),
        ] {
            assert_eq!(order(less, more), Some(std::cmp::Ordering::Less), "{less} {more}");
        }
        for (a, b) in
            [("1GB", "1 vCPU"), ("1", "1 vCPU"), ("GB", "1GB"), ("1.2.3g", "2g"), ("", "")]
        {
            assert_eq!(order(a, b), None, "{a} {b}");
        }
    }
}
