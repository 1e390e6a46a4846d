//! Applications that lay files of several levels over each other: environment, region, cluster.
//!
//! A single one of these files is what no environment runs, so the Applications are the unit, and
//! their files are none.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::argocd::ArgoCd;
use crate::layout::argocd::application::Application;
use crate::layout::argocd::attach::{agrees, units};
use crate::layout::argocd::evidence::Told;
use crate::layout::argocd::units::{Known, Plan, group};
use crate::text::RepoPath;

/// The Applications that paths do not show as they are, and what becomes of their files.
#[derive(Default)]
pub(super) struct Layered {
    /// By the indices of the Applications.
    pub deploying: BTreeMap<usize, Laid>,
    /// Files of values that are overlays of no unit, because they are layers of others.
    pub absorbed: BTreeSet<RepoPath>,
}

/// What an Application deploys that lays files over each other.
pub(super) struct Laid {
    /// What the Applications of its unit have in common.
    pub what: String,
    /// The file of values that says most about it, if one tells the environment.
    pub file: Option<RepoPath>,
}

/// Applications that answer each other.
#[derive(Default)]
struct Group<'a> {
    members: Vec<(usize, &'a Application)>,
    stages: BTreeSet<usize>,
}

/// Finds the Applications that read several files of one unit, files that others read as well, or
/// files that no unit of paths has together.
pub(super) fn layered(
    argo: &ArgoCd,
    told: &[Option<Told>],
    known: &Known<'_>,
    attached: &BTreeMap<RepoPath, usize>,
) -> Layered {
    let placed = units(known);
    let roots = attached.iter().map(|(root, at)| (*at, root)).collect();
    let world = World { known, units: &placed, attached, roots };
    let mut units: BTreeMap<String, BTreeMap<String, Group<'_>>> = BTreeMap::new();
    for (at, (application, told)) in argo.applications.iter().zip(told).enumerate() {
        let surely = !(application.rewritten || application.patched) && application.is_named();
        let Some(told) = told.as_ref().filter(|_| surely) else { continue };
        let from = argo.told.get(at).map_or(&[][..], |from| from);
        let Some((unit, what)) = group(application, from, told, known) else { continue };
        let group = units.entry(unit).or_default().entry(what).or_default();
        group.members.push((at, application));
        group.stages.insert(told.stage);
    }
    let mut found = Layered::default();
    for (what, Group { members, stages }) in units.into_values().flat_map(joined) {
        if stages.len() < 2 || world.shows(&members) {
            continue;
        }
        for (at, application) in members {
            let files: Vec<&RepoPath> = world.files(application).collect();
            let file = files.last().copied().cloned();
            found.deploying.insert(at, Laid { what: what.clone(), file });
            found.absorbed.extend(files.into_iter().cloned());
        }
    }
    found
}

/// What one name means: two charts are one unit where no environment has both.
fn joined(mut groups: BTreeMap<String, Group<'_>>) -> BTreeMap<String, Group<'_>> {
    let apart = match &groups.values().collect::<Vec<_>>()[..] {
        [one, other] => one.stages.is_disjoint(&other.stages),
        _ => false,
    };
    if let Some((_, last)) = apart.then(|| groups.pop_last()).flatten()
        && let Some(mut first) = groups.first_entry()
    {
        first.get_mut().members.extend(last.members);
        first.get_mut().stages.extend(last.stages);
    }
    groups
}

/// The files of values that an Application reads and that overlays of its environment consist of.
fn placed<'f>(
    application: &'f Application,
    known: &'f Known<'_>,
) -> impl Iterator<Item = &'f RepoPath> {
    let files = application.sources.iter().flat_map(|source| &source.value_files);
    let files = files.filter_map(|file| file.path.as_ref());
    files.filter(move |file| agrees(application, file, known))
}

struct World<'a> {
    known: &'a Known<'a>,
    units: &'a BTreeMap<&'a RepoPath, (usize, usize)>,
    /// Who deploys each overlay, and the other way round.
    attached: &'a BTreeMap<RepoPath, usize>,
    roots: BTreeMap<usize, &'a RepoPath>,
}

impl<'a> World<'a> {
    fn files(&self, application: &'a Application) -> impl Iterator<Item = &'a RepoPath> {
        placed(application, self.known)
    }

    fn unit(&self, root: &RepoPath) -> Option<usize> {
        self.units.get(root).map(|(unit, _)| *unit)
    }

    /// Whether a unit of paths shows the Applications of a group, or none has to do with them.
    fn shows(&self, members: &[(usize, &'a Application)]) -> bool {
        let reading: Vec<_> =
            members.iter().filter(|(_, it)| self.files(it).next().is_some()).collect();
        if reading.is_empty() {
            return true;
        }
        let home = |at: &usize| self.unit(self.roots.get(at)?);
        let homes: BTreeSet<Option<usize>> = reading.iter().map(|(at, _)| home(at)).collect();
        let mut homes = homes.into_iter();
        let (Some(Some(home)), None) = (homes.next(), homes.next()) else { return false };
        let whole = is_whole(self.known, home, self.attached);
        reading.iter().all(|(_, application)| {
            let files: BTreeSet<&RepoPath> = self.files(application).collect();
            let units: BTreeSet<usize> = files.iter().filter_map(|file| self.unit(file)).collect();
            units.len() == files.len() && (whole || files.len() < 2)
        })
    }
}

/// Whether Applications deploy all overlays of a unit.
fn is_whole(known: &Known<'_>, unit: usize, attached: &BTreeMap<RepoPath, usize>) -> bool {
    let mut overlays = known.units.get(unit).into_iter().flatten();
    overlays.all(|(_, root)| attached.contains_key(root))
}

/// Finds the units that are nothing but further files of values of Applications that are compared
/// with all their values.
pub(super) fn absorb(argo: &ArgoCd, known: &Known<'_>, layered: &Layered, plan: &mut Plan) {
    let whole = (0..known.units.len()).filter(|unit| is_whole(known, *unit, &plan.attached));
    let roots = whole.filter_map(|unit| known.units.get(unit)).flatten().map(|(_, root)| root);
    let shown = roots.filter_map(|root| Some((*plan.attached.get(root)?, root)));
    let by_values = shown.filter_map(|(at, root)| {
        let application = argo.applications.get(at)?;
        let reads = placed(application, known).any(|file| file == root);
        (reads && !application.patched).then_some(at)
    });
    let covered = by_values.chain(layered.deploying.keys().copied());
    let applications = covered.filter_map(|at| argo.applications.get(at));
    let further: BTreeSet<&RepoPath> = applications
        .flat_map(|application| placed(application, known))
        .filter(|file| !plan.attached.contains_key(*file))
        .collect();
    let all = known
        .units
        .iter()
        .filter(|unit| !unit.is_empty() && unit.iter().all(|(_, root)| further.contains(root)));
    plan.absorbed = all.flatten().map(|(_, root)| root.clone()).collect();
    plan.absorbed.extend(layered.absorbed.iter().cloned());
}
