//! What is wrong with a value, in words and at a place that a reader can act on.

use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value as Json;

use crate::config::nearest;
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
    forget_misspelt(&mut found);
    found
}

/// A field that is misspelt is missing under its right name: that is one mistake.
fn forget_misspelt(found: &mut Vec<Problem<'_>>) {
    let misspelt: BTreeSet<(Path, String)> = found
        .iter()
        .filter_map(|problem| match &problem.fault {
            Fault::Unknown { field, allowed, .. } => {
                let meant = nearest(field, allowed.iter().map(String::as_str))?;
                Some((problem.path.clone(), meant.to_owned()))
            }
            _ => None,
        })
        .collect();
    found.retain(|problem| match &problem.fault {
        Fault::Missing { fields } => {
            let told = |field: &String| misspelt.contains(&(problem.path.clone(), field.clone()));
            !fields.iter().any(told)
        }
        _ => true,
    });
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
            ValidationErrorKind::PropertyNames { error } => self.key(&place, error, location),
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

    /// A key that is refused by itself.
    fn key(&mut self, place: &Place<'v>, error: &ValidationError<'_>, location: String) {
        let key = error.instance();
        let Some(key) = key.as_str() else { return };
        let Some(entry) = place.value.as_map().and_then(|map| map.entry(key)) else { return };
        let mut path = place.path.clone();
        path.0.push(PathStep::Key(entry.key.clone()));
        self.found.push(Problem {
            path,
            value: &entry.value,
            span: entry.key_span,
            fault: Fault::Clash(format!("cannot be called so: the key {}", plain(error))),
            location,
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
mod tests;
