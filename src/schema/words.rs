//! What a schema asks for, in words.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Json;

use crate::kube::{Kind, Value};
use crate::syntax::scalar::Tag;

/// The types that are right, but for null: whoever may write null may leave the field out.
pub(super) fn types(kind: &TypeKind) -> Vec<&'static str> {
    let words = |types: &mut dyn Iterator<Item = JsonType>| {
        let words = types.filter(|&kind| kind != JsonType::Null).map(in_word);
        words.collect::<Vec<_>>()
    };
    match kind {
        TypeKind::Single(JsonType::Null) => vec!["null"],
        TypeKind::Single(kind) => words(&mut std::iter::once(*kind)),
        TypeKind::Multiple(kinds) => words(&mut kinds.iter()),
    }
}

fn in_word(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "a map",
        JsonType::String => "a string",
    }
}

/// What a value is.
pub(super) fn type_of(value: &Value) -> &'static str {
    match &value.kind {
        Kind::List(_) => in_word(JsonType::Array),
        Kind::Map(_) => in_word(JsonType::Object),
        Kind::Scalar(scalar) => in_word(match scalar.tag {
            Tag::Null => JsonType::Null,
            Tag::Bool => JsonType::Boolean,
            Tag::Int => JsonType::Integer,
            Tag::Float => JsonType::Number,
            Tag::Str | Tag::Timestamp | Tag::Binary => JsonType::String,
        }),
    }
}

/// A value of a schema as it would be written in YAML.
pub(super) fn written(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What is wrong with the name of a property.
pub(super) fn plain(error: &ValidationError<'_>) -> String {
    in_words(error.kind()).unwrap_or_else(|| "is not one of those that are allowed".to_owned())
}

/// What the keywords say that need no look at the value. Nothing for what is no fault of the value.
pub(super) fn in_words(kind: &ValidationErrorKind) -> Option<String> {
    use ValidationErrorKind as K;
    Some(match kind {
        K::Pattern { pattern } => format!("must match `{pattern}`"),
        K::Format { format } => match format.as_str() {
            "byte" => "must be base64".to_owned(),
            "date-time" => "must be a time such as `2026-11-21T09:00:00Z`".to_owned(),
            "quantity" => "must be a quantity such as `500m` or `1Gi`".to_owned(),
            format => format!("must be of the format `{format}`"),
        },
        K::Minimum { limit } => format!("must be at least {limit}"),
        K::Maximum { limit } => format!("must be at most {limit}"),
        K::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        K::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        K::MinLength { limit: 1 } | K::MinItems { limit: 1 } => "must not be empty".to_owned(),
        K::MinLength { limit } => format!("must have at least {limit} characters"),
        K::MaxLength { limit } => format!("must have at most {limit} characters"),
        K::MinItems { limit } => format!("must have at least {limit} elements"),
        K::MaxItems { limit } => format!("must have at most {limit} elements"),
        K::MaxProperties { limit } => format!("must have at most {limit} keys"),
        K::MinProperties { limit } => format!("must have at least {limit} keys"),
        K::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        K::UniqueItems => "must not have the same element twice".to_owned(),
        K::Contains => "has no element that is asked for".to_owned(),
        K::AdditionalItems { limit } => format!("must have at most {limit} elements"),
        K::UnevaluatedItems { .. } => "has elements that are not allowed".to_owned(),
        K::FalseSchema | K::Not { .. } => "is not allowed here".to_owned(),
        K::OneOfMultipleValid { .. } => "fits several forms that exclude each other".to_owned(),
        K::ContentEncoding { content_encoding } => format!("must be {content_encoding}"),
        K::ContentMediaType { content_media_type } => format!("must be {content_media_type}"),
        K::Custom { message, .. } => message.clone(),
        _ => return None,
    })
}
