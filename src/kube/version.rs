//! Versions of Kubernetes.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes, `1.31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

/// Why a text is no version whose schemas are built in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It does not read as a version.
    #[error(
        "this is not a version of Kubernetes; write it like `{newest}` (built in: {oldest} to {newest})",
        oldest = Version::OLDEST, newest = Version::NEWEST
    )]
    Malformed,
    /// It is one, but not one of those that are built in.
    #[error(
        "the schemas of Kubernetes {0} are not built in; those of {oldest} to {newest} are",
        oldest = Version::OLDEST, newest = Version::NEWEST
    )]
    NotBuiltIn(Version),
}

impl Version {
    /// The oldest version whose schemas are built in.
    pub const OLDEST: Self = Self(25);
    /// The newest version whose schemas are built in.
    pub const NEWEST: Self = Self(37);

    /// The versions whose schemas are built in, oldest first.
    pub fn built_in() -> impl DoubleEndedIterator<Item = Self> {
        (Self::OLDEST.0..=Self::NEWEST.0).map(Self)
    }

    /// Reads `1.31`; any minor version, built in or not.
    pub(crate) fn minor(text: &str) -> Option<Self> {
        text.strip_prefix("1.")?.parse().ok().map(Self)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `1.31`, `v1.31`, `v1.31.4` and what distributions append: `v1.31.4-gke.100`,
    /// `v1.31.4+k3s1`.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let number = text.strip_prefix('v').unwrap_or(text);
        let number = number.split(['-', '+']).next().unwrap_or("");
        let mut parts = number.splitn(3, '.');
        let plain = |part: &&str| {
            !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (Some("1"), Some(minor)) = (parts.next(), parts.next().filter(plain)) else {
            return Err(VersionError::Malformed);
        };
        if !parts.all(|patch| plain(&patch)) {
            return Err(VersionError::Malformed);
        }
        let version = minor.parse().map(Self).map_err(|_too_large| VersionError::Malformed)?;
        if (Self::OLDEST..=Self::NEWEST).contains(&version) {
            Ok(version)
        } else {
            Err(VersionError::NotBuiltIn(version))
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Version, VersionError};

    #[test]
    fn reads_what_people_and_clusters_write() {
        for text in ["1.31", "v1.31", "1.31.4", "v1.31.4-gke.100", "v1.31.4+k3s1", "1.31-eks-1"] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), "1.31", "{text}");
        }
        for text in ["", "1", "v", "1.", "31", "1.x", "2.31", "1.31.", "1.31.x", "1.999", "1.-31"] {
            assert_eq!(text.parse::<Version>(), Err(VersionError::Malformed), "{text}");
        }
    }

    #[test]
    fn says_what_is_built_in() {
        let message = "1.9".parse::<Version>().unwrap_err().to_string();
        assert_eq!(
            message,
            "the schemas of Kubernetes 1.9 are not built in; those of 1.25 to 1.37 are"
        );
        let message = "latest".parse::<Version>().unwrap_err().to_string();
        assert!(message.contains("`1.37`") && message.contains("1.25 to 1.37"), "{message}");
    }
}
