//! Plain configuration files of environments: JSON, TOML, dotenv, properties and INI, and YAML that
//! configures a program.
//!
//! Such files lie everywhere, and most are no business of any environment. A file counts where its
//! name or a directory holds an environment and another one stands in the same place: nothing is
//! concluded from one file.

mod conventions;

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::assemble::Assembly;
use crate::layout::candidates::{Candidate, DEEPEST, is_terraform};
use crate::layout::kustomizations::Kustomizations;
use crate::layout::lexicon::{Lexicon, Mark, Trust};
use crate::layout::place::Place;
use crate::layout::units::{Placed, Template};
use crate::layout::{Choices, OverlayKind, Unplaced, words};
use crate::source::Snapshot;
use crate::syntax::{Notation, Store};
use crate::text::{FileId, RepoPath};

use conventions::DEFAULTS;

/// The lowest rank that is no workshop or test: below it nobody promotes anything.
const DEPLOYED: u32 = 60;

/// For every configuration file of an environment, the files that it is laid over, lowest first.
pub type Bases = BTreeMap<RepoPath, Vec<RepoPath>>;

/// A file with its environment.
struct Found {
    path: RepoPath,
    /// The part of the path that tells the environment, and how.
    part: usize,
    mark: Mark,
    template: Template,
}

/// Adds the configuration files of environments that are no part of anything else.
pub(super) fn add(
    store: &Store<'_>,
    (kustomizations, lexicon): (&Kustomizations, &Lexicon),
    choices: &Choices,
    taken: &BTreeSet<RepoPath>,
    assembly: &mut Assembly<'_>,
    unplaced: &mut BTreeSet<Unplaced>,
) -> Bases {
    let snapshot = store.snapshot();
    let mut modules: BTreeMap<RepoPath, bool> = BTreeMap::new();
    let mut groups: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for (_, path) in snapshot.files() {
        let wanted = conventions::may_configure(path.file_name())
            && !choices.excludes.is_match(path.as_str())
            && !taken.contains(path)
            && !kustomizations.referenced.contains_key(path)
            && path.segments().nth(DEEPEST).is_none();
        if !wanted {
            continue;
        }
        let Some(found) = find(path, lexicon) else { continue };
        let Some(directory) = path.parent() else { continue };
        let built = kustomizations.covering(&directory).is_some_and(|above| !above.is_root());
        let module = *modules.entry(directory).or_insert_with_key(|directory| {
            let mut files = snapshot.files_below(directory).map(|(_, file)| file);
            files.any(|file| is_terraform(file) && file.parent().as_ref() == Some(directory))
        });
        let chart = conventions::is_yaml(path.file_name()) && is_of_chart(snapshot, path);
        if !(built || module || chart) {
            groups.entry(found.template.key.clone()).or_default().push(found);
        }
    }
    let mut bases = Bases::new();
    for group in groups.into_values() {
        let group: Vec<Found> = group.into_iter().filter(|f| !is_manifest(store, f)).collect();
        if !are_environments(&group, lexicon) {
            continue;
        }
        for Found { path, part, mark, template } in group {
            let below = below(snapshot, &path, part, &mark);
            if !below.is_empty() {
                bases.insert(path.clone(), below);
            }
            let candidate = Candidate::file(path, OverlayKind::Configuration);
            let why = format!("`{}` in the path names an environment", mark.word);
            let place = Place { stage: mark.stage, part, mark: Some(mark), why };
            assembly.add(&template, &Placed { candidate, place }, &[], unplaced);
        }
    }
    bases
}

/// Whether a file is part of a chart, or lies beside one.
fn is_of_chart(snapshot: &Snapshot, path: &RepoPath) -> bool {
    let mut directories = std::iter::successors(path.parent(), RepoPath::parent);
    directories.any(|directory| {
        let chart = directory.join("Chart.yaml");
        chart.is_ok_and(|chart| snapshot.find(&chart).is_some())
    })
}

/// The environment of a file: its own name tells it, else a directory that has no other name.
fn find(path: &RepoPath, lexicon: &Lexicon) -> Option<Found> {
    let parts: Vec<&str> = path.segments().collect();
    let (name, directories) = parts.split_last()?;
    let aside = |name: &&str| words::aside(name).is_some() || conventions::is_aside(name);
    if directories.iter().any(aside) {
        return None;
    }
    let told = |at: usize, mark: Mark| Some((at, mark));
    let own = lexicon.read(stem(name)).filter(|mark| !mark.fused);
    let (part, mark) = match own {
        Some(mark) if conventions::is_workshop(&mark.word) => return None,
        Some(mark) => told(directories.len(), mark),
        None if conventions::is_yaml(name) => None,
        None => {
            let whole = |name: &str| lexicon.read(name).filter(Mark::is_exact);
            let mut exact = directories.iter().enumerate().rev();
            exact.find_map(|(at, name)| told(at, whole(name)?))
        }
    }?;
    let template = template(&parts, part, &mark, lexicon);
    Some(Found { path: path.clone(), part, mark, template })
}

/// A file name without its extension; `.env.production` has none.
fn stem(name: &str) -> &str {
    let dotenv = name.starts_with(".env.");
    name.rsplit_once('.').filter(|_| !dotenv).map_or(name, |(stem, _)| stem)
}

/// The path with the environment taken out. What a name says beside it is the unit's, unless it is a
/// region or a number.
fn template(parts: &[&str], part: usize, mark: &Mark, lexicon: &Lexicon) -> Template {
    let mut text = Vec::new();
    let mut names = Vec::new();
    let mut variants = Vec::new();
    for (at, name) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let bare = if last { stem(name) } else { name };
        let extension = name.strip_prefix(bare).unwrap_or_default();
        let own = if at == part { Some(mark.clone()) } else { lexicon.read(bare) };
        match own.filter(|own| own.stage == mark.stage) {
            Some(own) => {
                let (rest, places): (Vec<&str>, Vec<&str>) = own
                    .rest
                    .split('-')
                    .filter(|token| !token.is_empty())
                    .partition(|token| !words::is_place(token));
                variants.extend(places.iter().map(|&place| place.to_owned()));
                let shown = places.iter().fold(own.templated(bare), |shown, place| {
                    shown.replacen(place, "{variant}", 1)
                });
                text.push(format!("{shown}{extension}"));
                names.push(rest.join("-"));
            }
            None if !last && words::is_place(name) => {
                variants.push((*name).to_owned());
                text.push("{variant}".to_owned());
            }
            None => {
                text.push((*name).to_owned());
                names.push(bare.to_owned());
            }
        }
    }
    let silent = |name: &str| name.is_empty() || words::is_holder(name);
    let told: Vec<&str> = names.iter().map(String::as_str).filter(|name| !silent(name)).collect();
    let name = match &told[..] {
        [] => text.last().map(|file| file.replacen(".env.{env}", ".env", 1)),
        told => Some(told.join("/")),
    };
    let key: Vec<&str> = text.iter().map(String::as_str).filter(|it| *it != "{variant}").collect();
    let variant = (!variants.is_empty()).then(|| variants.join("/"));
    Template {
        key: format!("{:?}:{}", OverlayKind::Configuration, key.join("/").replace("{variant}", "")),
        text: text.join("/"),
        name: name.unwrap_or_else(|| ".".to_owned()),
        full_variant: variant.clone(),
        variant,
    }
}

/// Whether files that stand in one place are those of environments: of two at least, of which one is
/// more than a workshop, and one has a word that hardly means anything else.
fn are_environments(group: &[Found], lexicon: &Lexicon) -> bool {
    let stages: BTreeSet<usize> = group.iter().map(|found| found.mark.stage).collect();
    let rank = |stage: &usize| lexicon.stage(*stage).map_or(0, |stage| stage.rank);
    stages.len() > 1
        && stages.iter().any(|stage| rank(stage) >= DEPLOYED)
        && group.iter().any(|found| found.mark.trust == Trust::Strong)
}

/// The files that this one is laid over.
fn below(snapshot: &Snapshot, path: &RepoPath, part: usize, mark: &Mark) -> Vec<RepoPath> {
    let parts: Vec<&str> = path.segments().collect();
    let Some(&name) = parts.get(part) else { return Vec::new() };
    let with = |replaced: &str| {
        let mut parts = parts.clone();
        if let Some(own) = parts.get_mut(part) {
            *own = replaced;
        }
        let path = RepoPath::new(&parts.join("/")).ok()?;
        (!replaced.is_empty()).then(|| snapshot.find(&path)).flatten().map(|_| path)
    };
    let last = part + 1 == parts.len();
    let templated = if last { mark.templated(name) } else { "{env}".to_owned() };
    let without = ["-", "_", "."].iter().find_map(|separator| {
        let before = format!("{separator}{{env}}");
        let after = format!("{{env}}{separator}");
        let cut = |mark: &str| templated.contains(mark).then(|| templated.replacen(mark, "", 1));
        cut(&before).or_else(|| cut(&after).filter(|rest| rest.contains(['-', '_', '.'])))
    });
    let plain = without.filter(|_| last && !mark.is_exact() || name.starts_with(".env"));
    let mut found: Vec<RepoPath> = plain.iter().filter_map(|plain| with(plain)).collect();
    if found.is_empty() {
        let words = DEFAULTS.iter().filter_map(|word| with(&templated.replacen("{env}", word, 1)));
        found.extend(words.take(1));
    }
    found
}

/// Whether a file is a Kubernetes object.
pub(super) fn declares_object(store: &Store<'_>, file: FileId) -> bool {
    let Ok(source) = store.snapshot().file(file) else { return false };
    let begins = |key: &str| source.text.lines().any(|line| line.starts_with(key));
    match Notation::of(source.path.file_name()) {
        Some(Notation::Json) => {
            ["\"apiVersion\"", "\"kind\""].iter().all(|key| source.text.contains(key))
        }
        Some(Notation::Yaml) => begins("apiVersion:") && begins("kind:"),
        _ => false,
    }
}

fn is_manifest(store: &Store<'_>, found: &Found) -> bool {
    store.snapshot().find(&found.path).is_some_and(|file| declares_object(store, file))
}
