//! Decodes tables one by one, so that one error does not hide the next.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};

use crate::config::error::ConfigError;
use crate::config::suggest;
use crate::text::{FileId, Span};

/// A decoded table and where it stands.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// Where.
    pub span: Span,
    /// What.
    pub value: T,
}

/// One key of a table with its value.
pub(super) type Pair<'t> = (Spanned<DeString<'t>>, Spanned<DeValue<'t>>);

/// Decodes and collects errors.
pub(super) struct Reader {
    pub(super) file: FileId,
    pub(super) errors: Vec<ConfigError>,
}

impl Reader {
    /// A reader of one file.
    pub(super) fn new(file: FileId) -> Self {
        Self { file, errors: Vec::new() }
    }

    /// The tables of a TOML text; `None` after syntax errors.
    pub(super) fn toml<'t>(&mut self, text: &'t str) -> Option<DeTable<'t>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let message = error.message().lines().next().unwrap_or_default();
            self.error(error.span().unwrap_or(0..0), message);
        }
        errors.is_empty().then(|| table.into_inner())
    }

    /// Reports what is left of a table after everything known has been taken out.
    pub(super) fn unknown(&mut self, table: &DeTable<'_>, known: &[&'static str]) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            let span = self.place(key.span());
            self.errors.push(
                ConfigError::at(span, format!("unknown table or key `{name}`"))
                    .help(suggest::did_you_mean(name, known.iter().copied())),
            );
        }
    }

    /// A place in the configuration file.
    pub(super) fn place(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// Notes an error.
    pub(super) fn error(&mut self, range: std::ops::Range<usize>, message: impl Into<String>) {
        let span = self.place(range);
        self.errors.push(ConfigError::at(span, message));
    }

    /// The pairs of a table in the order of the source.
    pub(super) fn pairs<'t>(
        &mut self,
        name: &str,
        value: Option<Spanned<DeValue<'t>>>,
    ) -> Vec<Pair<'t>> {
        let Some(value) = value else { return Vec::new() };
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            self.error(span, format!("`{name}` must be a table"));
            return Vec::new();
        };
        let mut pairs: Vec<_> = table.into_iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        pairs
    }

    /// Decodes the elements of an array.
    pub(super) fn list<T: DeserializeOwned>(
        &mut self,
        name: &str,
        value: Option<Spanned<DeValue<'_>>>,
    ) -> Vec<Located<T>> {
        let Some(value) = value else { return Vec::new() };
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            self.error(
                span,
                format!("`{name}` must be a list; a list of tables begins `[[{name}]]`"),
            );
            return Vec::new();
        };
        items.into_iter().filter_map(|item| self.decode(item)).collect()
    }

    /// Decodes one value; of a table, every field that is wrong is reported.
    pub(super) fn decode<T: DeserializeOwned>(
        &mut self,
        mut value: Spanned<DeValue<'_>>,
    ) -> Option<Located<T>> {
        let span = self.place(value.span());
        let before = self.errors.len();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
                Ok(decoded) if self.errors.len() == before => {
                    return Some(Located { span, value: decoded });
                }
                Ok(_) => return None,
                Err(error) => error,
            };
            let place = error.span().unwrap_or_else(|| value.span());
            let message = error.message();
            let missing = message.starts_with("missing field");
            if !missing || self.errors.len() == before {
                self.errors.push(decode_error(self.place(place.clone()), message));
            }
            let field = match value.get_mut() {
                DeValue::Table(table) if !missing => remove_field(table, &place),
                _ => None,
            };
            field?;
        }
    }
}

/// Takes out the field that holds the place of an error.
fn remove_field(table: &mut DeTable<'_>, place: &std::ops::Range<usize>) -> Option<()> {
    let holds =
        |range: std::ops::Range<usize>| range.start <= place.start && place.end <= range.end;
    let key = table
        .iter()
        .find(|(key, value)| holds(key.span()) || holds(value.span()))
        .map(|(key, _)| key.clone())?;
    table.remove(&key).map(|_| ())
}

/// An error of the decoder in the words of this program.
pub fn decode_error(span: Span, message: &str) -> ConfigError {
    ConfigError { span: Some(span), message: readable(message), help: help(message) }
}

/// The decoder's message in the words of this program.
fn readable(message: &str) -> String {
    let message = message.lines().next().unwrap_or(message).trim_end_matches('.');
    let message =
        message.replace("unknown field", "unknown key").replace("missing field", "missing key");
    let message = message.replace("unknown variant", "unknown constraint");
    match message.split_once(", expected") {
        Some((start, _)) if start.starts_with("unknown") => start.to_owned(),
        _ => message,
    }
}

/// What to do about an unknown name: the decoder lists those that it knows, in backticks.
fn help(message: &str) -> Option<String> {
    let (unknown, known) = message.split_once(", expected")?;
    let unknown = unknown.starts_with("unknown").then(|| unknown.split('`').nth(1))??;
    let known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
    Some(suggest::did_you_mean(unknown, known))
}
