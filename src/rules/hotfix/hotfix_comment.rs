//! Comments that mark a temporary change.

use crate::finding::Finding;
use crate::rules::hotfix::markers::{self, STRONG, Verdict};
use crate::rules::{Context, Findings, Rule, rule};
use crate::source::SourceFile;
use crate::syntax::Comment;

rule! {
    /// Reports a comment that marks a temporary change
    ///
    /// ## Why
    /// What was meant for a week stays for years: the next promotion overwrites it by surprise,
    /// or nobody dares to touch it. The comment says that somebody meant to come back.
    ///
    /// Single words such as `TODO` or `workaround` are not reported: in most repositories they
    /// mean something else. Addresses, names and licence texts are not read.
    ///
    /// ## Fix
    /// Undo the change if its reason is gone. If it has to stay, make it part of the base, or
    /// declare it as an exception with an owner and a date, which comes back by itself.
    pub struct HotfixComment {}
    id: "hotfix-comment", family: Hotfix, level: Note, since: "0.1.0",
}

impl Rule for HotfixComment {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for &file in cx.files {
            let Ok(source) = cx.snapshot.file(file) else { continue };
            for block in blocks(source, &cx.store.yaml(file).comments) {
                let Some((comment, verdict)) = strongest(block) else { continue };
                let message = format!("a comment marks a temporary change (`{}`)", verdict.words);
                findings.push(
                    Finding::at(comment.span, message)
                        .help(
                            "undo it, make it part of the base, or declare an exception with an \
                             owner and a date",
                        )
                        .key([source.path.as_str(), comment.text.trim()]),
                );
            }
        }
    }
}

/// Comments on adjacent lines, as one text each; a trailing comment stands alone.
fn blocks<'c>(source: &SourceFile, comments: &'c [Comment]) -> impl Iterator<Item = &'c [Comment]> {
    let line = |comment: &Comment| source.lines().line_of(comment.span.start);
    comments.chunk_by(move |a, b| !a.trailing && !b.trailing && line(a) + 1 == line(b))
}

/// The first line of the block that, together with the line after it, is marked strongly.
fn strongest(block: &[Comment]) -> Option<(&Comment, Verdict)> {
    if block.iter().any(|comment| comment.text.trim_start().starts_with("paritylint:")) {
        return None;
    }
    (0..block.len()).find_map(|at| {
        let comment = &block[at];
        let own = markers::weigh(&comment.text)?;
        if own.weight >= STRONG {
            return Some((comment, own));
        }
        let next = block.get(at + 1)?;
        let both = markers::weigh(&format!("{} {}", comment.text, next.text))?;
        let next_weight = markers::weigh(&next.text).map_or(0, |verdict| verdict.weight);
        let place = if next_weight > own.weight { next } else { comment };
        (both.weight >= STRONG).then_some((place, both))
    })
}
