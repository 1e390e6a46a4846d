//! A helmfile in one of its environments: the values of the environment, its releases, and what these tell
//! their charts.
//!
//! Of templates, the names of the environment and the release are filled in, and single values of the
//! environment; whatever asks for more stays as it is written, and equals nothing.

use std::collections::BTreeMap;

use crate::kube::{Entry, Form, Map, Provenance, Resource, Value};
use crate::layout::{
    Overlay, State, Target, Unit, filled, filled_with, find_beside, holds, value_path,
};
use crate::render::helm::Helm;
use crate::render::helm::chart::values;
use crate::render::helm::document::{add_values, apart, stacked};
use crate::render::helm::open::may_be_filled_in;
use crate::render::helm::set;
use crate::render::helm::told::Told;
use crate::render::{CHART, Gap, Rendered};
use crate::syntax::scalar::Tag;
use crate::text::{RepoPath, Span};

/// What the document with the values of an environment is called.
const ENVIRONMENT: &str = "the environment";
/// Most releases of one helmfile.
const MOST: usize = 2_000;
/// What files that are templates are called.
const TEMPLATES: &str = "gotmpl";
/// What a release says of its chart.
const OF_CHART: [(&str, &str); 3] =
    [("chart", "name"), ("namespace", "namespace"), ("version", "version")];

/// The documents of an overlay that a helmfile is in one of its environments.
pub(in crate::render) fn rendered(
    helm: Helm<'_>,
    unit: &Unit,
    overlay: &Overlay,
) -> Option<Rendered> {
    let target = helm.layout.helmfiles.get(overlay.helmfile?)?;
    let home = overlay.root.parent()?;
    let Target { file, name, state, .. } = target;
    let start = Span::file_start(*file);
    let declared = state.declared.unwrap_or(start);
    let mut rendered = Rendered::of_documents(Vec::new(), state.files.clone(), Vec::new());
    let mut world = World { helm, home, name, values: Map::default(), whole: true };
    let mut told = Told::default();
    world.layers(&state.values, ("", declared), &mut told);
    world.whole = told.gaps.is_empty();
    world.values = stacked(&told.layers);
    rendered.inputs.append(&mut told.inputs);
    rendered.gaps.append(&mut told.gaps);
    let body = Value::map(world.values.clone(), Provenance::declared(declared));
    rendered.resources.push(Resource::document(Form::Values, ENVIRONMENT, body, declared));
    let mut names = BTreeMap::new();
    for release in state.releases.iter().take(MOST) {
        world.release(unit, release, &mut names, &mut rendered);
    }
    rendered.gaps.extend(open(state, &rendered));
    rendered.gaps.extend(state.lost.iter().map(|&span| Gap {
        span,
        what: "base",
        detail: helm.store.snapshot().slice(span).to_owned(),
        objects: true,
    }));
    Some(rendered.graded())
}

/// What may be there or not: whole releases, where it is no part of one.
fn open(state: &State, rendered: &Rendered) -> Vec<Gap> {
    let inside = |span: Span| rendered.resources.iter().any(|it| it.origin.contains(span));
    let spans = state.open.iter();
    let gap = |&span: &Span| Gap {
        span,
        what: "template",
        detail: "a block of the helmfile whose condition is not known".to_owned(),
        objects: !inside(span),
    };
    spans.map(gap).collect()
}

/// What is known in an environment.
struct World<'w> {
    helm: Helm<'w>,
    /// Where paths begin.
    home: RepoPath,
    /// What the helmfile calls the environment.
    name: &'w str,
    /// Its values.
    values: Map,
    /// Whether these are all.
    whole: bool,
}

impl World<'_> {
    /// The value of the environment that an action is nothing but the path of.
    fn value(&self, text: &str) -> Option<&Value> {
        self.asked(text.trim().strip_prefix("{{")?.strip_suffix("}}")?)
    }

    fn asked(&self, action: &str) -> Option<&Value> {
        let action = action.trim_matches(['-', ' ']);
        let path = action.split_once('|').map_or(action, |(path, rest)| {
            if matches!(rest.trim(), "quote" | "toString" | "toYaml") { path.trim() } else { "" }
        });
        self.at(value_path(path)?)
    }

    fn at(&self, path: &str) -> Option<&Value> {
        let mut keys = path.split('.');
        let first = self.values.get(keys.next()?)?;
        keys.try_fold(first, |value, key| value.get(key))
    }

    /// A text with what is known filled in; `None` where it asks for more.
    fn filled(&self, value: &Value, release: &str) -> Option<String> {
        let known = |action: &str| self.asked(action)?.text().map(str::to_owned);
        filled_with(value.text()?, self.name, release, &known)
    }

    /// A value of a release: what it stands for, or as it is written.
    fn resolved(&self, value: &Value, release: &str) -> Value {
        let Some(text) = value.text().filter(|text| text.contains("{{")) else {
            return value.clone();
        };
        if let Some(known) = self.value(text).filter(|known| known.text().is_some()) {
            let provenance = value.provenance.then_all(&known.provenance);
            return Value { provenance, ..known.clone() };
        }
        match filled(text, self.name, release) {
            Some(text) => Value::string(text, value.provenance.clone()),
            None => value.clone(),
        }
    }

    /// The maps and files of a list of values, the lowest first. What cannot be read is a gap inside of
    /// `origin`.
    fn layers(&self, entries: &[Value], (release, origin): (&str, Span), told: &mut Told) {
        let store = self.helm.store;
        let gap = |entry: &Value, what, detail: &str| Gap {
            span: if origin.contains(entry.span()) { entry.span() } else { origin },
            what,
            detail: detail.to_owned(),
            objects: false,
        };
        for entry in entries {
            if entry.as_map().is_some() {
                told.layers.push(entry.clone());
                continue;
            }
            let Some(written) = entry.text() else { continue };
            let Some(name) = self.filled(entry, release) else {
                told.gaps.push(gap(entry, "values file", written));
                continue;
            };
            let found = find_beside(store, (&self.home, entry.span().file), &name);
            if name.ends_with(TEMPLATES) {
                told.gaps.push(gap(entry, "template", &name));
                continue;
            }
            // A file that is not there for every environment is none.
            let Some(file) = found else {
                if name.contains("://") || name.contains('*') {
                    told.gaps.push(gap(entry, "values file", &name));
                }
                continue;
            };
            told.inputs.insert(file);
            match values(store, file) {
                Ok(value) => told.layers.push(value),
                Err(why) => told.gaps.push(gap(entry, why.what, &name)),
            }
        }
    }

    /// The documents of a release; `parts` are the templates that it inherits from and itself.
    fn release(
        &self,
        unit: &Unit,
        parts: &[Value],
        names: &mut BTreeMap<String, usize>,
        rendered: &mut Rendered,
    ) {
        let Some(own) = parts.last() else { return };
        let said = |key: &str| {
            let entries = parts.iter().rev().filter_map(|part| part.as_map()?.entry(key));
            entries.clone().next()
        };
        let Some(called) = said("name") else { return };
        let Some(name) = self.filled(&called.value, "").filter(|name| !name.is_empty()) else {
            rendered.gaps.push(unknown(own.span(), called));
            return;
        };
        let origin = own.span();
        let standing = self.installed(said("installed"), said("condition"));
        let title = apart(&name, names);
        let mut body = Map::default();
        for (key, known) in OF_CHART {
            let Some(entry) = said(key) else { continue };
            let value = self.resolved(&entry.value, &name);
            body.insert(Entry { key: known.into(), value, ..entry.clone() });
        }
        if let Standing { entry: Some(entry), .. } = &standing {
            body.insert(entry.clone());
        }
        let chart = said("chart").and_then(|entry| {
            let path = self.filled(&entry.value, &name)?;
            let root = self.home.join(&path).ok()?;
            self.helm.charts.get(self.helm.store, &root)
        });
        let body = Value::map(body, own.provenance.clone());
        rendered.resources.push(Resource::document(Form::Chart, &title, body, origin));
        match standing.runs {
            Some(true) => {}
            Some(false) => return,
            None => {
                rendered.gaps.push(unknown(origin, called));
                return;
            }
        }
        let detail = said("chart").and_then(|entry| self.filled(&entry.value, &name));
        let detail = detail.unwrap_or_else(|| name.clone());
        rendered.gaps.push(Gap { span: called.value.span(), what: CHART, detail, objects: true });
        let mut told = Told::default();
        for part in parts {
            let lists = ["values", "valuesTemplate"].into_iter();
            let lists = lists.filter_map(|key| part.get(key)?.as_list());
            lists.for_each(|entries| self.layers(entries, (&name, origin), &mut told));
        }
        for part in parts {
            let lists = ["set", "setString"].map(|key| (part.get(key), key == "setString"));
            for (list, as_text) in lists {
                let entries = list.and_then(Value::as_list).unwrap_or_default();
                for entry in entries {
                    self.set(entry, as_text, origin, &mut told);
                }
            }
        }
        add_values(self.helm, unit, (&title, origin), (told, chart.map(|it| &**it)), rendered);
    }

    /// An entry of `set:`, laid over everything before it.
    fn set(&self, entry: &Value, as_text: bool, origin: Span, told: &mut Told) {
        let base = told.layers.pop();
        let nothing = || Value::map(Map::default(), Provenance::declared(entry.span()));
        let base = base.unwrap_or_else(nothing);
        let laid = entry.get("name").zip(entry.get("value")).and_then(|(name, value)| {
            let value = self.resolved(value, "");
            if value.text().is_some_and(may_be_filled_in) {
                return set::lay_open(&base, name.text()?, name.span(), &value);
            }
            set::lay(&base, name.text()?, name.span(), value.text()?, &value, as_text)
        });
        if laid.is_none() {
            let span = if origin.contains(entry.span()) { entry.span() } else { origin };
            let detail = entry.get("name").and_then(Value::text).unwrap_or("set").to_owned();
            told.gaps.push(Gap { span, what: "values", detail, objects: false });
        }
        told.layers.push(laid.unwrap_or(base));
    }

    /// Whether a release is installed here.
    fn installed(&self, installed: Option<&Entry>, condition: Option<&Entry>) -> Standing {
        let known = |path: &str| self.at(path).and_then(Value::text).map(str::to_owned);
        if let Some(path) = condition.and_then(|entry| entry.value.text()) {
            // The value is compared among those of the environment.
            let runs = match self.at(path).map(Value::as_bool) {
                Some(runs) => runs,
                None => self.whole.then_some(false),
            };
            if runs != Some(true) {
                return Standing { runs, entry: None };
            }
        }
        let Some(entry) = installed else { return Standing { runs: Some(true), entry: None } };
        if let Some(runs) = entry.value.as_bool() {
            return Standing { runs: Some(runs), entry: Some(entry.clone()) };
        }
        let text = entry.value.text().unwrap_or("");
        if let Some(value) = self.value(text) {
            return Standing { runs: value.as_bool(), entry: None };
        }
        let action = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        let action = action.map(|action| action.trim_matches(['-', ' ']));
        let action = action.map(|it| it.strip_suffix("toYaml").map_or(it, |it| it.trim_end()));
        let action = action.map(|it| it.strip_suffix('|').map_or(it, str::trim_end));
        let runs = action.and_then(|action| holds(action, self.name, &known));
        let told = runs.map(|runs| {
            let text = if runs { "true" } else { "false" };
            let value = Value::scalar(Tag::Bool, text, entry.value.provenance.clone());
            Entry { value, ..entry.clone() }
        });
        Standing { runs, entry: told }
    }
}

fn unknown(span: Span, called: &Entry) -> Gap {
    let detail = called.value.text().unwrap_or("").to_owned();
    Gap { span, what: "release", detail, objects: true }
}

/// Whether a release is installed, and what says so where it is no value of the environment.
struct Standing {
    runs: Option<bool>,
    entry: Option<Entry>,
}

#[cfg(test)]
mod tests {
    use crate::kube::Value;
    use crate::layout::{Choices, Layout};
    use crate::render::{Options, Renderer};
    use crate::source::Snapshot;
    use crate::syntax::Store;

    fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
        match value.as_map() {
            Some(map) => {
                for entry in map {
                    leaves(&entry.value, &format!("{path}/{}", entry.key), found);
                }
            }
            None => found.push(format!("{path}={}", value.text().unwrap_or("[]"))),
        }
    }

    /// The documents of an environment, with their leaves and the place of each of their values; then the
    /// gaps.
    fn read(files: &[(&str, &str)], environment: &str) -> (Vec<String>, Vec<String>) {
        let snapshot = Snapshot::from_memory(files.iter().copied());
        let store = Store::new(&snapshot);
        let layout = Layout::discover(&store, &Choices::default());
        let renderer = Renderer::new(&store, Options { restricted: false, partial: true });
        let mut documents = Vec::new();
        let mut gaps = Vec::new();
        for unit in &layout.units {
            for overlay in unit.overlays.iter().filter(|it| layout.name_of(it) == environment) {
                let output = renderer.overlay(&layout, unit, overlay).unwrap().unwrap();
                for document in &output.resources {
                    let mut found = vec![document.id.to_string()];
                    leaves(&document.body, "", &mut found);
                    documents.push(found.join(" "));
                }
                let gap = |gap: &crate::render::Gap| format!("{}: {}", gap.what, gap.detail);
                gaps.extend(output.gaps.iter().map(gap));
            }
        }
        (documents, gaps)
    }

    #[test]
    fn values_of_environments_are_layered_and_resolve_single_paths() {
        let helmfile = "bases: [environments.yaml]\n---\nvalues:\n- {timeout: 10, mode: a}\n---\n\
                        releases:\n- name: web\n  chart: acme/web\n  version: {{ .Values.web.version | quote \
                        }}\n  values:\n  - web.yaml\n  - web-{{ .Values.size }}.yaml\n  - \
                        {timeout: {{ .Values.timeout }}}\n  set:\n  - {name: a.b, value: 3}\n- \
                        name: log-{{ .Environment.Name }}\n  chart: acme/log\n  version: \"v{{ .Values.x }}\"\n";
        let environments = "environments:\n  staging:\n    values:\n    - {timeout: 30}\n    - \
                            env/{{ .Environment.Name }}.yaml\n  production:\n    values: \
                            [env/production.yaml]\n";
        let files = [
            ("deploy/helmfile.yaml", helmfile),
            ("deploy/environments.yaml", environments),
            ("deploy/env/staging.yaml", "web: {version: 1.2.0}\nsize: small\n"),
            ("deploy/env/production.yaml", "web: {version: 1.1.0}\n"),
            ("deploy/web.yaml", "replicas: 1\n"),
            ("deploy/web-small.yaml", "replicas: 2\n"),
        ];
        let (staging, gaps) = read(&files, "staging");
        assert_eq!(
            staging,
            [
                "the values of the environment /mode=a /size=small /timeout=30 /web/version=1.2.0",
                "the chart of web /name=acme/web /version=1.2.0",
                "the values of web /a/b=3 /replicas=2 /timeout={{ .Values.timeout }}",
                "the chart of log-staging /name=acme/log /version=v{{ .Values.x }}",
                "the values of log-staging",
            ]
        );
        assert_eq!(gaps, ["helm chart: acme/web", "helm chart: acme/log"]);
        let (production, gaps) = read(&files, "production");
        assert_eq!(production[1], "the chart of web /name=acme/web /version=1.1.0");
        assert!(gaps.iter().any(|gap| gap == "values file: web-{{ .Values.size }}.yaml"));
    }

    #[test]
    fn releases_are_installed_where_that_is_known() {
        let helmfile = "environments:\n  staging: {values: [{a: {enabled: false}}]}\n  production: \
                        {values: [{a: {enabled: true}}, made.yaml.gotmpl]}\n---\nreleases:\n- {name: a, chart: x/a, \
                        condition: a.enabled, values: [{k: 1}]}\n- {name: b, chart: x/b, installed: {{ eq \
                        .Environment.Name \"production\" }}, values: [{k: 1}]}\n- {name: c, chart: x/c, condition: \
                        c.enabled, values: [{k: 1}]}\n{{ if .Values.d }}\n- {name: d, chart: x/d}\n{{ \
                        end }}\n";
        let files = [("helmfile.yaml", helmfile), ("made.yaml.gotmpl", "x: {{ .Values.y }}\n")];
        let (staging, gaps) = read(&files, "staging");
        let values = |found: &[String]| -> Vec<String> {
            let values = found.iter().filter(|it| it.starts_with("the values of"));
            values.filter_map(|it| it.split(' ').nth(3).map(str::to_owned)).collect()
        };
        assert_eq!(values(&staging), ["the"]);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert!(staging.contains(&"the chart of b /installed=false /name=x/b".to_owned()));
        let (production, gaps) = read(&files, "production");
        assert_eq!(values(&production), ["the", "a", "b"]);
        // Whether `c` is installed there, the template may say.
        assert!(gaps.iter().any(|gap| gap == "release: c"), "{gaps:?}");
        assert!(gaps.iter().any(|gap| gap == "template: made.yaml.gotmpl"));
    }

    #[test]
    fn helmfiles_that_nobody_can_read_are_no_units() {
        for helmfile in [
            "environments: {staging: {}, production: {}}\n{{ if .X }}\nreleases: []\n",
            "environments: {staging: {}, production: {}}\nreleases: [\n",
            "environments: {default: {}, production: {}}\nreleases: []\n",
            "bases: [helmfile.yaml]\nenvironments: {default: {}}\n",
        ] {
            assert_eq!(read(&[("helmfile.yaml", helmfile)], "production").0.len(), 0);
        }
        // One that is its own base comes to an end.
        let round = "bases: [helmfile.yaml]\nenvironments: {staging: {}, production: {}}\n";
        assert_eq!(read(&[("helmfile.yaml", round)], "production").0.len(), 1);
    }
}
