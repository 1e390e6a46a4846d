//! A message with its places, for the terminal.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode,
};

use crate::config::ConfigError;
use crate::finding::Level;
use crate::report::concise::level;
use crate::report::excerpt::{Excerpt, Mark};
use crate::report::{mask, place};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, Span, printable};

/// Most places of one message that are shown with their source.
const PLACES: usize = 12;
/// Most further places that are named, one on a line.
const NAMED: usize = 48;

/// How the terminal is used. Lines are never wrapped: names and paths stay whole.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to use colours.
    pub color: bool,
}

/// A place of a message.
pub(super) struct Spot<'a> {
    pub(super) span: Span,
    pub(super) text: &'a str,
    pub(super) secret: bool,
}

/// A message.
pub(super) struct Message<'a> {
    pub(super) code: Option<&'a str>,
    pub(super) level: Level,
    pub(super) text: &'a str,
    pub(super) help: Option<&'a str>,
    /// The name under which an exception can be added for it.
    pub(super) fingerprint: Option<String>,
    pub(super) spots: Vec<Spot<'a>>,
}

/// Prints messages and remembers what it has learnt of files.
pub(super) struct Printer<'a> {
    snapshot: &'a Snapshot,
    store: &'a Store<'a>,
    handler: GraphicalReportHandler,
    masks: BTreeMap<FileId, Vec<Range<usize>>>,
    /// The files of which nobody may see any value.
    secret_files: OnceCell<BTreeSet<FileId>>,
}

/// How many places are shown with their source: never all but one.
fn shown(message: &Message<'_>) -> usize {
    let all = message.spots.len();
    if all == PLACES + 1 { all } else { PLACES }
}

impl<'a> Printer<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, store: &'a Store<'a>, style: Style) -> Self {
        let theme =
            if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_wrap_lines(false).with_links(false);
        Self { snapshot, store, handler, masks: BTreeMap::new(), secret_files: OnceCell::new() }
    }

    /// What to do, and the places that are not shown with their source.
    fn help(&self, message: &Message<'_>) -> Option<String> {
        let rest = message.spots.get(shown(message)..).unwrap_or_default();
        let named = rest.iter().take(NAMED).map(|spot| {
            let place = place::of(self.snapshot, spot.span);
            let text =
                if spot.text.is_empty() { "" } else { ": " }.to_owned() + &printable(spot.text);
            format!("{}:{}:{}{text}", printable(&place.file), place.start.line, place.start.column)
        });
        let more = rest.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("and {more} more places"));
        let name = message.fingerprint.as_ref().map(|name| format!("fingerprint: {name}"));
        let help = message.help.map(lines);
        let parts: Vec<String> = help.into_iter().chain(named).chain(more).chain(name).collect();
        (!parts.is_empty()).then(|| parts.join("\n"))
    }

    pub(super) fn print(&mut self, message: &Message<'_>) -> String {
        let mut excerpt = Excerpt::default();
        let spots: Vec<_> = message.spots.iter().take(shown(message)).collect();
        let mut places = vec![0..0; spots.len()];
        let mut files: Vec<FileId> = Vec::new();
        for spot in &spots {
            if !files.contains(&spot.span.file) {
                files.push(spot.span.file);
            }
        }
        for file in files {
            let here: Vec<_> = (0..spots.len()).filter(|&at| spots[at].span.file == file).collect();
            let Ok(source) = self.snapshot.file(file) else {
                let place = excerpt.add_unreadable(self.snapshot, file);
                for at in here {
                    places[at] = place.clone();
                }
                continue;
            };
            let wanted: Vec<_> = here
                .iter()
                .map(|&at| Mark { span: spots[at].span, secret: spots[at].secret })
                .collect();
            let (snapshot, store) = (self.snapshot, self.store);
            let secret = self.secret_files.get_or_init(|| mask::secret_files(snapshot, store));
            let masks = self.masks.entry(file).or_insert_with(|| {
                if secret.contains(&file) {
                    mask::all_values(snapshot, store, file)
                } else {
                    mask::masks(snapshot, store, file)
                }
            });
            let found = excerpt.add(source, &wanted, masks);
            for (at, place) in here.into_iter().zip(found) {
                places[at] = place;
            }
        }
        let labels = spots
            .iter()
            .zip(places)
            .enumerate()
            .map(|(at, (spot, place))| {
                let text = (!spot.text.is_empty()).then(|| printable(spot.text).into_owned());
                if at == 0 {
                    LabeledSpan::new_primary_with_span(text, place)
                } else {
                    LabeledSpan::new_with_span(text, place)
                }
            })
            .collect();
        let diagnostic = Shown {
            code: message.code.map(|code| format!("{}[{code}]", level(message.level))),
            level: message.level,
            text: lines(message.text),
            help: self.help(message),
            labels,
            excerpt,
        };
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = self.handler.render_report(&mut text, &diagnostic);
        text
    }
}

/// Escapes every line of a text.
fn lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// The errors of a configuration, as they are shown.
pub fn config_errors(snapshot: &Snapshot, errors: &[ConfigError], style: Style) -> String {
    let store = Store::new(snapshot);
    let mut printer = Printer::new(snapshot, &store, style);
    let shown = errors.iter().map(|error| {
        let spot = |span| Spot { span, text: "", secret: false };
        printer.print(&Message {
            code: None,
            level: Level::Error,
            text: &error.message,
            help: error.help.as_deref(),
            fingerprint: None,
            spots: error.span.map(spot).into_iter().collect(),
        })
    });
    shown.collect()
}

#[derive(Debug)]
struct Shown {
    code: Option<String>,
    level: Level,
    text: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    excerpt: Excerpt,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note | Level::Off => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }
}
