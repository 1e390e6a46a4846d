//! What can be done to the value of a variable.

use crate::text::envsubst::parse::Function;

/// Longest value whose prefixes and suffixes are tried: each of them is matched.
const LONGEST: usize = 4_096;

/// The value after a function; `None` if it takes too long.
pub(super) fn apply(function: Function, value: &str, arguments: &[String]) -> Option<String> {
    let first = arguments.first().map_or("", String::as_str);
    let second = arguments.get(1).map_or("", String::as_str);
    let text = match function {
        Function::Default if value.is_empty() => arguments.concat(),
        Function::Default => value.to_owned(),
        Function::Length => value.len().to_string(),
        Function::Substring => substring(value, first, arguments.get(1).map(String::as_str)),
        Function::Upper => value.to_uppercase(),
        Function::Lower => value.to_lowercase(),
        Function::UpperFirst => with_first(value, |c| c.to_uppercase().collect()),
        Function::LowerFirst => with_first(value, |c| c.to_lowercase().collect()),
        Function::ReplaceFirst => value.replacen(first, second, 1),
        Function::ReplaceAll if value.len().saturating_mul(second.len()) > super::LONGEST => {
            return None;
        }
        Function::ReplaceAll => value.replace(first, second),
        // Without a second argument these two do nothing.
        Function::ReplacePrefix | Function::ReplaceSuffix if arguments.len() != 2 => {
            value.to_owned()
        }
        Function::ReplacePrefix => value
            .strip_prefix(first)
            .map_or_else(|| value.to_owned(), |rest| format!("{second}{rest}")),
        Function::ReplaceSuffix => value
            .strip_suffix(first)
            .map_or_else(|| value.to_owned(), |rest| format!("{rest}{second}")),
        Function::ShortestPrefix
        | Function::LongestPrefix
        | Function::ShortestSuffix
        | Function::LongestSuffix => return trim(function, value, first),
    };
    Some(text)
}

fn with_first(value: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = value.chars();
    let first = characters.next().map(change).unwrap_or_default();
    first + characters.as_str()
}

/// Positions count bytes; a part of a character is replaced by the mark for it.
fn substring(value: &str, position: &str, length: Option<&str>) -> String {
    let number = |text: &str| text.parse::<i64>().ok();
    let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let Some(position) = number(position) else { return value.to_owned() };
    let start = if position < 0 { position.saturating_add(size).max(0) } else { position };
    let end = match length.map(number) {
        None => size,
        Some(None) => return value.to_owned(),
        Some(Some(length)) if length < 0 => size.saturating_add(length),
        Some(Some(length)) => start.saturating_add(length).min(size),
    };
    let index = |at: i64| usize::try_from(at).unwrap_or(0);
    let part = value.as_bytes().get(index(start)..index(end)).unwrap_or_default();
    String::from_utf8_lossy(part).into_owned()
}

/// The value without the part at its beginning or end that fits a pattern.
fn trim(function: Function, value: &str, pattern: &str) -> Option<String> {
    if value.len() > LONGEST || pattern.len() > LONGEST / 16 {
        return None;
    }
    let (mut text, mut wanted): (Vec<char>, Vec<char>) =
        (value.chars().collect(), pattern.chars().collect());
    let suffix = matches!(function, Function::ShortestSuffix | Function::LongestSuffix);
    if suffix {
        text.reverse();
        wanted.reverse();
    }
    let fits = |length: &usize| text.get(..*length).is_some_and(|part| matches(&wanted, part));
    let found = if matches!(function, Function::LongestPrefix | Function::LongestSuffix) {
        (1..=text.len()).rev().find(fits)
    } else {
        (1..=text.len()).find(fits)
    };
    let mut rest: Vec<char> = text.get(found.unwrap_or(0)..).unwrap_or_default().to_vec();
    if suffix {
        rest.reverse();
    }
    Some(rest.into_iter().collect())
}

/// `*` stands for anything and `?` for one character, also for a slash.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&character) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == character => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|&c| c == '*')
}
