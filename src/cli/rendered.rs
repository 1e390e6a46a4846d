//! Manifests that the user's pipeline rendered: where they are, and whose they are.

use std::path::Path;

use crate::check;
use crate::cli::args::{RenderedArg, RenderedArgs};
use crate::cli::error::CliError;
use crate::cli::root::{self, Root};
use crate::config::{Config, did_you_mean};
use crate::layout::{Layout, RenderedTree};
use crate::source::{Limits, Mount, Snapshot};
use crate::syntax::Store;
use crate::text::RepoPath;

/// What `--rendered` names.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    mounts: Vec<Mount>,
    trees: Vec<RenderedTree>,
}

impl Rendered {
    /// Finds the directories.
    pub(super) fn find(args: &RenderedArgs, root: &Root) -> Result<Self, CliError> {
        let mut found = Self::default();
        for RenderedArg { environment, variant, directory } in &args.rendered {
            let real = root::canonical(directory)?;
            let name = directory.display();
            let refuse =
                |why: &str, help: &str| Err(CliError::new(&format!("`{name}` {why}"), help));
            if !real.is_dir() {
                return refuse("is not a directory", "name the directory that holds the manifests");
            }
            if root.directory.starts_with(&real) {
                return refuse("holds the repository", "render into a directory of its own");
            }
            let overlaps = |mount: &&Mount| {
                mount.directory.starts_with(&real) || real.starts_with(&mount.directory)
            };
            if found.mounts.iter().any(|mount| overlaps(&mount)) {
                let help = "give every environment a directory of its own";
                return refuse("is named twice, or holds another one that is named", help);
            }
            let at = at(root, &real, directory)?;
            let (environment, variant) = (environment.clone(), variant.clone());
            found.trees.push(RenderedTree { environment, variant, root: at.clone() });
            found.mounts.push(Mount { at, directory: real });
        }
        Ok(found)
    }

    /// Opens the repository with the directories.
    pub(super) fn open(&self, root: &Root) -> Result<Snapshot, CliError> {
        let snapshot = Snapshot::with_mounts(&root.directory, &self.mounts, Limits::default())
            .map_err(|error| CliError::new(&error.to_string(), ""))?;
        if snapshot.is_empty() && self.mounts.is_empty() {
            let message = format!("`{}` holds no files", root.directory.display());
            return Err(CliError::new(&message, "name the directory of a repository"));
        }
        Ok(snapshot)
    }

    /// The units of the repository and of the directories. Every directory must have an environment
    /// and something in it.
    pub(super) fn layout(&self, store: &Store<'_>, config: &Config) -> Result<Layout, CliError> {
        let layout = check::layout_with(store, config, &self.trees);
        for tree in &self.trees {
            if layout.unplaced.iter().any(|unplaced| unplaced.root == tree.root) {
                let name = &tree.environment;
                let names = layout.environments.iter().map(|known| known.name.as_str());
                let names: Vec<&str> = names.collect();
                let message = format!("there is no environment `{name}`");
                return Err(CliError::new(&message, &did_you_mean(name, names)));
            }
            let mut overlays = layout.units.iter().flat_map(|unit| &unit.overlays);
            if !overlays.any(|overlay| overlay.root.is_in(&tree.root)) {
                let message = format!("there is no manifest in `{}`", tree.root);
                let help = "render into it first: YAML files, in directories of their own or not";
                return Err(CliError::new(&message, help));
            }
        }
        Ok(layout)
    }
}

/// The path under which a directory is seen: its own in the repository, else its name.
fn at(root: &Root, real: &Path, named: &Path) -> Result<RepoPath, CliError> {
    if real.starts_with(&root.directory) {
        return root.relative(real);
    }
    let text = named.to_str().ok_or_else(|| {
        let message = format!("the name of `{}` is not UTF-8", named.display());
        CliError::new(&message, "name another directory")
    })?;
    Ok(RepoPath::outside(text))
}
