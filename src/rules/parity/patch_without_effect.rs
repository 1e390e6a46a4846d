//! `patch-without-effect`.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Role, Subject};
use crate::layout::FLUX_GROUP;
use crate::render::{Effect, Evaluated, StatementKind};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::parity::{unread_values, unused_variables};
use crate::rules::speak::is_misnamed;
use crate::rules::{Rule, locality, rule};
use crate::syntax::{Comment, Document, NodeRef};
use crate::text::Span;

/// Most parts of a target that are told.
const PARTS: usize = 6;
/// Most words of a comment that only names the entries below it.
const HEADING: usize = 2;
/// The lists of a kustomization whose entries are judged.
const ENTRIES: &[&str] =
    &["patches", "patchesJson6902", "patchesStrategicMerge", "images", "replicas"];

rule! {
    /// Reports a patch, image or replicas entry, or a value of a chart, that changes nothing in any overlay
    ///
    /// ## Why
    /// A patch whose target is gone is a setting that somebody believes in and nobody runs: after
    /// a rename, kustomize leaves it out without a word. One that repeats what the base says hides
    /// that the environments agree, and keeps its value when the base moves on. So does a value that no
    /// template of its chart reads: after a misspelling, helm takes the default without a word.
    /// And so does a variable that a Flux Kustomization defines and that nothing it deploys asks for.
    ///
    /// ## Fix
    /// Correct the target or the key, or remove the entry. Where a value is pinned on purpose, say so in a
    /// comment above or beside the entry, or with an exception.
    pub struct PatchWithoutEffect {
        /// Whether entries are reported that repeat what is there already
        repeated: bool = true,
    }
    id: "patch-without-effect", family: Parity, level: Warning, since: "0.1.0",
}

/// A statement over all overlays that use it.
struct Use<'a> {
    kind: StatementKind,
    effect: Effect,
    overlays: usize,
    first: &'a Evaluated<'a>,
    /// The same in other files.
    copies: Vec<Span>,
}

impl Rule for PatchWithoutEffect {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut uses: BTreeMap<Span, Use<'_>> = BTreeMap::new();
        for evaluated in cx.evaluated {
            for statement in evaluated.output().into_iter().flat_map(|r| &r.statements) {
                let known = uses.entry(statement.span).or_insert(Use {
                    kind: statement.kind,
                    effect: statement.effect,
                    overlays: 0,
                    first: evaluated,
                    copies: Vec::new(),
                });
                known.effect = known.effect.max(statement.effect);
                known.overlays += 1;
            }
        }
        variables(cx, &mut uses, findings);
        // What cannot be rendered may be where a shared statement matters.
        let failed: BTreeSet<usize> = cx
            .evaluated
            .iter()
            .filter(|evaluated| evaluated.error().is_some())
            .map(|evaluated| evaluated.unit_index)
            .collect();
        unused_variables::report(cx, findings);
        let uses = together(cx, uses);
        for (span, found) in uses {
            let own = cx.snapshot.path(span.file).is_in(&found.first.overlay.root);
            if !own && failed.contains(&found.first.unit_index) {
                continue;
            }
            let level = match found.effect {
                Effect::SelectsNothing if names_its_target(cx, span, &found) => findings.level(),
                Effect::SelectsNothing => findings.level().min(Level::Note),
                Effect::Repeats if self.repeated && !is_explained(cx, span) => {
                    findings.level().min(Level::Note)
                }
                Effect::Repeats | Effect::Changes => continue,
            };
            findings.push_at(level, finding(cx, span, &found));
        }
        unread_values::report(cx, findings);
    }
}

/// Reports the variables that no module declares: one finding for each name of a unit.
fn variables(cx: &Context<'_>, uses: &mut BTreeMap<Span, Use<'_>>, findings: &mut Findings) {
    // What is meant for a variable that is missing is told as that.
    let differences = cx.comparison.causes.iter().flat_map(|cause| &cause.differences);
    let told: BTreeSet<Span> = differences
        .filter(|difference| is_misnamed(difference))
        .flat_map(|difference| [difference.here.key, difference.there.key])
        .flatten()
        .collect();
    let mut causes: BTreeMap<(usize, &str), Vec<Span>> = BTreeMap::new();
    let variables = uses.iter().filter(|(_, found)| found.kind == StatementKind::Variable);
    for (&span, found) in variables.filter(|(span, _)| !told.contains(span)) {
        causes.entry((found.first.unit_index, cx.snapshot.slice(span))).or_default().push(span);
    }
    for spans in causes.into_values() {
        let Some(found) = spans.first().and_then(|span| uses.get(span)) else { continue };
        let mut told = finding(cx, spans[0], found);
        for &span in spans.iter().skip(1) {
            told = told.place(Role::Related, span, "set here too");
        }
        if spans.len() > 1 {
            told.subject.environment = None;
        }
        findings.push_at(findings.level(), told);
    }
    uses.retain(|_, found| found.kind != StatementKind::Variable);
}

/// Flux has no bases: the same entry for the same unit stands in the objects of all clusters. They
/// are one cause if they do the same; the first stands for all.
fn together<'a>(cx: &Context<'_>, uses: BTreeMap<Span, Use<'a>>) -> Vec<(Span, Use<'a>)> {
    let mut first_with: BTreeMap<(usize, StatementKind, Effect, String), usize> = BTreeMap::new();
    let mut kept: Vec<(Span, Use<'a>)> = Vec::new();
    for (span, found) in uses {
        let said = described(cx, span).filter(|_| is_of_flux(cx, span));
        let Some(said) = said else {
            kept.push((span, found));
            continue;
        };
        let key = (found.first.unit_index, found.kind, found.effect, said);
        if let Some((_, first)) = first_with.get(&key).and_then(|&at| kept.get_mut(at)) {
            first.overlays += found.overlays;
            first.copies.push(span);
        } else {
            first_with.insert(key, kept.len());
            kept.push((span, found));
        }
    }
    kept
}

fn is_of_flux(cx: &Context<'_>, span: Span) -> bool {
    let version = |root: NodeRef<'_>| {
        let text = root.get("apiVersion").and_then(NodeRef::text);
        text.is_some_and(|text| text.starts_with(FLUX_GROUP))
    };
    let mut roots = cx.store.yaml(span.file).documents.iter().map(Document::root);
    roots.any(|root| version(root) && root.span().contains(span))
}

/// Whether the statement must mean something: it names one object, and is not made for whoever
/// includes it or for a workshop.
fn names_its_target(cx: &Context<'_>, span: Span, found: &Use<'_>) -> bool {
    if cx.layout.environments[found.first.overlay.environment].is_workshop() {
        return false;
    }
    let kinds = holders(cx, span).filter_map(|holder| holder.get("kind")?.text());
    if kinds.into_iter().any(|kind| kind == "Component") {
        return false;
    }
    let Some(target) = target(cx, span) else { return found.kind != StatementKind::Patch };
    let name = target.get("name").and_then(NodeRef::text);
    let pattern = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':'));
    name.is_some_and(|name| !name.contains(pattern) && !name.contains(".*"))
}

/// Whether a comment directly above or beside the entry says something.
fn is_explained(cx: &Context<'_>, span: Span) -> bool {
    let Ok(source) = cx.snapshot.file(span.file) else { return false };
    let parsed = cx.store.yaml(span.file);
    let entries: Vec<Span> = entries(cx, span).map(NodeRef::span).collect();
    let holds = |entry: &&Span| entry.start <= span.start && span.end <= entry.end;
    let entry = entries.iter().find(holds).copied().unwrap_or(span);
    let length = u32::try_from(source.slice(entry).trim_end().len()).unwrap_or(0);
    let lines = source.lines();
    let (first, last) = (lines.line_of(entry.start), lines.line_of(entry.start + length));
    let line = |comment: &Comment| lines.line_of(comment.span.start);
    let above = parsed.comments.partition_point(|comment| line(comment) < first);
    let mut beside = parsed.comments.iter().skip(above).take_while(|comment| line(comment) <= last);
    if beside.any(|comment| is_prose(&comment.text)) {
        return true;
    }
    let above = above.checked_sub(1).and_then(|at| parsed.comments.get(at));
    // A word or two above several entries are their heading.
    let continued = entries.iter().any(|next| lines.line_of(next.start) == last + 1);
    above.is_some_and(|comment| {
        let directly = !comment.trailing && line(comment) + 1 == first;
        let heading = continued && comment.text.split_whitespace().count() <= HEADING;
        directly && !heading && is_prose(&comment.text)
    })
}

/// Whether a comment is more than YAML that is commented out, a mark of a tool or a line.
fn is_prose(text: &str) -> bool {
    let text = text.trim();
    let item = text.strip_prefix("- ").unwrap_or(text);
    let words = |text: &str| {
        text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count()
    };
    match item.split_once(':') {
        Some((key, value)) if !key.contains(' ') => {
            let shouted = key.len() > 1 && key.bytes().all(|byte| byte.is_ascii_uppercase());
            words(value) > if shouted { 0 } else { 2 }
        }
        _ => words(item) > 1 || item.len() > 1 && item.chars().all(char::is_alphabetic),
    }
}

/// The maps whose lists may hold a statement: a kustomization, or what Flux Kustomizations ask for.
fn holders<'a>(cx: &Context<'a>, span: Span) -> impl Iterator<Item = NodeRef<'a>> {
    let roots = cx.store.yaml(span.file).documents.iter().map(Document::root);
    roots.flat_map(|root| {
        let version = root.get("apiVersion").and_then(NodeRef::text).unwrap_or("");
        let flux = version.starts_with(FLUX_GROUP);
        [Some(root).filter(|_| !flux), root.get("spec").filter(|_| flux)].into_iter().flatten()
    })
}

/// All entries of those lists.
fn entries<'a>(cx: &Context<'a>, span: Span) -> impl Iterator<Item = NodeRef<'a>> {
    let lists =
        holders(cx, span).flat_map(|holder| ENTRIES.iter().filter_map(move |key| holder.get(key)));
    lists.flat_map(NodeRef::items)
}

/// The target of the patch that stands at `span`.
fn target<'a>(cx: &Context<'a>, span: Span) -> Option<NodeRef<'a>> {
    entries(cx, span).find(|entry| entry.span() == span)?.get("target")
}

/// What a target asks for, as it is written: `kind: Deployment, name: orders`.
fn described(cx: &Context<'_>, span: Span) -> Option<String> {
    let asked = target(cx, span)?
        .entries()
        .filter_map(|(key, value)| Some(format!("{}: {}", key.text()?, value.text()?)));
    Some(asked.take(PARTS).collect::<Vec<_>>().join(", "))
}

/// What the entry at `span` is about, where it has no target: the name, the file of a patch, or the
/// object that a patch describes.
fn named(cx: &Context<'_>, span: Span) -> String {
    let holds =
        |entry: &NodeRef<'_>| entry.span().start <= span.start && span.end <= entry.span().end;
    let Some(entry) = entries(cx, span).find(holds) else { return String::new() };
    let text = |key: &str| entry.get(key).and_then(NodeRef::text);
    if let Some(name) = text("name") {
        return name.to_owned();
    }
    let patch = text("patch").or(entry.text()).unwrap_or("");
    if let Some(path) = text("path").or(Some(patch).filter(|text| !text.contains('\n'))) {
        return path.rsplit('/').next().unwrap_or(path).to_owned();
    }
    let line = |key: &str| patch.lines().find_map(|line| line.trim().strip_prefix(key));
    let object = ["kind:", "name:"].into_iter().filter_map(line).map(str::trim);
    object.collect::<Vec<_>>().join(" ")
}

fn finding(cx: &Context<'_>, span: Span, found: &Use<'_>) -> Finding {
    let text = cx.snapshot.slice(span);
    let line = text.lines().next().unwrap_or("").trim_end();
    let at = Span::new(span.file, span.start as usize, span.start as usize + line.len());
    let wanted = described(cx, span);
    let (what, gone, help) = match found.kind {
        StatementKind::Patch => (
            match &wanted {
                Some(wanted) => format!("the patch for `{wanted}`"),
                None => "this patch".to_owned(),
            },
            "has a target that selects no object",
            "correct the target, or remove the patch",
        ),
        StatementKind::Image => (
            format!("the entry for the image `{line}`"),
            "matches no container",
            "correct the name, or remove the entry",
        ),
        StatementKind::Replicas => {
            ("this replicas entry".to_owned(), "selects no workload", "remove the entry")
        }
        StatementKind::Variable => (
            format!("the variable `{}`", line.trim_matches('"')),
            "is declared by no module, so Terraform ignores it",
            "correct the name, declare the variable, or remove the line",
        ),
    };
    let (message, help) = if found.effect == Effect::SelectsNothing {
        (format!("{what} {gone}"), help)
    } else {
        let help = "remove it, or document why the value is pinned";
        (format!("{what} changes nothing: what it sets is there already"), help)
    };
    let label = match found.overlays {
        1 => "in the one overlay that uses it".to_owned(),
        count => format!("in all {count} overlays that use it"),
    };
    let environment = found.first.overlay.environment;
    let [overlay, file] = locality(cx, span);
    let known = match found.kind {
        StatementKind::Variable => text.to_owned(),
        _ => wanted.clone().unwrap_or_else(|| named(cx, span)),
    };
    let mut finding = Finding::at(at, message).label(label).help(help);
    for copy in &found.copies {
        finding = finding.place(Role::Related, *copy, "and here");
    }
    finding.known_by([found.kind.list(), &known, &overlay, &file]).about(Subject {
        unit: Some(found.first.unit.name.clone()),
        environment: (found.overlays == 1)
            .then(|| cx.layout.environments[environment].name.clone()),
        ..Subject::default()
    })
}

#[cfg(test)]
mod tests {
    use super::is_prose;

    #[test]
    fn yaml_that_is_commented_out_explains_nothing() {
        for text in
            [" pinned for the audit", " pinned", " TODO: unpin", " why: the vendor asks for it"]
        {
            assert!(is_prose(text), "{text}");
        }
        let yaml =
            [" - path: old.yaml", "   newTag: 1.2.0", " - old.yaml", " -----", "", " kind: A"];
        for text in yaml.into_iter().chain([r#" {"$imagepolicy": "flux-system:web:tag"}"#]) {
            assert!(!is_prose(text), "{text}");
        }
    }
}
