//! Who last changed the line of a finding, in words.

use crate::finding::{Blame, Finding};
use crate::text::printable;

/// What is known, as a line below a finding; empty where nothing is.
pub(super) fn line(finding: &Finding) -> String {
    finding.blame.as_ref().map(|blame| format!("  {}\n", words(blame))).unwrap_or_default()
}

/// What is known, at the end of a line.
pub(super) fn suffix(finding: &Finding) -> String {
    finding.blame.as_ref().map(|blame| format!(" [{}]", words(blame))).unwrap_or_default()
}

/// The place may be a counterpart: the words do not say that somebody is guilty.
fn words(blame: &Blame) -> String {
    match blame {
        Blame::Uncommitted => "not committed yet".to_owned(),
        Blame::Commit(introduced) => {
            let day = introduced.authored.map(|day| format!(" on {day}")).unwrap_or_default();
            let (author, summary) = (printable(&introduced.author), printable(&introduced.summary));
            format!("last changed by {author}{day} in {}: {summary}", introduced.short())
        }
    }
}
