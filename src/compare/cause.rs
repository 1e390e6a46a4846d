//! One cause, one finding: differences grouped by the bytes that cause them.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::diff::Change;
use crate::compare::difference::{Difference, Topic};
use crate::compare::habit::{Frequency, General};
use crate::kube::{Action, ResourceId};
use crate::render::Evaluated;
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath, Span};

/// More differences than this between two copies of an object are one cause: the copy.
const MANY_LEAVES: usize = 8;
/// More absent objects than this from one directory are one cause: the directory.
const MANY_OBJECTS: usize = 3;

/// Why differences were put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// The same bytes cause them.
    Span,
    /// The repository does it everywhere: one note for all.
    Habit,
    /// Two copies of one object that differ in many places.
    Copy,
    /// Several objects of one directory that the other side lacks.
    Directory,
}

/// Differences that have one cause. Never empty.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Which rule speaks of it.
    pub topic: Topic,
    /// Why they are together.
    pub grouping: Grouping,
    /// Sorted by unit, overlay, object and path.
    pub differences: Vec<Difference>,
    /// Whether the bytes that cause it are on the environment's side.
    pub caused_here: bool,
}

impl Cause {
    /// The difference that stands for all.
    pub fn first(&self) -> &Difference {
        &self.differences[0]
    }

    /// The bytes that cause it.
    pub fn primary(&self) -> Span {
        place(self.first(), self.caused_here)
    }

    /// The bytes on the other side.
    pub fn counterpart(&self) -> Span {
        place(self.first(), !self.caused_here)
    }
}

fn place(difference: &Difference, here: bool) -> Span {
    let side = if here { &difference.here } else { &difference.there };
    side.key.unwrap_or(side.span)
}

/// Whether the bytes of the environment's side are the cause: those that only one side reads.
fn caused_here(difference: &Difference, evaluated: &[Evaluated<'_>]) -> bool {
    let reads = |overlay: usize, file: FileId| {
        evaluated[overlay].output().is_some_and(|rendered| rendered.inputs.contains(&file))
    };
    match difference.change {
        Change::OnlyHere => true,
        Change::OnlyThere => false,
        Change::Changed => {
            !reads(difference.there_overlay, difference.here.span.file)
                || reads(difference.here_overlay, difference.there.span.file)
        }
    }
}

/// What the differences of one cause have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Span(Topic, Change, Span),
    Habit(General, Change),
    Copy(usize, ResourceId, FileId, FileId),
    Directory(usize, Topic, Change, RepoPath),
}

/// Groups differences; causes come in the order of their places.
pub(crate) fn group(
    differences: Vec<Difference>,
    evaluated: &[Evaluated<'_>],
    snapshot: &Snapshot,
) -> Vec<Cause> {
    let placed: Vec<(Difference, bool)> = differences
        .into_iter()
        .map(|difference| {
            let here = caused_here(&difference, evaluated);
            (difference, here)
        })
        .collect();
    let mut sizes: BTreeMap<Key, BTreeSet<Span>> = BTreeMap::new();
    for (difference, here) in &placed {
        for key in broad_keys(difference, *here, snapshot) {
            sizes.entry(key).or_default().insert(place(difference, *here));
        }
    }
    let mut causes: BTreeMap<Key, Cause> = BTreeMap::new();
    for (difference, caused_here) in placed {
        let broad = broad_keys(&difference, caused_here, snapshot)
            .into_iter()
            .find(|key| sizes.get(key).is_some_and(|spans| spans.len() > key.most()));
        let primary = place(&difference, caused_here);
        let key = broad.unwrap_or(Key::Span(difference.topic, difference.change, primary));
        let (topic, grouping) = (difference.topic, key.grouping());
        let cause = causes.entry(key).or_insert_with(|| Cause {
            topic,
            grouping,
            differences: Vec::new(),
            caused_here,
        });
        cause.differences.push(difference);
    }
    let mut causes: Vec<Cause> = causes.into_values().collect();
    for cause in &mut causes {
        cause.differences.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    causes.sort_by_key(Cause::primary);
    causes
}

fn order(difference: &Difference) -> (usize, usize, &ResourceId, &crate::kube::Path) {
    (difference.unit, difference.here_overlay, &difference.resource, &difference.path)
}

/// The wider causes that a difference may belong to, in the order in which they are tried.
fn broad_keys(difference: &Difference, here: bool, snapshot: &Snapshot) -> Vec<Key> {
    let primary = place(difference, here).file;
    let mut keys = Vec::new();
    let kind = &difference.resource.gvk.kind;
    if difference.frequency.is_some_and(Frequency::is_habit) {
        keys.push(Key::Habit(General::of(kind, difference.path.steps()), difference.change));
    }
    if difference.path.steps().is_empty() {
        let directory = snapshot.path(primary).parent().unwrap_or_else(RepoPath::root);
        keys.push(Key::Directory(difference.unit, difference.topic, difference.change, directory));
    } else if primary != place(difference, !here).file && is_declared(difference) {
        let other = place(difference, !here).file;
        keys.push(Key::Copy(difference.unit, difference.resource.clone(), primary, other));
    }
    keys
}

/// Whether both sides come from whole objects, not from patches: two copies of one object.
fn is_declared(difference: &Difference) -> bool {
    [&difference.here, &difference.there].iter().all(|side| {
        side.value.as_ref().is_none_or(|value| value.provenance.last().action == Action::Declared)
    })
}

impl Key {
    /// How many places may share the key before they are one cause.
    fn most(&self) -> usize {
        match self {
            Self::Span(..) | Self::Habit(..) => 0,
            // A definition differs because its version does: never a line at a time.
            Self::Copy(_, resource, ..) if &*resource.gvk.kind == "CustomResourceDefinition" => 0,
            Self::Copy(..) => MANY_LEAVES,
            Self::Directory(..) => MANY_OBJECTS,
        }
    }

    fn grouping(&self) -> Grouping {
        match self {
            Self::Span(..) => Grouping::Span,
            Self::Habit(..) => Grouping::Habit,
            Self::Copy(..) => Grouping::Copy,
            Self::Directory(..) => Grouping::Directory,
        }
    }
}
