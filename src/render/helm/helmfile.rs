//! Releases of helmfile.
//!
//! A helmfile is a template. What it says between `{{` and `}}` is not evaluated: the names of the
//! environment and of the release are filled in where they make the path of a file, and nothing else.

use std::sync::Arc;

use crate::kube::{Kind, Value, load};
use crate::render::helm::told::{Layer, Release};
use crate::source::Snapshot;
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath};

/// What a helmfile may be called.
const NAMES: [&str; 4] =
    ["helmfile.yaml", "helmfile.yml", "helmfile.yaml.gotmpl", "helmfile.yml.gotmpl"];
/// A directory of helmfiles.
const DIRECTORY: &str = "helmfile.d";
/// Larger helmfiles are not read.
const LARGEST: usize = 1 << 20;

/// Whether a file is a helmfile by its name.
pub(super) fn is_helmfile(path: &RepoPath) -> bool {
    let inside = path.parent().is_some_and(|parent| parent.file_name() == DIRECTORY);
    let named = path.file_name();
    NAMES.contains(&named)
        || inside && [".yaml", ".yml", ".gotmpl"].iter().any(|end| named.ends_with(end))
}

/// Every release of every helmfile.
pub(super) fn releases(snapshot: &Snapshot) -> Vec<Release> {
    let files = snapshot.files().filter(|(_, path)| is_helmfile(path));
    files.flat_map(|(file, path)| of_file(snapshot, file, path)).collect()
}

fn of_file(snapshot: &Snapshot, file: FileId, path: &RepoPath) -> Vec<Release> {
    let Ok(source) = snapshot.file(file) else { return Vec::new() };
    if source.text.len() > LARGEST {
        return Vec::new();
    }
    let parsed = parse_yaml(file, &masked(&source.text));
    let Some(parent) = path.parent() else { return Vec::new() };
    // The files of a `helmfile.d` say their paths from where they are.
    let mut found = Vec::new();
    let bodies: Vec<Value> = parsed
        .documents
        .iter()
        .filter_map(|document| load(document.root(), Dialect::Config).ok())
        .collect();
    let template = |name: &str| bodies.iter().find_map(|body| body.at(&["templates", name]));
    for body in &bodies {
        for release in items(body.get("releases")) {
            let Some(name) = release.get("name").and_then(|name| written(snapshot, name)) else {
                continue;
            };
            let inherited = items(release.get("inherit"));
            let above = inherited.iter().filter_map(|it| template(it.get("template")?.text()?));
            let sources: Vec<&Value> = above.chain([release]).collect();
            let chart = sources.iter().rev().find_map(|it| written(snapshot, it.get("chart")?));
            let layers = sources.iter().flat_map(|it| layers(snapshot, it)).collect();
            found.push(Release { directory: parent.clone(), file, name, chart, layers });
        }
    }
    found
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_list).unwrap_or_default()
}

fn layers(snapshot: &Snapshot, release: &Value) -> Vec<Layer> {
    let lists = [release.get("values"), release.get("valuesTemplate")];
    let entries = lists.into_iter().flat_map(items);
    entries
        .filter_map(|entry| match entry.as_map() {
            Some(_) => Some(Layer::Inline(unmasked(snapshot, entry.clone()))),
            None => written(snapshot, entry).map(Layer::File),
        })
        .collect()
}

/// Values with the texts of the file in the place of what was masked.
fn unmasked(snapshot: &Snapshot, mut value: Value) -> Value {
    match &mut value.kind {
        Kind::Map(map) => {
            for (_, inner) in Arc::make_mut(map).values_mut() {
                *inner = unmasked(snapshot, inner.clone());
            }
        }
        Kind::List(items) => {
            for inner in Arc::make_mut(items) {
                *inner = unmasked(snapshot, inner.clone());
            }
        }
        Kind::Scalar(scalar) => {
            let text = snapshot.slice(value.provenance.last().span);
            if text.contains("{{") {
                scalar.text = text.trim_matches(['"', '\'']).into();
            }
        }
    }
    value
}

/// A text as it stands in the file: what was masked is there.
fn written(snapshot: &Snapshot, value: &Value) -> Option<String> {
    value.text()?;
    let text = snapshot.slice(value.span());
    Some(text.trim_matches(['"', '\'']).to_owned())
}

/// The text of a helmfile with all actions replaced, so that it is YAML of the same length: lines that
/// are nothing but actions become comments.
fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let end = line.trim_end().len();
        if content.starts_with("{{") && content.ends_with("}}") && !content.contains(": ") {
            let indent = line.len() - line.trim_start().len();
            masked.push_str(&line[..indent]);
            masked.push('#');
            masked.extend(std::iter::repeat_n('x', end - indent - 1));
            masked.push_str(&line[end..]);
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find("{{") {
            let Some(length) = rest[start..].rfind("}}").map(|at| at + 2) else { break };
            // Two actions in one line are two, unless one quotes the other.
            let nested = rest[start..].starts_with("{{`");
            let first = rest[start..].find("}}").map_or(length, |at| at + 2);
            let length = if nested { length } else { first };
            masked.push_str(&rest[..start]);
            masked.extend(std::iter::repeat_n('x', length));
            rest = &rest[start + length..];
        }
        masked.push_str(rest);
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::masked;
    use crate::render::helm::told::filled;

    #[test]
    fn actions_are_masked_and_keep_their_length() {
        let text = "a: {{ .X }}\n{{ if eq .Y \"b: c\" }}\n  {{- end }}\nb: \"x-{{ .Z }}-é\"\n\
                    c: values/{{`{{ .Release.Name }}`}}/{{ .Environment.Name }}.yaml\n";
        let masked = masked(text);
        assert_eq!(masked.len(), text.len());
        assert!(!masked.contains("{{"));
        assert!(masked.contains("b: \"x-xxxxxxxx-é\""));
    }

    #[test]
    fn names_are_filled_in_and_nothing_else() {
        let path = "values/{{`{{ .Release.Name }}`}}/{{ .Environment.Name }}.yaml";
        assert_eq!(filled(path, "prod", "orders").unwrap(), "values/orders/prod.yaml");
        assert_eq!(filled("{{ .Values.x }}.yaml", "prod", "orders"), None);
        assert_eq!(filled("{{ .Environment.Name", "prod", "orders"), None);
    }
}
