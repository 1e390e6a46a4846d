//! What the Applications add to the units that paths tell: who deploys an overlay, and units whose
//! environments stand nowhere but in Applications.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::argocd::application::Application;
use crate::layout::argocd::attach::{Users, attach, attach_strayed};
use crate::layout::argocd::evidence::{Judge, Told, Verdict, host};
use crate::layout::argocd::fill::is_open;
use crate::layout::argocd::layers::{Layered, absorb, layered};
use crate::layout::argocd::{ArgoCd, unplaced};
use crate::layout::candidates::is_manifest;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::lexicon::Lexicon;
use crate::layout::{OverlayKind, Unplaced, words};
use crate::syntax::Store;
use crate::text::{FileId, RepoPath};

/// Names of parameters whose values are clusters, regions and the like.
const PLACES: &[&str] =
    &["cluster", "clustername", "datacenter", "namenormalized", "region", "site", "zone"];

/// What is known of the repository.
pub(in crate::layout) struct Known<'a> {
    pub store: &'a Store<'a>,
    pub lexicon: &'a Lexicon,
    pub kustomizations: &'a Kustomizations,
    /// The stages of the overlays that are placed, by their roots.
    pub placed: &'a BTreeMap<RepoPath, BTreeSet<usize>>,
    /// The overlays of each unit, with their stages.
    pub units: &'a [Vec<(usize, RepoPath)>],
}

/// An overlay of a unit that Applications make.
#[derive(Debug)]
pub(in crate::layout) struct Part {
    pub told: Told,
    pub variant: Option<String>,
    pub root: RepoPath,
    pub kind: OverlayKind,
    /// The decision in words.
    pub why: String,
    /// Index of the Application.
    pub application: usize,
}

/// A unit that Applications make.
#[derive(Debug)]
pub(in crate::layout) struct Made {
    pub name: String,
    pub template: String,
    pub parts: Vec<Part>,
}

/// What the Applications add.
#[derive(Debug, Default)]
pub(in crate::layout) struct Plan {
    /// The Application that deploys an overlay, by the overlay's root.
    pub attached: BTreeMap<RepoPath, usize>,
    /// Overlays that are nothing but further files of values of others.
    pub absorbed: BTreeSet<RepoPath>,
    /// Directories that several environments deploy as they are.
    pub shared: BTreeSet<RepoPath>,
    /// What the Applications call the unit of an overlay, by the overlay's root.
    pub names: BTreeMap<RepoPath, String>,
    /// Units that paths do not tell.
    pub units: Vec<Made>,
    /// What is known to be deployed and still belongs to no unit.
    pub unplaced: Vec<Unplaced>,
}

/// Works out what the Applications add, and their environments: a stage of the lexicon each.
pub(in crate::layout) fn plan(argo: &mut ArgoCd, known: &Known<'_>) -> Plan {
    let proved = known.placed.values().flatten().copied().collect();
    let judge = Judge { lexicon: known.lexicon, placed: known.placed, proved };
    let mut told: Vec<Option<Told>> = Vec::with_capacity(argo.applications.len());
    let mut plan = Plan::default();
    let mut unclear: Vec<(usize, String)> = Vec::new();
    let mut compared: BTreeMap<FileId, bool> = BTreeMap::new();
    for (application, from) in argo.applications.iter_mut().zip(&argo.told) {
        let file = known.store.snapshot().path(application.file);
        application.compared =
            *compared.entry(application.file).or_insert_with(|| is_compared(file, known));
        let verdict = if application.rewritten {
            Verdict::Silent
        } else {
            judge.judge(application, from, file)
        };
        told.push(match verdict {
            Verdict::Told(found) => {
                application.environment = Some(found.stage);
                Some(found)
            }
            Verdict::Contradiction(why, meant) => {
                let why = format!(
                    "the environment of the Application `{}` is not clear: {why}",
                    application.name
                );
                application.environment = meant.as_ref().map(|meant| meant.stage);
                unclear.push((told.len(), why));
                meant
            }
            Verdict::Silent => None,
        });
    }
    let users = Users::of(argo, known);
    attach(argo, &users, known, &mut plan);
    attach_strayed(argo, &told, &users, known, &mut plan);
    let found: BTreeSet<usize> = plan.attached.values().copied().collect();
    for (at, why) in unclear {
        if let Some(application) = argo.applications.get_mut(at).filter(|_| !found.contains(&at)) {
            application.environment = None;
            if let Some(told) = told.get_mut(at) {
                *told = None;
            }
            if application.is_named() && !application.compared {
                let file = known.store.snapshot().path(application.file);
                plan.unplaced.push(unplaced(file, &why));
            }
        }
    }
    let layered = layered(argo, &told, known, &plan.attached);
    plan.attached.retain(|_, at| !layered.deploying.contains_key(at));
    absorb(argo, known, &layered, &mut plan);
    let users = Users::of(argo, known);
    for (root, at) in &plan.attached {
        let Some((application, Some(told))) = argo.applications.get(*at).zip(told.get(*at)) else {
            continue;
        };
        let from = argo.told.get(*at).map_or(&[][..], |from| from);
        if application.is_named() {
            let (name, _) = named(application, from, told, known.lexicon);
            plan.names.insert(root.clone(), name);
        }
    }
    make(argo, (&told, &layered), &users, known, &mut plan);
    plan
}

/// An Application that may be an overlay of a unit.
struct Deployed {
    at: usize,
    told: Told,
    unit: String,
    variant: Option<String>,
    root: Option<RepoPath>,
}

/// What the Applications of a unit have in common: its name, and what they deploy with environments
/// and clusters taken out; nothing where a path tells that already.
pub(super) fn group(
    application: &Application,
    from: &[(String, String)],
    told: &Told,
    known: &Known<'_>,
) -> Option<(String, String)> {
    let mut paths = application.sources.iter().filter_map(|source| source.path.as_ref());
    if paths.any(|path| known.placed.contains_key(path)) {
        return None;
    }
    let path = || application.sources.iter().find_map(|source| source.text("path"));
    let what = match deployed(application, from, told, known) {
        Some((what, _)) => what,
        None => path().filter(|path| !is_open(path))?.to_owned(),
    };
    Some((named(application, from, told, known.lexicon).0, what))
}

/// Makes units of Applications that deploy the same to several environments and whose paths do not
/// tell it.
fn make(
    argo: &ArgoCd,
    (told, layered): (&[Option<Told>], &Layered),
    users: &Users<'_>,
    known: &Known<'_>,
    plan: &mut Plan,
) {
    let mut groups: BTreeMap<(String, String), Vec<Deployed>> = BTreeMap::new();
    let taken: BTreeSet<usize> = plan.attached.values().copied().collect();
    for (at, (application, told)) in argo.applications.iter().zip(told).enumerate() {
        let Some(told) = told.as_ref().filter(|_| !taken.contains(&at)) else { continue };
        let settled = || users.settle(at, argo, known) && !layered.deploying.contains_key(&at);
        if application.rewritten || !application.is_named() || settled() {
            continue;
        }
        let from = argo.told.get(at).map_or(&[][..], |told| told);
        let deployed = deployed(application, from, told, known);
        let (what, root) = match (layered.deploying.get(&at), deployed) {
            (Some(laid), found) => {
                let root = laid.file.clone().or(found.and_then(|(_, root)| root));
                (laid.what.clone(), root)
            }
            (None, Some(found)) => found,
            (None, None) => continue,
        };
        let (unit, variant) = named(application, from, told, known.lexicon);
        let found = Deployed { at, told: told.clone(), unit: unit.clone(), variant, root };
        groups.entry((unit, what)).or_default().push(found);
    }
    for ((_, what), mut group) in groups {
        let stages: BTreeSet<usize> = group.iter().map(|found| found.told.stage).collect();
        if stages.len() < 2 {
            continue;
        }
        let roots: BTreeSet<&RepoPath> =
            group.iter().filter_map(|found| found.root.as_ref()).collect();
        let laid = group.iter().any(|found| layered.deploying.contains_key(&found.at));
        let alike = roots.len() < 2 && !laid;
        let kind = if laid {
            Some(OverlayKind::HelmValues)
        } else {
            kind(roots.first().copied(), alike, known)
        };
        let Some(kind) = kind else { continue };
        // What differs between Applications alone is seen where they are compared as objects.
        let same = kind == OverlayKind::Application || have_same_files(&group, argo);
        if alike {
            plan.shared.extend(roots.into_iter().cloned());
        }
        let mut all = group.iter().filter_map(|found| argo.applications.get(found.at));
        if alike && same && all.all(|application| application.compared) {
            continue;
        }
        tell_apart(&mut group, argo, known);
        let name = group.first().map(|found| found.unit.clone()).unwrap_or_default();
        let parts = group.into_iter().filter_map(|found| {
            let application = argo.applications.get(found.at)?;
            let file = known.store.snapshot().path(application.file);
            let root = found.root.filter(|_| kind != OverlayKind::Application);
            let why = format!(
                "the Application `{}` in `{}` deploys it: {}",
                application.name,
                file.display(),
                found.told.why
            );
            Some(Part {
                why,
                told: found.told,
                variant: found.variant,
                root: root.unwrap_or_else(|| file.clone()),
                kind,
                application: found.at,
            })
        });
        let template = format!("{what}: Application {name}");
        plan.units.push(Made { name: name.clone(), template, parts: parts.collect() });
    }
}

/// Whether all of them read the same files of values.
fn have_same_files(group: &[Deployed], argo: &ArgoCd) -> bool {
    let files = |found: &Deployed| -> Vec<Option<&RepoPath>> {
        let application = argo.applications.get(found.at).into_iter();
        let files = application.flat_map(|it| &it.sources).flat_map(|source| &source.value_files);
        files.map(|file| file.path.as_ref()).collect()
    };
    let mut all = group.iter().map(files);
    let first = all.next();
    all.all(|files| Some(&files) == first.as_ref())
}

/// Whether an overlay has the objects of a file.
fn is_compared(file: &RepoPath, known: &Known<'_>) -> bool {
    let kustomizations = known.kustomizations;
    let users = kustomizations.users(file);
    known.placed.keys().any(|root| {
        let manifests = !kustomizations.all.contains_key(root) && file.is_in(root);
        manifests || users.contains(root)
    })
}

/// What is deployed, with the environment and the cluster taken out of its path, and the path
/// where it is one of this repository.
fn deployed(
    application: &Application,
    from: &[(String, String)],
    told: &Told,
    known: &Known<'_>,
) -> Option<(String, Option<RepoPath>)> {
    let source = application
        .sources
        .iter()
        .find(|source| source.text("chart").is_some() || source.text("path").is_some())?;
    let url = source.text("repoURL").unwrap_or("");
    if let Some(chart) = source.text("chart") {
        return (!is_open(chart)).then(|| (format!("{url}/{chart}"), None));
    }
    if !source.here {
        let path = source.text("path").filter(|path| !is_open(path))?;
        return Some((format!("{url}/{path}"), None));
    }
    let path = source.path.clone()?;
    if !known.store.snapshot().is_directory(&path) {
        return None;
    }
    let places = places(application, from);
    let parts: Vec<&str> = path
        .segments()
        .map(|segment| {
            let own = known.lexicon.read(segment).filter(|mark| mark.stage == told.stage);
            if own.is_some_and(|mark| mark.is_exact()) {
                "{env}"
            } else if places.contains(segment) || words::is_place(segment) {
                "{variant}"
            } else {
                segment
            }
        })
        .collect();
    Some((parts.join("/"), Some(path)))
}

/// Names of clusters and regions that an Application is for.
fn places<'a>(application: &'a Application, from: &'a [(String, String)]) -> BTreeSet<&'a str> {
    let named = from.iter().filter(|(name, _)| {
        let last = name.rsplit(['.', '/']).next().unwrap_or(name).to_ascii_lowercase();
        PLACES.contains(&last.as_str())
    });
    let server = application.destination("server").map(host).filter(|host| *host != "kubernetes");
    let cluster = application.destination("name").filter(|name| *name != "in-cluster");
    named.map(|(_, text)| text.as_str()).chain(server).chain(cluster).collect()
}

/// The name of the unit and the variant: an Application's name without environment and cluster.
fn named(
    application: &Application,
    from: &[(String, String)],
    told: &Told,
    lexicon: &Lexicon,
) -> (String, Option<String>) {
    let without = |text: &str| {
        let mark = lexicon.read(text).filter(|mark| mark.stage == told.stage);
        mark.map_or_else(|| text.to_owned(), |mark| mark.rest)
    };
    let mut places: Vec<&str> = places(application, from).into_iter().collect();
    places.sort_by_key(|place| usize::MAX - place.len());
    for place in &places {
        // `orders-prod-eu` on the cluster `prod-eu`
        if let Some(rest) = without_part(&application.name, place) {
            let variant = without(place);
            return (without(&rest), Some(variant).filter(|variant| !variant.is_empty()));
        }
    }
    let rest = without(&application.name);
    for place in &places {
        let place = without(place);
        if let Some(unit) = without_part(&rest, &place) {
            return (unit, Some(place));
        }
    }
    let tokens: Vec<&str> = rest.split('-').collect();
    for at in 1..tokens.len() {
        let (unit, place) = tokens.split_at(at);
        let place = place.join("-");
        if words::is_place(&place) {
            return (unit.join("-"), Some(place));
        }
    }
    if rest.is_empty() { (application.name.clone(), None) } else { (rest, None) }
}

/// A name without one of its ends, where something is left.
fn without_part(name: &str, part: &str) -> Option<String> {
    if part.is_empty() {
        return None;
    }
    let end = name.strip_suffix(part).and_then(|rest| rest.strip_suffix(['-', '_', '.']));
    let start = || name.strip_prefix(part).and_then(|rest| rest.strip_prefix(['-', '_', '.']));
    end.or_else(start).filter(|rest| !rest.is_empty()).map(str::to_owned)
}

/// Gives overlays of one environment that have no variant, or the same, one of their own: the first
/// of cluster, region and namespace in which they differ.
fn tell_apart(group: &mut [Deployed], argo: &ArgoCd, known: &Known<'_>) {
    let mut alike: BTreeMap<(usize, Option<String>), Vec<&mut Deployed>> = BTreeMap::new();
    for found in group {
        alike.entry((found.told.stage, found.variant.clone())).or_default().push(found);
    }
    for mut members in alike.into_values().filter(|members| members.len() > 1) {
        let told: Vec<_> = members.iter().map(|found| distinctions(found, argo, known)).collect();
        let differ = |at: &usize| {
            let texts: BTreeSet<&String> =
                told.iter().filter_map(|told| told.get(*at)?.as_ref()).collect();
            texts.len() == told.len()
        };
        let best = (0..DISTINCTIONS).find(differ);
        for (found, told) in members.iter_mut().zip(&told) {
            let place = match best {
                Some(at) => told.get(at).cloned().flatten(),
                None => told.iter().flatten().next().cloned(),
            };
            found.variant = place.or_else(|| found.variant.take());
        }
    }
}

/// How many things may tell Applications of one environment apart.
const DISTINCTIONS: usize = 5;

/// What may tell an Application from others of its environment: its cluster, the regions in the path
/// of its values and in that of the file that declares it, its namespace.
fn distinctions(
    found: &Deployed,
    argo: &ArgoCd,
    known: &Known<'_>,
) -> [Option<String>; DISTINCTIONS] {
    let Some(application) = argo.applications.get(found.at) else { return Default::default() };
    let server = application.destination("server").map(host).filter(|h| *h != "kubernetes");
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let regions = |path: &RepoPath| {
        let names: Vec<&str> = path.segments().filter(|name| words::is_place(name)).collect();
        (!names.is_empty()).then(|| names.join("/"))
    };
    [
        owned(application.destination("name")),
        owned(server),
        found.root.as_ref().and_then(regions),
        regions(known.store.snapshot().path(application.file)),
        owned(application.destination("namespace")),
    ]
}

/// How what lies in a directory is worked out; what is the same everywhere is compared as the
/// Applications alone.
fn kind(root: Option<&RepoPath>, alike: bool, known: &Known<'_>) -> Option<OverlayKind> {
    let Some(root) = root else { return Some(OverlayKind::Application) };
    let has =
        |name: &str| root.join(name).is_ok_and(|file| known.store.snapshot().find(&file).is_some());
    if has("Chart.yaml") {
        return Some(OverlayKind::HelmValues);
    }
    if alike {
        return Some(OverlayKind::Application);
    }
    if known.kustomizations.all.contains_key(root) {
        return Some(OverlayKind::Kustomize);
    }
    let mut files = known.store.snapshot().files_below(root);
    let manifest = files.any(|(file, path)| {
        path.is_yaml() && path.parent().as_ref() == Some(root) && is_manifest(known.store, file)
    });
    manifest.then_some(OverlayKind::Manifests)
}
