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
}

impl Told {
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
        let elsewhere = application.sources.iter().find(|it| it.body.get("helm").is_some());
        sources.find(is_here).or(elsewhere).filter(|_| !application.patched)
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
            Some(Err(gap)) => told.gaps.push(gap),
            None if file.path.is_some() && ignores == Some(true) => {}
            None => told.unknown(file.span, "values file", &file.text),
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
    if parsed.template || parsed.is_broken() {
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
