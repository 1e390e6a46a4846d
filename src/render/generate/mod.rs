//! `configMapGenerator:` and `secretGenerator:`: objects from literals and files.

pub(crate) mod absorb;
pub(crate) mod hash;
pub(crate) mod iam_policy;
mod sources;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kube::{Action, Entry, Map, Provenance, Value};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::kustomization::{Generator, GeneratorKind, GeneratorOptions, Pairs, Text};
use crate::render::working::{Behavior, Working};
use crate::syntax::scalar::Tag;
use crate::text::Span;

use sources::Datum;
pub(crate) use sources::{Content, Files};

/// Columns of a line of base64 text.
const BASE64_LINE: usize = 70;

/// Makes the object.
pub(crate) fn make(
    generator: &Generator,
    options: &GeneratorOptions,
    files: &mut dyn Files,
) -> Result<Working, RenderError> {
    let Some(name) = &generator.name else {
        let what = if generator.kind == GeneratorKind::Secret { "Secret" } else { "ConfigMap" };
        return Err(RenderError::new(generator.span, format!("this {what} has no `name`"))
            .help("add a `name`"));
    };
    let options = generator.options.under(options);
    let data = sources::collect(generator, files)?;
    let span = generator.span;
    let mut body = Body { map: Map::default(), span };
    match generator.kind {
        GeneratorKind::ConfigMap => {
            body.put("kind", text("ConfigMap", span));
            let (plain, binary): (Vec<_>, Vec<_>) =
                data.into_iter().partition(|datum| std::str::from_utf8(&datum.value).is_ok());
            body.put_data("data", plain, |bytes| String::from_utf8_lossy(bytes).into_owned());
            body.put_data("binaryData", binary, encode);
        }
        GeneratorKind::Secret => {
            body.put("kind", text("Secret", span));
            let kind = generator.secret_type.as_ref();
            body.put("type", kind.map_or_else(|| text("Opaque", span), generated));
            body.put("data", edit::empty_map(Action::Generated, span));
            body.put_data("data", data, encode);
        }
    }
    body.put("apiVersion", text("v1", span));
    body.put("metadata", metadata(name, generator.namespace.as_ref(), &options, span));
    if let Some(span) = options.immutable {
        let provenance = Provenance::new(Action::Generated, span);
        body.put("immutable", Value::scalar(Tag::Bool, "true", provenance));
    }
    let value = Value::map(body.map, Provenance::new(Action::Generated, span));
    let mut made = Working::new(value, span);
    made.hashed = (!options.disable_hash).then_some(span);
    made.behavior = match generator.behavior.as_ref().map(|behavior| &*behavior.value) {
        Some("merge") => Behavior::Merge,
        Some("replace") => Behavior::Replace,
        _ => Behavior::Create,
    };
    Ok(made)
}

fn text(text: &str, span: Span) -> Value {
    Value::string(text, Provenance::new(Action::Generated, span))
}

fn generated(text: &Text) -> Value {
    Value::string(text.value.clone(), Provenance::new(Action::Generated, text.span))
}

fn metadata(
    name: &Text,
    namespace: Option<&Text>,
    options: &GeneratorOptions,
    span: Span,
) -> Value {
    let mut body = Body { map: Map::default(), span };
    body.put("name", generated(name));
    if let Some(namespace) = namespace {
        body.put("namespace", generated(namespace));
    }
    for (field, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        if !pairs.is_empty() {
            body.put(field, map_of(pairs, span));
        }
    }
    Value::map(body.map, Provenance::new(Action::Generated, span))
}

fn map_of(pairs: &Pairs, span: Span) -> Value {
    let entries = pairs.iter().map(|(key, value)| Entry {
        key: key.value.clone(),
        key_span: key.span,
        value: generated(value),
    });
    Value::map(entries.collect(), Provenance::new(Action::Generated, span))
}

/// Base64 as kustomize writes it: a long text is broken into lines, each with its line end.
fn encode(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    if text.len() <= BASE64_LINE {
        return text;
    }
    let mut lines = String::with_capacity(text.len() + text.len() / BASE64_LINE + 1);
    for line in text.as_bytes().chunks(BASE64_LINE) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    lines
}

/// A map under construction.
struct Body {
    map: Map,
    span: Span,
}

impl Body {
    fn put(&mut self, key: &str, value: Value) {
        self.map.insert(Entry { key: key.into(), key_span: self.span, value });
    }

    fn put_data(&mut self, key: &str, data: Vec<Datum>, encode: impl Fn(&[u8]) -> String) {
        if data.is_empty() {
            return;
        }
        let entries = data.into_iter().map(|datum| Entry {
            key: datum.key.into(),
            key_span: datum.key_span,
            value: text(&encode(&datum.value), datum.span),
        });
        let map = entries.collect();
        self.put(key, Value::map(map, Provenance::new(Action::Generated, self.span)));
    }
}
