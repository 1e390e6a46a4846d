//! The date until which a comment meant its line to stay.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

/// The date after a word that makes it a deadline, in one of the usual notations.
const DEADLINE: &str = r"(?x)
    \b(?: until | till? | after | by | before | on | expires? | expiry | deadline | eol | past )
    [\ :=]+ (?: the\  )? (?: end\ of\  | mid[\ -] )?
    (?: (?<y1>20[0-9]{2})[-/](?<m1>[01]?[0-9])[-/](?<d1>[0-3]?[0-9])\b
      | (?<d2>[0-3]?[0-9])\.(?<m2>[01]?[0-9])\.(?<y2>20[0-9]{2})\b
      | (?<d3>[0-3]?[0-9])(?:st|nd|rd|th|\.)?\ (?<n3>[a-z]{3,9})\.?,?\ (?<y3>20[0-9]{2})\b
      | (?<n4>[a-z]{3,9})\.?\ (?<d4>[0-3]?[0-9])(?:st|nd|rd|th)?,?\ (?<y4>20[0-9]{2})\b
      | (?<n5>[a-z]{3,9})\.?\ (?<y5>20[0-9]{2})\b
      | q(?<q6>[1-4])[\ /-]?(?<y6>20[0-9]{2})\b
      | (?<y7>20[0-9]{2})[\ /-]?q(?<q7>[1-4])\b
    )";

const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(DEADLINE).ok());

/// The last deadline that a comment names.
pub(super) fn deadline(comment: &str) -> Option<Date> {
    let text = comment.to_lowercase();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    PATTERN.as_ref()?.captures_iter(&words).filter_map(|found| date(&found)).max()
}

fn date(found: &Captures<'_>) -> Option<Date> {
    let number = |name: &str| found.name(name)?.as_str().parse::<i16>().ok();
    let small = |name: &str| found.name(name)?.as_str().parse::<i8>().ok();
    let month = |name: &str| {
        let word = found.name(name)?.as_str();
        let at = MONTHS.iter().position(|month| word.starts_with(month))?;
        i8::try_from(at + 1).ok()
    };
    let last = |year: i16, month: i8| Some(Date::new(year, month, 1).ok()?.last_of_month());
    for at in 1..=4 {
        let year = number(&format!("y{at}"));
        let day = small(&format!("d{at}"));
        let month = small(&format!("m{at}")).or_else(|| month(&format!("n{at}")));
        if let (Some(year), Some(month), Some(day)) = (year, month, day) {
            return Date::new(year, month, day).ok();
        }
    }
    if let (Some(year), Some(month)) = (number("y5"), month("n5")) {
        return last(year, month);
    }
    let quarter = small("q6").or_else(|| small("q7"))?;
    last(number("y6").or_else(|| number("y7"))?, quarter * 3)
}

#[cfg(test)]
mod tests {
    use super::deadline;

    #[test]
    fn dates_are_read_in_the_usual_notations() {
        for (comment, date) in [
            ("remove after 2024-05-01", "2024-05-01"),
            ("keep until 2024/05/01 please", "2024-05-01"),
            ("revert by 1.5.2024", "2024-05-01"),
            ("until 1st May 2024", "2024-05-01"),
            ("Remove after May 1, 2024", "2024-05-01"),
            ("until the end of February 2024", "2024-02-29"),
            ("expires: Q2 2024", "2024-06-30"),
        ] {
            assert_eq!(
                deadline(comment).map(|d| d.to_string()).as_deref(),
                Some(date),
                "{comment}"
            );
        }
    }

    #[test]
    fn other_dates_are_no_deadlines() {
        for comment in ["incident of 2024-05-01", "since May 2024", "until version 2024", "by hand"]
        {
            assert_eq!(deadline(comment), None, "{comment}");
        }
    }
}
