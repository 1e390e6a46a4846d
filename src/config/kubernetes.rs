//! Which versions of Kubernetes the environments run, and where more schemas are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::reader::{Located, Reader};
use crate::kube::Version;
use crate::source::Snapshot;
use crate::text::{RepoPath, Span};

/// The name that stands for all environments that are not named.
const DEFAULT: &str = "default";

/// The versions of Kubernetes that environments run.
#[derive(Debug, Clone, Default)]
pub struct KubernetesVersions {
    default: Option<Version>,
    by_environment: BTreeMap<String, Located<Version>>,
}

/// How the versions are written.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "describes the file for editors; the reader decodes it")]
pub(super) enum VersionsSchema {
    /// One version for all
    One(String),
    /// One for each environment
    ByEnvironment(BTreeMap<String, String>),
}

impl KubernetesVersions {
    /// The version that an environment runs, if it is known.
    pub fn version(&self, environment: &str) -> Option<Version> {
        let named = self.by_environment.get(environment).map(|found| found.value);
        named.or(self.default)
    }

    /// The version that the environments run which are not named.
    pub fn other(&self) -> Option<Version> {
        self.default
    }

    /// The environments that are named, and where.
    pub fn named(&self) -> impl Iterator<Item = (&str, Span)> {
        self.by_environment.iter().map(|(name, found)| (&**name, found.span))
    }

    /// Reads a version, or a table of them.
    pub(super) fn read(reader: &mut Reader, value: Option<Spanned<DeValue<'_>>>) -> Self {
        let Some(value) = value else { return Self::default() };
        if !matches!(value.get_ref(), DeValue::Table(_)) {
            return Self { default: version(reader, value), by_environment: BTreeMap::new() };
        }
        let mut versions = Self::default();
        for (key, value) in reader.pairs("kubernetes-version", Some(value)) {
            let span = reader.place(key.span());
            let Some(value) = version(reader, value) else { continue };
            if **key.get_ref() == *DEFAULT {
                versions.default = Some(value);
            } else {
                let name = key.into_inner().into_owned();
                versions.by_environment.insert(name, Located { span, value });
            }
        }
        versions
    }
}

fn version(reader: &mut Reader, value: Spanned<DeValue<'_>>) -> Option<Version> {
    let span = reader.place(value.span());
    // `1.30` without quotes is the number 1.3.
    if matches!(value.get_ref(), DeValue::Float(_) | DeValue::Integer(_)) {
        let message = "a version of Kubernetes must stand in quotes";
        let help = "write it as a text: `kubernetes-version = \"1.30\"`";
        reader.errors.push(ConfigError::at(span, message).help(help));
        return None;
    }
    let text = reader.decode::<String>(value)?;
    match text.value.parse() {
        Ok(version) => Some(version),
        Err(error) => {
            let message = format!("`{}`: {error}", text.value);
            reader.errors.push(ConfigError::at(span, message));
            None
        }
    }
}

/// Reads the list of directories with schemas.
pub(super) fn directories(
    reader: &mut Reader,
    value: Option<Spanned<DeValue<'_>>>,
) -> Vec<Located<RepoPath>> {
    let listed = reader.list::<String>("kubernetes-schemas", value);
    let mut directories = Vec::new();
    for Located { span, value } in listed {
        if let Ok(path) = RepoPath::new(&value) {
            directories.push(Located { span, value: path });
        } else {
            let message = format!("`{value}` is not a directory of the repository");
            let help = "name it by its path from the root; nothing is fetched from elsewhere";
            reader.errors.push(ConfigError::at(span, message).help(help));
        }
    }
    directories
}

/// What is wrong with the directories: those that are not there.
pub(super) fn missing(
    snapshot: &Snapshot,
    directories: &[Located<RepoPath>],
) -> impl Iterator<Item = ConfigError> {
    let missing = directories.iter().filter(|found| !snapshot.is_directory(&found.value));
    missing.map(|found| {
        let message = format!("there is no directory `{}`", found.value);
        ConfigError::at(found.span, message).help("name a directory with schemas, as JSON files")
    })
}
