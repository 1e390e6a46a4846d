//! Files with exceptions beside the configuration.

use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::exception::{Exception, RawException};
use crate::config::glob::Glob;
use crate::config::reader::Reader;
use crate::config::sections::Terms;
use crate::config::yaml;
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath, Span};

/// The list of a file.
const LIST: &str = "exception";

/// What the files hold.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// The exceptions, in the order of the files.
    pub(super) exceptions: Vec<Exception>,
    /// What is wrong.
    pub(super) errors: Vec<ConfigError>,
}

/// Reads the files that the configuration in `config` lists.
pub(super) fn read(snapshot: &Snapshot, config: FileId, names: &[Spanned<String>]) -> Registry {
    let mut registry = Registry::default();
    let mut files = Vec::new();
    for name in names {
        let span = Span::new(config, name.span().start, name.span().end);
        match find(snapshot, name.get_ref()) {
            Ok(found) => files.extend(found.into_iter().map(|file| (file, span))),
            Err(error) => registry.errors.push(ConfigError { span: Some(span), ..error }),
        }
    }
    files.retain(|&(file, _)| file != config);
    files.sort();
    files.dedup_by_key(|&mut (file, _)| file);
    for (file, named_at) in files {
        let mut reader = Reader::new(file);
        match snapshot.file(file) {
            Ok(source) => {
                let found = parse(&mut reader, snapshot.path(file), &source.text, named_at);
                registry.exceptions.extend(found);
            }
            Err(error) => reader.error(0..0, error.to_string()),
        }
        reader.errors.sort_by_key(|error| error.span);
        registry.errors.append(&mut reader.errors);
    }
    registry
}

/// The files that a path or glob stands for. A path must be there, a glob may match nothing.
fn find(snapshot: &Snapshot, name: &str) -> Result<Vec<FileId>, ConfigError> {
    let wrong = |message, help: &str| ConfigError { span: None, message, help: None }.help(help);
    if is_glob(name) {
        let glob = Glob::parse(name).map_err(|error| {
            wrong(format!("`{name}` is not a glob: {}", error.kind()), "`*` stays in one directory")
        })?;
        let matching = snapshot.files().filter(|(_, path)| glob.matches(path.as_str()));
        return Ok(matching.map(|(file, _)| file).collect());
    }
    let path = RepoPath::new(name).map_err(|error| {
        wrong(format!("`{name}` is not read: {error}"), "name a file by its path from the root")
    })?;
    snapshot.find(&path).map(|file| vec![file]).ok_or_else(|| {
        wrong(
            format!("there is no file `{name}`"),
            "paths begin at the root; links that lead out of it and ignored files are not read",
        )
    })
}

/// Whether a name of a file stands for several.
fn is_glob(name: &str) -> bool {
    name.contains(['*', '?', '[', '{'])
}

/// Whether the name of a registry stands for the path.
fn names(name: &str, path: &RepoPath) -> bool {
    if is_glob(name) {
        Glob::parse(name).is_ok_and(|glob| glob.matches(path.as_str()))
    } else {
        RepoPath::new(name).is_ok_and(|named| named == *path)
    }
}

/// Whether the configuration lists the file.
pub fn is_registry(terms: &Terms, path: &RepoPath) -> bool {
    terms.files.iter().any(|name| names(name.get_ref(), path))
}

/// Reads the text of a file with exceptions.
pub fn parse_registry(
    file: FileId,
    path: &RepoPath,
    text: &str,
) -> Result<Vec<Exception>, Vec<ConfigError>> {
    let mut reader = Reader::new(file);
    let exceptions = parse(&mut reader, path, text, Span::file_start(file));
    if reader.errors.is_empty() { Ok(exceptions) } else { Err(reader.errors) }
}

fn parse(reader: &mut Reader, path: &RepoPath, text: &str, named_at: Span) -> Vec<Exception> {
    let tables = match path.extension().as_str() {
        "toml" => reader.toml(text).into_iter().collect(),
        "yaml" | "yml" | "json" => yaml::tables(reader, text),
        _ => {
            let message = format!("`{path}` is neither TOML nor YAML by its name");
            reader.errors.push(
                ConfigError::at(named_at, message).help("name files that end in .toml or .yaml"),
            );
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for mut table in tables {
        let list = table.remove(LIST);
        found.extend(entries(reader, list));
        reader.unknown(&table, &[LIST]);
    }
    found
}

/// The exceptions of a list of tables.
pub(super) fn entries(reader: &mut Reader, list: Option<Spanned<DeValue<'_>>>) -> Vec<Exception> {
    let raw = reader.list::<RawException>(LIST, list);
    raw.into_iter().map(|entry| entry.value.checked(entry.span, &mut reader.errors)).collect()
}
