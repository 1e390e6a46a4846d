//! What `reconciliation-paused` and `drift-masked` have in common: switches that are set.

use std::collections::BTreeMap;

use crate::compare::switches::{self, Control, Sighting, Weight};
use crate::compare::{Difference, Topic};
use crate::finding::{Finding, Identity, Level, Role, Subject};
use crate::kube::{PathStep, Resource, ResourceId};
use crate::layout::Environment;
use crate::rules::hotfix::{mask, objects};
use crate::rules::speak::{Speech, report_at_most};
use crate::rules::{Context, Findings};
use crate::text::Span;

/// Most further places of one switch that are shown.
const PLACES: usize = 8;
/// What Argo CD overlooks; its entries are suppressions.
const LISTED: &str = "ignoreDifferences";

/// Where a switch is set.
struct Place<'a> {
    overlay: Option<usize>,
    id: ResourceId,
    path: String,
    span: Span,
    says: &'static str,
    level: Level,
    shown: String,
    cx: &'a Context<'a>,
}

/// Reports the switches of one control: where environments differ, and those that stand alone.
pub(super) fn report(cx: &Context<'_>, control: Control, help: &str, findings: &mut Findings) {
    let topic = match control {
        Control::Paused => Topic::Paused,
        Control::Masked => Topic::Masked,
    };
    let most = |difference: &Difference| most(cx, difference);
    report_at_most(
        cx,
        topic,
        findings,
        |cause| most(cause.first()),
        |difference, sides| {
            let hit = hit(difference);
            let says = hit.map_or("", |hit| hit.switch.says);
            let (on, off) = if hit.is_some_and(|hit| hit.here) {
                (&sides.here, &sides.there)
            } else {
                (&sides.there, &sides.here)
            };
            let message = format!(
                "{says} in {on}, unlike in {off}: `{}` of {}",
                difference.path, difference.resource
            );
            Speech { message, help: help.to_owned() }
        },
    );
    // Copies of one text say one thing.
    let mut alone: BTreeMap<(String, String), BTreeMap<Span, Place<'_>>> = BTreeMap::new();
    let told = told(cx, topic);
    let mut note = |overlay: Option<usize>, resource: &Resource| {
        for sighting in switches::sightings(&resource.id.gvk, &resource.body) {
            let Some(level) = level(&sighting, findings.level()) else { continue };
            if sighting.switch.control != control
                || overlay.is_some_and(|at| is_told(&told, at, &resource.id, &sighting))
            {
                continue;
            }
            let place = place(cx, overlay, resource, &sighting, level);
            let text = cx.snapshot.slice(sighting.value.span());
            let text = match control {
                Control::Paused => format!("{:?}", place.span),
                Control::Masked => text.split_whitespace().collect::<Vec<_>>().join(" "),
            };
            let group = alone.entry((place.path.clone(), text)).or_default();
            group.entry(place.span).or_insert(place);
        }
    };
    for (overlay, resource) in objects::released(cx) {
        note(Some(overlay), resource);
    }
    let words: Vec<&str> = switches::words().collect();
    for resource in objects::unrendered(cx, |text| words.iter().any(|word| text.contains(word))) {
        note(None, &resource);
    }
    for places in alone.values() {
        if let Some((level, finding)) = finding(places, help) {
            findings.push_at(level, finding);
        }
    }
}

fn hit(difference: &Difference) -> Option<switches::Hit> {
    let (here, there) = (difference.here.value.as_ref(), difference.there.value.as_ref());
    switches::differing(&difference.resource.gvk, difference.path.steps(), here, there)
}

/// The highest level of a difference: nobody relies on what a workshop does, and everybody has to
/// overlook what controllers own.
fn most(cx: &Context<'_>, difference: &Difference) -> Level {
    let (side, overlay) = match hit(difference) {
        Some(hit) if !hit.here => (&difference.there, difference.there_overlay),
        _ => (&difference.here, difference.here_overlay),
    };
    let environment = cx.layout.environment(cx.evaluated[overlay].overlay.environment);
    if environment.is_some_and(Environment::is_workshop) {
        Level::Off
    } else if side.value.as_ref().is_some_and(mask::is_harmless) {
        Level::Note
    } else {
        Level::Error
    }
}

/// The level of a switch that no other environment contradicts.
fn level(sighting: &Sighting<'_>, base: Level) -> Option<Level> {
    if sighting.switch.alone == Weight::Silent || mask::is_harmless(sighting.value) {
        return None;
    }
    if mask::is_broad(sighting.value) {
        return Some(base);
    }
    (!is_listed(sighting)).then(|| base.min(Level::Note))
}

/// Whether it stands in the list of suppressions, which asks who answers for it.
fn is_listed(sighting: &Sighting<'_>) -> bool {
    let last = sighting.path.steps().last();
    matches!(last, Some(PathStep::Key(key)) if &**key == LISTED)
}

/// The differences of the topic, and those that a parameter allows, by overlay and object.
fn told<'a>(
    cx: &Context<'a>,
    topic: Topic,
) -> BTreeMap<(usize, &'a ResourceId), Vec<&'a Difference>> {
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let found = cx.comparison.causes.iter().flat_map(|cause| &cause.differences);
    for difference in found.chain(&cx.comparison.permitted).filter(|d| d.topic == topic) {
        for overlay in [difference.here_overlay, difference.there_overlay] {
            told.entry((overlay, &difference.resource)).or_default().push(difference);
        }
    }
    told
}

fn is_told(
    told: &BTreeMap<(usize, &ResourceId), Vec<&Difference>>,
    overlay: usize,
    id: &ResourceId,
    sighting: &Sighting<'_>,
) -> bool {
    let own: &[PathStep] = sighting.path.steps();
    told.get(&(overlay, id)).into_iter().flatten().any(|difference| {
        let path = difference.path.steps();
        path.starts_with(own) || own.starts_with(path)
    })
}

fn place<'a>(
    cx: &'a Context<'a>,
    overlay: Option<usize>,
    resource: &Resource,
    sighting: &Sighting<'_>,
    level: Level,
) -> Place<'a> {
    let value = sighting.value.span();
    let span = if sighting.value.text().is_some() && sighting.key_span.file == value.file {
        sighting.key_span.to(value)
    } else {
        sighting.key_span
    };
    // A key that a patch adds to may stand far from the value.
    let lines = |span: Span| cx.snapshot.slice(span).lines().count();
    let span = if lines(span) > 1 { value } else { span };
    Place {
        overlay,
        id: resource.id.clone(),
        path: sighting.path.to_string(),
        span,
        says: sighting.switch.says,
        level,
        shown: sighting.value.text().map_or(String::new(), |text| format!(" is `{text}`")),
        cx,
    }
}

impl Place<'_> {
    fn subject(&self) -> Subject {
        let environment = |at: usize| {
            let found = self.cx.layout.environment(self.cx.evaluated[at].overlay.environment);
            found.map(|environment| environment.name.clone())
        };
        Subject {
            unit: self.overlay.map(|at| self.cx.evaluated[at].unit.name.clone()),
            environment: self.overlay.and_then(environment),
            resource: Some(self.id.clone()),
            path: Some(self.path.clone()),
            ..Subject::default()
        }
    }
}

fn finding(places: &BTreeMap<Span, Place<'_>>, help: &str) -> Option<(Level, Finding)> {
    let (&span, first) = places.iter().next()?;
    let Place { id, path, says, shown, .. } = first;
    let more = match places.len() {
        1 => String::new(),
        2 => " (and in one more place)".to_owned(),
        count => format!(" (and in {} more places)", count - 1),
    };
    let message = format!("`{path}` of {id}{shown}: {says}{more}");
    let mut finding = Finding::at(span, message).help(help).about(first.subject());
    if places.len() > 1 {
        finding = finding.made_of(places.values().map(|place| Identity::of(&place.subject(), &[])));
    }
    for &span in places.keys().skip(1).take(PLACES) {
        finding = finding.place(Role::Related, span, "here too");
    }
    let level = places.values().map(|place| place.level).max()?;
    Some((level, finding))
}
