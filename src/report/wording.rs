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

/// The text with nothing in it that reads as a link or a tag: for readers that show Markdown.
pub(super) fn inert(text: &str) -> String {
    let text = text.replace("](", "] (");
    let mut inert = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        inert.push(character);
        let opens = |next: &char| next.is_alphabetic() || matches!(next, '/' | '!' | '?');
        if character == '<' && characters.peek().is_some_and(opens) {
            inert.push(' ');
        }
    }
    inert
}

#[cfg(test)]
mod tests {
    use super::{inert, sentence};

    #[test]
    fn links_and_tags_are_text() {
        assert_eq!(inert("![a](https://b) <b>"), "![a] (https://b) < b>");
        assert_eq!(inert("a[name=b] < 1 <1"), "a[name=b] < 1 <1");
    }

    #[test]
    fn sentences_are_one_line() {
        assert_eq!(sentence("élan\nof\u{1b}it"), "Élan\\nof\\u{1b}it.");
        assert_eq!((sentence("`a` is?"), sentence("")), ("`a` is?".into(), ".".into()));
    }
}
