//! Overlays that cannot be rendered.

use std::collections::BTreeMap;

use crate::finding::{Finding, Role, Subject};
use crate::render::Evaluated;
use crate::render::RenderError;
use crate::rules::{Context, Findings, Rule, rule};
use crate::syntax::conflicts;
use crate::text::Span;

/// Most entries of the way to the error that are shown.
const TRAIL: usize = 8;

rule! {
    /// Reports an overlay that cannot be rendered
    ///
    /// ## Why
    /// The environment cannot be deployed as it is written, and nothing about it can be compared.
    ///
    /// ## Fix
    /// Correct what is named. `paritylint render DIR` shows the result once it works, and
    /// `kustomize build DIR` refuses it for the same reason.
    pub struct BuildFailed {}
    id: "build-failed", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for BuildFailed {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut causes: BTreeMap<(Span, &str), Vec<(&Evaluated<'_>, &RenderError)>> =
            BTreeMap::new();
        for evaluated in cx.evaluated {
            let left_out = evaluated.output().into_iter().flat_map(|rendered| &rendered.failures);
            for error in evaluated.error().into_iter().chain(left_out) {
                let cause = (error.span, error.message.as_str());
                causes.entry(cause).or_default().push((evaluated, error));
            }
        }
        for ((span, message), overlays) in causes {
            // `conflict-marker` tells why.
            let source = cx.snapshot.file(span.file);
            if source.is_ok_and(|source| !conflicts(span.file, &source.text).is_empty()) {
                continue;
            }
            let Some(&(first, error)) = overlays.first() else { continue };
            let roots: Vec<_> =
                overlays.iter().map(|(e, _)| format!("`{}`", e.overlay.root)).collect();
            let mut finding = Finding::at(span, message).label(match roots.as_slice() {
                [one] => format!("{one} cannot be rendered"),
                [one, rest @ ..] => format!("{one} and {} more cannot be rendered", rest.len()),
                [] => String::new(),
            });
            for &step in error.trail.iter().filter(|step| **step != span).take(TRAIL) {
                finding = finding.place(Role::Related, step, "asked for here");
            }
            finding.help.clone_from(&error.help);
            let environment =
                cx.layout.environments.get(first.overlay.environment).map(|e| e.name.clone());
            let alone = overlays.len() == 1;
            let subject = Subject {
                unit: Some(first.unit.name.clone()),
                environment: environment.filter(|_| alone),
                variants: first.overlay.variant.iter().filter(|_| alone).cloned().collect(),
                ..Subject::default()
            };
            findings.push(finding.about(subject).key([message]));
        }
    }
}
