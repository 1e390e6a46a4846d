//! From a cause of the comparison to a finding: what all rules about differences say alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::compare::{
    Cause, Change, Difference, Grouping, Side, Topic, in_values, is_of_document, is_terraform,
};
use crate::finding::{Finding, Identity, Level, Role, Subject};
use crate::kube::{Action, Form, Gvk, Path, ResourceId, Step};
use crate::layout::OverlayKind;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::text::{FileId, Span};

/// Most objects or paths that a message names.
const NAMED: usize = 4;
/// Most further places that a finding shows.
const PLACES: usize = 60;

/// The share of blocks that two root modules must have in common to be meant alike.
const ALIKE: (usize, usize) = (7, 10);

/// What a rule says of one cause.
pub(crate) struct Speech {
    /// The message for a single difference.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

/// Reports every cause of a topic. `say` words a single difference; groups are worded here.
pub(crate) fn report(
    cx: &Context<'_>,
    topic: Topic,
    findings: &mut Findings,
    say: impl Fn(&Difference, &Sides) -> Speech,
) {
    report_at_most(cx, topic, findings, |_| Level::Error, say);
}

/// As [`report`], at no more than the level that `grade` gives to a difference.
pub(crate) fn report_graded(
    cx: &Context<'_>,
    topic: Topic,
    findings: &mut Findings,
    grade: impl Fn(&Difference) -> Level,
    say: impl Fn(&Difference, &Sides) -> Speech,
) {
    let most = |cause: &Cause| cause.differences.iter().map(&grade).max().unwrap_or(Level::Error);
    report_at_most(cx, topic, findings, most, say);
}

/// As [`report`]; `most` says how much a cause can matter, whatever the level of the rule. What another
/// finding says already is `off`.
pub(crate) fn report_at_most(
    cx: &Context<'_>,
    topic: Topic,
    findings: &mut Findings,
    most: impl Fn(&Cause) -> Level,
    say: impl Fn(&Difference, &Sides) -> Speech,
) {
    for cause in cx.comparison.causes.iter().filter(|cause| cause.topic == topic) {
        let Some(cause) = untold(cx, cause) else { continue };
        let cause = &*cause;
        let level = level(findings.level(), cause, cx).min(most(cause));
        if level == Level::Off {
            continue;
        }
        let first = cause.first();
        let sides = Sides::of(cx, first);
        let speech = match cause.grouping {
            Grouping::Span => say(first, &sides),
            Grouping::Habit => habit(first, &sides),
            Grouping::Copy => copy(cause, &sides),
            Grouping::Directory => directory(cause, &sides),
            Grouping::Entries => entries(cause, &sides),
            Grouping::Document => document(cause, &sides),
        };
        let message = format!("{}{}", speech.message, remarks(cause));
        let mut finding = Finding::at(cause.primary(), message).help(speech.help);
        finding = labelled(cx, finding, cause, &sides).about(subject(cx, cause));
        finding = identified(cx, finding, cause);
        findings.push_at(level, finding);
    }
}

/// The cause without what `dangling-reference` tells; nothing where that is all.
fn untold<'c>(cx: &Context<'_>, cause: &'c Cause) -> Option<Cow<'c, Cause>> {
    let told = |difference: &Difference| cx.references.explains(difference);
    if !cause.differences.iter().any(told) {
        return Some(Cow::Borrowed(cause));
    }
    let mut rest = cause.clone();
    rest.differences.retain(|difference| !told(difference));
    if rest.differences.len() == 1 && rest.grouping == Grouping::Directory {
        rest.grouping = Grouping::Span;
    }
    (!rest.differences.is_empty()).then_some(Cow::Owned(rest))
}

/// Says what tells the finding from others.
fn identified(cx: &Context<'_>, mut finding: Finding, cause: &Cause) -> Finding {
    let key = |difference: &Difference| -> Vec<String> {
        difference.siblings.then(|| Sides::of(cx, difference).here).into_iter().collect()
    };
    if cause.grouping == Grouping::Habit {
        // Whichever unit comes first is only an example.
        return finding.known_by(["habit", &cause.general()]);
    }
    // The same place in several variants is one.
    let mut seen = BTreeSet::new();
    let mut counts: BTreeMap<Identity, usize> = BTreeMap::new();
    for difference in &cause.differences {
        let path = difference.path.to_string();
        let mut subject = overlays(cx, difference);
        subject.resource = Some(difference.resource.clone());
        subject.path = (!path.is_empty()).then_some(path);
        let place = [&subject.unit, &subject.environment, &subject.reference, &subject.path];
        if seen.insert((place.map(Clone::clone), difference.resource.clone(), key(difference))) {
            *counts.entry(Identity::of(&subject, &key(difference))).or_default() += 1;
        }
    }
    let numbered = |(identity, count): (Identity, usize)| {
        (0..count).map(move |at| identity.clone().numbered(at))
    };
    let members: Vec<Identity> = counts.into_iter().flat_map(numbered).collect();
    finding = finding.key(key(cause.first()));
    if members.len() > 1 { finding.made_of(members) } else { finding }
}

/// The unit and the two environments of a difference.
fn overlays(cx: &Context<'_>, difference: &Difference) -> Subject {
    let environment = |overlay: usize| {
        let environment = cx.evaluated[overlay].overlay.environment;
        cx.layout.environments[environment].name.clone()
    };
    Subject {
        unit: Some(cx.evaluated[difference.here_overlay].unit.name.clone()),
        environment: Some(environment(difference.here_overlay)),
        reference: Some(environment(difference.there_overlay)),
        ..Subject::default()
    }
}

/// What the two environments of a difference are called.
pub(crate) struct Sides {
    /// The environment.
    pub(crate) here: String,
    /// Its reference.
    pub(crate) there: String,
}

impl Sides {
    fn of(cx: &Context<'_>, difference: &Difference) -> Self {
        let (here, there) = (difference.here_overlay, difference.there_overlay);
        let name = |overlay: usize| {
            let environment = cx.evaluated[overlay].overlay.environment;
            cx.layout.environments[environment].name.clone()
        };
        if !difference.siblings {
            return Self { here: name(here), there: name(there) };
        }
        let variant = cx.evaluated[here].overlay.variant.as_deref().unwrap_or("one overlay");
        let place = format!("{} {variant}", name(here));
        Self { here: place, there: format!("all other {} overlays", name(there)) }
    }

    /// The side that has what the other lacks, then the other.
    pub(crate) fn with_and_without(&self, change: Change) -> (&str, &str) {
        let (here, there) = (self.here.as_str(), self.there.as_str());
        if change == Change::OnlyThere { (there, here) } else { (here, there) }
    }
}

/// The level of a rule, lowered where less depends on the difference.
fn level(base: Level, cause: &Cause, cx: &Context<'_>) -> Level {
    let first = cause.first();
    let environment = |at: usize| &cx.layout.environments[cx.evaluated[at].overlay.environment];
    let last = cx.layout.environments.iter().map(|environment| environment.rank).max();
    let open = is_chosen(first, cx) || is_open(first) || is_apart(first, cx);
    let unnamed = cause.grouping == Grouping::Document && cause.topic == Topic::Other;
    let many = cause.grouping == Grouping::Habit || unnamed;
    if many || first.weak || first.siblings || open {
        return base.min(Level::Note);
    }
    let lacking = first.change == Change::OnlyThere || first.change == Change::Changed;
    // What values do not say, a chart may take from its defaults, here or elsewhere.
    let gvk = &first.resource.gvk;
    let of_chart =
        *gvk == Gvk::document(Form::Secrets) || in_values(gvk, first.path.steps()).is_some();
    let unsaid = of_chart && first.change != Change::Changed;
    if unsaid {
        return base.min(Level::Warning);
    }
    if Some(environment(first.here_overlay).rank) == last && lacking {
        base
    } else {
        base.min(Level::Warning)
    }
}

/// Whether somebody may have wanted what no rule knows the meaning of, because values files are there
/// to differ: each environment says it in a file of its own, or it is on its way from the reference.
fn is_chosen(difference: &Difference, cx: &Context<'_>) -> bool {
    let reads = |overlay: usize, side: &Side| {
        let rendered = cx.evaluated[overlay].output();
        rendered.is_some_and(|rendered| rendered.inputs.contains(&side.span.file))
    };
    let gvk = &difference.resource.gvk;
    if !is_of_document(gvk, difference.path.steps()) && difference.traced.is_none() {
        return false;
    }
    // What was rendered from values is what their file says.
    let own = difference.traced.map_or(difference.here_overlay, |traced| traced.overlays.0);
    if is_terraform(gvk) {
        // A variable has a default so that some environment may say something else.
        let variable = &*gvk.kind == Form::Variables.kind();
        let apart = || {
            !reads(difference.there_overlay, &difference.here)
                && !reads(difference.here_overlay, &difference.there)
        };
        let topic = difference.topic == Topic::Other
            || variable && matches!(difference.topic, Topic::Exposure | Topic::FeatureFlag);
        let changed = difference.change == Change::Changed && (variable || apart());
        return difference.violated.is_none() && topic && (changed || is_instance(difference));
    }
    difference.topic == Topic::Other
        && match difference.change {
            Change::Changed => {
                !reads(own, &difference.there)
                    || is_filled_in(difference)
                    || is_of_environments(difference, cx)
            }
            Change::OnlyThere => difference.here.key.is_none(),
            Change::OnlyHere => false,
        }
}

/// Whether a helmfile says it for each environment, in one file for all.
fn is_of_environments(difference: &Difference, cx: &Context<'_>) -> bool {
    let (here, there) = (difference.here.span, difference.there.span);
    let overlay = cx.evaluated[difference.here_overlay].overlay;
    overlay.kind == OverlayKind::Helmfile && here.file == there.file && here != there
}

/// Whether one template is filled in with a value for each environment.
fn is_filled_in(difference: &Difference) -> bool {
    let steps = |side: &Side| -> Vec<Step> {
        let value = side.value.as_ref();
        value.map(|value| value.provenance.steps().to_vec()).unwrap_or_default()
    };
    let (here, there) = (steps(&difference.here), steps(&difference.there));
    let both = here.iter().filter(|step| there.contains(step));
    let own = |mine: &[Step], theirs: &[Step], file: FileId| {
        mine.iter().any(|step| step.span.file == file && !theirs.contains(step))
    };
    both.into_iter()
        .any(|step| own(&here, &there, step.span.file) && own(&there, &here, step.span.file))
}

/// Whether one side is a variable of Terraform: what it is there, nobody has worked out.
fn is_open(difference: &Difference) -> bool {
    let sides = [&difference.here, &difference.there].into_iter();
    let mut texts = sides.filter_map(|side| side.value.as_ref()?.text());
    difference.resource.gvk.is_block() && texts.any(|text| text.starts_with("${"))
}

/// Whether a block stands in one of two root modules that have little in common.
fn is_apart(difference: &Difference, cx: &Context<'_>) -> bool {
    if !difference.resource.gvk.is_block() || !difference.path.steps().is_empty() {
        return false;
    }
    let blocks = |overlay: usize| -> BTreeSet<&ResourceId> {
        let rendered = cx.evaluated[overlay].output();
        let ids = rendered.into_iter().flat_map(|rendered| &rendered.resources).map(|it| &it.id);
        ids.filter(|id| id.gvk.is_block()).collect()
    };
    let (here, there) = (blocks(difference.here_overlay), blocks(difference.there_overlay));
    let shared = here.intersection(&there).count();
    shared * ALIKE.1 < here.union(&there).count() * ALIKE.0
}

/// Whether one side has one more of what a map of a document lists, such as a database, or switches off
/// what the other does not speak of.
fn is_instance(difference: &Difference) -> bool {
    if difference.change == Change::Changed || difference.path.steps().len() < 2 {
        return false;
    }
    let here = difference.change == Change::OnlyHere;
    let side = if here { &difference.here } else { &difference.there };
    let Some(value) = &side.value else { return false };
    value.as_map().is_some() || value.as_bool() == Some(false)
}

/// What a single difference is: both values, or which side has the object.
pub(crate) fn told(difference: &Difference, sides: &Sides) -> String {
    let (here, there) = (difference.shown(), difference.reference_shown());
    let (path, object) = (&difference.path, &difference.resource);
    if path.steps().is_empty() {
        let (with, without) = sides.with_and_without(difference.change);
        return format!("{object} exists in {with} and not in {without}");
    }
    let text = |value: Option<String>| match value {
        Some(value) => format!("`{value}`"),
        None => "not set".to_owned(),
    };
    let asked = match &difference.violated {
        Some(asked) if here.is_some() && there.is_some() => format!(", and {asked}"),
        _ => String::new(),
    };
    let (mine, theirs) = (text(here), text(there));
    let (here, there) = (&sides.here, &sides.there);
    format!("`{path}` of {object} is {mine} in {here} and {theirs} in {there}{asked}")
}

fn subject(cx: &Context<'_>, cause: &Cause) -> Subject {
    let first = cause.first();
    let variants: BTreeSet<String> = cause
        .differences
        .iter()
        .filter(|difference| difference.unit == first.unit)
        .filter_map(|difference| cx.evaluated[difference.here_overlay].overlay.variant.clone())
        .collect();
    let single = matches!(cause.grouping, Grouping::Span | Grouping::Habit);
    let path = first.path.to_string();
    Subject {
        variants: variants.into_iter().collect(),
        resource: Some(first.resource.clone()),
        path: (single && !path.is_empty()).then_some(path),
        class: Some(first.class.name()),
        value: first.shown().filter(|_| single),
        reference_value: first.reference_shown().filter(|_| single),
        ..overlays(cx, first)
    }
}

fn labelled(cx: &Context<'_>, finding: Finding, cause: &Cause, sides: &Sides) -> Finding {
    let first = cause.first();
    let value = |name: &str, value: Option<String>, side: &Side| match value {
        Some(value) => format!("{name}: `{value}`"),
        None if side.value.is_some() => format!("{name} has it"),
        None if side.key.is_some() => format!("{name} takes it away here"),
        None => format!("{name}: nothing here"),
    };
    let mine = value(&sides.here, first.shown(), &first.here);
    let theirs = value(&sides.there, first.reference_shown(), &first.there);
    let (primary, counterpart) = if cause.caused_here { (mine, theirs) } else { (theirs, mine) };
    let role = if first.change == Change::Changed { Role::Reference } else { Role::Related };
    let mut finding = finding.label(primary);
    if cause.counterpart() != cause.primary() {
        finding = finding.place(role, cause.counterpart(), counterpart);
    }
    if let Some(traced) = first.traced {
        let (mine, theirs) = (&sides.here, &sides.there);
        finding = finding.place(Role::Related, traced.here, format!("rendered for {mine}"));
        finding = finding.place(Role::Related, traced.there, format!("rendered for {theirs}"));
    }
    if let Some(parameter) = &first.out_of_range {
        let text = match &parameter.reason {
            Some(reason) => format!("declared here: {reason}"),
            None => "declared here".to_owned(),
        };
        finding = finding.place(Role::Related, parameter.span, text);
    }
    let mut seen = BTreeSet::from([cause.primary(), cause.counterpart()]);
    let side = if cause.caused_here { &first.here } else { &first.there };
    if let Some(span) = filled_in(side).filter(|span| seen.insert(*span)) {
        finding = finding.place(Role::Related, span, "the variable stands here");
    }
    for difference in &cause.differences[1..] {
        let side = if is_here(cause, difference) { &difference.here } else { &difference.there };
        let span = side.key.unwrap_or(side.span);
        if seen.len() < PLACES + 2 && seen.insert(span) {
            finding = finding.place(Role::Related, span, also(cx, cause, difference));
        }
    }
    finding
}

/// The place of the variable that a value was filled in for.
fn filled_in(side: &Side) -> Option<Span> {
    let steps = side.value.as_ref()?.provenance.steps();
    let is_filled = |step: &&Step| step.action == Action::Substituted;
    steps.last().filter(is_filled)?;
    steps.iter().rev().find(|step| !is_filled(step)).map(|step| step.span)
}

/// Whether the environment's side shows a further difference of a cause: of what only one side has,
/// the side that has it or took it away.
fn is_here(cause: &Cause, difference: &Difference) -> bool {
    match difference.change {
        Change::Changed => cause.caused_here,
        Change::OnlyHere => true,
        Change::OnlyThere => difference.here.key.is_some(),
    }
}

/// What stands at a further place of a cause: the same path elsewhere, or another one.
fn also(cx: &Context<'_>, cause: &Cause, difference: &Difference) -> String {
    let first = cause.first();
    let overlay = &cx.evaluated[difference.here_overlay];
    if difference.path.steps().is_empty() {
        return format!("also {}", difference.resource);
    }
    let here = is_here(cause, difference);
    let shown = if here { difference.shown() } else { difference.reference_shown() };
    let value = shown.map_or(String::new(), |value| format!(": `{value}`"));
    if difference.path == first.path && difference.unit == first.unit {
        match overlay.overlay.variant.as_deref() {
            Some(variant) if difference.here_overlay != first.here_overlay => {
                format!("also in {variant}{value}")
            }
            _ => format!("also here{value}"),
        }
    } else {
        format!("also `{}` of {}{value}", difference.path, difference.resource)
    }
}

/// What a message says at its end: how far the cause reaches, and that it is alone.
///
/// Writing to a string cannot fail.
fn remarks(cause: &Cause) -> String {
    let first = cause.first();
    let overlays: BTreeSet<usize> =
        cause.differences.iter().map(|difference| difference.here_overlay).collect();
    let mut text = String::new();
    if overlays.len() > 1 && cause.grouping == Grouping::Span {
        let _ = write!(text, " (in {} overlays)", overlays.len());
    }
    if first.more > 0 {
        let of_document = is_of_document(&first.resource.gvk, first.path.steps());
        let what = if of_document { "like it" } else { "places of the text" };
        let _ = write!(text, ", and {} more {what} differ", first.more);
    }
    if let Some(frequency) = first.frequency.filter(|f| f.is_lonely()) {
        let what = if frequency.units { "units" } else { "objects" };
        let _ = write!(text, "; equal in {} of {} {what}", frequency.have - 1, frequency.have);
    }
    text
}

fn habit(first: &Difference, sides: &Sides) -> Speech {
    let kind = &first.resource.gvk.kind;
    let counted = first.frequency.map_or(String::new(), |frequency| {
        let what = if frequency.units { "units" } else { "objects" };
        format!(" in {} of {} {what}", frequency.differ, frequency.have)
    });
    Speech {
        message: format!(
            "`{}` of {kind} differs between {} and {}{counted}: a parameter in all but name",
            first.path, sides.here, sides.there
        ),
        help: format!(
            "declare it in `paritylint.toml`: `[[parameter]]` with `path = \"{}\"`, \
             `kind = \"{kind}\"` and a constraint",
            first.path
        ),
    }
}

fn copy(cause: &Cause, sides: &Sides) -> Speech {
    let first = cause.first();
    let own = |difference: &&Difference| {
        difference.resource == first.resource && difference.here_overlay == first.here_overlay
    };
    let count = cause.differences.iter().filter(own).count();
    let paths: BTreeSet<String> =
        cause.differences.iter().filter(own).map(|d| d.path.to_string()).collect();
    Speech {
        message: format!(
            "{} is one copy for {} and another for {}, and they differ in {} places: {}",
            first.resource,
            sides.here,
            sides.there,
            count,
            listed(paths.iter().map(|path| format!("`{path}`")), paths.len()),
        ),
        help: "make one of them the base and the other an overlay that patches what must differ"
            .to_owned(),
    }
}

fn directory(cause: &Cause, sides: &Sides) -> Speech {
    let first = cause.first();
    let (with, without) = sides.with_and_without(first.change);
    let objects: BTreeSet<String> =
        cause.differences.iter().map(|difference| difference.resource.to_string()).collect();
    Speech {
        message: format!(
            "{} objects exist in {with} and not in {without}: {}",
            objects.len(),
            listed(objects.iter().map(|object| format!("`{object}`")), objects.len()),
        ),
        help: format!("add them to {without}, or document why it does without"),
    }
}

/// What to do about many entries at once.
const ALIGN: &str =
    "align them, or declare a `[[parameter]]` for what each environment has of its own";

/// Many entries of one map or list.
fn entries(cause: &Cause, sides: &Sides) -> Speech {
    let first = cause.first();
    let steps = first.path.steps();
    let map = Path(steps.get(..steps.len().saturating_sub(1)).unwrap_or_default().to_vec());
    let inside = |difference: &Difference| {
        let own = difference.path.steps();
        Path(own.get(map.steps().len()..).unwrap_or_default().to_vec()).to_string()
    };
    let names: BTreeSet<String> = cause.differences.iter().map(inside).collect();
    if let ([_], more) = (&names.iter().collect::<Vec<_>>()[..], cause.differences.len()) {
        let message = format!(
            "`{}` of {} differs between {} and {} in {more} places",
            first.path, first.resource, sides.here, sides.there,
        );
        return Speech { message, help: ALIGN.to_owned() };
    }
    let map = map.to_string();
    let whose = if map.is_empty() {
        first.resource.to_string()
    } else {
        format!("`{map}` of {}", first.resource)
    };
    Speech {
        message: format!(
            "{} entries of {whose} differ between {} and {}: {}",
            names.len(),
            sides.here,
            sides.there,
            listed(names.iter().map(|name| format!("`{name}`")), names.len()),
        ),
        help: ALIGN.to_owned(),
    }
}

/// Many values of a document that no rule knows the meaning of, or that are of one name.
fn document(cause: &Cause, sides: &Sides) -> Speech {
    let first = cause.first();
    let paths: BTreeSet<String> =
        cause.differences.iter().map(|difference| difference.path.to_string()).collect();
    Speech {
        message: format!(
            "{} differ between {} and {} in {} places: {}",
            first.resource,
            sides.here,
            sides.there,
            paths.len(),
            listed(paths.iter().map(|path| format!("`{path}`")), paths.len()),
        ),
        help: "use one value for both where it is not meant to differ, and declare a \
               `[[parameter]]` for the rest"
            .to_owned(),
    }
}

fn listed(items: impl Iterator<Item = String>, count: usize) -> String {
    let mut text = items.take(NAMED).collect::<Vec<_>>().join(", ");
    if count > NAMED {
        let _ = write!(text, " and {} more", count - NAMED);
    }
    text
}
