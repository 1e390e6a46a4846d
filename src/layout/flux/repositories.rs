//! Which of the sources that objects of Flux name are this repository.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::argocd::address;
use crate::layout::flux::declared::{Declared, Kustomization, SourceId};

/// The addresses of sources, and those of this repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repositories {
    /// An object may have several where patches choose one.
    addresses: BTreeMap<SourceId, BTreeSet<String>>,
    /// Sources that stand for one state and not for what is there now.
    pinned: BTreeSet<SourceId>,
    own: BTreeSet<String>,
}

impl Repositories {
    /// `entries`: the objects that deploy the directory which they stand in.
    pub(super) fn of<'d>(
        declared: impl Iterator<Item = &'d Declared>,
        entries: impl Iterator<Item = &'d Kustomization>,
    ) -> Self {
        let mut found = Self::default();
        for object in declared {
            if let Declared::Source { id, url, pinned } = object {
                found.addresses.entry(id.clone()).or_default().insert(address(url));
                if *pinned {
                    found.pinned.insert(id.clone());
                }
            }
        }
        let homes: BTreeSet<&SourceId> = entries.filter_map(|it| it.source.as_ref()).collect();
        let own = homes.iter().filter_map(|id| found.addresses.get(*id)).flatten();
        found.own = own.cloned().collect();
        found
    }

    /// Whether a source may be this repository: nothing says that it is another one.
    pub(super) fn is_here(&self, id: &SourceId) -> bool {
        let mut addresses = self.named(id).flat_map(|(_, addresses)| addresses).peekable();
        self.own.is_empty()
            || addresses.peek().is_none()
            || addresses.any(|address| self.own.contains(address))
    }

    /// Whether a source may be this repository as it is now.
    pub fn is_current(&self, kind: &str, namespace: &str, name: &str) -> bool {
        let id = (kind.to_owned(), namespace.to_owned(), name.to_owned());
        let pinned = self.named(&id).any(|(known, _)| self.pinned.contains(known));
        self.is_here(&id) && !pinned
    }

    /// The sources of a kind and name; a namespace that one of them lacks may be set later.
    fn named<'s>(
        &'s self,
        id: &'s SourceId,
    ) -> impl Iterator<Item = (&'s SourceId, &'s BTreeSet<String>)> {
        self.addresses.iter().filter(move |(known, _)| {
            known.0 == id.0
                && known.2 == id.2
                && (known.1 == id.1 || known.1.is_empty() || id.1.is_empty())
        })
    }
}
