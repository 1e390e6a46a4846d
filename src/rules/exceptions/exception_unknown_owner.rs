//! Exceptions that belong to nobody whom the repository knows.

use crate::config::{Owners, Ownership, nearest};
use crate::owners::CodeOwners;
use crate::rules::exceptions::about_value;
use crate::rules::{Context, Findings, Rule, rule};
use crate::source::Snapshot;
use crate::text::Span;

rule! {
    /// Reports an exception whose owner neither `owners.allowed` nor CODEOWNERS knows
    ///
    /// ## Why
    /// An owner who cannot be reached is no owner: names of people who left and of teams that
    /// were renamed keep exceptions alive that nobody answers for.
    ///
    /// ## Fix
    /// Name an owner that matches `owners.allowed` in the configuration. Without that list, name one
    /// that a line of CODEOWNERS names, spelt as there; without both, every owner is accepted.
    /// `owners.codeowners` asks for more or less: `"named"`, `"owns"` (the owner owns the files of
    /// everything that the exception covers) or `"ignore"`.
    pub struct ExceptionUnknownOwner {}
    id: "exception-unknown-owner", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionUnknownOwner {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            let Some(owner) = &exception.owner else { continue };
            let refused = refusal(owner, &cx.config.owners, cx.owners, judged.covers, cx.snapshot);
            if let Some(refused) = refused {
                findings.push(
                    about_value(exception, exception.owner_at, refused.message).help(refused.help),
                );
            }
        }
    }
}

/// Most names that are looked through for one that is meant.
const CANDIDATES: usize = 200;

/// Why somebody may not own an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Whether somebody may not own an exception that covers findings at these places.
pub fn refusal(
    owner: &str,
    owners: &Owners,
    codeowners: Option<&CodeOwners>,
    covers: &[Span],
    snapshot: &Snapshot,
) -> Option<Refusal> {
    let refuse = |message, help| Some(Refusal { message, help });
    let allowed = &owners.allowed;
    if !allowed.is_empty() && !allowed.iter().any(|glob| glob.matches(owner)) {
        let globs: Vec<_> = allowed.iter().map(|glob| format!("`{glob}`")).collect();
        let help = format!("`owners.allowed` has {}", globs.join(", "));
        return refuse(format!("`{owner}` may not own exceptions"), help);
    }
    let default = if allowed.is_empty() { Ownership::Named } else { Ownership::Ignore };
    let wanted = owners.codeowners.unwrap_or(default);
    let codeowners = codeowners.filter(|_| wanted != Ownership::Ignore)?;
    let file = snapshot.path(codeowners.file);
    if !codeowners.knows(owner) {
        let help = match nearest(owner, codeowners.names().take(CANDIDATES)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "name somebody from there, or list the owner under `owners.allowed`".to_owned(),
        };
        return refuse(format!("`{file}` does not name `{owner}`"), help);
    }
    let not_owned = covers.iter().map(|span| snapshot.path(span.file));
    let not_owned = not_owned.filter(|_| wanted == Ownership::Owns);
    let path = not_owned.into_iter().find(|path| !codeowners.owns(owner, path))?;
    refuse(
        format!("`{owner}` does not own `{path}`, which the exception covers"),
        format!("`{file}` decides who does; ask its owners to take the exception over"),
    )
}
