//! The effective values of a chart and of the charts that it depends on.
//!
//! As helm 4 does: what a chart is told wins over its defaults, what a parent says of a child wins
//! over the child's own, `global` is handed down, and a null deletes a default.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kube::{Entry, Map, Provenance, Value};
use crate::render::helm::chart::{Chart, Child, boolean};
use crate::render::helm::merge::{Layering, Nulls, stack};
use crate::render::helm::open::may_be_filled_in;
use crate::text::{FileId, Span};

/// The key of the values that every chart of a release sees.
pub(super) const GLOBAL: &str = "global";
/// The key of the switches for groups of charts.
const TAGS: &str = "tags";

/// The effective values of a chart with all that it depends on.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The values.
    pub values: Value,
    /// The charts that are used and have a schema, the outermost first.
    pub parts: Vec<Part>,
    /// The defaults that a null deleted.
    pub deleted: Vec<Deleted>,
    /// Where values of charts stand that are not in the repository: more than is known here.
    pub open: Vec<Vec<Arc<str>>>,
    /// Charts that are switched off.
    pub unused: Vec<Unused>,
}

/// A chart of a release that is switched off: nobody reads its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The keys that lead to its values.
    pub path: Vec<Arc<str>>,
    /// The paths of the switches, from the values of the chart on that lists it.
    pub conditions: Vec<String>,
}

/// A chart of a release whose values have a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The keys that lead to its values.
    pub path: Vec<Arc<str>>,
    /// The chart's name.
    pub chart: Arc<str>,
    /// The schema.
    pub schema: FileId,
}

/// A default that a null deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The keys that led to it.
    pub path: Vec<Arc<str>>,
    /// The null.
    pub span: Span,
}

/// The effective values of a chart that is told `told`.
pub(super) fn effective(chart: &Chart, told: &Map) -> Effective {
    let mut tree = Tree::of(chart);
    let (mut open, mut unused) = (Vec::new(), Vec::new());
    tree.prune(told, None, &[], (&mut open, &mut unused));
    tree.import();
    let mut trace = Trace { path: Vec::new(), deleted: Vec::new() };
    let values = tree.coalesce(told, Nulls::Delete, &mut trace);
    let mut parts = Vec::new();
    tree.parts(&[], &mut parts);
    let values = Value::map(values, chart.values.provenance.clone());
    Effective { values, parts, deleted: trace.deleted, open, unused }
}

/// A chart with the charts that are used below it.
struct Tree<'c> {
    chart: &'c Chart,
    /// What the chart says of itself, and what it imports.
    defaults: Map,
    children: Vec<(&'c Child, Self)>,
}

/// What is remembered while values are laid over each other.
struct Trace {
    path: Vec<Arc<str>>,
    deleted: Vec<Deleted>,
}

impl<'c> Tree<'c> {
    /// A chart with everything below it that is in the repository.
    fn of(chart: &'c Chart) -> Self {
        let children = chart.children.iter();
        let children = children.filter_map(|child| Some((child, Self::of(child.chart.as_ref()?))));
        let defaults = chart.values.as_map().cloned().unwrap_or_default();
        Self { chart, defaults, children: children.collect() }
    }

    /// Works out the values; paths are told from those of this chart on.
    fn coalesce(&self, told: &Map, nulls: Nulls, trace: &mut Trace) -> Map {
        let kept: BTreeSet<&str> = self.children.iter().map(|(child, _)| &*child.name).collect();
        let mut layering = Layering { nulls, kept: &kept, path: Vec::new(), deleted: Vec::new() };
        let mut values = layering.lay(&self.defaults, told);
        for Deleted { path, span } in layering.deleted {
            let path = trace.path.iter().cloned().chain(path).collect();
            trace.deleted.push(Deleted { path, span });
        }
        for (child, tree) in &self.children {
            let Some(told) = handed_down(child, &values) else { continue };
            let entry = values.entry(&child.name).filter(|entry| !entry.value.is_null());
            let (key_span, provenance) = match entry {
                Some(entry) => (entry.key_span, entry.value.provenance.clone()),
                None => (child.span, Provenance::declared(child.span)),
            };
            trace.path.push(Arc::clone(&child.name));
            let value = Value::map(tree.coalesce(&told, nulls, trace), provenance);
            trace.path.pop();
            values.insert(Entry { key: Arc::clone(&child.name), key_span, value });
        }
        values
    }

    /// Drops the charts that are switched off and lists them. What is not known here is put into `open`: charts
    /// that are not in the repository, those of which it is not known whether they are used, and
    /// those whose values are no map, which helm refuses.
    fn prune(
        &mut self,
        told: &Map,
        tags: Option<&Map>,
        path: &[Arc<str>],
        (open, unused): (&mut Vec<Vec<Arc<str>>>, &mut Vec<Unused>),
    ) {
        let mut trace = Trace { path: Vec::new(), deleted: Vec::new() };
        // Conditions may ask for what only the defaults of a child say.
        let values = self.coalesce(told, Nulls::Delete, &mut trace);
        let own = values.get(TAGS).and_then(Value::as_map);
        let tags = match (tags, own) {
            (Some(tags), Some(own)) => Some(stack(own, tags)),
            (one, other) => one.or(other).cloned(),
        };
        let below =
            |child: &Child| -> Vec<_> { path.iter().chain([&child.name]).cloned().collect() };
        for child in &self.chart.children {
            let used = is_used(child, &values, tags.as_ref());
            let known = child.chart.is_some()
                && values.get(&child.name).is_some_and(|value| value.as_map().is_some());
            if used.is_none() || used == Some(true) && !known {
                open.push(below(child));
            }
            if used == Some(false) {
                let conditions = child.conditions.clone();
                unused.push(Unused { path: below(child), conditions });
            }
        }
        self.children.retain(|(child, _)| {
            is_used(child, &values, tags.as_ref()) == Some(true)
                && values.get(&child.name).is_some_and(|value| value.as_map().is_some())
        });
        for (child, tree) in &mut self.children {
            let told = values.get(&child.name).and_then(Value::as_map);
            tree.prune(
                told.unwrap_or(&Map::default()),
                tags.as_ref(),
                &below(child),
                (open, unused),
            );
        }
    }

    /// Takes over what `import-values` names. Helm then counts all that the charts below say of
    /// themselves as said by this one.
    fn import(&mut self) {
        for (_, tree) in &mut self.children {
            tree.import();
        }
        if !self.children.iter().any(|(child, _)| child.listed) {
            return;
        }
        let mut trace = Trace { path: Vec::new(), deleted: Vec::new() };
        let values = self.coalesce(&Map::default(), Nulls::Keep, &mut trace);
        let mut imported = Map::default();
        for (child, _) in &self.children {
            for import in &child.imports {
                let theirs = values.get(&child.name);
                let mut keys = import.child.iter();
                let table = keys.try_fold(theirs, |value, key| Some(value?.get(key))).flatten();
                let Some(table) = table.filter(|table| table.as_map().is_some()) else { continue };
                // What was imported first wins.
                imported = stack(&nested(&import.parent, table), &imported);
            }
        }
        self.defaults = stack(&imported, &values);
    }

    fn parts(&self, path: &[Arc<str>], parts: &mut Vec<Part>) {
        if let Some(schema) = self.chart.schema {
            parts.push(Part { path: path.to_vec(), chart: Arc::clone(&self.chart.name), schema });
        }
        for (child, tree) in &self.children {
            let path: Vec<_> = path.iter().chain([&child.name]).cloned().collect();
            tree.parts(&path, parts);
        }
    }
}

/// What a chart tells a child: the values under its name, with the globals of all. `None` where
/// something else than a map stands there.
fn handed_down(child: &Child, values: &Map) -> Option<Map> {
    let nothing = Map::default();
    let value = values.get(&child.name).filter(|value| !value.is_null());
    let mut told = match value {
        Some(value) => value.as_map()?.clone(),
        None => Map::default(),
    };
    let handed = values.entry(GLOBAL).filter(|entry| entry.value.as_map().is_some());
    if handed.is_none() && values.get(GLOBAL).is_some() {
        return Some(told);
    }
    let own = match told.get(GLOBAL).map(Value::as_map) {
        Some(None) => return Some(told),
        own => own.flatten().unwrap_or(&nothing),
    };
    let globals = handed.and_then(|entry| entry.value.as_map()).unwrap_or(&nothing);
    let is_map = |entry: &Entry| entry.value.as_map().is_some();
    // Where only one of the two is a map, the child keeps its own.
    let fits = |entry: &Entry| own.entry(&entry.key).is_none_or(|e| is_map(e) == is_map(entry));
    let fitting = globals.iter().filter(|entry| fits(entry)).cloned().collect();
    let provenance = handed.map(|entry| entry.value.provenance.clone());
    let globals = Entry {
        key: GLOBAL.into(),
        key_span: handed.map_or(child.span, |entry| entry.key_span),
        value: Value::map(
            stack(own, &fitting),
            provenance.unwrap_or_else(|| Provenance::declared(child.span)),
        ),
    };
    told.insert(globals);
    Some(told)
}

/// Whether a child is used; `None` where a value that something fills in later decides.
fn is_used(child: &Child, values: &Map, tags: Option<&Map>) -> Option<bool> {
    for condition in &child.conditions {
        let mut keys = condition.trim().split('.');
        let first = keys.next().and_then(|key| values.get(key));
        match keys.try_fold(first, |value, key| Some(value?.get(key))).flatten() {
            Some(value) if boolean(value).is_some() => return boolean(value),
            Some(value) if value.text().is_some_and(may_be_filled_in) => return None,
            _ => {}
        }
    }
    let asked = child.tags.iter().filter_map(|tag| boolean(tags?.get(tag)?));
    let asked: Vec<bool> = asked.collect();
    Some(asked.is_empty() || asked.contains(&true))
}

/// A map with the table at the end of the path.
fn nested(path: &[String], table: &Value) -> Map {
    let mut value = table.clone();
    for key in path.iter().rev() {
        let (key_span, provenance) = (value.span(), value.provenance.clone());
        let map = std::iter::once(Entry { key: key.as_str().into(), key_span, value }).collect();
        value = Value::map(map, provenance);
    }
    value.as_map().cloned().unwrap_or_default()
}
