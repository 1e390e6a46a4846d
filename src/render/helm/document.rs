//! The values that an overlay gives to its chart, as one document.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kube::{Entry, Form, Kind, Map, Resource, Value};
use crate::layout::{Overlay, Source, Unit};
use crate::render::helm::Helm;
use crate::render::helm::chart::{Chart, VALUES, values};
use crate::render::helm::coalesce::{GLOBAL, effective};
use crate::render::helm::merge::stack;
use crate::render::helm::{argocd, home, shared};
use crate::render::{Gap, Rendered};
use crate::text::{FileId, RepoPath, Span};

/// The effective values of an overlay whose root is a values file: what it says, over what all
/// environments share, over the defaults of the chart if that is in the repository.
///
/// A file that cannot be read leaves nothing to compare. One below it that cannot be read is a gap.
pub(in crate::render) fn rendered(
    helm: Helm<'_>,
    unit: &Unit,
    overlay: &Overlay,
) -> Option<Rendered> {
    if let Some(source) = argocd::source(helm, unit, overlay) {
        return Some(deployed(helm, unit, overlay, source));
    }
    let store = helm.store;
    let file = store.snapshot().find(&overlay.root)?;
    let mut inputs = BTreeSet::from([file]);
    let own = match values(store, file) {
        Ok(value) => value,
        Err(gap) => return Some(Rendered::of_documents(Vec::new(), inputs, vec![gap])),
    };
    let home = home::home(helm, unit, overlay);
    let mut gaps = Vec::new();
    let mut layers = Vec::new();
    for path in shared::below(helm, unit, overlay, home.as_ref()) {
        let Some(below) = store.snapshot().find(&path) else { continue };
        inputs.insert(below);
        match values(store, below) {
            Ok(value) => layers.push(value),
            Err(gap) => gaps.push(Gap { span: Span::file_start(file), ..gap }),
        }
    }
    let provenance = own.provenance.clone();
    let origin = own.span();
    // The chart itself may lie in the directory of the environment.
    if home.as_ref().and_then(|home| home.join(VALUES).ok()).as_ref() != Some(&overlay.root) {
        layers.push(own);
    }
    let told = layers.iter().filter_map(Value::as_map);
    let told = told.fold(Map::default(), |below, above| stack(&below, above));
    let chart = home.and_then(|root| helm.charts.get(store, &root));
    let (body, name) = match chart {
        Some(chart) => {
            chart.defaults(&mut inputs);
            gaps.extend(chart.gaps.iter().cloned());
            let mut body = effective(chart, &told).values;
            without_handed_down(&mut body, chart);
            (Value { provenance, ..body }, chart.name.to_string())
        }
        None => (Value::map(told, provenance), last_name(unit, &overlay.root)),
    };
    let document = Resource::document(Form::Values, &name, body, origin);
    Some(Rendered::of_documents(vec![document], inputs, gaps))
}

/// What an Application tells its chart, over the defaults of the chart.
fn deployed(helm: Helm<'_>, unit: &Unit, overlay: &Overlay, source: &Source) -> Rendered {
    let store = helm.store;
    let told = argocd::told(store, source);
    let origin = source.body.span();
    let mut inputs: BTreeSet<FileId> = told.layers.iter().map(|it| it.span().file).collect();
    inputs.insert(origin.file);
    inputs.extend(store.snapshot().find(&overlay.root));
    let mut gaps = told.gaps;
    let maps = told.layers.iter().filter_map(Value::as_map);
    let maps = maps.fold(Map::default(), |below, above| stack(&below, above));
    let chart = source.path.as_ref().and_then(|root| helm.charts.get(store, root));
    let (kind, name) = match chart {
        Some(chart) => {
            chart.defaults(&mut inputs);
            gaps.extend(chart.gaps.iter().cloned());
            let mut body = effective(chart, &maps).values;
            without_handed_down(&mut body, chart);
            (body.kind, chart.name.to_string())
        }
        None => (Kind::Map(Arc::new(maps)), last_name(unit, &overlay.root)),
    };
    let body = Value { kind, provenance: source.body.provenance.clone() };
    let document = Resource::document(Form::Values, &name, body, origin);
    Rendered::of_documents(vec![document], inputs, gaps)
}

/// What a document is called that no chart gives a name.
fn last_name(unit: &Unit, file: &RepoPath) -> String {
    let name = unit.name.rsplit('/').next().filter(|name| *name != ".");
    name.unwrap_or(file.stem()).to_owned()
}

/// Leaves out of the values of charts inside what they only have from the globals above them: it
/// stands there already.
fn without_handed_down(value: &mut Value, chart: &Chart) {
    let globals = value.get(GLOBAL).and_then(Value::as_map).cloned();
    let Some(map) = value.as_map_mut() else { return };
    for child in &chart.children {
        let Some(inner) = child.chart.as_deref() else { continue };
        let Some(value) = map.get_mut(&child.name).filter(|value| value.as_map().is_some()) else {
            continue;
        };
        without_handed_down(value, inner);
        let Some(values) = value.as_map_mut() else { continue };
        let own = values.get(GLOBAL).and_then(Value::as_map);
        let Some(own) = own.zip(globals.as_ref()).map(|(own, above)| own_of(own, above)) else {
            continue;
        };
        if own.is_empty() {
            values.remove(GLOBAL);
        } else if let Some(value) = values.get_mut(GLOBAL) {
            value.kind = Kind::Map(Arc::new(own));
        }
    }
}

/// The entries of a map that were written for it and not for the one above.
fn own_of(own: &Map, above: &Map) -> Map {
    let kept = own.iter().filter_map(|entry| {
        let Some(other) = above.get(&entry.key) else { return Some(entry.clone()) };
        match (&entry.value.kind, &other.kind) {
            (Kind::Map(mine), Kind::Map(theirs)) => {
                let kept = own_of(mine, theirs);
                let kind = Kind::Map(Arc::new(kept));
                let value = Value { kind, ..entry.value.clone() };
                let empty = value.as_map().is_some_and(Map::is_empty);
                (!empty).then(|| Entry { value, ..entry.clone() })
            }
            _ => (entry.value.span() != other.span()).then(|| entry.clone()),
        }
    });
    kept.collect()
}
