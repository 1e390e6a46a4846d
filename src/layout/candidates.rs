//! What could be deployed: kustomization directories, manifest directories, values and variables.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::Choices;
use crate::layout::OverlayKind;
use crate::layout::Unplaced;
use crate::layout::defaults;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::kustomizations::is_kustomization;
use crate::layout::lexicon::Lexicon;
use crate::layout::lexicon::Mark;
use crate::layout::words;
use crate::syntax::Store;
use crate::text::FileId;
use crate::text::RepoPath;

/// Something that may be an overlay if an environment can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The directory or file.
    pub root: RepoPath,
    /// How it would be rendered.
    pub kind: OverlayKind,
    /// The path's segments; the extension of a file is left out.
    pub parts: Vec<String>,
    /// What stands above each part, see [`Candidate::above`].
    levels: Vec<String>,
    /// The extension that was left out, with its dot; empty for a directory.
    pub extension: String,
    /// The last part is the name of a file.
    file: bool,
}

impl Candidate {
    /// A candidate whose root is a directory.
    pub(super) fn directory(root: RepoPath, kind: OverlayKind) -> Self {
        Self::new(root, kind, "")
    }

    /// A candidate whose root is a file that is named as a whole.
    pub(super) fn file(root: RepoPath, kind: OverlayKind) -> Self {
        Self { file: true, ..Self::new(root, kind, "") }
    }

    /// A candidate; `extension` is that of a file and empty for a directory.
    fn new(root: RepoPath, kind: OverlayKind, extension: &str) -> Self {
        let mut parts: Vec<String> = root.segments().map(str::to_owned).collect();
        let mut levels = Vec::with_capacity(parts.len());
        let mut level = String::new();
        for name in &parts {
            levels.push(level.clone());
            level.push_str(if words::is_place(name) { "{variant}" } else { name });
            level.push('/');
        }
        if let Some(name) = parts.last_mut() {
            name.truncate(name.len().saturating_sub(extension.len()));
        }
        let file = !extension.is_empty();
        Self { root, kind, parts, levels, extension: extension.to_owned(), file }
    }

    /// The path above a part, each segment ending in `/`, with regions and numbers replaced by
    /// `{variant}`, so that `ring-1/a` and `ring-2/b` stand in one place.
    pub(super) fn above(&self, part: usize) -> &str {
        self.levels.get(part).map_or("", String::as_str)
    }

    /// Whether the file is called otherwise than its parts say: it says in itself what it is for.
    pub(super) fn is_renamed(&self) -> bool {
        let name = self.parts.last().map_or("", String::as_str);
        self.root.file_name().strip_suffix(&self.extension).is_some_and(|own| own != name)
    }

    /// Whether the last part is a file's stem.
    pub(super) fn is_file(&self) -> bool {
        self.file
    }
}

/// What each directory holds.
pub(super) type Directories = BTreeMap<RepoPath, Contents>;

/// What one directory holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    kustomization: bool,
    chart: bool,
    /// A module of Terraform, or what Terragrunt makes one of.
    modules: bool,
    yaml: Vec<FileId>,
    variables: Vec<FileId>,
}

/// Paths of more segments are not looked at: the work grows with the square of the depth.
pub(super) const DEEPEST: usize = 100;

/// What configures a directory of Terragrunt, and files whose values it gives to all directories below.
const TERRAGRUNT: &str = "terragrunt.hcl";
const TERRAGRUNT_VALUES: &[&str] = &[
    "account.hcl",
    "account_vars.hcl",
    "env.hcl",
    "env_vars.hcl",
    "environment.hcl",
    "region.hcl",
    "region_vars.hcl",
    "stage.hcl",
];
/// Directories of modules of Terraform that others call.
const MODULES: &[&str] = &["module", "modules"];

/// Whether a file is part of a Terraform module.
pub(super) fn is_terraform(path: &RepoPath) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| path.file_name().ends_with(end))
}

/// Names of files and directories that say where Terraform keeps its state.
const STATE: &[&str] = &["backend", "backend-config", "backend_config", "backends"];

/// The extension of a file of variables of Terraform or Terragrunt; `None` for any other, and for what
/// configures where the state is kept.
pub(super) fn variables_extension(path: &RepoPath) -> Option<&'static str> {
    let name = path.file_name();
    let state = |name: &str| STATE.contains(&name.split('.').next().unwrap_or(name));
    if path.segments().rev().take(2).any(state) {
        return None;
    }
    let file = [".tfvars.json", ".tfvars"].into_iter().find(|end| name.ends_with(end));
    file.or_else(|| TERRAGRUNT_VALUES.contains(&name).then_some(".hcl"))
}

/// Lists the candidates in the order of their paths; trees aside are left to the caller.
pub(super) fn gather(
    store: &Store<'_>,
    kustomizations: &Kustomizations,
    directories: &Directories,
    lexicon: &mut Lexicon,
) -> Vec<Candidate> {
    learn_names(store, directories, lexicon);
    let mut marks: BTreeMap<&str, Option<Mark>> = BTreeMap::new();
    for name in directories.keys().flat_map(RepoPath::segments) {
        marks.entry(name).or_insert_with(|| lexicon.read(name));
    }
    let charts = directories.iter().filter(|(_, contents)| contents.chart);
    let charts = charts.map(|(directory, _)| directory.file_name()).collect();
    let gather = Gather { store, kustomizations, lexicon, marks, charts };
    let mut candidates = vec![];
    for (directory, contents) in directories {
        gather.directory(directory, contents, directories, &mut candidates);
    }
    candidates.sort_by(|a, b| (&a.root, a.kind).cmp(&(&b.root, b.kind)));
    candidates
}

/// Lists what the directories hold, and the files that lie too deep.
pub(super) fn contents(store: &Store<'_>, choices: &Choices) -> (Directories, BTreeSet<Unplaced>) {
    let mut unplaced = BTreeSet::new();
    let mut directories = Directories::new();
    let mut current: Option<(RepoPath, Contents)> = None;
    for (file, path) in store.snapshot().files() {
        if choices.excludes.is_match(path.as_str()) {
            continue;
        }
        if path.segments().nth(DEEPEST).is_some() {
            let why = format!("the path has more than {DEEPEST} segments");
            unplaced.insert(Unplaced { root: path.clone(), why });
            continue;
        }
        let name = path.file_name();
        let inside = |directory: &RepoPath| {
            path.as_str().len()
                == directory.as_str().len() + usize::from(!directory.is_root()) + name.len()
                && path.is_in(directory)
        };
        if !current.as_ref().is_some_and(|(directory, _)| inside(directory)) {
            if let Some((directory, contents)) = current.take() {
                merge(&mut directories, directory, contents);
            }
            current = path.parent().map(|parent| (parent, Contents::default()));
        }
        let Some((_, contents)) = &mut current else { continue };
        match name {
            _ if is_kustomization(name) => contents.kustomization = true,
            "Chart.yaml" => contents.chart = true,
            _ if path.is_yaml() => contents.yaml.push(file),
            _ if is_terraform(path) || name == TERRAGRUNT => contents.modules = true,
            _ if variables_extension(path).is_some() => contents.variables.push(file),
            _ => {}
        }
    }
    if let Some((directory, contents)) = current {
        merge(&mut directories, directory, contents);
    }
    (directories, unplaced)
}

/// A directory's files do not stand together in path order when it has directories among them.
fn merge(directories: &mut Directories, directory: RepoPath, contents: Contents) {
    let known = directories.entry(directory).or_default();
    known.kustomization |= contents.kustomization;
    known.chart |= contents.chart;
    known.modules |= contents.modules;
    known.yaml.extend(contents.yaml);
    known.variables.extend(contents.variables);
}

/// Shows the lexicon every group of names that stand beside each other.
fn learn_names(store: &Store<'_>, directories: &Directories, lexicon: &mut Lexicon) {
    let mut siblings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for directory in store.snapshot().directories() {
        if let Some((parent, name)) = directory.as_str().rsplit_once('/') {
            siblings.entry(parent).or_default().push(name);
        } else if !directory.is_root() {
            siblings.entry("").or_default().push(directory.as_str());
        }
    }
    for names in siblings.values().filter(|names| names.len() > 1) {
        lexicon.learn(names.iter().copied());
    }
    for contents in directories.values() {
        let files = contents.yaml.iter().chain(&contents.variables);
        let stems: Vec<&str> = files.map(|&file| store.snapshot().path(file).stem()).collect();
        if stems.len() > 1 {
            lexicon.learn(stems.into_iter());
        }
    }
}

struct Gather<'a> {
    store: &'a Store<'a>,
    kustomizations: &'a Kustomizations,
    lexicon: &'a Lexicon,
    /// What each directory's name says.
    marks: BTreeMap<&'a str, Option<Mark>>,
    /// What the directories of charts are called.
    charts: BTreeSet<&'a str>,
}

impl Gather<'_> {
    /// The environments that the names on the way to a directory may hold.
    fn marks<'m>(&'m self, directory: &'m RepoPath) -> impl Iterator<Item = &'m Mark> {
        directory.segments().filter_map(|name| self.marks.get(name)?.as_ref())
    }

    fn directory(
        &self,
        directory: &RepoPath,
        contents: &Contents,
        all: &Directories,
        candidates: &mut Vec<Candidate>,
    ) {
        if contents.kustomization {
            let component =
                self.kustomizations.all.get(directory).is_some_and(|found| found.component);
            if !component {
                candidates.push(Candidate::directory(directory.clone(), OverlayKind::Kustomize));
            }
        }
        let marked = self.marks(directory).next().is_some();
        self.terraform(directory, contents, marked, candidates);
        if contents.yaml.is_empty() || inside_chart(directory, all) {
            return;
        }
        self.values(contents, marked, candidates);
        if !marked {
            self.defaults(contents, candidates);
        }
        if !(marked || contents.chart || contents.kustomization) {
            self.manifest_files(contents, candidates);
        }
        if marked && !contents.chart && self.is_manifest_directory(directory, contents) {
            candidates.push(Candidate::directory(directory.clone(), OverlayKind::Manifests));
        }
    }

    /// Files of variables, and root modules that belong to one environment with all that lies in them.
    fn terraform(
        &self,
        directory: &RepoPath,
        contents: &Contents,
        marked: bool,
        candidates: &mut Vec<Candidate>,
    ) {
        let called = directory.segments().any(|name| MODULES.contains(&name));
        let files = contents.variables.iter().filter_map(|&file| {
            let path = self.store.snapshot().path(file);
            Some(Candidate::new(path.clone(), OverlayKind::Terraform, variables_extension(path)?))
        });
        // `prod_backend.tfvars` says where the state is; `backend-for-apps.tfvars` may say anything.
        let state = |file: &Candidate| {
            let mark = file.parts.last().and_then(|stem| self.lexicon.read(stem));
            mark.is_some_and(|mark| mark.rest.split('-').any(|word| STATE.contains(&word)))
        };
        let files: Vec<Candidate> = files.filter(|file| !state(file)).collect();
        let told = files.iter().filter(|candidate| self.marks_last(candidate)).count();
        // Several files that are named after environments are what one module is given in each.
        if marked && !called && told < 2 && contents.modules {
            candidates.push(Candidate::directory(directory.clone(), OverlayKind::Terraform));
            return;
        }
        candidates.extend(files.into_iter().filter(|file| marked || self.marks_last(file)));
    }

    fn marks_last(&self, candidate: &Candidate) -> bool {
        candidate.parts.last().is_some_and(|name| self.lexicon.read(name).is_some())
    }

    /// Values files: `values-prod.yaml`, `prod/values.yaml`, `config/prod.yaml`, and `prod/orders.yaml`
    /// where a chart is called `orders`.
    fn values(&self, contents: &Contents, marked: bool, candidates: &mut Vec<Candidate>) {
        for &file in &contents.yaml {
            let path = self.store.snapshot().path(file);
            if self.kustomizations.referenced.contains_key(path) {
                continue;
            }
            let stem = path.stem();
            let mut tokens = stem.split(['-', '_', '.']);
            let named = tokens.any(|token| token.eq_ignore_ascii_case("values"));
            let mark = self.lexicon.read(stem);
            let wanted = match &mark {
                Some(_) if named || contents.chart => true,
                Some(mark) => {
                    let parent = path.segments().rev().nth(1).unwrap_or("");
                    !contents.kustomization
                        && (mark.is_exact() || words::is_value_holder(parent))
                        && !is_manifest(self.store, file)
                }
                None if named => marked || !stem.eq_ignore_ascii_case("values"),
                None => {
                    marked
                        && (self.in_value_holder(path) || self.charts.contains(stem))
                        && !is_manifest(self.store, file)
                }
            };
            if wanted {
                let extension = format!(".{}", path.extension());
                let kind = OverlayKind::HelmValues;
                candidates.push(Candidate::new(path.clone(), kind, &extension));
            }
        }
    }

    /// `values.yaml` where it is what production gets.
    fn defaults(&self, contents: &Contents, candidates: &mut Vec<Candidate>) {
        let path = |file: &FileId| self.store.snapshot().path(*file);
        let Some(file) = contents.yaml.iter().find(|file| path(file).stem() == defaults::VALUES)
        else {
            return;
        };
        let stems: Vec<&str> = contents.yaml.iter().map(|file| path(file).stem()).collect();
        let Some(name) = defaults::named(self.store, self.lexicon, *file, &stems) else { return };
        let path = path(file);
        let extension = format!(".{}", path.extension());
        let mut candidate = Candidate::new(path.clone(), OverlayKind::HelmValues, &extension);
        if let Some(last) = candidate.parts.last_mut() {
            *last = name;
        }
        candidates.push(candidate);
    }

    /// Manifests of several environments side by side: `k8s/prod.yaml`, `k8s/orders-prod.yaml`.
    fn manifest_files(&self, contents: &Contents, candidates: &mut Vec<Candidate>) {
        for &file in &contents.yaml {
            let path = self.store.snapshot().path(file);
            if self.lexicon.read(path.stem()).is_some()
                && !self.kustomizations.referenced.contains_key(path)
                && is_manifest(self.store, file)
            {
                let extension = format!(".{}", path.extension());
                let kind = OverlayKind::Manifests;
                candidates.push(Candidate::new(path.clone(), kind, &extension));
            }
        }
    }

    /// Whether the environment of a file stands in a directory of values: `values/prod/x.yaml`.
    fn in_value_holder(&self, path: &RepoPath) -> bool {
        let names = path.segments().skip(1);
        path.segments().zip(names).any(|(above, name)| {
            words::is_value_holder(above)
                && self.lexicon.read(name).is_some_and(|mark| mark.is_exact())
        })
    }

    /// A directory with manifests that no kustomization takes care of.
    fn is_manifest_directory(&self, directory: &RepoPath, contents: &Contents) -> bool {
        let covered = self.kustomizations.covering(directory).is_some_and(|above| {
            // A kustomization above the environment lists what it covers by name.
            let below = directory.as_str().get(above.as_str().len()..).unwrap_or("");
            let told = |segment: &str| self.lexicon.read(segment).is_some();
            above.segments().any(told) || !below.split('/').any(told)
        });
        let files = || contents.yaml.iter().map(|&file| (file, self.store.snapshot().path(file)));
        !covered
            && !files().any(|(_, path)| self.kustomizations.referenced.contains_key(path))
            && files().any(|(file, _)| is_manifest(self.store, file))
    }
}

/// Whether a text has the two keys of every manifest at the start of lines.
pub(super) fn is_manifest(store: &Store<'_>, file: FileId) -> bool {
    let Ok(source) = store.snapshot().file(file) else { return false };
    let has = |key: &str| source.text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}

/// Whether a directory belongs to a chart itself: templates, tests, charts that it depends on.
fn inside_chart(directory: &RepoPath, all: &Directories) -> bool {
    let mut at = directory.clone();
    while let Some(parent) = at.parent() {
        let inner = matches!(at.file_name(), "templates" | "crds" | "charts" | "ci");
        if inner && all.get(&parent).is_some_and(|contents| contents.chart) {
            return true;
        }
        at = parent;
    }
    false
}
