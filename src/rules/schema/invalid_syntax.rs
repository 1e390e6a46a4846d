//! Files that cannot be read.

use crate::finding::Finding;
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::syntax::{ProblemKind, conflicts};

rule! {
    /// Reports a YAML file that cannot be read
    ///
    /// ## Why
    /// Nothing that the file says takes effect, and nothing that it says is checked.
    ///
    /// ## Fix
    /// Correct the text at the place that is named. The parser stops at the first mistake, which
    /// may lie a line before that place: look for a missing quote, colon or indentation there.
    pub struct InvalidSyntax {}
    id: "invalid-syntax", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for InvalidSyntax {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for &file in cx.files {
            // What a merge left behind is told by `conflict-marker`.
            let text = cx.snapshot.file(file).map_or("", |source| &source.text);
            let merged =
                !cx.store.yaml(file).problems.is_empty() && !conflicts(file, text).is_empty();
            for problem in &cx.store.yaml(file).problems {
                let message = match &problem.kind {
                    ProblemKind::Syntax(_) if merged => continue,
                    ProblemKind::Syntax(reason) => format!("this is not YAML: {reason}"),
                    ProblemKind::Unreadable(reason) => reason.clone(),
                    ProblemKind::DuplicateKey { .. } => continue,
                };
                let finding = Finding::at(problem.span, &*message).help(problem.kind.help());
                findings.push(finding.key([message]).key(locality(cx, problem.span)));
            }
        }
    }
}
