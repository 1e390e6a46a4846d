//! Why an overlay cannot be rendered.

use crate::kube::LoadError;
use crate::render::patch::PatchError;
use crate::text::Span;

/// Why an overlay cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RenderError {
    /// The bytes that are wrong.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The entries that led here, the outermost first.
    pub trail: Vec<Span>,
}

impl RenderError {
    /// An error at `span`.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, trail: Vec::new() }
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds the entry that led to the file at fault.
    #[must_use]
    pub(crate) fn via(mut self, entry: Span) -> Self {
        self.trail.insert(0, entry);
        self
    }
}

impl From<LoadError> for RenderError {
    fn from(error: LoadError) -> Self {
        Self::new(error.span, error.kind.to_string()).help(error.kind.help())
    }
}

impl From<PatchError> for RenderError {
    fn from(PatchError { span, message, help }: PatchError) -> Self {
        Self { span, message, help, trail: Vec::new() }
    }
}
