//! `ValueAddTransformer`: a value in a field, or in a path that the field holds.

use crate::kube::field_specs::FieldSpec;
use crate::kube::kinds::is_cluster_scoped;
use crate::kube::{Action, Gvk};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::kustomization::Text;
use crate::render::kustomization::read::{fields, integer, list, text};
use crate::render::selector::Selector;
use crate::render::transform::field_path::{self, Creation};
use crate::render::working::Working;
use crate::syntax::NodeRef;

/// Where the value goes.
#[derive(Debug, Default)]
pub(crate) struct Target {
    /// The objects; all of them without it.
    selector: Option<Selector>,
    field: Option<Text>,
    /// The value becomes this part, counted from one, of the path in the field.
    position: i64,
}

/// Reads a list of targets.
pub(crate) fn targets(node: NodeRef<'_>) -> Result<Vec<Target>, RenderError> {
    list(node, |node| {
        let mut it = Target::default();
        fields(node, &["selector", "fieldPath", "filePathPosition"], |field, node| {
            match field {
                "selector" => it.selector = Some(Selector::parse(node)?),
                "fieldPath" => it.field = Some(text(node)?),
                _ => it.position = integer(node)?,
            }
            Ok(())
        })?;
        Ok(it)
    })
}

/// Sets the value in every field that a target means.
pub(crate) fn apply(
    resources: &mut [Working],
    value: &Text,
    targets: &[Target],
) -> Result<(), RenderError> {
    let action = Action::Replaced;
    let creation = Creation { leaf: edit::empty_scalar, action, span: value.span };
    for target in targets {
        let Some(field) = &target.field else { continue };
        let spec = FieldSpec::new(Gvk::default(), &field.value, true);
        for resource in &mut *resources {
            let meant = target.selector.as_ref().is_none_or(|selector| {
                let (id, original) = (&resource.id, resource.original());
                selector.matches(id, &original, &resource.body, is_cluster_scoped)
            });
            if !meant {
                continue;
            }
            field_path::visit(&mut resource.body, &spec, Some(creation), &mut |place| {
                if place.as_scalar().is_none() {
                    let message = "a text belongs here, not a list or map";
                    return Err(RenderError::new(place.span(), message)
                        .help("correct the object or the path of the field"));
                }
                let new = insert(place.text().unwrap_or(""), &value.value, target.position);
                edit::set_text(place, &new, action, value.span);
                Ok(())
            })?;
            resource.refresh();
        }
    }
    Ok(())
}

/// Puts a part into a path. Without a position, or into an empty path, it is all there is.
fn insert(path: &str, part: &str, position: i64) -> String {
    if position <= 0 || path.is_empty() {
        return part.to_owned();
    }
    let (root, relative) = match path.strip_prefix('/') {
        Some(relative) => ("/", relative),
        None => ("", path),
    };
    let mut parts: Vec<&str> = relative.split('/').filter(|part| !part.is_empty()).collect();
    let at = usize::try_from(position - 1).unwrap_or(usize::MAX).min(parts.len());
    parts.insert(at, part);
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::insert;

    #[test]
    fn a_part_goes_where_the_position_says() {
        let cases = [
            ("projects/data", 0, "x"),
            ("", 2, "x"),
            ("projects/data", 1, "x/projects/data"),
            ("projects/data", 2, "projects/x/data"),
            ("/projects/data", 2, "/projects/x/data"),
            ("projects/data", 99, "projects/data/x"),
        ];
        for (path, position, expected) in cases {
            assert_eq!(insert(path, "x", position), expected, "{path} {position}");
        }
    }
}
