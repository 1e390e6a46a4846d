//! Which statements of a kustomization change anything.

use crate::kube::Value;
use crate::render::RenderError;
use crate::render::accumulate::Accumulated;
use crate::text::Span;

/// What a statement did to the objects of one overlay, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It means no object at all.
    SelectsNothing,
    /// The objects that it means had its values before.
    Repeats,
    /// It changed something.
    Changes,
}

/// What kind of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementKind {
    /// An entry of `patches`, `patchesStrategicMerge` or `patchesJson6902`.
    Patch,
    /// An entry of `images`.
    Image,
    /// An entry of `replicas`.
    Replicas,
    /// A variable in a file of Terraform variables.
    Variable,
}

impl StatementKind {
    /// The list of the kustomization, or what stands for it.
    pub fn list(self) -> &'static str {
        match self {
            Self::Patch => "patches",
            Self::Image => "images",
            Self::Replicas => "replicas",
            Self::Variable => "variables",
        }
    }
}

/// A statement of a kustomization with what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// The entry.
    pub span: Span,
    /// What kind of statement it is.
    pub kind: StatementKind,
    /// What it did.
    pub effect: Effect,
}

/// Carries out a statement and notes what it did. `apply` answers whether it means any object.
///
/// Bodies share memory until they are changed: what was not touched is told by its address.
pub(crate) fn watch(
    set: &mut Accumulated,
    (span, kind): (Span, StatementKind),
    apply: impl FnOnce(&mut Accumulated) -> Result<bool, RenderError>,
) -> Result<(), RenderError> {
    let before: Vec<Value> = set.resources.iter().map(|resource| resource.body.clone()).collect();
    let selects = apply(set)?;
    let repeats = || {
        before.len() == set.resources.len()
            && before.iter().zip(&set.resources).all(|(before, after)| before.same(&after.body))
    };
    let effect = match selects {
        // What it means may be in something that cannot be rendered here.
        false if !set.gaps.is_empty() => return Ok(()),
        false => Effect::SelectsNothing,
        true if repeats() => Effect::Repeats,
        true => Effect::Changes,
    };
    set.statements.push(Statement { span, kind, effect });
    Ok(())
}
