//! Comments that are meant to be exceptions and cannot be read.

use crate::finding::Finding;
use crate::rules::{Context, Findings, Rule, locality, rule};

rule! {
    /// Reports a `# paritylint:` comment that cannot be read
    ///
    /// ## Why
    /// A comment with a mistake in it silences nothing, and looks as if it did.
    ///
    /// ## Fix
    /// Write it on or above the line that it is for:
    /// `# paritylint: allow RULE[, RULE] owner=@team until=2027-01-31 reason="why"`.
    pub struct MalformedException {}
    id: "malformed-exception", family: Exceptions, level: Error, since: "0.1.0",
}

impl Rule for MalformedException {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for comment in cx.malformed {
            findings.push(
                Finding::at(comment.span, &*comment.message)
                    .key([&*comment.message])
                    .key(locality(cx, comment.span))
                    .help(&*comment.help),
            );
        }
    }
}
