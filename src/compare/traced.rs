//! From a rendered manifest back to the values file, where the chart's text leaves no doubt.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::diff::{Change, Side};
use crate::compare::difference::Difference;
use crate::compare::unit::{World, rendered};
use crate::kube::{Form, Gvk, Kind, PathStep, Resource, Value};
use crate::source::Snapshot;
use crate::text::{RepoPath, Span};

/// Most pairs of overlays of one unit that are looked at.
const PAIRS: usize = 100;
/// What makes a directory a chart.
const CHART: &str = "Chart.yaml";
/// Most leaves of the values of one overlay that are looked at.
const LEAVES: usize = 100_000;

/// The places in the manifests of a difference that is shown where the chart's values differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// In what was rendered for the environment.
    pub here: Span,
    /// In what was rendered for the reference.
    pub there: Span,
    /// The overlays whose values they come from, as indices among the evaluated ones.
    pub overlays: (usize, usize),
}

/// A value that differs between the values of two overlays.
struct Leaf {
    /// The keys that lead to it.
    keys: Vec<String>,
    spans: (Span, Span),
    overlays: (usize, usize),
}

/// The differing values of two environments by what they are on both sides.
type Leaves = BTreeMap<(String, String), Vec<Leaf>>;

/// Shows differences between rendered manifests where the values differ that they come from: the only
/// leaf with these two values in the same two environments, which a template of its chart puts behind
/// the same key as it is. The difference of the values themselves is not told besides; those that a
/// parameter allows as values are `permitted` however they are rendered, and handed back.
pub(crate) fn trace(
    differences: &mut Vec<Difference>,
    permitted: &[Difference],
    world: World<'_>,
) -> Vec<Difference> {
    let snapshot = world.snapshot;
    if snapshot.mounted().is_empty() {
        return Vec::new();
    }
    let place = |at: usize| {
        let overlay = world.evaluated[at].overlay;
        (overlay.environment, overlay.variant.clone())
    };
    let spans = |difference: &Difference| (difference.here.span, difference.there.span);
    let of_values = |difference: &&Difference| difference.resource.gvk.is_document();
    let permitted: BTreeMap<(Span, Span), &Option<String>> =
        permitted.iter().filter(of_values).map(|it| (spans(it), &it.allowed)).collect();
    let mut known = BTreeMap::new();
    let mut found = BTreeSet::new();
    let mut allowed = Vec::new();
    let mut told = Vec::with_capacity(differences.len());
    for mut difference in differences.drain(..) {
        if !is_rendered(snapshot, &difference) {
            told.push(difference);
            continue;
        }
        let overlays = (difference.here_overlay, difference.there_overlay);
        let places = (place(overlays.0), place(overlays.1));
        let leaves = known.entry(places).or_insert_with(|| leaves(world, overlays));
        let Some(leaf) = leaf_of(snapshot, &difference, leaves) else {
            told.push(difference);
            continue;
        };
        let (here, there) = spans(&difference);
        difference.traced = Some(Traced { here, there, overlays: leaf.overlays });
        let set = |side: &mut Side, span: Span| (side.span, side.key) = (span, None);
        set(&mut difference.here, leaf.spans.0);
        set(&mut difference.there, leaf.spans.1);
        if let Some(&parameter) = permitted.get(&leaf.spans) {
            difference.allowed.clone_from(parameter);
            allowed.push(difference);
        } else {
            found.insert(leaf.spans);
            told.push(difference);
        }
    }
    told.retain(|difference| !(of_values(&difference) && found.contains(&spans(difference))));
    *differences = told;
    allowed
}

fn is_rendered(snapshot: &Snapshot, difference: &Difference) -> bool {
    difference.change == Change::Changed
        && [&difference.here, &difference.there].iter().all(|it| snapshot.is_mounted(it.span.file))
}

/// The one leaf that a rendered value comes from.
fn leaf_of<'l>(
    snapshot: &Snapshot,
    difference: &Difference,
    leaves: &'l Leaves,
) -> Option<&'l Leaf> {
    let text = |side: &Side| Some(side.value.as_ref()?.text()?.to_owned());
    let values = (text(&difference.here)?, text(&difference.there)?);
    let [leaf] = &leaves.get(&values)?[..] else { return None };
    let Some(PathStep::Key(key)) = difference.path.steps().last() else { return None };
    let chart = chart(snapshot, leaf.spans.0)?;
    let same = chart == self::chart(snapshot, leaf.spans.1)?;
    (same && is_used(snapshot, &chart, key, &leaf.keys)).then_some(leaf)
}

/// The chart around a values file.
fn chart(snapshot: &Snapshot, span: Span) -> Option<RepoPath> {
    let above = std::iter::successors(snapshot.path(span.file).parent(), RepoPath::parent);
    let is_chart = |directory: &RepoPath| {
        directory.join(CHART).is_ok_and(|file| snapshot.find(&file).is_some())
    };
    above.into_iter().find(is_chart)
}

/// Whether a line of the chart's own templates puts a value behind a key as it is.
fn is_used(snapshot: &Snapshot, chart: &RepoPath, key: &str, keys: &[String]) -> bool {
    let Ok(templates) = chart.join("templates") else { return false };
    let value = format!(".Values.{}", keys.join("."));
    snapshot.files_below(&templates).any(|(file, _)| {
        let text = snapshot.file(file).map_or("", |source| &source.text);
        text.lines().any(|line| reads(line, key, &value))
    })
}

/// Whether a line is `key: {{ value }}`, in quotes or not.
fn reads(line: &str, key: &str, value: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let Some((own, rest)) = line.split_once(':') else { return false };
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).trim().to_owned();
    let rest = bare(rest);
    let inner = rest.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let Some(inner) = inner else { return false };
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner).trim();
    let inner = inner.strip_prefix('$').unwrap_or(inner);
    let mut parts = inner.split('|').map(str::trim);
    bare(own) == key
        && parts.next() == Some(value)
        && parts.next().is_none_or(|filter| filter == "quote")
        && parts.next().is_none()
}

/// The values of all charts that differ between the environments of two overlays.
fn leaves(world: World<'_>, (here, there): (usize, usize)) -> Leaves {
    let mut found = Leaves::new();
    let mut seen = BTreeSet::new();
    let values = |at: usize| -> Vec<(usize, &Resource)> {
        let documents = rendered(world, at).into_iter().flat_map(|rendered| &rendered.resources);
        let gvk = Gvk::document(Form::Values);
        documents.filter(|document| document.id.gvk == gvk).map(|it| (at, it)).collect()
    };
    for (mine, theirs) in answering(world, here, there) {
        for (a, document) in values(mine) {
            let same = |(_, other): &(usize, &Resource)| other.id == document.id;
            let Some((b, other)) = values(theirs).into_iter().find(same) else { continue };
            let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
            scalars(&document.body, &mut Vec::new(), &mut left);
            scalars(&other.body, &mut Vec::new(), &mut right);
            for (keys, mine) in left {
                let Some(theirs) = right.get(&keys) else { continue };
                let (Some(x), Some(y)) = (mine.text(), theirs.text()) else { continue };
                let spans = (mine.span(), theirs.span());
                // Several overlays may share a side.
                if x != y && seen.insert(spans) {
                    let leaf = Leaf { keys, spans, overlays: (a, b) };
                    found.entry((x.to_owned(), y.to_owned())).or_default().push(leaf);
                }
            }
        }
    }
    found
}

/// The overlays of every unit that may stand for the environments and variants of two others: those of
/// the same variant, and all of them where no variant is named and none is without.
fn answering(world: World<'_>, here: usize, there: usize) -> Vec<(usize, usize)> {
    let overlay = |at: usize| world.evaluated[at].overlay;
    let like = |unit: &[usize], wanted: usize| -> Vec<usize> {
        let own = |at: &usize| overlay(*at).environment == overlay(wanted).environment;
        let own: Vec<usize> = unit.iter().copied().filter(own).collect();
        let same = |at: &usize| overlay(*at).variant == overlay(wanted).variant;
        match own.iter().copied().find(same) {
            Some(same) => vec![same],
            None if overlay(wanted).variant.is_none() || own.len() == 1 => own,
            None => Vec::new(),
        }
    };
    let mut units: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, evaluated) in world.evaluated.iter().enumerate() {
        units.entry(evaluated.unit_index).or_default().push(at);
    }
    let pairs = units.values().flat_map(|unit| {
        let (mine, theirs) = (like(unit, here), like(unit, there));
        let all =
            mine.into_iter().flat_map(move |a| theirs.clone().into_iter().map(move |b| (a, b)));
        all.take(PAIRS)
    });
    pairs.collect()
}

/// The scalars below maps, by the keys that lead to them. Recursion is bounded by the depth that the
/// loader accepts.
fn scalars<'v>(
    value: &'v Value,
    keys: &mut Vec<String>,
    found: &mut BTreeMap<Vec<String>, &'v Value>,
) {
    match &value.kind {
        Kind::Scalar(_) if found.len() < LEAVES => {
            found.insert(keys.clone(), value);
        }
        Kind::Map(map) => {
            for entry in map.iter() {
                keys.push(entry.key.to_string());
                scalars(&entry.value, keys, found);
                keys.pop();
            }
        }
        Kind::Scalar(_) | Kind::List(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::reads;

    #[test]
    fn only_a_value_that_stands_as_it_is_counts() {
        let reads = |line: &str| reads(line, "replicas", ".Values.web.replicas");
        assert!(reads("  replicas: {{ .Values.web.replicas }}"));
        assert!(reads("  - replicas: \"{{- .Values.web.replicas | quote -}}\""));
        assert!(reads("\"replicas\": {{ $.Values.web.replicas }}"));
        for line in [
            "  minReplicas: {{ .Values.web.replicas }}",
            "  replicas: {{ .Values.web.replicas | default 3 }}",
            "  replicas: {{ mul .Values.web.replicas 2 }}",
            "  replicas: {{ .Values.web.replicasMax }}",
            "  replicas: {{ .Values.web.replicas }}0",
            "  replicas: {{ .Values.web.replicas }}-{{ .Values.web.replicas }}",
        ] {
            assert!(!reads(line), "{line}");
        }
    }
}
