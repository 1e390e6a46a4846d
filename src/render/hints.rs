//! Schemas in comments: `items: # {"x-kubernetes-patch-strategy": "merge", …}` says how a list is
//! merged, whatever the kind.

use std::sync::Arc;

use crate::kube::MergeKeys;
use crate::syntax::{Comment, NodeRef, Parsed, parse_yaml};
use crate::text::Span;

/// What a comment must hold to change how something is merged.
const MARK: &str = "x-kubernetes-patch-strategy";
/// Most comments of one file that count: each takes a search through the whole file.
const HINTS: usize = 64;

/// A key and the schema that stands behind it.
#[derive(Debug, Clone)]
pub(crate) struct Hint {
    key: Span,
    schema: Arc<str>,
}

/// The hints in a file.
pub(crate) fn of(parsed: &Parsed) -> Arc<[Hint]> {
    let comments = parsed.comments.iter().filter(|comment| comment.text.contains(MARK)).take(HINTS);
    let hints = comments.filter_map(|comment| {
        let roots = parsed.documents.iter().map(|document| document.root());
        let key = roots.filter_map(|root| key_before(root, comment)).max_by_key(|key| key.end)?;
        Some(Hint { key, schema: (*comment.text).into() })
    });
    hints.collect()
}

/// The key on whose line a comment stands before the value begins.
fn key_before(node: NodeRef<'_>, comment: &Comment) -> Option<Span> {
    if node.is_alias() {
        return None;
    }
    let comment_span = comment.span;
    let own = node.entries().filter_map(|(key, value)| {
        let fits = key.span().end <= comment_span.start && value.span().start >= comment_span.end;
        let here = fits.then(|| key.span());
        let inner = key_before(value, comment);
        here.into_iter().chain(inner).max_by_key(|key| key.end)
    });
    let items = node.items().filter_map(|item| key_before(item, comment));
    own.chain(items).max_by_key(|key| key.end)
}

/// The lists that a patch merges, where hints have a say.
pub(crate) fn add(keys: &MergeKeys, hints: &[&[Hint]]) -> MergeKeys {
    let mut keys = keys.clone();
    for hint in hints.iter().copied().flatten() {
        let parsed = parse_yaml(hint.key.file, &hint.schema);
        if let Some(document) = parsed.documents.first() {
            keys.hint(hint.key, document.root());
        }
    }
    keys
}
