//! Plain manifests: the objects of a directory, as `kubectl apply --recursive` would take them.

use std::collections::{BTreeSet, VecDeque};

use crate::kube::{Resource, Value, load};
use crate::render::accumulate::RESOURCES;
use crate::render::kustomization::SortOrder;
use crate::render::load::{check_object, list_items};
use crate::render::working::Working;
use crate::render::{Gap, Grade, RenderError, Rendered, Renderer, sort};
use crate::syntax::NodeRef;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath, Span};

/// The extensions of files that may hold manifests.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];
/// A directory with this file is a Helm chart.
const CHART: &str = "Chart.yaml";
/// The API group of what configures a build; a cluster never sees it.
const BUILD_GROUP: &str = "kustomize.config.k8s.io";

impl Renderer<'_> {
    /// The objects of a file, or of all files of a directory and below it.
    ///
    /// Directories inside that are kustomizations or Helm charts are left out: they are not applied
    /// as they stand. So is what is no Kubernetes object. Nothing here is an error: a file that
    /// cannot be read is a gap, and an object may be there twice.
    pub fn manifests(&self, root: &RepoPath) -> Result<Rendered, RenderError> {
        let files = self.manifest_files(root);
        if files.is_empty() {
            let message = format!("there is no manifest in `{root}`");
            return Err(RenderError::new(Span::file_start(FileId(0)), message)
                .help("name a directory that holds manifests"));
        }
        let mut found = Found::default();
        for &file in &files {
            self.read_manifests(file, &mut found)?;
        }
        sort::sort(&mut found.objects, &SortOrder::Default);
        let whole = found.gaps.is_empty();
        Ok(Rendered {
            grade: if whole { Grade::Whole } else { Grade::Partial },
            resources: found.objects.into_iter().map(Working::finish).collect(),
            broken: found.broken,
            inputs: BTreeSet::from_iter(files),
            gaps: found.gaps,
            removed: Vec::new(),
            deleted: Vec::new(),
            statements: Vec::new(),
            unread: Vec::new(),
            notices: Vec::new(),
            failures: Vec::new(),
            charts: Vec::new(),
            variables: None,
            told: Vec::new(),
            read_keys: Vec::new(),
            unknown_values: Vec::new(),
        })
    }

    fn manifest_files(&self, root: &RepoPath) -> Vec<FileId> {
        let snapshot = self.snapshot();
        if let Some(file) = snapshot.find(root) {
            return vec![file];
        }
        let root = snapshot.resolve(root).unwrap_or_else(|| root.clone());
        let mut foreign: Option<RepoPath> = None;
        let mut files = Vec::new();
        for (file, path) in snapshot.files_below(&root) {
            if !EXTENSIONS.contains(&path.extension().as_str())
                || foreign.as_ref().is_some_and(|foreign| path.is_in(foreign))
            {
                continue;
            }
            foreign = self.foreign_directory(path, &root);
            if foreign.is_none() {
                files.push(file);
            }
        }
        files
    }

    /// Whether a kustomization or chart above the file builds what is in its directory.
    pub fn is_built(&self, path: &RepoPath) -> bool {
        let root = RepoPath::root();
        self.kustomization_file(&root).is_some() || self.foreign_directory(path, &root).is_some()
    }

    /// The directory on the way to a file that is not applied as it stands.
    fn foreign_directory(&self, path: &RepoPath, root: &RepoPath) -> Option<RepoPath> {
        let mut directory = path.parent();
        while let Some(current) = directory.filter(|current| current != root) {
            let chart = || current.join(CHART).ok().and_then(|chart| self.snapshot().find(&chart));
            if self.kustomization_file(&current).is_some() || chart().is_some() {
                return Some(current);
            }
            directory = current.parent();
        }
        None
    }

    fn read_manifests(&self, file: FileId, found: &mut Found) -> Result<(), RenderError> {
        let parsed = self.store().yaml(file);
        let problem = parsed.problems.first().filter(|_| parsed.is_broken());
        if parsed.template || problem.is_some() {
            let span = problem.map_or(Span::file_start(file), |problem| problem.span);
            let what = if parsed.template { "template" } else { "broken file" };
            let detail = self.snapshot().path(file).to_string();
            found.gaps.push(Gap { span, what, detail, objects: true });
            return Ok(());
        }
        for document in &parsed.documents {
            let root = document.root();
            if !is_object(root) {
                continue;
            }
            match load(root, Dialect::Resource) {
                Ok(body) => found.take(body)?,
                Err(error) => found.refuse(root.span(), error.to_string()),
            }
        }
        Ok(())
    }
}

fn is_object(root: NodeRef<'_>) -> bool {
    let text = |key| root.get(key).and_then(NodeRef::text).filter(|text| !text.is_empty());
    text("kind").is_some()
        && text("apiVersion").is_some_and(|version| !version.starts_with(BUILD_GROUP))
}

/// What the files read so far hold.
#[derive(Default)]
struct Found {
    objects: Vec<Working>,
    broken: Vec<Resource>,
    gaps: Vec<Gap>,
}

impl Found {
    /// Takes an object, or the objects of a list.
    fn take(&mut self, body: Value) -> Result<(), RenderError> {
        let mut queue = VecDeque::from([body]);
        while let Some(body) = queue.pop_front() {
            let items = list_items(&body).and_then(|items| match items {
                Some(items) => Ok(Some(items)),
                None => check_object(&body).map(|()| None),
            });
            match items {
                Ok(Some(items)) => queue.extend(items),
                Ok(None) => {
                    let origin = body.span();
                    if self.objects.len() >= RESOURCES {
                        let message = format!("there are more than {RESOURCES} objects");
                        return Err(RenderError::new(origin, message).help("split the directory"));
                    }
                    self.objects.push(Working::new(body, origin));
                }
                Err(error) => {
                    self.refuse(error.span, error.message);
                    if self.broken.len() < RESOURCES && body.as_map().is_some() {
                        self.broken.push(Working::new(body.clone(), body.span()).finish());
                    }
                }
            }
        }
        Ok(())
    }

    fn refuse(&mut self, span: Span, detail: String) {
        self.gaps.push(Gap { span, what: "invalid object", detail, objects: true });
    }
}

#[cfg(test)]
mod tests {
    use crate::render::{Grade, Options, Renderer};
    use crate::source::Snapshot;
    use crate::syntax::Store;
    use crate::text::RepoPath;

    const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n";

    fn manifests(root: &str, files: &[(&str, &str)]) -> Result<(Grade, Vec<String>), String> {
        let files = files.iter().map(|(path, text)| match text.strip_prefix("object ") {
            Some(name) => (*path, OBJECT.replace("NAME", name)),
            None => (*path, (*text).to_owned()),
        });
        let snapshot = Snapshot::from_memory(files);
        let store = Store::new(&snapshot);
        let renderer = Renderer::new(&store, Options::default());
        let found = renderer.manifests(&RepoPath::new(root).unwrap());
        let found = found.map_err(|error| error.message)?;
        let names = found.resources.iter().map(|resource| resource.id.name.to_string());
        let gaps = found.gaps.iter().map(|gap| gap.what.to_owned());
        Ok((found.grade, names.chain(gaps).collect()))
    }

    #[test]
    fn all_objects_below_a_directory_count_but_those_of_kustomizations_and_charts() {
        let files = [
            ("p/b.yaml", "object b"),
            ("p/deep/a.yml", "object a"),
            ("p/twice.yaml", "object a"),
            ("p/c.json", r#"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "c"}}"#),
            (
                "p/list.yaml",
                "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: l}}]}",
            ),
            ("p/values.yaml", "a: 1\n---\n- b\n"),
            ("p/note.txt", "object txt"),
            ("p/built/kustomization.yaml", "resources: [x.yaml]"),
            ("p/built/x.yaml", "object x"),
            ("p/built/deep/x.yaml", "object x"),
            ("p/chart/Chart.yaml", "name: y"),
            ("p/chart/crds/y.yaml", "object y"),
            ("q/z.yaml", "object z"),
        ];
        let names = ["a", "a", "b", "c", "l"].map(str::to_owned).to_vec();
        assert_eq!(manifests("p", &files), Ok((Grade::Whole, names)));
        assert_eq!(manifests("q/z.yaml", &files), Ok((Grade::Whole, vec!["z".to_owned()])));
        assert!(manifests("none", &files).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        let files = [
            ("p/a.yaml", "object a"),
            ("p/b.yaml", "a: [\n"),
            ("p/c.yaml", "{{ if .Values.x }}\na: 1\n{{ end }}\n"),
            ("p/d.yaml", "apiVersion: v1\nkind: ConfigMap\n"),
            ("p/e.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: e}\ndata: {1: a}\n"),
        ];
        let (grade, names) = manifests("p", &files).unwrap();
        assert_eq!(grade, Grade::Partial);
        assert_eq!(names, ["a", "broken file", "template", "invalid object", "invalid object"]);
    }
}
