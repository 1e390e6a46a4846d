//! `labels:`, `commonLabels:` and `commonAnnotations:`: keys and values for maps.

use crate::kube::field_specs::FieldSpec;
use crate::kube::{Action, Value};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::kustomization::Pairs;
use crate::render::transform::field_path::{self, Creation};
use crate::render::working::Working;
use crate::syntax::scalar::{self, Dialect, Tag};

/// Sets the pairs in every map that the field specs reach.
pub(crate) fn apply(
    resources: &mut [Working],
    action: Action,
    pairs: &Pairs,
    specs: &[FieldSpec],
) -> Result<(), RenderError> {
    let Some((_, first)) = pairs.first() else { return Ok(()) };
    let creation = Creation { leaf: edit::empty_map, action, span: first.span };
    for resource in resources {
        for spec in specs.iter().filter(|spec| spec.applies_to(&resource.id.gvk)) {
            field_path::visit(&mut resource.body, spec, Some(creation), &mut |value| {
                set(value, action, pairs)
            })?;
        }
    }
    Ok(())
}

fn set(value: &mut Value, action: Action, pairs: &Pairs) -> Result<(), RenderError> {
    if value.is_null() {
        return Ok(());
    }
    let span = value.span();
    let Some(map) = value.as_map_mut() else {
        return Err(RenderError::new(span, "a map is expected here")
            .help("correct the object or the path of the field"));
    };
    for (key, text) in pairs {
        let is_new = map.get(&key.value).is_none();
        if is_new && scalar::resolve(&key.value, Dialect::Resource) != Tag::Str {
            let message = format!("the key `{}` would not be read as a string", key.value);
            return Err(RenderError::new(key.span, message)
                .help("choose a key that is no number, boolean or date"));
        }
        edit::set_entry(map, &key.value, &text.value, action, (key.span, text.span));
    }
    Ok(())
}
