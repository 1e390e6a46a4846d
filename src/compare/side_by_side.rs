//! Two overlays of one unit side by side: everything that differs, whether it is reported or not.

use crate::compare::Present;
use crate::compare::agents;
use crate::compare::align;
use crate::compare::classify::{Class, class_of};
use crate::compare::deployed;
use crate::compare::diff::{self, Change, NAMES, PLACEHOLDERS, RawDifference, Side};
use crate::compare::names::PairNames;
use crate::compare::pairs;
use crate::compare::parameters::Judgement;
use crate::compare::remotes;
use crate::compare::secrets;
use crate::compare::show::whole;
use crate::compare::unit::{self, Judging, World, lacks_data, rendered, stable_id};
use crate::compare::witness::Witness;
use crate::config::Config;
use crate::kube::{Path, Resource, ResourceId};
use crate::layout::{Layout, Unit};
use crate::render::Rendered;

/// Why a difference between two overlays is not judged by the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreported {
    /// A parameter allows it; the parameter's name.
    Allowed(String),
    /// It never matters; the name of the noise rule.
    Noise(&'static str),
    /// The values are the same but for the environments' own names.
    Names,
    /// At least one of the values is filled in later.
    Placeholder,
    /// Only the keys of secrets have to agree.
    Secret,
    /// The side that lacks it is not whole and may have it.
    NotWhole,
    /// The overlays are of different kinds: the other one may say it in its own way.
    OtherKind,
    /// Another overlay of the reference's environment has it too; its index among the evaluated ones.
    TriedOut(usize),
}

/// A path at which two overlays disagree, whatever the policy says of it.
#[derive(Debug, Clone)]
pub struct Contrast {
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
    /// Why no rule speaks of it; `None` where the rules judge it.
    pub unreported: Option<Unreported>,
    /// Further places of the same text that differ and are not told one by one.
    pub more: usize,
}

impl Contrast {
    /// The value of a side on one line, secrets masked; `None` for whole objects and where there is
    /// no value. `most` is its longest length in characters.
    pub fn shown(&self, side: &Side, most: usize) -> Option<String> {
        if self.path.steps().is_empty() {
            return None;
        }
        let value = side.value.as_ref()?;
        Some(whole(&self.resource.gvk.kind, self.path.steps(), value, most))
    }
}

/// The overlay of the highest environment of a unit that `check` compares with another one, and
/// that one, as indices into the unit's overlays; of one `environment`, if it is named.
pub fn default_pair(
    layout: &Layout,
    unit: &Unit,
    config: &Config,
    environment: Option<usize>,
) -> Option<(usize, usize)> {
    pairs::default(layout, unit, config, environment)
}

/// The one of the candidates whose variant is most like that of `here`, all of them indices into the
/// unit's overlays.
pub fn closest(unit: &Unit, here: usize, candidates: &[usize]) -> Option<usize> {
    pairs::closest(unit, here, candidates)
}

/// Everything that differs between two overlays, given as indices among the evaluated ones, in the
/// order of objects and paths; `None` if one of them cannot be rendered.
pub fn side_by_side(present: Present<'_>, here: usize, there: usize) -> Option<Vec<Contrast>> {
    let Present { snapshot, config, layout, evaluated, comparison } = present;
    let substitutions = &comparison.learnt;
    let world = World { snapshot, config, layout, evaluated, substitutions };
    let (mine, theirs) = (rendered(world, here)?, rendered(world, there)?);
    let (weak, siblings, blind) = (false, false, false);
    let judging = Judging { world, here, there, mine, weak, siblings, blind };
    let names = unit::names(world, here, there);
    let witnesses: Vec<(usize, Witness<'_>)> = others(world, here, there)
        .filter_map(|at| Some((at, Witness::new(world, (here, mine), at)?)))
        .collect();
    let pair = Pair { judging, theirs, names, witnesses };
    let mut contrasts = pair.objects();
    for (resource, raw) in remotes::versions(mine, theirs, std::iter::empty(), &pair.names) {
        contrasts.push(pair.contrast(raw, &resource, None));
    }
    let key = |contrast: &Contrast| (contrast.resource.clone(), contrast.path.clone());
    contrasts.sort_by_cached_key(key);
    Some(contrasts)
}

/// The other overlays of the reference's environment, if that is another one.
fn others(world: World<'_>, here: usize, there: usize) -> impl Iterator<Item = usize> {
    let place = move |at: usize| {
        let evaluated = &world.evaluated[at];
        (evaluated.unit_index, evaluated.overlay.environment)
    };
    let crossing = place(here) != place(there);
    (0..world.evaluated.len())
        .filter(move |&at| crossing && at != there && place(at) == place(there))
}

struct Pair<'a> {
    judging: Judging<'a>,
    theirs: &'a Rendered,
    names: PairNames,
    witnesses: Vec<(usize, Witness<'a>)>,
}

impl Pair<'_> {
    fn objects(&self) -> Vec<Contrast> {
        let (mine, theirs) = (self.judging.mine, self.theirs);
        let mut contrasts = Vec::new();
        for pair in align::align(&mine.resources, &theirs.resources, &self.names) {
            let alone = match (pair.here, pair.there) {
                (Some(a), None) => Some((&mine.resources, a)),
                (None, Some(b)) => Some((&theirs.resources, b)),
                _ => None,
            };
            if alone.is_some_and(|(all, at)| deployed::is_of_release(all, &all[at])) {
                continue;
            }
            match (pair.here, pair.there) {
                (Some(a), Some(b)) => {
                    contrasts.extend(self.fields(a, (&mine.resources[a], &theirs.resources[b])));
                }
                (Some(a), None) => {
                    let tried = |witness: &Witness<'_>| witness.partner(a).is_some();
                    contrasts.push(self.alone(&mine.resources[a], Change::OnlyHere, tried));
                }
                (None, Some(b)) => {
                    let lost = &theirs.resources[b];
                    let lacks = |witness: &Witness<'_>| !witness.has(lost, &self.names);
                    contrasts.push(self.alone(lost, Change::OnlyThere, lacks));
                }
                (None, None) => {}
            }
        }
        contrasts
    }

    /// What differs between two objects that answer each other; `at` is the index of the first.
    fn fields(&self, at: usize, (here, there): (&Resource, &Resource)) -> Vec<Contrast> {
        let snapshot = self.judging.world.snapshot;
        let kind = &here.id.gvk.kind;
        let mut found = diff::everything(snapshot, kind, &here.body, &there.body, &self.names);
        remotes::join(&mut found.differences);
        let all = (&self.judging.mine.resources[..], &self.theirs.resources[..]);
        let rendered = (self.judging.mine, self.theirs);
        found.differences.retain(|it| {
            !deployed::is_shown(all, (here, there), &it.path)
                && !deployed::is_read(rendered.0, rendered.1, (here, there), &it.path)
        });
        let lacking = lacks_data(self.judging.mine, here) || lacks_data(self.theirs, there);
        let differences = found.differences.into_iter().flat_map(|raw| {
            let unknown = lacking && raw.change != Change::Changed;
            let agrees = |(_, witness): &&(usize, Witness<'_>)| witness.agrees(at, &raw);
            let settled = || {
                if unknown {
                    return Some(Unreported::NotWhole);
                }
                let witness = self.witnesses.iter().find(agrees);
                witness.map(|&(at, _)| Unreported::TriedOut(at))
            };
            let settled = settled();
            agents::split(raw).into_iter().map(move |raw| (raw, settled.clone()))
        });
        differences.map(|(raw, settled)| self.contrast(raw, here, settled)).collect()
    }

    /// An object that one side lacks; `tried`: so does a witness of the other.
    fn alone(
        &self,
        resource: &Resource,
        change: Change,
        tried: impl Fn(&Witness<'_>) -> bool,
    ) -> Contrast {
        let lacking = if change == Change::OnlyHere { self.theirs } else { self.judging.mine };
        let kind = |at: usize| self.judging.world.evaluated[at].overlay.kind;
        let unreported = if !kind(self.judging.here).answers(kind(self.judging.there)) {
            Some(Unreported::OtherKind)
        } else if lacking.lacks_objects() {
            Some(Unreported::NotWhole)
        } else {
            let witness = self.witnesses.iter().find(|(_, witness)| tried(witness));
            witness.map(|&(at, _)| Unreported::TriedOut(at))
        };
        let raw = self.judging.absence(resource, change, &self.names);
        self.contrast(raw, resource, unreported)
    }

    /// The difference with what the policy says of it, unless the overlays have settled it.
    fn contrast(
        &self,
        raw: RawDifference,
        resource: &Resource,
        settled: Option<Unreported>,
    ) -> Contrast {
        let class = class_of(resource, &raw);
        let config = self.judging.world.config;
        let noise = raw.noise.filter(|rule| config.is_on(rule));
        let unreported = match noise {
            Some(NAMES) => Some(Unreported::Names),
            Some(PLACEHOLDERS) => Some(Unreported::Placeholder),
            Some(rule) => Some(Unreported::Noise(rule)),
            None => settled.or_else(|| self.policy(&raw, resource, class)),
        };
        let RawDifference { path, change, here, there, more, .. } = raw;
        let resource = stable_id(resource);
        Contrast { resource, path, change, here, there, class, unreported, more }
    }

    fn policy(&self, raw: &RawDifference, resource: &Resource, class: Class) -> Option<Unreported> {
        match self.judging.judgement(raw, resource, class, &self.names) {
            Judgement::Allowed(parameter) => Some(Unreported::Allowed(parameter)),
            Judgement::OutOfRange(_) => None,
            Judgement::Violated(_) | Judgement::Free => {
                let quiet = class == Class::SecretKeys && !secrets::tells(raw);
                quiet.then_some(Unreported::Secret)
            }
        }
    }
}
