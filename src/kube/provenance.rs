//! Who gave a value: the ordered steps, each with the bytes that caused it.

use std::sync::Arc;

use crate::source::Snapshot;
use crate::text::Span;

/// What a step did to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Written in a resource.
    Declared,
    /// Set by a strategic-merge or JSON patch.
    Patched,
    /// Set by `namespace:`.
    Namespace,
    /// Changed by `namePrefix:`.
    NamePrefix,
    /// Changed by `nameSuffix:`.
    NameSuffix,
    /// Set by `labels:` or `commonLabels:`.
    Labelled,
    /// Set by `commonAnnotations:`.
    Annotated,
    /// Changed by `images:`.
    Image,
    /// Set by `replicas:`.
    Replicas,
    /// Copied by `replacements:` or `vars:`.
    Replaced,
    /// Made by a ConfigMap or Secret generator.
    Generated,
    /// Changed by the content hash of a generated object.
    Hashed,
    /// Follows the new name of the object that it refers to.
    Referenced,
    /// Filled in for a variable, which is defined here.
    Substituted,
    /// Left empty for a variable that nothing defines.
    Emptied,
    /// Added by the build itself: sort options, metadata.
    Built,
}

/// One step of a value's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// What happened.
    pub action: Action,
    /// The bytes that say so.
    pub span: Span,
}

/// The ordered steps that gave a value. Never empty; the last step is who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance(Steps);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Steps {
    One(Step),
    Many(Arc<[Step]>),
}

impl Provenance {
    /// The history of a value that is written down at `span`.
    pub fn declared(span: Span) -> Self {
        Self::new(Action::Declared, span)
    }

    /// A history of one step.
    pub fn new(action: Action, span: Span) -> Self {
        Self(Steps::One(Step { action, span }))
    }

    /// All steps, the oldest first.
    pub fn steps(&self) -> &[Step] {
        match &self.0 {
            Steps::One(step) => std::slice::from_ref(step),
            Steps::Many(steps) => steps,
        }
    }

    /// Who set the value.
    pub fn last(&self) -> Step {
        match &self.0 {
            Steps::One(step) => *step,
            Steps::Many(steps) => steps[steps.len() - 1],
        }
    }

    /// Where the value first came from.
    pub fn first(&self) -> Step {
        self.steps()[0]
    }

    /// The last step whose source has this text, else the last step: of the steps that made a
    /// value together, the one that a message about a part of the value means.
    pub fn telling(&self, snapshot: &Snapshot, text: &str) -> Step {
        let steps = self.steps().iter().rev();
        let tells = |step: &&Step| snapshot.slice(step.span).contains(text);
        steps.copied().find(|step| tells(&step)).unwrap_or_else(|| self.last())
    }

    /// The history with one more step.
    #[must_use]
    pub fn then(&self, action: Action, span: Span) -> Self {
        let mut steps = self.steps().to_vec();
        steps.push(Step { action, span });
        Self(Steps::Many(steps.into()))
    }

    /// The history with one more step for each span.
    #[must_use]
    pub fn then_each(&self, action: Action, spans: &[Span]) -> Self {
        if spans.is_empty() {
            return self.clone();
        }
        let more = spans.iter().map(|&span| Step { action, span });
        Self(Steps::Many(self.steps().iter().copied().chain(more).collect()))
    }

    /// The history of a value that replaces this one: the old steps, then those of `new`.
    #[must_use]
    pub fn then_all(&self, new: &Self) -> Self {
        Self(Steps::Many(self.steps().iter().chain(new.steps()).copied().collect()))
    }
}
