//! Which Application deploys which of the overlays that paths tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::argocd::ArgoCd;
use crate::layout::argocd::application::Application;
use crate::layout::argocd::evidence::Told;
use crate::layout::argocd::units::{Known, Plan, group};
use crate::text::{RepoPath, Span};

/// Who deploys the overlays that are placed: for each the Applications, by where they are declared.
pub(super) struct Users<'a>(BTreeMap<&'a RepoPath, BTreeMap<Span, Vec<usize>>>);

impl<'a> Users<'a> {
    pub(super) fn of(argo: &'a ArgoCd, known: &Known<'_>) -> Self {
        let mut users: BTreeMap<&RepoPath, BTreeMap<Span, Vec<usize>>> = BTreeMap::new();
        for (at, application) in argo.applications.iter().enumerate() {
            if application.rewritten {
                continue;
            }
            for root in roots(application).filter(|root| agrees(application, root, known)) {
                users.entry(root).or_default().entry(application.declared).or_default().push(at);
            }
        }
        Self(users)
    }

    /// The only Application that deploys an overlay. What an `ApplicationSet` makes for clusters that
    /// nobody knows is the same as what it makes for the one that is known.
    fn only(&self, root: &RepoPath, argo: &ArgoCd) -> Option<usize> {
        let mut declared = self.0.get(root)?.values();
        let (Some(all), None) = (declared.next(), declared.next()) else { return None };
        let is_named = |at: &&usize| argo.applications.get(**at).is_some_and(Application::is_named);
        let mut named = all.iter().filter(is_named);
        match (named.next(), named.next(), &all[..]) {
            (Some(one), None, _) | (None, None, [one]) => Some(*one),
            _ => None,
        }
    }

    /// Whether the directory that an Application deploys is an overlay, or a values file that no
    /// other one uses.
    pub(super) fn settle(&self, at: usize, argo: &ArgoCd, known: &Known<'_>) -> bool {
        let Some(application) = argo.applications.get(at) else { return true };
        let mut paths = application.sources.iter().filter_map(|source| source.path.as_ref());
        paths.any(|path| known.placed.contains_key(path))
            || roots(application).any(|root| self.only(root, argo) == Some(at))
    }
}

/// The directory and the files of values that an Application deploys.
fn roots(application: &Application) -> impl Iterator<Item = &RepoPath> {
    application.sources.iter().flat_map(|source| {
        let files = source.value_files.iter().filter_map(|file| file.path.as_ref());
        source.path.iter().chain(files)
    })
}

/// Whether an overlay is of the environment of an Application, as far as that is known.
pub(super) fn agrees(application: &Application, root: &RepoPath, known: &Known<'_>) -> bool {
    let stages = known.placed.get(root);
    stages.is_some_and(|stages| application.environment.is_none_or(|at| stages.contains(&at)))
}

/// Tells the overlay that nobody deploys which Application should: one of its environment that
/// deploys the overlay of another environment of its unit, or the chart in which its values lie, or
/// that answers those which deploy the unit's other values and reads files that are not there.
pub(super) fn attach_strayed(
    argo: &ArgoCd,
    told: &[Option<Told>],
    users: &Users<'_>,
    known: &Known<'_>,
    plan: &mut Plan,
) {
    let taken: BTreeSet<usize> = plan.attached.values().copied().collect();
    let units = units(known);
    let group = |at: usize| {
        let from = argo.told.get(at).map_or(&[][..], |from| from);
        group(argo.applications.get(at)?, from, told.get(at)?.as_ref()?, known)
    };
    let mut of_groups: BTreeMap<(String, String), BTreeSet<&RepoPath>> = BTreeMap::new();
    for (root, at) in plan.attached.iter().filter(|(root, _)| root.is_yaml()) {
        let root = units.get_key_value(root).map(|(root, _)| *root);
        if let Some((group, root)) = group(*at).zip(root) {
            of_groups.entry(group).or_default().insert(root);
        }
    }
    for (at, application) in argo.applications.iter().enumerate() {
        let Some(stage) = application.environment else { continue };
        if taken.contains(&at) || application.rewritten || !application.is_named() {
            continue;
        }
        let mut files = application.sources.iter().flat_map(|source| &source.value_files);
        let snapshot = known.store.snapshot();
        let lacks = files.any(|it| it.path.as_ref().is_some_and(|it| snapshot.find(it).is_none()));
        let beside = group(at).filter(|_| lacks).and_then(|group| of_groups.get(&group));
        let astray: BTreeSet<usize> = roots(application)
            .filter(|root| !agrees(application, root, known))
            .chain(inside(application, &units))
            .chain(beside.into_iter().flatten().copied())
            .filter_map(|root| units.get(root).map(|(unit, _)| *unit))
            .collect();
        let of_units = astray.iter().filter_map(|unit| known.units.get(*unit));
        let mut idle = of_units.flatten().filter(|(own, root)| {
            *own == stage && !users.0.contains_key(root) && !plan.attached.contains_key(root)
        });
        if let (Some((_, root)), None) = (idle.next(), idle.next()) {
            plan.attached.insert(root.clone(), at);
        }
    }
}

/// The files of values that lie in the chart which an Application deploys, whether it reads them or
/// not.
fn inside<'u>(
    application: &Application,
    units: &BTreeMap<&'u RepoPath, (usize, usize)>,
) -> Vec<&'u RepoPath> {
    let charts = application.sources.iter().filter_map(|source| source.path.as_ref());
    let charts = charts.filter(|chart| !chart.is_root());
    let below = charts.flat_map(|chart| {
        let after = units.range::<RepoPath, _>(chart..).map(|(root, _)| *root);
        let near = after.take_while(|root| root.as_str().starts_with(chart.as_str()));
        near.filter(|root| root.is_in(chart) && root.is_yaml())
    });
    below.collect()
}

/// Tells every overlay which Application deploys it, if exactly one does. An Application that reads
/// several files of values deploys the one whose unit most environments have.
pub(super) fn attach(argo: &ArgoCd, users: &Users<'_>, known: &Known<'_>, plan: &mut Plan) {
    let mut exclusive: Vec<(usize, &RepoPath, usize)> = Vec::new();
    let mut stages: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let units = units(known);
    for (at, application) in argo.applications.iter().enumerate() {
        for root in roots(application).filter(|root| users.only(root, argo) == Some(at)) {
            let Some(&(unit, stage)) = units.get(root) else { continue };
            exclusive.push((at, root, unit));
            stages.entry(unit).or_default().insert(stage);
        }
    }
    let mut best: BTreeMap<usize, (usize, &RepoPath)> = BTreeMap::new();
    for &(at, root, unit) in &exclusive {
        let count = stages.get(&unit).map_or(0, BTreeSet::len);
        let known = best.entry(at).or_insert((count, root));
        if known.0 < count {
            *known = (count, root);
        }
    }
    plan.attached.extend(best.into_iter().map(|(at, (_, root))| (root.clone(), at)));
}

/// The unit and the stage of the overlays whose root is no other overlay's.
pub(super) fn units<'k>(known: &Known<'k>) -> BTreeMap<&'k RepoPath, (usize, usize)> {
    let mut found = BTreeMap::new();
    let mut twice = BTreeSet::new();
    for (at, unit) in known.units.iter().enumerate() {
        for (stage, root) in unit {
            if found.insert(root, (at, *stage)).is_some() {
                twice.insert(root);
            }
        }
    }
    found.retain(|root, _| !twice.contains(root));
    found
}
