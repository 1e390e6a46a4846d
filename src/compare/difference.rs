//! A difference with everything that a rule needs to speak about it.

use crate::compare::agents;
use crate::compare::classify::{Class, is_named};
use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::habit::Frequency;
use crate::compare::identity::looks_like_image;
use crate::compare::parameters::OutOfRange;
use crate::compare::show::{SECRET, show};
use crate::compare::switches::{self, Control};
use crate::compare::terraform;
use crate::compare::traced::Traced;
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
    /// Less, or far more, capacity than the reference, or another way to scale.
    Capacity,
    /// Something that one side does not apply or run.
    Paused,
    /// Something that one side overlooks in the cluster.
    Masked,
    /// Who may talk to whom.
    Network,
    /// Who may do what.
    Access,
    /// How the outside world gets in.
    Exposure,
    /// Settings of a database, cache or broker.
    Database,
    /// Copies of data.
    Backup,
    /// A switch of a feature.
    FeatureFlag,
    /// The version of a chart or of a remote source.
    Dependency,
    /// A parameter of the configuration whose constraint fails.
    OutOfRange,
    /// Anything else.
    Other,
}

impl Topic {
    /// Whether it is about observing a program.
    pub fn observes(self) -> bool {
        use Topic::{Agent, Alerts, Logs, Probe, Retention, Scrape, Threshold, Tracing};
        matches!(self, Agent | Alerts | Logs | Probe | Retention | Scrape | Threshold | Tracing)
    }

    /// Whether each of its differences is told for itself, even between two copies of an object.
    pub fn stands_alone(self) -> bool {
        self.observes()
            || matches!(self, Self::Paused | Self::Masked | Self::Dependency | Self::OutOfRange)
    }

    /// Whether the topic is all of a class, whole objects included.
    pub(crate) fn is_about_a_class(self) -> bool {
        matches!(
            self,
            Self::Capacity
                | Self::Network
                | Self::Access
                | Self::Exposure
                | Self::Database
                | Self::Backup
                | Self::FeatureFlag
                | Self::Dependency
        )
    }
}

/// A path at which an overlay and its reference disagree and no parameter allows it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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
    /// What a built-in parameter asked for, where one covers the path and its constraint fails.
    pub violated: Option<String>,
    /// The parameter of the configuration that covers the path and whose constraint fails.
    pub out_of_range: Option<OutOfRange>,
    /// Further places of the same text that differ and are not told one by one.
    pub more: usize,
    /// The reference is a development environment: less depends on it.
    pub weak: bool,
    /// Both overlays are variants of one environment, and the other variants side with the second.
    pub siblings: bool,
    /// The bytes that cause it are on the environment's side.
    pub caused_here: bool,
    /// It deserves a note at most: somebody may have wanted it, or little depends on it.
    pub quiet: bool,
    /// How often the path differs in the repository.
    pub frequency: Option<Frequency>,
    /// Where it was rendered, if the sides are those of the chart's values.
    pub traced: Option<Traced>,
    /// The parameter that allows it.
    pub allowed: Option<String>,
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

    /// Whether one side has an element of a list that the other lacks.
    pub fn is_of_list(&self) -> bool {
        let side = if self.change == Change::OnlyHere { &self.here } else { &self.there };
        let text = side.value.as_ref().and_then(Value::text);
        self.change != Change::Changed
            && match self.path.steps().last() {
                Some(PathStep::Element { .. } | PathStep::Index(_)) => true,
                // A text of a list is called by itself.
                Some(PathStep::Key(key)) => text == Some(key) || text.is_some() && &**key == SECRET,
                None => false,
            }
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
    if missing && terraform::is_variable(&resource.gvk, difference.path.steps()) {
        return Topic::Key;
    }
    if difference.path.steps().is_empty() {
        return of_class(class).unwrap_or(Topic::Resource);
    }
    let values = [&difference.here, &difference.there].map(|side| side.value.as_ref());
    if let Some(hit) =
        switches::differing(&resource.gvk, difference.path.steps(), values[0], values[1])
    {
        return match hit.switch.control {
            Control::Paused => Topic::Paused,
            Control::Masked => Topic::Masked,
        };
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
        _ => of_class(class).unwrap_or(if is_named(difference, class, &resource.gvk) {
            Topic::Key
        } else {
            Topic::Other
        }),
    }
}

/// The topic of everything in a class.
fn of_class(class: Class) -> Option<Topic> {
    Some(match class {
        Class::Capacity => Topic::Capacity,
        Class::Network => Topic::Network,
        Class::Access => Topic::Access,
        Class::Exposure => Topic::Exposure,
        Class::Database => Topic::Database,
        Class::Backup => Topic::Backup,
        Class::FeatureFlag => Topic::FeatureFlag,
        Class::Dependency => Topic::Dependency,
        _ => return None,
    })
}

fn ends_with_probe(path: &Path) -> bool {
    matches!(path.steps().last(), Some(PathStep::Key(key)) if key.ends_with("Probe"))
}
