//! From the schema in a `CustomResourceDefinition` to a JSON Schema of the whole object.

use serde_json::{Map, Value as Json, json};

use crate::schema::pack::{self, kubernetes};

/// What begins the names of the definitions that every object's metadata needs.
const METADATA: &str = "metadata.";

/// Keywords that mean the same in both; everything else is left out or put into other words.
const SAME: &[&str] = &[
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "required",
    "type",
    "uniqueItems",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
];

/// What a part of a schema is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A value that has to be there.
    Value,
    /// A field that may be absent: the API server takes null for absence.
    Optional,
    /// A further condition on a value that another part describes.
    Condition,
}

/// The JSON Schema of the objects of a kind, from the `openAPIV3Schema` of its version. It refers
/// to nothing outside of itself.
///
/// As the API server drops or refuses fields that the schema does not name, objects are closed,
/// except where `x-kubernetes-preserve-unknown-fields` or `additionalProperties` opens them and
/// where nothing is said of their fields. What has a default is never required, and null stands
/// for absence. Patterns that only Go understands, and CEL rules, are left out.
///
/// Built-in schemas may refer to their own `$defs`.
pub fn json_schema(openapi: &Json, group: &str, version: &str, kind: &str) -> Json {
    let mut root = schema(openapi, Part::Value);
    let (metadata, needed) = kubernetes().metadata(METADATA).unwrap_or((json!({}), Map::new()));
    let mut definitions = needed;
    if let Some(own) = openapi.get("$defs").and_then(Json::as_object) {
        let own =
            own.iter().map(|(name, own)| (name.clone(), Json::from(schema(own, Part::Optional))));
        definitions.extend(own);
    }
    let properties = root.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        let only = |text: String| json!({ "type": "string", "enum": [text] });
        properties.insert("apiVersion".to_owned(), only(format!("{group}/{version}")));
        properties.insert("kind".to_owned(), only(kind.to_owned()));
        properties.insert("metadata".to_owned(), metadata);
    }
    root.insert("$defs".to_owned(), definitions.into());
    root.insert("$schema".to_owned(), pack::DIALECT.into());
    root.into()
}

fn schema(openapi: &Json, part: Part) -> Map<String, Json> {
    let mut made = Map::new();
    // `true` and `false` are no structural schemas; nothing is known then.
    let Some(openapi) = openapi.as_object() else { return made };
    let says = |keyword: &str| openapi.get(keyword).and_then(Json::as_bool) == Some(true);
    if let Some(reference) = openapi.get("$ref").and_then(Json::as_str) {
        if reference.starts_with("#/$defs/") {
            made.insert("$ref".to_owned(), reference.into());
        }
        return made;
    }
    for (keyword, value) in openapi.iter().filter(|(keyword, _)| SAME.contains(&&***keyword)) {
        made.insert(keyword.clone(), value.clone());
    }
    limits(openapi, &mut made);
    let pattern = openapi.get("pattern").and_then(Json::as_str).filter(|text| is_portable(text));
    if let Some(pattern) = pattern {
        made.insert("pattern".to_owned(), pattern.into());
    }
    let int_or_string = says("x-kubernetes-int-or-string");
    if int_or_string {
        made.insert("type".to_owned(), json!(["integer", "string"]));
        made.insert("format".to_owned(), "int-or-string".into());
    }
    if let Some(items) = openapi.get("items").filter(|items| items.is_object()) {
        let part = if part == Part::Condition { part } else { Part::Value };
        made.insert("items".to_owned(), schema(items, part).into());
    }
    fields(openapi, part, &mut made);
    if says("x-kubernetes-embedded-resource") {
        embed(&mut made);
    }
    conditions(openapi, int_or_string, &mut made);
    if part == Part::Optional || says("nullable") {
        allow_null(&mut made);
    }
    made
}

/// The fields of an object, and whether it may have others.
fn fields(openapi: &Map<String, Json>, part: Part, made: &mut Map<String, Json>) {
    let inner = |part: Part| if part == Part::Condition { part } else { Part::Value };
    match openapi.get("additionalProperties") {
        Some(Json::Bool(open)) => {
            made.insert("additionalProperties".to_owned(), (*open).into());
        }
        Some(values) => {
            made.insert("additionalProperties".to_owned(), schema(values, inner(part)).into());
        }
        None => {}
    }
    let Some(properties) = openapi.get("properties").and_then(Json::as_object) else { return };
    if let Some(Json::Array(required)) = made.get_mut("required") {
        required.retain(|name| {
            let field = name.as_str().and_then(|name| properties.get(name));
            let is_filled = |field: &Json| {
                field.get("default").is_some() || field.get("nullable") == Some(&Json::Bool(true))
            };
            !field.is_some_and(is_filled)
        });
    }
    let is_required = |name: &str| {
        let required = made.get("required").and_then(Json::as_array);
        required.is_some_and(|required| required.iter().any(|other| other == name))
    };
    let fields = properties.iter().map(|(name, field)| {
        let part = match part {
            Part::Condition => part,
            _ if is_required(name) => Part::Value,
            _ => Part::Optional,
        };
        (name.clone(), Json::from(schema(field, part)))
    });
    let fields: Map<String, Json> = fields.collect();
    let is_open = openapi.get("x-kubernetes-preserve-unknown-fields") == Some(&Json::Bool(true))
        || openapi.contains_key("additionalProperties")
        || part == Part::Condition;
    if !is_open {
        made.insert("additionalProperties".to_owned(), false.into());
    }
    made.insert("properties".to_owned(), fields.into());
}

/// An object inside an object has what every object has.
fn embed(made: &mut Map<String, Json>) {
    let properties = made.entry("properties").or_insert_with(|| json!({}));
    let Some(properties) = properties.as_object_mut() else { return };
    for field in ["apiVersion", "kind"] {
        properties.entry(field).or_insert_with(|| json!({ "type": "string" }));
    }
    properties.entry("metadata").or_insert_with(|| json!({ "type": "object" }));
    made.insert("required".to_owned(), json!(["apiVersion", "kind"]));
}

/// `exclusiveMinimum: true` beside a minimum is the minimum under another name.
fn limits(openapi: &Map<String, Json>, made: &mut Map<String, Json>) {
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if openapi.get(flag) == Some(&Json::Bool(true))
            && let Some(value) = made.remove(limit)
        {
            made.insert(flag.to_owned(), value);
        }
    }
}

/// `allOf` and its kin. Of what is an integer or a text they usually say only that.
fn conditions(openapi: &Map<String, Json>, int_or_string: bool, made: &mut Map<String, Json>) {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let Some(parts) = openapi.get(keyword).and_then(Json::as_array) else { continue };
        let parts: Vec<Json> =
            parts.iter().map(|part| schema(part, Part::Condition).into()).collect();
        let says_only_the_type = |part: &Json| {
            part.as_object().is_some_and(|part| part.len() == 1 && part.contains_key("type"))
        };
        let is_said = int_or_string && parts.iter().all(says_only_the_type);
        if !parts.is_empty() && !is_said {
            made.insert(keyword.to_owned(), parts.into());
        }
    }
    if let Some(not) = openapi.get("not").filter(|not| not.is_object()) {
        made.insert("not".to_owned(), schema(not, Part::Condition).into());
    }
}

fn allow_null(made: &mut Map<String, Json>) {
    match made.get_mut("type") {
        Some(Json::Array(types)) => types.push("null".into()),
        Some(r#type) => *r#type = json!([r#type.take(), "null"]),
        None => {}
    }
    if let Some(Json::Array(values)) = made.get_mut("enum")
        && !values.contains(&Json::Null)
    {
        values.push(Json::Null);
    }
}

/// Whether a pattern means the same to Go, which reads it in a cluster, and to JSON Schema.
fn is_portable(pattern: &str) -> bool {
    let groups = pattern.match_indices("(?").all(|(at, _)| pattern[at..].starts_with("(?:"));
    let classes = ["[[:", "\\A", "\\z", "\\Q", "\\C", "\\pN", "\\a"];
    groups && !classes.iter().any(|class| pattern.contains(class))
}

#[cfg(test)]
mod tests;
