//! An object on its way through the transformers, and the names that it has had.

use std::sync::Arc;

use crate::kube::field_specs::selects;
use crate::kube::kinds::is_cluster_scoped;
use crate::kube::{Action, Gvk, Resource, ResourceId, Value};
use crate::render::edit;
use crate::render::hints::Hint;
use crate::text::Span;

/// What stands for the namespace of an object that lives outside of namespaces.
const CLUSTER: &str = "_cluster_";

/// What a generator does when its object exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behavior {
    Create,
    Replace,
    Merge,
}

/// An identity that an object had before it was renamed. Group and version are always the current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    /// The effective namespace, see [`effective_namespace`].
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) kind: Arc<str>,
}

/// An object on its way through the transformers. Copies share the body.
#[derive(Debug, Clone)]
pub(crate) struct Working {
    pub(crate) body: Value,
    pub(crate) id: ResourceId,
    /// The oldest first.
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<Arc<str>>,
    pub(crate) suffixes: Vec<Arc<str>>,
    /// The generator's entry, if the name gets a content hash.
    pub(crate) hashed: Option<Span>,
    pub(crate) behavior: Behavior,
    /// Where the object was declared or generated.
    pub(crate) origin: Span,
    /// The schemas that the comments of its file hold.
    pub(crate) hints: Arc<[Hint]>,
    /// The variables that take their value from this object.
    pub(crate) vars: Vec<Arc<str>>,
}

/// What makes two objects the same one.
pub(crate) type Key = (Gvk, Arc<str>, Arc<str>);

/// The namespace that counts when identities are compared.
pub(crate) fn effective_namespace(id: &ResourceId) -> Arc<str> {
    if is_cluster_scoped(&id.gvk) {
        CLUSTER.into()
    } else if id.namespace.is_empty() {
        "default".into()
    } else {
        Arc::clone(&id.namespace)
    }
}

/// What makes an identity equal to another.
pub(crate) fn key(id: &ResourceId) -> Key {
    (id.gvk.clone(), effective_namespace(id), Arc::clone(&id.name))
}

impl Working {
    /// A fresh object.
    pub(crate) fn new(body: Value, origin: Span) -> Self {
        Self {
            id: ResourceId::of(&body),
            body,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            hashed: None,
            behavior: Behavior::Create,
            origin,
            hints: Arc::default(),
            vars: Vec::new(),
        }
    }

    /// Reads the identity again after the body was changed.
    pub(crate) fn refresh(&mut self) {
        self.id = ResourceId::of(&self.body);
    }

    /// Whether the object lives outside of namespaces.
    pub(crate) fn is_cluster_scoped(&self) -> bool {
        is_cluster_scoped(&self.id.gvk)
    }

    /// Keeps the current identity as a previous one.
    pub(crate) fn remember(&mut self) {
        let previous = Previous {
            namespace: effective_namespace(&self.id),
            name: Arc::clone(&self.id.name),
            kind: Arc::clone(&self.id.gvk.kind),
        };
        // A repeated one would say nothing new: only the first and the set of all count.
        if !self.previous.contains(&previous) {
            self.previous.push(previous);
        }
    }

    fn gvk_of(&self, previous: &Previous) -> Gvk {
        Gvk { kind: Arc::clone(&previous.kind), ..self.id.gvk.clone() }
    }

    fn key_of(&self, previous: &Previous) -> Key {
        let gvk = self.gvk_of(previous);
        (gvk, Arc::clone(&previous.namespace), Arc::clone(&previous.name))
    }

    /// The group, version and kind that the object had first.
    pub(crate) fn original_gvk(&self) -> Gvk {
        self.previous.first().map_or_else(|| self.id.gvk.clone(), |first| self.gvk_of(first))
    }

    /// The identity that the object had first. Its namespace is the effective one.
    pub(crate) fn original(&self) -> ResourceId {
        self.previous.first().map_or_else(
            || self.id.clone(),
            |first| ResourceId {
                gvk: self.gvk_of(first),
                namespace: Arc::clone(&first.namespace),
                name: Arc::clone(&first.name),
            },
        )
    }

    /// Whether the identity is the current one or was one before.
    pub(crate) fn answers_to(&self, wanted: &Key) -> bool {
        key(&self.id) == *wanted
            || self.previous.iter().any(|previous| self.key_of(previous) == *wanted)
    }

    /// Current and previous names with their kinds, the previous first.
    pub(crate) fn any_id(&self, mut test: impl FnMut(&Gvk, &str, &str) -> bool) -> bool {
        self.previous
            .iter()
            .any(|previous| test(&self.gvk_of(previous), &previous.namespace, &previous.name))
            || test(&self.id.gvk, &effective_namespace(&self.id), &self.id.name)
    }

    /// Whether a previous kind is one of those that the pattern means.
    pub(crate) fn was_one_of(&self, pattern: &Gvk) -> bool {
        self.previous.iter().any(|previous| selects(pattern, &self.gvk_of(previous)))
    }

    /// Writes the name; the provenance grows by one step.
    pub(crate) fn rename(&mut self, name: &str, action: Action, span: Span) {
        edit::set_text_at(&mut self.body, &["metadata", "name"], name, action, span);
        self.id.name = name.into();
    }

    /// The finished object.
    pub(crate) fn finish(self) -> Resource {
        let mut original = self.original();
        if &*original.namespace == CLUSTER || &*original.namespace == "default" {
            original.namespace = "".into();
        }
        Resource { id: self.id, original, body: self.body, origin: self.origin }
    }
}
