//! Where the paths of reports begin for those who read them elsewhere.

use std::path::{Path, PathBuf};

use crate::report::Prefixes;
use crate::source::find_root;

/// Variables with the directory in which the runner of a pipeline works: GitHub's, GitLab's.
const WORKSPACES: &[&str] = &["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// The prefixes for the paths below `root`, a real path.
pub(super) fn find(root: &Path) -> Prefixes {
    let repository = find_root(root).and_then(|top| prefix(&top, root)).unwrap_or_default();
    let workspaces = WORKSPACES.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let mut real = workspaces.filter_map(|directory| directory.canonicalize().ok());
    let workspace = real.find_map(|directory| prefix(&directory, root));
    Prefixes { workspace: workspace.unwrap_or_else(|| repository.clone()), repository }
}

/// How the paths below `root` begin for somebody in `top`; `None` if it does not lie there.
fn prefix(top: &Path, root: &Path) -> Option<String> {
    let names = root.strip_prefix(top).ok()?.components();
    names.map(|name| Some(format!("{}/", name.as_os_str().to_str()?))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::prefix;

    #[test]
    fn paths_begin_in_the_directory_above() {
        let prefix = |top: &str, root: &str| prefix(Path::new(top), Path::new(root));
        assert_eq!(prefix("/w", "/w").as_deref(), Some(""));
        assert_eq!(prefix("/w", "/w/a/b").as_deref(), Some("a/b/"));
        assert_eq!(prefix("/w/a", "/w/ab"), None);
    }
}
