//! The charts that kustomize inflates for an overlay, as documents: which ones, and what they are told.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::{Form, Resource, Value, load};
use crate::layout::Unit;
use crate::render::Rendered;
use crate::render::helm::Helm;
use crate::render::helm::chart::Chart;
use crate::render::helm::document::{add_values, apart};
use crate::render::helm::inflation::Inflated;
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
        add_values(helm, unit, (&name, inflated.span()), (told, chart), rendered);
    }
    rendered.charts = charts;
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
