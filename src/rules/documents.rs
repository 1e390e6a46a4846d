//! Objects as files write them: whole, in lists, and in patches inside of kustomizations.

use crate::kube::{Gvk, ResourceId};
use crate::source::SourceFile;
use crate::syntax::{NodeRef, Parsed, parse_embedded};

/// The lists of a kustomization that hold patches.
const LISTS: &[&str] = &["patches", "patchesStrategicMerge", "patchesJson6902"];

/// The patches that the kustomization file holds itself; their spans are of the file.
pub(crate) fn patches(source: &SourceFile, parsed: &Parsed) -> Vec<Parsed> {
    if !source.path.stem().eq_ignore_ascii_case("kustomization") {
        return Vec::new();
    }
    let roots = parsed.documents.iter().map(crate::syntax::Document::root);
    let items = roots.flat_map(|root| {
        let lists = LISTS.iter().filter_map(move |list| root.get(list));
        lists.flat_map(NodeRef::items)
    });
    items
        .map(|item| item.get("patch").unwrap_or(item))
        .filter_map(|patch| {
            let text = patch.text().filter(|text| text.contains('\n'))?;
            let span = patch.target().span();
            Some(parse_embedded(text, source.slice(span), span))
        })
        .collect()
}

/// The object of a document, or those of a `List`.
pub(crate) fn objects(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let is_list = root.get("kind").and_then(NodeRef::text).is_some_and(|kind| kind == "List");
    let candidates = match root.get("items").filter(|_| is_list) {
        Some(items) => items.items().collect(),
        None => vec![root],
    };
    let text = |node: NodeRef<'_>, key: &str| node.get(key).is_some_and(|v| v.text().is_some());
    candidates
        .into_iter()
        .filter(|&node| text(node, "apiVersion") && text(node, "kind"))
        .filter(|node| node.get("metadata").is_some_and(NodeRef::is_map))
        .collect()
}

/// What the object says that it is called.
pub(crate) fn identity(object: NodeRef<'_>) -> ResourceId {
    let text = |node: Option<NodeRef<'_>>, key: &str| {
        node.and_then(|node| node.get(key)).and_then(|value| value.text().map(str::to_owned))
    };
    let metadata = object.get("metadata");
    ResourceId {
        gvk: Gvk::new(
            &text(Some(object), "apiVersion").unwrap_or_default(),
            &text(Some(object), "kind").unwrap_or_default(),
        ),
        namespace: text(metadata, "namespace").unwrap_or_default().into(),
        name: text(metadata, "name").unwrap_or_default().into(),
    }
}
