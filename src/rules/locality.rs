//! Where a place is, in names that outlive an edit: no paths of files, no lines.

use crate::rules::{Context, is_yaml};
use crate::syntax::{Document, NodeRef};
use crate::text::{RepoPath, Span};

/// The overlay that a place belongs to, and the object around it, or the file's own name.
///
/// Moving a file inside its overlay, or another document inside its file, does not change it.
pub(crate) fn locality(cx: &Context<'_>, place: Span) -> [String; 2] {
    let path = cx.snapshot.path(place.file);
    let overlays = cx.layout.units.iter().flat_map(|unit| {
        let environment = |at: usize| cx.layout.environment(at).map_or("", |e| e.name.as_str());
        unit.overlays.iter().filter(|overlay| path.is_in(&overlay.root)).map(move |overlay| {
            let variant = overlay.variant.as_deref().unwrap_or("");
            let names = [&*unit.name, environment(overlay.environment), variant].join("\n");
            (overlay.root.segments().count(), names)
        })
    });
    let overlay = overlays.max().map(|(_, names)| names);
    let name = object(cx, place).unwrap_or_else(|| {
        let parent = path.parent();
        let directory = parent.as_ref().filter(|_| overlay.is_none()).map(RepoPath::file_name);
        // Of files that must have one name, the directory tells which.
        let named = path.stem().eq_ignore_ascii_case("kustomization");
        directory.filter(|_| named).unwrap_or_else(|| path.file_name()).to_owned()
    });
    [overlay.unwrap_or_default(), name]
}

/// Kind, namespace and name of the object whose document the place is in.
fn object(cx: &Context<'_>, place: Span) -> Option<String> {
    if !is_yaml(cx.snapshot.path(place.file)) {
        return None;
    }
    let documents = &cx.store.yaml(place.file).documents;
    let begun = documents.partition_point(|document| document.root().span().start <= place.start);
    let root = documents.get(begun.saturating_sub(1)).map(Document::root)?;
    let text = |node: NodeRef<'_>, key: &str| node.get(key)?.text().map(str::to_owned);
    let metadata = root.get("metadata")?;
    let namespace = text(metadata, "namespace").unwrap_or_default();
    Some([text(root, "kind")?, namespace, text(metadata, "name")?].join("\n"))
}
