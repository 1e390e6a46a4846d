//! Files that are templates, to be filled in before they are YAML.

use crate::syntax::node::{Document, NodeKind};

/// Whether a text that does not parse as YAML has the marks of a template.
pub(super) fn looks_like_template(text: &str) -> bool {
    ["{{", "{%", "<%", "${{"].iter().any(|mark| text.contains(mark))
}

/// The same of a notation in which a bare variable is a mistake until it is filled in.
pub(super) fn waits_for_values(text: &str) -> bool {
    looks_like_template(text) || text.contains("${")
}

/// Whether a document that parses does so by accident: `{{ x }}` reads as a map that is a key.
pub(super) fn has_template_key(document: &Document) -> bool {
    document.nodes.iter().any(|node| match &node.kind {
        NodeKind::Map(entries) => entries.iter().any(|entry| {
            let key = &document.nodes[entry.key.0 as usize];
            matches!(key.kind, NodeKind::Map(_)) && key.span.start == node.span.start + 1
        }),
        _ => false,
    })
}
