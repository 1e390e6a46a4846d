//! Files that cannot be read.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::rules::files::rendered_files;
use crate::rules::schema::{team, texts};
use crate::rules::{Context, Findings, Rule, configurations, locality, rule};
use crate::syntax::{Notation, ProblemKind, conflicts};
use crate::text::FileId;

rule! {
    /// Reports a file that cannot be read
    ///
    /// JSON and TOML files are read where `[[schema]]` in the configuration covers them; so are files
    /// in these notations, dotenv, properties and INI that are the configuration of an environment. A
    /// text in a `ConfigMap` is read where its key says what it is: `.json`, `.yaml`, `.toml`,
    /// `.properties`, `.ini`.
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
        let known: BTreeSet<FileId> = beside.iter().map(|(file, _)| *file).collect();
        let configuration = configurations(cx).into_iter().filter(|file| !known.contains(file));
        let configuration: Vec<_> = configuration
            .map(|file| (file, cx.store.named(file)))
            .filter(|(_, parsed)| parsed.template.is_none())
            .map(|(file, parsed)| (file, parsed.problems.clone()))
            .collect();
        let mut looked_at: BTreeSet<FileId> = known.iter().chain(cx.files).copied().collect();
        looked_at.extend(configuration.iter().map(|(file, _)| *file));
        let usual = cx.files.iter().copied().chain(rendered_files(cx.snapshot));
        let usual = usual.map(|file| (file, &cx.store.tree(file).problems));
        let others = beside.iter().chain(&configuration).map(|(file, problems)| (*file, problems));
        for (file, problems) in usual.chain(others) {
            // What a merge left behind is told by `conflict-marker`.
            let text = cx.snapshot.file(file).map_or("", |source| &source.text);
            let merged = !problems.is_empty() && !conflicts(file, text).is_empty();
            let notation = Notation::of(cx.snapshot.path(file).file_name());
            let notation = notation.unwrap_or(Notation::Yaml).name();
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
        for (span, flaw) in texts::flaws(cx, &looked_at) {
            let ProblemKind::Syntax(reason) = &flaw.kind else { continue };
            let message = format!("`{}` is not {}: {reason}", flaw.name, flaw.notation.name());
            let finding = Finding::at(span, &*message).help(flaw.kind.help());
            findings.push(finding.key([message]).key(locality(cx, span)));
        }
    }
}
