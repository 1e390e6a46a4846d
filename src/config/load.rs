//! Finds and reads the configuration of a snapshot.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::config::built_in::BUILT_IN;
use crate::config::error::ConfigError;
use crate::config::kubernetes::{self, KubernetesVersions};
use crate::config::reader::{Located, Reader};
use crate::config::registry;
use crate::config::sections::{Config, Names, Owners, RuleSetting, Substitution, Terms};
use crate::config::suggest::did_you_mean;
use crate::config::team;
use crate::finding::Level;
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath, Span};

/// The names that the configuration may have, in the root of the snapshot.
pub const FILE_NAMES: &[&str] = &["paritylint.toml", ".paritylint.toml"];

/// Most exceptions: each is held against each finding.
const MOST_EXCEPTIONS: usize = 5_000;

/// The tables of the file.
const SECTIONS: &[&str] = &[
    "exclude",
    "baseline",
    "environments",
    "unit",
    "compare",
    "substitution",
    "parameter",
    "built-in",
    "exception",
    "exceptions",
    "rules",
    "schema",
    "owners",
    "observability",
    "history",
    "kubernetes-version",
    "kubernetes-schemas",
];

impl Config {
    /// Reads `explicit`, or the file that lies in the root, or nothing if there is none.
    pub fn load(
        snapshot: &Snapshot,
        explicit: Option<&RepoPath>,
    ) -> Result<Self, Vec<ConfigError>> {
        let (config, errors) = Self::load_what_is_right(snapshot, explicit);
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// Like [`Config::load`], but what is right is there beside the errors, so that a reader of the
    /// configuration can add its own.
    pub fn load_what_is_right(
        snapshot: &Snapshot,
        explicit: Option<&RepoPath>,
    ) -> (Self, Vec<ConfigError>) {
        let file = match locate(snapshot, explicit) {
            Ok(Some(file)) => file,
            Ok(None) => return (Self::default(), Vec::new()),
            Err(errors) => return (Self::default(), errors),
        };
        match snapshot.file(file) {
            Ok(source) => {
                let (mut config, mut errors) = parse(file, &source.text);
                config.path = Some(snapshot.path(file).clone());
                let found = registry::read(snapshot, file, &config.terms.files);
                config.exceptions.extend(found.exceptions);
                errors.extend(found.errors);
                errors.extend(team::missing(snapshot, &config.schemas));
                errors.extend(kubernetes::missing(snapshot, &config.kubernetes_schemas));
                if config.exceptions.len() > MOST_EXCEPTIONS {
                    config.exceptions.truncate(MOST_EXCEPTIONS);
                    let message = format!("there are more than {MOST_EXCEPTIONS} exceptions");
                    let help = "declare a `[[parameter]]`, or switch the rule off";
                    errors.push(ConfigError::at(Span::file_start(file), message).help(help));
                }
                (config, errors)
            }
            Err(error) => {
                let error = ConfigError::at(Span::file_start(file), error.to_string());
                (Self::default(), vec![error])
            }
        }
    }

    /// Reads the text of a configuration file.
    pub fn parse(file: FileId, text: &str) -> Result<Self, Vec<ConfigError>> {
        let (config, errors) = parse(file, text);
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }
}

fn parse(file: FileId, text: &str) -> (Config, Vec<ConfigError>) {
    let mut reader = Reader::new(file);
    let Some(table) = reader.toml(text) else { return (Config::default(), reader.errors) };
    let config = read(&mut reader, table);
    reader.errors.sort_by_key(|error| error.span);
    (config, reader.errors)
}

fn locate(
    snapshot: &Snapshot,
    explicit: Option<&RepoPath>,
) -> Result<Option<FileId>, Vec<ConfigError>> {
    if let Some(path) = explicit {
        return snapshot.find(path).map(Some).ok_or_else(|| {
            let message = format!("there is no configuration file `{path}`");
            let help = "name a file of the repository, in the state that is checked";
            vec![ConfigError { span: None, message, help: Some(help.to_owned()) }]
        });
    }
    let found: Vec<_> =
        FILE_NAMES.iter().filter_map(|name| snapshot.find(&RepoPath::new(name).ok()?)).collect();
    match found[..] {
        [first, second] => {
            let both = "`paritylint.toml` and `.paritylint.toml` are both there";
            Err(vec![
                ConfigError::at(Span::file_start(first.max(second)), both)
                    .help("remove one of them, or name one with `--config`"),
            ])
        }
        _ => Ok(found.first().copied()),
    }
}

fn read(reader: &mut Reader, mut table: DeTable<'_>) -> Config {
    let mut take = |name: &str| table.remove(name);
    let config = Config {
        path: None,
        exclude: values(reader.list("exclude", take("exclude"))),
        baseline: take("baseline").and_then(|value| baseline(reader, value)),
        environments: environments(reader, take("environments")),
        units: reader.list("unit", take("unit")),
        compare: reader.list("compare", take("compare")),
        substitutions: reader
            .list::<BTreeMap<String, String>>("substitution", take("substitution"))
            .into_iter()
            .map(|entry| Substitution { span: entry.span, texts: entry.value })
            .collect(),
        parameters: reader.list("parameter", take("parameter")),
        built_in: built_in(reader, take("built-in")),
        exceptions: registry::entries(reader, take("exception")),
        terms: take("exceptions").map(|value| terms(reader, value)).unwrap_or_default(),
        rules: rules(reader, take("rules")),
        schemas: team::read(reader, take("schema")),
        owners: take("owners")
            .and_then(|value| reader.decode::<Owners>(value))
            .map(|owners| owners.value)
            .unwrap_or_default(),
        observability: take("observability")
            .and_then(|value| reader.decode(value))
            .map(|observability| observability.value)
            .unwrap_or_default(),
        history: take("history")
            .and_then(|value| reader.decode(value))
            .map(|history| history.value)
            .unwrap_or_default(),
        kubernetes: KubernetesVersions::read(reader, take("kubernetes-version")),
        kubernetes_schemas: kubernetes::directories(reader, take("kubernetes-schemas")),
    };
    reader.unknown(&table, SECTIONS);
    check_units(reader, &config);
    config
}

fn values<T>(list: Vec<Located<T>>) -> Vec<T> {
    list.into_iter().map(|item| item.value).collect()
}

fn environments(reader: &mut Reader, value: Option<Spanned<DeValue<'_>>>) -> Vec<Located<Names>> {
    let pairs = reader.pairs("environments", value);
    let mut environments: Vec<Located<Names>> = Vec::new();
    for (key, value) in pairs {
        let span = reader.place(key.span());
        let Some(words) = reader.decode::<Vec<String>>(value) else { continue };
        let name = key.into_inner().into_owned();
        for word in &words.value {
            let taken = environments.iter().find(|other| other.value.words.contains(word));
            if let Some(other) = taken {
                let message = format!("`{word}` already means `{}`", other.value.name);
                reader.errors.push(
                    ConfigError::at(words.span, message)
                        .help("a word can mean one environment only"),
                );
            }
        }
        environments.push(Located { span, value: Names { name, words: words.value } });
    }
    environments
}

fn baseline(reader: &mut Reader, value: Spanned<DeValue<'_>>) -> Option<Located<RepoPath>> {
    let name = reader.decode::<String>(value)?;
    let path = RepoPath::new(&name.value).ok().filter(|path| !path.is_root());
    if path.is_none() {
        let message = format!("`{}` is not a file of the repository", name.value);
        let help =
            "name a file by its path from the root: `baseline = \"paritylint-baseline.json\"`";
        reader.errors.push(ConfigError::at(name.span, message).help(help));
    }
    Some(Located { span: name.span, value: path? })
}

fn built_in(reader: &mut Reader, value: Option<Spanned<DeValue<'_>>>) -> BTreeMap<String, bool> {
    let mut switches = BTreeMap::new();
    for (key, value) in reader.pairs("built-in", value) {
        let span = reader.place(key.span());
        let name = key.into_inner().into_owned();
        if !BUILT_IN.iter().any(|known| known.name == name) {
            reader.errors.push(
                ConfigError::at(span, format!("unknown built-in permission `{name}`"))
                    .help(did_you_mean(&name, BUILT_IN.iter().map(|known| known.name))),
            );
        }
        if let Some(on) = reader.decode::<bool>(value) {
            switches.insert(name, on.value);
        }
    }
    switches
}

fn rules(
    reader: &mut Reader,
    value: Option<Spanned<DeValue<'_>>>,
) -> BTreeMap<String, RuleSetting> {
    let mut rules = BTreeMap::new();
    for (key, mut value) in reader.pairs("rules", value) {
        let span = reader.place(key.span());
        let value_span = reader.place(value.span());
        let (level, options) = if let DeValue::Table(table) = value.get_mut() {
            let level = table.remove("level").and_then(|level| read_level(reader, level));
            (level, reader.decode::<toml::Table>(value).map(|options| options.value))
        } else {
            (read_level(reader, value), None)
        };
        let options = options.unwrap_or_default();
        let setting = RuleSetting { span, level, options, value_span };
        rules.insert(key.into_inner().into_owned(), setting);
    }
    rules
}

/// The terms; where something is wrong with them the files are read all the same, for theirs.
fn terms(reader: &mut Reader, value: Spanned<DeValue<'_>>) -> Terms {
    let files = value.get_ref().get("files").cloned();
    if let Some(terms) = reader.decode::<Terms>(value) {
        return terms.value;
    }
    let files = files.map(ValueDeserializer::from).map(Vec::<Spanned<String>>::deserialize);
    Terms { files: files.and_then(Result::ok).unwrap_or_default(), ..Terms::default() }
}

fn read_level(reader: &mut Reader, value: Spanned<DeValue<'_>>) -> Option<Level> {
    let span = reader.place(value.span());
    let text = value.get_ref().as_str().unwrap_or_default().to_owned();
    let level = Level::deserialize(ValueDeserializer::from(value)).ok();
    if level.is_none() {
        reader.errors.push(
            ConfigError::at(span, format!("unknown level `{text}`"))
                .help("levels are `error`, `warning`, `note` and `off`"),
        );
    }
    level
}

fn check_units(reader: &mut Reader, config: &Config) {
    for unit in &config.units {
        if unit.value.template.matches("{env}").count() != 1 {
            reader.errors.push(
                ConfigError::at(unit.span, "the template of a unit must hold `{env}` once")
                    .help("for example `template = \"apps/orders/overlays/{env}\"`"),
            );
        }
    }
}
