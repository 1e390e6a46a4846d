//! Keys that stand twice in one map.

use std::collections::BTreeSet;

use crate::finding::{Finding, Role};
use crate::rules::files::rendered_files;
use crate::rules::schema::{team, texts};
use crate::rules::{Context, Findings, Rule, configuration_files, configurations, locality, rule};
use crate::syntax::ProblemKind;
use crate::text::{FileId, Span};

/// Ends of the names of JSON files in which a block that repeats is a key that stands twice.
const BLOCKS: &[&str] = &[".tf.json", ".tofu.json"];

rule! {
    /// Reports a key that stands twice in one map
    ///
    /// ## Why
    /// Tools disagree on what such a file means: some take the first value, some the last, and
    /// the API server refuses it. What was reviewed may not be what runs.
    ///
    /// ## Fix
    /// Delete one of the two entries.
    pub struct DuplicateKey {}
    id: "duplicate-key", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for DuplicateKey {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let rendered = rendered_files(cx.snapshot);
        let files = cx.files.iter().copied().chain(team::beside(cx)).chain(rendered);
        let configuration = configurations(cx).into_iter().filter(|&file| {
            let name = cx.snapshot.path(file).file_name();
            !BLOCKS.iter().any(|end| name.ends_with(end))
        });
        let files: BTreeSet<FileId> =
            files.chain(configuration_files(cx)).chain(configuration).collect();
        for &file in &files {
            for problem in &cx.store.named(file).problems {
                if let Some(found) = finding(cx, problem.span, &problem.kind) {
                    findings.push(found);
                }
            }
        }
        for (span, flaw) in texts::flaws(cx, &files) {
            if let Some(found) = finding(cx, span, &flaw.kind) {
                findings.push(found);
            }
        }
    }
}

fn finding(cx: &Context<'_>, span: Span, kind: &ProblemKind) -> Option<Finding> {
    let ProblemKind::DuplicateKey { key, first } = kind else { return None };
    let finding = Finding::at(span, kind.to_string())
        .label("again here")
        .place(Role::Related, *first, "first here")
        .help(kind.help());
    Some(finding.key([key]).key(locality(cx, span)))
}
