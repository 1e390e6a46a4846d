//! What is valid at first sight: most values are, and for them nothing has to be compiled.
//!
//! This knows the keywords that nearly every schema of a kind is made of, and only ever says that a
//! value is valid. Of everything else it does not know: then a [`Schema`](super::Schema) is asked.

use serde_json::{Map, Value as Json};

use crate::kube::{Kind, Scalar, Value};
use crate::schema::formats::FORMATS;
use crate::syntax::scalar::{self, Tag};

/// Deepest nesting of schemas that is followed.
const DEPTH: usize = 100;
/// The format that is checked although [`FORMATS`] does not name it.
const CHECKED: &str = "date-time";

/// A document whose references lead into itself.
#[derive(Clone, Copy)]
pub(super) struct Plain<'d> {
    /// The document.
    pub(super) document: &'d Json,
    /// Whether formats are checked.
    pub(super) formats: bool,
}

impl Plain<'_> {
    /// Whether the value is valid under the part of the document at a JSON pointer. Where it is
    /// not, or where that takes more to find out: `false`.
    pub(super) fn accepts(self, pointer: &str, value: &Value) -> bool {
        self.document.pointer(pointer).is_some_and(|schema| self.holds(schema, value, 0))
    }

    fn holds(self, schema: &Json, value: &Value, depth: usize) -> bool {
        match schema {
            Json::Bool(open) => *open,
            Json::Object(schema) if depth < DEPTH => schema
                .iter()
                .all(|(keyword, says)| self.keyword(keyword, says, schema, value, depth)),
            _ => false,
        }
    }

    fn keyword(
        self,
        keyword: &str,
        says: &Json,
        schema: &Map<String, Json>,
        value: &Value,
        depth: usize,
    ) -> bool {
        let below = |schema: &Json, value: &Value| self.holds(schema, value, depth + 1);
        let map = || value.as_map().into_iter().flatten();
        match keyword {
            "$schema" | "$defs" | "definitions" | "description" | "title" | "default" => true,
            "$ref" => {
                let target = says.as_str().and_then(|at| at.strip_prefix('#'));
                let target = target.filter(|at| !at.contains('%'));
                target
                    .and_then(|at| self.document.pointer(at))
                    .is_some_and(|target| below(target, value))
            }
            "type" => match says {
                Json::String(name) => is_a(name, value),
                Json::Array(names) => names.iter().filter_map(Json::as_str).any(|n| is_a(n, value)),
                _ => false,
            },
            "properties" => says.as_object().is_some_and(|properties| {
                map().all(|e| properties.get(&*e.key).is_none_or(|it| below(it, &e.value)))
            }),
            "additionalProperties" => {
                let properties = schema.get("properties").and_then(Json::as_object);
                let known = |key: &str| properties.is_some_and(|all| all.contains_key(key));
                map().all(|entry| known(&entry.key) || below(says, &entry.value))
            }
            "required" => says.as_array().is_some_and(|names| {
                let has = |name: &Json| name.as_str().is_some_and(|name| value.get(name).is_some());
                value.as_map().is_none() || names.iter().all(has)
            }),
            "items" => value.as_list().unwrap_or_default().iter().all(|item| below(says, item)),
            "enum" => says.as_array().is_some_and(|all| {
                string(value).is_some_and(|text| all.iter().any(|one| one.as_str() == Some(text)))
            }),
            "anyOf" => says.as_array().is_some_and(|any| any.iter().any(|one| below(one, value))),
            "allOf" => says.as_array().is_some_and(|all| all.iter().all(|one| below(one, value))),
            "format" => !self.formats || says.as_str().is_some_and(|name| has_format(name, value)),
            _ => keyword.starts_with("x-"),
        }
    }
}

/// The text of what is a string in JSON.
fn string(value: &Value) -> Option<&str> {
    let is_string = |it: &&Scalar| matches!(it.tag, Tag::Str | Tag::Timestamp | Tag::Binary);
    value.as_scalar().filter(is_string).map(|scalar| &*scalar.text)
}

/// Whether a value surely has a type. A number with a fraction may still be an integer.
fn is_a(name: &str, value: &Value) -> bool {
    let tag = value.as_scalar().map(|scalar| scalar.tag);
    match name {
        "object" => matches!(value.kind, Kind::Map(_)),
        "array" => matches!(value.kind, Kind::List(_)),
        "string" => string(value).is_some(),
        "boolean" => tag == Some(Tag::Bool),
        "null" => tag == Some(Tag::Null),
        "number" => matches!(tag, Some(Tag::Int | Tag::Float)),
        "integer" => {
            tag == Some(Tag::Int) && value.text().is_some_and(|it| scalar::int_value(it).is_some())
        }
        _ => false,
    }
}

/// Whether a value has a format, as far as it is a string at all.
fn has_format(name: &str, value: &Value) -> bool {
    let Some(text) = string(value) else { return true };
    match FORMATS.iter().find(|(known, _)| *known == name) {
        Some((_, holds)) => holds(text),
        None => name != CHECKED,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::Plain;
    use crate::kube::{Value, load};
    use crate::schema::Schema;
    use crate::source::Snapshot;
    use crate::syntax::Store;
    use crate::syntax::scalar::Dialect;

    fn value(text: &str) -> Value {
        let snapshot = Snapshot::from_memory([("a.yaml", text)]);
        let store = Store::new(&snapshot);
        let file = snapshot.files().next().unwrap().0;
        load(store.yaml(file).documents[0].root(), Dialect::Config).unwrap()
    }

    fn schemas() -> impl Strategy<Value = Json> {
        let leaf = prop::sample::select(vec![
            json!(true),
            json!(false),
            json!({}),
            json!({ "type": "string" }),
            json!({ "type": ["integer", "null"] }),
            json!({ "type": "number", "minimum": 2 }),
            json!({ "type": "boolean", "default": true }),
            json!({ "type": "string", "enum": ["a", "1"] }),
            json!({ "type": "string", "format": "date-time" }),
            json!({ "format": "quantity", "x-own": 1 }),
            json!({ "pattern": "^a" }),
            json!({ "$ref": "#/$defs/b" }),
        ]);
        leaf.prop_recursive(4, 24, 4, |inner| {
            let pair = (inner.clone(), inner.clone());
            prop_oneof![
                inner.clone().prop_map(|it| json!({ "type": "array", "items": it })),
                pair.clone().prop_map(|(a, b)| json!({ "anyOf": [a, b] })),
                pair.clone().prop_map(|(a, b)| json!({ "allOf": [a, b] })),
                pair.clone().prop_map(|(a, b)| json!({ "oneOf": [a, b] })),
                pair.prop_map(|(a, b)| json!({
                    "type": "object", "properties": { "a": a }, "additionalProperties": b,
                    "required": ["a"],
                })),
                inner.prop_map(|it| json!({ "properties": { "a": it, "b": true } })),
            ]
        })
    }

    fn texts() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "a",
            "'1'",
            "1",
            "2.5",
            "-3",
            "null",
            "true",
            "2001-12-14",
            "10Mi",
            "99999999999999999999",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[{}]", items.join(", "))),
                (inner.clone(), inner).prop_map(|(a, b)| format!("{{a: {a}, b: {b}}}")),
            ]
        })
    }

    proptest! {
        /// What is taken at first sight is taken by the validator.
        #[test]
        fn never_takes_what_is_not_valid(schema in schemas(), text in texts()) {
            let definitions = json!({ "b": { "type": ["string", "boolean"] } });
            let document = json!({ "$defs": definitions, "allOf": [schema] });
            let value = value(&text);
            let plain = Plain { document: &document, formats: false };
            if plain.accepts("", &value) {
                let schema = Schema::alone(document.clone()).unwrap();
                prop_assert!(schema.check(&value).is_empty(), "{document} {text}");
            }
        }
    }
}
