//! `patch-without-effect`.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Subject};
use crate::render::{Effect, Evaluated, StatementKind};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::syntax::NodeRef;
use crate::text::Span;

/// Most parts of a target that are told.
const PARTS: usize = 6;

rule! {
    /// Reports a patch, image or replicas entry that changes nothing in any overlay
    ///
    /// ## Why
    /// A patch whose target is gone is a setting that somebody believes in and nobody runs: after
    /// a rename, kustomize leaves it out without a word. One that repeats what the base says hides
    /// that the environments agree, and keeps its value when the base moves on.
    ///
    /// ## Fix
    /// Correct the target, or remove the entry. Where a value is pinned on purpose, say so with an
    /// exception.
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
                });
                known.effect = known.effect.max(statement.effect);
                known.overlays += 1;
            }
        }
        // What cannot be rendered may be where a shared statement matters.
        let failed: BTreeSet<usize> = cx
            .evaluated
            .iter()
            .filter(|evaluated| evaluated.error().is_some())
            .map(|evaluated| evaluated.unit_index)
            .collect();
        for (span, found) in uses {
            let own = cx.snapshot.path(span.file).is_in(&found.first.overlay.root);
            if !own && failed.contains(&found.first.unit_index) {
                continue;
            }
            let level = match found.effect {
                Effect::SelectsNothing if names_its_target(cx, span, &found) => findings.level(),
                Effect::SelectsNothing => findings.level().min(Level::Note),
                Effect::Repeats if self.repeated => findings.level().min(Level::Note),
                Effect::Repeats | Effect::Changes => continue,
            };
            findings.push_at(level, finding(cx, span, &found));
        }
    }
}

/// Whether the statement must mean something: it names one object, and is not made for whoever
/// includes it or for a workshop.
fn names_its_target(cx: &Context<'_>, span: Span, found: &Use<'_>) -> bool {
    if cx.layout.environments[found.first.overlay.environment].is_workshop() {
        return false;
    }
    let Some(document) = cx.store.yaml(span.file).documents.first() else { return false };
    let root = document.root();
    if root.get("kind").and_then(NodeRef::text) == Some("Component") {
        return false;
    }
    let Some(target) = target(root, span) else { return found.kind != StatementKind::Patch };
    let name = target.get("name").and_then(NodeRef::text);
    let pattern = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':'));
    name.is_some_and(|name| !name.contains(pattern) && !name.contains(".*"))
}

/// The target of the patch that stands at `span` of a kustomization.
fn target(root: NodeRef<'_>, span: Span) -> Option<NodeRef<'_>> {
    let lists = ["patches", "patchesJson6902"].iter().filter_map(|key| root.get(key));
    lists.flat_map(NodeRef::items).find(|entry| entry.span() == span)?.get("target")
}

/// What a target asks for, as it is written: `kind: Deployment, name: orders`.
fn described(cx: &Context<'_>, span: Span) -> Option<String> {
    let root = cx.store.yaml(span.file).documents.first()?.root();
    let asked = target(root, span)?
        .entries()
        .filter_map(|(key, value)| Some(format!("{}: {}", key.text()?, value.text()?)));
    Some(asked.take(PARTS).collect::<Vec<_>>().join(", "))
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
    Finding::at(at, message)
        .label(label)
        .help(help)
        .key([wanted.as_deref().unwrap_or_default(), line, cx.snapshot.path(span.file).as_str()])
        .about(Subject {
            unit: Some(found.first.unit.name.clone()),
            environment: (found.overlays == 1)
                .then(|| cx.layout.environments[environment].name.clone()),
            ..Subject::default()
        })
}
