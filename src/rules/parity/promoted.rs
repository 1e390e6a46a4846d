//! What rules about promotions have in common: which uses are one cause, and how they are told.

use std::collections::BTreeMap;

use crate::compare::Promotion;
use crate::finding::{Finding, Role, Subject};
use crate::rules::context::Context;
use crate::text::Span;

/// Most further places that a finding shows.
const PLACES: usize = 20;

/// The same step of the same thing is one cause, however many files repeat it: environment, name and
/// both versions.
type Key<'p> = (usize, &'p str, &'p str, &'p str);

/// The cause that a promotion belongs to.
fn key<'p>(cx: &Context<'_>, promotion: &'p Promotion) -> Key<'p> {
    let environment = cx.evaluated[promotion.here_overlay].overlay.environment;
    (environment, &promotion.name, &promotion.here.0, &promotion.there.0)
}

/// Promotions by cause. One variable may be the version of several things.
pub(super) fn causes<'p>(
    cx: &Context<'_>,
    promotions: impl Iterator<Item = &'p Promotion>,
) -> Vec<Vec<&'p Promotion>> {
    let mut of_spans: BTreeMap<(usize, Span, Span), Key<'p>> = BTreeMap::new();
    let mut causes: BTreeMap<Key<'p>, Vec<&'p Promotion>> = BTreeMap::new();
    for promotion in promotions {
        let own = key(cx, promotion);
        let spans = (own.0, promotion.here.1, promotion.there.1);
        let shared = *of_spans.entry(spans).or_insert(own);
        causes.entry(shared).or_default().push(promotion);
    }
    causes.into_values().collect()
}

/// Whether one of the uses is in the last environment, and its reference no workshop.
pub(super) fn is_released<'p>(
    cx: &Context<'_>,
    mut uses: impl Iterator<Item = &'p Promotion>,
) -> bool {
    let last = cx.layout.environments.len().saturating_sub(1);
    uses.any(|promotion| {
        !promotion.weak && cx.evaluated[promotion.here_overlay].overlay.environment == last
    })
}

/// The names of the environment and of its reference.
pub(super) fn environments<'c>(cx: &'c Context<'_>, promotion: &Promotion) -> (&'c str, &'c str) {
    let environment = |overlay: usize| {
        let environment = cx.evaluated[overlay].overlay.environment;
        cx.layout.environments[environment].name.as_str()
    };
    (environment(promotion.here_overlay), environment(promotion.there_overlay))
}

/// How many overlays it reaches, for the end of a message.
pub(super) fn reach(uses: &[&Promotion]) -> String {
    let mut overlays: Vec<usize> = uses.iter().map(|promotion| promotion.here_overlay).collect();
    overlays.sort_unstable();
    overlays.dedup();
    if overlays.len() > 1 { format!(" (in {} overlays)", overlays.len()) } else { String::new() }
}

/// The finding with its further places and its subject.
pub(super) fn described(cx: &Context<'_>, mut finding: Finding, uses: &[&Promotion]) -> Finding {
    let Some(first) = uses.first() else { return finding };
    let mut seen: Vec<Span> = vec![first.here.1, first.there.1];
    for promotion in uses {
        if !seen.contains(&promotion.here.1) && seen.len() < PLACES {
            seen.push(promotion.here.1);
            let version = &promotion.here.0;
            let other =
                if *version == first.here.0 { String::new() } else { format!(": `{version}`") };
            let text = format!("also {}{other}", promotion.resource);
            finding = finding.place(Role::Related, promotion.here.1, text);
        }
    }
    let overlay = &cx.evaluated[first.here_overlay];
    let own = uses.iter().map(|promotion| &cx.evaluated[promotion.here_overlay]);
    let mut variants: Vec<String> = own
        .filter(|other| other.unit_index == overlay.unit_index)
        .filter_map(|other| other.overlay.variant.clone())
        .collect();
    variants.sort();
    variants.dedup();
    let (here, there) = environments(cx, first);
    finding.about(Subject {
        unit: Some(overlay.unit.name.clone()),
        environment: Some(here.to_owned()),
        reference: Some(there.to_owned()),
        variants,
        resource: Some(first.resource.clone()),
        path: Some(first.path.to_string()),
        value: Some(first.here.0.clone()),
        reference_value: Some(first.there.0.clone()),
        ..Subject::default()
    })
}
