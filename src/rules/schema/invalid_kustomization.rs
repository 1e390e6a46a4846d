//! What kustomize does otherwise than a kustomization says.

use std::collections::BTreeMap;

use crate::finding::{Finding, Role, Subject};
use crate::render::{Evaluated, Notice};
use crate::rules::{Context, Findings, Rule, rule};
use crate::text::FileId;

/// Most further places of one finding that are shown.
const PLACES: usize = 20;

rule! {
    /// Reports what kustomize loses, leaks or reads from elsewhere without a word
    ///
    /// ## Why
    /// Some patches build and do not do what they say: kustomize does not obey `$patch` in lists
    /// of kinds that it does not know and deploys the directive, drops values where an element of
    /// a list lacks a merge key, and sets a text where a null was meant to delete. Files outside of
    /// the kustomization's own directory build with some tools and not with others.
    ///
    /// ## Fix
    /// Say it in a way that every kustomize understands: a JSON patch, an element with all its merge
    /// keys, a base with a kustomization of its own.
    pub struct InvalidKustomization {}
    id: "invalid-kustomization", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for InvalidKustomization {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        // One file that says the same in several places has one habit, and it is told once.
        let mut causes: BTreeMap<(FileId, &str), BTreeMap<&Notice, Vec<&Evaluated<'_>>>> =
            BTreeMap::new();
        for evaluated in cx.evaluated {
            for notice in evaluated.output().into_iter().flat_map(|rendered| &rendered.notices) {
                let places = causes.entry((notice.span.file, notice.help)).or_default();
                places.entry(notice).or_default().push(evaluated);
            }
        }
        for ((file, _), places) in &causes {
            let mut rest = places.iter();
            let Some((first, overlays)) = rest.next() else { continue };
            let mut finding = Finding::at(first.span, &*first.message).help(first.help);
            for (notice, _) in rest.take(PLACES) {
                finding = finding.place(Role::Related, notice.span, &*notice.message);
            }
            let path = cx.snapshot.path(*file).as_str();
            finding = finding.about(subject(cx, overlays)).key([path, &*first.message]);
            findings.push_at(findings.level().min(first.level), finding);
        }
    }
}

/// The unit, and the environment if it is the only one.
fn subject(cx: &Context<'_>, overlays: &[&Evaluated<'_>]) -> Subject {
    let Some(first) = overlays.first() else { return Subject::default() };
    let environment = first.overlay.environment;
    let alone = overlays.iter().all(|other| other.overlay.environment == environment);
    let name = cx.layout.environment(environment).map(|environment| environment.name.clone());
    Subject {
        unit: Some(first.unit.name.clone()),
        environment: name.filter(|_| alone),
        ..Subject::default()
    }
}
