//! Texts that several formats share: safe to print, on one line.

use crate::finding::{Finding, Label, Role};
use crate::text::printable;

/// The address of the project.
pub(super) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The address of a rule's page.
pub(super) fn rule_url(id: &str) -> String {
    format!("{REPOSITORY}/blob/main/docs/rules/{id}.md")
}

/// What to do, on one line; helps have several where they show what to write.
pub(super) fn help(finding: &Finding) -> Option<String> {
    let lines = |text: &String| text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    finding.help.as_ref().map(lines).map(|text| printable(&text).into_owned())
}

/// The text as a sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    let text = printable(text);
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase).collect::<String>();
    format!("{first}{}{stop}", characters.as_str())
}

/// The name of the side on which a place of the finding lies.
pub(super) fn side<'f>(finding: &'f Finding, label: &Label) -> &'f str {
    let subject = &finding.subject;
    match label.role {
        Role::Primary => subject.environment.as_deref().unwrap_or("here"),
        Role::Reference => subject.reference.as_deref().unwrap_or("the other side"),
        Role::Related => "related",
    }
}

/// What stands at a place of the finding.
pub(super) fn label_text(finding: &Finding, label: &Label) -> String {
    printable(if label.text.is_empty() { side(finding, label) } else { &label.text }).into_owned()
}

/// A text of the finding, [`inert`]; the values that it is about stay whole, each in its backticks,
/// with another quote for the backticks in them.
pub(super) fn inert_of(finding: &Finding, text: &str) -> String {
    let subject = &finding.subject;
    let values = [&subject.path, &subject.value, &subject.reference_value, &subject.unit];
    let mut text = text.to_owned();
    for value in values.into_iter().flatten().filter(|value| value.contains('`')) {
        let value = printable(value);
        text = text.replace(&format!("`{value}`"), &format!("`{}`", value.replace('`', "'")));
    }
    inert(&text)
}

/// The text with nothing in it that reads as a link, a tag or a mention: for readers that show
/// Markdown, GitHub's and GitLab's with their references too.
///
/// Backticks are paired as Markdown pairs them, and what is between two of them is code. Everything
/// else is broken by a space wherever a reader would make something of it, so that a value with a
/// backtick gains nothing by it. No backtick is left that has no other.
pub(super) fn inert(text: &str) -> String {
    let text = text.replace("](", "] (");
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let mut inert = String::with_capacity(text.len() + 16);
    for (at, part) in parts.into_iter().enumerate() {
        let code = at % 2 == 1;
        if at > 0 {
            inert.push(if code && at == last { '\'' } else { '`' });
        }
        // Two that touch would be one mark of another kind.
        if part.is_empty() && at > 0 && at < last {
            inert.push(' ');
        }
        spaced(part, code && at < last, &mut inert);
    }
    inert
}

/// Adds a part, with a space wherever a reader would make something of what stands there.
fn spaced(part: &str, code: bool, inert: &mut String) {
    let mut characters = part.chars().peekable();
    let mut word = String::new();
    while let Some(character) = characters.next() {
        inert.push(character);
        let next = characters.peek().copied();
        let breaks = is_tag(character, next) || !code && reads_as_mark(&word, character, next);
        if breaks {
            inert.push(' ');
        }
        if breaks || !character.is_alphanumeric() {
            word.clear();
        }
        if character.is_alphanumeric() && word.len() < 4 {
            word.extend(character.to_lowercase());
        }
    }
}

/// Whether a tag opens.
fn is_tag(character: char, next: Option<char>) -> bool {
    let opens = |next: char| next.is_alphabetic() || matches!(next, '/' | '!' | '?');
    character == '<' && next.is_some_and(opens)
}

/// Whether a mention, a reference, an entity or a link begins with the two characters, behind the
/// letters of `word`.
fn reads_as_mark(word: &str, character: char, next: Option<char>) -> bool {
    // A backslash would take a backtick its meaning.
    let Some(next) = next else { return character == '\\' };
    match character {
        '@' | '#' | '!' | '~' | '%' | '$' | '^' => {
            next.is_alphanumeric() || matches!(next, '_' | '"' | '\'')
        }
        '&' => next.is_alphanumeric() || matches!(next, '#' | '"' | '\''),
        '\\' => next.is_ascii_punctuation(),
        ']' => matches!(next, '[' | ':'),
        ':' => next == '/',
        '.' => word == "www" && !next.is_whitespace(),
        '-' => word == "gh" && next.is_ascii_digit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{inert, sentence};

    #[test]
    fn links_and_tags_are_text() {
        assert_eq!(inert("![a](https://b) <b>"), "![a] (https: //b) < b>");
        assert_eq!(inert("a[name=b] < 1 <1, 90% and a: b"), "a[name=b] < 1 <1, 90% and a: b");
        assert_eq!(
            inert("@a/b #12 GH-4 &#64;c WWW.d.e f@g"),
            "@ a/b # 12 GH- 4 & # 64;c WWW. d.e f@ g"
        );
        assert_eq!(inert("[a][b] [b]: c \\@d"), "[a] [b] [b] : c \\ @ d");
    }

    #[test]
    fn backticks_hide_nothing() {
        assert_eq!(inert("`@a #1` is `http://b`"), "`@a #1` is `http://b`");
        assert_eq!(inert("`x` @a http://b` in c"), "`x` @ a http: //b' in c");
        assert_eq!(inert("`@a``@b` @c\\` @d `"), "`@a` `@b` @ c\\ ` @d `");
    }

    #[test]
    fn sentences_are_one_line() {
        assert_eq!(sentence("élan\nof\u{1b}it"), "Élan\\nof\\u{1b}it.");
        assert_eq!((sentence("`a` is?"), sentence("")), ("`a` is?".into(), ".".into()));
    }
}
