//! What kustomize does otherwise than a kustomization says.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Identity, Role, Subject};
use crate::layout::{FluxBuilds, aside, is_kustomization};
use crate::render::{Evaluated, Notice, Renderer};
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::text::{FileId, RepoPath};

/// Most further places of one finding that are shown.
const PLACES: usize = 20;

rule! {
    /// Reports what kustomize loses, leaks or reads from elsewhere without a word
    ///
    /// ## Why
    /// Some patches build and do not do what they say: kustomize does not obey `$patch` in lists
    /// of kinds that it does not know and deploys the directive, drops values where an element of
    /// a list lacks a merge key, and sets a text where a null was meant to delete. Files outside of
    /// the kustomization's own directory build with some tools and not with others; that is a note,
    /// one for each top directory, and not said of what Flux builds, which reads them.
    ///
    /// A kustomization that no environment uses yet is read all the same: a field that there is not
    /// breaks the build of whoever uses it first.
    ///
    /// ## Fix
    /// Say it in a way that every kustomize understands: a JSON patch, an element with all its merge
    /// keys, a base with a kustomization of its own.
    pub struct InvalidKustomization {}
    id: "invalid-kustomization", family: Schema, level: Error, since: "0.1.0",
}

/// What a notice is grouped by: what somebody would change at once.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Habit {
    /// The file, or for files outside of their kustomization's directory the part of the repository.
    scope: RepoPath,
    help: &'static str,
    outside: bool,
}

type Places<'a> = BTreeMap<&'a Notice, Vec<&'a Evaluated<'a>>>;

impl Rule for InvalidKustomization {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut habits: BTreeMap<Habit, Places<'_>> = BTreeMap::new();
        for evaluated in cx.evaluated {
            for notice in evaluated.output().into_iter().flat_map(|rendered| &rendered.notices) {
                let places = habits.entry(habit(cx, notice)).or_default();
                places.entry(notice).or_default().push(evaluated);
            }
        }
        if habits.keys().any(|habit| habit.outside) {
            leave_to_flux(cx, &mut habits);
        }
        unused(cx, findings);
        for (habit, places) in &habits {
            let mut rest = places.iter();
            let Some((first, overlays)) = rest.next() else { continue };
            let more = match places.len() {
                2 if habit.outside => " (and so in one more place)".to_owned(),
                3.. if habit.outside => format!(" (and so in {} more places)", places.len() - 1),
                _ => String::new(),
            };
            let mut finding =
                Finding::at(first.span, format!("{}{more}", first.message)).help(first.help);
            for (notice, _) in rest.take(PLACES) {
                finding = finding.place(Role::Related, notice.span, &*notice.message);
            }
            let scope = habit.scope.as_str();
            finding = if habit.outside {
                let all: Vec<_> = places.values().flatten().copied().collect();
                let mut subject = subject(cx, &all);
                let shared =
                    all.iter().any(|other| subject.unit.as_ref() != Some(&other.unit.name));
                subject.unit = subject.unit.filter(|_| !shared);
                finding.about(subject).known_by([scope, "outside"])
            } else {
                finding.about(subject(cx, overlays)).known_by(locality(cx, first.span))
            };
            let members = places.keys().map(|notice| {
                Identity::named(
                    [&*notice.message]
                        .into_iter()
                        .map(str::to_owned)
                        .chain(locality(cx, notice.span)),
                )
            });
            let finding = finding.made_of(members);
            findings.push_at(findings.level().min(first.level), finding);
        }
    }
}

/// Reports kustomizations that kustomize refuses and no overlay uses; of the others `build-failed`
/// tells.
fn unused(cx: &Context<'_>, findings: &mut Findings) {
    let outputs = || cx.evaluated.iter().filter_map(Evaluated::output);
    let inputs = outputs().flat_map(|rendered| &rendered.inputs).copied();
    let left_out = outputs().flat_map(|rendered| &rendered.failures);
    let failed = cx.evaluated.iter().filter_map(Evaluated::error).chain(left_out);
    let used: BTreeSet<FileId> = inputs.chain(failed.map(|error| error.span.file)).collect();
    for &file in cx.files {
        let path = cx.snapshot.path(file);
        let is_own = || path.segments().all(|name| aside(name).is_none());
        if used.contains(&file) || !is_kustomization(path.file_name()) || !is_own() {
            continue;
        }
        let Some(error) = Renderer::misread(cx.store, file) else { continue };
        let mut finding = Finding::at(error.span, &*error.message)
            .label("kustomize refuses it")
            .known_by(locality(cx, error.span).into_iter().chain([error.message.clone()]));
        finding.help = error.help;
        findings.push(finding);
    }
}

fn habit(cx: &Context<'_>, notice: &Notice) -> Habit {
    let file = cx.snapshot.path(notice.span.file);
    let top = || file.parent()?.segments().next().and_then(|top| RepoPath::new(top).ok());
    let scope = if notice.outside { top().unwrap_or_else(RepoPath::root) } else { file.clone() };
    Habit { scope, help: notice.help, outside: notice.outside }
}

/// Drops files outside of what Flux builds: it reads them as they are meant.
fn leave_to_flux(cx: &Context<'_>, habits: &mut BTreeMap<Habit, Places<'_>>) {
    let builds = FluxBuilds::of(cx.store);
    let built = |evaluated: &&Evaluated<'_>| builds.covers(&evaluated.overlay.root);
    for (_, places) in habits.iter_mut().filter(|(habit, _)| habit.outside) {
        places.retain(|notice, overlays| {
            let own = cx.snapshot.path(notice.span.file).parent();
            !own.is_some_and(|own| builds.covers(&own)) && !overlays.iter().any(&built)
        });
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
