//! How far the value of a parameter may differ.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// Largest compiled form of a pattern, in bytes.
const PATTERN_BYTES: usize = 1 << 20;

/// What must hold for the values of a parameter
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Constraint {
    /// Any value, and none at all
    Any,
    /// The same value as in the reference: takes a built-in permission back
    Equal,
    /// Any value, but there must be one
    Present,
    /// No value
    Absent,
    /// Maps with the same keys; their values may differ
    SameKeys,
    /// A number, quantity or duration that is not below that of the reference
    AtLeastReference,
    /// Numbers, quantities or durations that differ by no more than this factor, either way
    MaxRatio(Ratio),
    /// One of these values in every environment
    OneOf(Vec<Word>),
    /// Texts that match this regular expression in every environment
    Matches(Pattern),
}

/// A factor of at least one.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
#[schemars(inline)]
pub struct Ratio(#[schemars(range(min = 1.0))] pub f64);

impl TryFrom<f64> for Ratio {
    type Error = String;

    fn try_from(ratio: f64) -> Result<Self, Self::Error> {
        if ratio.is_finite() && ratio >= 1.0 {
            Ok(Self(ratio))
        } else {
            Err(format!("the ratio {ratio} is not a number of at least 1"))
        }
    }
}

/// A scalar of the configuration, as the text that a manifest would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(pub String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self(text)),
            toml::Value::Integer(number) => Ok(Self(number.to_string())),
            toml::Value::Float(number) => Ok(Self(number.to_string())),
            toml::Value::Boolean(truth) => Ok(Self(truth.to_string())),
            _ => Err(D::Error::custom("expected a text, a number or a boolean")),
        }
    }
}

impl JsonSchema for Word {
    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A regular expression, bounded in size; matching takes linear time.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(pub Regex);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        RegexBuilder::new(&text).size_limit(PATTERN_BYTES).build().map(Self).map_err(|error| {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            let reason = reason.trim_start_matches("error: ");
            format!("`{text}` is not a regular expression: {reason}")
        })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "format": "regex" })
    }
}
