//! From a cause of the comparison to a finding: what all rules about differences say alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::compare::{Cause, Change, Difference, Grouping, Side, Topic, in_values, is_of_document};
use crate::finding::{Finding, Identity, Level, Role, Subject};
use crate::kube::{Action, Form, Gvk, Path, Step};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::text::Span;

/// Most objects or paths that a message names; it never leaves out a single one.
const NAMED: usize = 12;
/// Most of those that a copy has changed.
const NAMED_OF_COPY: usize = 4;
/// Most further places that a finding shows.
const PLACES: usize = 60;

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
        let finding = identified(cx, told_of(cx, cause, &say), cause, &say);
        findings.push_at(level, finding);
    }
}

/// What is said of a cause.
fn told_of(
    cx: &Context<'_>,
    cause: &Cause,
    say: &impl Fn(&Difference, &Sides) -> Speech,
) -> Finding {
    let first = cause.first();
    let sides = Sides::of(cx, first);
    let speech = match cause.grouping {
        Grouping::Span => say(first, &sides),
        Grouping::Slip => slip(cause, &sides),
        Grouping::Habit => habit(first, &sides),
        Grouping::Copy => copy(cause, &sides),
        Grouping::Directory => directory(cause, &sides),
        Grouping::Entries => entries(cause, &sides),
        Grouping::Document => document(cause, &sides),
    };
    let message = format!("{}{}", speech.message, remarks(cause));
    let finding = Finding::at(cause.primary(), message).help(speech.help);
    labelled(cx, finding, cause, &sides).about(subject(cx, cause))
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
fn identified(
    cx: &Context<'_>,
    mut finding: Finding,
    cause: &Cause,
    say: &impl Fn(&Difference, &Sides) -> Speech,
) -> Finding {
    let key = |difference: &Difference| -> Vec<String> {
        difference.siblings.then(|| Sides::of(cx, difference).here).into_iter().collect()
    };
    if cause.grouping == Grouping::Habit {
        // Whichever unit comes first is only an example.
        return finding.known_by(["habit", &cause.general()]);
    }
    // The same place in several variants is one.
    let mut seen = BTreeSet::new();
    let mut members: BTreeMap<Identity, Vec<&Difference>> = BTreeMap::new();
    for difference in &cause.differences {
        let path = difference.path.to_string();
        let mut subject = overlays(cx, difference);
        subject.resource = Some(difference.resource.clone());
        subject.path = (!path.is_empty()).then_some(path);
        let place = [&subject.unit, &subject.environment, &subject.reference, &subject.path];
        if seen.insert((place.map(Clone::clone), difference.resource.clone(), key(difference))) {
            let identity = Identity::of(&subject, &key(difference));
            members.entry(identity).or_default().push(difference);
        }
    }
    finding = finding.key(key(cause.first()));
    if seen.len() < 2 {
        return finding;
    }
    let members = members.into_iter().flat_map(|(identity, differences)| {
        differences.into_iter().enumerate().map(move |(at, difference)| {
            let alone = told_of(cx, &cause.alone(difference), say).key(key(difference));
            (identity.clone().numbered(at), alone)
        })
    });
    finding.made_of_findings(members)
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

/// The level of a rule for the difference of a cause that matters most: a group says what is in it as
/// loudly as it would be said alone.
fn level(base: Level, cause: &Cause, cx: &Context<'_>) -> Level {
    let alone = |difference: &Difference| {
        if cause.grouping == Grouping::Habit || difference.quiet {
            base.min(Level::Note)
        } else {
            level_alone(base, difference, cx)
        }
    };
    cause.differences.iter().map(alone).max().unwrap_or(base)
}

/// The level of a rule, lowered where less depends on the difference.
fn level_alone(base: Level, difference: &Difference, cx: &Context<'_>) -> Level {
    let environment = |at: usize| &cx.layout.environments[cx.evaluated[at].overlay.environment];
    let last = cx.layout.environments.iter().map(|environment| environment.rank).max();
    let lacking = matches!(difference.change, Change::OnlyThere | Change::Changed);
    // What values do not say, a chart may take from its defaults, here or elsewhere.
    let gvk = &difference.resource.gvk;
    let of_chart =
        *gvk == Gvk::document(Form::Secrets) || in_values(gvk, difference.path.steps()).is_some();
    let unsaid = of_chart && difference.change != Change::Changed;
    if !unsaid && Some(environment(difference.here_overlay).rank) == last && lacking {
        base
    } else {
        base.min(Level::Warning)
    }
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
    let single = matches!(cause.grouping, Grouping::Span | Grouping::Slip | Grouping::Habit);
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

/// Whether the side that lacks a variable of Terraform sets another one, which is meant for it.
pub(crate) fn is_misnamed(difference: &Difference) -> bool {
    let lacking = match difference.change {
        Change::Changed => return false,
        Change::OnlyHere => &difference.there,
        Change::OnlyThere => &difference.here,
    };
    difference.resource.gvk == Gvk::document(Form::Variables) && lacking.key.is_some()
}

fn labelled(cx: &Context<'_>, finding: Finding, cause: &Cause, sides: &Sides) -> Finding {
    let first = cause.first();
    let value = |name: &str, value: Option<String>, side: &Side| match value {
        Some(value) => format!("{name}: `{value}`"),
        None if side.value.is_some() => format!("{name} has it"),
        None if side.key.is_some() && is_misnamed(first) => {
            format!("{name} sets this, which no module declares")
        }
        None if side.key.is_some() => format!("{name} takes it away here"),
        None => format!("{name}: nothing here"),
    };
    let mine = value(&sides.here, first.shown(), &first.here);
    let theirs = value(&sides.there, first.reference_shown(), &first.there);
    let (primary, counterpart) = if first.caused_here { (mine, theirs) } else { (theirs, mine) };
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
    let side = if first.caused_here { &first.here } else { &first.there };
    if let Some(span) = filled_in(side).filter(|span| seen.insert(*span)) {
        finding = finding.place(Role::Related, span, "the variable stands here");
    }
    for difference in &cause.differences[1..] {
        let side = if cause.is_here(difference) { &difference.here } else { &difference.there };
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

/// What stands at a further place of a cause: the same path elsewhere, or another one.
fn also(cx: &Context<'_>, cause: &Cause, difference: &Difference) -> String {
    let first = cause.first();
    let overlay = &cx.evaluated[difference.here_overlay];
    if difference.path.steps().is_empty() {
        return format!("also {}", difference.resource);
    }
    let here = cause.is_here(difference);
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

/// Two spellings of one key.
fn slip(cause: &Cause, sides: &Sides) -> Speech {
    let first = cause.first();
    let other = cause.differences.iter().find(|it| it.change != first.change).unwrap_or(first);
    let meant = other.path.last_key().unwrap_or_default();
    let (path, resource) = (&first.path, &first.resource);
    Speech {
        message: format!(
            "`{path}` of {resource} stands in {} and not in {}, which has `{meant}`",
            sides.here, sides.there
        ),
        help: format!("did you mean `{meant}`? Use one spelling for both"),
    }
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
            listed(paths.iter().map(|path| format!("`{path}`")), paths.len(), NAMED_OF_COPY),
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
            listed(objects.iter().map(|object| format!("`{object}`")), objects.len(), NAMED),
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
    let inside = |difference: &Difference| -> String {
        let own = difference.path.steps();
        Path(own.get(map.steps().len()..).unwrap_or_default().to_vec()).to_string()
    };
    if !cause.differences.iter().all(|it| it.path.steps().starts_with(map.steps())) {
        // The same bytes stand in other lists too.
        return document(cause, sides);
    }
    let names = distinct(cause.differences.iter().map(inside));
    let changes: BTreeSet<Change> = cause.differences.iter().map(|it| it.change).collect();
    let one_sort = changes.len() == 1 || changes.contains(&Change::Changed);
    if let ([_], more, true) = (&names[..], cause.differences.len(), one_sort) {
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
    let places: BTreeSet<_> = cause.differences.iter().map(|it| (it.change, &it.path)).collect();
    let count = places.len();
    let (here, there) = (&sides.here, &sides.there);
    let listing = |change: Option<Change>, most: usize| {
        let wanted = |it: &&Difference| change.is_none_or(|change| it.change == change);
        let names = distinct(cause.differences.iter().filter(wanted).map(inside));
        let names = (!names.is_empty()).then_some(names)?;
        Some(listed(names.iter().map(|name| format!("`{name}`")), names.len(), most))
    };
    let message = if cause.differences.iter().any(|it| it.change == Change::Changed) {
        let names = listing(None, NAMED).unwrap_or_default();
        format!("{count} entries of {whose} differ between {here} and {there}: {names}")
    } else {
        let alone = [(Change::OnlyHere, here), (Change::OnlyThere, there)];
        let alone = alone.into_iter().filter_map(|(change, side)| {
            Some(format!("{} only in {side}", listing(Some(change), NAMED)?))
        });
        let alone = alone.collect::<Vec<_>>().join("; ");
        format!("{count} entries of {whose} are not in both {here} and {there}: {alone}")
    };
    Speech { message, help: ALIGN.to_owned() }
}

/// Many values of a document that no rule knows the meaning of, or that are of one name.
fn document(cause: &Cause, sides: &Sides) -> Speech {
    let first = cause.first();
    let paths = distinct(cause.differences.iter().map(|difference| difference.path.to_string()));
    let (count, resource) = (paths.len(), &first.resource);
    let one_sided = first.change != Change::Changed
        && cause.differences.iter().all(|difference| difference.change == first.change);
    let says = if one_sided {
        let (with, without) = sides.with_and_without(first.change);
        format!("{count} settings in {resource} stand in {with} and not in {without}")
    } else {
        let (here, there) = (&sides.here, &sides.there);
        format!("{resource} differ between {here} and {there} in {count} places")
    };
    let named = listed(paths.iter().map(|path| format!("`{path}`")), count, NAMED);
    Speech {
        message: format!("{says}: {named}"),
        help: "use one value for both where it is not meant to differ, and declare a \
               `[[parameter]]` for the rest"
            .to_owned(),
    }
}

/// Each text once, in the order of the first.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}

fn listed(items: impl Iterator<Item = String>, count: usize, most: usize) -> String {
    let named = if count == most + 1 { count } else { most };
    let mut text = items.take(named).collect::<Vec<_>>().join(", ");
    if count > named {
        let _ = write!(text, " and {} more", count - named);
    }
    text
}
