//! What is valid or wrong at first sight: most values are, and for them nothing has to be compiled.
//!
//! This knows the keywords that nearly every schema of a kind is made of. Where it does not know a
//! keyword, or something may still be filled in, it does not say anything: then a
//! [`Schema`](super::Schema) is asked.

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

/// Whether something is valid; `None` where that takes more to find out.
type Sight = Option<bool>;

/// Whether all hold: one that surely does not decides.
fn all(sights: impl Iterator<Item = Sight>) -> Sight {
    let mut result = Some(true);
    for sight in sights {
        match sight {
            Some(true) => {}
            Some(false) => return sight,
            None => result = None,
        }
    }
    result
}

/// Whether one holds at least.
fn any(sights: impl Iterator<Item = Sight>) -> Sight {
    all(sights.map(|sight| sight.map(|holds| !holds))).map(|none| !none)
}

impl Plain<'_> {
    /// Whether the value is valid under the part of the document at a JSON pointer.
    pub(super) fn look(self, pointer: &str, value: &Value) -> Sight {
        self.holds(self.document.pointer(pointer)?, value, 0)
    }

    fn holds(self, schema: &Json, value: &Value, depth: usize) -> Sight {
        match schema {
            Json::Bool(true) => Some(true),
            Json::Object(schema) if depth < DEPTH => all(schema
                .iter()
                .map(|(name, says)| self.keyword(name, says, schema, value, depth))),
            _ => None,
        }
    }

    fn keyword(
        self,
        keyword: &str,
        says: &Json,
        schema: &Map<String, Json>,
        value: &Value,
        depth: usize,
    ) -> Sight {
        let below = |schema: &Json, value: &Value| self.holds(schema, value, depth + 1);
        let map = || value.as_map().into_iter().flatten();
        match keyword {
            "$schema" | "$defs" | "definitions" | "description" | "title" | "default" => Some(true),
            "$ref" => {
                let target = says.as_str()?.strip_prefix('#').filter(|at| !at.contains('%'))?;
                below(self.document.pointer(target)?, value)
            }
            "type" => match says {
                Json::String(name) => is_a(name, value),
                Json::Array(names) => {
                    any(names.iter().map(|name| name.as_str().and_then(|name| is_a(name, value))))
                }
                _ => None,
            },
            "properties" => {
                let properties = says.as_object()?;
                all(map().filter_map(|e| Some(below(properties.get(&*e.key)?, &e.value))))
            }
            "additionalProperties" => {
                let properties = schema.get("properties").and_then(Json::as_object);
                let known = |key: &str| properties.is_some_and(|all| all.contains_key(key));
                let open = schema.contains_key("patternProperties");
                all(map().filter(|entry| !known(&entry.key)).map(|entry| match says {
                    Json::Bool(false) => (is_literal(&entry.key) && !open).then_some(false),
                    _ => below(says, &entry.value),
                }))
            }
            "required" => {
                let has = |name: &Json| Some(value.get(name.as_str()?).is_some());
                let present = value.as_map().is_none()
                    || says.as_array()?.iter().all(|it| has(it) == Some(true));
                present.then_some(true)
            }
            "items" => all(value.as_list().unwrap_or_default().iter().map(|it| below(says, it))),
            "enum" => {
                let text = string(value)?;
                let listed = says.as_array()?.iter().any(|one| one.as_str() == Some(text));
                (listed || is_literal(text)).then_some(listed)
            }
            "anyOf" => any(says.as_array()?.iter().map(|one| below(one, value))),
            "allOf" => all(says.as_array()?.iter().map(|one| below(one, value))),
            "format" => (!self.formats || has_format(says.as_str()?, value)).then_some(true),
            _ => keyword.starts_with("x-").then_some(true),
        }
    }
}

/// Whether nothing can take the place of a part of a text before it is applied.
fn is_literal(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/');
    text != "sops" && text.bytes().all(plain)
}

/// The text of what is a string in JSON.
fn string(value: &Value) -> Option<&str> {
    let is_string = |it: &&Scalar| matches!(it.tag, Tag::Str | Tag::Timestamp | Tag::Binary);
    value.as_scalar().filter(is_string).map(|scalar| &*scalar.text)
}

/// Whether a value has a type. A number with a fraction may still be an integer, and for a server a
/// null is nothing.
fn is_a(name: &str, value: &Value) -> Sight {
    let tag = value.as_scalar().map(|scalar| scalar.tag);
    let is = match name {
        "object" => matches!(value.kind, Kind::Map(_)),
        "array" => matches!(value.kind, Kind::List(_)),
        "string" => string(value).is_some(),
        "boolean" => tag == Some(Tag::Bool),
        "null" => tag == Some(Tag::Null),
        "number" => matches!(tag, Some(Tag::Int | Tag::Float)),
        "integer" if tag == Some(Tag::Float) => return None,
        "integer" if tag == Some(Tag::Int) => scalar::int_value(value.text()?).map(|_| true)?,
        "integer" => false,
        _ => return None,
    };
    let sure = match &value.kind {
        Kind::Map(_) => true,
        Kind::List(_) => false,
        Kind::Scalar(scalar) => scalar.tag != Tag::Null && is_literal(&scalar.text),
    };
    (is || sure).then_some(is)
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
                inner.clone().prop_map(|it| json!({ "properties": { "a": it, "b": true } })),
                inner.prop_map(|it| json!({
                    "properties": { "a": it }, "additionalProperties": false
                })),
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
        /// What is told at first sight is what the validator says.
        #[test]
        fn agrees_with_the_validator(schema in schemas(), text in texts()) {
            let definitions = json!({ "b": { "type": ["string", "boolean"] } });
            let document = json!({ "$defs": definitions, "allOf": [schema] });
            let value = value(&text);
            let plain = Plain { document: &document, formats: false };
            if let Some(valid) = plain.look("", &value) {
                let schema = Schema::alone(document.clone()).unwrap();
                prop_assert_eq!(schema.check(&value).is_empty(), valid, "{} {}", document, text);
            }
        }
    }
}
