//! The differences between two aligned objects, each with both places.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compare::embedded::{are_files, breaks_promise, readings, tree};
use crate::compare::equal::is_empty;
use crate::compare::filled;
use crate::compare::lines;
use crate::compare::list;
use crate::compare::names::PairNames;
use crate::compare::noise;
use crate::compare::scalar::{self, Verdict};
use crate::compare::secrets::are_objects;
use crate::compare::show::{SECRET, is_secret};
use crate::compare::stages::{self, Stage};
use crate::compare::terraform;
use crate::kube::{Action, Entry, Form, Kind, Map, Path, PathStep, Provenance, Value};
use crate::source::Snapshot;
use crate::syntax::KeyRule;
use crate::text::Span;

/// Lists whose elements have their places.
const COMMANDS: &[&str] = &["args", "cmd", "command", "entrypoint"];
/// Values nested deeper than this are not looked into when they are texts.
const DEEPEST: usize = 64;

/// The noise of values that differ only in the environments' own names.
pub(crate) const NAMES: &str = "environment-names";
/// The noise of values that something fills in later.
pub(crate) const PLACEHOLDERS: &str = "placeholders";

/// How the sides disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Both have a value, not the same.
    Changed,
    /// Only the environment has it.
    OnlyHere,
    /// Only the reference has it.
    OnlyThere,
}

/// One side of a difference.
#[derive(Debug, Clone)]
pub struct Side {
    /// The value; `None` where there is none.
    pub value: Option<Value>,
    /// The bytes that set it; where there is none, those of the nearest key around it.
    pub span: Span,
    /// Where the key or element is written that only this side has.
    pub key: Option<Span>,
}

/// A path at which two aligned objects disagree.
#[derive(Debug, Clone)]
pub(crate) struct RawDifference {
    pub(crate) path: Path,
    pub(crate) change: Change,
    pub(crate) here: Side,
    pub(crate) there: Side,
    /// Further places of the same text that differ and are not told one by one.
    pub(crate) more: usize,
    /// It is an item of a list of which the environment has fewer items than its reference.
    pub(crate) fewer: bool,
    /// How many steps of the path lead to the text that it lies in.
    pub(crate) text: Option<usize>,
    /// The noise rule that covers it.
    pub(crate) noise: Option<&'static str>,
}

/// What a walk over two objects found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) differences: Vec<RawDifference>,
    /// Values that something fills in later.
    pub(crate) unknown: usize,
}

/// Walks two aligned objects.
pub(crate) fn diff(
    snapshot: &Snapshot,
    kind: &str,
    here: &Value,
    there: &Value,
    names: &PairNames,
) -> Found {
    Differ::new(snapshot, kind, (here, there), names).walk(here, there)
}

/// As [`diff`], for blocks of Terraform: literals where the other side has a variable are told.
pub(crate) fn of_blocks(
    snapshot: &Snapshot,
    kind: &str,
    here: &Value,
    there: &Value,
    names: &PairNames,
) -> Found {
    let differ = Differ::new(snapshot, kind, (here, there), names);
    Differ { block: true, ..differ }.walk(here, there)
}

/// Walks an object as it is and as it was: what is filled in later is the same text in both, so that
/// every text that differs is a difference.
pub(crate) fn since(snapshot: &Snapshot, kind: &str, now: &Value, before: &Value) -> Found {
    let names = PairNames::default();
    let differ = Differ::new(snapshot, kind, (now, before), &names);
    Differ { aim: Aim::Past, ..differ }.walk(now, before)
}

/// Walks two aligned objects for somebody who wants to see everything: what differs only in the
/// environments' names and what is filled in later is handed out too, with [`NAMES`] or
/// [`PLACEHOLDERS`] as its noise.
pub(crate) fn everything(
    snapshot: &Snapshot,
    kind: &str,
    here: &Value,
    there: &Value,
    names: &PairNames,
) -> Found {
    let differ = Differ::new(snapshot, kind, (here, there), names);
    Differ { aim: Aim::Everything, ..differ }.walk(here, there)
}

/// What the walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// What the rules judge.
    Judging,
    /// What has changed since: what is filled in later is the same on both sides.
    Past,
    /// All that is not the same.
    Everything,
}

/// Two scalars that are handed out as a difference.
struct Told {
    /// The noise rule that covers it.
    noise: Option<&'static str>,
}

struct Differ<'a> {
    snapshot: &'a Snapshot,
    kind: &'a str,
    names: &'a PairNames,
    path: Vec<PathStep>,
    /// The nearest keys around the current place on both sides.
    around: (Span, Span),
    /// How many texts the current place lies in.
    inside: usize,
    aim: Aim,
    /// Whether it is a block of Terraform.
    block: bool,
    /// Which spellings of a key are the same, in a configuration file or a text that is one.
    rule: Option<&'static KeyRule>,
    found: Found,
}

impl<'a> Differ<'a> {
    fn new(
        snapshot: &'a Snapshot,
        kind: &'a str,
        (here, there): (&Value, &Value),
        names: &'a PairNames,
    ) -> Self {
        let file = || snapshot.path(here.span().file).file_name();
        let rule = (kind == Form::Config.kind()).then(|| KeyRule::of(file())).flatten();
        Self {
            snapshot,
            kind,
            names,
            path: Vec::new(),
            around: (here.span(), there.span()),
            inside: 0,
            aim: Aim::Judging,
            block: false,
            rule,
            found: Found::default(),
        }
    }

    fn walk(mut self, here: &Value, there: &Value) -> Found {
        self.value(here, there);
        self.found
    }

    fn value(&mut self, here: &Value, there: &Value) {
        match (&here.kind, &there.kind) {
            (Kind::Map(a), Kind::Map(b)) if Arc::ptr_eq(a, b) => {}
            (Kind::List(a), Kind::List(b)) if Arc::ptr_eq(a, b) => {}
            (Kind::Map(a), Kind::Map(b)) => self.maps(a, b, (here, there)),
            (Kind::List(a), Kind::List(b)) => self.lists(a, b, (here, there)),
            (Kind::Scalar(_), Kind::Scalar(_)) => self.scalars(here, there),
            _ if is_empty(here) && is_empty(there) => {}
            _ => self.report(Change::Changed, Some((here, None)), Some((there, None))),
        }
    }

    fn maps(&mut self, here: &Map, there: &Map, parents: (&Value, &Value)) {
        let respelt = self.rule.map(|rule| spelt_as(rule, there, here));
        let there = respelt.as_ref().unwrap_or(there);
        let (mut left, mut right) = (here.iter().peekable(), there.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => return,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => a.key.cmp(&b.key),
            };
            let mine = if order.is_le() { left.next() } else { None };
            let theirs = if order.is_ge() { right.next() } else { None };
            let Some(key) = mine.or(theirs).map(|entry| &entry.key) else { return };
            let noise = noise::of_key(self.kind, &self.path, key);
            let before = self.found.differences.len();
            self.path.push(PathStep::Key(Arc::clone(key)));
            self.entries(mine, theirs, parents);
            self.path.pop();
            self.blame_removal(before, parents);
            for difference in &mut self.found.differences[before..] {
                difference.noise = difference.noise.or(noise);
            }
        }
    }

    fn entries(&mut self, mine: Option<&Entry>, theirs: Option<&Entry>, parents: (&Value, &Value)) {
        let outer = self.around;
        match (mine, theirs) {
            (Some(a), Some(b)) => {
                self.around = (a.key_span, b.key_span);
                self.value(&a.value, &b.value);
            }
            // Each label and annotation speaks for itself.
            (Some(a), None) => {
                if let Some(map) = each_alone(a) {
                    self.around.0 = a.key_span;
                    self.maps(map, &Map::default(), (&a.value, parents.1));
                } else if self.says_something(a) {
                    self.report(Change::OnlyHere, Some((&a.value, Some(a.key_span))), None);
                }
            }
            (None, Some(b)) => {
                if let Some(map) = each_alone(b) {
                    self.around.1 = b.key_span;
                    self.maps(&Map::default(), map, (parents.0, &b.value));
                } else if self.says_something(b) {
                    self.report(Change::OnlyThere, None, Some((&b.value, Some(b.key_span))));
                }
            }
            (None, None) => {}
        }
        self.around = outer;
    }

    /// Whether an entry that the other side lacks says something.
    ///
    /// Argo CD syncs by itself because of `automated: {}`; so programs start what their configuration
    /// names without more.
    fn says_something(&self, entry: &Entry) -> bool {
        let named =
            self.inside > 0 && entry.value.text().is_none() && entry.value.as_list().is_none();
        !is_empty(&entry.value) || &*entry.key == "automated" || named
    }

    /// Where a patch took away what the other side has, its bytes are the cause.
    fn blame_removal(&mut self, before: usize, (here, there): (&Value, &Value)) {
        let depth = self.path.len() + 1;
        for difference in &mut self.found.differences[before..] {
            let (side, parent) = match difference.change {
                Change::OnlyThere => (&mut difference.here, here),
                Change::OnlyHere => (&mut difference.there, there),
                Change::Changed => continue,
            };
            let own = difference.path.0.len() == depth && side.key.is_none();
            let Some(name) = difference.path.last_name().filter(|_| own) else { continue };
            // What wrote the map or list as it is now had nothing left to take away before it.
            let later = parent.provenance.steps().iter().rev();
            let removal =
                later.take_while(|step| !holds_children(parent, step.span)).find(|step| {
                    step.action == Action::Patched && self.snapshot.slice(step.span).contains(name)
                });
            if let Some(step) = removal {
                (side.span, side.key) = (step.span, Some(step.span));
            }
        }
    }

    fn lists(&mut self, here: &[Value], there: &[Value], parents: (&Value, &Value)) {
        let command =
            matches!(self.path.last(), Some(PathStep::Key(key)) if COMMANDS.contains(&&**key));
        let mut pairs = list::align(here, there, self.names, command);
        if self.aim == Aim::Everything {
            pairs.extend(list::alike(here, there, self.names));
        }
        for pair in pairs {
            let key = |value: &Value| match &pair.step {
                PathStep::Element { key, .. } => value.get(key).map_or(value.span(), Value::span),
                _ => value.span(),
            };
            let before = self.found.differences.len();
            self.path.push(match &pair.step {
                PathStep::Key(item) => self.item(item),
                step => step.clone(),
            });
            match (pair.here, pair.there) {
                (Some(a), Some(b)) => {
                    let outer = self.around;
                    self.around = (key(a), key(b));
                    self.value(a, b);
                    self.around = outer;
                }
                (Some(a), None) => self.report(Change::OnlyHere, Some((a, Some(key(a)))), None),
                (None, Some(b)) => self.report(Change::OnlyThere, None, Some((b, Some(key(b))))),
                (None, None) => {}
            }
            self.path.pop();
            if pair.here.is_none() && here.len() < there.len() {
                self.found.differences[before..].iter_mut().for_each(|item| item.fewer = true);
            }
            self.blame_removal(before, parents);
        }
    }

    /// The step to an item that is called by its own text, unless that must not be shown.
    fn item(&self, text: &str) -> PathStep {
        let secret = is_secret(self.kind, &self.path, text);
        PathStep::Key(if secret { SECRET.into() } else { text.into() })
    }

    fn scalars(&mut self, here: &Value, there: &Value) {
        let verdict = scalar::compare(here, there, self.names);
        let of_content = match verdict {
            Verdict::Equal | Verdict::Noise(_) => false,
            Verdict::Names => self.aim == Aim::Everything,
            Verdict::Unknown | Verdict::Differs => true,
        };
        if of_content && self.texts(here, there) {
            return;
        }
        let literal = verdict == Verdict::Unknown && self.is_hard_coded(here, there);
        if let Some(told) = self.told(if literal { Verdict::Differs } else { verdict }) {
            self.report(Change::Changed, Some((here, None)), Some((there, None)));
            if let Some(last) = self.found.differences.last_mut() {
                last.noise = told.noise;
            }
        }
    }

    /// Whether a block of Terraform has a literal where the other side has a variable.
    fn is_hard_coded(&self, here: &Value, there: &Value) -> bool {
        let texts = here.text().zip(there.text());
        self.block && texts.is_some_and(|(here, there)| terraform::is_hard_coded(here, there))
    }

    /// Whether two scalars are handed out, and how.
    fn told(&mut self, verdict: Verdict) -> Option<Told> {
        let noise = match (verdict, self.aim) {
            (Verdict::Equal, _) | (Verdict::Names, Aim::Judging | Aim::Past) => return None,
            (Verdict::Unknown, Aim::Judging) => {
                self.found.unknown += 1;
                return None;
            }
            (Verdict::Noise(rule), _) => Some(rule),
            (Verdict::Names, Aim::Everything) => Some(NAMES),
            (Verdict::Unknown, Aim::Everything) => Some(PLACEHOLDERS),
            (Verdict::Unknown, Aim::Past) | (Verdict::Differs, _) => None,
        };
        Some(Told { noise })
    }

    /// Compares what two texts say; false when they are simply different.
    fn texts(&mut self, here: &Value, there: &Value) -> bool {
        let (Some(a), Some(b)) = (here.text(), there.text()) else { return false };
        // Lines of base64 are no lines of what it holds, and some look like keys.
        let encoded = matches!(self.path.first(), Some(PathStep::Key(key)) if &**key == "data");
        if encoded && self.kind == "Secret" {
            return false;
        }
        if !multiline(here, there) {
            return are_files(a, b) && self.trees((here, a), (there, b));
        }
        let alone = stages::alone(a, b, self.names);
        for (stages, value, change) in
            [(&alone.here, here, Change::OnlyHere), (&alone.there, there, Change::OnlyThere)]
        {
            for stage in stages {
                self.stage(value, stage, change);
            }
        }
        let (rest, other) = &alone.rest;
        if self.trees((here, rest), (there, other)) {
            return true;
        }
        let all = PairNames::default();
        let names = if self.aim == Aim::Everything { &all } else { self.names };
        let (pairs, more) = lines::differing(rest, other, names);
        for pair in pairs {
            let opposite = pair.here.zip(pair.there);
            let opposite = opposite.is_some_and(|(a, b)| lines::are_opposite(a.text, b.text));
            let both = pair.here.is_some() && pair.there.is_some() && !opposite;
            let placed = |value: &Value, text: &str, line: Option<lines::Line<'_>>| {
                let line = line?;
                if filled::is_filled(value) {
                    let (_, bare) = if both { lines::value_of(line.text) } else { (0, line.text) };
                    let history = filled::line(self.snapshot, value, text, line.number);
                    return Some(Value::string(bare, history));
                }
                let step = value.provenance.last();
                let whole = lines::line_span(self.snapshot, step.span, text, line.number);
                // Both have the key: only the values behind it differ.
                let (start, bare) = if both { lines::value_of(line.text) } else { (0, line.text) };
                let exact = self.snapshot.slice(whole) == line.text;
                let start = whole.start as usize + start;
                let span =
                    if exact { Span::new(whole.file, start, start + bare.len()) } else { whole };
                Some(Value::string(bare, Provenance::new(step.action, span)))
            };
            let (mine, theirs) = (placed(here, a, pair.here), placed(there, b, pair.there));
            let mut noise = None;
            if let (Some(mine), Some(theirs)) = (&mine, &theirs) {
                let verdict = scalar::compare(mine, theirs, self.names);
                match self.told(verdict) {
                    Some(told) if told.noise.is_none() || self.aim == Aim::Everything => {
                        noise = told.noise;
                    }
                    _ => continue,
                }
            }
            let change = match (&mine, &theirs) {
                (Some(_), Some(_)) => Change::Changed,
                (Some(_), None) => Change::OnlyHere,
                _ => Change::OnlyThere,
            };
            let line = pair.here.or(pair.there).map_or("", |line| line.text);
            self.path.push(match lines::split_key(line) {
                (item, None) if item == pair.key => self.item(item),
                _ => PathStep::Key(pair.key.into()),
            });
            let side = |value: &'_ Option<Value>| value.as_ref().map(|v| (v.clone(), v.span()));
            let (mine, theirs) = (side(&mine), side(&theirs));
            self.report(
                change,
                mine.as_ref().map(|(value, span)| (value, Some(*span))),
                theirs.as_ref().map(|(value, span)| (value, Some(*span))),
            );
            self.path.pop();
            if let Some(last) = self.found.differences.last_mut() {
                last.more = more;
                last.text = Some(self.path.len());
                last.noise = noise;
            }
        }
        true
    }

    /// Compares two texts as trees; false when one of them is none.
    fn trees(&mut self, here: (&Value, &str), there: (&Value, &str)) -> bool {
        if self.path.len() > DEEPEST || are_objects(&self.path) {
            return false;
        }
        let name = match self.path.last() {
            Some(PathStep::Key(key)) => Some(Arc::clone(key)),
            _ => None,
        };
        let name = name.as_deref();
        let read = |reading, (value, text): (&Value, &str)| {
            if filled::is_filled(value) {
                return filled::tree(self.snapshot, reading, text, value);
            }
            tree(reading, text, value, self.snapshot.slice(value.span()))
        };
        let both =
            readings(name).find_map(|reading| Some((read(reading, here)?, read(reading, there)?)));
        let Some((mine, theirs)) = both else {
            // That it is broken is told, and lines of it mean nothing.
            let broken = |(value, text): (&Value, &str)| {
                name.is_some_and(|name| breaks_promise(name, text, value.span()))
            };
            return self.aim == Aim::Judging && (broken(here) || broken(there));
        };
        let before = self.found.differences.len();
        let rule = std::mem::replace(&mut self.rule, name.and_then(KeyRule::of));
        self.inside += 1;
        self.value(&mine, &theirs);
        self.inside -= 1;
        self.rule = rule;
        let (new, noise): (Vec<_>, Vec<_>) = self
            .found
            .differences
            .drain(before..)
            .partition(|difference: &RawDifference| difference.noise.is_none());
        let (told, more) = lines::told(new, |difference| difference.change == Change::Changed);
        let text = Some(self.path.len());
        let told =
            told.into_iter().map(|told| RawDifference { more: told.more + more, text, ..told });
        self.found.differences.extend(told.chain(noise));
        true
    }

    /// A stage of a pipeline that one side lacks: its first line stands for it.
    fn stage(&mut self, value: &Value, stage: &Stage, change: Change) {
        let text = value.text().unwrap_or("");
        let step = value.provenance.last();
        let span = lines::line_span(self.snapshot, step.span, text, stage.first);
        let line = text.lines().nth(stage.first).unwrap_or("").trim();
        let line = Value::string(line, Provenance::new(step.action, span));
        let side = Some((&line, Some(span)));
        self.path.push(PathStep::Key(stage.title.as_str().into()));
        match change {
            Change::OnlyThere => self.report(change, None, side),
            _ => self.report(change, side, None),
        }
        self.path.pop();
    }

    fn report(
        &mut self,
        change: Change,
        here: Option<(&Value, Option<Span>)>,
        there: Option<(&Value, Option<Span>)>,
    ) {
        let side = |side: Option<(&Value, Option<Span>)>, around: Span| match side {
            Some((value, key)) => Side { value: Some(value.clone()), span: value.span(), key },
            None => Side { value: None, span: around, key: None },
        };
        self.found.differences.push(RawDifference {
            path: Path(self.path.clone()),
            change,
            here: side(here, self.around.0),
            there: side(there, self.around.1),
            more: 0,
            fewer: false,
            text: None,
            noise: None,
        });
    }
}

/// The labels or annotations that one side lacks.
fn each_alone(entry: &Entry) -> Option<&Map> {
    entry.value.as_map().filter(|_| matches!(&*entry.key, "labels" | "annotations"))
}

/// Whether the bytes are those of the map or list itself, not of a patch that changes it.
fn holds_children(parent: &Value, span: Span) -> bool {
    let inside = |value: &Value| span.contains(value.span());
    match &parent.kind {
        Kind::Map(map) => map.iter().any(|entry| inside(&entry.value)),
        Kind::List(items) => items.iter().any(inside),
        Kind::Scalar(_) => false,
    }
}

fn multiline(here: &Value, there: &Value) -> bool {
    let long = |value: &Value| value.text().is_some_and(|text| text.trim_end().contains('\n'));
    long(here) && long(there)
}

/// A map with the keys of another one, where only their spelling differs.
fn spelt_as(rule: &KeyRule, map: &Map, other: &Map) -> Map {
    let lone = other.iter().filter(|entry| map.get(&entry.key).is_none());
    let spellings: BTreeMap<String, &Arc<str>> =
        lone.map(|entry| (rule.fold(&entry.key), &entry.key)).collect();
    let entries = map.iter().map(|entry| {
        let known = other.get(&entry.key).is_some();
        let key = spellings.get(&rule.fold(&entry.key)).filter(|_| !known);
        Entry { key: Arc::clone(key.copied().unwrap_or(&entry.key)), ..entry.clone() }
    });
    entries.collect()
}
