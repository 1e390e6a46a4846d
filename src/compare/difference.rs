//! A difference with everything that a rule needs to speak about it.

use crate::compare::agents;
use crate::compare::classify::{Class, is_named};
use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::habit::Frequency;
use crate::compare::identity::looks_like_image;
use crate::compare::show::show;
use crate::kube::{Path, PathStep, ResourceId, Value};

/// What a difference is about: which rule speaks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A whole object that one side lacks.
    Resource,
    /// An agent or exporter that one side lacks.
    Agent,
    /// Something that metrics are collected from, on one side only.
    Scrape,
    /// Alerts, or receivers of alerts, that one side lacks.
    Alerts,
    /// An alert that fires at another number, after another time or as loud as another.
    Threshold,
    /// What makes traces, on one side only.
    Tracing,
    /// What ships logs, on one side only.
    Logs,
    /// How long what is observed is kept.
    Retention,
    /// A container that one side lacks.
    Container,
    /// A probe that one side lacks.
    Probe,
    /// A key of a secret that one side lacks.
    SecretKey,
    /// A variable, configuration key, flag or port that one side lacks.
    Key,
    /// An image from elsewhere.
    Image,
    /// Less, or far more, capacity than the reference.
    Capacity,
    /// Anything else.
    Other,
}

impl Topic {
    /// Whether it is about observing a program.
    pub fn observes(self) -> bool {
        use Topic::{Agent, Alerts, Logs, Probe, Retention, Scrape, Threshold, Tracing};
        matches!(self, Agent | Alerts | Logs | Probe | Retention | Scrape | Threshold | Tracing)
    }
}

/// A path at which an overlay and its reference disagree and no parameter allows it.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Index of the unit in the layout.
    pub unit: usize,
    /// Index of the overlay among the evaluated ones.
    pub here_overlay: usize,
    /// Index of the overlay that it is compared with.
    pub there_overlay: usize,
    /// The object, as the side that has it names it.
    pub resource: ResourceId,
    /// The path; empty for a whole object.
    pub path: Path,
    /// How the sides disagree.
    pub change: Change,
    /// The side of the environment.
    pub here: Side,
    /// The side of the reference.
    pub there: Side,
    /// The class of the field.
    pub class: Class,
    /// What it is about.
    pub topic: Topic,
    /// What a parameter asked for, where one covers the path and its constraint fails.
    pub violated: Option<String>,
    /// Further lines of the same text that differ and are not told one by one.
    pub more: usize,
    /// The reference is a development environment: less depends on it.
    pub weak: bool,
    /// Both overlays are variants of one environment, and the other variants side with the second.
    pub siblings: bool,
    /// How often the path differs in the repository.
    pub frequency: Option<Frequency>,
}

impl Difference {
    /// The value of the environment as reports show it.
    pub fn shown(&self) -> Option<String> {
        self.show(&self.here)
    }

    /// The value of the reference as reports show it.
    pub fn reference_shown(&self) -> Option<String> {
        self.show(&self.there)
    }

    fn show(&self, side: &Side) -> Option<String> {
        // A whole object is named by its id.
        if self.path.steps().is_empty() {
            return None;
        }
        side.value.as_ref().map(|value| show(&self.resource.gvk.kind, self.path.steps(), value))
    }
}

/// What a difference is about.
pub(crate) fn topic(difference: &RawDifference, class: Class, resource: &ResourceId) -> Topic {
    let missing = difference.change != Change::Changed;
    if let Some(topic) = agents::topic(difference, class, resource) {
        return topic;
    }
    if difference.path.steps().is_empty() {
        return Topic::Resource;
    }
    let images = !missing
        && [&difference.here, &difference.there]
            .iter()
            .all(|side| side.value.as_ref().and_then(Value::text).is_some_and(looks_like_image));
    match class {
        _ if images => Topic::Image,
        Class::Container if missing => Topic::Container,
        Class::Probe if missing && ends_with_probe(&difference.path) => Topic::Probe,
        Class::SecretKeys if missing => Topic::SecretKey,
        Class::Image if !missing => Topic::Image,
        Class::Capacity => Topic::Capacity,
        _ if is_named(difference, class) => Topic::Key,
        _ => Topic::Other,
    }
}

fn ends_with_probe(path: &Path) -> bool {
    matches!(path.steps().last(), Some(PathStep::Key(key)) if key.ends_with("Probe"))
}
