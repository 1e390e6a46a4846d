//! Charts that kustomize inflates: `helmCharts` of a kustomization, and generators of their own.

use crate::kube::load;
use crate::layout::is_kustomization;
use crate::render::helm::told::{Layer, Release};
use crate::source::Snapshot;
use crate::syntax::scalar::Dialect;
use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, RepoPath};

/// The kind of a generator in a file of its own.
const GENERATOR: &str = "HelmChartInflationGenerator";
/// The list of a kustomization.
const LIST: &str = "helmCharts";
/// Where kustomize looks for charts.
const HOME: &str = "charts";

/// Whether a file inflates charts.
pub(super) fn is_generator(snapshot: &Snapshot, path: &RepoPath) -> bool {
    let mark = if is_kustomization(path.file_name()) { LIST } else { GENERATOR };
    let file = snapshot.find(path).and_then(|file| snapshot.file(file).ok());
    file.is_some_and(|source| source.text.contains(mark))
}

/// Every chart that a kustomization or a generator inflates.
pub(super) fn releases(store: &Store<'_>) -> Vec<Release> {
    let snapshot = store.snapshot();
    let mut found = Vec::new();
    for (file, path) in snapshot.files() {
        let named = is_kustomization(path.file_name());
        if !(named || path.is_yaml()) {
            continue;
        }
        let Ok(source) = snapshot.file(file) else { continue };
        let mark = if named { LIST } else { GENERATOR };
        let Some(directory) = path.parent().filter(|_| source.text.contains(mark)) else {
            continue;
        };
        for document in &store.yaml(file).documents {
            let root = document.root();
            let globals = root.get("helmGlobals").and_then(|globals| globals.get("chartHome"));
            let home = globals.or(root.get("chartHome")).and_then(NodeRef::text).unwrap_or(HOME);
            let own = root.get("kind").and_then(NodeRef::text) == Some(GENERATOR);
            let listed = root.get(LIST).into_iter().flat_map(NodeRef::items);
            let entries = own.then_some(root).into_iter().chain(listed);
            found.extend(entries.filter_map(|entry| release(&directory, file, home, entry)));
        }
    }
    found
}

fn release(directory: &RepoPath, file: FileId, home: &str, entry: NodeRef<'_>) -> Option<Release> {
    let text = |key: &str| entry.get(key).and_then(NodeRef::text).filter(|text| !text.is_empty());
    let name = text("name").or(text("chartName"))?;
    let remote = text("repo").or(text("chartRepo")).is_some();
    let first = text("valuesFile").or(text("values")).into_iter();
    let more = entry.get("additionalValuesFiles").into_iter().flat_map(NodeRef::items);
    let files = first.chain(more.filter_map(NodeRef::text));
    let mut layers: Vec<Layer> = files.map(|path| Layer::File(path.to_owned())).collect();
    let inline = entry.get("valuesInline").filter(|inline| inline.is_map());
    if let Some(inline) = inline.and_then(|inline| load(inline, Dialect::Config).ok()) {
        match text("valuesMerge") {
            None | Some("override") => layers.push(Layer::Inline(inline)),
            Some("merge") => layers.insert(0, Layer::Inline(inline)),
            Some(_) => layers = vec![Layer::Inline(inline)],
        }
    }
    let chart = (!remote).then(|| format!("{home}/{name}"));
    Some(Release { directory: directory.clone(), file, name: name.to_owned(), chart, layers })
}
