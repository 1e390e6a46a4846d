//! What every overlay tells the charts of the repository that it installs.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::kube::{Map, Value};
use crate::layout::OverlayKind;
use crate::render::helm::Helm;
use crate::render::helm::chart::Chart;
use crate::render::helm::coalesce::{Effective, effective};
use crate::render::helm::find::{Named, named};
use crate::render::helm::merge::stack;
use crate::render::{Evaluated, Gap};
use crate::text::{FileId, RepoPath};

/// A chart of the repository, as one overlay installs it.
#[derive(Debug)]
pub struct Release<'e> {
    /// The overlay.
    pub overlay: &'e Evaluated<'e>,
    /// The chart.
    pub chart: Arc<Chart>,
    /// What the overlay tells it: its values files and inline values, laid over each other.
    pub told: Map,
    /// The files that tell it.
    pub layers: Vec<FileId>,
    /// The values that result, of the chart and of all that it depends on.
    pub effective: Effective,
    /// What else it is told and is not known here.
    pub gaps: Vec<Gap>,
    /// Whether nothing can be told to it beside what is known.
    pub closed: bool,
}

/// Every chart of the repository that an overlay installs, in the order of the overlays.
pub fn releases<'e>(helm: Helm<'_>, evaluated: &'e [Evaluated<'e>]) -> Vec<Release<'e>> {
    let mut found: Vec<(&Evaluated<'_>, Named)> = evaluated
        .par_iter()
        .flat_map_iter(|evaluated| {
            named(helm, evaluated).into_iter().map(move |named| (evaluated, named))
        })
        .collect();
    // A chart that somebody installs is not deployed as it lies there.
    let bare = |it: &(&Evaluated<'_>, Named)| {
        it.0.overlay.kind == OverlayKind::HelmValues && it.1.is_bare()
    };
    let installed: BTreeSet<RepoPath> =
        found.iter().filter(|it| !bare(it)).map(|(_, named)| named.chart.clone()).collect();
    found.retain(|it| !(bare(it) && installed.contains(&it.1.chart)));
    let release = |(overlay, named): &(&'e Evaluated<'e>, Named)| {
        let chart = helm.charts.get(helm.store, &named.chart)?;
        let chart =
            if named.defaults { Arc::clone(chart) } else { Arc::new(chart.without_defaults()) };
        let layers = named.layers.iter().map(|value| value.span().file).collect();
        let maps = named.layers.iter().filter_map(Value::as_map);
        let told = maps.fold(Map::default(), |below, above| stack(&below, above));
        let effective = effective(&chart, &told);
        let gaps = chart.gaps.iter().chain(&named.gaps).cloned().collect();
        Some(Release { overlay, chart, told, layers, effective, gaps, closed: named.closed })
    };
    found.par_iter().filter_map(release).collect()
}
