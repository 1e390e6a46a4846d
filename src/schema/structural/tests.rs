use super::json_schema;
use serde_json::{Value as Json, json};

fn widget(spec: &Json) -> Json {
    let openapi = json!({
        "type": "object",
        "description": "A widget.",
        "required": ["spec"],
        "properties": { "metadata": { "type": "object" }, "spec": spec },
    });
    json_schema(&openapi, "example.org", "v1", "Widget")
}

fn accepts(spec: &Json, value: &Json) -> bool {
    let object = json!({
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": { "name": "orders", "labels": { "app": "orders" } },
        "spec": value,
    });
    jsonschema::validator_for(&widget(spec)).unwrap().is_valid(&object)
}

#[test]
fn the_whole_object_is_described() {
    let schema = widget(&json!({ "type": "object" }));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let with = |api_version: &str, field: &str, metadata: Json| {
        let mut object = json!({ "apiVersion": api_version, "kind": "Widget", "spec": {} });
        object[field] = metadata;
        validator.is_valid(&object)
    };
    assert!(with("example.org/v1", "metadata", json!({ "name": "orders" })));
    assert!(!with("example.org/v2", "metadata", json!({ "name": "orders" })));
    assert!(!with("example.org/v1", "metadata", json!({ "nmae": "orders" })));
    assert!(!with("example.org/v1", "spek", json!({})));
}

#[test]
fn objects_are_closed_unless_something_opens_them() {
    let closed = json!({ "type": "object", "properties": { "size": { "type": "integer" } } });
    assert!(accepts(&closed, &json!({ "size": 1 })));
    assert!(!accepts(&closed, &json!({ "size": 1, "sise": 1 })));
    let mut open = closed.clone();
    open["x-kubernetes-preserve-unknown-fields"] = true.into();
    assert!(accepts(&open, &json!({ "size": 1, "sise": 1 })));
    assert!(!accepts(&open, &json!({ "size": "1" })));
    let map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    assert!(accepts(&map, &json!({ "a": "b" })));
    assert!(!accepts(&map, &json!({ "a": 1 })));
    assert!(accepts(&json!({ "type": "object" }), &json!({ "anything": 1 })));
    // Only the description of the value itself closes it, not the conditions on it.
    let mut either = closed;
    either["oneOf"] = json!([{ "required": ["size"], "properties": { "size": { "minimum": 2 } } }]);
    assert!(accepts(&either, &json!({ "size": 2 })));
    assert!(!accepts(&either, &json!({ "size": 1 })));
}

#[test]
fn defaults_and_nulls_are_the_servers_business() {
    let spec = json!({
        "type": "object",
        "required": ["kind", "size", "note"],
        "properties": {
            "kind": { "type": "string", "enum": ["a", "b"], "default": "a" },
            "size": { "type": "integer" },
            "note": { "type": "string", "nullable": true },
            "mode": { "type": "string", "enum": ["x"] },
        },
    });
    assert!(accepts(&spec, &json!({ "size": 1 })));
    assert!(accepts(&spec, &json!({ "size": 1, "kind": null, "note": null, "mode": null })));
    assert!(!accepts(&spec, &json!({ "size": null })));
    assert!(!accepts(&spec, &json!({ "kind": "a" })));
    assert!(!accepts(&spec, &json!({ "size": 1, "mode": "y" })));
}

#[test]
fn integers_or_texts_and_limits_are_put_into_other_words() {
    let spec = json!({
        "type": "object",
        "properties": {
            "port": {
                "x-kubernetes-int-or-string": true,
                "anyOf": [{ "type": "integer" }, { "type": "string" }],
                "pattern": "^[0-9]+%?$",
            },
            "share": { "type": "number", "minimum": 0, "exclusiveMinimum": true },
            "word": { "type": "string", "pattern": "^(?i)(yes|no)$" },
        },
    });
    let schema = widget(&spec);
    let port = schema.pointer("/properties/spec/properties/port").unwrap();
    assert_eq!(port["type"], json!(["integer", "string", "null"]));
    assert!(port.get("anyOf").is_none());
    assert!(accepts(&spec, &json!({ "port": 80 })) && accepts(&spec, &json!({ "port": "80%" })));
    assert!(
        !accepts(&spec, &json!({ "port": "http" })) && !accepts(&spec, &json!({ "port": true }))
    );
    assert!(accepts(&spec, &json!({ "share": 0.1 })) && !accepts(&spec, &json!({ "share": 0 })));
    assert!(accepts(&spec, &json!({ "word": "YES" })));
}

#[test]
fn embedded_resources_name_their_kind() {
    let spec = json!({
        "type": "object",
        "x-kubernetes-embedded-resource": true,
        "x-kubernetes-preserve-unknown-fields": true,
    });
    assert!(accepts(&spec, &json!({ "apiVersion": "v1", "kind": "Pod", "spec": {} })));
    assert!(!accepts(&spec, &json!({ "apiVersion": "v1" })));
}

#[test]
fn nothing_leads_outside() {
    let hostile = json!({
        "type": "object",
        "$id": "https://example.org/",
        "properties": {
            "a": { "$ref": "https://example.org/schema.json" },
            "b": { "$dynamicRef": "#x" },
            "c": true,
            "d": { "items": [{ "$ref": "file:///etc/passwd" }] },
        },
    });
    let schema = widget(&hostile).to_string();
    assert!(!schema.contains("example.org/schema") && !schema.contains("dynamicRef"), "{schema}");
    assert!(!schema.contains("passwd") && !schema.contains("$id"), "{schema}");
    assert!(accepts(&hostile, &json!({ "a": 1, "b": 2, "c": 3, "d": [4] })));
    for nonsense in [json!(null), json!([]), json!("text"), json!({ "properties": [] })] {
        let schema = json_schema(&nonsense, "example.org", "v1", "Widget");
        assert!(jsonschema::validator_for(&schema).is_ok(), "{nonsense}");
    }
}
