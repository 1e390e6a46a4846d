//! Patches that stand inside a kustomization file as a text: YAML of their own.

use crate::source::SourceFile;
use crate::syntax::{NodeRef, Parsed, parse_embedded};

/// The lists of a kustomization that hold patches.
const LISTS: &[&str] = &["patches", "patchesStrategicMerge", "patchesJson6902"];

/// The patches that the kustomization file holds itself; their spans are of the file.
pub(super) fn patches(source: &SourceFile, parsed: &Parsed) -> Vec<Parsed> {
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
