//! `namespace:`: every object that lives in one, the Namespace itself, and some subjects.

use std::collections::BTreeSet;

use crate::kube::field_specs::FieldSpec;
use crate::kube::{Action, Gvk, Value};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::kustomization::Text;
use crate::render::transform::field_path::{self, Creation};
use crate::render::working::{Working, key};

/// Which subjects of a role binding get the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subjects {
    None,
    NamedDefault,
    ServiceAccounts,
}

/// What to set, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Namespace<'a> {
    pub(crate) name: &'a Text,
    pub(crate) specs: &'a [FieldSpec],
    pub(crate) subjects: Subjects,
    /// Fields that have a value keep it.
    pub(crate) unset_only: bool,
}

/// Sets the namespace of all objects.
pub(crate) fn apply(resources: &mut [Working], order: Namespace<'_>) -> Result<(), RenderError> {
    let own = FieldSpec::new(Gvk::default(), "metadata/namespace", true);
    for resource in &mut *resources {
        resource.remember();
        let cluster_scoped = resource.is_cluster_scoped();
        let Working { body, id, .. } = resource;
        if !cluster_scoped {
            set(body, &own, order)?;
        }
        let binding = matches!(&*id.gvk.kind, "RoleBinding" | "ClusterRoleBinding");
        if binding {
            subjects(body, order)?;
        }
        let core = id.gvk.group.is_empty() && &*id.gvk.version == "v1";
        for spec in order.specs.iter().filter(|spec| spec.applies_to(&id.gvk)) {
            let handled = match &*spec.path {
                "metadata/namespace" => true,
                "metadata/name" => !core,
                "subjects/namespace" => binding,
                _ => false,
            };
            if !handled {
                set(body, spec, order)?;
            }
        }
        resource.refresh();
    }
    let mut keys = BTreeSet::new();
    match resources.iter().find(|resource| !keys.insert(key(&resource.id))) {
        Some(twin) => {
            let message = format!("in namespace `{}` there would be", order.name.value);
            let message = format!("{message} two of `{} {}`", twin.id.gvk.kind, twin.id.name);
            Err(RenderError::new(order.name.span, message)
                .help("rename one of them, or leave `namespace` to the bases"))
        }
        None => Ok(()),
    }
}

fn set(body: &mut Value, spec: &FieldSpec, order: Namespace<'_>) -> Result<(), RenderError> {
    let action = Action::Namespace;
    let creation = Creation { leaf: edit::empty_scalar, action, span: order.name.span };
    field_path::visit(body, spec, Some(creation), &mut |value| write(value, order))
}

fn write(value: &mut Value, order: Namespace<'_>) -> Result<(), RenderError> {
    if value.as_scalar().is_none() {
        return Err(RenderError::new(value.span(), "a namespace belongs here, not a list or map")
            .help("correct the object or the path of the field"));
    }
    if order.unset_only && value.text().is_some_and(|text| !text.is_empty()) {
        return Ok(());
    }
    edit::set_text(value, &order.name.value, Action::Namespace, order.name.span);
    Ok(())
}

fn subjects(body: &mut Value, order: Namespace<'_>) -> Result<(), RenderError> {
    let (field, wanted) = match order.subjects {
        Subjects::None => return Ok(()),
        Subjects::NamedDefault => ("name", "default"),
        Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
    };
    let meant = |subject: &Value| subject.get(field).and_then(Value::text) == Some(wanted);
    let list = body.get("subjects").and_then(Value::as_list).unwrap_or_default();
    if !list.iter().any(meant) {
        return Ok(());
    }
    let list = body.as_map_mut().and_then(|map| map.get_mut("subjects")?.as_list_mut());
    for subject in list.into_iter().flatten().filter(|subject| meant(subject)) {
        let Some(map) = subject.as_map_mut() else { continue };
        let span = order.name.span;
        let make = || edit::empty_scalar(Action::Namespace, span);
        if let Some(value) = edit::entry_or(map, "namespace", span, make) {
            write(value, order)?;
        }
    }
    Ok(())
}
