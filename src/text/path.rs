//! Paths of files as the repository names them.

use std::fmt;
use std::sync::Arc;

/// A path relative to the repository root: `/` between segments, no `.` or `..`, never outside.
///
/// The root itself is the empty path. What the user names outside of the repository keeps its name,
/// see [`RepoPath::outside`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

/// Why a text is not a path inside the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It begins with `/`.
    #[error("the path is absolute")]
    Absolute,
    /// Its `..` lead outside the root.
    #[error("the path leads outside the repository")]
    Outside,
}

impl RepoPath {
    /// The repository root.
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Reads a path relative to the root, resolving `.` and `..` by their letters.
    pub fn new(text: &str) -> Result<Self, PathError> {
        Self::root().join(text)
    }

    /// The name of a directory outside of the repository, as the user wrote it: `/tmp/out`,
    /// `../out`, `./out`. No path of the repository looks so, and joining never leads out of it.
    pub fn outside(name: &str) -> Self {
        let name = name.trim_end_matches('/');
        Self(match name {
            "" => Arc::from("/."),
            _ if is_outside(name) => Arc::from(name),
            _ => Arc::from(format!("./{name}")),
        })
    }

    /// Whether it was made by [`RepoPath::outside`], or lies below such a path.
    pub fn is_outside(&self) -> bool {
        is_outside(&self.0)
    }

    /// Resolves `relative` from this directory.
    pub fn join(&self, relative: &str) -> Result<Self, PathError> {
        if relative.starts_with('/') {
            return Err(PathError::Absolute);
        }
        let mut segments: Vec<&str> = self.segments().collect();
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    let left = segments.pop().ok_or(PathError::Outside)?;
                    if left == ".." {
                        return Err(PathError::Outside);
                    }
                }
                name => segments.push(name),
            }
        }
        let start = if self.0.starts_with('/') { "/" } else { "" };
        Ok(Self(Arc::from(format!("{start}{}", segments.join("/")))))
    }

    /// The path as text, without a leading `./`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path for people: the root is shown as `.`.
    pub fn display(&self) -> &str {
        if self.0.is_empty() { "." } else { &self.0 }
    }

    /// Whether this is the repository root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The segments from the root down.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// The last segment; empty for the root.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or("")
    }

    /// The file name up to its last dot.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
    }

    /// The text after the last dot of the file name, in lower case; empty without one.
    pub fn extension(&self) -> String {
        let name = self.file_name();
        name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
    }

    /// Whether its extension is one of YAML.
    pub fn is_yaml(&self) -> bool {
        matches!(self.extension().as_str(), "yaml" | "yml")
    }

    /// The directory that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(Arc::from(self.0.rsplit_once('/').map_or("", |(parent, _)| parent))))
    }

    /// Whether this path is `directory` or lies below it.
    pub fn is_in(&self, directory: &Self) -> bool {
        directory.is_root()
            || self
                .0
                .strip_prefix(&*directory.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn is_outside(name: &str) -> bool {
    name == ".." || ["/", "./", "../"].iter().any(|start| name.starts_with(start))
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.display())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.display())
    }
}

#[cfg(test)]
mod tests {
    use super::{PathError, RepoPath};

    #[test]
    fn joins_inside_the_root_only() {
        let dir = RepoPath::new("apps/orders/overlays").unwrap();
        assert_eq!(dir.join("../base").unwrap().as_str(), "apps/orders/base");
        assert_eq!(dir.join("./x//y/.").unwrap().as_str(), "apps/orders/overlays/x/y");
        assert_eq!(dir.join("../../../..").unwrap_err(), PathError::Outside);
        assert_eq!(dir.join("/etc/passwd").unwrap_err(), PathError::Absolute);
    }

    #[test]
    fn what_lies_outside_keeps_its_name() {
        let dir = RepoPath::outside("../out/production/");
        assert_eq!(dir.join("orders/a.yaml").unwrap().as_str(), "../out/production/orders/a.yaml");
        assert_eq!(dir.join("../../..").unwrap_err(), PathError::Outside);
        let dir = RepoPath::outside("/tmp/out");
        assert_eq!(dir.join("a.yaml").unwrap().as_str(), "/tmp/out/a.yaml");
        assert!(dir.join("a.yaml").unwrap().is_in(&dir));
        assert_eq!(RepoPath::outside("out").join("a").unwrap().as_str(), "./out/a");
        assert!(RepoPath::outside("out").is_outside() && RepoPath::outside("..").is_outside());
        assert!(!RepoPath::new(".github/a").unwrap().is_outside());
    }

    #[test]
    fn knows_its_parts() {
        let path = RepoPath::new("config/values-prod.yaml").unwrap();
        assert_eq!((path.stem(), path.extension().as_str()), ("values-prod", "yaml"));
        assert!(path.is_in(&RepoPath::new("config").unwrap()));
        assert!(!path.is_in(&RepoPath::new("conf").unwrap()));
        assert_eq!(path.parent().unwrap().as_str(), "config");
    }
}
