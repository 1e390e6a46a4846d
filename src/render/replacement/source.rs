//! Where a replacement takes its value from.

use crate::kube::Kind;
use crate::kube::Map;
use crate::kube::Scalar;
use crate::kube::Value;
use crate::render::patch::{PatchError, shape};
use crate::render::replacement::path;
use crate::text::Span;

/// The path of a source: it leads to one value.
#[derive(Debug)]
pub(crate) struct SourcePath {
    text: String,
    parts: Vec<String>,
    span: Span,
}

impl SourcePath {
    pub(crate) fn parse(text: &str, span: Span) -> Result<Self, PatchError> {
        let parts = path::split(text, span)?;
        let parts = parts.iter().map(|part| part.trim().to_owned());
        let parts = parts.filter(|part| !part.is_empty()).collect();
        Ok(Self { text: text.to_owned(), parts, span })
    }

    /// The value; it must be there and must not be empty.
    pub(crate) fn read<'v>(&self, body: &'v Value) -> Result<&'v Value, PatchError> {
        let mut value = Some(body);
        for part in &self.parts {
            value = match value {
                Some(value) => self.step(value, part)?,
                None => break,
            };
        }
        let is_empty = |value: &Value| match &value.kind {
            Kind::Scalar(_) => value.is_null(),
            Kind::List(items) => items.is_empty(),
            Kind::Map(map) => map.is_empty(),
        };
        value.filter(|value| !is_empty(value)).ok_or_else(|| {
            let message = format!("the source of the replacement has no value at `{}`", self.text);
            PatchError::new(self.span, message)
                .help("correct `fieldPath`, or set the value in the source")
        })
    }

    fn step<'v>(&self, value: &'v Value, part: &str) -> Result<Option<&'v Value>, PatchError> {
        let list = || value.as_list().ok_or_else(|| self.wrong(value, part));
        if value.is_null() {
            return Ok(None);
        }
        if let Ok(index) = part.parse::<isize>() {
            let items = list()?;
            return match usize::try_from(index) {
                Ok(index) => Ok(items.get(index)),
                Err(_) => Err(self.wrong(value, part)),
            };
        }
        if part == "-" {
            return Ok(list()?.last());
        }
        match path::element(part) {
            Some(element) => {
                let (key, text) = element.map_err(|message| {
                    PatchError::new(self.span, message).help("write `[name=value]`")
                })?;
                Ok(list()?.iter().find(|item| {
                    let found = if key.is_empty() { Some(*item) } else { item.get(key) };
                    found.is_some_and(|found| raw(found) == text)
                }))
            }
            None if value.as_map().is_none() => Err(self.wrong(value, part)),
            None => Ok(value.as_map().and_then(|map: &Map| map.get(part))),
        }
    }

    fn wrong(&self, value: &Value, part: &str) -> PatchError {
        let message = format!("`{part}` in `{}` leads into {}", self.text, shape(value));
        PatchError::new(self.span, message)
            .help("correct `fieldPath`: list elements are `[name=value]` or an index")
    }
}

/// The text of a scalar; empty for anything else.
pub(super) fn raw(value: &Value) -> &str {
    value.as_scalar().map_or("", |scalar| &*scalar.text)
}

/// The part of a text that `delimiter` and `index` of a source name.
pub(crate) fn part_of(
    value: &Value,
    delimiter: &str,
    index: i64,
    span: Span,
) -> Result<Value, PatchError> {
    if delimiter.is_empty() {
        return Ok(value.clone());
    }
    let Some(scalar) = value.as_scalar() else {
        let message = format!("`delimiter` needs a text, but the source is {}", shape(value));
        return Err(PatchError::new(span, message)
            .help("drop `delimiter`, or let `fieldPath` end at a text"));
    };
    let part =
        usize::try_from(index).ok().and_then(|index| scalar.text.split(delimiter).nth(index));
    let Some(part) = part else {
        let message = format!("the source has no part {index} between `{delimiter}`");
        return Err(PatchError::new(span, message).help("count parts from 0"));
    };
    let kind = Kind::Scalar(Scalar { text: part.into(), ..scalar.clone() });
    Ok(Value { kind, provenance: value.provenance.clone() })
}
