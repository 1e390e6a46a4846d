//! Values of a rendered object: cheap to copy, each with its provenance.

use std::sync::Arc;

use crate::kube::provenance::Provenance;
use crate::syntax::scalar::{self, Tag};
use crate::text::Span;

/// A value and who set it. Copies share lists and maps until one of them is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The content.
    pub kind: Kind,
    /// The steps that gave it.
    pub provenance: Provenance,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map.
    Map(Arc<Map>),
}

/// A typed text: `0777` stays `0777` and knows that it is an integer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The type.
    pub tag: Tag,
    /// The text as written, escapes resolved.
    pub text: Arc<str>,
    /// Written in quotes or as a block: what a patch puts in its place becomes a string.
    pub quoted: bool,
    /// Made by a replacement: the type follows from the text whenever that changes.
    pub open: bool,
}

/// A map sorted by key (the order of the source does not survive rendering, spans keep it).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map {
    entries: Vec<Entry>,
}

/// One key of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key is written; for keys that nobody wrote, what caused them.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

impl Value {
    /// A scalar.
    pub fn scalar(tag: Tag, text: impl Into<Arc<str>>, provenance: Provenance) -> Self {
        Self {
            kind: Kind::Scalar(Scalar { tag, text: text.into(), quoted: false, open: false }),
            provenance,
        }
    }

    /// A string.
    pub fn string(text: impl Into<Arc<str>>, provenance: Provenance) -> Self {
        Self::scalar(Tag::Str, text, provenance)
    }

    /// A map.
    pub fn map(map: Map, provenance: Provenance) -> Self {
        Self { kind: Kind::Map(Arc::new(map)), provenance }
    }

    /// A list.
    pub fn list(items: Vec<Self>, provenance: Provenance) -> Self {
        Self { kind: Kind::List(Arc::new(items)), provenance }
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar of any type but null.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().filter(|scalar| scalar.tag != Tag::Null).map(|scalar| &*scalar.text)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().filter(|scalar| scalar.tag == Tag::Str).map(|scalar| &*scalar.text)
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map for changing, copied if it is shared.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.kind {
            Kind::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    /// The elements for changing, copied if they are shared.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Value>> {
        match &mut self.kind {
            Kind::List(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// Whether this is a null.
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.tag == Tag::Null)
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        let scalar = self.as_scalar().filter(|scalar| scalar.tag == Tag::Bool)?;
        scalar::bool_value(&scalar.text)
    }

    /// Where the value was last set.
    pub fn span(&self) -> Span {
        self.provenance.last().span
    }

    /// Whether both have the same content, whoever set it; numbers compare by value.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar(a), Kind::Scalar(b)) => a.same(b),
            (Kind::List(a), Kind::List(b)) => {
                Arc::ptr_eq(a, b)
                    || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                Arc::ptr_eq(a, b)
                    || a.len() == b.len()
                        && a.iter()
                            .zip(b.iter())
                            .all(|(a, b)| a.key == b.key && a.value.same(&b.value))
            }
            _ => false,
        }
    }
}

impl Scalar {
    /// Whether both have the same type and value.
    pub fn same(&self, other: &Self) -> bool {
        match (self.tag, other.tag) {
            (Tag::Null, Tag::Null) => true,
            (Tag::Bool, Tag::Bool) => {
                scalar::bool_value(&self.text) == scalar::bool_value(&other.text)
            }
            (Tag::Int | Tag::Float, Tag::Int | Tag::Float) => {
                self.text == other.text
                    || scalar::float_value(&self.text) == scalar::float_value(&other.text)
            }
            (a, b) => a == b && self.text == other.text,
        }
    }
}

impl Map {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The entries for changing their values. Keys must keep their order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.entries.iter_mut().map(|entry| (&*entry.key, &mut entry.value))
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| (*entry.key).cmp(key))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.find(key).ok().map(|at| &self.entries[at])
    }

    /// The value of a key, for changing.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.find(key).ok().map(|at| &mut self.entries[at].value)
    }

    /// Sets a key; the old entry is handed back.
    pub fn insert(&mut self, entry: Entry) -> Option<Entry> {
        match self.find(&entry.key) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at], entry)),
            Err(at) => {
                self.entries.insert(at, entry);
                None
            }
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        self.find(key).ok().map(|at| self.entries.remove(at))
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }
}

impl FromIterator<Entry> for Map {
    /// Sorts by key; of entries with the same key the last one wins.
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut entries: Vec<Entry> = entries.into_iter().collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        entries.reverse();
        entries.dedup_by(|later, kept| later.key == kept.key);
        entries.reverse();
        Self { entries }
    }
}

impl<'m> IntoIterator for &'m Map {
    type Item = &'m Entry;
    type IntoIter = std::slice::Iter<'m, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
