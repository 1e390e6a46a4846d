//! From the entry of each cluster down: which Kustomization deploys which path.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::layout::OverlayKind;
use crate::layout::candidates::{Candidate, DEEPEST};
use crate::layout::flux::FluxBuild;
use crate::layout::flux::declared::{self, Declared, Kustomization, directory};
use crate::layout::flux::repositories::Repositories;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::lexicon::Lexicon;
use crate::layout::place::{Place, Placer};
use crate::layout::units::Placed;
use crate::layout::words;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::envsubst::{self, Meaning};
use crate::text::{FileId, RepoPath};

/// Most builds of all clusters.
const BUILDS: usize = 20_000;
/// Longest value of a variable that is told to children.
const LONGEST: usize = 1_024;
/// Longest chain of Kustomizations that deploy Kustomizations.
const CHAIN: usize = 32;

/// A build with the environment that it is for.
#[derive(Debug, Clone)]
pub(in crate::layout) struct Found {
    /// The build.
    pub build: FluxBuild,
    /// The environment, if anything tells it.
    pub place: Option<Place>,
    /// The overlays that it deploys may be any of these: its own path, or what that only lists.
    pub roots: BTreeSet<RepoPath>,
    /// What it tells its children.
    variables: BTreeMap<String, String>,
}

impl Found {
    /// The unit's name: that of the object with the environment taken out.
    pub(in crate::layout) fn unit(&self, lexicon: &Lexicon) -> String {
        let name = &self.build.name;
        let mark = lexicon
            .read(name)
            .filter(|mark| self.place.as_ref().is_some_and(|place| place.stage == mark.stage));
        mark.map(|mark| mark.rest).filter(|rest| !rest.is_empty()).unwrap_or_else(|| name.clone())
    }

    /// The cluster among others of its environment.
    pub(in crate::layout) fn variant(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        let rest = place.mark.as_ref().map_or("", |mark| mark.rest.as_str());
        let below: Vec<&str> = self.build.site.segments().skip(place.part + 1).collect();
        let parts = [rest].into_iter().chain(below).filter(|part| !part.is_empty());
        let variant = parts.collect::<Vec<_>>().join("/");
        (!variant.is_empty()).then_some(variant)
    }

    /// What stands above the environment.
    pub(in crate::layout) fn clusters(&self) -> RepoPath {
        let part = self.place.as_ref().map_or(0, |place| place.part);
        let above: Vec<&str> = self.build.site.segments().take(part).collect();
        RepoPath::new(&above.join("/")).unwrap_or_else(|_| RepoPath::root())
    }
}

/// All builds, parents before children.
#[derive(Debug, Default)]
pub(in crate::layout) struct Tree {
    /// In the order of [`super::Flux::builds`].
    pub found: Vec<Found>,
    /// Which sources are this repository.
    pub repositories: Repositories,
    by_root: BTreeMap<RepoPath, Vec<usize>>,
}

impl Tree {
    /// Follows every cluster.
    pub(in crate::layout) fn of(
        store: &Store<'_>,
        lexicon: &Lexicon,
        placer: &Placer<'_>,
        kustomizations: &Kustomizations,
    ) -> Self {
        let files: Vec<(FileId, &RepoPath)> = store
            .snapshot()
            .files()
            .filter(|(_, path)| path.is_yaml() && path.segments().nth(DEEPEST).is_none())
            .collect();
        let read = files.par_iter().filter_map(|&(file, path)| {
            let found = declared::of_file(store, file);
            (!found.is_empty()).then_some((path, found))
        });
        let declared: BTreeMap<&RepoPath, Vec<Declared>> = read.collect();
        if declared.is_empty() {
            return Self::default();
        }
        let reach = Reach::new(store.snapshot(), kustomizations);
        let walk = Walk { declared, lexicon, placer, reach, found: Vec::new() };
        let (found, repositories) = walk.run();
        let mut by_root: BTreeMap<RepoPath, Vec<usize>> = BTreeMap::new();
        for (at, one) in found.iter().enumerate() {
            for root in &one.roots {
                by_root.entry(root.clone()).or_default().push(at);
            }
        }
        Self { found, repositories, by_root }
    }

    /// The builds that deploy a directory.
    fn of_root(&self, root: &RepoPath) -> impl Iterator<Item = (usize, &Found)> {
        let all = self.by_root.get(root).into_iter().flatten();
        all.filter_map(|&at| Some((at, self.found.get(at)?)))
    }

    /// The builds that deploy an overlay, each with the variant that they make of it where they are
    /// several. Another environment's cluster counts only if no own one deploys it.
    pub(in crate::layout) fn for_overlay(&self, overlay: &Placed) -> Vec<(Option<String>, usize)> {
        let root = &overlay.candidate.root;
        let stage = overlay.place.stage;
        let is_own = |found: &Found| found.place.as_ref().is_none_or(|place| place.stage == stage);
        let own = || self.of_root(root).filter(|(_, found)| is_own(found));
        let found: Vec<_> = if own().next().is_some() {
            own().collect()
        } else {
            self.of_root(root).take(1).collect()
        };
        let clusters: BTreeSet<usize> =
            found.iter().map(|(_, found)| found.build.cluster).collect();
        let variant = |found: &Found| {
            if clusters.len() == 1 {
                return Some(found.build.name.clone());
            }
            found.variant().or_else(|| Some(found.build.site.file_name().to_owned()))
        };
        found.iter().map(|(at, found)| (variant(found), *at)).collect()
    }

    /// Why nothing shows a directory that Flux deploys.
    pub(in crate::layout) fn why_not(&self, root: &RepoPath) -> Option<String> {
        let (_, found) = self.of_root(root).next()?;
        let path = found.build.site.display();
        Some(format!("Flux deploys it, and nothing says which environment `{path}` is"))
    }

    /// Drops what Flux deploys together with a directory above, which is an overlay itself.
    pub(in crate::layout) fn without_covered(
        &self,
        mut overlays: Vec<Placed>,
        kustomizations: &Kustomizations,
    ) -> Vec<Placed> {
        let roots: BTreeMap<RepoPath, usize> = overlays
            .iter()
            .map(|found| (found.candidate.root.clone(), found.place.stage))
            .collect();
        let whole: BTreeSet<&RepoPath> = self
            .found
            .iter()
            .map(|found| &found.build.path)
            .filter(|path| !kustomizations.all.contains_key(path) && roots.contains_key(path))
            .collect();
        overlays.retain(|found| {
            let Candidate { root, kind, .. } = &found.candidate;
            let above = std::iter::successors(root.parent(), RepoPath::parent);
            let covered = above.filter(|path| whole.contains(path)).any(|path| {
                let included = match kind {
                    OverlayKind::Kustomize => {
                        self.of_root(root).any(|(_, found)| found.build.path == path)
                    }
                    OverlayKind::Manifests => {
                        !kustomizations.covering(root).is_some_and(|covering| covering.is_in(&path))
                    }
                    _ => false,
                };
                included && roots.get(&path) == Some(&found.place.stage)
            });
            !covered
        });
        overlays
    }
}

struct Walk<'a> {
    declared: BTreeMap<&'a RepoPath, Vec<Declared>>,
    lexicon: &'a Lexicon,
    placer: &'a Placer<'a>,
    reach: Reach<'a>,
    found: Vec<Found>,
}

/// An object that is to be followed.
struct Open<'d> {
    object: &'d Kustomization,
    file: RepoPath,
    parent: Option<usize>,
    depth: usize,
}

impl Walk<'_> {
    fn run(mut self) -> (Vec<Found>, Repositories) {
        let declared = std::mem::take(&mut self.declared);
        let all: Vec<(&RepoPath, &Kustomization)> = declared
            .iter()
            .flat_map(|(path, objects)| objects.iter().map(move |object| (*path, object)))
            .filter_map(|(path, object)| match object {
                Declared::Kustomization(found) => Some((path, found)),
                Declared::Source { .. } => None,
            })
            .collect();
        let mut reached: BTreeSet<(&RepoPath, &str)> = BTreeSet::new();
        // An entry deploys the directory that it stands in.
        let is_entry = |(path, object): &(&RepoPath, &Kustomization)| {
            object.installed
                || directory(&object.path).is_some_and(|home| !home.is_root() && path.is_in(&home))
        };
        let entries = all.iter().filter(|it| is_entry(it));
        let here = entries.clone().map(|(_, object)| *object);
        let repositories = Repositories::of(declared.values().flatten(), here);
        let is_here = |object: &Kustomization| {
            object.source.as_ref().is_none_or(|id| repositories.is_here(id))
        };
        let mut queue: VecDeque<Open<'_>> = VecDeque::new();
        let open =
            |path: &RepoPath, object| Open { object, file: path.clone(), parent: None, depth: 0 };
        queue.extend(entries.map(|(path, object)| open(path, *object)));
        let mut rest = all.iter();
        let mut seen: BTreeSet<(usize, String, String, RepoPath)> = BTreeSet::new();
        let mut files: BTreeMap<RepoPath, Vec<RepoPath>> = BTreeMap::new();
        loop {
            let Some(next) = queue.pop_front() else {
                // What no entry leads to is an entry itself, where its place tells an environment.
                let Some((path, object)) = rest.find(|(path, object)| {
                    !reached.contains(&(*path, object.name.as_str())) && self.is_told(path)
                }) else {
                    break;
                };
                queue.push_back(open(path, *object));
                continue;
            };
            if self.found.len() >= BUILDS {
                break;
            }
            if let Some((path, _)) = declared.get_key_value(&next.file) {
                reached.insert((*path, next.object.name.as_str()));
            }
            if !is_here(next.object) {
                continue;
            }
            let at = self.found.len();
            let Some(found) = self.follow(&next, at) else { continue };
            let cluster = found.build.cluster;
            let (name, namespace) = (found.build.name.clone(), found.build.namespace.clone());
            if !seen.insert((cluster, namespace, name, found.build.path.clone())) {
                continue;
            }
            let path = found.build.path.clone();
            self.found.push(found);
            if next.depth >= CHAIN {
                continue;
            }
            let read = files.entry(path.clone()).or_insert_with(|| self.reach.files(&path));
            for file in read.iter().filter(|file| declared.contains_key(file)) {
                let objects = declared.get(file).into_iter().flatten();
                for object in objects {
                    if let Declared::Kustomization(object) = object {
                        let (parent, depth) = (Some(at), next.depth + 1);
                        queue.push_back(Open { object, file: file.clone(), parent, depth });
                    }
                }
            }
        }
        (self.found, repositories)
    }

    /// What an object deploys, if its path is known.
    fn follow(&self, next: &Open<'_>, at: usize) -> Option<Found> {
        let object = next.object;
        let parent = next.parent.and_then(|parent| self.found.get(parent));
        let told = parent.map(|parent| &parent.variables);
        let fill = |text: &str| filled(text, told);
        let path = directory(&fill(&object.path)?)?;
        let name = fill(&object.name)?;
        let namespace = fill(&object.namespace)?;
        let cluster = parent.map_or(at, |parent| parent.build.cluster);
        let home = self.found.get(cluster);
        let (place, site) = match home {
            Some(home) if home.place.is_some() => (home.place.clone(), home.build.site.clone()),
            _ => self.place(next, &path, &name, parent),
        };
        let variables = object
            .variables
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), fill(value)?)))
            .filter(|(_, value)| value.len() <= LONGEST)
            .collect();
        let roots = self.reach.roots(&path);
        let (declared_in, installed) = (next.file.clone(), object.installed);
        let itself = declared_in.is_in(&path) && !path.is_root();
        let home =
            if itself { Some(path.clone()) } else { self.reach.outermost_user(&declared_in) };
        let (parent, home) = (next.parent, home.filter(|_| next.parent.is_none()));
        let build = FluxBuild {
            name,
            namespace,
            file: declared_in,
            path,
            home,
            parent,
            cluster,
            site,
            installed,
        };
        Some(Found { build, place, roots, variables })
    }

    /// The environment of a build whose cluster does not tell it.
    fn place(
        &self,
        next: &Open<'_>,
        path: &RepoPath,
        name: &str,
        parent: Option<&Found>,
    ) -> (Option<Place>, RepoPath) {
        let beside = next.file.parent().unwrap_or_else(RepoPath::root);
        let own = if next.file.is_in(path) { path } else { &beside };
        for directory in [own, &beside] {
            if let Some(place) = self.at(directory) {
                return (Some(place), directory.clone());
            }
        }
        if let Some(parent) = parent {
            let told = parent.place.clone().map(|place| (place, parent.build.site.clone()));
            let above = || Some((self.at(&parent.build.path)?, parent.build.path.clone()));
            if let Some((place, site)) = told.or_else(above) {
                return (Some(place), site);
            }
        }
        let mark = self.lexicon.read(name).filter(|mark| !mark.rest.is_empty());
        let place = mark.map(|mut mark| {
            let why = format!("`{}` in the name of the Flux Kustomization", mark.word);
            let part = path.segments().count();
            mark.rest.clear();
            Place { stage: mark.stage, part, mark: Some(mark), why }
        });
        let site = parent.filter(|_| place.is_none()).map_or(path, |parent| &parent.build.site);
        (place, site.clone())
    }

    fn is_told(&self, file: &RepoPath) -> bool {
        file.parent().is_some_and(|directory| self.at(&directory).is_some())
    }

    /// The environment that a directory of a cluster tells.
    fn at(&self, directory: &RepoPath) -> Option<Place> {
        let aside = |name: &str| words::aside(name).is_some();
        if directory.segments().any(aside) {
            return None;
        }
        let told = directory.segments().any(|name| self.lexicon.read(name).is_some());
        let cluster = || Candidate::directory(directory.clone(), OverlayKind::Manifests);
        told.then(|| self.placer.place(&cluster()).ok()).flatten()
    }
}

/// A text with a parent's variables filled in; `None` if one of them is not known here.
fn filled(text: &str, variables: Option<&BTreeMap<String, String>>) -> Option<String> {
    if !envsubst::asks(text) {
        return Some(text.to_owned());
    }
    let variables = variables?;
    let meaning =
        |name: &str| variables.get(name).map_or(Meaning::Unknown, |value| Meaning::Value(value));
    let text = envsubst::expand(text, meaning).ok()?.text;
    (!text.contains("${")).then_some(text)
}

/// Which files the build of a directory reads.
struct Reach<'a> {
    snapshot: &'a Snapshot,
    kustomizations: &'a Kustomizations,
    directories: BTreeMap<&'a RepoPath, Vec<&'a RepoPath>>,
    files: BTreeMap<&'a RepoPath, Vec<&'a RepoPath>>,
}

impl<'a> Reach<'a> {
    fn new(snapshot: &'a Snapshot, kustomizations: &'a Kustomizations) -> Self {
        let (mut directories, mut files): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) =
            Default::default();
        for (target, users) in &kustomizations.includers {
            for user in users {
                directories.entry(user).or_default().push(target);
            }
        }
        for (target, users) in &kustomizations.referenced {
            for user in users {
                files.entry(user).or_default().push(target);
            }
        }
        Self { snapshot, kustomizations, directories, files }
    }

    /// The kustomizations that a build of the directory begins with, and the plain files.
    fn starts(&self, root: &RepoPath) -> (Vec<RepoPath>, Vec<RepoPath>) {
        if self.kustomizations.all.contains_key(root) {
            return (vec![root.clone()], vec![]);
        }
        let (mut directories, mut files) = (Vec::new(), Vec::new());
        for (_, path) in self.snapshot.files_below(root).filter(|(_, path)| path.is_yaml()) {
            if directories.last().is_some_and(|last| path.is_in(last)) {
                continue;
            }
            match self.outermost(path, root) {
                Some(directory) => directories.push(directory),
                None => files.push(path.clone()),
            }
        }
        (directories, files)
    }

    /// A kustomization that leads to a file and that no other one includes.
    fn outermost_user(&self, file: &RepoPath) -> Option<RepoPath> {
        let mut seen: BTreeSet<&RepoPath> = BTreeSet::new();
        let mut at = self.kustomizations.referenced.get(file)?.first()?;
        while let Some(above) = self.kustomizations.includers.get(at).and_then(BTreeSet::first) {
            if !seen.insert(at) {
                return None;
            }
            at = above;
        }
        Some(at.clone())
    }

    /// The kustomization nearest to the root on the way to a file.
    fn outermost(&self, path: &RepoPath, root: &RepoPath) -> Option<RepoPath> {
        let above = std::iter::successors(path.parent(), RepoPath::parent);
        let inside = above.take_while(|directory| directory != root && directory.is_in(root));
        inside.filter(|directory| self.kustomizations.all.contains_key(directory)).last()
    }

    /// The files that a build of the directory reads.
    fn files(&self, root: &RepoPath) -> Vec<RepoPath> {
        let (directories, plain) = self.starts(root);
        let mut found: BTreeSet<RepoPath> = plain.into_iter().collect();
        let mut entered: BTreeSet<RepoPath> = BTreeSet::new();
        let mut waiting = directories;
        while let Some(directory) = waiting.pop() {
            if !entered.insert(directory.clone()) {
                continue;
            }
            found
                .extend(self.files.get(&directory).into_iter().flatten().map(|&file| file.clone()));
            let deeper = self.directories.get(&directory).into_iter().flatten();
            waiting.extend(deeper.map(|&directory| directory.clone()));
        }
        found.into_iter().collect()
    }

    /// The directory itself and, where it adds nothing to them, the directories that it includes.
    fn roots(&self, root: &RepoPath) -> BTreeSet<RepoPath> {
        let mut found = BTreeSet::from([root.clone()]);
        if !self.kustomizations.all.contains_key(root) {
            found.extend(self.starts(root).0);
        }
        let mut waiting: Vec<RepoPath> = found.iter().cloned().collect();
        while let Some(directory) = waiting.pop() {
            let Some(read) = self.kustomizations.all.get(&directory) else { continue };
            for listed in read.resources.iter().filter(|_| read.only_lists) {
                if found.insert(listed.clone()) {
                    waiting.push(listed.clone());
                }
            }
        }
        found
    }
}
