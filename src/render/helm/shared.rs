//! Values files that lie under those of every environment: the same path with the environment taken
//! out, or with a word for what all share in its place.

use crate::layout::{Overlay, Unit};
use crate::render::helm::Helm;
use crate::render::helm::chart::VALUES;
use crate::text::RepoPath;

/// Words that stand where the environment does, for what all environments share. `base` may be the
/// name of a place as well.
const WORDS: [&str; 7] = ["base", "all", "common", "default", "defaults", "global", "shared"];
/// Where the environment stands in the template of a unit, and where the variant.
const ENVIRONMENT: &str = "{env}";
const VARIANT: &str = "{variant}";
/// What stands between the parts of a name.
const SEPARATORS: [char; 3] = ['-', '_', '.'];

/// The files that lie under the one of an overlay, the most general first. `chart` is the chart that
/// gets the values: its defaults are not among them.
pub(super) fn below(
    helm: Helm<'_>,
    unit: &Unit,
    overlay: &Overlay,
    chart: Option<&RepoPath>,
) -> Vec<RepoPath> {
    let template = match &overlay.variant {
        Some(_) => unit.template.replace(['[', ']'], ""),
        None => unit.template.replace("[/{variant}]", ""),
    };
    let parts: Vec<&str> = template.split('/').collect();
    let own: Vec<&str> = overlay.root.segments().collect();
    let fits = parts.len() == own.len()
        && parts.iter().zip(&own).all(|(part, own)| part.contains('{') || part == own);
    if !fits || !template.contains(ENVIRONMENT) {
        return Vec::new();
    }
    let defaults = chart.and_then(|chart| chart.join(VALUES).ok());
    let has_defaults =
        defaults.as_ref().is_some_and(|file| helm.store.snapshot().find(file).is_some());
    let mut found: Vec<RepoPath> = Vec::new();
    for word in std::iter::once("").chain(WORDS) {
        if word == "base" && has_defaults {
            continue;
        }
        let Some(path) = path(&parts, word) else { continue };
        let is_new = helm.store.snapshot().find(&path).is_some()
            && path != overlay.root
            && Some(&path) != defaults.as_ref()
            && !found.contains(&path);
        // What is production's own may be the default of the others all the same.
        let default = word.is_empty() && path.stem() == "values";
        let beside = path.parent() == overlay.root.parent();
        if is_new && (default && beside || !is_overlay(helm, &path)) {
            found.push(path);
        }
    }
    found
}

/// Whether a file may lie under those of several environments, by its name.
pub(super) fn is_shared(path: &RepoPath) -> bool {
    let has = |name: &str, word: &str| name.split(SEPARATORS).any(|token| token == word);
    let is_word = |name: &str| WORDS.iter().any(|word| has(name, word));
    let named = has(path.stem(), "values") && path.segments().any(is_word);
    path.is_yaml() && (is_word(path.stem()) || named)
}

/// The path that a template makes with a word in the place of the environment.
fn path(parts: &[&str], word: &str) -> Option<RepoPath> {
    let mut names: Vec<String> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        if !part.contains('{') {
            names.push((*part).to_owned());
            continue;
        }
        let file = at + 1 == parts.len();
        let (stem, extension) = match part.rsplit_once('.') {
            Some((stem, extension)) if file => (stem, format!(".{extension}")),
            _ => (*part, String::new()),
        };
        let name = filled(stem, word);
        match (name.is_empty(), file) {
            (true, true) => names.push(format!("values{extension}")),
            (true, false) => {}
            (false, _) => names.push(format!("{name}{extension}")),
        }
    }
    RepoPath::new(&names.join("/")).ok()
}

/// A name with a word for the environment, and no variant; both with what separates them.
fn filled(name: &str, word: &str) -> String {
    // A site and an environment that are fused are separated from the rest once.
    let fused = [format!("{VARIANT}{ENVIRONMENT}"), format!("{ENVIRONMENT}{VARIANT}")];
    let name = fused.iter().fold(name.to_owned(), |name, fused| name.replace(fused, ENVIRONMENT));
    let without = taken_out(&name, VARIANT);
    match word {
        "" => taken_out(&without, ENVIRONMENT),
        word => without.replace(ENVIRONMENT, word),
    }
}

fn taken_out(name: &str, mark: &str) -> String {
    let Some((before, after)) = name.split_once(mark) else { return name.to_owned() };
    match before.strip_suffix(SEPARATORS) {
        Some(before) => format!("{before}{after}"),
        None => format!("{before}{}", after.strip_prefix(SEPARATORS).unwrap_or(after)),
    }
}

/// Whether a file is what some environment has of its own.
fn is_overlay(helm: Helm<'_>, path: &RepoPath) -> bool {
    let overlays = helm.layout.units.iter().flat_map(|unit| &unit.overlays);
    overlays.into_iter().any(|overlay| overlay.root == *path)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn the_environment_is_taken_out_with_what_separates_it() {
        let of = |template: &str, word: &str| {
            let parts: Vec<&str> = template.split('/').collect();
            path(&parts, word).unwrap().to_string()
        };
        assert_eq!(of("orders/values-{env}.yaml", ""), "orders/values.yaml");
        assert_eq!(of("orders/{env}.values.yaml", ""), "orders/values.yaml");
        assert_eq!(of("orders/{variant}-{env}.yaml", ""), "orders/values.yaml");
        assert_eq!(of("orders/values-{variant}{env}.yaml", "common"), "orders/values-common.yaml");
        assert_eq!(of("envs/{env}/orders.yaml", ""), "envs/orders.yaml");
        assert_eq!(of("envs/{env}/{variant}/orders.yaml", "shared"), "envs/shared/orders.yaml");
        assert_eq!(of("orders/secrets.{env}.yml", ""), "orders/secrets.yml");
        assert_eq!(of("envs/{env}/values-{env}.yaml", "all"), "envs/all/values-all.yaml");
    }
}
