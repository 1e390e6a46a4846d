//! The content hash at the end of generated names.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::kube::{Action, Kind, Value};
use crate::render::working::Working;
use crate::syntax::scalar::{self, Tag};

/// Digits that could form words are replaced.
const LETTERS: [(char, char); 5] = [('0', 'g'), ('1', 'h'), ('3', 'k'), ('a', 'm'), ('e', 't')];
/// Length of the hash in a name.
const LENGTH: usize = 10;

/// Appends the hash to the name of every object that is marked for it.
pub(crate) fn apply(resources: &mut [Working]) {
    for resource in resources {
        if let Some(span) = resource.hashed {
            let name = format!("{}-{}", resource.id.name, hash(&resource.body));
            resource.remember();
            resource.rename(&name, Action::Hashed, span);
        }
    }
}

fn hash(body: &Value) -> String {
    let digest = Sha256::digest(content(body).as_bytes());
    let hex = digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let replace = |digit| LETTERS.iter().find(|(from, _)| *from == digit).map_or(digit, |to| to.1);
    hex.chars().take(LENGTH).map(replace).collect()
}

/// The JSON that is hashed. It has an empty name: kustomize never finds the real one.
fn content(body: &Value) -> String {
    let kind = body.get("kind").and_then(Value::text).unwrap_or("");
    let mut json = String::from("{");
    let field = |json: &mut String, name: &str, value: Option<&Value>| {
        let separator = if json.len() > 1 { "," } else { "" };
        let _infallible = write!(json, "{separator}\"{name}\":");
        match value {
            Some(value) => write_json(value, json),
            None => json.push_str("\"\""),
        }
    };
    match kind {
        "ConfigMap" => {
            if let Some(binary) = body.get("binaryData").filter(|data| data.as_map().is_some()) {
                field(&mut json, "binaryData", Some(binary));
            }
            field(&mut json, "data", body.get("data"));
            field(&mut json, "kind", body.get("kind"));
            field(&mut json, "name", None);
        }
        "Secret" => {
            field(&mut json, "data", body.get("data"));
            field(&mut json, "kind", body.get("kind"));
            field(&mut json, "name", None);
            if let Some(plain) = body.get("stringData").filter(|data| data.as_map().is_some()) {
                field(&mut json, "stringData", Some(plain));
            }
            field(&mut json, "type", body.get("type"));
        }
        _ => {
            json.clear();
            write_json(body, &mut json);
            return json;
        }
    }
    json.push('}');
    json
}

/// A value as JSON.
pub(crate) fn json(value: &Value) -> String {
    let mut json = String::new();
    write_json(value, &mut json);
    json
}

fn write_json(value: &Value, json: &mut String) {
    match &value.kind {
        Kind::Map(map) => {
            json.push('{');
            for (at, entry) in map.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                write_string(&entry.key, json);
                json.push(':');
                write_json(&entry.value, json);
            }
            json.push('}');
        }
        Kind::List(items) => {
            json.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                write_json(item, json);
            }
            json.push(']');
        }
        Kind::Scalar(scalar) => match scalar.tag {
            Tag::Null => json.push_str("null"),
            Tag::Bool => {
                let value = scalar::bool_value(&scalar.text) == Some(true);
                json.push_str(if value { "true" } else { "false" });
            }
            Tag::Int | Tag::Float => {
                let whole = scalar::int_value(&scalar.text).map(|whole| whole.to_string());
                let number = || scalar::float_value(&scalar.text).unwrap_or(0.0).to_string();
                json.push_str(&whole.unwrap_or_else(number));
            }
            Tag::Str | Tag::Timestamp | Tag::Binary => write_string(&scalar.text, json),
        },
    }
}

/// A JSON string as Go writes it: safe inside HTML and JavaScript.
fn write_string(text: &str, json: &mut String) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _infallible = write!(json, "\\u{:04x}", u32::from(letter));
            }
            _ => json.push(letter),
        }
    }
    json.push('"');
}
