//! From the text of the file to entries, or to what is wrong with it.

use std::collections::BTreeSet;

use crate::baseline::entry::{Baseline, BaselineSchema, Entry, SCHEMA};
use crate::config::{ConfigError, decode_error};
use crate::source::SourceFile;
use crate::syntax::conflicts;
use crate::text::Span;

/// Most entries, and most parts of all entries together.
const MOST: usize = 200_000;
/// What to do with a file that cannot be mended by hand.
const AGAIN: &str = "mend it, or delete it and write it again with `--write-baseline`";

impl Baseline {
    /// Reads the file.
    pub fn read(source: &SourceFile) -> Result<Self, ConfigError> {
        if let Some(conflict) = conflicts(source.id, &source.text).first() {
            return Err(ConfigError::at(conflict.start, "the baseline holds a merge conflict")
                .help("keep the lines of both sides, each once, and delete the markers"));
        }
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
        let file: BaselineSchema =
            serde_json::from_str(text).map_err(|error| worded(source, &error))?;
        if file.schema != SCHEMA {
            let place = text_place(source, &file.schema);
            let message = format!("`{}` is not the form of a baseline", file.schema);
            let help = format!("this version reads `{SCHEMA}`");
            return Err(ConfigError::at(place, message).help(help));
        }
        if file.findings.iter().map(|entry| entry.names().len()).sum::<usize>() > MOST {
            let message = format!("the baseline has more than {MOST} entries and parts");
            let help = "switch off, or configure, the rule that finds so much";
            return Err(ConfigError::at(Span::file_start(source.id), message).help(help));
        }
        let mut baseline = Self { entries: file.findings };
        baseline.sort();
        Ok(baseline)
    }

    /// Sorts the entries; of those with one fingerprint, as a merge may leave them, the one that was
    /// accepted first stays.
    pub(super) fn sort(&mut self) {
        self.entries.sort_by(|a, b| {
            let key = |entry: &Entry| (entry.fingerprint.clone(), entry.accepted);
            key(a).cmp(&key(b))
        });
        self.entries.dedup_by(|later, first| {
            let same = later.fingerprint == first.fingerprint;
            if same {
                first.level = first.level.max(later.level);
                first.parts = joined(first, later);
                first.owner = first.owner.take().or(later.owner.take());
                first.reason = first.reason.take().or(later.reason.take());
            }
            same
        });
        self.entries.sort_by(|a, b| a.order().cmp(&b.order()));
    }
}

/// The parts of two entries for one finding; none if it has no other than itself.
fn joined(first: &Entry, later: &Entry) -> BTreeSet<String> {
    let names: BTreeSet<&str> = first.names().union(&later.names()).copied().collect();
    let itself = names.len() == 1 && names.contains(first.fingerprint.as_str());
    names.into_iter().filter(|_| !itself).map(str::to_owned).collect()
}

/// The decoder's error with its place, in the words of this program.
fn worded(source: &SourceFile, error: &serde_json::Error) -> ConfigError {
    let line = source.lines().line_range(&source.text, error.line().saturating_sub(1));
    let at = (line.start + error.column().saturating_sub(1)).min(line.end);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    if error.is_data() {
        let error = decode_error(Span::new(source.id, at, at), message);
        let message = error.message.replace("unknown constraint", "unknown level");
        let help = error.help.unwrap_or_else(|| AGAIN.to_owned());
        return ConfigError { message, span: error.span, help: Some(help) };
    }
    ConfigError::at(Span::new(source.id, at, at), format!("this is not JSON: {message}"))
        .help(AGAIN)
}

/// Where a text stands first; the beginning of the file where it is written with escapes.
fn text_place(source: &SourceFile, text: &str) -> Span {
    match source.text.find(text) {
        Some(at) => Span::new(source.id, at, at + text.len()),
        None => Span::file_start(source.id),
    }
}
