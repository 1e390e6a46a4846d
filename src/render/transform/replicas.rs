//! `replicas:`: the count of the workloads of a name.

use crate::kube::field_specs::{FieldSpec, selects};
use crate::kube::{Action, Value};
use crate::render::RenderError;
use crate::render::accumulate::{Accumulated, Walk};
use crate::render::edit;
use crate::render::kustomization::Replica;
use crate::render::transform::field_path::{self, Creation};
use crate::render::working::Working;
use crate::syntax::scalar::Tag;

/// Sets the count; there must be something to set it on, unless it may be in a gap.
pub(crate) fn apply_or_complain(
    walk: &Walk<'_, '_>,
    set: &mut Accumulated,
    replica: &Replica,
    specs: &[FieldSpec],
) -> Result<(), RenderError> {
    let found = apply(&mut set.resources, replica, specs)?;
    let name = &replica.name;
    if found || walk.may_be_in_gap(set, name.span, "replicas target", &*name.value) {
        return Ok(());
    }
    let message = format!("no workload with replicas has the name `{}`", name.value);
    let error = RenderError::new(name.span, message);
    Err(error.help("give the `metadata.name` of a workload, before or after prefixes"))
}

/// Sets the count. The answer is whether there was anything to set it on.
fn apply(
    resources: &mut [Working],
    replica: &Replica,
    specs: &[FieldSpec],
) -> Result<bool, RenderError> {
    let action = Action::Replicas;
    let creation = Creation { leaf: edit::empty_scalar, action, span: replica.span };
    let mut found = false;
    for spec in specs {
        let meant = |resource: &&mut Working| {
            resource.any_id(|gvk, _, name| *name == *replica.name.value && selects(&spec.of, gvk))
        };
        for resource in resources.iter_mut().filter(meant) {
            found = true;
            if !spec.applies_to(&resource.id.gvk) {
                continue;
            }
            field_path::visit(&mut resource.body, spec, Some(creation), &mut |value| {
                if value.as_scalar().is_none() {
                    let message = "a number belongs here, not a list or map";
                    return Err(RenderError::new(value.span(), message)
                        .help("correct the object or the path of the field"));
                }
                let provenance = edit::then(&value.provenance, action, replica.span);
                *value = Value::scalar(Tag::Int, replica.count.to_string(), provenance);
                Ok(())
            })?;
        }
    }
    Ok(found)
}
