//! The variables that a module declares.

use std::collections::{BTreeMap, BTreeSet};

use crate::render::terraform::{Roots, tree};
use crate::syntax::scalar::{Dialect, Tag};
use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, Span};

/// A `variable` block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration<'d> {
    /// Its label.
    pub(super) name: Span,
    /// What it is where nobody sets it.
    pub(super) default: Option<NodeRef<'d>>,
    /// Its type.
    pub(super) kind: Option<NodeRef<'d>>,
    /// Whether nobody may see its value, where it says so.
    sensitive: Option<bool>,
}

impl Declaration<'_> {
    /// Whether nobody may see its value.
    pub(super) fn is_sensitive(&self) -> bool {
        self.sensitive == Some(true)
    }
}

/// The variables of a module by name.
pub(super) type Declared<'d> = BTreeMap<&'d str, Declaration<'d>>;

/// Reads the `variable` blocks of some files, those that override others last; those that cannot be
/// read declare nothing.
pub(super) fn declared<'d>(store: &'d Store<'_>, files: &[FileId]) -> Declared<'d> {
    let roots = files.iter().filter_map(|&file| Some(store.tree(file).documents.first()?.root()));
    let mut declared = Declared::new();
    for (label, name, body) in roots.flat_map(|root| tree::labelled(root, "variable")) {
        let above = declaration(name, body);
        declared
            .entry(label)
            .and_modify(|below| {
                // Only an override declares a variable again, and it keeps what it does not say.
                below.default = above.default.or(below.default);
                below.kind = above.kind.or(below.kind);
                below.sensitive = above.sensitive.or(below.sensitive);
            })
            .or_insert(above);
    }
    declared
}

/// The names of all variables that any module declares.
pub(in crate::render) fn all_declared<'d>(
    store: &'d Store<'_>,
    roots: &Roots,
) -> BTreeSet<&'d str> {
    let files: Vec<FileId> = roots.all().collect();
    declared(store, &files).into_keys().collect()
}

fn declaration(name: Span, body: NodeRef<'_>) -> Declaration<'_> {
    let sensitive = body.get("sensitive");
    Declaration {
        name,
        default: body.get("default"),
        kind: body.get("type"),
        // What is worked out may be true.
        sensitive: sensitive
            .map(|node| node.tag(Dialect::Plain) != Some(Tag::Bool) || node.text() == Some("true")),
    }
}
