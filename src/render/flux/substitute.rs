//! Fills variables into rendered objects, as Flux does it with their text.
//!
//! Flux prints each object as YAML, expands the variables in it, and reads the result: the notation
//! of a text decides what a value becomes in it. `${replicas}` without quotes is a number once it is
//! filled in, whatever quotes the source had, because kustomize prints it without any.

use std::sync::Arc;

use crate::kube::{Action, Entry, Kind, Map, Provenance, ResourceId, Scalar, Value, load};
use crate::render::flux::variables::{VariableUse, Variables};
use crate::render::growth::Growth;
use crate::render::output::{Style, style_of};
use crate::render::{RenderError, Rendered};
use crate::syntax::parse_yaml;
use crate::syntax::scalar::{Dialect, Tag};
use crate::text::Span;
use crate::text::envsubst::{asks, expand};

/// The mark with which an object keeps Flux from substituting in it.
const DISABLED: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Fills in the variables of all objects, and notes which of them are used.
pub(super) fn apply(rendered: &mut Rendered, variables: &mut Variables) {
    let mut filling = Filling { variables, failures: Vec::new(), growth: Growth::default() };
    for resource in &mut rendered.resources {
        if resource.id.gvk.is_document() || is_disabled(&resource.body) {
            continue;
        }
        if let Some(body) = filling.value(&resource.body, false) {
            resource.body = body;
            resource.id = ResourceId::of(&resource.body);
        }
    }
    rendered.failures.append(&mut filling.failures);
}

/// A value with its variables filled in, as far as the result can be read.
pub(super) fn filled(value: Value, variables: &Variables) -> Value {
    let mut variables = variables.clone();
    let growth = Growth::default();
    let mut filling = Filling { variables: &mut variables, failures: Vec::new(), growth };
    filling.value(&value, false).unwrap_or(value)
}

fn is_disabled(body: &Value) -> bool {
    ["labels", "annotations"]
        .iter()
        .any(|map| body.at(&["metadata", map, DISABLED]).and_then(Value::text) == Some("disabled"))
}

struct Filling<'v> {
    variables: &'v mut Variables,
    failures: Vec<RenderError>,
    growth: Growth,
}

impl Filling<'_> {
    /// The value with its variables filled in; `None` where there are none.
    fn value(&mut self, value: &Value, in_list: bool) -> Option<Value> {
        match &value.kind {
            Kind::Scalar(scalar) => self.scalar(scalar, value, in_list),
            Kind::List(items) => {
                let mut changed: Option<Vec<Value>> = None;
                for (at, item) in items.iter().enumerate() {
                    if let Some(new) = self.value(item, true) {
                        let all = changed.get_or_insert_with(|| items.to_vec());
                        all.get_mut(at).into_iter().for_each(|old| *old = new.clone());
                    }
                }
                changed.map(|items| Value::list(items, value.provenance.clone()))
            }
            Kind::Map(map) => {
                let mut changed: Vec<(Arc<str>, Entry)> = Vec::new();
                for entry in map.iter() {
                    let new = self.value(&entry.value, false);
                    let key = self.key(entry);
                    if new.is_some() || key.is_some() {
                        let value = new.unwrap_or_else(|| entry.value.clone());
                        let new = Entry {
                            value,
                            key: key.unwrap_or_else(|| Arc::clone(&entry.key)),
                            ..entry.clone()
                        };
                        changed.push((Arc::clone(&entry.key), new));
                    }
                }
                if changed.is_empty() {
                    return None;
                }
                let mut map: Map = (**map).clone();
                for (old, _) in &changed {
                    map.remove(old);
                }
                for (_, entry) in changed {
                    map.insert(entry);
                }
                Some(Value::map(map, value.provenance.clone()))
            }
        }
    }

    fn key(&mut self, entry: &Entry) -> Option<Arc<str>> {
        if !asks(&entry.key) {
            return None;
        }
        let (text, _) = self.text(&entry.key, entry.key_span)?;
        Some(text.into())
    }

    fn scalar(&mut self, scalar: &Scalar, value: &Value, in_list: bool) -> Option<Value> {
        if scalar.tag != Tag::Str || !asks(&scalar.text) {
            return None;
        }
        let span = value.span();
        let style = style_of(&scalar.text);
        let written = style.write(&scalar.text);
        let (text, steps) = self.text(&written, span)?;
        let provenance = steps
            .iter()
            .fold(value.provenance.clone(), |history, step| history.then(step.0, step.1));
        if style == Style::Literal {
            return Some(Value::string(text, provenance));
        }
        let read = read(&text, in_list, span);
        let fits = read.as_ref().is_some_and(|value| self.growth.allows(value, 0));
        if let Some(read) = read.filter(|_| fits) {
            return Some(with_history(read, &provenance));
        }
        let message = "with its variables filled in, this is not YAML that Flux can read";
        self.failures.push(RenderError::new(span, message).help(
            "put the variable in quotes that Flux leaves alone, or give it a value of one kind",
        ));
        None
    }

    /// A text with its variables filled in, and the steps that this adds to its history.
    fn text(&mut self, text: &str, span: Span) -> Option<(String, Vec<(Action, Span)>)> {
        let variables = &*self.variables;
        let expanded = match expand(text, |name| variables.meaning(name)) {
            Ok(expanded) => expanded,
            Err(error) => {
                let message = format!("Flux refuses the variable in this text: {error}");
                let help = "write `$${` for a `${` that is no variable of Flux";
                self.failures.push(RenderError::new(span, message).help(help));
                return None;
            }
        };
        let mut steps: Vec<(Action, Span)> = Vec::new();
        let mut used: Vec<(Arc<str>, VariableUse)> = Vec::new();
        for asked in &expanded.used {
            let step = match variables.defined.get(asked.name) {
                Some(definition) if definition.value.is_some() => {
                    Some((Action::Substituted, definition.span))
                }
                None if !variables.open && !asked.defaulted => Some((Action::Emptied, span)),
                _ => None,
            };
            steps.extend(step.filter(|step| !steps.contains(step)));
            used.push((asked.name.into(), VariableUse { span, defaulted: asked.defaulted }));
        }
        for (name, found) in used {
            let known = self.variables.used.entry(name).or_insert(found);
            known.defaulted &= found.defaulted;
            known.span = known.span.min(found.span);
        }
        (expanded.text != text).then_some((expanded.text, steps))
    }
}

/// What a scalar of a YAML text is read as.
fn read(text: &str, in_list: bool, span: Span) -> Option<Value> {
    let document = if in_list { format!("- {text}\n") } else { format!("v: {text}\n") };
    let parsed = parse_yaml(span.file, &document);
    if parsed.is_broken() {
        return None;
    }
    let [document] = &parsed.documents[..] else { return None };
    let root = document.root();
    let node = if in_list {
        let mut items = root.items();
        items.next().filter(|_| items.next().is_none())
    } else {
        root.get("v").filter(|_| root.entries().count() == 1)
    };
    load(node?, Dialect::Config).ok()
}

/// The value with one history for all of its parts.
pub(super) fn with_history(value: Value, history: &Provenance) -> Value {
    let kind = match value.kind {
        Kind::Scalar(scalar) => Kind::Scalar(scalar),
        Kind::List(items) => Kind::List(Arc::new(
            items.iter().map(|item| with_history(item.clone(), history)).collect(),
        )),
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| Entry {
                key: Arc::clone(&entry.key),
                key_span: history.last().span,
                value: with_history(entry.value.clone(), history),
            });
            Kind::Map(Arc::new(entries.collect()))
        }
    };
    Value { kind, provenance: history.clone() }
}
