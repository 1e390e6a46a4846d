//! Images of objects, and what an image reference names.

use std::borrow::Cow;

use crate::compare::is_image_tag;
use crate::kube::{Path, PathStep, Resource, Value};

/// Lists of containers.
const CONTAINERS: &[&str] =
    &["containers", "initContainers", "ephemeralContainers", "sidecars", "steps"];
/// Maps that are one container.
const SINGLE: &[&str] = &["container"];
/// Keys whose value is an image.
const FIELDS: &[&str] = &["image", "imageName"];
/// Deepest nesting that is searched for containers.
const DEPTH: usize = 32;

/// Words before the number of a pull request.
const REQUESTS: &[&str] = &["pr", "mr", "pull", "request"];

/// How an image is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pin<'i> {
    /// By its content.
    Digest,
    /// By a tag.
    Tag(&'i str),
    /// By its name alone, which means `latest`.
    Nothing,
    /// It holds an expression that is filled in later, or a pattern that a policy compares with.
    Unknown,
}

/// Reads an image reference.
pub(super) fn pin(image: &str) -> Pin<'_> {
    if image.is_empty() || image.contains(['$', '{', '<', '*', '!', '|']) {
        return Pin::Unknown;
    }
    if image.contains('@') {
        return Pin::Digest;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        Some((_, tag)) if !tag.is_empty() => Pin::Tag(tag),
        _ => Pin::Nothing,
    }
}

/// The image without its tag or digest.
pub(super) fn name(image: &str) -> &str {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    match pin(name) {
        Pin::Tag(tag) => name.strip_suffix(tag).unwrap_or(name).trim_end_matches(':'),
        Pin::Digest | Pin::Nothing | Pin::Unknown => name,
    }
}

/// Whether the tag is one of `tags`, or has one of `words` as a part, or names a pull request.
pub(super) fn moves(tag: &str, tags: &[String], words: &[String]) -> bool {
    let tag = tag.to_lowercase();
    let parts: Vec<_> = tag.split(['-', '_', '.', '+']).collect();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let request = parts
        .windows(2)
        .any(|pair| matches!(pair, [word, rest] if REQUESTS.contains(word) && number(rest)))
        || parts.first().is_some_and(|first| first.strip_prefix("pr").is_some_and(number));
    request || tags.contains(&tag) || words.iter().any(|word| parts.contains(&word.as_str()))
}

/// Whether the tag has no digit: versions, dates and commits all have one.
pub(super) fn names_no_version(tag: &str) -> bool {
    !tag.bytes().any(|b| b.is_ascii_digit())
}

/// An image of an object.
pub(super) struct Found<'v> {
    pub(super) path: Path,
    /// The reference, put together from a repository and a tag in values of a chart, or from the name and
    /// the value of a variable.
    pub(super) text: Cow<'v, str>,
    /// The value that names the version.
    pub(super) value: &'v Value,
    /// Whether it is that of a container, and not a field of a custom resource.
    pub(super) contained: bool,
}

/// The images of an object: those of containers wherever they stand, and fields of that name.
pub(super) fn images(resource: &Resource) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    // Definitions and configuration speak of images that they do not run.
    if matches!(&*resource.id.gvk.kind, "CustomResourceDefinition" | "ConfigMap" | "Secret") {
        return found;
    }
    let mut todo: Vec<(Vec<PathStep>, &Value, bool)> = vec![(Vec::new(), &resource.body, false)];
    while let Some((path, value, contained)) = todo.pop() {
        if path.len() >= DEPTH {
            continue;
        }
        if let Some((text, value)) = tagged(value) {
            let path = [&path[..], &[PathStep::Key("tag".into())]].concat();
            found.push(Found { path: Path(path), text: text.into(), value, contained: false });
        }
        for entry in value.as_map().into_iter().flatten() {
            let mut path = path.clone();
            path.push(PathStep::Key(entry.key.clone()));
            if is_image_tag(&resource.id.gvk, &path)
                && let Some(tag) = entry.value.as_str().filter(|tag| !tag.is_empty())
            {
                let text = format!("{}:{tag}", without_tag(&entry.key)).into();
                found.push(Found { path: Path(path), text, value: &entry.value, contained: false });
                continue;
            }
            let image = entry.value.as_str().filter(|_| FIELDS.contains(&&*entry.key));
            if let Some(text) = image {
                let (path, value) = (Path(path), &entry.value);
                found.push(Found { path, text: text.into(), value, contained });
            } else {
                let single = SINGLE.contains(&&*entry.key);
                todo.push((path, &entry.value, single));
            }
        }
        let containers =
            matches!(path.last(), Some(PathStep::Key(key)) if CONTAINERS.contains(&&**key));
        for (index, item) in value.as_list().unwrap_or_default().iter().enumerate() {
            let name = item.get("name").and_then(Value::text);
            let mut path = path.clone();
            path.push(name.map_or(PathStep::Index(index), |value| PathStep::Element {
                key: "name".into(),
                value: value.into(),
            }));
            todo.push((path, item, containers));
        }
    }
    found
}

/// What a variable of Terraform tells the tag of: `orders_image` of `orders_image_tag`.
fn without_tag(name: &str) -> &str {
    name.get(..name.len().saturating_sub("_tag".len())).unwrap_or(name)
}

/// The image that values of a chart name by `repository` and `tag`, without a digest.
fn tagged(map: &Value) -> Option<(String, &Value)> {
    let text = |key: &str| map.get(key).and_then(Value::text).filter(|text| !text.is_empty());
    let (repository, tag) = (text("repository")?, text("tag")?);
    let value = map.get("tag").filter(|_| text("digest").is_none())?;
    Some((format!("{repository}:{tag}"), value))
}

#[cfg(test)]
mod tests {
    use super::{Pin, pin};

    #[test]
    fn ports_digests_expressions_and_patterns_are_told_apart() {
        assert_eq!(pin("registry.example.org:5000/a/b"), Pin::Nothing);
        assert_eq!(pin("registry.example.org:5000/a/b:1.2"), Pin::Tag("1.2"));
        assert_eq!(pin("a:latest@sha256:00"), Pin::Digest);
        assert_eq!(pin("a:${TAG}"), Pin::Unknown);
        assert_eq!(pin("!*:latest"), Pin::Unknown);
    }
}
