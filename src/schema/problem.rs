//! What is wrong with a value, in words and at a place that a reader can act on.

use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value as Json;

use crate::kube::{Kind, Path, PathStep, Value};
use crate::schema::compiled::Schema;
use crate::schema::forms::{is_for_another_type, merged_values};
use crate::schema::words::{in_words, plain, type_of, types, written};
use crate::text::Span;

/// Most problems of one value that are told.
const PROBLEMS: usize = 100;
/// Deepest nesting of alternatives that are looked into.
const ALTERNATIVES: usize = 8;

/// One thing that a schema refuses.
#[derive(Debug, Clone)]
pub struct Problem<'v> {
    /// The path to the value at fault; of an unknown or missing field, to the map around it.
    pub path: Path,
    /// The value at fault; of an unknown field its value, of a missing one the map around it.
    pub value: &'v Value,
    /// The bytes to show: of an unknown field its key, of a missing one the key of its map.
    pub span: Span,
    /// What is wrong.
    pub fault: Fault,
    /// Where the schema says so: address, `#`, JSON pointer; empty where no schema does.
    pub location: String,
    /// Other places that it has to do with, and what stands there.
    pub related: Vec<(Span, String)>,
}

impl Problem<'_> {
    /// Says by which key the value is reached that has been looked at alone.
    pub(super) fn stand_for(&mut self, key: Span) {
        if matches!(self.fault, Fault::Missing { .. }) {
            self.span = key;
        }
    }
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A field that the schema does not have.
    Unknown {
        /// Its name.
        field: String,
        /// The fields that the schema has.
        allowed: Vec<String>,
        /// The paths at which the whole schema has a field of this name; none if there are many.
        elsewhere: Vec<String>,
    },
    /// A field that must be there.
    Missing {
        /// Its name; of several one will do.
        fields: Vec<String>,
    },
    /// A value of the wrong type.
    Type {
        /// The types that are right, in words: `an integer`.
        expected: Vec<&'static str>,
        /// What it is.
        found: &'static str,
        /// Whether the field must be there.
        required: bool,
    },
    /// A value that is not among those allowed.
    Enum {
        /// The values that are allowed, as they would be written.
        allowed: Vec<String>,
    },
    /// A key that the map cannot have.
    Key {
        /// The key.
        key: String,
        /// What keys must be, in words that go on after `must be`.
        words: String,
    },
    /// A name of something in the object that is not there.
    Dangling {
        /// What it names: `volume of the pod`.
        what: &'static str,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Two fields of which only one can be there.
    Beside {
        /// What is wrong, in words that go on after the path.
        words: String,
        /// The field to remove.
        remove: String,
    },
    /// Something that does not fit to the rest, in words that go on after the path.
    Clash(String),
    /// Anything else, in words that go on after the value: `must be at most 10`.
    Other(String),
}

impl Fault {
    /// Whether it is about what is there beside the value, or is not: a part of an object alone
    /// cannot tell.
    pub fn is_about_the_rest(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::Dangling { .. } | Self::Beside { .. } | Self::Clash(_) => {
                true
            }
            Self::Unknown { .. }
            | Self::Type { .. }
            | Self::Enum { .. }
            | Self::Key { .. }
            | Self::Other(_) => false,
        }
    }
}

/// All problems of a value, sorted by place; one told in several ways is told once.
pub(super) fn all<'v, 'e>(
    schema: &Schema,
    root: &'v Value,
    errors: impl Iterator<Item = ValidationError<'e>>,
) -> Vec<Problem<'v>> {
    let mut search = Search { schema, root, found: Vec::new() };
    for error in errors.take(PROBLEMS) {
        search.tell(&error, 0);
    }
    let mut found = search.found;
    found.sort_by(|a, b| (a.span, &a.path, &a.fault).cmp(&(b.span, &b.path, &b.fault)));
    found.dedup_by(|a, b| a.span == b.span && a.path == b.path && a.fault == b.fault);
    found
}

/// The problem of a value that would take for ever to check.
pub(super) fn not_checked(root: &Value) -> Vec<Problem<'_>> {
    let text = "is not checked: its schema refers to itself too often";
    vec![Problem {
        path: Path::default(),
        value: root,
        span: named(root),
        fault: Fault::Other(text.to_owned()),
        location: String::new(),
        related: Vec::new(),
    }]
}

struct Search<'s, 'v> {
    schema: &'s Schema,
    root: &'v Value,
    found: Vec<Problem<'v>>,
}

impl<'v> Search<'_, 'v> {
    fn tell(&mut self, error: &ValidationError<'_>, depth: usize) {
        let Some(place) = Place::find(self.root, error.instance_path()) else { return };
        let location = location(error);
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let allowed = self.siblings(&location);
                for field in unexpected {
                    self.unknown(&place, field, &allowed, &location);
                }
            }
            ValidationErrorKind::PropertyNames { error } => {
                let fault =
                    Fault::Other(format!("has a key that is not allowed: {}", plain(error)));
                self.push(&place, fault, location);
            }
            ValidationErrorKind::Required { property } => {
                let fields = property.as_str().map(str::to_owned).into_iter().collect();
                self.push(&place, Fault::Missing { fields }, location);
            }
            ValidationErrorKind::Type { kind } => {
                let (expected, found) = (types(kind), type_of(place.value));
                let required = self.is_required(&place, &location);
                self.push(&place, Fault::Type { expected, found, required }, location);
            }
            ValidationErrorKind::Enum { options } => {
                // What stands for absence is not worth proposing.
                let is_absence = |option: &&Json| option.is_null() || *option == "";
                let options = options.as_array().into_iter().flatten();
                let allowed = options.filter(|option| !is_absence(option)).map(written).collect();
                self.push(&place, Fault::Enum { allowed }, location);
            }
            ValidationErrorKind::Constant { expected_value } => {
                let allowed = vec![written(expected_value)];
                self.push(&place, Fault::Enum { allowed }, location);
            }
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => {
                self.alternatives(error, context, &place, location, depth);
            }
            kind => {
                if let Some(text) = in_words(kind) {
                    self.push(&place, Fault::Other(text), location);
                }
            }
        }
    }

    fn push(&mut self, place: &Place<'v>, fault: Fault, location: String) {
        let span = match fault {
            Fault::Missing { .. } => place.name,
            _ => place.value.span(),
        };
        let (path, value) = (place.path.clone(), place.value);
        self.found.push(Problem { path, value, span, fault, location, related: Vec::new() });
    }

    fn unknown(&mut self, place: &Place<'v>, field: &str, allowed: &[String], location: &str) {
        let Some(entry) = place.value.as_map().and_then(|map| map.entry(field)) else { return };
        self.found.push(Problem {
            path: place.path.clone(),
            value: &entry.value,
            span: entry.key_span,
            fault: Fault::Unknown {
                field: field.to_owned(),
                allowed: allowed.to_vec(),
                elsewhere: Vec::new(),
            },
            location: location.to_owned(),
            related: Vec::new(),
        });
    }

    /// The fields that the schema around the keyword at `location` knows.
    fn siblings(&self, location: &str) -> Vec<String> {
        let around = location.rsplit_once('/').map_or("", |(around, _)| around);
        let known = self.schema.at(around).and_then(|schema| schema.get("properties"));
        known.and_then(Json::as_object).into_iter().flatten().map(|(key, _)| key.clone()).collect()
    }

    /// Whether the map around the value must have it.
    fn is_required(&self, place: &Place<'_>, location: &str) -> bool {
        let Some((around, rest)) = location.rsplit_once("/properties/") else { return false };
        let Some(PathStep::Key(key)) = place.path.0.last() else { return false };
        // A schema that stands elsewhere says nothing of the map around the value.
        if rest.matches('/').count() != 1 {
            return false;
        }
        let required = self.schema.at(around).and_then(|schema| schema.get("required"));
        let mut required = required.and_then(Json::as_array).into_iter().flatten();
        required.any(|name| name.as_str() == Some(key))
    }

    /// Of several forms none fits: the one that was meant tells what is wrong.
    fn alternatives(
        &mut self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
        place: &Place<'v>,
        location: String,
        depth: usize,
    ) {
        let here = error.instance_path();
        if let Some(expected) = merged_types(context, here) {
            let required = self.is_required(place, &location);
            let fault = Fault::Type { expected, found: type_of(place.value), required };
            return self.push(place, fault, location);
        }
        if let Some(fields) = merged_fields(context, here) {
            return self.push(place, Fault::Missing { fields }, location);
        }
        if let Some(allowed) = merged_values(context, here).filter(|_| is_scalar(place.value)) {
            return self.push(place, Fault::Enum { allowed }, location);
        }
        let of_another_type = |branch: &&Vec<ValidationError<'_>>| {
            branch.iter().any(|error| is_for_another_type(error, here, place.value))
        };
        let fitting: Vec<_> = context.iter().filter(|branch| !of_another_type(branch)).collect();
        match fitting.as_slice() {
            [meant] if depth < ALTERNATIVES => {
                for error in *meant {
                    self.tell(error, depth + 1);
                }
            }
            _ => {
                let text = format!("fits none of the {} forms that are allowed", context.len());
                self.push(place, Fault::Other(text), location);
            }
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    value.as_scalar().is_some()
}

/// A value and how it is reached.
struct Place<'v> {
    path: Path,
    value: &'v Value,
    /// What stands for the value as a whole: its key, or what names it.
    name: Span,
}

impl<'v> Place<'v> {
    fn find(root: &'v Value, location: &Location) -> Option<Self> {
        let mut place = Self { path: Path::default(), value: root, name: named(root) };
        for segment in location {
            match (segment, &place.value.kind) {
                (LocationSegment::Property(key), Kind::Map(map)) => {
                    let entry = map.entry(&key)?;
                    place.path.0.push(PathStep::Key(entry.key.clone()));
                    place.name = entry.key_span;
                    place.value = &entry.value;
                }
                (LocationSegment::Index(at), Kind::List(items)) => {
                    place.value = items.get(at)?;
                    place.name = named(place.value);
                    let name = place.value.get("name").and_then(Value::as_scalar);
                    place.path.0.push(name.map_or(PathStep::Index(at), |name| PathStep::Element {
                        key: "name".into(),
                        value: name.text.clone(),
                    }));
                }
                _ => return None,
            }
        }
        Some(place)
    }
}

/// The bytes that name a value which has no key: its kind or name, its first key, or all of it.
pub fn named(value: &Value) -> Span {
    let Some(map) = value.as_map() else { return value.span() };
    let name = ["kind", "name"].iter().find_map(|key| map.get(key)).map(Value::span);
    let first = || map.iter().map(|entry| entry.key_span).min();
    name.or_else(first).unwrap_or_else(|| value.span())
}

/// Where the schema says what the error is about.
fn location(error: &ValidationError<'_>) -> String {
    error.absolute_keyword_location().map_or_else(
        || format!("#{}", error.schema_path().as_str()),
        |location| location.as_str().to_owned(),
    )
}

/// The types that the branches ask for, if each asks for nothing but a type.
fn merged_types(
    context: &[Vec<ValidationError<'static>>],
    here: &Location,
) -> Option<Vec<&'static str>> {
    let mut expected = BTreeSet::new();
    for branch in context {
        let [error] = branch.as_slice() else { return None };
        let ValidationErrorKind::Type { kind } = error.kind() else { return None };
        if error.instance_path() != here {
            return None;
        }
        expected.extend(types(kind));
    }
    Some(expected.into_iter().collect())
}

/// The fields that the branches ask for, if each asks for nothing but fields.
fn merged_fields(
    context: &[Vec<ValidationError<'static>>],
    here: &Location,
) -> Option<Vec<String>> {
    let mut fields = BTreeSet::new();
    for error in context.iter().flatten() {
        let ValidationErrorKind::Required { property } = error.kind() else { return None };
        if error.instance_path() != here {
            return None;
        }
        fields.extend(property.as_str().map(str::to_owned));
    }
    Some(fields.into_iter().collect())
}

#[cfg(test)]
mod tests {
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
    fn a_field_in_the_wrong_place_is_told_where_it_belongs() {
        let sync = json!({"properties": {"prune": {}, "keep": {}}});
        let schema = json!({
            "properties": {"spec": {"$ref": "#/$defs/Spec"}, "items": {"items": sync}},
            "additionalProperties": false,
            "$defs": {"Spec": {
                "properties": {"sync": sync, "name": {}, "ref": {"properties": {"uid": {}}, "additionalProperties": false}},
                "additionalProperties": false,
            }},
        });
        let elsewhere = |text: &str| match &problems(schema.clone(), text)[..] {
            [(.., Fault::Unknown { elsewhere, .. })] => elsewhere.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(elsewhere("keep: 1"), ["items[]", "spec.sync"]);
        assert_eq!(elsewhere("spec: {keep: 1}"), ["spec.sync"]);
        assert_eq!(elsewhere("spec: {ref: {name: 1}}"), ["spec"]);
        assert_eq!(elsewhere("spec: {ref: {keep: 1}}"), [""; 0]);
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
        let found: Vec<_> =
            told(schema, text).into_iter().map(|(_, at, fault)| (at, fault)).collect();
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
        let level =
            json!({"oneOf": [{"const": "off", "description": "x"}, {"enum": ["on", "auto"]}]});
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
}
