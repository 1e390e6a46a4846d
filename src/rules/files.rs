//! Which files the rules about files look at.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::config::Glob;
use crate::finding::NotAnalysed;
use crate::layout::{Layout, OverlayKind};
use crate::render::Evaluated;
use crate::rules::{Context, Focus};
use crate::source::Snapshot;
use crate::syntax::{Notation, Store};
use crate::text::{FileId, RepoPath};

/// Directories whose files are not the state of any environment.
const FOREIGN_DIRECTORIES: &[&str] =
    &[".archive", "doc", "docs", "node_modules", "testdata", "test-data", "third_party", "vendor"];

/// Files that tools write.
const GENERATED_FILES: &[&str] = &["pnpm-lock.yaml", "kptfile.lock.yaml"];

/// Extensions of texts that configure something.
const TEXTS: &[&str] = &[
    "yaml",
    "yml",
    "json",
    "toml",
    "tf",
    "tofu",
    "tfvars",
    "hcl",
    "env",
    "properties",
    "conf",
    "cfg",
    "ini",
    "tpl",
    "cue",
    "jsonnet",
    "libsonnet",
    "sh",
];

/// Files of other formats in which `#` begins a comment.
const HASH_COMMENTS: &[&str] =
    &["cfg", "conf", "env", "hcl", "ini", "properties", "tf", "tfvars", "tofu", "toml"];

/// The files that are not YAML and may have comments.
pub fn commented_files(
    snapshot: &Snapshot,
    layout: &Layout,
    exclude: &[Glob],
    focus: &Focus,
) -> Vec<FileId> {
    let configurations: BTreeSet<&RepoPath> = layout.configurations().collect();
    let commented = |path: &RepoPath| {
        HASH_COMMENTS.contains(&path.extension().as_str())
            || path.file_name().starts_with(".env")
            || configurations.contains(path)
    };
    own_files(snapshot, exclude, focus, commented).map(|(file, _)| file).collect()
}

/// The YAML files among the manifests that a pipeline rendered: whether they can be read is all that
/// is asked of them as files.
pub(super) fn rendered_files(snapshot: &Snapshot) -> impl Iterator<Item = FileId> {
    snapshot.mounted().iter().copied().filter(|&file| is_yaml(snapshot.path(file)))
}

/// The files in other notations that overlays are made of: configuration of environments, and what
/// generators take into objects.
pub(crate) fn configuration_files(cx: &Context<'_>) -> Vec<FileId> {
    of_overlays(cx, |kind, path| match Notation::of(path.file_name()) {
        None | Some(Notation::Yaml) => false,
        // What kustomize reads as an object has rules of its own.
        Some(Notation::Json) => kind == OverlayKind::Configuration,
        Some(_) => true,
    })
}

/// The files in notations of their own that generators take into objects, with `#` for comments:
/// `nginx.conf`.
pub(crate) fn generated_texts(cx: &Context<'_>) -> Vec<FileId> {
    of_overlays(cx, |kind, path| {
        let known = Notation::of(path.file_name()).is_some();
        kind == OverlayKind::Kustomize
            && !known
            && HASH_COMMENTS.contains(&path.extension().as_str())
    })
}

/// The files that are the configuration of an environment as a whole.
pub(crate) fn configurations(cx: &Context<'_>) -> Vec<FileId> {
    of_overlays(cx, |kind, path| {
        let notation = Notation::of(path.file_name());
        matches!(kind, OverlayKind::Configuration | OverlayKind::Terraform)
            && notation.is_some_and(|notation| notation != Notation::Yaml)
    })
}

fn of_overlays(cx: &Context<'_>, wanted: impl Fn(OverlayKind, &RepoPath) -> bool) -> Vec<FileId> {
    let taken =
        |found: &Evaluated<'_>, file: FileId| wanted(found.overlay.kind, cx.snapshot.path(file));
    let read = cx.evaluated.iter().filter_map(|found| Some((found, found.output()?)));
    let taken = &taken;
    let files = read.flat_map(move |(found, rendered)| {
        rendered.inputs.iter().copied().filter(move |&file| taken(found, file))
    });
    let files: BTreeSet<FileId> = files.filter(|&file| is_looked_at(cx, file)).collect();
    files.into_iter().collect()
}

/// Whether the rules about files have anything to say of a file.
pub(super) fn is_looked_at(cx: &Context<'_>, file: FileId) -> bool {
    let path = cx.snapshot.path(file);
    cx.focus.has_file(path) && !is_foreign(path) && !is_excluded(path, &cx.config.exclude)
}

/// The YAML files to look at, parsed, and those that were left out for a reason to be told.
pub fn checked_files(
    store: &Store<'_>,
    exclude: &[Glob],
    focus: &Focus,
) -> (Vec<FileId>, Vec<NotAnalysed>) {
    let snapshot = store.snapshot();
    let candidates: Vec<_> = own_files(snapshot, exclude, focus, is_yaml)
        .map(|(file, path)| (file, path, templates_around(snapshot, path)))
        .collect();
    let templates: Vec<_> = candidates
        .par_iter()
        .map(|(file, _, in_chart)| match in_chart {
            Some(_) => None,
            None => store.yaml(*file).template,
        })
        .collect();
    let mut files = Vec::new();
    let mut left_out = Vec::new();
    let mut of_charts: BTreeMap<RepoPath, usize> = BTreeMap::new();
    for ((file, path, in_chart), template) in candidates.into_iter().zip(templates) {
        match (in_chart, template) {
            (Some(templates), _) => *of_charts.entry(templates).or_default() += 1,
            (None, Some(template)) => {
                let (path, span) = (path.clone(), Some(template.span));
                let detail = template.to_string();
                left_out.push(NotAnalysed { path, span, what: "template", detail });
            }
            (None, None) => files.push(file),
        }
    }
    // A chart is rendered as a whole or not at all: it is told once.
    left_out.extend(of_charts.into_iter().map(|(path, count)| {
        let files = if count == 1 { "file" } else { "files" };
        let detail = format!("of a Helm chart, not rendered: {count} {files}");
        NotAnalysed { path, span: None, what: "template", detail }
    }));
    (files, left_out)
}

/// The files of the repository's own text that configure something, templates included.
pub(crate) fn text_files<'s>(
    snapshot: &'s Snapshot,
    exclude: &[Glob],
    focus: &Focus,
) -> impl Iterator<Item = (FileId, &'s RepoPath)> {
    own_files(snapshot, exclude, focus, |path| TEXTS.contains(&path.extension().as_str()))
}

fn own_files<'s>(
    snapshot: &'s Snapshot,
    exclude: &[Glob],
    focus: &Focus,
    wanted: impl Fn(&RepoPath) -> bool,
) -> impl Iterator<Item = (FileId, &'s RepoPath)> {
    let looked_at = move |path: &RepoPath| {
        focus.has_file(path) && wanted(path) && !is_foreign(path) && !is_excluded(path, exclude)
    };
    snapshot.files().filter(move |(_, path)| looked_at(path))
}

/// Whether the file name says YAML; kustomize reads files that are called `Kustomization`.
pub fn is_yaml(path: &RepoPath) -> bool {
    path.is_yaml() || path.file_name() == "Kustomization"
}

/// Whether the configuration leaves the path out.
pub fn is_excluded(path: &RepoPath, exclude: &[Glob]) -> bool {
    exclude.iter().any(|glob| glob.matches(path.as_str()))
}

fn is_foreign(path: &RepoPath) -> bool {
    let foreign = |name: &str| name.starts_with('.') || FOREIGN_DIRECTORIES.contains(&name);
    path.parent().is_some_and(|directory| directory.segments().any(foreign))
        || GENERATED_FILES.contains(&path.file_name().to_ascii_lowercase().as_str())
}

/// The `templates` directory of a chart that a file lies in.
fn templates_around(snapshot: &Snapshot, path: &RepoPath) -> Option<RepoPath> {
    let mut directory = path.parent();
    while let Some(current) = directory {
        directory = current.parent();
        if current.file_name() == "templates"
            && let Some(chart) = directory.as_ref().and_then(|dir| dir.join("Chart.yaml").ok())
            && snapshot.find(&chart).is_some()
        {
            return Some(current);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{checked_files, commented_files};
    use crate::config::Glob;
    use crate::layout::{Choices, Layout};
    use crate::rules::Focus;
    use crate::source::Snapshot;
    use crate::syntax::Store;

    #[test]
    fn templates_are_told_and_foreign_files_are_not_looked_at() {
        let snapshot = Snapshot::from_memory([
            ("a.yaml", "a: 1\n"),
            ("b.yml", "{{ if x }}\na: 1\n"),
            ("chart/Chart.yaml", "name: x\n"),
            ("chart/templates/c.yaml", "c: 1\n"),
            ("templates/d.yaml", "d: 1\n"),
            ("docs/e.yaml", "e: [\n"),
            (".chainsaw-test/e.yaml", "e: 1\n"),
            ("old/f.yaml", "f: 1\n"),
            ("x/Kustomization", "resources: []\n"),
            ("x/.env.staging", "A=1\n"),
            ("vendor/a.tf", "a = 1\n"),
            ("x/main.tf", "a = 1\n"),
            ("g.txt", "g\n"),
        ]);
        let store = Store::new(&snapshot);
        let (files, left_out) =
            checked_files(&store, &[Glob::parse("old/**").unwrap()], &Focus::Everything);
        let files: Vec<_> = files.iter().map(|&file| snapshot.path(file).as_str()).collect();
        assert_eq!(files, ["a.yaml", "chart/Chart.yaml", "templates/d.yaml", "x/Kustomization"]);
        let layout = Layout::discover(&store, &Choices::default());
        let commented = commented_files(&snapshot, &layout, &[], &Focus::Everything);
        let commented: Vec<_> =
            commented.iter().map(|&file| snapshot.path(file).as_str()).collect();
        assert_eq!(commented, ["x/.env.staging", "x/main.tf"]);
        let left_out: Vec<_> = left_out.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(left_out, ["b.yml", "chart/templates"]);
    }
}
