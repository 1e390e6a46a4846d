//! How the validator reads the values of objects: in place, without a copy.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::Number;

use crate::kube::{Entry, Kind, Map, Provenance, Scalar, Value};
use crate::syntax::scalar::{self, Tag};
use crate::text::{FileId, Span};

/// Values as a representation of JSON.
#[derive(Debug)]
pub(super) struct Values;

impl Json for Values {
    type Node<'a> = &'a Value;
    type PreparedKey = Box<str>;
    type StringBuffer = Option<Value>;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(
        buffer: &mut Option<Value>,
        string: &str,
        f: impl FnOnce(&Value) -> T,
    ) -> T {
        // The name of a property has no place of its own here; errors about it name the property.
        let nowhere = Provenance::declared(Span::file_start(FileId(0)));
        f(buffer.insert(Value::string(string, nowhere)))
    }
}

/// The text of a number.
pub(super) struct Digits<'a>(&'a str);

impl Digits<'_> {
    fn number(&self) -> Number {
        let whole = || self.as_i64().map(Number::from).or_else(|| self.as_u64().map(Number::from));
        // JSON has neither infinity nor NaN, and no API takes them.
        whole()
            .or_else(|| Number::from_f64(scalar::float_value(self.0)?))
            .unwrap_or_else(|| Number::from(0))
    }
}

impl JsonNumber for Digits<'_> {
    fn as_u64(&self) -> Option<u64> {
        scalar::int_value(self.0)?.try_into().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        scalar::int_value(self.0)?.try_into().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        scalar::float_value(self.0)
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.number().to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(self.number())
    }
}

/// Whether a scalar is a string once it has become JSON.
fn is_string(scalar: &Scalar) -> bool {
    matches!(scalar.tag, Tag::Str | Tag::Timestamp | Tag::Binary)
}

impl<'a> Node<'a, Values> for &'a Value {
    type Object = &'a Map;
    type Array = &'a [Value];
    type Number = Digits<'a>;

    fn as_object(&self) -> Option<&'a Map> {
        self.as_map()
    }

    fn as_array(&self) -> Option<&'a [Value]> {
        self.as_list()
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_scalar().filter(|scalar| is_string(scalar)).map(|scalar| (&*scalar.text).into())
    }

    fn as_number(&self) -> Option<Digits<'a>> {
        let scalar = self.as_scalar()?;
        matches!(scalar.tag, Tag::Int | Tag::Float).then(|| Digits(&scalar.text))
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        Value::is_null(self)
    }

    fn json_type(&self) -> JsonType {
        match &self.kind {
            Kind::List(_) => JsonType::Array,
            Kind::Map(_) => JsonType::Object,
            Kind::Scalar(scalar) => match scalar.tag {
                Tag::Null => JsonType::Null,
                Tag::Bool => JsonType::Boolean,
                Tag::Int | Tag::Float => JsonType::Number,
                Tag::Str | Tag::Timestamp | Tag::Binary => JsonType::String,
            },
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(json(self))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Value>(*self) as usize))
    }
}

/// The value as a tree of `serde_json`. It is nested no deeper than a document may be.
pub fn json(value: &Value) -> serde_json::Value {
    match &value.kind {
        Kind::Map(map) => {
            map.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect()
        }
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Scalar(scalar) => match scalar.tag {
            Tag::Null => serde_json::Value::Null,
            Tag::Bool => scalar::bool_value(&scalar.text).into(),
            Tag::Int | Tag::Float => Digits(&scalar.text).number().into(),
            Tag::Str | Tag::Timestamp | Tag::Binary => (*scalar.text).into(),
        },
    }
}

impl<'a> Object<'a, Values> for &'a Map {
    type Node = &'a Value;
    type MemberName = &'a str;
    type MembersIter =
        std::iter::Map<std::slice::Iter<'a, Entry>, fn(&'a Entry) -> (&'a str, &'a Value)>;

    fn len(&self) -> usize {
        Map::len(self)
    }

    fn get(&self, key: &Box<str>) -> Option<&'a Value> {
        Map::get(self, key)
    }

    fn members(&self) -> Self::MembersIter {
        self.iter().map(|entry| (&*entry.key, &entry.value))
    }
}

impl<'a> Array<'a, Values> for &'a [Value] {
    type Node = &'a Value;
    type ElementsIter = std::slice::Iter<'a, Value>;

    fn len(&self) -> usize {
        <[Value]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}
