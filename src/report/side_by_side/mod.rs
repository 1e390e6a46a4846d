//! Two overlays of a unit side by side: what `paritylint diff` prints.

mod json;
mod text;

use crate::compare::{Contrast, Side, Unreported};
use crate::finding::NotAnalysed;
use crate::layout::{Layout, Overlay};
use crate::render::Evaluated;
use crate::report::Style;
use crate::source::Snapshot;

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

/// What is said of a difference that the rules do not judge: one word, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    /// The name in JSON.
    word: &'static str,
    /// The name of what says so.
    by: Option<String>,
}

fn mark(report: &SideBySide<'_>, unreported: Option<&Unreported>) -> Mark {
    let (word, by) = match unreported {
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
