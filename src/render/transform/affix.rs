//! `namePrefix:` and `nameSuffix:`.

use std::sync::Arc;

use crate::kube::field_specs::FieldSpec;
use crate::kube::{Action, Gvk};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::kustomization::Text;
use crate::render::transform::field_path::{self, Creation};
use crate::render::working::Working;

/// Which end of the name changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Prefix,
    Suffix,
}

/// Objects whose name is a matter of their content or of the cluster. An empty group is any.
const KEEP_THEIR_NAMES: [(&str, &str); 3] =
    [("", "CustomResourceDefinition"), ("apiregistration.k8s.io", "APIService"), ("", "Namespace")];

fn keeps_its_name(gvk: &Gvk) -> bool {
    KEEP_THEIR_NAMES
        .iter()
        .any(|(group, kind)| *kind == &*gvk.kind && (group.is_empty() || *group == &*gvk.group))
}

/// Adds a text to one end of all names.
pub(crate) fn apply(
    resources: &mut [Working],
    end: End,
    text: &Text,
    specs: &[FieldSpec],
) -> Result<(), RenderError> {
    let action = if end == End::Prefix { Action::NamePrefix } else { Action::NameSuffix };
    let creation = Creation { leaf: edit::empty_scalar, action, span: text.span };
    for resource in resources {
        let original = resource.original_gvk();
        if keeps_its_name(&original) {
            continue;
        }
        for spec in specs.iter().filter(|spec| spec.applies_to(&original)) {
            if &*spec.path == "metadata/name" {
                if !text.value.is_empty() {
                    resource.remember();
                    let affixes = match end {
                        End::Prefix => &mut resource.prefixes,
                        End::Suffix => &mut resource.suffixes,
                    };
                    affixes.push(Arc::clone(&text.value));
                }
            } else if !spec.applies_to(&resource.id.gvk) {
                continue;
            }
            field_path::visit(&mut resource.body, spec, Some(creation), &mut |value| {
                if value.as_scalar().is_none() {
                    let message = "a name belongs here, not a list or map";
                    return Err(RenderError::new(value.span(), message).help(
                        "correct the object, or the field that the prefix or suffix goes to",
                    ));
                }
                let old = value.text().unwrap_or("");
                let new = match end {
                    End::Prefix => format!("{}{old}", text.value),
                    End::Suffix => format!("{old}{}", text.value),
                };
                edit::set_text(value, &new, action, text.span);
                Ok(())
            })?;
        }
        resource.refresh();
    }
    Ok(())
}
