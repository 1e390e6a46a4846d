//! Texts that several formats share: safe to print, on one line.

use crate::finding::{Finding, Label, Role};
use crate::text::printable;

/// The address of the project.
pub(super) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The address of a rule's page.
pub(super) fn rule_url(id: &str) -> String {
    format!("{REPOSITORY}/blob/main/docs/rules/{id}.md")
}

/// A text of several lines as one.
pub(super) fn one_line(text: &str) -> String {
    text.lines().map(|line| printable(line.trim())).collect::<Vec<_>>().join(" ")
}

/// The text as a sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    let text = one_line(text);
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
