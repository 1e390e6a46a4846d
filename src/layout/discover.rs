//! The whole search, step by step.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::Choices;
use crate::layout::Layout;
use crate::layout::OverlayKind;
use crate::layout::Unplaced;
use crate::layout::argocd;
use crate::layout::argocd::ArgoCd;
use crate::layout::argocd::Known;
use crate::layout::assemble::Assembly;
use crate::layout::candidates;
use crate::layout::candidates::Candidate;
use crate::layout::explicit;
use crate::layout::flux::Tree;
use crate::layout::helmfile;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::lexicon::Lexicon;
use crate::layout::lexicon::Mark;
use crate::layout::place::Place;
use crate::layout::place::Placer;
use crate::layout::plain;
use crate::layout::rendered;
use crate::layout::units::Placed;
use crate::layout::units::Templates;
use crate::layout::units::has_unit;
use crate::layout::users::Users;
use crate::layout::words;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::RepoPath;

impl Layout {
    /// Finds environments, variants and units of a repository.
    ///
    /// Two rules decide what is compared where kustomizations include each other:
    /// a directory that another one of the same environment and unit includes is a base, not an
    /// overlay; and a kustomization that does nothing but list overlays of its environment is left
    /// out in favour of those overlays, so that every application is one unit and is found once.
    pub fn discover(store: &Store<'_>, choices: &Choices) -> Self {
        let (kustomizations, (directories, mut unplaced)) =
            rayon::join(|| Kustomizations::read(store), || candidates::contents(store, choices));
        let mut lexicon = Lexicon::new(&choices.environments);
        let candidates = candidates::gather(store, &kustomizations, &directories, &mut lexicon);
        let declared =
            explicit::find(store.snapshot(), &kustomizations, &lexicon, choices, &mut unplaced);
        let taken: BTreeSet<RepoPath> = declared.iter().map(|found| found.root.clone()).collect();
        let snapshot = store.snapshot();
        let mut search =
            Search { lexicon: &lexicon, snapshot, kustomizations: &kustomizations, unplaced };
        let candidates = search.without_aside(candidates, &taken);
        let placer = Placer::new(&lexicon, &candidates);
        let (overlays, refused) = search.place(&placer, candidates);
        let overlays = search.without_bases(overlays);
        let overlays = search.without_lists(overlays);
        let tree = Tree::of(store, &lexicon, &placer, &kustomizations);
        let overlays = tree.without_covered(overlays, &kustomizations);
        let templates = Templates::new(&lexicon, &overlays, &kustomizations);
        let mut assembly = Assembly::new(&lexicon);
        for found in &overlays {
            let builds = tree.for_overlay(found);
            assembly.add(&templates.read(found), found, &builds, &mut search.unplaced);
        }
        let shown: BTreeSet<&RepoPath> =
            overlays.iter().map(|found| &found.candidate.root).chain(&taken).collect();
        let deployed = search.deploy(&tree, &shown, &mut assembly);
        for (candidate, why) in refused {
            if !deployed.contains(&candidate.root) {
                let why = tree.why_not(&candidate.root).unwrap_or(why);
                search.unplaced.insert(Unplaced { root: candidate.root, why });
            }
        }
        for found in declared {
            assembly.declare(choices, found, &mut search.unplaced);
        }
        if assembly.is_empty() && !rendered::unknown(&lexicon, &choices.rendered).is_empty() {
            // Nothing else tells an environment: those that are named are all there are.
            let names = choices.rendered.iter().map(|tree| tree.environment.clone());
            let mut environments: Vec<(String, Vec<String>)> = Vec::new();
            for name in names {
                if !environments.iter().any(|(known, _)| *known == name) {
                    environments.push((name, Vec::new()));
                }
            }
            return Self::discover(store, &Choices { environments, ..choices.clone() });
        }
        for found in rendered::find(store, &lexicon, &choices.rendered, &mut search.unplaced) {
            assembly.add_rendered(found, &mut search.unplaced);
        }
        let mut argo = ArgoCd::of(store, &kustomizations, &choices.excludes);
        let deployable = assembly.placed();
        let known = Known {
            store,
            lexicon: &lexicon,
            kustomizations: &kustomizations,
            placed: &deployable,
            units: &assembly.units(),
        };
        let plan = argocd::plan(&mut argo, &known);
        assembly.deployed_by(plan, &mut search.unplaced);
        let orphans = argocd::orphans(store, &argo, &kustomizations, assembly.overlays());
        assembly.without(&orphans, &mut search.unplaced);
        let known = (&kustomizations, &lexicon);
        let bases = plain::add(store, known, choices, &taken, &mut assembly, &mut search.unplaced);
        let helmfiles = helmfile::targets(store, &lexicon, choices, &mut search.unplaced);
        for (at, found) in helmfiles.iter().enumerate() {
            assembly.add_helmfile(found, at, &mut search.unplaced);
            search.unplaced.retain(|it| !found.target.reads.contains(&it.root));
        }
        let mut layout = assembly.finish(search.unplaced, tree, argo.applications);
        layout.repository = argo.home;
        layout.parameter_files = argo.read;
        let Kustomizations { includers, mut referenced, .. } = kustomizations;
        for (over, below) in &bases {
            for base in below {
                referenced.entry(base.clone()).or_default().insert(over.clone());
            }
        }
        for found in &helmfiles {
            let parts = found.target.state.files.iter().map(|file| snapshot.path(*file).clone());
            for part in parts.chain(found.target.reads.iter().cloned()) {
                referenced.entry(part).or_default().insert(found.path.clone());
            }
        }
        layout.helmfiles = helmfiles.into_iter().map(|found| found.target).collect();
        layout.users = Users { of_directories: includers, of_files: referenced };
        layout.bases = bases;
        layout
    }
}

/// Why a base that no kustomization includes is not an overlay.
const IDLE_BASE: &str = "a base that nothing includes";

/// The parts of a path below the environment.
fn below(found: &Placed) -> &[String] {
    found.candidate.parts.get(found.place.part + 1..).unwrap_or_default()
}

/// The directory that is named after the environment.
fn environment_directory(found: &Placed) -> String {
    found.candidate.parts.get(..=found.place.part).unwrap_or_default().join("/")
}

struct Search<'a> {
    lexicon: &'a Lexicon,
    snapshot: &'a Snapshot,
    kustomizations: &'a Kustomizations,
    unplaced: BTreeSet<Unplaced>,
}

impl Search<'_> {
    /// Drops what lies in examples, fixtures and the like, and what the configuration has placed.
    fn without_aside(
        &mut self,
        candidates: Vec<Candidate>,
        taken: &BTreeSet<RepoPath>,
    ) -> Vec<Candidate> {
        let mut kept = vec![];
        for candidate in candidates {
            if taken.contains(&candidate.root) {
                continue;
            }
            let directories = candidate.parts.len() - usize::from(candidate.is_file());
            let aside = candidate.parts.iter().take(directories).find_map(|name| {
                let told = self.lexicon.read(name).is_some_and(|mark| mark.is_exact());
                words::aside(name).filter(|_| !told).map(|why| (name, why))
            });
            match aside {
                None => kept.push(candidate),
                Some((name, why)) => {
                    let root = candidate.kind == OverlayKind::Kustomize
                        && !self.kustomizations.includers.contains_key(&candidate.root);
                    if root && !name.starts_with('.') {
                        let why = format!("{why} (`{name}`)");
                        self.unplaced.insert(Unplaced { root: candidate.root, why });
                    }
                }
            }
        }
        kept
    }

    /// Adds what Flux deploys and no overlay shows yet; hands back the paths.
    fn deploy(
        &mut self,
        tree: &Tree,
        shown: &BTreeSet<&RepoPath>,
        assembly: &mut Assembly<'_>,
    ) -> BTreeSet<RepoPath> {
        let mut deployed = BTreeSet::new();
        for (at, found) in tree.found.iter().enumerate() {
            let path = &found.build.path;
            let is_shown = found.roots.iter().any(|root| shown.contains(root));
            if is_shown || path.is_root() || self.snapshot.files_below(path).next().is_none() {
                continue;
            }
            let kind = if self.kustomizations.all.contains_key(path) {
                OverlayKind::Kustomize
            } else {
                OverlayKind::Manifests
            };
            if assembly.deploy(found, at, kind, &mut self.unplaced) {
                deployed.insert(path.clone());
            }
        }
        deployed
    }

    /// Tells the environment of each candidate; the others with the reason why not.
    fn place(
        &self,
        placer: &Placer<'_>,
        candidates: Vec<Candidate>,
    ) -> (Vec<Placed>, Vec<(Candidate, String)>) {
        let mut found = vec![];
        let mut open = vec![];
        for candidate in candidates {
            match placer.place(&candidate) {
                Ok(place) => found.push(Placed { candidate, place }),
                Err(refusal) => open.push((candidate, refusal)),
            }
        }
        let members = self.members(&found);
        for Placed { candidate, place } in &mut found {
            let whole = place.mark.as_ref().is_some_and(Mark::is_exact);
            let known = if whole { None } else { self.member(candidate, &members) };
            if let Some(known) = known.filter(|known| known.stage != place.stage) {
                *place = known;
            }
        }
        let mut refused = vec![];
        for (candidate, refusal) in open {
            if let Some(place) = self.member(&candidate, &members) {
                found.push(Placed { candidate, place });
            } else if match candidate.kind {
                OverlayKind::Kustomize => {
                    !self.kustomizations.includers.contains_key(&candidate.root)
                }
                OverlayKind::HelmValues => !candidate
                    .parts
                    .last()
                    .is_some_and(|stem| words::is_empty_stem(stem) || words::is_shared_stem(stem)),
                OverlayKind::Manifests
                | OverlayKind::Terraform
                | OverlayKind::Configuration
                | OverlayKind::Helmfile
                | OverlayKind::Application => refusal.whole,
            } {
                let idle = words::is_base(candidate.root.file_name());
                let why = if idle { IDLE_BASE.to_owned() } else { refusal.why };
                refused.push((candidate, why));
            }
        }
        found.sort_by(|a, b| {
            (&a.candidate.root, a.candidate.kind).cmp(&(&b.candidate.root, b.candidate.kind))
        });
        (found, refused)
    }

    /// Names of clusters that stand below one and the same environment in several units.
    fn members(&self, placed: &[Placed]) -> BTreeMap<String, (usize, String)> {
        let bases = self.bases(placed);
        let overlays: Vec<Placed> = placed
            .iter()
            .filter(|found| !bases.contains_key(&found.candidate.root))
            .cloned()
            .collect();
        let templates = Templates::new(self.lexicon, &overlays, self.kustomizations);
        let mut seen: BTreeMap<&str, (BTreeSet<usize>, BTreeSet<&str>, String)> = BTreeMap::new();
        for found in &overlays {
            let Some(mark) = found.place.mark.as_ref().filter(|mark| mark.is_exact()) else {
                continue;
            };
            let Some(name) = templates.cluster_below(found) else { continue };
            let (stages, groups, word) = seen.entry(name).or_default();
            stages.insert(found.place.stage);
            groups.insert(found.candidate.above(found.place.part));
            word.clone_from(&mark.word);
        }
        let known = seen
            .into_iter()
            .filter(|(_, (stages, groups, _))| stages.len() == 1 && groups.len() > 1);
        known
            .filter_map(|(name, (stages, _, word))| {
                Some((name.to_owned(), (*stages.first()?, word)))
            })
            .collect()
    }

    fn member(
        &self,
        candidate: &Candidate,
        members: &BTreeMap<String, (usize, String)>,
    ) -> Option<Place> {
        candidate.parts.iter().enumerate().find_map(|(part, name)| {
            let (stage, word) = members.get(name)?;
            let mark = self.lexicon.read(name).filter(|mark| mark.stage == *stage);
            let why = format!("`{name}` stands below `{word}` elsewhere in the repository");
            Some(Place { stage: *stage, part, mark, why })
        })
    }

    /// Drops directories that only serve as a base of their own environment and unit.
    fn without_bases(&mut self, placed: Vec<Placed>) -> Vec<Placed> {
        let bases = self.bases(&placed);
        let (dropped, kept): (Vec<Placed>, Vec<Placed>) =
            placed.into_iter().partition(|found| bases.contains_key(&found.candidate.root));
        for found in dropped {
            if let Some(Some(why)) = bases.get(&found.candidate.root) {
                let why = (*why).to_owned();
                self.unplaced.insert(Unplaced { root: found.candidate.root, why });
            }
        }
        kept
    }

    /// The kustomizations that are bases, with a reason where nobody includes them.
    fn bases(&self, placed: &[Placed]) -> BTreeMap<RepoPath, Option<&'static str>> {
        let kustomize =
            || placed.iter().filter(|found| found.candidate.kind == OverlayKind::Kustomize);
        let mut homes: BTreeMap<&RepoPath, (usize, &str)> = BTreeMap::new();
        // Directories of environments that hold something besides bases.
        let mut lived_in: BTreeSet<String> = BTreeSet::new();
        for found in kustomize() {
            let home = found.candidate.above(found.place.part);
            homes.insert(&found.candidate.root, (found.place.stage, home));
            if !below(found).iter().any(|name| words::is_base(name)) {
                lived_in.insert(environment_directory(found));
            }
        }
        let mut bases = BTreeMap::new();
        for found in kustomize() {
            let root = &found.candidate.root;
            let includers = self.kustomizations.includers.get(root);
            let serves = includers
                .into_iter()
                .flatten()
                .filter(|includer| *includer != root)
                .any(|includer| self.serves(found, includer, homes.get(includer)));
            let idle = below(found).iter().any(|name| words::is_base(name))
                && lived_in.contains(&environment_directory(found));
            if serves {
                bases.insert(root.clone(), None);
            } else if idle {
                bases.insert(root.clone(), Some(IDLE_BASE));
            }
        }
        bases
    }

    /// Whether an overlay is only a part of the kustomization that includes it.
    fn serves(
        &self,
        found: &Placed,
        includer: &RepoPath,
        includer_home: Option<&(usize, &str)>,
    ) -> bool {
        let Some((stage, home)) = includer_home else { return false };
        if *stage != found.place.stage {
            return false;
        }
        let root = &found.candidate.root;
        let lists = self.kustomizations.all.get(includer).is_some_and(|read| read.only_lists);
        let beside = *home == found.candidate.above(found.place.part);
        (beside && (has_unit(&found.candidate, &found.place) || words::is_base(root.file_name())))
            || (root.is_in(includer) && !lists)
            || includer.is_in(root)
    }

    /// Drops kustomizations that only list overlays of their environment.
    fn without_lists(&mut self, placed: Vec<Placed>) -> Vec<Placed> {
        let stages: BTreeMap<RepoPath, usize> =
            placed.iter().map(|found| (found.candidate.root.clone(), found.place.stage)).collect();
        let (lists, kept): (Vec<Placed>, Vec<Placed>) = placed.into_iter().partition(|found| {
            found.candidate.kind == OverlayKind::Kustomize
                && self.kustomizations.all.get(&found.candidate.root).is_some_and(|read| {
                    let own = Some(&found.place.stage);
                    let root = &found.candidate.root;
                    // What lists itself, at once or over another, is a circle to be reported.
                    let circle = |listed: &RepoPath| {
                        let back = self.kustomizations.all.get(listed);
                        listed == root || back.is_some_and(|read| read.resources.contains(root))
                    };
                    read.only_lists
                        && read
                            .resources
                            .iter()
                            .all(|listed| stages.get(listed) == own && !circle(listed))
                })
        });
        for found in lists {
            let why = "it only lists other overlays, which are compared themselves".to_owned();
            self.unplaced.insert(Unplaced { root: found.candidate.root, why });
        }
        kept
    }
}
