//! The values that an overlay gives to its chart, as one document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::{Entry, Form, Gvk, Kind, Map, Provenance, Resource, Value, load};
use crate::layout::{Overlay, Source, Unit};
use crate::render::helm::Helm;
use crate::render::helm::chart::{Chart, VALUES, values};
use crate::render::helm::coalesce::{Deleted, Effective, GLOBAL, Unused, effective};
use crate::render::helm::home::{self, Home};
use crate::render::helm::merge::stack;
use crate::render::helm::told::Told;
use crate::render::helm::unread::unread;
use crate::render::helm::{argocd, shared, told};
use crate::render::{Gap, Rendered};
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath, Span};

/// Words in the names of files and directories that hold secrets.
const SECRETS: [&str; 3] = ["secret", "secrets", "credentials"];
/// The list of charts that a chart depends on.
const DEPENDENCIES: &str = "dependencies";

/// The effective values of an overlay whose root is a values file: what it says, over what all
/// environments share, over the defaults of the chart if that is in the repository.
///
/// A file that cannot be read leaves nothing to compare. One below it that cannot be read is a gap.
pub(in crate::render) fn rendered(
    helm: Helm<'_>,
    unit: &Unit,
    overlay: &Overlay,
) -> Option<Rendered> {
    let store = helm.store;
    if let Some(source) = argocd::source(helm, unit, overlay) {
        return Some(deployed(helm, unit, overlay, source));
    }
    let file = store.snapshot().find(&overlay.root)?;
    let mut inputs = BTreeSet::from([file]);
    let own = match values(store, file) {
        Ok(value) => value,
        Err(gap) => return Some(Rendered::of_documents(Vec::new(), inputs, vec![gap])),
    };
    let mut gaps = Vec::new();
    let mut layers = Vec::new();
    let release = told::told(helm, overlay);
    let home = match &release {
        Some(told) => told.chart.clone().map(|root| Home { root, certain: true }),
        None => home::home(helm, unit, overlay),
    };
    let root = home.as_ref().map(|home| &home.root);
    let named = release.is_some();
    if let Some(told) = release {
        inputs.extend(told.inputs);
        gaps.extend(told.gaps);
        layers.extend(told.layers);
    } else {
        for path in shared::below(helm, unit, overlay, root) {
            let Some(below) = store.snapshot().find(&path) else { continue };
            inputs.insert(below);
            match values(store, below) {
                Ok(value) => layers.push(value),
                Err(gap) => gaps.push(Gap { span: Span::file_start(file), ..gap }),
            }
        }
    }
    let provenance = own.provenance.clone();
    let origin = own.span();
    // The chart itself may lie in the directory of the environment.
    let is_own = root.and_then(|root| root.join(VALUES).ok()).as_ref() != Some(&overlay.root);
    let told_here = own.as_map().filter(|_| is_own).cloned().unwrap_or_default();
    // A release says in which place the file lies among the others.
    if is_own && !named {
        layers.push(own);
    }
    let chart = root.and_then(|root| helm.charts.get(store, root));
    let own = home.filter(|home| home.certain).map(|_| told_here);
    let secret = holds_secrets(&overlay.root);
    let laid = Laid { told: stacked(&layers), own, provenance, origin, inputs, gaps, secret };
    Some(finished(helm, unit, chart.map(|chart| &**chart), laid))
}

/// What an Application of Argo CD tells its chart.
fn deployed(helm: Helm<'_>, unit: &Unit, overlay: &Overlay, source: &Source) -> Rendered {
    let snapshot = helm.store.snapshot();
    let argocd::Told { layers, gaps } = argocd::told(helm.store, source);
    let (origin, provenance) = (source.body.span(), source.body.provenance.clone());
    let mut inputs: BTreeSet<FileId> = layers.iter().map(|layer| layer.span().file).collect();
    inputs.insert(origin.file);
    inputs.extend(snapshot.find(&overlay.root));
    let defaults = source.path.as_ref().and_then(|root| root.join(VALUES).ok());
    let defaults = defaults.and_then(|path| snapshot.find(&path));
    let own: Vec<Value> =
        layers.iter().filter(|layer| Some(layer.span().file) != defaults).cloned().collect();
    let chart = source.path.as_ref().and_then(|root| helm.charts.get(helm.store, root));
    let own = Some(stacked(&own));
    let secret = holds_secrets(&overlay.root);
    let laid = Laid { told: stacked(&layers), own, provenance, origin, inputs, gaps, secret };
    finished(helm, unit, chart.map(|chart| &**chart), laid)
}

/// Later values over earlier ones.
pub(super) fn stacked(layers: &[Value]) -> Map {
    let maps = layers.iter().filter_map(Value::as_map);
    maps.fold(Map::default(), |below, above| stack(&below, above))
}

/// A name, with a number where it is not the first of its kind.
pub(super) fn apart(name: &str, names: &mut BTreeMap<String, usize>) -> String {
    let count = names.entry(name.to_owned()).or_default();
    *count += 1;
    if *count == 1 { name.to_owned() } else { format!("{name} ({count})") }
}

/// Adds the values that a release of this name tells its chart; what nobody may see is a document of its
/// own.
pub(super) fn add_values(
    helm: Helm<'_>,
    unit: &Unit,
    (name, origin): (&str, Span),
    (told, chart): (Told, Option<&Chart>),
    rendered: &mut Rendered,
) {
    let path = |value: &Value| helm.store.snapshot().path(value.span().file);
    let (secrets, open): (Vec<Value>, Vec<Value>) =
        told.layers.into_iter().partition(|layer| holds_secrets(path(layer)));
    let laid = |layers: &[Value], secret| Laid {
        told: stacked(layers),
        own: Some(stacked(layers)),
        provenance: Provenance::declared(origin),
        origin,
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
    for Rendered { resources, inputs, gaps, deleted, unread, .. } in parts {
        rendered.inputs.extend(inputs);
        rendered.gaps.extend(gaps);
        rendered.deleted.extend(deleted);
        rendered.unread.extend(unread);
        let values = resources.into_iter().filter(|it| it.id.gvk != Gvk::document(Form::Chart));
        rendered.resources.extend(values.map(|it| named(it, name)));
    }
}

fn named(mut document: Resource, name: &str) -> Resource {
    document.id.name = name.into();
    document.original.name = name.into();
    document
}

/// What an overlay tells a chart.
struct Laid {
    /// All of it.
    told: Map,
    /// What is told to this chart and no other, if that is certain.
    own: Option<Map>,
    provenance: Provenance,
    origin: Span,
    inputs: BTreeSet<FileId>,
    gaps: Vec<Gap>,
    /// Whether nobody may see the values.
    secret: bool,
}

/// The document, the defaults of the chart below what it is told.
fn finished(helm: Helm<'_>, unit: &Unit, chart: Option<&Chart>, laid: Laid) -> Rendered {
    let Laid { told, own, provenance, origin, inputs, gaps, secret } = laid;
    let unread = match chart.zip(own) {
        Some((chart, own)) => unread(helm, chart, &own),
        None => Vec::new(),
    };
    let mut stage = Stage { inputs, gaps, deleted: Vec::new() };
    let (kind, name) = laid_out(unit, chart, told, &mut stage);
    let Stage { mut inputs, gaps, deleted } = stage;
    let body = Value { kind, provenance };
    let form = if secret { Form::Secrets } else { Form::Values };
    let mut documents = vec![Resource::document(form, &name, body, origin)];
    documents.extend(chart.and_then(|chart| dependencies(helm, unit, chart, &mut inputs)));
    Rendered { deleted, unread, ..Rendered::of_documents(documents, inputs, gaps) }
}

/// What a chart depends on, where every environment has a chart of its own.
fn dependencies(
    helm: Helm<'_>,
    unit: &Unit,
    chart: &Chart,
    inputs: &mut BTreeSet<FileId>,
) -> Option<Resource> {
    let inside = unit.overlays.iter().filter(|overlay| overlay.root.is_in(&chart.root)).count();
    let document = helm.store.yaml(chart.file).documents.first().filter(|_| inside == 1)?;
    let mut body = load(document.root(), Dialect::Config).ok()?;
    body.as_map_mut()?.retain(|entry| &*entry.key == DEPENDENCIES);
    inputs.insert(chart.file);
    Some(Resource::document(Form::Chart, &chart.name, body, document.root().span()))
}

/// Whether a file says by its name or directory that nobody may see its values.
fn holds_secrets(path: &RepoPath) -> bool {
    let names = [path.stem(), path.segments().rev().nth(1).unwrap_or("")];
    let mut tokens = names.into_iter().flat_map(|name| name.split(['-', '_', '.']));
    tokens.any(is_secret_word)
}

fn is_secret_word(token: &str) -> bool {
    SECRETS.iter().any(|word| token.eq_ignore_ascii_case(word))
}

/// What comes to light while values are laid over the defaults of a chart.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// The files that were read.
    pub(super) inputs: BTreeSet<FileId>,
    /// What could not be read.
    pub(super) gaps: Vec<Gap>,
    /// The defaults that nulls deleted.
    pub(super) deleted: Vec<Deleted>,
}

/// The effective values of a chart that is told `told`, and their name.
pub(super) fn laid_out(
    unit: &Unit,
    chart: Option<&Chart>,
    told: Map,
    stage: &mut Stage,
) -> (Kind, String) {
    let Some(chart) = chart else { return (Kind::Map(Arc::new(told)), last_name(unit)) };
    chart.defaults(&mut stage.inputs);
    stage.gaps.extend(chart.gaps.iter().cloned());
    let Effective { values: mut body, unused, deleted: nulls, .. } = effective(chart, &told);
    stage.deleted.extend(nulls);
    for unused in &unused {
        without_unused(&mut body, unused);
    }
    without_handed_down(&mut body, chart);
    (body.kind, chart.name.to_string())
}

/// What a document is called that no chart gives a name.
fn last_name(unit: &Unit) -> String {
    let mut names = unit.name.rsplit('/').filter(|name| *name != "." && !is_secret_word(name));
    names.next().unwrap_or("this repository").to_owned()
}

/// Leaves out what a chart is told that is switched off, the switches themselves excepted.
fn without_unused(body: &mut Value, unused: &Unused) {
    let Some((name, above)) = unused.path.split_last() else { return };
    let mut value = body;
    for key in above {
        let Some(inner) = value.as_map_mut().and_then(|map| map.get_mut(key)) else { return };
        value = inner;
    }
    let Some(map) = value.as_map_mut() else { return };
    let Some(told) = map.get_mut(name).and_then(Value::as_map_mut) else { return };
    let switches: Vec<&str> = unused
        .conditions
        .iter()
        .filter_map(|path| path.trim().strip_prefix(&**name)?.strip_prefix('.')?.split('.').next())
        .collect();
    told.retain(|entry| switches.contains(&&*entry.key));
    if told.is_empty() {
        map.remove(name);
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::kube::Value;
    use crate::layout::{Choices, Layout};
    use crate::render::{Options, Renderer};
    use crate::source::Snapshot;
    use crate::syntax::Store;

    /// Each leaf as `path=value@texts of its steps`.
    fn leaves(snapshot: &Snapshot, value: &Value, path: &str, found: &mut Vec<String>) {
        if let Some(map) = value.as_map() {
            for entry in map {
                leaves(snapshot, &entry.value, &format!("{path}/{}", entry.key), found);
            }
            return;
        }
        let steps = value.provenance.steps().iter();
        let files: Vec<_> = steps.map(|step| snapshot.path(step.span.file).as_str()).collect();
        found.push(format!("{path}={} {}", value.text().unwrap_or("[]"), files.join(" ")));
    }

    /// The leaves of the document of each overlay, by its root; the first line is its name.
    fn documents(files: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        let snapshot = Snapshot::from_memory(files.iter().copied());
        let store = Store::new(&snapshot);
        let layout = Layout::discover(&store, &Choices::default());
        let renderer = Renderer::new(&store, Options { restricted: false, partial: true });
        let overlays = layout
            .units
            .iter()
            .flat_map(|unit| unit.overlays.iter().map(move |overlay| (unit, overlay)));
        overlays
            .map(|(unit, overlay)| {
                let output = renderer.overlay(&layout, unit, overlay).unwrap().unwrap();
                let mut found = Vec::new();
                for document in &output.resources {
                    found.push(document.id.name.to_string());
                    leaves(&snapshot, &document.body, "", &mut found);
                }
                (overlay.root.to_string(), found)
            })
            .collect()
    }

    const CHART: (&str, &str) =
        ("charts/orders/Chart.yaml", "apiVersion: v2\nname: orders\nversion: 1.0.0\n");

    #[test]
    fn a_chart_elsewhere_is_told_by_its_name_and_its_keys() {
        let found = documents(&[
            CHART,
            ("charts/orders/values.yaml", "timeout: 30\nretries: 3\n"),
            ("charts/billing/Chart.yaml", "apiVersion: v2\nname: billing\nversion: 1.0.0\n"),
            ("charts/billing/values.yaml", "port: 80\n"),
            ("environments/staging/orders.yaml", "timeout: 60\n"),
            ("environments/production/orders.yaml", "retries: 5\n"),
            ("environments/staging/billing.yaml", "unlike: 1\nthe: 2\nchart: 3\n"),
            ("environments/production/billing.yaml", "unlike: 1\nthe: 2\nchart: 4\n"),
        ]);
        let (default, own) = ("charts/orders/values.yaml", "environments/staging/orders.yaml");
        let staging = [
            "orders".to_owned(),
            format!("/retries=3 {default}"),
            format!("/timeout=60 {default} {own}"),
        ];
        assert_eq!(found["environments/staging/orders.yaml"], staging);
        assert!(
            found["environments/staging/billing.yaml"].iter().all(|leaf| !leaf.contains("port"))
        );
    }

    #[test]
    fn what_all_environments_share_lies_below() {
        let found = documents(&[
            ("deploy/orders/values.yaml", "a: 1\nb: 1\n"),
            ("deploy/orders/values-common.yaml", "b: 2\nc: 2\n"),
            ("deploy/orders/values-staging.yaml", "c: 3\n"),
            ("deploy/orders/values-prod.yaml", "d: 4\n"),
            ("envs/shared/billing/values.yaml", "a: 1\n"),
            ("envs/staging/billing/values.yaml", "b: 2\n"),
            ("envs/prod/billing/values.yaml", "b: 3\n"),
        ]);
        let shared = "deploy/orders/values.yaml deploy/orders/values-common.yaml";
        let staging = [
            "orders".to_owned(),
            "/a=1 deploy/orders/values.yaml".to_owned(),
            format!("/b=2 {shared}"),
            "/c=3 deploy/orders/values-common.yaml deploy/orders/values-staging.yaml".to_owned(),
        ];
        assert_eq!(found["deploy/orders/values-staging.yaml"], staging);
        let billing = [
            "billing",
            "/a=1 envs/shared/billing/values.yaml",
            "/b=3 envs/prod/billing/values.yaml",
        ];
        assert_eq!(found["envs/prod/billing/values.yaml"], billing);
    }

    #[test]
    fn a_helmfile_says_what_lies_below_and_which_chart_gets_it() {
        let helmfile = "{{ if eq .Environment.Name \"x\" }}\n{{ end }}\n\
                        releases:\n- name: web\n  namespace: {{ .Environment.Name }}\n  \
                        chart: ../charts/orders\n  values:\n  - retries: {{ .Values.n }}\n  - shared.yaml\n  \
                        - values/{{ .Environment.Name }}/web.yaml\n  - absent.yaml\n  \
                        - made.yaml.gotmpl\n";
        let found = documents(&[
            CHART,
            ("charts/orders/values.yaml", "timeout: 30\nretries: 3\n"),
            ("deploy/helmfile.yaml", helmfile),
            ("deploy/shared.yaml", "workers: 2\n"),
            ("deploy/values/staging/web.yaml", "timeout: 60\n"),
            ("deploy/values/prod/web.yaml", "workers: 4\n"),
        ]);
        let production = [
            "orders",
            "/retries={{ .Values.n }} charts/orders/values.yaml deploy/helmfile.yaml",
            "/timeout=30 charts/orders/values.yaml",
            "/workers=4 deploy/shared.yaml deploy/values/prod/web.yaml",
        ];
        assert_eq!(found["deploy/values/prod/web.yaml"], production);
    }

    #[test]
    fn a_generator_lays_files_over_each_other() {
        let generator = "apiVersion: builtin\nkind: HelmChartInflationGenerator\n\
                         metadata: {name: loki}\nname: loki\nrepo: https://charts.example.org\n\
                         valuesFile: loki-values.yaml\n\
                         additionalValuesFiles: [loki-prod-values.yaml]\n\
                         valuesInline: {a: 4, bucket: own}\n";
        let found = documents(&[
            ("logs/prod/generator.yaml", generator),
            ("logs/prod/loki-values.yaml", "a: 1\nb: 1\n"),
            ("logs/prod/loki-prod-values.yaml", "b: 2\nbucket: none\n"),
            ("logs/staging/loki-staging-values.yaml", "b: 3\n"),
        ]);
        let production = found.iter().find(|(root, _)| root.starts_with("logs/prod/"));
        let leaves: Vec<&str> =
            production.unwrap().1.iter().filter_map(|leaf| leaf.split(' ').next()).collect();
        assert_eq!(leaves, ["loki", "/a=4", "/b=2", "/bucket=none"]);
    }

    #[test]
    fn a_chart_that_is_switched_off_has_no_values() {
        let chart = "apiVersion: v2\nname: orders\nversion: 1.0.0\ndependencies:\n\
                     - {name: cache, version: 1.0.0, condition: cache.enabled}\n\
                     - {name: fetched, version: 1.0.0, condition: cache.enabled}\n";
        let found = documents(&[
            ("charts/orders/Chart.yaml", chart),
            ("charts/orders/values.yaml", "global: {zone: a}\n"),
            (
                "charts/orders/charts/cache/Chart.yaml",
                "apiVersion: v2\nname: cache\nversion: 1.0.0\n",
            ),
            ("charts/orders/charts/cache/values.yaml", "size: 1\nenabled: true\n"),
            (
                "charts/orders/values-staging.yaml",
                "cache: {enabled: false, size: 2}\nfetched: {a: 1}\n",
            ),
            ("charts/orders/values-prod.yaml", "cache: {size: 2}\n"),
        ]);
        let names = |root: &str| -> Vec<&str> {
            found[root].iter().filter_map(|leaf| leaf.split(' ').next()).collect()
        };
        let staging = names("charts/orders/values-staging.yaml");
        assert_eq!(staging, ["orders", "/cache/enabled=false", "/global/zone=a"]);
        // What the chart inside is handed down stands once.
        let production = names("charts/orders/values-prod.yaml");
        assert_eq!(
            production,
            ["orders", "/cache/enabled=true", "/cache/size=2", "/global/zone=a"]
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_nothing_to_compare() {
        let found = documents(&[
            ("orders/values-staging.yaml", "{{ if .a }}\na: 1\n{{ end }}\n"),
            ("orders/values-prod.yaml", "a: 1\n"),
        ]);
        assert!(found["orders/values-staging.yaml"].is_empty());
        assert_eq!(found["orders/values-prod.yaml"].len(), 2);
    }
}
