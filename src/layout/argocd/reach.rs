//! What the Applications reach, and what none of them does.
//!
//! An overlay that nobody deploys is not worth comparing, and one that is wrongly left out is worth
//! much more: whatever may reach an overlay reaches it.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::argocd::ArgoCd;
use crate::layout::argocd::application::Source;
use crate::layout::argocd::fill::{ANY, pattern};
use crate::layout::flux::is_used;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::{Overlay, OverlayKind};
use crate::syntax::Store;
use crate::text::{RepoPath, wild_match};

/// Directories that are applied by hand, so that Argo CD can do the rest.
const BY_HAND: &[&str] = &["argo", "argo-cd", "argocd", "bootstrap", "openshift-gitops"];
/// Most patterns of paths that are told apart.
const PATTERNS: usize = 1_000;

/// Everything that Applications deploy.
struct Reach {
    /// Directories, and files of values.
    paths: BTreeSet<RepoPath>,
    /// Paths with unknown parts.
    patterns: BTreeSet<String>,
    /// Something may deploy anything.
    anything: bool,
}

/// The roots of the overlays that no Application reaches, where the Applications of this
/// repository deploy most of what an environment has, or where a generator leaves them out that deploys
/// what stands beside them. `units` are the overlays of each unit, `layers` those that Applications lay
/// under others.
pub(in crate::layout) fn orphans(
    store: &Store<'_>,
    argo: &ArgoCd,
    known: &Kustomizations,
    units: &[Vec<&Overlay>],
    layers: &[(usize, OverlayKind)],
) -> BTreeSet<RepoPath> {
    let understood = argo.applications.iter().any(|application| {
        let here = |source: &Source| {
            source.path.as_ref().is_some_and(|path| store.snapshot().is_directory(path))
        };
        !application.rewritten && application.sources.iter().any(here)
    });
    if !understood || argo.cut || !argo.home.is_known() {
        return BTreeSet::new();
    }
    let reach = Reach::of(store, argo, known);
    if reach.anything {
        return BTreeSet::new();
    }
    // Whoever holds Applications is applied by hand, or reached by another Application.
    let files: BTreeSet<&RepoPath> =
        argo.applications.iter().map(|it| store.snapshot().path(it.file)).collect();
    let mut declaring: BTreeSet<RepoPath> = BTreeSet::new();
    for file in files {
        declaring.extend(known.users(file).into_iter().cloned());
        declaring.extend(std::iter::successors(Some(file.clone()), RepoPath::parent));
    }
    let mut counts: BTreeMap<(usize, OverlayKind), usize> = BTreeMap::new();
    for layer in layers {
        *counts.entry(*layer).or_default() += 1;
    }
    let mut missed: BTreeMap<(usize, OverlayKind), Vec<&RepoPath>> = BTreeMap::new();
    for overlay in units.iter().flatten() {
        let key = (overlay.environment, overlay.kind);
        let root = &overlay.root;
        let by_hand =
            root.segments().any(|name| BY_HAND.contains(&name)) || declaring.contains(root);
        match overlay.kind {
            OverlayKind::Application | OverlayKind::Configuration | OverlayKind::Terraform => {}
            _ if by_hand => {}
            _ if overlay.application.is_some() || reach.covers(root) => {
                *counts.entry(key).or_default() += 1;
            }
            _ => missed.entry(key).or_default().push(root),
        }
    }
    let left_out = left_out(argo, units);
    let left_out = missed.values().flatten().copied().filter(|root| left_out.contains(*root));
    let mut orphans: BTreeSet<RepoPath> = left_out.cloned().collect();
    let most = missed
        .into_iter()
        .filter(|(key, missed)| counts.get(key).is_some_and(|reached| *reached > missed.len()))
        .flat_map(|(_, missed)| missed.into_iter().cloned());
    orphans.extend(most);
    // Flux may deploy what Argo CD does not.
    if orphans.is_empty() || is_used(store) { BTreeSet::new() } else { orphans }
}

/// The overlays in directories that a generator leaves out, where the directory beside holds another
/// overlay of the unit that an Application deploys.
fn left_out<'o>(argo: &ArgoCd, units: &[Vec<&'o Overlay>]) -> BTreeSet<&'o RepoPath> {
    let mut found = BTreeSet::new();
    for unit in units {
        let deployed = || unit.iter().filter(|overlay| overlay.application.is_some());
        for overlay in unit.iter().filter(|overlay| overlay.application.is_none()) {
            let mut above = std::iter::successors(Some(overlay.root.clone()), RepoPath::parent);
            let Some(directory) = above.find(|path| argo.excluded.contains(path)) else { continue };
            let Some(parent) = directory.parent() else { continue };
            let own = directory.segments().count();
            let beside = |other: &&&Overlay| {
                other.environment != overlay.environment
                    && other.root.is_in(&parent)
                    && other.root.segments().count() >= own
            };
            if deployed().any(|other| beside(&other)) {
                found.insert(&overlay.root);
            }
        }
    }
    found
}

impl Reach {
    fn of(store: &Store<'_>, argo: &ArgoCd, known: &Kustomizations) -> Self {
        let mut reach = Self { paths: BTreeSet::new(), patterns: BTreeSet::new(), anything: false };
        for application in &argo.applications {
            // A patch may set any path.
            reach.anything |= application.rewritten;
            for source in &application.sources {
                if let Some(path) = source.pattern() {
                    reach.add(&path);
                }
                for file in &source.value_files {
                    match &file.path {
                        Some(path) => {
                            reach.paths.insert(path.clone());
                        }
                        None => reach.add_values(&file.text, source),
                    }
                }
            }
        }
        for unread in &argo.unread {
            reach.anything |= unread.paths.is_empty();
            for path in &unread.paths {
                reach.add(&pattern(path));
            }
        }
        reach.follow(store, known);
        reach
    }

    fn add(&mut self, path: &str) {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        if !path.contains(ANY) {
            self.paths.extend(RepoPath::new(path).ok());
        } else if self.patterns.len() < PATTERNS {
            self.patterns.insert(path.to_owned());
        } else {
            self.anything = true;
        }
    }

    /// A file of values whose path is not known: it may be any that ends alike.
    fn add_values(&mut self, text: &str, source: &Source) {
        if source.here || text.starts_with('$') {
            let name = pattern(text.rsplit('/').next().unwrap_or(text));
            self.add(&format!("{ANY}{name}"));
        }
    }

    /// What the kustomizations among the paths include.
    fn follow(&mut self, store: &Store<'_>, known: &Kustomizations) {
        let mut included: BTreeMap<&RepoPath, Vec<&RepoPath>> = BTreeMap::new();
        for (directory, includers) in &known.includers {
            for includer in includers {
                included.entry(includer).or_default().push(directory);
            }
        }
        let matching = known.all.keys().filter(|directory| self.covers(directory));
        let mut waiting: Vec<&RepoPath> = matching.collect();
        let mut seen: BTreeSet<&RepoPath> = waiting.iter().copied().collect();
        while let Some(directory) = waiting.pop() {
            for &next in included.get(directory).into_iter().flatten() {
                if seen.insert(next) {
                    waiting.push(next);
                }
            }
        }
        let found: Vec<RepoPath> = seen
            .into_iter()
            .filter(|directory| store.snapshot().is_directory(directory))
            .cloned()
            .collect();
        self.paths.extend(found);
    }

    /// Whether the path or a directory above it is deployed.
    fn covers(&self, path: &RepoPath) -> bool {
        std::iter::successors(Some(path.clone()), RepoPath::parent).any(|path| {
            self.paths.contains(&path)
                || self.patterns.iter().any(|pattern| {
                    let any = |byte: &u8| *byte == ANY as u8;
                    let (pattern, path) = (pattern.as_bytes(), path.as_str().as_bytes());
                    wild_match(pattern, path, any, u8::eq)
                })
        })
    }
}
