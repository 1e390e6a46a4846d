//! Which of the repositories that Applications name is this one.

use std::collections::BTreeMap;

use crate::kube::Value;
use crate::layout::argocd::application::Source;
use crate::layout::argocd::fill::{ANY, is_open, pattern};
use crate::layout::argocd::objects::{Object, What};
use crate::source::Snapshot;
use crate::text::RepoPath;

/// This repository's address: the one that most sources whose path exists here name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home(Option<String>);

impl Home {
    /// Counts what the objects say.
    pub(super) fn of(snapshot: &Snapshot, objects: &[Object]) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for object in objects {
            let spec = match object.what {
                What::Application => object.body.get("spec"),
                What::Set => object.body.at(&["spec", "template", "spec"]),
                What::Cluster => None,
            };
            let Some(spec) = spec else { continue };
            let mut named: Vec<(&Value, &Value)> = Vec::new();
            for source in sources(spec) {
                named.extend(source.get("repoURL").zip(source.get("path")));
            }
            if let Some(generators) = object.body.at(&["spec", "generators"]) {
                searched(generators, 0, &mut named);
            }
            for (url, path) in named {
                let (Some(url), Some(path)) = (url.text(), path.text()) else { continue };
                if !is_open(url) && exists(snapshot, path) {
                    *counts.entry(address(url)).or_default() += 1;
                }
            }
        }
        let most = counts.into_iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0)));
        Self(most.map(|(url, _)| url))
    }

    /// Whether the address may be this repository's; one that is to be filled in may.
    pub(super) fn is(&self, url: &str) -> bool {
        is_open(url) || self.0.as_deref().is_none_or(|home| home == address(url))
    }

    /// Whether the address is surely this repository's.
    pub fn is_surely(&self, url: &str) -> bool {
        !is_open(url) && self.0.as_deref().is_some_and(|home| home == address(url))
    }

    /// The sources of an Application, given as an object.
    pub fn sources(&self, application: &Value) -> Vec<Source> {
        let all: Vec<&Value> = application.get("spec").into_iter().flat_map(sources).collect();
        all.iter().map(|source| Source::of(source, &all, self)).collect()
    }

    /// Whether it is known which repository this is.
    pub(super) fn is_known(&self) -> bool {
        self.0.is_some()
    }
}

/// The sources of an Application's `spec`.
fn sources(spec: &Value) -> impl Iterator<Item = &Value> {
    // Argo CD overlooks `source` where there are `sources`.
    let several = spec.get("sources").and_then(Value::as_list).unwrap_or_default();
    let single = spec.get("source").filter(|_| several.is_empty());
    single.into_iter().chain(several)
}

/// Deeper generators are not looked into.
const DEPTH: usize = 16;

/// Adds the addresses of the repositories in which git generators search, each with a pattern.
fn searched<'v>(generators: &'v Value, depth: usize, found: &mut Vec<(&'v Value, &'v Value)>) {
    if depth > DEPTH {
        return;
    }
    for part in generators.as_list().unwrap_or_default().iter().filter_map(Value::as_map).flatten()
    {
        if let Some(inner) = part.value.get("generators") {
            searched(inner, depth + 1, found);
        }
        let Some(url) = part.value.get("repoURL") else { continue };
        for key in ["directories", "files"] {
            let entries = part.value.get(key).and_then(Value::as_list).unwrap_or_default();
            found.extend(entries.iter().filter_map(|entry| Some((url, entry.get("path")?))));
        }
    }
}

/// Whether a path, or what is known of its beginning, is a directory here.
fn exists(snapshot: &Snapshot, path: &str) -> bool {
    let pattern = pattern(path).replace(['*', '?', '[', '{'], &ANY.to_string());
    let known = pattern.split(ANY).next().unwrap_or("");
    let known = if known.len() == pattern.len() {
        known
    } else {
        known.rsplit_once('/').map_or("", |(directory, _)| directory)
    };
    let path = RepoPath::new(known).ok();
    path.is_some_and(|path| !path.is_root() && snapshot.is_directory(&path))
}

/// Host and path of an address, however it is written.
pub(in crate::layout) fn address(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = url.split_once('@').map_or(url, |(_, rest)| rest);
    url.replacen(':', "/", 1).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn one_repository_has_many_addresses() {
        for url in [
            "https://git.example.org/nordwerk/deploy.git",
            "https://user@git.example.org/nordwerk/deploy",
            "git@git.example.org:nordwerk/deploy.git",
            "ssh://git@git.example.org/Nordwerk/deploy/",
        ] {
            assert_eq!(address(url), "git.example.org/nordwerk/deploy", "{url}");
        }
    }
}
