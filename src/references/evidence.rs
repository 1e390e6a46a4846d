//! What speaks for a name being wrong, and not merely provided by somebody unseen.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Names, stable_id, without_names};
use crate::references::collect::Reference;
use crate::references::opaque::Opaque;
use crate::references::provided::{Provided, Provider, has_all_objects};
use crate::references::resolve::{Asked, reaches};
use crate::references::{Evidence, World};
use crate::text::Span;

/// Most names of an overlay that a missing one is compared with.
const CANDIDATES: usize = 500;
/// Most missing names of one overlay that are looked into.
const MOST: usize = 2_000;
/// Kinds whose absence is more than a name that leads nowhere: another rule tells it.
const RUNNING: &[&str] =
    &["DaemonSet", "Deployment", "Job", "CronJob", "Pod", "ReplicaSet", "Rollout", "StatefulSet"];

/// A kind, and a name without the words of its environment.
type General<'a> = (&'a str, String);

/// Finds evidence.
pub(super) struct Judge<'w, 'a> {
    world: World<'a>,
    provided: &'w Provided<'a>,
    asked: &'w [Asked<'a>],
    opaque: Opaque<'a>,
    names: Vec<Names>,
    /// What is provided anywhere, of that which is missing somewhere.
    general: BTreeMap<General<'a>, Vec<Provider<'a>>>,
}

impl<'w, 'a> Judge<'w, 'a> {
    pub(super) fn new(
        world: World<'a>,
        provided: &'w Provided<'a>,
        asked: &'w [Asked<'a>],
    ) -> Self {
        let names: Vec<Names> = world
            .evaluated
            .iter()
            .map(|evaluated| {
                let environment = world.layout.environment(evaluated.overlay.environment);
                environment.map_or_else(Names::default, |e| Names::of(e, evaluated.overlay))
            })
            .collect();
        let opaque = Opaque::new(world);
        let mut judge = Self { world, provided, asked, opaque, names, general: BTreeMap::new() };
        judge.general = judge.generalised();
        judge
    }

    /// What each overlay calls itself.
    pub(super) fn names(&self) -> &[Names] {
        &self.names
    }

    fn generalised(&self) -> BTreeMap<General<'a>, Vec<Provider<'a>>> {
        let mut wanted: BTreeSet<General<'a>> = BTreeSet::new();
        for (overlay, asked) in self.asked.iter().enumerate() {
            let references = asked.open.iter().take(MOST);
            wanted.extend(references.map(|r| (r.kind, self.general(overlay, r.text()))));
        }
        let kinds: BTreeSet<&str> = wanted.iter().map(|(kind, _)| *kind).collect();
        let mut found: BTreeMap<General<'a>, Vec<Provider<'a>>> = BTreeMap::new();
        let all = kinds.iter().flat_map(|&kind| {
            self.provided.of_kind(kind).map(move |(name, providers)| (kind, name, providers))
        });
        for (kind, name, providers) in all {
            for provider in providers {
                let general = (kind, self.general(provider.overlay, &provider.bare(name)));
                if wanted.contains(&general) {
                    found.entry(general).or_default().push(*provider);
                }
            }
        }
        found
    }

    /// A name without the words of the overlay's environment.
    fn general(&self, overlay: usize, name: &str) -> String {
        general(&self.names, overlay, name)
    }

    /// What speaks for the name being wrong, and where that stands.
    pub(super) fn evidence(
        &self,
        overlay: usize,
        reference: &Reference<'a>,
    ) -> Option<(Evidence, Span)> {
        let found = self
            .renamed(overlay, reference)
            .or_else(|| self.near(overlay, reference))
            .or_else(|| self.elsewhere(overlay, reference))?;
        let near = !matches!(found.0, Evidence::Elsewhere(..));
        (!self.opaque.may_provide(overlay, reference, near)).then_some(found)
    }

    fn renamed(&self, overlay: usize, reference: &Reference<'_>) -> Option<(Evidence, Span)> {
        let own = self.provided.of_overlay(overlay).iter();
        let (_, found) =
            own.filter(|((kind, _), _)| *kind == reference.kind).find(|(_, own)| {
                own.is_object()
                    && own.answers(reference)
                    && &*own.resource.original.name == reference.text()
            })?;
        Some((Evidence::Renamed(found.resource.id.name.to_string()), found.place()))
    }

    fn near(&self, overlay: usize, reference: &Reference<'_>) -> Option<(Evidence, Span)> {
        let named = &self.asked.get(overlay)?.named;
        let own = self.provided.of_overlay(overlay).iter();
        let candidates = own
            .filter(|((kind, _), own)| *kind == reference.kind && own.answers(reference))
            .take(CANDIDATES);
        let near = candidates.filter_map(|((kind, name), own)| {
            let bare = own.bare(name);
            let lonely = !named.contains(&(*kind, name));
            Some((distance(reference.text(), &bare)?, bare, lonely, own))
        });
        let (_, name, lonely, found) = near.min_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)))?;
        let name = name.into_owned();
        Some((Evidence::Near { name, lonely }, found.place()))
    }

    /// Another overlay that provides it: of the same unit, or of one whose overlay for this
    /// environment is known and does not.
    fn elsewhere(&self, overlay: usize, reference: &Reference<'a>) -> Option<(Evidence, Span)> {
        let here = &self.world.evaluated[overlay];
        if self.world.is_workshop(overlay) || RUNNING.contains(&reference.kind) {
            return None;
        }
        let general = (reference.kind, self.general(overlay, reference.text()));
        let found = self.general.get(&general)?.iter().filter(|provider| {
            let there = &self.world.evaluated[provider.overlay];
            !self.world.is_workshop(provider.overlay)
                && self.agrees(overlay, reference, provider)
                && (there.unit_index == here.unit_index || self.is_known(there.unit_index, overlay))
        });
        let provider = found.min_by_key(|provider| {
            let there = &self.world.evaluated[provider.overlay];
            (there.unit_index != here.unit_index, provider.overlay)
        })?;
        let id = stable_id(provider.resource);
        Some((Evidence::Elsewhere(provider.overlay, id), provider.place()))
    }

    /// Whether group and namespace are those of the reference, names of environments aside.
    fn agrees(&self, overlay: usize, reference: &Reference<'_>, provider: &Provider<'_>) -> bool {
        let id = &provider.resource.id;
        let group =
            !provider.is_object() || reference.group.is_none_or(|group| group == &*id.gvk.group);
        let (here, there) = (reference.namespace, &*id.namespace);
        let same = || self.general(overlay, here) == self.general(provider.overlay, there);
        group && (here.is_empty() || there.is_empty() || same())
    }

    /// Whether a unit has overlays that reach the cluster of this one, and all their objects are known.
    fn is_known(&self, unit: usize, overlay: usize) -> bool {
        let mut all =
            self.world.evaluated.iter().enumerate().filter(|(at, other)| {
                other.unit_index == unit && reaches(self.world, *at, overlay)
            });
        let mut any = false;
        all.all(|(_, other)| {
            any = true;
            has_all_objects(other)
        }) && any
    }
}

/// A name without the words of the overlay's environment.
pub(super) fn general(names: &[Names], overlay: usize, name: &str) -> String {
    let short = names.get(overlay).map(|names| without_names(&names.normal(name)));
    short.filter(|short| !short.is_empty()).unwrap_or_else(|| name.to_owned())
}

/// How far two names are apart, where one may be a slip of the other.
pub(super) fn distance(wanted: &str, name: &str) -> Option<usize> {
    let allowed = match wanted.len().min(name.len()) {
        5..12 => 1,
        12..120 => 2,
        _ => return None,
    };
    let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    if wanted.len().abs_diff(name.len()) > allowed || letters(wanted) == letters(name) {
        return None;
    }
    let distance = strsim::damerau_levenshtein(wanted, name);
    (distance <= allowed).then_some(distance)
}
