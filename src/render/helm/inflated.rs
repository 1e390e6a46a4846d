//! The charts that kustomize inflates for an overlay, as documents: which ones, and what they are told.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::{Form, Gvk, Provenance, Resource, Value, load};
use crate::layout::Unit;
use crate::render::Rendered;
use crate::render::helm::Helm;
use crate::render::helm::chart::Chart;
use crate::render::helm::document::{Laid, finished, holds_secrets, stacked};
use crate::render::helm::inflation::Inflated;
use crate::render::helm::told::Told;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;

/// Most charts of one overlay.
const MOST: usize = 2_000;

/// What a chart of the repository says of itself, where nobody else does.
const OF_CHART: [&str; 2] = ["dependencies", "version"];

/// Adds a document for each chart and one for its values; values that nobody may see have their own.
pub(in crate::render) fn add(helm: Helm<'_>, unit: &Unit, rendered: &mut Rendered) {
    if rendered.charts.is_empty() {
        return;
    }
    let charts = std::mem::take(&mut rendered.charts);
    let mut names = BTreeMap::new();
    for inflated in charts.iter().take(MOST) {
        let name = apart(inflated.name(), &mut names);
        let told = inflated.told(helm.store, helm.charts);
        let chart = told.chart.as_ref().and_then(|root| helm.charts.get(helm.store, root));
        let chart = chart.map(|chart| &**chart);
        let description = described(helm, inflated, chart, &mut rendered.inputs);
        let chart_document = Resource::document(Form::Chart, &name, description, inflated.span());
        rendered.resources.push(chart_document);
        for mut document in values(helm, unit, inflated, (told, chart), rendered) {
            document.id.name = name.as_str().into();
            document.original.name = name.as_str().into();
            rendered.resources.push(document);
        }
    }
    rendered.charts = charts;
}

/// A name, with a number where it is not the first of its kind.
fn apart(name: &str, names: &mut BTreeMap<String, usize>) -> String {
    let count = names.entry(name.to_owned()).or_default();
    *count += 1;
    if *count == 1 { name.to_owned() } else { format!("{name} ({count})") }
}

/// What the entry says of the chart; one of the repository says its version itself.
fn described(
    helm: Helm<'_>,
    inflated: &Inflated,
    chart: Option<&Chart>,
    inputs: &mut BTreeSet<FileId>,
) -> Value {
    let mut body = inflated.description(chart.is_some());
    let Some(chart) = chart else { return body };
    let document = helm.store.yaml(chart.file).documents.first();
    let own = document.and_then(|document| load(document.root(), Dialect::Config).ok());
    if let Some((map, own)) = body.as_map_mut().zip(own.as_ref().and_then(Value::as_map)) {
        inputs.insert(chart.file);
        let told = OF_CHART.iter().filter_map(|key| own.entry(key).cloned());
        for entry in told.filter(|entry| map.get(&entry.key).is_none()).collect::<Vec<_>>() {
            map.insert(entry);
        }
    }
    body
}

/// The values of a chart, what nobody may see in a document of its own.
fn values(
    helm: Helm<'_>,
    unit: &Unit,
    inflated: &Inflated,
    (told, chart): (Told, Option<&Chart>),
    rendered: &mut Rendered,
) -> Vec<Resource> {
    let path = |value: &Value| helm.store.snapshot().path(value.span().file);
    let (secrets, open): (Vec<Value>, Vec<Value>) =
        told.layers.into_iter().partition(|layer| holds_secrets(path(layer)));
    let laid = |layers: &[Value], secret| Laid {
        told: stacked(layers),
        own: Some(stacked(layers)),
        provenance: Provenance::declared(inflated.span()),
        origin: inflated.span(),
        inputs: BTreeSet::new(),
        gaps: Vec::new(),
        secret,
    };
    let mut parts = vec![finished(helm, unit, chart, laid(&open, false))];
    if !secrets.is_empty() {
        parts.push(finished(helm, unit, None, laid(&secrets, true)));
    }
    rendered.inputs.extend(told.inputs);
    rendered.gaps.extend(told.gaps);
    let mut documents = Vec::new();
    for Rendered { resources, inputs, gaps, deleted, unread, .. } in parts {
        rendered.inputs.extend(inputs);
        rendered.gaps.extend(gaps);
        rendered.deleted.extend(deleted);
        rendered.unread.extend(unread);
        documents.extend(resources.into_iter().filter(|it| it.id.gvk != Gvk::document(Form::Chart)));
    }
    documents
}
