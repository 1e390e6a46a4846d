//! Files that cannot be read.

use crate::finding::Finding;
use crate::rules::files::rendered_files;
use crate::rules::schema::team;
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::syntax::{ProblemKind, conflicts};

rule! {
    /// Reports a YAML file that cannot be read
    ///
    /// JSON and TOML files are read where `[[schema]]` in the configuration covers them.
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
        let beside: Vec<_> =
            team::beside(cx).into_iter().map(|file| (file, cx.store.flaws(file))).collect();
        let usual = cx.files.iter().copied().chain(rendered_files(cx.snapshot));
        let usual = usual.map(|file| (file, &cx.store.tree(file).problems));
        for (file, problems) in usual.chain(beside.iter().map(|(file, flaws)| (*file, flaws))) {
            // What a merge left behind is told by `conflict-marker`.
            let text = cx.snapshot.file(file).map_or("", |source| &source.text);
            let merged = !problems.is_empty() && !conflicts(file, text).is_empty();
            let notation = match cx.snapshot.path(file).extension().as_str() {
                "json" => "JSON",
                "toml" => "TOML",
                _ => "YAML",
            };
            for problem in problems {
                let message = match &problem.kind {
                    ProblemKind::Syntax(_) if merged => continue,
                    ProblemKind::Syntax(reason) => {
                        format!("this is not {notation}: {reason}")
                    }
                    ProblemKind::Unreadable(reason) => reason.clone(),
                    ProblemKind::DuplicateKey { .. } => continue,
                };
                let finding = Finding::at(problem.span, &*message).help(problem.kind.help());
                findings.push(finding.key([message]).key(locality(cx, problem.span)));
            }
        }
    }
}
