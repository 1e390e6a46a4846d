//! Comments that mark a temporary change.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::finding::{Finding, Identity, Level, Role, Subject};
use crate::rules::documents::patches;
use crate::rules::hotfix::deadline::deadline;
use crate::rules::hotfix::marked::{Marked, marked};
use crate::rules::hotfix::markers::{self, STRONG, Verdict, WEAK};
use crate::rules::hotfix::places::{Beside, Places};
use crate::rules::{Context, Findings, Rule, configuration_files, generated_texts, locality, rule};
use crate::source::SourceFile;
use crate::suppressions::may_hold_mark;
use crate::syntax::{Comment, Named, Parsed, comments_of_lines};
use crate::text::Span;

/// Most further places of one comment that are shown.
const PLACES: usize = 8;

rule! {
    /// Reports a comment that marks a temporary change
    ///
    /// ## Why
    /// What was meant for a week stays for years: the next promotion overwrites it by surprise,
    /// or nobody dares to touch it. The comment says that somebody meant to come back.
    ///
    /// A marker where environments differ, on what only one of them has, or with a date that has
    /// passed is a warning; elsewhere it is a note, and copies of one comment are one note. Single
    /// words such as `TODO` or `workaround` are not reported: in most repositories they mean
    /// something else. Addresses, names and licence texts are not read.
    ///
    /// ## Fix
    /// Undo the change if its reason is gone. If it has to stay, make it part of the base, or
    /// declare it as an exception with an owner and a date, which comes back by itself.
    pub struct HotfixComment {}
    id: "hotfix-comment", family: Hotfix, level: Note, since: "0.1.0",
}

/// A marked comment and what it stands beside.
struct Mark<'a> {
    span: Span,
    text: String,
    verdict: Verdict,
    /// The date until which the change was meant to stay, where it has passed.
    expired: Option<Date>,
    beside: Beside<'a>,
}

impl Rule for HotfixComment {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let places = Places::of(cx);
        let mut plain: BTreeMap<String, Vec<Mark<'_>>> = BTreeMap::new();
        let known = cx.files.iter().copied().chain(configuration_files(cx));
        let known = known.map(|file| (file, cx.store.named(file)));
        let texts = generated_texts(cx).into_iter().filter_map(|file| {
            let text = &cx.snapshot.file(file).ok()?.text;
            Some((file, Named::Own(comments_of_lines(file, text))))
        });
        for (file, parsed) in known.chain(texts) {
            let Ok(source) = cx.snapshot.file(file) else { continue };
            let parsed = &*parsed;
            let mut marks = marks(cx, source, parsed, false, &places);
            for patch in patches(source, parsed) {
                marks.extend(self::marks(cx, source, &patch, true, &places));
            }
            for mark in marks {
                let differs = !matches!(mark.beside, Beside::Unknown);
                if differs || mark.expired.is_some() {
                    let level = findings.level().max(Level::Warning);
                    findings.push_at(level, finding(cx, &[mark]));
                } else if mark.verdict.weight >= STRONG {
                    // Copies of one comment in several environments say one thing.
                    plain.entry(mark.text.clone()).or_default().push(mark);
                }
            }
        }
        for marks in plain.into_values() {
            findings.push(finding(cx, &marks));
        }
    }
}

/// The marked comments of a file, or of a patch that stands in it.
fn marks<'a>(
    cx: &Context<'a>,
    source: &'a SourceFile,
    parsed: &Parsed,
    inline: bool,
    places: &Places<'a>,
) -> Vec<Mark<'a>> {
    let mut found = Vec::new();
    for block in blocks(source, &parsed.comments) {
        let Some((comment, verdict)) = strongest(block) else { continue };
        let whole: Vec<&str> = block.iter().map(|comment| &*comment.text).collect();
        let strong = verdict.weight >= STRONG;
        let expired = deadline(&whole.join(" ")).filter(|date| strong && *date < cx.today);
        let marked = marked(source, &parsed.documents, block).map(|marked| {
            // The way into a patch does not lead through the file.
            if inline { Marked { target: None, ..marked } } else { marked }
        });
        let beside = marked.map_or(Beside::Unknown, |marked| {
            places.beside(cx, source.id, &parsed.documents, &marked)
        });
        let text = comment.text.trim().to_owned();
        found.push(Mark { span: comment.span, text, verdict, expired, beside });
    }
    found
}

fn finding(cx: &Context<'_>, marks: &[Mark<'_>]) -> Finding {
    let first = &marks[0];
    let words = &first.verdict.words;
    let name = |environment: usize| {
        cx.layout.environment(environment).map_or(String::new(), |found| found.name.clone())
    };
    let of = |overlay: usize| name(cx.evaluated[overlay].overlay.environment);
    let mut subject = Subject::default();
    let mut reference = None;
    let place = match first.beside {
        Beside::Unknown => String::new(),
        Beside::Differs(difference) => {
            let (here, there) = (of(difference.here_overlay), of(difference.there_overlay));
            let sides = [(&difference.here, &here), (&difference.there, &there)];
            reference = sides
                .into_iter()
                .find(|(side, _)| side.span.file != first.span.file)
                .map(|(side, own)| (side.key.unwrap_or(side.span), own.clone()));
            let place = if difference.siblings {
                format!(" where overlays of {here} differ")
            } else {
                format!(" where {here} and {there} differ")
            };
            subject = Subject {
                unit: Some(cx.evaluated[difference.here_overlay].unit.name.clone()),
                environment: Some(here),
                reference: Some(there),
                resource: Some(difference.resource.clone()),
                path: Some(difference.path.to_string()).filter(|path| !path.is_empty()),
                ..Subject::default()
            };
            place
        }
        Beside::Unlike { here, there, span } => {
            let (here, there) = (name(here), name(there));
            let what = if span.is_some() { "differs from" } else { "is not in" };
            let place = format!(" on what {what} {there}");
            reference = span.map(|span| (span, there.clone()));
            subject = Subject { environment: Some(here), reference: Some(there), ..subject };
            place
        }
    };
    let passed =
        first.expired.map_or(String::new(), |date| format!(", and its date, {date}, has passed"));
    let message = format!("a comment marks a temporary change (`{words}`){place}{passed}");
    let mut finding = Finding::at(first.span, message).about(subject);
    if let Some((span, environment)) = reference {
        finding = finding.place(Role::Reference, span, format!("{environment} here"));
    }
    for mark in marks.iter().skip(1).take(PLACES) {
        finding = finding.place(Role::Related, mark.span, "the same comment again");
    }
    let help =
        "undo it, make it part of the base, or declare an exception with an owner and a date";
    let finding = finding.help(help).key([worded(&first.text)]);
    match first.beside {
        // Object and path say where it stands.
        Beside::Differs(_) => finding,
        Beside::Unlike { .. } => finding.key(locality(cx, first.span)),
        // Copies are one finding, whatever place comes first.
        Beside::Unknown => finding.made_of(marks.iter().map(|mark| {
            Identity::named([worded(&mark.text)].into_iter().chain(locality(cx, mark.span)))
        })),
    }
}

/// The words of a comment, however it is set.
fn worded(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Comments on adjacent lines, as one text each; a trailing comment stands alone.
fn blocks<'c>(source: &SourceFile, comments: &'c [Comment]) -> impl Iterator<Item = &'c [Comment]> {
    let line = |comment: &Comment| source.lines().line_of(comment.span.start);
    comments.chunk_by(move |a, b| !a.trailing && !b.trailing && line(a) + 1 == line(b))
}

/// The first line of the block that, together with the line after it, is marked strongly; else the
/// first that is marked at all.
fn strongest(block: &[Comment]) -> Option<(&Comment, Verdict)> {
    let starts = |comment: &Comment, mark: &str| comment.text.trim_start().starts_with(mark);
    // What exceptions and marks of other tools say has rules of its own.
    let mark = |comment: &Comment| starts(comment, "paritylint:") || may_hold_mark(&comment.text);
    // Documentation of a chart's values goes on over several lines.
    if block.iter().any(mark) || block.first().is_some_and(|comment| starts(comment, "-- ")) {
        return None;
    }
    let weight = |verdict: &Option<Verdict>| verdict.as_ref().map_or(0, |found| found.weight);
    let strong = (0..block.len()).find_map(|at| {
        let comment = &block[at];
        let own = markers::weigh(&comment.text);
        if weight(&own) >= STRONG {
            return own.map(|verdict| (comment, verdict));
        }
        let next = block.get(at + 1)?;
        let other = weight(&markers::weigh(&next.text));
        // The next line may be strong by itself: then it is the place.
        let both = markers::weigh(&format!("{} {}", comment.text, next.text));
        let place = if other > weight(&own) { next } else { comment };
        both.filter(|verdict| verdict.weight >= STRONG).map(|verdict| (place, verdict))
    });
    strong.or_else(|| {
        let weighed = block.iter().map(|comment| (comment, markers::weigh(&comment.text)));
        weighed
            .filter_map(|(comment, verdict)| Some((comment, verdict?)))
            .find(|(_, verdict)| verdict.most >= WEAK)
    })
}
