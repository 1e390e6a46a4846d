//! Two overlays of a unit side by side: what `paritylint diff` prints.

mod json;
mod text;

use crate::compare::{Contrast, Side, Unreported};
use crate::exceptions::Outcome;
use crate::finding::{Finding, NotAnalysed};
use crate::layout::{Layout, Overlay};
use crate::render::Evaluated;
use crate::report::Style;
use crate::report::concise::level;
use crate::source::Snapshot;
use crate::text::Span;

/// What is printed.
#[derive(Debug)]
pub struct SideBySide<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The units and environments.
    pub layout: &'a Layout,
    /// Every overlay with what it runs.
    pub evaluated: &'a [Evaluated<'a>],
    /// The overlay on the left, as an index among the evaluated ones.
    pub left: usize,
    /// The overlay on the right.
    pub right: usize,
    /// The one of them that is judged: the `here` of the contrasts.
    pub here: usize,
    /// What differs, sorted.
    pub contrasts: &'a [Contrast],
    /// What is unknown of the left and of the right.
    pub not_analysed: (Vec<NotAnalysed>, Vec<NotAnalysed>),
    /// What a check of the repository reports.
    pub outcome: &'a Outcome,
}

impl SideBySide<'_> {
    /// For people: a table of at most `width` columns, between 80 and 200 of them.
    pub fn text(&self, style: Style, width: usize) -> String {
        text::write(self, style, width)
    }

    /// The document `paritylint-diff/v1`.
    pub fn json(&self) -> String {
        json::write(self)
    }

    /// The finding that tells of a difference, if a check compares these two environments.
    fn told(&self, contrast: &Contrast) -> Option<Told<'_>> {
        let reported = self.outcome.reported.iter().map(|finding| (finding, false));
        let excepted = self.outcome.excepted.iter().map(|entry| (&entry.finding, true));
        let mut told: Vec<(&Finding, bool)> = reported
            .chain(excepted)
            .filter(|(finding, _)| self.is_about(finding, contrast))
            .collect();
        let path = contrast.path.to_string();
        let exact = |finding: &Finding| {
            let subject = &finding.subject;
            subject.resource.as_ref() == Some(&contrast.resource)
                && subject.path.as_deref().unwrap_or_default() == path
        };
        let bare = |finding: &Finding| finding.subject.reference.is_none();
        told.sort_by_key(|(finding, excepted)| (!exact(finding), bare(finding), *excepted));
        let &(finding, excepted) = told.first()?;
        Some(Told { rule: finding.rule, level: level(finding.level), excepted })
    }

    fn is_about(&self, finding: &Finding, contrast: &Contrast) -> bool {
        let there = if self.here == self.left { self.right } else { self.left };
        let environment = |at: usize| {
            let environment = self.layout.environment(self.overlay(at).environment);
            environment.map(|environment| environment.name.as_str())
        };
        let subject = &finding.subject;
        let unit = &self.evaluated[self.here].unit.name;
        let mut places = [&contrast.here, &contrast.there].into_iter().flat_map(|side| {
            // Of a side that has nothing, only a patch that takes it away is a place of its own.
            let own = side.value.as_ref().map(|_| side.span);
            own.into_iter().chain(side.key)
        });
        let own = subject.environment.as_deref();
        // What is wrong with a value by itself is so on either side.
        let compared = match subject.reference.as_deref() {
            Some(reference) => {
                own == environment(self.here) && Some(reference) == environment(there)
            }
            None => own.is_none() || own == environment(self.here) || own == environment(there),
        };
        subject.unit.as_ref().is_none_or(|name| name == unit)
            && compared
            && places
                .any(|place| finding.labels.iter().any(|label| says(contrast, label.span, place)))
    }

    fn overlay(&self, at: usize) -> &Overlay {
        self.evaluated[at].overlay
    }

    fn name(&self, at: usize) -> String {
        self.layout.name_of(self.overlay(at))
    }

    /// The left and the right side of a difference.
    fn sides<'c>(&self, contrast: &'c Contrast) -> (&'c Side, &'c Side) {
        if self.here == self.left {
            (&contrast.here, &contrast.there)
        } else {
            (&contrast.there, &contrast.here)
        }
    }
}

/// Whether bytes that a finding shows are those of a side. Of a value that may differ, a rule can speak of a
/// part: the version of an image.
fn says(contrast: &Contrast, shown: Span, place: Span) -> bool {
    shown == place || contrast.unreported.is_some() && place.contains(shown)
}

/// A finding about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told<'a> {
    rule: &'a str,
    level: &'static str,
    /// An exception covers it.
    excepted: bool,
}

/// What is said of a difference that no rule speaks of: one word, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    /// The name in JSON.
    word: &'static str,
    /// The name of what says so.
    by: Option<String>,
}

fn mark(report: &SideBySide<'_>, contrast: &Contrast) -> Mark {
    let told = report.told(contrast).is_some();
    let (word, by) = match contrast.unreported.as_ref().filter(|_| !told) {
        None => ("judged", None),
        Some(Unreported::Allowed(parameter)) => ("allowed", Some(parameter.clone())),
        Some(Unreported::Noise(rule)) => ("noise", Some((*rule).to_owned())),
        Some(Unreported::Names) => ("environment-name", None),
        Some(Unreported::Placeholder) => ("filled-in-later", None),
        Some(Unreported::Secret) => ("secret-value", None),
        Some(Unreported::NotWhole) => ("not-whole", None),
        Some(Unreported::OtherKind) => ("other-kind", None),
        Some(Unreported::TriedOut(at)) => ("tried-out", Some(report.name(*at))),
    };
    Mark { word, by }
}
