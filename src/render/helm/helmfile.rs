//! Releases of helmfile.
//!
//! A helmfile is a template. What it says between `{{` and `}}` is not evaluated: the names of the
//! environment and of the release are filled in where they make the path of a file, and nothing else.

use crate::kube::{Value, load};
use crate::layout::{is_helmfile, masked, unmasked};
use crate::render::helm::told::{Layer, Release};
use crate::source::Snapshot;
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath};

/// Larger helmfiles are not read.
const LARGEST: usize = 1 << 20;

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
    let Some(masked) = masked(&source.text, None) else { return Vec::new() };
    let parsed = parse_yaml(file, &masked.text);
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

/// A text as it stands in the file: what was masked is there.
fn written(snapshot: &Snapshot, value: &Value) -> Option<String> {
    value.text()?;
    let text = snapshot.slice(value.span());
    Some(text.trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use crate::layout::filled;

    #[test]
    fn names_are_filled_in_and_nothing_else() {
        let path = "values/{{`{{ .Release.Name }}`}}/{{ .Environment.Name }}.yaml";
        assert_eq!(filled(path, "prod", "orders").unwrap(), "values/orders/prod.yaml");
        assert_eq!(filled("{{ .Values.x }}.yaml", "prod", "orders"), None);
        assert_eq!(filled("{{ .Environment.Name", "prod", "orders"), None);
    }
}
