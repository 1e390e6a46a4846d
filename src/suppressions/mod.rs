//! Ignore marks of other tools: comments, annotations, ignore files, exclusions of policies.
//!
//! Each tool's own grammar says what a mark names, why, and until when. What no grammar has a field
//! for, an owner and mostly a date, is read from the reason and from the comment above the mark.

mod annotations;
mod comments;
mod files;
mod ignore_files;
mod marks;
mod policies;
mod settings;
mod toml_settings;
mod words;

#[cfg(test)]
mod tests;

pub use marks::may_hold_mark;

use jiff::civil::Date;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::config::Glob;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};

/// Most marks that are kept of one file.
const MARKS: usize = 10_000;

/// An ignore mark of another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The tool that reads it.
    pub tool: &'static str,
    /// The rules of the tool that it silences; empty for all.
    pub rules: Vec<String>,
    /// The mark.
    pub span: Span,
    /// Whether it is one line of a file that holds nothing else.
    pub listed: bool,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// The last day that it is meant to have.
    pub expires: Option<Expiry>,
    /// Why the tool does not do with it what it looks like.
    pub flaw: Option<&'static str>,
}

/// The end of a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// The last day.
    pub day: Date,
    /// Whether the tool itself ends the suppression then.
    pub enforced: bool,
}

impl Suppression {
    /// A mark of which nothing is known but what it silences.
    fn new(tool: &'static str, rules: Vec<String>, span: Span) -> Self {
        Self {
            tool,
            rules,
            span,
            listed: false,
            reason: None,
            owner: None,
            ticket: None,
            expires: None,
            flaw: None,
        }
    }

    /// What it silences, as exceptions name it: `checkov:CKV_AWS_18`, `gitleaks:*` for all rules.
    pub fn names(&self) -> Vec<String> {
        if self.rules.is_empty() {
            return vec![format!("{}:*", self.tool)];
        }
        self.rules.iter().map(|rule| format!("{}:{rule}", self.tool)).collect()
    }

    /// Reads owner, ticket and last day out of the reason, and out of the text around the mark
    /// where the reason does not tell. The reason itself is the mark's own before any other.
    fn explain(&mut self, own: &str, around: &str) {
        for text in [own, around] {
            self.reason = self.reason.take().or_else(|| words::reason(text));
            self.owner = self.owner.take().or_else(|| words::owner(text));
            self.ticket = self.ticket.take().or_else(|| words::ticket(text));
            self.expires = self
                .expires
                .or_else(|| words::last_day(text).map(|day| Expiry { day, enforced: false }));
        }
    }
}

/// Every mark of the files that are `wanted`, by file and place, but for those that are left out.
pub fn collect(
    store: &Store<'_>,
    exclude: &[Glob],
    wanted: impl Fn(&RepoPath) -> bool,
) -> Vec<Suppression> {
    let snapshot = store.snapshot();
    let files: Vec<FileId> = snapshot
        .files()
        .filter(|(_, path)| wanted(path) && files::is_read(path))
        .filter(|(_, path)| !exclude.iter().any(|glob| glob.matches(path.as_str())))
        .map(|(file, _)| file)
        .collect();
    let found: Vec<Vec<Suppression>> =
        files.into_par_iter().map(|file| of_file(snapshot, store, file)).collect();
    found.into_iter().flatten().collect()
}

fn of_file(snapshot: &Snapshot, store: &Store<'_>, file: FileId) -> Vec<Suppression> {
    let Ok(source) = snapshot.file(file) else { return Vec::new() };
    if source.text.len() > files::LARGEST {
        return Vec::new();
    }
    let (mut found, hints) = marks::scan(source);
    if hints.policy {
        found.extend(policies::collect(source, store));
    }
    found.extend(settings::collect(source, store));
    found.extend(toml_settings::collect(source));
    found.extend(ignore_files::collect(source));
    found.sort_by_key(|suppression| suppression.span);
    found.truncate(MARKS);
    found
}
