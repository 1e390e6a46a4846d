//! What is told of values that schemas refuse.

use serde_json::json;

use super::Fault;
use crate::kube::load;
use crate::schema::Schema;
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;

/// Path, text of the span, and fault of every problem.
fn problems(schema: serde_json::Value, text: &str) -> Vec<(String, String, Fault)> {
    let schema = Schema::alone(schema).unwrap();
    let parsed = parse_yaml(FileId(0), text);
    let value = load(parsed.documents[0].root(), Dialect::Resource).unwrap();
    let slice = |range: std::ops::Range<usize>| text[range].to_owned();
    let told = schema.check(&value);
    told.into_iter()
        .map(|found| (found.path.to_string(), slice(found.span.range()), found.fault))
        .collect()
}

#[test]
fn unknown_fields_are_told_at_their_key_with_what_is_allowed() {
    let schema = json!({
        "properties": {"spec": {"$ref": "#/$defs/Spec"}},
        "$defs": {"Spec": {"properties": {"image": {}, "port": {}}, "additionalProperties": false}},
    });
    let found = problems(schema, "spec:\n  imgae: a\n  port: 1\n");
    let allowed = vec!["image".to_owned(), "port".to_owned()];
    let elsewhere = Vec::new();
    let fault = Fault::Unknown { field: "imgae".to_owned(), allowed, elsewhere };
    assert_eq!(found, [("spec".to_owned(), "imgae".to_owned(), fault)]);
}

#[test]
fn a_misspelt_field_is_not_missing_as_well() {
    let schema = json!({"properties": {"spec": {
        "properties": {"image": {}, "port": {}},
        "additionalProperties": false,
        "required": ["image", "port"],
    }}});
    let found = told(schema, "spec: {imgae: a}");
    let faults: Vec<_> = found.iter().map(|(_, at, fault)| (&**at, &fault[..7])).collect();
    assert_eq!(faults, [("spec", "Missing"), ("imgae", "Unknown")]);
    assert!(found[0].2.contains("port"));
}

#[test]
fn a_key_that_is_refused_is_told_where_it_stands() {
    let schema = json!({"properties": {"a": {"propertyNames": {"pattern": "^[a-z]+$"}}}});
    let words = "cannot be called so: the key must match `^[a-z]+$`";
    let fault = Fault::Clash(words.to_owned());
    let found = problems(schema, "a: {b: 1, C: 2}\n");
    assert_eq!(found, [("a.C".to_owned(), "C".to_owned(), fault)]);
    let schema = json!({"propertyNames": {"enum": ["a"]}});
    let words = "cannot be called so: the key is not one of those that are allowed";
    let fault = Fault::Clash(words.to_owned());
    assert_eq!(problems(schema, "b: 1\n"), [("b".to_owned(), "b".to_owned(), fault)]);
}

#[test]
fn a_field_in_the_wrong_place_is_told_where_it_belongs() {
    let sync = json!({"properties": {"prune": {}, "keep": {}}});
    let schema = json!({
        "properties": {"spec": {"$ref": "#/$defs/Spec"}, "items": {"items": sync}},
        "additionalProperties": false,
        "$defs": {"Spec": {
            "properties": {"sync": sync, "name": {}}, "additionalProperties": false,
        }},
    });
    let elsewhere = |text: &str| match &problems(schema.clone(), text)[..] {
        [(.., Fault::Unknown { elsewhere, .. })] => elsewhere.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(elsewhere("spec: {keep: 1}"), ["items[]", "spec.sync"]);
    assert_eq!(elsewhere("name: a"), ["spec"]);
    assert_eq!(elsewhere("spec: {other: 1}"), [""; 0]);
}

fn told(schema: serde_json::Value, text: &str) -> Vec<(String, String, String)> {
    let problems = problems(schema, text).into_iter();
    problems.map(|(path, at, fault)| (path, at, format!("{fault:?}"))).collect()
}

#[test]
fn a_missing_field_is_told_at_the_name_of_its_map() {
    let container = json!({"required": ["image"]});
    let list = json!({"items": container.clone()});
    let schema = json!({"properties": {"main": container, "rest": list}});
    let found = told(schema, "main: {a: 1}\nrest:\n- {b: 1, name: api}\n");
    let fault = r#"Missing { fields: ["image"] }"#.to_owned();
    let main = ("main".to_owned(), "main".to_owned(), fault.clone());
    assert_eq!(found, [main, ("rest[name=api]".to_owned(), "api".to_owned(), fault)]);
}

#[test]
fn of_several_forms_the_one_that_was_meant_tells() {
    let schema = json!({"properties": {
        "port": {"oneOf": [{"type": ["string", "null"]}, {"type": "integer"}]},
        "from": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["name"]}]},
        "auth": {"anyOf": [{"required": ["token"]}, {"required": ["user"]}]},
        "odd": {"anyOf": [{"minimum": 5}, {"multipleOf": 7}]},
    }});
    let text = "port: [1]\nfrom: {key: a}\nauth: {pass: b}\nodd: 3\n";
    let found: Vec<_> = told(schema, text).into_iter().map(|(_, at, fault)| (at, fault)).collect();
    let expect = [
        (
            "[1]",
            r#"Type { expected: ["a string", "an integer"], found: "a list", required: false }"#,
        ),
        ("from", r#"Missing { fields: ["name"] }"#),
        ("auth", r#"Missing { fields: ["token", "user"] }"#),
        ("3", r#"Other("fits none of the 2 forms that are allowed")"#),
    ];
    assert_eq!(found, expect.map(|(at, fault)| (at.to_owned(), fault.to_owned())));
}

#[test]
fn forms_that_are_values_are_told_as_values() {
    let level = json!({"oneOf": [{"const": "off", "description": "x"}, {"enum": ["on", "auto"]}]});
    let rule = json!({"anyOf": [level, {
        "type": "object", "properties": {"level": level}, "additionalProperties": false,
    }]});
    let schema = json!({"properties": {"a": rule, "b": rule, "c": rule, "d": level}});
    let found = told(schema, "a: of\nb: {levl: on}\nc: {level: onn}\nd: {}\n");
    let found: Vec<_> = found.into_iter().map(|(_, at, fault)| (at, fault)).collect();
    let values = r#"Enum { allowed: ["off", "on", "auto"] }"#;
    let unknown = r#"Unknown { field: "levl", allowed: ["level"], elsewhere: [] }"#;
    let none = r#"Other("fits none of the 2 forms that are allowed")"#;
    let expect = [("of", values), ("levl", unknown), ("onn", values), ("{}", none)];
    assert_eq!(found, expect.map(|(at, fault)| (at.to_owned(), fault.to_owned())));
}

#[test]
fn quoted_numbers_and_nulls_are_what_they_are() {
    let schema = json!({
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "string"}},
        "required": ["b"],
    });
    let found = told(schema, "a: '1'\nb: null\nc: 2026-01-01\n");
    let faults: Vec<_> = found.into_iter().map(|(.., fault)| fault).collect();
    let expect = [
        r#"Type { expected: ["an integer"], found: "a string", required: false }"#,
        r#"Type { expected: ["a string"], found: "null", required: true }"#,
    ];
    assert_eq!(faults, expect);
}

#[test]
fn what_the_keywords_say_is_put_in_words() {
    let schema = json!({"properties": {
        "a": {"enum": ["Always", "Never", "", null]}, "b": {"maximum": 10}, "c": {"pattern": "^[a-z]+$"},
        "d": {"minItems": 1}, "e": {"const": 3}, "f": false,
    }});
    let found = told(schema, "a: Alwys\nb: 11\nc: B\nd: []\ne: 4\nf: 1\n");
    let faults: Vec<_> = found.into_iter().map(|(.., fault)| fault).collect();
    let expect = [
        r#"Enum { allowed: ["Always", "Never"] }"#,
        r#"Other("must be at most 10")"#,
        r#"Other("must match `^[a-z]+$`")"#,
        r#"Other("must not be empty")"#,
        r#"Enum { allowed: ["3"] }"#,
        r#"Other("is not allowed here")"#,
    ];
    assert_eq!(faults, expect);
}

#[test]
fn references_lead_to_the_documents_at_hand_only() {
    for outside in ["https://example.org/a.json", "file:///etc/hosts", "other.json"] {
        let error = Schema::alone(json!({"$ref": outside})).unwrap_err();
        assert!(error.message.contains("not at hand"), "{}", error.message);
    }
    assert!(Schema::alone(json!({"type": "strin"})).is_err());
    assert_eq!(told(json!({"$ref": "#"}), "a: {b: 1}"), []);
}
