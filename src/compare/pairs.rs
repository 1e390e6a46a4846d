//! Which overlay is compared with which: every environment with the one before it.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::layout::{Environment, Layout, Overlay, OverlayKind, Unit, is_place};

/// One overlay of an environment and the overlays of its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// The overlay that is judged, as an index into the unit's overlays.
    pub(crate) here: usize,
    /// The overlay that it is compared with.
    pub(crate) there: usize,
    /// The reference's other overlays: what one of them does too has been tried out.
    pub(crate) witnesses: Vec<usize>,
    /// The reference is a workshop.
    pub(crate) weak: bool,
    /// Both are variants of one environment, and so are the witnesses.
    pub(crate) siblings: bool,
}

/// Fewer variants than this have no majority that one could leave.
const VARIANTS: usize = 4;

/// The comparisons within one unit.
pub(crate) fn of_unit(layout: &Layout, unit: &Unit, config: &Config) -> Vec<Comparison> {
    let mut by_environment: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, overlay) in unit.overlays.iter().enumerate() {
        by_environment.entry(overlay.environment).or_default().push(at);
    }
    let mut comparisons = Vec::new();
    let places = Places { layout, unit, by_environment: &by_environment };
    for (&environment, overlays) in &by_environment {
        let others = by_environment.keys().copied().filter(|&other| other != environment);
        // One of another kind is the last resort: little of it can be compared.
        let alike = others.clone().filter(|other| is_answered(unit, environment, *other));
        let reference = reference(layout, environment, alike, config)
            .or_else(|| reference(layout, environment, others, config));
        let Some((reference, weak)) = reference else { continue };
        let Some(candidates) = by_environment.get(&reference) else { continue };
        let chosen = config
            .compare
            .iter()
            .any(|entry| is(&layout.environments[environment], &entry.value.environment));
        for &here in overlays {
            let lower = if chosen { Some(reference) } else { None };
            let (candidates, weak) = match places.of_site(here, lower) {
                Site::Apart => continue,
                Site::Same(environment, own) => {
                    (own, layout.environments[environment].is_workshop() && !chosen)
                }
                Site::None => (candidates.clone(), weak),
            };
            let Some(there) = closest(unit, here, &candidates) else { continue };
            let witnesses = candidates.iter().copied().filter(|&at| at != there).collect();
            comparisons.push(Comparison { here, there, witnesses, weak, siblings: false });
        }
    }
    let released = by_environment
        .iter()
        .filter(|&(&at, overlays)| {
            !layout.environments[at].is_workshop()
                && overlays.len() >= VARIANTS
                && !overlays.iter().any(|&at| is_site(&unit.overlays[at]))
        })
        .flat_map(|(_, overlays)| siblings(overlays));
    comparisons.extend(released);
    comparisons
}

/// Whether two environments of a unit have overlays that can be compared as a whole.
fn is_answered(unit: &Unit, environment: usize, other: usize) -> bool {
    let kinds = |at: usize| {
        let own = unit.overlays.iter().filter(move |overlay| overlay.environment == at);
        own.map(|overlay| overlay.kind)
    };
    kinds(environment).any(|kind| kinds(other).any(|other| kind.answers(other)))
}

/// Where the reference of an overlay is that belongs to a site.
enum Site {
    /// It belongs to none, or nobody else does.
    None,
    /// The overlays of the same site, in this environment.
    Same(usize, Vec<usize>),
    /// The site has no lower environment, and other sites have: nothing is like it.
    Apart,
}

/// The overlays of a unit by environment.
struct Places<'a> {
    layout: &'a Layout,
    unit: &'a Unit,
    by_environment: &'a BTreeMap<usize, Vec<usize>>,
}

impl Places<'_> {
    /// Values of a site or tenant are compared with those of the same one, which may be in a
    /// lower environment than the others; only in `chosen`, if that is given.
    fn of_site(&self, here: usize, chosen: Option<usize>) -> Site {
        let own = &self.unit.overlays[here];
        if !is_site(own) {
            return Site::None;
        }
        let rank = |at: usize| self.layout.environments[at].rank;
        let last = self.layout.environments.iter().all(|it| it.rank <= rank(own.environment));
        let same = |overlays: &[usize]| -> Vec<usize> {
            let of_site = |at: &usize| self.unit.overlays[*at].variant == own.variant;
            overlays.iter().copied().filter(of_site).collect()
        };
        let usable = |at: usize| match chosen {
            Some(chosen) => at == chosen,
            None => {
                rank(at) < rank(own.environment)
                    && (last || !self.layout.environments[at].is_workshop())
            }
        };
        let lower = self.by_environment.iter().filter(|&(&at, _)| usable(at));
        let found = lower.map(|(&at, overlays)| (at, same(overlays)));
        let found = found.filter(|(_, overlays)| !overlays.is_empty());
        if let Some((environment, overlays)) = found.max_by_key(|&(at, _)| rank(at)) {
            return Site::Same(environment, overlays);
        }
        let shared = |overlay: &Overlay| {
            let other = |it: &&Overlay| {
                it.variant == overlay.variant && it.environment != overlay.environment
            };
            is_site(overlay) && self.unit.overlays.iter().any(|it| other(&it))
        };
        let is_axis = self.unit.overlays.iter().any(shared);
        if is_axis { Site::Apart } else { Site::None }
    }
}

/// Whether an overlay holds the values of a site or tenant: a variant that is more than one region or
/// copy among others.
fn is_site(overlay: &Overlay) -> bool {
    let place = |variant: &str| variant.split('/').all(is_place);
    overlay.kind == OverlayKind::HelmValues
        && overlay.variant.as_deref().is_some_and(|variant| !place(variant))
}

/// Every variant of an environment with the others, all of which have to agree against it.
fn siblings(overlays: &[usize]) -> impl Iterator<Item = Comparison> {
    overlays.iter().map(|&here| {
        let mut others = overlays.iter().copied().filter(|&at| at != here);
        let there = others.next().unwrap_or(here);
        Comparison { here, there, witnesses: others.collect(), weak: false, siblings: true }
    })
}

/// The environment that `environment` is compared with.
fn reference(
    layout: &Layout,
    environment: usize,
    others: impl Iterator<Item = usize>,
    config: &Config,
) -> Option<(usize, bool)> {
    let others: Vec<usize> = others.collect();
    let own = &layout.environments[environment];
    let chosen = config.compare.iter().find(|entry| is(own, &entry.value.environment));
    if let Some(entry) = chosen {
        let reference = &entry.value.reference;
        let found = others.into_iter().find(|&at| is(&layout.environments[at], reference));
        return found.map(|at| (at, false));
    }
    let rank = |at: usize| layout.environments[at].rank;
    let nearest =
        others.into_iter().filter(|&at| rank(at) < own.rank).max_by_key(|&at| rank(at))?;
    let workshop = layout.environments[nearest].is_workshop();
    let last = layout.environments.iter().all(|other| other.rank <= own.rank);
    // Nobody promotes from a workshop as it is: it is a reference for the last stage only, where a
    // unit has no better one.
    (!workshop || last).then_some((nearest, workshop))
}

fn is(environment: &Environment, name: &str) -> bool {
    environment.name == name || environment.aliases.iter().any(|alias| alias == name)
}

/// The overlays that each overlay of a unit is compared with, the first of them before the witnesses,
/// as indices into the unit's overlays.
pub(crate) fn references(
    layout: &Layout,
    unit: &Unit,
    config: &Config,
) -> BTreeMap<usize, Vec<usize>> {
    let pairs = of_unit(layout, unit, config).into_iter().filter(|pair| !pair.siblings);
    pairs
        .map(|pair| (pair.here, std::iter::once(pair.there).chain(pair.witnesses).collect()))
        .collect()
}

/// The overlay of the highest environment that has a reference, and the one that answers it, as
/// indices into the unit's overlays; below the `environment`, if one is named.
pub(crate) fn default(
    layout: &Layout,
    unit: &Unit,
    config: &Config,
    environment: Option<usize>,
) -> Option<(usize, usize)> {
    let own = |here: usize| unit.overlays[here].environment;
    let wanted = |here: usize| environment.is_none_or(|wanted| own(here) == wanted);
    let comparisons = of_unit(layout, unit, config).into_iter();
    let pairs = comparisons.filter(|pair| !pair.siblings && wanted(pair.here));
    // The first of the variants.
    let best = pairs.min_by_key(|pair| (std::cmp::Reverse(own(pair.here)), pair.here))?;
    Some((best.here, best.there))
}

/// The candidate of the same variant, else the one whose variant shares most words, else the
/// first.
pub(crate) fn closest(unit: &Unit, here: usize, candidates: &[usize]) -> Option<usize> {
    let words = |at: usize| -> Vec<String> {
        let variant = unit.overlays[at].variant.as_deref().unwrap_or("");
        variant.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect()
    };
    let own = words(here);
    let shared = |at: usize| {
        let theirs = words(at);
        let common = own.iter().filter(|word| theirs.contains(word)).count();
        (usize::from(theirs == own), common)
    };
    candidates.iter().copied().rev().max_by_key(|&at| shared(at))
}
