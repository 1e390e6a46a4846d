//! Objects that are declared twice in what is applied as one thing.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::{Resource, ResourceId, kinds};
use crate::layout::OverlayKind;
use crate::render::Evaluated;
use crate::rules::schema::disagreement::{Disagreement, disagreements};
use crate::rules::{Context, Findings, Rule, rule};
use crate::text::{RepoPath, Span};

/// Most fields that a message names.
const FIELDS: usize = 3;
/// Most places of one finding that are shown.
const PLACES: usize = 20;
/// What more units than these declare belongs to none of them.
const UNITS: usize = 8;
/// Marks of a text that somebody fills in later.
const OPEN: [char; 2] = ['$', '{'];

rule! {
    /// Reports an object that is declared twice where both declarations are applied
    ///
    /// ## Why
    /// Of two declarations of one object, the one that is applied last wins. Inside one directory
    /// that depends on the names of the files; of two units that two controllers apply, each undoes
    /// what the other did, again and again.
    ///
    /// Two units are told only where they surely go to one cluster: they belong to one environment
    /// and variant, the object names its namespace or has none, and the declarations disagree about
    /// more than labels and annotations. Units that have most of their objects in common are taken
    /// for alternatives of which one is applied, and so are plain manifests of two directories.
    ///
    /// ## Fix
    /// Keep one declaration, and put into it what the other one adds.
    pub struct DuplicateResource {}
    id: "duplicate-resource", family: Schema, level: Error, since: "0.1.0",
}

/// What names an object in a cluster, whatever version of its API somebody uses: group, kind,
/// namespace and name.
type Name<'a> = [&'a str; 4];

/// A declaration of an object, in an overlay.
#[derive(Clone, Copy)]
struct Declared<'a> {
    overlay: &'a Evaluated<'a>,
    resource: &'a Resource,
}

/// What somebody would mend at once: the same declarations, in all overlays that have them.
struct Duplicate<'a> {
    declared: Vec<Declared<'a>>,
    disagreements: Vec<Disagreement>,
    /// Whether one overlay has them all.
    within: bool,
    overlays: BTreeSet<&'a RepoPath>,
    environments: BTreeSet<usize>,
}

/// The declarations of one object by the indices of their units.
type Units<'a> = BTreeMap<usize, Declared<'a>>;

/// The duplicates by the places of their declarations.
type Duplicates<'a> = BTreeMap<Vec<Span>, Duplicate<'a>>;

impl Rule for DuplicateResource {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut duplicates = Duplicates::new();
        for overlay in cx.evaluated {
            within(cx, overlay, &mut duplicates);
        }
        across(cx, &mut duplicates);
        for duplicate in duplicates.values() {
            let most = match (duplicate.within, duplicate.disagreements.is_empty()) {
                (true, false) => Level::Error,
                _ => Level::Warning,
            };
            if let Some(finding) = finding(cx, duplicate) {
                findings.push_at(findings.level().min(most), finding);
            }
        }
    }
}

fn objects<'a>(overlay: &'a Evaluated<'a>) -> impl Iterator<Item = Declared<'a>> {
    let resources = overlay.output().into_iter().flat_map(|rendered| &rendered.resources);
    resources
        .filter(|resource| is_certain(&resource.id.name) && is_certain(&resource.id.namespace))
        .filter(|resource| !resource.id.name.is_empty())
        .map(move |resource| Declared { overlay, resource })
}

fn is_certain(text: &str) -> bool {
    !text.contains(OPEN)
}

fn name(id: &ResourceId) -> Name<'_> {
    [&id.gvk.group, &id.gvk.kind, &id.namespace, &id.name]
}

/// What one overlay declares twice. Plain manifests of several directories may be several choices.
fn within<'a>(cx: &Context<'a>, overlay: &'a Evaluated<'a>, duplicates: &mut Duplicates<'a>) {
    let plain = overlay.overlay.kind == OverlayKind::Manifests;
    let mut named: BTreeMap<_, Vec<Declared<'a>>> = BTreeMap::new();
    for declared in objects(overlay) {
        let file = cx.snapshot.path(declared.resource.origin.file);
        let directory = file.parent().filter(|_| plain);
        named.entry((name(&declared.resource.id), directory)).or_default().push(declared);
    }
    for declared in named.into_values() {
        add(declared, true, duplicates);
    }
}

/// What several units of one environment and variant declare.
fn across<'a>(cx: &Context<'a>, duplicates: &mut Duplicates<'a>) {
    // Where units name their clusters, one that names none goes to several, or to some of them.
    let split: BTreeSet<usize> = cx
        .evaluated
        .iter()
        .filter(|overlay| overlay.overlay.variant.is_some())
        .map(|overlay| overlay.overlay.environment)
        .collect();
    let mut clusters: BTreeMap<(usize, Option<&str>), BTreeMap<Name<'a>, Units<'a>>> =
        BTreeMap::new();
    for overlay in cx.evaluated {
        let (environment, variant) =
            (overlay.overlay.environment, overlay.overlay.variant.as_deref());
        if variant.is_none() && split.contains(&environment) {
            continue;
        }
        let cluster = clusters.entry((environment, variant)).or_default();
        for declared in objects(overlay).filter(|declared| is_placed(&declared.resource.id)) {
            let units = cluster.entry(name(&declared.resource.id)).or_default();
            units.entry(overlay.unit_index).or_insert(declared);
        }
    }
    for cluster in clusters.into_values() {
        let alternatives = alternatives(&cluster);
        for units in cluster.into_values().filter(|units| units.len() <= UNITS) {
            if pairs(&units).all(|pair| !alternatives.contains(&pair)) {
                add(units.into_values().collect(), false, duplicates);
            }
        }
    }
}

/// The units that have most of their objects in common: an old and a new version of one thing, or
/// two ways to deploy it. Only one of them is applied.
fn alternatives(cluster: &BTreeMap<Name<'_>, Units<'_>>) -> BTreeSet<(usize, usize)> {
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for units in cluster.values() {
        for &unit in units.keys() {
            *sizes.entry(unit).or_default() += 1;
        }
        for pair in pairs(units).filter(|_| units.len() <= UNITS) {
            *shared.entry(pair).or_default() += 1;
        }
    }
    let size = |unit: &usize| sizes.get(unit).copied().unwrap_or(0);
    let mostly = |((a, b), count): ((usize, usize), usize)| {
        (count * 2 >= size(&a).min(size(&b))).then_some((a, b))
    };
    shared.into_iter().filter_map(mostly).collect()
}

fn pairs(units: &Units<'_>) -> impl Iterator<Item = (usize, usize)> {
    let all: Vec<usize> = units.keys().copied().take(UNITS).collect();
    let second = all.clone();
    all.into_iter()
        .flat_map(move |a| second.clone().into_iter().filter(move |&b| b > a).map(move |b| (a, b)))
}

/// Whether the object says where in the cluster it is. Many units bring the namespace that they use.
fn is_placed(id: &ResourceId) -> bool {
    if kinds::is_cluster_scoped(&id.gvk) {
        &*id.gvk.kind != "Namespace"
    } else {
        !id.namespace.is_empty()
    }
}

fn add<'a>(mut declared: Vec<Declared<'a>>, within: bool, duplicates: &mut Duplicates<'a>) {
    if declared.len() < 2 {
        return;
    }
    declared.sort_by_key(|declared| declared.resource.origin);
    declared.dedup_by_key(|declared| declared.resource.origin);
    let [first, rest @ ..] = &declared[..] else { return };
    let told = |disagreement: &Disagreement| {
        let path = disagreement.path.to_string();
        let marked = ["metadata.labels", "metadata.annotations"];
        within || !marked.iter().any(|mark| path.starts_with(mark))
    };
    let disagreements: Vec<_> = rest
        .iter()
        .map(|other| disagreements(&first.resource.body, &other.resource.body))
        .find(|found| found.iter().any(told))
        .unwrap_or_default();
    if rest.is_empty() || !within && disagreements.is_empty() {
        return;
    }
    let places = declared.iter().map(|declared| declared.resource.origin).collect();
    let duplicate = duplicates.entry(places).or_insert_with(|| Duplicate {
        declared: declared.clone(),
        disagreements,
        within,
        overlays: BTreeSet::new(),
        environments: BTreeSet::new(),
    });
    duplicate.overlays.extend(declared.iter().map(|declared| &declared.overlay.overlay.root));
    duplicate.environments.extend(declared.iter().map(|d| d.overlay.overlay.environment));
}

/// Where an object is given its name.
fn place(resource: &Resource) -> Span {
    let name = resource.body.at(&["metadata", "name"]);
    name.map_or(resource.origin, |name| name.provenance.first().span)
}

fn finding(cx: &Context<'_>, duplicate: &Duplicate<'_>) -> Option<Finding> {
    let [first, others @ ..] = &duplicate.declared[..] else { return None };
    let last = others.last()?;
    let names: Vec<_> = duplicate
        .environments
        .iter()
        .filter_map(|&at| Some(cx.layout.environment(at)?.name.as_str()))
        .collect();
    let count = match duplicate.declared.len() {
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    };
    let by = if duplicate.within {
        String::new()
    } else {
        let units: BTreeSet<_> =
            duplicate.declared.iter().map(|d| format!("`{}`", d.overlay.unit.name)).collect();
        format!(" by {}", Vec::from_iter(units).join(" and "))
    };
    let fields: Vec<_> =
        duplicate.disagreements.iter().map(|found| format!("`{}`", found.path)).collect();
    let what = match fields.as_slice() {
        [] => "with the same content".to_owned(),
        [one] => format!("and {one} is not the same"),
        all if all.len() <= FIELDS => format!("and {} are not the same", all.join(", ")),
        all => {
            let (shown, more) = all.split_at(FIELDS);
            format!("and {} and {} more fields are not the same", shown.join(", "), more.len())
        }
    };
    let id = &last.resource.id;
    let message = format!("{id} is declared {count} in {}{by}, {what}", names.join(", "));
    let mut finding = Finding::at(place(last.resource), message).label("again here");
    finding = finding.place(Role::Related, place(first.resource), "first here");
    for other in others.iter().rev().skip(1).take(PLACES) {
        finding = finding.place(Role::Related, place(other.resource), "also here");
    }
    for found in duplicate.disagreements.iter().take(FIELDS) {
        for span in [found.second, found.first].into_iter().flatten() {
            finding = finding.place(Role::Related, span, format!("`{}`", found.path));
        }
    }
    let alone = names.len() == 1;
    let subject = Subject {
        unit: Some(last.overlay.unit.name.clone()),
        environment: names.first().filter(|_| alone).map(|name| (*name).to_owned()),
        resource: Some(id.clone()),
        ..Subject::default()
    };
    let help = "keep one of them, and put into it what the other one adds";
    let units = duplicate.declared.iter().map(|declared| declared.overlay.unit.name.clone());
    Some(finding.help(help).about(subject).key(units))
}
