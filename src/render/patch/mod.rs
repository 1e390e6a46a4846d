//! Patches: strategic merges and JSON patches, applied to values with provenance.

pub(crate) mod json6902;
pub(crate) mod losses;
pub(crate) mod strategic;

mod list;

use crate::kube::Action;
use crate::kube::Entry;
use crate::kube::Kind;
use crate::kube::Map;
use crate::kube::Provenance;
use crate::kube::Value;
use crate::text::Span;

/// Why a patch cannot be read or applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct PatchError {
    /// The bytes of the patch that are wrong.
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl PatchError {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A value of a patch as it enters an object: all of it was set by the patch.
pub(crate) fn patched(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::Scalar(scalar) => Kind::Scalar(scalar.clone()),
        Kind::List(items) => Kind::List(items.iter().map(patched).collect::<Vec<_>>().into()),
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| Entry {
                key: entry.key.clone(),
                key_span: entry.key_span,
                value: patched(&entry.value),
            });
            Kind::Map(entries.collect::<Map>().into())
        }
    };
    Value { kind, provenance: Provenance::new(Action::Patched, value.span()) }
}

/// What a value is, for messages.
pub(crate) fn shape(value: &Value) -> &'static str {
    match value.kind {
        Kind::Scalar(_) => "a scalar",
        Kind::List(_) => "a list",
        Kind::Map(_) => "a map",
    }
}
