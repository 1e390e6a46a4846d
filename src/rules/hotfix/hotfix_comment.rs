//! Comments that mark a temporary change.

use std::collections::BTreeMap;

use crate::compare::Cause;
use crate::finding::{Finding, Level, Role, Subject};
use crate::rules::hotfix::markers::{self, STRONG, Verdict};
use crate::rules::{Context, Findings, Rule, rule};
use crate::source::SourceFile;
use crate::syntax::Comment;
use crate::text::FileId;

/// Most further places of one comment that are shown.
const PLACES: usize = 8;

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

/// A marked comment and what it stands beside.
struct Mark<'a> {
    source: &'a SourceFile,
    comment: &'a Comment,
    verdict: Verdict,
    cause: Option<&'a Cause>,
}

impl Rule for HotfixComment {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let causes = causes_by_line(cx);
        let mut plain: BTreeMap<&str, Vec<Mark<'_>>> = BTreeMap::new();
        for &file in cx.files {
            let Ok(source) = cx.snapshot.file(file) else { continue };
            for block in blocks(source, &cx.store.yaml(file).comments) {
                let Some((comment, verdict)) = strongest(block) else { continue };
                let line = marked_line(source, block);
                let cause = causes.get(&(file, line)).copied();
                let mark = Mark { source, comment, verdict, cause };
                if cause.is_some() {
                    findings.push_at(findings.level().max(Level::Warning), finding(cx, &[mark]));
                } else {
                    // Copies of one comment in several environments say one thing.
                    plain.entry(comment.text.trim()).or_default().push(mark);
                }
            }
        }
        for marks in plain.into_values() {
            findings.push(finding(cx, &marks));
        }
    }
}

fn finding(cx: &Context<'_>, marks: &[Mark<'_>]) -> Finding {
    let first = &marks[0];
    let words = &first.verdict.words;
    let key = [first.source.path.as_str(), first.comment.text.trim()];
    let mut finding = if let Some(difference) = first.cause.map(Cause::first) {
        let name = |overlay: usize| {
            let environment = cx.evaluated[overlay].overlay.environment;
            cx.layout.environments[environment].name.clone()
        };
        let (here, there) = (name(difference.here_overlay), name(difference.there_overlay));
        let unit = cx.evaluated[difference.here_overlay].unit.name.clone();
        let message = format!(
            "a comment marks a temporary change (`{words}`) where {here} and {there} differ"
        );
        Finding::at(first.comment.span, message).about(Subject {
            unit: Some(unit),
            environment: Some(here),
            reference: Some(there),
            resource: Some(difference.resource.clone()),
            path: Some(difference.path.to_string()).filter(|path| !path.is_empty()),
            ..Subject::default()
        })
    } else {
        let message = format!("a comment marks a temporary change (`{words}`)");
        Finding::at(first.comment.span, message)
    };
    for mark in marks.iter().skip(1).take(PLACES) {
        finding = finding.place(Role::Related, mark.comment.span, "the same comment again");
    }
    let help =
        "undo it, make it part of the base, or declare an exception with an owner and a date";
    finding.help(help).key(key)
}

/// The causes of differences by the lines that hold their bytes, on either side.
fn causes_by_line<'a>(cx: &Context<'a>) -> BTreeMap<(FileId, usize), &'a Cause> {
    let mut lines = BTreeMap::new();
    for cause in &cx.comparison.causes {
        for difference in &cause.differences {
            for side in [&difference.here, &difference.there] {
                let spans = [side.key, side.value.as_ref().map(|_| side.span)];
                for span in spans.into_iter().flatten() {
                    if let Ok(source) = cx.snapshot.file(span.file) {
                        let line = source.lines().line_of(span.start);
                        lines.entry((span.file, line)).or_insert(cause);
                    }
                }
            }
        }
    }
    lines
}

/// The line that a comment speaks of: its own when it trails, else the next one with content.
fn marked_line(source: &SourceFile, block: &[Comment]) -> usize {
    let Some(last) = block.last() else { return 0 };
    let line = source.lines().line_of(last.span.start);
    if last.trailing {
        return line;
    }
    (line + 1..source.lines().len())
        .find(|&next| !source.text[source.lines().line_range(&source.text, next)].trim().is_empty())
        .unwrap_or(line)
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
