//! Further overlays of the reference, asked whether they do what the environment does.

use std::cell::OnceCell;

use crate::compare::align::{self, Pair};
use crate::compare::diff::{Change, RawDifference};
use crate::compare::equal::equal;
use crate::compare::find::find;
use crate::compare::names::PairNames;
use crate::compare::unit::{World, names, rendered};
use crate::kube::Resource;
use crate::render::Rendered;

/// Another overlay of the reference: what it does too has been tried out.
pub(crate) struct Witness<'a> {
    world: World<'a>,
    here: usize,
    at: usize,
    mine: &'a Rendered,
    /// What it runs.
    pub(crate) rendered: &'a Rendered,
    /// Worked out when the first difference asks for it.
    view: OnceCell<(PairNames, Vec<Pair>)>,
}

impl<'a> Witness<'a> {
    /// Overlay `at` of the reference beside overlay `here`, which runs `mine`.
    pub(crate) fn new(
        world: World<'a>,
        (here, mine): (usize, &'a Rendered),
        at: usize,
    ) -> Option<Self> {
        let rendered = rendered(world, at)?;
        Some(Self { world, here, at, mine, rendered, view: OnceCell::new() })
    }

    fn view(&self) -> &(PairNames, Vec<Pair>) {
        self.view.get_or_init(|| {
            let names = names(self.world, self.here, self.at);
            let pairs = align::align(&self.mine.resources, &self.rendered.resources, &names);
            (names, pairs)
        })
    }

    /// The names of both overlays.
    pub(crate) fn names(&self) -> &PairNames {
        &self.view().0
    }

    /// The object that answers the environment's object at `here`.
    pub(crate) fn partner(&self, here: usize) -> Option<&Resource> {
        let pairs = &self.view().1;
        let at = pairs.binary_search_by_key(&Some(here), |pair| pair.here).ok()?;
        pairs[at].there.map(|at| &self.rendered.resources[at])
    }

    /// Whether this overlay has the reference's object, whose names are those of `names`.
    pub(crate) fn has(&self, lost: &Resource, names: &PairNames) -> bool {
        self.rendered.resources.iter().any(|other| {
            other.id.gvk.kind == lost.id.gvk.kind
                && names.there.normal(&other.id.name) == self.names().there.normal(&lost.id.name)
        })
    }

    /// Whether this overlay agrees with the reference at the difference's path.
    pub(crate) fn sides_with_reference(&self, here: usize, difference: &RawDifference) -> bool {
        let Some(partner) = self.partner(here) else { return false };
        let mine = find(&partner.body, difference.path.steps(), &self.names().there);
        match (&difference.there.value, mine) {
            (Some(theirs), Some(mine)) => equal(&mine, theirs, &self.names().among_there()),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether this overlay agrees with the environment at the difference's path.
    pub(crate) fn agrees(&self, here: usize, difference: &RawDifference) -> bool {
        let Some(partner) = self.partner(here) else { return false };
        let theirs = find(&partner.body, difference.path.steps(), &self.names().there);
        match (&difference.here.value, theirs) {
            (Some(mine), Some(theirs)) => {
                difference.change == Change::OnlyHere || equal(mine, &theirs, self.names())
            }
            (None, None) => true,
            _ => false,
        }
    }
}
