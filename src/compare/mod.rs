//! Environments side by side: which objects answer which, and where they disagree.

mod absence;
pub mod agents;
mod align;
mod amounts;
mod cause;
mod classes;
mod classify;
mod company;
mod copies;
mod deployed;
mod diff;
mod difference;
mod effects;
mod embedded;
mod equal;
mod filled;
mod find;
mod flags;
mod follow;
mod foreign;
mod gaps;
mod habit;
mod identity;
mod inflated;
mod inherited;
mod learn;
mod lines;
mod list;
mod machines;
mod names;
mod noise;
mod pairs;
mod parameters;
mod past;
mod permissions;
mod point;
mod promotion;
mod protection;
mod quiet;
mod released;
mod releases;
mod remotes;
mod scalar;
mod secrets;
mod show;
mod side_by_side;
mod sizes;
mod stages;
pub mod switches;
mod terraform;
mod together;
mod traced;
mod unit;
mod values;
mod variables;
mod version;
mod witness;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use cause::{Cause, Grouping};
pub use classify::Class;
pub use company::Company;
pub use copies::Copied;
pub use diff::{Change, Side};
pub use difference::{Difference, Topic};
pub use effects::{Effect, Effects, Move, Reach, Together, effects};
pub(crate) use embedded::as_promised;
pub use flags::{switch, words};
pub use foreign::Foreign;
pub use habit::Frequency;
pub use identity::{is_host, is_placeholder_of, is_single_network};
pub use learn::Substitution;
pub(crate) use names::{Names, without_names};
pub(crate) use pairs::references;
pub use parameters::OutOfRange;
pub use past::{Moved, Past, Present, Removed};
pub use promotion::{Promotion, Standing};
pub use protection::compared as protection;
pub use released::Released;
pub use remotes::{Pin, pin};
pub(crate) use scalar::has_placeholder;
pub(crate) use scalar::without_hash;
pub use secrets::key_of;
pub(crate) use show::show;
pub use show::{SECRET, without_secrets};
pub use side_by_side::{Contrast, Unreported, closest, default_pair, side_by_side};
pub use terraform::is_image_tag;
pub use traced::Traced;
pub(crate) use unit::stable_id;
pub(crate) use values::{in_values, is_of_document};

use crate::compare::agents::Cover;
use crate::compare::amounts::amounts;
use crate::compare::habit::{Census, General, Habitual};
use crate::compare::learn::Learner;
use crate::compare::names::PairNames;
use crate::compare::pairs::Comparison as Pairing;
use crate::compare::unit::{UnitResult, World};
use crate::config::Config;
use crate::layout::Layout;
use crate::render::Evaluated;
use crate::source::Snapshot;

/// What comparing all environments gave.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What disagrees without permission, by cause, in the order of places.
    pub causes: Vec<Cause>,
    /// How many pairs of overlays were compared.
    pub comparisons: usize,
    /// The agents of each environment that are units of their own.
    pub cover: Cover,
    /// What disagrees and may, because a parameter allows it.
    pub permitted: Vec<Difference>,
    /// Differences that never matter, by the name of the noise rule.
    pub noise: BTreeMap<&'static str, usize>,
    /// Differences that a parameter allows, by its name.
    pub allowed: BTreeMap<String, usize>,
    /// Values that something fills in later and that were not compared.
    pub unknown: usize,
    /// Texts that were learnt to stand for each other.
    pub learnt: Vec<Substitution>,
    /// What an environment runs in another version than its reference, in the order of overlays.
    pub promotions: Vec<Promotion>,
    /// Objects that both sides of a comparison declare in files of their own, in the order of overlays.
    pub copies: Vec<Copied>,
    /// Values that name another environment than their own, in the order of overlays.
    pub foreign: Vec<Foreign>,
    /// Releases of charts that stand for objects of the other side, in the order of overlays.
    pub released: Vec<Released>,
}

/// Compares every environment of every unit with its reference.
///
/// The first pass learns which texts stand for each other; if there are any, the second one takes
/// them out like the environments' own names.
pub fn compare(
    snapshot: &Snapshot,
    config: &Config,
    layout: &Layout,
    evaluated: &[Evaluated<'_>],
) -> Comparison {
    let units: Vec<(usize, Vec<Pairing>)> = starts(evaluated, layout)
        .map(|(first, unit)| (first, pairs::of_unit(layout, unit, config)))
        .filter(|(_, pairs)| !pairs.is_empty())
        .collect();
    let run = |substitutions: &[Substitution]| -> Vec<UnitResult> {
        let world = World { snapshot, config, layout, evaluated, substitutions };
        units.par_iter().map(|(first, pairs)| unit::compare(world, *first, pairs)).collect()
    };
    let mut results = run(&[]);
    let world = World { snapshot, config, layout, evaluated, substitutions: &[] };
    let learnt = learn(&results, world);
    if !learnt.is_empty() {
        results = run(&learnt);
    }
    count_habits(&mut results, evaluated);
    let cover = Cover::of(layout, evaluated);
    let mut comparison = Comparison { cover, learnt, ..Comparison::default() };
    let mut differences = Vec::new();
    for result in results {
        comparison.comparisons += result.comparisons;
        comparison.unknown += result.unknown;
        for (rule, count) in result.noise {
            *comparison.noise.entry(rule).or_default() += count;
        }
        for (parameter, count) in result.allowed {
            *comparison.allowed.entry(parameter).or_default() += count;
        }
        differences.extend(result.differences);
        comparison.permitted.extend(result.permitted);
        comparison.promotions.extend(result.promotions);
        comparison.foreign.extend(result.foreign);
        comparison.copies.extend(result.copies);
        comparison.released.extend(result.released);
    }
    for allowed in traced::trace(&mut differences, &comparison.permitted, world) {
        if let Some(parameter) = &allowed.allowed {
            *comparison.allowed.entry(parameter.clone()).or_default() += 1;
        }
        comparison.permitted.push(allowed);
    }
    comparison.causes = cause::group(differences, evaluated, snapshot);
    comparison
}

/// Every unit with the index of its first overlay among the evaluated ones.
fn starts<'l>(
    evaluated: &'l [Evaluated<'l>],
    layout: &'l Layout,
) -> impl Iterator<Item = (usize, &'l crate::layout::Unit)> {
    let mut first = vec![None; layout.units.len()];
    for (at, overlay) in evaluated.iter().enumerate().rev() {
        first[overlay.unit_index] = Some(at);
    }
    first.into_iter().zip(&layout.units).filter_map(|(first, unit)| Some((first?, unit)))
}

/// Texts that stand for each other, the environments' own names already taken out.
fn learn(results: &[UnitResult], world: World<'_>) -> Vec<Substitution> {
    let mut learner = Learner::default();
    let mut known: BTreeMap<(usize, usize), PairNames> = BTreeMap::new();
    for difference in results.iter().flat_map(|result| &result.differences) {
        let (here, there) = (difference.here_overlay, difference.there_overlay);
        // What is learnt is shown: never a part of a secret.
        let secret = |text: Option<String>| text.as_deref() == Some(SECRET);
        if secret(difference.shown()) || secret(difference.reference_shown()) {
            continue;
        }
        let value = |side: &Side| side.value.clone();
        let (Some(mine), Some(theirs)) = (value(&difference.here), value(&difference.there)) else {
            continue;
        };
        let (Some(mine), Some(theirs)) = (mine.text(), theirs.text()) else { continue };
        let names = known.entry((here, there)).or_insert_with(|| unit::names(world, here, there));
        let environment = |at: usize| world.evaluated[at].overlay.environment;
        let place = format!("{} {} {}", difference.unit, difference.resource, difference.path);
        learner.note(
            (environment(here), environment(there)),
            &place,
            &names.here.normal(mine),
            &names.there.normal(theirs),
        );
    }
    learner.finish()
}

/// Whether other places with the path of a difference tell anything of it: what one chart has waited for
/// says nothing of another one.
fn has_habits(difference: &Difference) -> bool {
    let chart = inflated::is_chart(&difference.resource.gvk);
    !(difference.siblings || difference.path.steps().is_empty() || chart)
}

/// Fills in how often each differing path differs in the whole repository.
fn count_habits(results: &mut [UnitResult], evaluated: &[Evaluated<'_>]) {
    let mut census = Census::default();
    for (unit, result) in results.iter().enumerate() {
        for difference in result.differences.iter().filter(|it| has_habits(it)) {
            let kind = &difference.resource.gvk.kind;
            let general = General::of(kind, difference.path.steps());
            census.note(general, unit, &difference.resource.name);
        }
    }
    for (unit, result) in results.iter_mut().enumerate() {
        for (kind, name, here, there) in std::mem::take(&mut result.aligned) {
            census.count(&kind, unit, &name, [&here, &there]);
        }
    }
    for difference in results.iter_mut().flat_map(|result| &mut result.differences) {
        if has_habits(difference) {
            let kind = &difference.resource.gvk.kind;
            let general = General::of(kind, difference.path.steps());
            difference.frequency = Some(census.frequency(&general));
        }
    }
    tell_outliers(results, evaluated);
}

/// Lets those differences stand alone that do not do as the others at their path do.
fn tell_outliers(results: &mut [UnitResult], evaluated: &[Evaluated<'_>]) {
    let variant = |at: usize| (evaluated[at].overlay.environment, &evaluated[at].overlay.variant);
    let mut paths: BTreeMap<_, Vec<(usize, usize)>> = BTreeMap::new();
    for (unit, result) in results.iter().enumerate() {
        for (at, difference) in result.differences.iter().enumerate() {
            if difference.frequency.is_some_and(Frequency::is_habit) {
                let kind = &difference.resource.gvk.kind;
                let general = General::of(kind, difference.path.steps());
                let sides = (variant(difference.here_overlay), variant(difference.there_overlay));
                paths.entry((general, sides)).or_default().push((unit, at));
            }
        }
    }
    let mut alone = Vec::new();
    for places in paths.into_values() {
        let texts = |&(unit, at): &(usize, usize)| {
            let difference = &results[unit].differences[at];
            let (here, there) = (difference.here.value.as_ref(), difference.there.value.as_ref());
            let order = amounts(here, there).and_then(|(here, there)| here.partial_cmp(&there));
            Some(((unit, at), Habitual { unit, values: (here?.text()?, there?.text()?), order }))
        };
        let (places, all): (Vec<_>, Vec<_>) = places.iter().filter_map(texts).unzip();
        let outliers = habit::outliers(&all).into_iter().zip(places);
        alone.extend(outliers.filter(|(outlier, _)| *outlier).map(|(_, place)| place));
    }
    for (unit, at) in alone {
        results[unit].differences[at].frequency = None;
    }
}
