//! Settings that are commented out in one environment and live in another.

use crate::compare::{Change, Difference};
use crate::finding::{Finding, Role, Subject};
use crate::kube::looks_like_credential;
use crate::rules::hotfix::counterpart::{self, Step};
use crate::rules::hotfix::marked;
use crate::rules::hotfix::places::Places;
use crate::rules::{Context, Findings, Rule, configuration_files, locality, rule};
use crate::source::SourceFile;
use crate::syntax::{Comment, NodeRef, Notation, Parsed};
use crate::text::{LineIndex, Span};

/// Most comments of a file that are read as settings.
const TRIES: usize = 200;
/// Longest file that is read again with a comment taken away, in bytes.
const LONGEST: usize = 256 * 1024;

rule! {
    /// Reports a setting that is commented out in one environment and live in another
    ///
    /// ## Why
    /// Somebody switched it off, in one place, without a reason or a date: a patch that production
    /// does not get, a resource that staging has alone. A comment is not read by the next
    /// promotion, and nobody knows whether it is still meant.
    ///
    /// Reported where the line, with the `#` taken away, is a setting that the file of the other
    /// environment has. Examples and documentation are not. Where an environment lacks a key because of it,
    /// that is not told again by `missing-key`, and the finding weighs as much.
    ///
    /// ## Fix
    /// Take the `#` away, or delete the comment and say in an exception why this environment does
    /// without.
    pub struct CommentedOutConfig {}
    id: "commented-out-config", family: Hotfix, level: Warning, since: "0.1.0",
}

/// A setting that was found behind a comment.
struct Setting<'a> {
    span: Span,
    steps: Vec<Step>,
    here: usize,
    there: usize,
    live: NodeRef<'a>,
}

impl Rule for CommentedOutConfig {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let places = Places::of(cx);
        for file in cx.files.iter().copied().chain(configuration_files(cx)) {
            let Some(here) = places.counterparts.environment(file) else { continue };
            let parsed = &*cx.store.named(file);
            if parsed.comments.is_empty() || parsed.is_broken() {
                continue;
            }
            let Ok(source) = cx.snapshot.file(file) else { continue };
            if source.text.len() > LONGEST || places.counterparts.others(file).next().is_none() {
                continue;
            }
            let others: Vec<_> = places.counterparts.others(file).collect();
            let dialect = Notation::of(source.path.file_name()).unwrap_or(Notation::Yaml);
            let mut tries = TRIES;
            for run in runs(source, &parsed.comments, dialect) {
                let Some(left) = tries.checked_sub(1) else { break };
                tries = left;
                let found = REMOVALS.iter().find_map(|removal| {
                    let text = uncommented(source, run, *removal);
                    let (at, steps, shape) = &added(source, parsed, (dialect, &text), run)?;
                    others.iter().find_map(|&(there, other)| {
                        let other = cx.store.tree(other);
                        let live = counterpart::find(other.documents.get(*at)?.root(), steps)?;
                        if !shape.stands_for(live) {
                            return None;
                        }
                        let span = run.first()?.span.to(run.last()?.span);
                        let steps = steps.clone();
                        Some(Setting { span, steps, here, there, live })
                    })
                });
                let Some(setting) = found else { continue };
                // What the base sets anyway is rendered alike.
                let difference = differing(cx, &places, setting.live);
                if places.text_tells(cx, file) || difference.is_some() {
                    let lost = difference.filter(|difference| is_of(difference, &setting));
                    findings.push(finding(cx, &setting, lost));
                }
            }
        }
    }
}

fn differing<'a>(
    cx: &Context<'_>,
    places: &Places<'a>,
    live: NodeRef<'_>,
) -> Option<&'a Difference> {
    let span = live.span();
    let source = cx.snapshot.file(span.file).ok()?;
    let (first, last) = (span.start, span.end.saturating_sub(1).max(span.start));
    let index = source.lines();
    places.differing(span.file, index.line_of(first), index.line_of(last))
}

/// Whether the difference is that one side lacks the setting, and no more than it.
fn is_of(difference: &Difference, setting: &Setting<'_>) -> bool {
    let side = match difference.change {
        Change::OnlyHere => &difference.here,
        Change::OnlyThere => &difference.there,
        Change::Changed => return false,
    };
    side.value.as_ref().is_some_and(|value| value.span() == setting.live.span())
}

/// `lost` is what the environments lack because of it.
fn finding(cx: &Context<'_>, setting: &Setting<'_>, lost: Option<&Difference>) -> Finding {
    let name = |environment: usize| {
        cx.layout.environment(environment).map_or(String::new(), |found| found.name.clone())
    };
    let (here, there) = (name(setting.here), name(setting.there));
    let path = displayed(&setting.steps);
    let message = format!("`{path}` is commented out in {here} and live in {there}");
    let help = format!("take the `#` away, or document why {here} does without");
    let subject = Subject {
        environment: Some(here),
        reference: Some(there.clone()),
        path: Some(lost.map_or(path, |lost| lost.path.to_string())),
        unit: lost.map(|lost| cx.evaluated[lost.here_overlay].unit.name.clone()),
        resource: lost.map(|lost| lost.resource.clone()),
        ..Subject::default()
    };
    Finding::at(setting.span, message)
        .place(Role::Reference, setting.live.span(), format!("live in {there}"))
        .help(help)
        .about(subject)
        .key(locality(cx, setting.span))
}

fn displayed(steps: &[Step]) -> String {
    let text = |text: &str| {
        if looks_like_credential(text) { "(secret)".to_owned() } else { text.to_owned() }
    };
    let parts = steps.iter().map(|step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Text(item) => format!("[{}]", text(item)),
        Step::Named(key, name) => format!("[{key}={}]", text(name)),
        Step::Index(index) => format!("[{index}]"),
    });
    parts.collect::<String>().trim_start_matches('.').to_owned()
}

/// How a `#` is taken away: with the space after it, alone, or by a space in its place.
#[derive(Clone, Copy)]
enum Removal {
    WithSpace,
    Alone,
    Replaced,
}

const REMOVALS: &[Removal] = &[Removal::WithSpace, Removal::Alone, Removal::Replaced];

/// The text of the file with the comments of a run taken into it.
fn uncommented(source: &SourceFile, run: &[Comment], removal: Removal) -> String {
    let mut text = String::with_capacity(source.text.len());
    let mut at = 0;
    for comment in run {
        let (start, end) = (comment.span.start as usize, comment.span.end as usize);
        text.push_str(source.text.get(at..start).unwrap_or(""));
        let content = &*comment.text;
        match removal {
            Removal::WithSpace => text.push_str(content.strip_prefix(' ').unwrap_or(content)),
            Removal::Alone => text.push_str(content),
            Removal::Replaced => text.extend([" ", content]),
        }
        at = end;
    }
    text.push_str(source.text.get(at..).unwrap_or(""));
    text
}

/// What a comment would be without its `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Map,
    List,
    /// A key without a value, or with what stands below it.
    Nothing,
    /// A text of so many words.
    Words(usize),
}

/// As many words as this are a sentence where the other environment has a single one.
const SENTENCE: usize = 3;

impl Shape {
    fn of(node: NodeRef<'_>) -> Self {
        match node.text() {
            _ if node.is_map() => Self::Map,
            _ if node.is_list() => Self::List,
            Some(text) if !text.is_empty() => Self::Words(text.split_whitespace().count()),
            _ => Self::Nothing,
        }
    }

    /// Whether it could stand where the other environment has `live`: what follows a colon may be prose.
    fn stands_for(self, live: NodeRef<'_>) -> bool {
        match (self, Self::of(live)) {
            (Self::Nothing, _) | (_, Self::Nothing) => true,
            (Self::Words(words), Self::Words(live)) => words < SENTENCE || live > 1,
            (own, live) => own == live,
        }
    }
}

/// The way to what the run adds, if with it the file is sound and it adds something, and what it is.
fn added(
    source: &SourceFile,
    before: &Parsed,
    (dialect, text): (Notation, &str),
    run: &[Comment],
) -> Option<(usize, Vec<Step>, Shape)> {
    let again = dialect.parse(source.id, text);
    if !again.problems.is_empty() || again.documents.len() != before.documents.len() {
        return None;
    }
    // Lines stay lines.
    let line = source.lines().line_of(run.first()?.span.start);
    let (at, steps) = marked::at_line(&again.documents, &LineIndex::new(text), line)?.target?;
    let old = counterpart::find(before.documents.get(at)?.root(), &steps);
    let parents = steps.split_last()?.1;
    let parent = counterpart::find(before.documents.get(at)?.root(), parents)?;
    let fits = parent.is_map() || parent.is_list();
    let shape = Shape::of(counterpart::find(again.documents.get(at)?.root(), &steps)?);
    (old.is_none() && fits).then_some((at, steps, shape))
}

/// The comments that look like settings: adjacent lines of one indentation, each run beginning
/// with a key or an element, with what is indented deeper.
fn runs<'c>(source: &SourceFile, comments: &'c [Comment], dialect: Notation) -> Vec<&'c [Comment]> {
    let index = source.lines();
    let line = |comment: &Comment| index.line_of(comment.span.start);
    let column = |comment: &Comment| {
        let range = index.line_range(&source.text, line(comment));
        comment.span.start as usize - range.start
    };
    let together = |a: &Comment, b: &Comment| {
        !a.trailing && !b.trailing && line(a) + 1 == line(b) && column(a) == column(b)
    };
    let mut found = Vec::new();
    for block in comments.chunk_by(together).filter(|block| !block.iter().any(|c| c.trailing)) {
        let mut at = 0;
        while let Some(first) = block.get(at) {
            if !is_setting(&first.text, dialect) {
                at += 1;
                continue;
            }
            let deeper = |comment: &&Comment| indent(&comment.text) > indent(&first.text);
            let length = 1 + block.iter().skip(at + 1).take_while(deeper).count();
            found.extend(block.get(at..at + length));
            at += length;
        }
    }
    found
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Whether a line is an element, or a key with its value; a sentence with a colon has spaces before
/// it.
fn is_setting(text: &str, dialect: Notation) -> bool {
    let text = text.trim();
    if !matches!(dialect, Notation::Yaml | Notation::Json) {
        let word = |key: &str| !key.is_empty() && !key.contains(char::is_whitespace);
        return text.split_once('=').is_some_and(|(key, _)| word(key.trim()));
    }
    let key = text.strip_prefix("- ").unwrap_or(text);
    let has_key = key.split_once(':').is_some_and(|(name, rest)| {
        !name.is_empty() && !name.contains(' ') && (rest.is_empty() || rest.starts_with(' '))
    });
    has_key || text.starts_with("- ") && !key.trim().contains(' ')
}
