//! Schedules of `CronJob`: five fields as the cron library of Kubernetes reads them, or a macro.

/// A field: its name, and the least and most that it takes.
type Field = (&'static str, u32, u32, &'static [&'static str]);

const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The fields in their order. Sunday is 0 only; names count from the least value.
const FIELDS: [Field; 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, MONTHS),
    ("day of the week", 0, 6, DAYS),
];
const MACROS: &[&str] =
    &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// What is wrong with a schedule, in words that go on after it.
pub(super) fn fault(schedule: &str) -> Option<String> {
    // Old versions take a time zone here; that new ones do not is not told.
    let zoned = ["TZ=", "CRON_TZ="].iter().any(|zone| schedule.starts_with(zone));
    let rest = if zoned { schedule.split_once(' ').map_or("", |(_, rest)| rest) } else { schedule };
    let rest = if zoned { rest.trim() } else { rest };
    if rest.starts_with('@') {
        let known = MACROS.contains(&rest) || rest.starts_with("@every ");
        return (!known).then(|| format!("must be five fields, or one of {}", MACROS.join(", ")));
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("must have five fields, not {}", fields.len()));
    }
    let mut wrong = fields.iter().zip(FIELDS).filter_map(|(text, field)| {
        let fault = text
            .split(',')
            .filter(|part| !part.is_empty())
            .find_map(|part| range(part, field).err())?;
        Some(format!("has a wrong {}: {fault}", field.0))
    });
    wrong.next()
}

/// Reads `low-high/step`.
fn range(part: &str, (_, least, most, names): Field) -> Result<(), String> {
    let number = |text: &str| -> Result<u32, String> {
        let lower = text.to_ascii_lowercase();
        let word = names.iter().zip(least..).find(|(name, _)| **name == lower);
        let plain = text.strip_prefix('+').unwrap_or(text);
        word.map(|(_, number)| number)
            .or_else(|| plain.bytes().all(|b| b.is_ascii_digit()).then(|| plain.parse().ok())?)
            .ok_or_else(|| "it is no number".to_owned())
    };
    let (bounds, step) = match part.split_once('/') {
        Some((bounds, step)) => {
            (bounds, Some(number(step).map_err(|_no_number| "its step is no number")?))
        }
        None => (part, None),
    };
    if step == Some(0) {
        return Err("its step is 0".to_owned());
    }
    let (low, high) = match bounds.split_once('-') {
        Some((low, _)) if is_any(low) => (least, most),
        None if is_any(bounds) => (least, most),
        Some((low, high)) => (number(low)?, number(high)?),
        None => {
            let low = number(bounds)?;
            (low, if step.is_some() { most } else { low })
        }
    };
    if low < least || high > most {
        let sunday = if names.first() == DAYS.first() { ", and Sunday is 0" } else { "" };
        return Err(format!("it goes from {least} to {most}{sunday}"));
    }
    if low > high { Err("its range ends before it begins".to_owned()) } else { Ok(()) }
}

fn is_any(text: &str) -> bool {
    matches!(text, "*" | "?")
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn schedules_are_read_as_kubernetes_does() {
        for right in [
            "* * * * *",
            "0 3 * * *",
            "*/15 0-23/2 1,15 jan-Mar MON-fri",
            "5/10 ? ? ? ?",
            "0  0 1 1 6",
            "@daily",
            "@every 1h30m",
            "TZ=Europe/Berlin 0 3 * * *",
            "CRON_TZ=UTC @hourly",
            "00 05 * * 0",
            "1,,2 * * * *",
        ] {
            assert_eq!(fault(right), None, "{right}");
        }
        for (wrong, told) in [
            ("", "not 0"),
            ("* * * *", "not 4"),
            ("0 0 3 * * *", "not 6"),
            ("60 * * * *", "wrong minute: it goes from 0 to 59"),
            ("* 24 * * *", "wrong hour"),
            ("* * 0 * *", "wrong day of the month"),
            ("* * * 13 *", "wrong month"),
            ("0 0 * * 7", "wrong day of the week: it goes from 0 to 6"),
            ("* * * * mo", "it is no number"),
            ("*/0 * * * *", "step is 0"),
            ("*/x * * * *", "step is no number"),
            ("30-10 * * * *", "ends before it begins"),
            ("1-2-3 * * * *", "it is no number"),
            ("1/2/3 * * * *", "step is no number"),
            ("-5 * * * *", "it is no number"),
            ("99999999999 * * * *", "it is no number"),
            ("@dayly", "one of @yearly"),
            ("@daily ", "one of @yearly"),
            ("täglich", "not 1"),
        ] {
            let fault = fault(wrong).unwrap_or_default();
            assert!(fault.contains(told), "{wrong}: {fault}");
        }
    }
}
