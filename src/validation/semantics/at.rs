//! A place inside of an object: the way to it, its value, and the bytes that name it.

use std::rc::Rc;
use std::sync::Arc;

use crate::kube::{Action, Entry, Map, Path, PathStep, Value};
use crate::schema::named;
use crate::syntax::scalar::{self, Tag};
use crate::text::Span;
use crate::validation::harmless::is_filled_in;

/// A place; cheap to copy.
#[derive(Debug, Clone)]
pub(super) struct At<'v> {
    way: Option<Rc<Link<'v>>>,
    /// What stands there.
    pub(super) value: &'v Value,
    /// Its key; of an element of a list what names it.
    pub(super) name: Span,
}

#[derive(Debug)]
struct Link<'v> {
    before: Option<Rc<Self>>,
    step: Step<'v>,
}

#[derive(Debug)]
enum Step<'v> {
    Key(&'v Arc<str>),
    /// The place in a list, and the text of `name` where the element has one.
    Element(usize, Option<&'v Arc<str>>),
}

impl<'v> At<'v> {
    /// The object itself.
    pub(super) fn root(object: &'v Value) -> Self {
        Self { way: None, value: object, name: named(object) }
    }

    fn then(&self, step: Step<'v>, value: &'v Value, name: Span) -> Self {
        let way = Some(Rc::new(Link { before: self.way.clone(), step }));
        Self { way, value, name }
    }

    /// The place of an entry of the map that stands here.
    pub(super) fn entry(&self, entry: &'v Entry) -> Self {
        self.then(Step::Key(&entry.key), &entry.value, entry.key_span)
    }

    /// The value of a key. A null is none: the server takes it for a field that is not there.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let entry = self.value.as_map()?.entry(key)?;
        (!entry.value.is_null()).then(|| self.entry(entry))
    }

    /// The value at the end of a path of keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |at, key| at.get(key))
    }

    /// The entries of the map, but for nulls.
    pub(super) fn entries(&self) -> impl Iterator<Item = Self> {
        let entries = self.value.as_map().into_iter().flat_map(Map::iter);
        entries.filter(|entry| !entry.value.is_null()).map(|entry| self.entry(entry))
    }

    /// The elements of the list.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> {
        let items = self.value.as_list().unwrap_or_default().iter().enumerate();
        items.map(|(at, value)| {
            let name = value.get("name").and_then(Value::as_scalar).map(|name| &name.text);
            self.then(Step::Element(at, name), value, named(value))
        })
    }

    /// The elements of the list in a field.
    pub(super) fn list(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|list| list.items().collect()).unwrap_or_default()
    }

    /// All places that a pattern leads to: keys with dots between them, `[]` for each element of a
    /// list, `*` for each value of a map. The empty pattern leads here.
    pub(super) fn all(&self, pattern: &str) -> Vec<Self> {
        let mut places = vec![self.clone()];
        for step in pattern.split('.').filter(|step| !step.is_empty()) {
            let (key, each) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
            let next = places.iter().flat_map(|place| match key {
                "*" => place.entries().collect(),
                key if each => place.list(key),
                key => place.get(key).into_iter().collect(),
            });
            places = next.collect();
        }
        places
    }

    /// The string that stands here; none that is filled in later.
    pub(super) fn string(&self) -> Option<&'v str> {
        self.value.as_str().filter(|text| !is_filled_in(text))
    }

    /// The string in a field.
    pub(super) fn text(&self, key: &str) -> Option<&'v str> {
        self.value.get(key)?.as_str().filter(|text| !is_filled_in(text))
    }

    /// Whether a field has this string.
    pub(super) fn says(&self, key: &str, text: &str) -> bool {
        self.text(key) == Some(text)
    }

    /// Whether a field is `true`.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }

    /// The whole number that stands here.
    pub(super) fn number(&self) -> Option<i128> {
        let scalar = self.value.as_scalar().filter(|scalar| scalar.tag == Tag::Int)?;
        scalar::int_value(&scalar.text)
    }

    /// Whether a key of the map is filled in later: more may come to stand here.
    pub(super) fn is_open(&self) -> bool {
        let mut entries = self.value.as_map().into_iter().flat_map(Map::iter);
        entries.any(|entry| &*entry.key == "<<" || is_filled_in(&entry.key))
            || self.value.text().is_some_and(is_filled_in)
    }

    /// Whether this was set after what stands at `other`, by a patch or the like.
    pub(super) fn is_after(&self, other: &Self) -> bool {
        let changed = |at: &Self| at.value.provenance.last().action != Action::Declared;
        changed(self) && !changed(other)
    }

    /// The last key on the way.
    pub(super) fn key(&self) -> &'v str {
        match self.way.as_deref() {
            Some(Link { step: Step::Key(key), .. }) => key,
            _ => "",
        }
    }

    /// The bytes to show: of a scalar the scalar, of a map or list its key.
    pub(super) fn shown(&self) -> Span {
        if self.value.as_scalar().is_some() { self.value.span() } else { self.name }
    }

    /// The way from the object to here.
    pub(super) fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut way = self.way.as_deref();
        while let Some(Link { before, step }) = way {
            steps.push(match step {
                Step::Key(key) => PathStep::Key(Arc::clone(key)),
                Step::Element(at, None) => PathStep::Index(*at),
                Step::Element(_, Some(name)) => {
                    PathStep::Element { key: "name".into(), value: Arc::clone(name) }
                }
            });
            way = before.as_deref();
        }
        steps.reverse();
        Path(steps)
    }
}
