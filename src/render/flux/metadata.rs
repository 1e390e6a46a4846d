//! `commonMetadata`: labels and annotations that every object of a build gets.

use crate::kube::{Action, Value};
use crate::render::{Rendered, edit};

/// The maps, and what a step of each is called.
const MAPS: [(&str, Action); 2] =
    [("labels", Action::Labelled), ("annotations", Action::Annotated)];

/// Writes them over what the objects say themselves.
pub(super) fn apply(rendered: &mut Rendered, object: &Value) {
    for (field, action) in MAPS {
        let pairs = object.at(&["spec", "commonMetadata", field]).and_then(Value::as_map);
        for entry in pairs.into_iter().flatten() {
            let Some(text) = entry.value.text() else { continue };
            for resource in &mut rendered.resources {
                let path = ["metadata", field, &*entry.key];
                edit::set_text_at(&mut resource.body, &path, text, action, entry.value.span());
            }
        }
    }
}
