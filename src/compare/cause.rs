//! One cause, one finding: differences grouped by the bytes that cause them.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::agents::of_path;
use crate::compare::diff::{Change, Side};
use crate::compare::difference::{Difference, Topic};
use crate::compare::follow::{Follow, follow};
use crate::compare::habit::{Frequency, General};
use crate::compare::quiet::is_quiet;
use crate::compare::terraform::is_terraform;
use crate::compare::values::is_of_document;
use crate::kube::{Action, Path, PathStep, ResourceId};
use crate::render::Evaluated;
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath, Span};

/// More differences than this between two copies of an object are one cause: the copy.
const MANY_LEAVES: usize = 8;
/// More entries of one map or list than this are one cause.
const MANY_ENTRIES: usize = 4;
/// More entries than this of the outermost map of a file.
const MANY_SETTINGS: usize = 40;

/// Why differences were put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// The same bytes cause them.
    Span,
    /// Two spellings of one key: the environment's, then the reference's.
    Slip,
    /// The repository does it everywhere: one note for all.
    Habit,
    /// Two copies of one object that differ in many places.
    Copy,
    /// Several objects of one directory that the other side lacks.
    Directory,
    /// Many entries of one map or list of a document.
    Entries,
    /// Many values of a document that no rule knows the meaning of, or that are of one name.
    Document,
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
}

impl Cause {
    /// The difference that stands for all.
    pub fn first(&self) -> &Difference {
        &self.differences[0]
    }

    /// The path of the first difference with names taken out: what a habit is known by.
    pub fn general(&self) -> String {
        let first = self.first();
        General::of(&first.resource.gvk.kind, first.path.steps()).name()
    }

    /// The bytes that cause it.
    pub fn primary(&self) -> Span {
        place(self.first(), self.first().caused_here)
    }

    /// One of its differences, as if there were no other.
    #[must_use]
    pub fn alone(&self, difference: &Difference) -> Self {
        Self { topic: self.topic, grouping: Grouping::Span, differences: vec![difference.clone()] }
    }

    /// Whether the environment's side shows one of its differences: of what only one side has, the
    /// side that has it or took it away.
    pub fn is_here(&self, difference: &Difference) -> bool {
        match difference.change {
            Change::Changed => self.first().caused_here,
            Change::OnlyHere => true,
            Change::OnlyThere => difference.here.key.is_some(),
        }
    }

    /// The bytes on the other side.
    pub fn counterpart(&self) -> Span {
        place(self.first(), !self.first().caused_here)
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
        // Only a patch that takes something away has bytes for what is not there.
        Change::OnlyHere => difference.there.key.is_none(),
        Change::OnlyThere => difference.here.key.is_some(),
        Change::Changed => {
            let own = (difference.here_overlay, difference.there_overlay);
            let (here, there) = difference.traced.map_or(own, |traced| traced.overlays);
            !reads(there, difference.here.span.file) || reads(here, difference.there.span.file)
        }
    }
}

/// What the differences of one cause have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The bytes that cause them.
    Span(Topic, Change, Span),
    /// The place in the unit, in several variants.
    Field(usize, Topic, Change, ResourceId, Path),
    /// An object, and the overlays that lack it.
    Object(usize, Topic, Change, ResourceId, BTreeSet<usize>),
    /// Signs of one agent in one map or list.
    Signs(usize, Topic, Change, ResourceId, Path, &'static str),
    /// The same two values at the same path of several objects.
    Values(General, Topic, Change, String, String),
    /// The same two ports in several fields of one unit.
    Ports(usize, Topic, String, String),
    /// A map whose switch differs, or of whose members each side has another one.
    Follow(usize, Topic, ResourceId, Path),
    /// A path that differs everywhere.
    Habit(General, Change),
    /// Two copies of an object, of two environments or of two variants of one.
    Copy(usize, ResourceId, bool),
    /// A map or list of a document, and the overlay; whether few entries are many already.
    Entries(usize, Topic, ResourceId, Path, bool),
    /// A key that one side lacks in many maps of a document of an overlay.
    Same(usize, Topic, Change, ResourceId, String),
    /// A document of an overlay; whether few values are many already.
    Document(usize, ResourceId, bool),
    /// Of many values of a document what is quiet, or what is loud and of one sort.
    Sort(usize, ResourceId, Option<Change>),
    /// The directory of objects that one side lacks, and the overlays that lack them.
    Directory(usize, Topic, Change, RepoPath, BTreeSet<usize>),
}

/// A difference with what is known of it before it is grouped.
struct Placed {
    difference: Difference,
    /// What it is told together with.
    follow: Option<Follow>,
}

impl Placed {
    fn follows(&self) -> bool {
        self.follow.as_ref().is_some_and(|follow| follow.follows)
    }
}

/// What grouping asks for.
#[derive(Clone, Copy)]
struct World<'a> {
    evaluated: &'a [Evaluated<'a>],
    snapshot: &'a Snapshot,
    lacking: &'a BTreeMap<Missing, BTreeSet<usize>>,
}

/// An object of a unit that one side lacks.
type Missing = (usize, Change, ResourceId);

/// The overlays that lack each object and are not empty altogether.
fn lacking(placed: &[Placed], evaluated: &[Evaluated<'_>]) -> BTreeMap<Missing, BTreeSet<usize>> {
    let mut lacking: BTreeMap<Missing, BTreeSet<usize>> = BTreeMap::new();
    let whole = |placed: &&Placed| placed.difference.path.steps().is_empty();
    for Placed { difference, .. } in placed.iter().filter(whole) {
        let without = without(difference);
        if !is_empty(&evaluated[without]) {
            lacking.entry(missing(difference)).or_default().insert(without);
        }
    }
    lacking
}

fn missing(difference: &Difference) -> Missing {
    (difference.unit, difference.change, difference.resource.clone())
}

/// The overlay that lacks what a difference is about.
fn without(difference: &Difference) -> usize {
    match difference.change {
        Change::OnlyHere => difference.there_overlay,
        _ => difference.here_overlay,
    }
}

fn is_empty(evaluated: &Evaluated<'_>) -> bool {
    evaluated.output().is_some_and(|rendered| rendered.resources.is_empty())
}

/// Groups differences; causes come in the order of their places.
pub(crate) fn group(
    differences: Vec<Difference>,
    evaluated: &[Evaluated<'_>],
    snapshot: &Snapshot,
) -> Vec<Cause> {
    let follows = follow(&differences, evaluated);
    let mut placed: Vec<Placed> = differences
        .into_iter()
        .zip(follows)
        .map(|(mut difference, follow)| {
            difference.caused_here = caused_here(&difference, evaluated);
            if let Some(follow) = &follow {
                difference.topic = follow.topic;
            }
            difference.quiet = is_quiet(&difference, evaluated);
            Placed { difference, follow }
        })
        .collect();
    placed.sort_by(|a, b| order(a).cmp(&order(b)));
    let lacking = lacking(&placed, evaluated);
    let world = World { evaluated, snapshot, lacking: &lacking };
    let components = components(&placed, world);
    let wide = wide_keys(&placed, &components, world);
    let mut groups = Groups::new(placed.len());
    let mut first_with: BTreeMap<Key, usize> = BTreeMap::new();
    let mut broad: Vec<Option<Grouping>> = vec![None; placed.len()];
    for (at, (one, wide)) in placed.iter().zip(wide).enumerate() {
        let slip = one.follow.as_ref().is_some_and(|follow| follow.slip);
        broad[at] = wide.as_ref().map(Key::grouping).or(slip.then_some(Grouping::Slip));
        // An object that one overlay lacks among others, and another overlay alone, is two causes.
        let among_others = one.difference.path.steps().is_empty() && wide.is_some();
        let narrow = if among_others {
            object_key(&one.difference, world).into_iter().collect()
        } else if matches!(wide, Some(Key::Entries(..) | Key::Same(..) | Key::Sort(..))) {
            vec![span_key(one)]
        } else {
            narrow_keys(one)
        };
        for key in wide.into_iter().chain(narrow) {
            groups.join(at, *first_with.entry(key).or_insert(at));
        }
    }
    let mut causes: BTreeMap<usize, Cause> = BTreeMap::new();
    for (at, Placed { difference, .. }) in placed.into_iter().enumerate() {
        let topic = difference.topic;
        let cause = causes.entry(groups.root(at)).or_insert_with(|| Cause {
            topic,
            grouping: Grouping::Span,
            differences: Vec::new(),
        });
        cause.grouping = broad[at].map_or(cause.grouping, |wide| cause.grouping.max(wide));
        if cause.topic != topic {
            let whole = cause.grouping == Grouping::Directory;
            cause.topic = if whole { Topic::Resource } else { Topic::Other };
        }
        cause.differences.push(difference);
    }
    let mut causes: Vec<Cause> = causes.into_values().collect();
    for cause in &mut causes {
        // The others of its document may belong to narrower groups.
        let group = matches!(cause.grouping, Grouping::Entries | Grouping::Document);
        if group && cause.differences.len() == 1 {
            cause.grouping = Grouping::Span;
        }
        if cause.grouping == Grouping::Slip {
            cause.differences.sort_by_key(|difference| difference.change != Change::OnlyHere);
        }
        if group {
            // What matters most is named first, and shown.
            cause.differences.sort_by_key(|difference| difference.quiet);
        }
    }
    causes.sort_by_key(Cause::primary);
    causes
}

/// The places that share a key.
#[derive(Default)]
struct Sizes(BTreeMap<Key, BTreeSet<(Span, Path)>>);

impl Sizes {
    fn count(&mut self, key: Key, Placed { difference, .. }: &Placed) {
        let place = place(difference, difference.caused_here);
        self.0.entry(key).or_default().insert((place, difference.path.clone()));
    }

    fn are_many(&self, key: &Key) -> bool {
        self.0.get(key).is_some_and(|places| places.len() > key.most())
    }
}

/// The wider cause that each difference belongs to, if enough others do.
fn wide_keys(placed: &[Placed], components: &BTreeSet<Key>, world: World<'_>) -> Vec<Option<Key>> {
    let mut sizes = Sizes::default();
    for one in placed {
        for key in broad_keys(one, components, world) {
            sizes.count(key, one);
        }
    }
    let first =
        |one| broad_keys(one, components, world).into_iter().find(|key| sizes.are_many(key));
    let mut wide: Vec<Option<Key>> = placed.iter().map(first).collect();
    let mut sorts = Sizes::default();
    for (one, key) in placed.iter().zip(&mut wide) {
        if matches!(key, Some(Key::Document(..))) {
            let sort = sort_key(&one.difference);
            sorts.count(sort.clone(), one);
            *key = Some(sort);
        }
    }
    for key in &mut wide {
        if matches!(key, Some(sort @ Key::Sort(..)) if !sorts.are_many(sort)) {
            *key = None;
        }
    }
    wide
}

fn order(placed: &Placed) -> (bool, usize, usize, &ResourceId, bool, &Path) {
    let Difference { siblings, unit, here_overlay, resource, path, .. } = &placed.difference;
    (*siblings, *unit, *here_overlay, resource, placed.follows(), path)
}

/// What joins the copies of an object that the same overlays lack.
fn object_key(difference: &Difference, world: World<'_>) -> Option<Key> {
    if is_empty(&world.evaluated[without(difference)]) {
        return None;
    }
    let reach = world.lacking.get(&missing(difference)).cloned().unwrap_or_default();
    let Difference { unit, topic, change, resource, .. } = difference;
    Some(Key::Object(*unit, *topic, *change, resource.clone(), reach))
}

fn span_key(placed: &Placed) -> Key {
    let difference = &placed.difference;
    Key::Span(difference.topic, difference.change, place(difference, difference.caused_here))
}

/// What of the many values of a document is told together: nothing is told more quietly because there
/// is more of it.
fn sort_key(difference: &Difference) -> Key {
    let loud = (!difference.quiet).then_some(difference.change);
    Key::Sort(difference.here_overlay, difference.resource.clone(), loud)
}

fn narrow_keys(placed: &Placed) -> Vec<Key> {
    let difference = &placed.difference;
    let (topic, change) = (difference.topic, difference.change);
    let (resource, path) = (difference.resource.clone(), difference.path.clone());
    let mut keys = vec![span_key(placed)];
    let text = |side: &Side| side.value.as_ref().and_then(|value| value.text().map(str::to_owned));
    if let (Some(mine), Some(theirs)) = (text(&difference.here), text(&difference.there)) {
        let general = General::of(&resource.gvk.kind, path.steps());
        if path.last_key().is_some_and(|key| key.to_ascii_lowercase().ends_with("port")) {
            keys.push(Key::Ports(difference.unit, topic, mine.clone(), theirs.clone()));
        }
        keys.push(Key::Values(general, topic, change, mine, theirs));
    }
    if let (Some(agent), Some((_, around))) = (sign(difference), path.steps().split_last()) {
        let (unit, around) = (difference.unit, Path(around.to_vec()));
        keys.push(Key::Signs(unit, topic, change, resource.clone(), around, agent));
    }
    if let Some(follow) = &placed.follow {
        let map = follow.map.clone();
        keys.push(Key::Follow(difference.unit, topic, resource.clone(), map));
    }
    keys.push(Key::Field(difference.unit, topic, change, resource, path));
    keys
}

/// The agent whose sign only one side has.
fn sign(difference: &Difference) -> Option<&'static str> {
    let one_side = difference.change != Change::Changed && difference.topic.observes();
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref())?;
    let shown = of_path(difference.path.steps(), value).filter(|_| one_side)?;
    Some(shown.agent)
}

/// The wider causes that a difference may belong to, in the order in which they are tried.
fn broad_keys(placed: &Placed, components: &BTreeSet<Key>, world: World<'_>) -> Vec<Key> {
    if placed.follows() {
        return Vec::new();
    }
    let difference = &placed.difference;
    let here = difference.caused_here;
    let primary = place(difference, here).file;
    let mut keys = Vec::new();
    let kind = &difference.resource.gvk.kind;
    // A parameter is asked for, and a version is promoted, one by one.
    let declared = difference.topic == Topic::OutOfRange;
    if difference.frequency.is_some_and(Frequency::is_habit) && !declared {
        keys.push(Key::Habit(General::of(kind, difference.path.steps()), difference.change));
    }
    if difference.path.steps().is_empty() {
        keys.push(directory(difference, primary, components, world));
    } else if difference.topic.stands_alone() {
        // What watches a program, what stops its deployment, which version it asks for: each is
        // told for itself, however different two copies are.
    } else if is_terraform(&difference.resource.gvk)
        && !(difference.is_of_list() && difference.resource.gvk.is_document())
        && (difference.change != Change::Changed || difference.violated.is_some())
    {
        // What one environment forgot, or has less of, is told one by one.
    } else if is_of_document(&difference.resource.gvk, difference.path.steps()) {
        // Documents are no copies of each other, and they are there to differ.
        let (overlay, resource) = (difference.here_overlay, &difference.resource);
        if let Some((_, map)) = difference.path.steps().split_last() {
            let map = Path(map.to_vec());
            let step = difference.path.steps().last();
            // What stands at a place of a list has no name to be told by.
            let numbered = matches!(step, Some(PathStep::Index(_)));
            let unnamed = numbered || difference.is_of_list() || difference.weak;
            keys.push(Key::Entries(overlay, difference.topic, resource.clone(), map, unnamed));
        }
        let alone = is_terraform(&difference.resource.gvk) && difference.change != Change::Changed;
        if !alone
            && difference.topic.is_about_a_class()
            && difference.change != Change::Changed
            && let Some(key) = difference.path.last_key()
        {
            let (topic, change) = (difference.topic, difference.change);
            keys.push(Key::Same(overlay, topic, change, resource.clone(), key.to_owned()));
        }
        if !alone && difference.topic == Topic::Other {
            keys.push(Key::Document(overlay, resource.clone(), difference.weak));
        }
    } else if world.snapshot.is_mounted(primary) {
        // Rendered for each environment: never a copy, whatever the values make of it.
    } else if primary != place(difference, !here).file && is_declared(difference) {
        let resource = difference.resource.clone();
        keys.push(Key::Copy(difference.unit, resource, difference.siblings));
    }
    keys
}

/// The directory of a missing object; the root where all objects are missing. What lies beside a
/// program that is missing too belongs to it.
fn directory(
    difference: &Difference,
    file: FileId,
    components: &BTreeSet<Key>,
    world: World<'_>,
) -> Key {
    let (unit, change) = (difference.unit, difference.change);
    if is_empty(&world.evaluated[without(difference)]) {
        return Key::Directory(unit, Topic::Resource, change, RepoPath::root(), BTreeSet::new());
    }
    let reach = world.lacking.get(&missing(difference)).cloned().unwrap_or_default();
    let directory = world.snapshot.path(file).parent().unwrap_or_else(RepoPath::root);
    let key = |topic| Key::Directory(unit, topic, change, directory.clone(), reach.clone());
    let attached =
        difference.topic.is_about_a_class() && components.contains(&key(Topic::Resource));
    key(if attached { Topic::Resource } else { difference.topic })
}

/// The directories of missing programs, to which the other objects there are attached.
fn components(placed: &[Placed], world: World<'_>) -> BTreeSet<Key> {
    const PROGRAMS: &[&str] = &[
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "CronJob",
        "Job",
        "Rollout",
        "DeploymentConfig",
        "HelmRelease",
        "Application",
        "Service",
    ];
    let programs = placed.iter().filter(|Placed { difference, .. }| {
        difference.path.steps().is_empty()
            && difference.topic == Topic::Resource
            && PROGRAMS.contains(&&*difference.resource.gvk.kind)
    });
    let none = BTreeSet::new();
    programs
        .map(|Placed { difference, .. }| {
            let file = place(difference, difference.caused_here).file;
            directory(difference, file, &none, world)
        })
        .collect()
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
            Self::Span(..)
            | Self::Field(..)
            | Self::Object(..)
            | Self::Signs(..)
            | Self::Values(..)
            | Self::Ports(..)
            | Self::Follow(..)
            | Self::Sort(.., None)
            | Self::Habit(..) => 0,
            // A definition differs because its version does: never a line at a time.
            Self::Copy(_, resource, _) if &*resource.gvk.kind == "CustomResourceDefinition" => 0,
            Self::Document(.., true) => 2,
            Self::Copy(..) | Self::Document(..) => MANY_LEAVES,
            Self::Directory(..) | Self::Entries(.., true) => 1,
            // The settings of a flat file are told one by one, as long as anybody reads them.
            Self::Entries(_, _, _, map, false) if map.steps().is_empty() => MANY_SETTINGS,
            Self::Entries(..) | Self::Same(..) | Self::Sort(..) => MANY_ENTRIES,
        }
    }

    fn grouping(&self) -> Grouping {
        match self {
            Self::Span(..)
            | Self::Field(..)
            | Self::Object(..)
            | Self::Signs(..)
            | Self::Values(..)
            | Self::Ports(..)
            | Self::Follow(..) => Grouping::Span,
            Self::Habit(..) => Grouping::Habit,
            Self::Copy(..) => Grouping::Copy,
            Self::Entries(..) => Grouping::Entries,
            Self::Document(..) | Self::Same(..) | Self::Sort(..) => Grouping::Document,
            Self::Directory(..) => Grouping::Directory,
        }
    }
}

/// Sets that grow together: the usual union-find, by index.
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self { parents: (0..count).collect() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    /// Puts the sets of both together; the lower index stays the root.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}
