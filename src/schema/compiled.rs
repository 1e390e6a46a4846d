//! A schema that is ready to be held against values.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use jsonschema::{PatternOptions, Retrieve, Uri, Validator};
use serde_json::Value as Json;

use crate::kube::Value;
use crate::schema::elsewhere;
use crate::schema::formats::Format;
use crate::schema::instance::Values;
use crate::schema::problem::{self, Problem};

/// Largest automaton of one pattern, in bytes.
const PATTERN_SIZE: usize = 2 << 20;
/// Most steps back that a pattern with look-around may take on one text.
const BACKTRACKS: usize = 50_000;

/// The documents that a schema is made of, by address. An address is a URI without a fragment.
pub type Documents = BTreeMap<String, Json>;

/// Why a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SchemaError {
    /// What is wrong: lower-case, no full stop.
    pub message: String,
    /// The path to it inside the schema, as a JSON pointer; empty where it is about all of it.
    pub pointer: String,
}

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    validator: Validator<Values>,
    documents: Arc<Documents>,
    address: String,
}

/// Answers references from the documents at hand, and from nowhere else.
struct Known(Arc<Documents>);

impl Retrieve for Known {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn Error + Send + Sync>> {
        let document = self.0.get(uri.as_str()).cloned();
        document.ok_or_else(|| format!("`{uri}` is not at hand").into())
    }
}

impl Schema {
    /// Compiles the document at `address`; references may lead to the others, and nowhere else.
    /// Formats are remarks: what they mean differs from tool to tool.
    pub fn compile(address: &str, documents: Arc<Documents>) -> Result<Self, SchemaError> {
        Self::compile_with(address, documents, &[])
    }

    /// As [`Schema::compile`], with formats that texts must have.
    pub(super) fn compile_with(
        address: &str,
        documents: Arc<Documents>,
        formats: &[Format],
    ) -> Result<Self, SchemaError> {
        let Some(document) = documents.get(address) else {
            let message = format!("there is no schema `{address}`");
            return Err(SchemaError { message, pointer: String::new() });
        };
        let mut options = jsonschema::options_for::<Values>()
            .with_base_uri(address)
            .with_retriever(Known(Arc::clone(&documents)))
            .should_validate_formats(!formats.is_empty());
        for &(name, holds) in formats {
            options = options.with_format(name, holds);
        }
        let linear = PatternOptions::regex().size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE);
        let looking = PatternOptions::fancy_regex()
            .backtrack_limit(BACKTRACKS)
            .size_limit(PATTERN_SIZE)
            .dfa_size_limit(PATTERN_SIZE);
        // Only patterns with look-around need the engine that goes back.
        let validator = options
            .clone()
            .with_pattern_options(linear)
            .build(document)
            .or_else(|_| options.with_pattern_options(looking).build(document))
            .map_err(|error| SchemaError {
                message: error.masked().to_string(),
                pointer: error.instance_path().as_str().to_owned(),
            })?;
        Ok(Self { validator, documents, address: address.to_owned() })
    }

    /// Compiles a schema that stands alone.
    pub fn alone(document: Json) -> Result<Self, SchemaError> {
        const ADDRESS: &str = "paritylint:/schema";
        Self::compile(ADDRESS, Arc::new(Documents::from([(ADDRESS.to_owned(), document)])))
    }

    /// What is wrong with a value, in the order of the value's text; nothing if it is valid.
    pub fn check<'v>(&self, value: &'v Value) -> Vec<Problem<'v>> {
        let mut problems = self.check_part(value);
        elsewhere::tell(&mut problems, &self.documents, &self.address);
        problems
    }

    /// As [`Schema::check`], where the schema is only a part: nothing is said of other parts.
    pub(super) fn check_part<'v>(&self, value: &'v Value) -> Vec<Problem<'v>> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        problem::all(self, value, self.validator.iter_errors(value))
    }

    /// The part of the schema at a location: address, `#`, JSON pointer.
    pub(super) fn at(&self, location: &str) -> Option<&Json> {
        match location.strip_prefix('#') {
            Some(_) => part(&self.documents, &format!("{}{location}", self.address)),
            None => part(&self.documents, location),
        }
    }
}

/// The part of a document at an absolute location: address, `#`, JSON pointer.
pub(super) fn part<'d>(documents: &'d Documents, location: &str) -> Option<&'d Json> {
    let (address, pointer) = location.split_once('#').unwrap_or((location, ""));
    documents.get(address)?.pointer(&unescaped(pointer)?)
}

/// The text of a URI's fragment.
pub(super) fn unescaped(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
