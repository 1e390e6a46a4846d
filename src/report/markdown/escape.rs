//! Texts of the repository as Markdown that says what they say and does nothing.
//!
//! What follows has to hold in every reader of Markdown: in GitHub's, which makes mentions, links to
//! issues and links from what is left as plain text, after entities are resolved. So only words
//! without any such character stay plain, and everything else becomes code, where nothing is read
//! into a text. In a table a `|` ends the cell even there: a text that has one, or a backtick,
//! becomes code in HTML with its characters as references, which no reader takes for marks.

use std::fmt::Write as _;

use crate::text::printable;

/// Longest text that is shown whole, in characters.
const LONGEST: usize = 300;

/// The text as code.
pub(super) fn code(text: &str) -> String {
    let text = printable(text);
    let text = short(&text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let blank = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if !blank && !text.contains(['`', '|']) {
        return format!("`{text}`");
    }
    let mut code = String::from("<code>");
    for character in text.chars() {
        if character.is_alphanumeric() || !character.is_ascii() {
            code.push(character);
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(code, "&#{};", u32::from(character));
        }
    }
    code + "</code>"
}

/// Words, with code where there are backticks, and where a reader would make something of a word.
pub(super) fn prose(text: &str) -> String {
    let text = printable(text);
    let text = short(&text);
    let mut parts: Vec<&str> = text.split('`').collect();
    // The last backtick of an odd number opens nothing.
    let rest = if parts.len().is_multiple_of(2) { parts.pop() } else { None };
    let mut prose = String::with_capacity(text.len() + 16);
    for (at, part) in parts.into_iter().enumerate() {
        if at % 2 == 0 {
            prose += &words(part);
        } else {
            prose += &code(part);
        }
    }
    prose += &rest.map(words).unwrap_or_default();
    prose
}

/// The text, cut where it is too long.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn words(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(word).collect();
    words.join(" ")
}

/// A word between its punctuation.
fn word(word: &str) -> String {
    const BEFORE: &[char] = &['(', '"', '\''];
    const BEHIND: &[char] = &[')', '"', '\'', ',', '.', ':', ';', '!', '?', '…'];
    let bare = word.trim_start_matches(BEFORE);
    let before = word.strip_suffix(bare).unwrap_or_default();
    let opened = bare.contains('(');
    let bare = bare.trim_end_matches(|c| BEHIND.contains(&c) && !(opened && c == ')'));
    let behind = word.get(before.len() + bare.len()..).unwrap_or_default();
    let plain = bare.chars().all(|character| {
        character.is_alphanumeric()
            || matches!(character, '-' | '+' | '=' | '%')
            || !character.is_ascii()
    });
    if bare.is_empty() || plain && !is_reference(bare) {
        word.to_owned()
    } else {
        format!("{before}{}{behind}", code(bare))
    }
}

/// Whether GitHub would take a plain word for an issue or a commit.
fn is_reference(word: &str) -> bool {
    let issue =
        word.len() > 3 && word.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("gh-"));
    let commit = word.len() >= 7
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit());
    issue || commit
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn words_stay_words_and_marks_become_code() {
        assert_eq!(prose("`A` is 90s (staging: 30s), too."), "`A` is 90s (staging: 30s), too.");
        assert_eq!(prose("ask @team-orders."), "ask `@team-orders`.");
        assert_eq!(
            prose("see #12, GH-4, 3f2a91c0 and a@b"),
            "see `#12`, `GH-4`, `3f2a91c0` and `a@b`"
        );
        assert_eq!(prose("<b> *x* [l](https://e.example)"), "`<b>` `*x*` `[l](https://e.example)`");
        assert_eq!(prose("a ` b"), "a  b");
        assert_eq!(prose("a.b a\nb"), "`a.b` `a\\nb`");
    }

    #[test]
    fn code_holds_what_would_end_it() {
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("`x` </code>"), "<code>&#96;x&#96;&#32;&#60;&#47;code&#62;</code>");
        assert_eq!(code(""), "(empty)");
        assert_eq!(code(" "), "<code>&#32;</code>");
        assert_eq!(code(&"é".repeat(400)), format!("`{}…`", "é".repeat(300)));
    }
}
