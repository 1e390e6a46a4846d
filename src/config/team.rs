//! `[[schema]]`: what the team itself says of its files.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::glob::Glob;
use crate::config::reader::{Located, Reader};
use crate::source::Snapshot;
use crate::text::RepoPath;

/// A schema of the repository and the files that must follow it.
#[derive(Debug, Clone)]
pub struct TeamSchema {
    /// The files.
    pub files: Vec<Located<Glob>>,
    /// The file that holds the schema.
    pub schema: Located<RepoPath>,
}

impl TeamSchema {
    /// Whether a file must follow the schema. The schema itself need not.
    pub fn covers(&self, path: &RepoPath) -> bool {
        *path != self.schema.value
            && self.files.iter().any(|glob| glob.value.matches(path.as_str()))
    }
}

/// A JSON schema of the repository, and the files that must follow it
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Schema")]
pub(super) struct RawTeamSchema {
    /// The YAML, JSON and TOML files, as a glob or several
    #[schemars(with = "OneOrMany")]
    files: Spanned<OneOrMany>,
    /// The file that holds the schema, by its path from the root
    #[schemars(with = "String")]
    schema: Spanned<String>,
}

/// One text, or several
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    /// One
    One(String),
    /// Several
    Many(Vec<String>),
}

/// Reads the tables.
pub(super) fn read(reader: &mut Reader, value: Option<Spanned<DeValue<'_>>>) -> Vec<TeamSchema> {
    let raw = reader.list::<RawTeamSchema>("schema", value);
    raw.into_iter().filter_map(|entry| resolve(reader, entry.value)).collect()
}

fn resolve(reader: &mut Reader, raw: RawTeamSchema) -> Option<TeamSchema> {
    let span = reader.place(raw.files.span());
    let names = match raw.files.into_inner() {
        OneOrMany::One(name) => vec![name],
        OneOrMany::Many(names) => names,
    };
    if names.is_empty() {
        let error = ConfigError::at(span, "`files` names no file");
        reader.errors.push(error.help("write a glob such as `files = \"config/**/*.yaml\"`"));
        return None;
    }
    let mut files = Vec::new();
    for name in names {
        match Glob::try_from(name) {
            Ok(glob) => files.push(Located { span, value: glob }),
            Err(message) => reader.errors.push(ConfigError::at(span, message)),
        }
    }
    let span = reader.place(raw.schema.span());
    let name = raw.schema.into_inner();
    match RepoPath::new(&name).ok().filter(|path| !path.is_root()) {
        Some(path) => Some(TeamSchema { files, schema: Located { span, value: path } }),
        None => {
            let remote = name.contains("://");
            let message = if remote {
                format!("`{name}` is not fetched: nothing is read but the repository")
            } else {
                format!("`{name}` is not a file of the repository")
            };
            let help = "copy the schema into the repository, and name it by its path from the root";
            reader.errors.push(ConfigError::at(span, message).help(help));
            None
        }
    }
}

/// What is wrong with schemas that are not there.
pub(super) fn missing<'c>(
    snapshot: &'c Snapshot,
    schemas: &'c [TeamSchema],
) -> impl Iterator<Item = ConfigError> + use<'c> {
    let absent = schemas.iter().filter(|entry| snapshot.find(&entry.schema.value).is_none());
    absent.map(|entry| {
        ConfigError::at(entry.schema.span, format!("there is no file `{}`", entry.schema.value))
            .help(
                "paths begin at the root; links that lead out of it and ignored files are not read",
            )
    })
}
