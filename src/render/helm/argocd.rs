//! The values that an Application of Argo CD gives to its chart.
//!
//! Argo CD hands everything to helm: `valueFiles` in their order, then `valuesObject` (or, where
//! there is none, the text `values`), then `parameters` like `--set` and those with `forceString`
//! like `--set-string`.

use crate::kube::{Map, Provenance, Value, load};
use crate::layout::{Overlay, OverlayKind, Source, Unit};
use crate::render::Gap;
use crate::render::helm::Helm;
use crate::render::helm::chart::values;
use crate::render::helm::set;
use crate::syntax::scalar::{Dialect, Tag};
use crate::syntax::{Store, parse_embedded};
use crate::text::Span;

/// What is told to a chart.
#[derive(Debug, Default)]
pub(in crate::render) struct Told {
    /// The values, in the order in which helm lays them over each other.
    pub layers: Vec<Value>,
    /// What else it is told and is not known here.
    pub gaps: Vec<Gap>,
    /// A file below the values cannot be read: what is not among them may be anything.
    pub open: bool,
}

impl Told {
    /// What is known so far may be replaced by what cannot be read.
    fn forget(&mut self) {
        self.layers.clear();
        self.open = true;
    }

    fn unknown(&mut self, span: Span, what: &'static str, detail: &str) {
        self.gaps.push(Gap { span, what, detail: detail.to_owned(), objects: true });
    }
}

/// The source of the Application that deploys an overlay, if all overlays of the unit have one that
/// installs a chart: only then all of them are worked out in one way.
pub(in crate::render) fn source<'h>(
    helm: Helm<'h>,
    unit: &Unit,
    overlay: &Overlay,
) -> Option<&'h Source> {
    let own = |overlay: &Overlay| {
        let application = helm.layout.applications.get(overlay.application?)?;
        let is_here = |it: &&Source| it.path.as_ref().is_some_and(|path| helm.charts.has(path));
        let mut sources = application.sources.iter();
        let installs = |it: &&Source| it.body.get("helm").is_some() || it.text("chart").is_some();
        let elsewhere = || application.sources.iter().find(installs);
        sources.find(is_here).or_else(elsewhere).filter(|_| !application.patched)
    };
    let mut values = unit.overlays.iter().filter(|it| it.kind == OverlayKind::HelmValues);
    values.all(|overlay| own(overlay).is_some()).then(|| own(overlay)).flatten()
}

/// What a source tells to its chart.
pub(in crate::render) fn told(store: &Store<'_>, source: &Source) -> Told {
    let mut told = Told::default();
    let helm = source.body.get("helm");
    let ignores = helm.and_then(|helm| helm.get("ignoreMissingValueFiles")?.as_bool());
    for file in &source.value_files {
        let found = file.path.as_ref().and_then(|path| store.snapshot().find(path));
        match found.map(|file| values(store, file)) {
            Some(Ok(value)) => told.layers.push(value),
            Some(Err(gap)) => {
                told.forget();
                told.gaps.push(gap);
            }
            None if file.path.is_some() && ignores == Some(true) => {}
            None => {
                if file.path.is_some() {
                    told.forget();
                }
                told.unknown(file.span, "values file", &file.text);
            }
        }
    }
    let Some(helm) = helm else { return told };
    let object = helm.get("valuesObject").filter(|object| object.as_map().is_some());
    match (object, helm.get("values").filter(|text| text.text().is_some())) {
        (Some(object), _) => told.layers.push(object.clone()),
        (None, Some(text)) => match inline(store, text) {
            Some(value) if value.is_null() => {}
            Some(value) => told.layers.push(value),
            None => told.unknown(text.span(), "values", "helm.values"),
        },
        (None, None) => {}
    }
    parameters(helm, &mut told);
    for file in list(helm, "fileParameters") {
        let name = file.get("name").and_then(Value::text).unwrap_or("");
        told.unknown(file.span(), "values", name);
    }
    told
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_list).unwrap_or_default()
}

/// The map that the text `values` is, with spans inside it; null for an empty text.
fn inline(store: &Store<'_>, text: &Value) -> Option<Value> {
    // Where a generator fills something in, only the template has the lines of the text.
    let span = text.provenance.first().span;
    let parsed = parse_embedded(text.text()?, store.snapshot().slice(span), span);
    if parsed.template.is_some() || parsed.is_broken() {
        return None;
    }
    match &parsed.documents[..] {
        [] => Some(Value::scalar(Tag::Null, "", text.provenance.clone())),
        [document] => {
            let value = load(document.root(), Dialect::Config).ok()?;
            (value.as_map().is_some() || value.is_null()).then_some(value)
        }
        _ => None,
    }
}

/// The `parameters`, each laid over those before it.
fn parameters(helm: &Value, told: &mut Told) {
    let forced =
        |parameter: &Value| parameter.get("forceString").and_then(Value::as_bool).unwrap_or(false);
    let all = list(helm, "parameters");
    let (strings, typed): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|it| forced(it));
    if all.is_empty() {
        return;
    }
    let nothing = Value::map(Map::default(), Provenance::declared(helm.span()));
    let base = told.layers.pop().unwrap_or(nothing);
    let mut laid = base.clone();
    for (parameter, as_text) in
        typed.into_iter().map(|it| (it, false)).chain(strings.into_iter().map(|it| (it, true)))
    {
        let Some(name) = parameter.get("name") else { continue };
        let value = parameter.get("value").cloned();
        let value = value.unwrap_or_else(|| Value::string("", parameter.provenance.clone()));
        let done = name
            .text()
            .zip(value.text())
            .and_then(|(path, text)| set::lay(&laid, path, name.span(), text, &value, as_text));
        match done {
            Some(done) => laid = done,
            None => told.unknown(parameter.span(), "values", name.text().unwrap_or("")),
        }
    }
    told.layers.push(laid);
}

#[cfg(test)]
mod tests {
    use crate::kube::{Kind, Value};
    use crate::layout::{Choices, Layout};
    use crate::render::helm::argocd::told;
    use crate::render::helm::merge::stack;
    use crate::source::Snapshot;
    use crate::syntax::Store;
    use crate::syntax::scalar::Tag;

    fn shown(value: &Value) -> String {
        match &value.kind {
            Kind::Scalar(scalar) if scalar.tag == Tag::Str => format!("'{}'", scalar.text),
            Kind::Scalar(scalar) => scalar.text.to_string(),
            Kind::List(items) => {
                format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            Kind::Map(map) => {
                let entries = map.iter().map(|e| format!("{}: {}", e.key, shown(&e.value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What the only Application tells its chart, what is unknown of it, and the text at the place
    /// of the leaf `a`.
    fn read(helm: &str, more: &[(&str, &str)]) -> (String, Vec<String>, String) {
        let application = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: orders}}\nspec:\n  \
             sources:\n  - repoURL: https://git.example.org/a/b.git\n    path: charts/orders\n    \
             helm:\n{helm}  - {{repoURL: 'git@git.example.org:a/b', ref: mine}}\n  \
             - {{repoURL: 'https://git.example.org/c/d', ref: theirs}}\n"
        );
        let mut files = vec![("apps/orders.yaml", application.as_str())];
        files.push(("charts/orders/Chart.yaml", "name: orders\nversion: 1.0.0\n"));
        files.extend(more);
        let snapshot = Snapshot::from_memory(files.iter().copied());
        let store = Store::new(&snapshot);
        let layout = Layout::discover(&store, &Choices::default());
        let found = told(&store, &layout.applications[0].sources[0]);
        let maps = found.layers.iter().filter_map(Value::as_map);
        let map = maps.fold(crate::kube::Map::default(), |below, above| stack(&below, above));
        let place = map.get("a").map_or("", |value| snapshot.slice(value.span()));
        let entries: Vec<String> =
            map.iter().map(|entry| format!("{}: {}", entry.key, shown(&entry.value))).collect();
        let gaps = found.gaps.into_iter().map(|gap| gap.detail).collect();
        (entries.join(", "), gaps, place.to_owned())
    }

    #[test]
    fn parameters_win_over_inline_values_and_those_over_files() {
        let files =
            [("charts/orders/one.yaml", "a: 1\nb: 1\nc: 1\nd: 1\n"), ("two.yaml", "a: 2\nb: 2\n")];
        let helm = "      valueFiles: [one.yaml, /two.yaml]\n      values: |\n        a: 3\n        c: 3\n      \
                    parameters:\n      - {name: a, value: '4'}\n      - {name: e.f, value: 'true', forceString: true}\n";
        let (values, gaps, place) = read(helm, &files);
        assert_eq!(values, "a: 4, b: 2, c: 3, d: 1, e: {f: 'true'}");
        assert_eq!((gaps.len(), place.as_str()), (0, "'4'"));
    }

    #[test]
    fn inline_values_have_their_places_inside_the_text() {
        let helm = "      values: |\n        b: 1\n        a: here # and no comment\n";
        assert_eq!(read(helm, &[]).2, "here");
        let object = "      values: |\n        a: 1\n        b: 1\n      valuesObject: {a: 2}\n";
        assert_eq!(read(object, &[]).0, "a: 2");
    }

    #[test]
    fn files_of_other_sources_and_absent_ones() {
        let mine = [("envs/prod.yaml", "a: 1\n")];
        let helm = "      valueFiles: [$mine/envs/prod.yaml, $theirs/envs/prod.yaml, no.yaml]\n";
        let (values, gaps, _) = read(helm, &mine);
        // Nobody knows what the file that is not there says of `a`.
        assert_eq!(values, "");
        assert_eq!(gaps, ["$theirs/envs/prod.yaml", "no.yaml"]);
        let ignoring = format!("      ignoreMissingValueFiles: true\n{helm}");
        assert_eq!(read(&ignoring, &mine).1, ["$theirs/envs/prod.yaml"]);
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let helm = "      valueFiles: ['{{x}}.yaml', '../../../up.yaml', 'https://x.example.org/v.yaml']\n      \
                    values: '- a'\n      parameters: [{name: 'a[', value: b}, {value: c}]\n      \
                    fileParameters: [{name: cert, path: x.pem}]\n";
        let (values, gaps, _) = read(helm, &[]);
        assert_eq!(values, "");
        assert_eq!(
            gaps,
            [
                "{{x}}.yaml",
                "../../../up.yaml",
                "https://x.example.org/v.yaml",
                "helm.values",
                "a[",
                "cert"
            ]
        );
    }
}
