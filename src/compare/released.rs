//! Objects that one environment runs as they are and another through a release of a chart.
//!
//! What a chart makes is not known, so neither side lacks anything: a Deployment in staging may be
//! what a `HelmRelease` makes in production. Names tell which objects belong to which release, as
//! charts build the names of their objects from those of the release and the chart.

use std::collections::BTreeSet;

use crate::compare::align::Pair;
use crate::compare::names::{Names, PairNames};
use crate::kube::{Resource, ResourceId, Value};
use crate::render::Rendered;
use crate::text::Span;

/// A release that stands for objects of the other side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Released {
    /// Where it is named.
    pub span: Span,
    /// Index among the evaluated overlays: the one that has the release.
    pub overlay: usize,
    /// Index of the overlay that has the objects themselves.
    pub other: usize,
    /// The release.
    pub release: ResourceId,
}

/// The objects of both sides that answer each other this way, by their index.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) here: BTreeSet<usize>,
    pub(crate) there: BTreeSet<usize>,
    pub(crate) releases: Vec<Released>,
}

/// The kinds that make a release, and where they name it and its chart.
const RELEASES: &[(&str, &str, &[&[&str]])] = &[
    (
        "helm.toolkit.fluxcd.io",
        "HelmRelease",
        &[
            &["spec", "releaseName"],
            &["spec", "chart", "spec", "chart"],
            &["spec", "chartRef", "name"],
        ],
    ),
    ("helm.cattle.io", "HelmChart", &[&["spec", "chart"]]),
    (
        "argoproj.io",
        "Application",
        &[
            &["spec", "source", "chart"],
            &["spec", "source", "helm", "releaseName"],
            &["spec", "source", "path"],
        ],
    ),
];

/// Finds the releases that only one side has and the objects that only the other has under their names.
pub(crate) fn answered(
    (mine, theirs): (&Rendered, &Rendered),
    (here, there): (usize, usize),
    pairs: &[Pair],
    names: &PairNames,
) -> Answered {
    let lone = |pick: fn(&Pair) -> (Option<usize>, Option<usize>)| {
        let alone = pairs.iter().map(pick).filter(|(_, other)| other.is_none());
        alone.filter_map(|(own, _)| own).collect::<Vec<usize>>()
    };
    let left =
        Side { objects: &mine.resources, lone: lone(|it| (it.here, it.there)), names: &names.here };
    let right = Side {
        objects: &theirs.resources,
        lone: lone(|it| (it.there, it.here)),
        names: &names.there,
    };
    let mut found = Answered::default();
    for (a, b, overlays, first) in
        [(&left, &right, (here, there), true), (&right, &left, (there, here), false)]
    {
        for (release, objects) in a.stands_for(b) {
            let Some(object) = a.objects.get(release) else { continue };
            let name = object.body.at(&["metadata", "name"]);
            found.releases.push(Released {
                span: name.map_or(object.origin, Value::span),
                overlay: overlays.0,
                other: overlays.1,
                release: object.id.clone(),
            });
            let (own, others) = if first {
                (&mut found.here, &mut found.there)
            } else {
                (&mut found.there, &mut found.here)
            };
            own.insert(release);
            others.extend(objects);
        }
    }
    found
}

struct Side<'a> {
    objects: &'a [Resource],
    lone: Vec<usize>,
    names: &'a Names,
}

impl Side<'_> {
    /// Every release of this side that may make lone objects of the other, with these.
    fn stands_for(&self, other: &Self) -> Vec<(usize, Vec<usize>)> {
        let release = |&at: &usize| {
            let names = release_names(self.objects.get(at)?, self.names);
            let made = |&at: &usize| {
                let object = other.objects.get(at);
                object.is_some_and(|object| is_made(object, other.names, &names))
            };
            let objects: Vec<usize> = other.lone.iter().copied().filter(made).collect();
            (!names.is_empty() && !objects.is_empty()).then_some((at, objects))
        };
        self.lone.iter().filter_map(release).collect()
    }
}

/// The names that a release gives to its objects; none for other objects.
fn release_names(object: &Resource, names: &Names) -> BTreeSet<String> {
    let gvk = &object.id.gvk;
    let known =
        RELEASES.iter().find(|(group, kind, _)| *group == &*gvk.group && *kind == &*gvk.kind);
    let Some((_, _, paths)) = known else { return BTreeSet::new() };
    let told = paths.iter().filter_map(|path| object.body.at(path)?.text());
    let last = told.filter_map(|name| name.trim_end_matches('/').rsplit('/').next());
    let all = last.chain([&*object.id.name]).map(|name| names.normal(name).into_owned());
    all.filter(|name| name.chars().any(char::is_alphanumeric)).collect()
}

/// Whether an object may be one that a release of these names makes.
fn is_made(object: &Resource, names: &Names, of: &BTreeSet<String>) -> bool {
    if object.id.gvk.is_document() {
        return false;
    }
    let name = names.normal(&object.id.name);
    of.iter().any(|release| {
        let rest = name.strip_prefix(release.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}
