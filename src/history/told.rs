//! What is told of a commit: never more than a few words of what a stranger wrote.

use git2::{Commit, Time};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::Introduced;

/// Most characters of a summary.
const SUMMARY: usize = 100;
/// Most characters of an author's name.
const NAME: usize = 60;

/// What is told of a commit.
pub(super) fn introduced(commit: &Commit<'_>) -> Introduced {
    let author = commit.author();
    let name = String::from_utf8_lossy(author.name_bytes());
    let summary = String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default());
    Introduced {
        commit: commit.id().to_string(),
        author: shortened(&without_address(&name), NAME),
        authored: day(author.when()),
        committed: day(commit.time()),
        summary: shortened(&summary, SUMMARY),
    }
}

/// The day in UTC; nothing where the number is no date.
pub(super) fn day(time: Time) -> Option<Date> {
    let timestamp = Timestamp::from_second(time.seconds()).ok()?;
    Some(timestamp.to_zoned(TimeZone::UTC).date())
}

/// A name that is an e-mail address is cut before the `@`.
fn without_address(name: &str) -> String {
    let words = name.split_whitespace().map(|word| match word.split_once('@') {
        Some((local, host)) if !local.is_empty() && !host.is_empty() => {
            local.trim_start_matches('<')
        }
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("").trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use git2::Time;
    use jiff::civil::date;

    use super::{day, shortened, without_address};

    #[test]
    fn absurd_dates_are_no_dates() {
        assert_eq!(day(Time::new(0, 0)), Some(date(1970, 1, 1)));
        assert_eq!(day(Time::new(-86_400, 0)), Some(date(1969, 12, 31)));
        assert_eq!(day(Time::new(i64::MAX, 0)), None);
        assert_eq!(day(Time::new(i64::MIN, 0)), None);
    }

    #[test]
    fn names_are_short_and_no_addresses() {
        assert_eq!(without_address("ada@nordwerk.example"), "ada");
        assert_eq!(without_address("Ada Berg <ada@nordwerk.example>"), "Ada Berg ada");
        assert_eq!(without_address("Ada @ work"), "Ada @ work");
        assert_eq!(shortened("größer", 3), "grö…");
    }
}
