//! `images:`: names, tags and digests of container images.

use regex::Regex;

use crate::kube::field_specs::FieldSpec;
use crate::kube::{Action, Step, Value};
use crate::render::RenderError;
use crate::render::kustomization::{Image, Text};
use crate::render::transform::field_path;
use crate::render::working::Working;

/// The lists whose elements have an image, wherever they are.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// What may follow the name: a tag, then a digest.
const REST: &str = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";

/// Rewrites the images that the entry means. The answer is whether there are any.
pub(crate) fn apply(
    resources: &mut [Working],
    image: &Image,
    specs: &[FieldSpec],
) -> Result<bool, RenderError> {
    // Kustomize takes the name for a regular expression, and so must we.
    let pattern = Regex::new(&format!("^{}{REST}", image.name.value)).map_err(|_invalid| {
        let message = format!("`{}` is not a valid image name", image.name.value);
        RenderError::new(image.name.span, message)
            .help("write the name without a tag; special characters need a backslash")
    })?;
    let mut found = false;
    for resource in resources {
        if &*resource.id.gvk.kind == "CustomResourceDefinition" {
            continue;
        }
        if has_match(&resource.body, &pattern) {
            found = true;
            rewrite_everywhere(&mut resource.body, image, &pattern);
        }
        for spec in specs.iter().filter(|spec| spec.applies_to(&resource.id.gvk)) {
            field_path::visit(&mut resource.body, spec, None, &mut |value| {
                if value.as_scalar().is_none() {
                    let message = "an image belongs here, not a list or map";
                    return Err(RenderError::new(value.span(), message)
                        .help("correct the object or the path of the field"));
                }
                found |= matches(value, &pattern);
                rewrite(value, image, &pattern);
                Ok(())
            })?;
        }
    }
    Ok(found)
}

fn matches(value: &Value, pattern: &Regex) -> bool {
    value.text().is_some_and(|text| pattern.is_match(text))
}

fn has_match(value: &Value, pattern: &Regex) -> bool {
    if let Some(items) = value.as_list() {
        return items.iter().any(|item| has_match(item, pattern));
    }
    value.as_map().into_iter().flatten().any(|entry| {
        let containers = entry.value.as_list().filter(|_| CONTAINERS.contains(&&*entry.key));
        containers
            .unwrap_or_default()
            .iter()
            .any(|container| container.get("image").is_some_and(|image| matches(image, pattern)))
            || has_match(&entry.value, pattern)
    })
}

fn rewrite_everywhere(value: &mut Value, image: &Image, pattern: &Regex) {
    if !has_match(value, pattern) {
        return;
    }
    if let Some(items) = value.as_list_mut() {
        for item in items {
            rewrite_everywhere(item, image, pattern);
        }
    } else if let Some(map) = value.as_map_mut() {
        for (key, value) in map.values_mut() {
            rewrite_everywhere(value, image, pattern);
            let is_list = CONTAINERS.contains(&key);
            for container in value.as_list_mut().filter(|_| is_list).into_iter().flatten() {
                let Some(map) = container.as_map_mut() else { continue };
                if let Some(value) = map.get_mut("image") {
                    rewrite(value, image, pattern);
                }
            }
        }
    }
}

fn rewrite(value: &mut Value, image: &Image, pattern: &Regex) {
    if !matches(value, pattern) {
        return;
    }
    let text = value.text().unwrap_or("").to_owned();
    let (name, tag, digest) = split(&text);
    let name = image.new_name.as_ref().map_or(name, |new| &new.value);
    let suffixed;
    let (tag, digest) = match (&image.new_tag, &image.digest, &image.tag_suffix) {
        (Some(tag), Some(digest), _) => (&*tag.value, &*digest.value),
        (Some(tag), None, _) => (&*tag.value, ""),
        (None, Some(digest), _) => ("", &*digest.value),
        (None, None, Some(suffix)) => {
            suffixed = format!("{tag}{}", suffix.value);
            (suffixed.as_str(), "")
        }
        (None, None, None) => (tag, digest),
    };
    let mut new = name.to_owned();
    for (mark, part) in [(':', tag), ('@', digest)] {
        if !part.is_empty() {
            new.push(mark);
            new.push_str(part);
        }
    }
    let causes: [Option<&Text>; 4] = [
        image.new_name.as_ref(),
        image.tag_suffix.as_ref(),
        image.digest.as_ref(),
        image.new_tag.as_ref(),
    ];
    let Some(last) = causes.into_iter().flatten().last() else { return };
    // The field is reached twice: by its place, and by being in a list of containers.
    let again = value.provenance.last() == (Step { action: Action::Image, span: last.span });
    let provenance = if again {
        value.provenance.clone()
    } else {
        let steps = causes.into_iter().flatten();
        steps.fold(value.provenance.clone(), |steps, cause| steps.then(Action::Image, cause.span))
    };
    *value = Value::string(new, provenance);
}

/// Name, tag and digest. A colon before the first slash belongs to a port of the registry.
fn split(image: &str) -> (&str, &str, &str) {
    let slash = image.find('/').filter(|&at| at > 0).unwrap_or(0);
    let after = |mark: char| image[slash..].find(mark).map(|at| at + slash);
    match (after(':'), after('@')) {
        (None, None) => (image, "", ""),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (Some(colon), Some(at)) if colon < at => {
            (&image[..colon], &image[colon + 1..at], &image[at + 1..])
        }
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn images_have_three_parts() {
        assert_eq!(split("nginx"), ("nginx", "", ""));
        assert_eq!(split("localhost:5000/a/b:1"), ("localhost:5000/a/b", "1", ""));
        assert_eq!(split("a/b@sha256:12"), ("a/b", "", "sha256:12"));
        assert_eq!(split("a/b:1@sha256:12"), ("a/b", "1", "sha256:12"));
    }
}
