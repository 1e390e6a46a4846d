//! Which directories Flux builds at all.

use std::collections::BTreeSet;

use crate::layout::flux::declared::{self, Declared, directory};
use crate::syntax::Store;
use crate::text::{RepoPath, wild_match};

/// What stands for a variable in a path; no file is called so.
const ANY: char = '\0';
/// Most paths with variables that are told apart.
const PATTERNS: usize = 1_000;

/// The directories that Flux Kustomizations anywhere in the repository build.
#[derive(Debug, Default)]
pub struct FluxBuilds {
    named: BTreeSet<RepoPath>,
    /// With [`ANY`] for each variable.
    patterns: BTreeSet<RepoPath>,
}

impl FluxBuilds {
    /// Reads all files of the repository.
    pub fn of(store: &Store<'_>) -> Self {
        let mut builds = Self::default();
        for (file, _) in store.snapshot().files().filter(|(_, path)| path.is_yaml()) {
            for declared in declared::of_file(store, file) {
                if let Declared::Kustomization(found) = declared {
                    builds.add(&found.path);
                }
            }
        }
        builds
    }

    fn add(&mut self, path: &str) {
        let pattern = without_variables(path);
        let Some(directory) = directory(&pattern) else { return };
        if !pattern.contains(ANY) {
            self.named.insert(directory);
        } else if self.patterns.len() < PATTERNS {
            self.patterns.insert(directory);
        }
    }

    /// Whether the directory or one above it is built.
    pub fn covers(&self, directory: &RepoPath) -> bool {
        std::iter::successors(Some(directory.clone()), RepoPath::parent).any(|directory| {
            self.named.contains(&directory)
                || self.patterns.iter().any(|pattern| {
                    let (pattern, path) = (pattern.as_str(), directory.as_str());
                    let any = |byte: &u8| *byte == ANY as u8;
                    wild_match(pattern.as_bytes(), path.as_bytes(), any, u8::eq)
                })
        })
    }
}

/// A path with [`ANY`] in the place of each `${VARIABLE}`, whose default may hold slashes.
fn without_variables(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((_, behind)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push(ANY);
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::FluxBuilds;
    use crate::text::RepoPath;

    #[test]
    fn variables_stand_for_anything() {
        let mut builds = FluxBuilds::default();
        for path in ["./clusters/eu/", "/apps/${name}/overlays/${env:=a/b}", "jobs/${open"] {
            builds.add(path);
        }
        let covers = |path: &str| builds.covers(&RepoPath::new(path).unwrap());
        assert!(covers("clusters/eu/monitoring"));
        assert!(covers("apps/orders/overlays/production"));
        assert!(covers("apps/orders/overlays/production/deeper"));
        assert!(!covers("clusters/europe"));
        assert!(!covers("apps/orders/base"));
        assert!(!covers("jobs/nightly"));
    }
}
