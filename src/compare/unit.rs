//! All comparisons of one unit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::compare::agents;
use crate::compare::align::{self, Pair};
use crate::compare::classify::{Class, class_of};
use crate::compare::copies::{self, Copied};
use crate::compare::deployed;
use crate::compare::diff::{self, Change, Found, RawDifference, Side};
use crate::compare::difference::{Difference, Topic, topic};
use crate::compare::find::find;
use crate::compare::foreign::{self, Foreign, Sides};
use crate::compare::gaps;
use crate::compare::identity::image;
use crate::compare::inflated::{is_agent, may_have, says_default};
use crate::compare::inherited::inherited;
use crate::compare::learn::Substitution;
use crate::compare::names::{Names, PairNames};
use crate::compare::pairs::Comparison;
use crate::compare::parameters::{Case, Judgement, judge};
use crate::compare::point::{point_at_null, point_at_switch};
use crate::compare::promotion::{self, Place, Promotion, Standing};
use crate::compare::released::{self, Released};
use crate::compare::releases;
use crate::compare::remotes;
use crate::compare::scalar::without_hash;
use crate::compare::secrets;
use crate::compare::terraform::{self, is_terraform};
use crate::compare::together::{MOST_OF_A_TEXT, tell_once};
use crate::compare::values::{in_values, is_switched_off};
use crate::compare::variables;
use crate::compare::witness::Witness;
use crate::config::Config;
use crate::kube::{Form, Gvk, Path, Resource, ResourceId, Value};
use crate::layout::Layout;
use crate::render::{Evaluated, Rendered};
use crate::source::Snapshot;

/// What every comparison needs.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) config: &'a Config,
    pub(crate) layout: &'a Layout,
    pub(crate) evaluated: &'a [Evaluated<'a>],
    pub(crate) substitutions: &'a [Substitution],
}

/// What the comparisons of one unit found.
#[derive(Debug, Default)]
pub(crate) struct UnitResult {
    pub(crate) differences: Vec<Difference>,
    pub(crate) permitted: Vec<Difference>,
    pub(crate) comparisons: usize,
    pub(crate) noise: BTreeMap<&'static str, usize>,
    pub(crate) allowed: BTreeMap<String, usize>,
    pub(crate) unknown: usize,
    /// What runs here in another version than in the reference.
    pub(crate) promotions: Vec<Promotion>,
    /// What both sides declare in files of their own.
    pub(crate) copies: Vec<Copied>,
    /// What names another environment than its own.
    pub(crate) foreign: Vec<Foreign>,
    /// What one side runs through a chart and the other as objects of its own.
    pub(crate) released: Vec<Released>,
    /// Aligned objects, for counting habits: kind, name and both bodies.
    pub(crate) aligned: Vec<(String, String, Value, Value)>,
}

/// Runs the comparisons of the unit whose overlays begin at `first` among the evaluated ones.
pub(crate) fn compare(world: World<'_>, first: usize, comparisons: &[Comparison]) -> UnitResult {
    let mut result = UnitResult::default();
    for comparison in comparisons {
        let (here, there) = (first + comparison.here, first + comparison.there);
        let (Some(mine), Some(theirs)) = (rendered(world, here), rendered(world, there)) else {
            continue;
        };
        result.comparisons += 1;
        let (weak, siblings) = (comparison.weak, comparison.siblings);
        // What an overlay that could not be rendered runs, nobody knows; what one of another kind
        // lacks, it may say in its own way.
        let kind = |at: usize| world.evaluated[at].overlay.kind;
        let others = comparison.witnesses.iter().map(|at| first + at).chain([there]);
        let mut others =
            others.map(|at| rendered(world, at).is_some() && kind(at).answers(kind(here)));
        let blind = !others.all(|is_clear| is_clear);
        let judging = Judging { world, here, there, mine, weak, siblings, blind };
        let names = names(world, here, there);
        let witnesses: Vec<Witness<'_>> = comparison
            .witnesses
            .iter()
            .filter_map(|&at| Witness::new(world, (here, mine), first + at))
            .collect();
        let sides = Sides {
            snapshot: world.snapshot,
            overlays: (here, there),
            words: (names.here.of_environment_only(), names.there.of_environment_only()),
            names: &names,
            first_is_lower: rank(world, here) < rank(world, there),
        };
        let mut foreign = Vec::new();
        let before = result.differences.len();
        let pairs = align::align(&mine.resources, &theirs.resources, &names);
        let answered = released::answered((mine, theirs), (here, there), &pairs, &names);
        for pair in pairs {
            // Nobody knows what the chart makes.
            let known =
                |side: &BTreeSet<usize>, at: Option<usize>| at.is_some_and(|at| side.contains(&at));
            let charted = known(&answered.here, pair.here) || known(&answered.there, pair.there);
            if charted {
                continue;
            }
            if let (false, Some(a), Some(b)) = (siblings, pair.here, pair.there) {
                let objects = (&mine.resources[a], &theirs.resources[b]);
                let mut search = sides.search(objects.0, objects.1);
                if is_terraform(&objects.0.id.gvk) {
                    // Defaults that all environments share may list them all.
                    search.retain(|it| it.own);
                }
                let all = (&mine.resources[..], &theirs.resources[..]);
                search.retain(|it| {
                    !deployed::is_told(mine, theirs, objects, &it.path, &names)
                        && !deployed::is_shown(all, objects, &it.path)
                });
                foreign.append(&mut search);
            }
            judging.pair(pair, theirs, &names, &witnesses, &mut result);
        }
        for reference in &mut foreign {
            let first = reference.overlay == here;
            let objects = if first { &mine.resources } else { &theirs.resources };
            let (a, b) = (&sides.words.0, &sides.words.1);
            let (own, other) = if first { (a, b) } else { (b, a) };
            reference.peers = foreign::peers(objects, reference, own, other);
        }
        if !siblings {
            let objects = (&mine.resources[..], &theirs.resources[..]);
            let known = &result.foreign;
            let more = inherited(world.snapshot, (here, there), objects, &names, known);
            foreign.extend(more);
        }
        result.foreign.append(&mut foreign);
        result.released.extend(answered.releases);
        let new = &mut result.differences[before..];
        agents::retag(&mine.resources, &theirs.resources, &names, new);
        if !siblings {
            let others = witnesses.iter().map(|witness| witness.rendered);
            for (resource, raw) in remotes::versions(mine, theirs, others, &names) {
                result.promotions.extend(judging.remote(&resource, &raw));
                judging.judge(raw, &resource, &names, &mut result);
            }
        }
    }
    result
}

fn rank(world: World<'_>, at: usize) -> u32 {
    world.layout.environments[world.evaluated[at].overlay.environment].rank
}

pub(crate) fn rendered(world: World<'_>, at: usize) -> Option<&Rendered> {
    world.evaluated[at].output()
}

/// The names of two overlays, with what the configuration and the repository say of them.
pub(crate) fn names(world: World<'_>, here: usize, there: usize) -> PairNames {
    let (mine, theirs) = (world.evaluated[here].overlay, world.evaluated[there].overlay);
    let environments = (mine.environment, theirs.environment);
    let (a, b) =
        (&world.layout.environments[environments.0], &world.layout.environments[environments.1]);
    let configured = world.config.substitutions.iter().filter_map(|substitution| {
        let text = |names: &[String]| {
            names.iter().find_map(|name| substitution.texts.get(name)).map(String::as_str)
        };
        Some((text(&a.aliases)?, text(&b.aliases)?))
    });
    let learnt = world
        .substitutions
        .iter()
        .filter(|substitution| substitution.environments == environments)
        .map(|substitution| (&*substitution.here, &*substitution.there));
    let texts: Vec<(&str, &str)> = configured.chain(learnt).collect();
    let cluster = |at: usize| world.layout.flux.cluster_of(world.evaluated[at].overlay);
    let own = Names::at(a, mine, cluster(here));
    PairNames::new(own, Names::at(b, theirs, cluster(there)), &texts)
}

/// One overlay under judgement.
pub(super) struct Judging<'a> {
    pub(super) world: World<'a>,
    pub(super) here: usize,
    pub(super) there: usize,
    pub(super) mine: &'a Rendered,
    pub(super) weak: bool,
    pub(super) siblings: bool,
    /// Whether one of the witnesses could not be rendered, or is of another kind.
    pub(super) blind: bool,
}

impl Judging<'_> {
    fn pair(
        &self,
        pair: Pair,
        theirs: &Rendered,
        names: &PairNames,
        witnesses: &[Witness<'_>],
        result: &mut UnitResult,
    ) {
        match (pair.here, pair.there) {
            (Some(a), Some(b)) => {
                let (here, there) = (&self.mine.resources[a], &theirs.resources[b]);
                let kind = &here.id.gvk.kind;
                let snapshot = self.world.snapshot;
                let differ = if here.id.gvk.is_block() { diff::of_blocks } else { diff::diff };
                let mut found = differ(snapshot, kind, &here.body, &there.body, names);
                remotes::join(&mut found.differences);
                releases::join_charts(here, &mut found.differences);
                let all = (&self.mine.resources[..], &theirs.resources[..]);
                let sides = (here, there);
                found.differences.retain(|difference| {
                    !says_default(&here.id.gvk, difference)
                        && !deployed::is_told(self.mine, theirs, sides, &difference.path, names)
                        && !deployed::is_unknown(self.mine, theirs, sides, &difference.path)
                        && !deployed::is_emptied(all, sides, difference)
                        && !deployed::is_shown(all, sides, &difference.path)
                        && !deployed::gives(self.mine, theirs, sides, difference)
                });
                for difference in &mut found.differences {
                    let told = in_values(&here.id.gvk, difference.path.steps()).is_some();
                    if here.id.gvk.is_document() || told {
                        let off = is_switched_off(difference.path.steps(), &here.body, &there.body);
                        difference.noise = difference.noise.or(off.then_some("switched-off"));
                        point_at_null(difference, (self.mine, theirs));
                    }
                }
                found.differences.retain(|difference| {
                    !deployed::is_read(self.mine, theirs, (here, there), &difference.path)
                });
                found.differences.retain(|difference| {
                    !gaps::may_be_there(difference.change, (self.mine, here), (theirs, there))
                });
                let both = variables::Both { snapshot, mine: self.mine, theirs, names };
                both.explain(&here.id.gvk, &mut found.differences);
                if !self.siblings {
                    result.copies.extend(self.copied((here, there), theirs, &found));
                }
                self.settle(found, (here, there), a, names, witnesses, result);
                if self.siblings {
                    return;
                }
                let name = names.here.normal(&here.id.name).into_owned();
                result.aligned.push((
                    kind.to_string(),
                    name,
                    here.body.clone(),
                    there.body.clone(),
                ));
            }
            // Which objects a variant has is its own affair.
            (Some(_), None) | (None, Some(_)) if self.siblings || self.blind => {}
            (Some(a), None) if gaps::is_again(self.mine, a) => {}
            (None, Some(b)) if gaps::is_again(theirs, b) => {}
            (Some(a), None) => {
                let whole = |rendered: &Rendered| !may_have(rendered, &self.mine.resources[a]);
                let tried = witnesses.iter().any(|witness| witness.partner(a).is_some());
                if whole(theirs) && witnesses.iter().all(|w| whole(w.rendered)) && !tried {
                    self.alone(&self.mine.resources[a], Change::OnlyHere, names, result);
                }
            }
            (None, Some(b)) => {
                let lost = &theirs.resources[b];
                let everywhere = witnesses.iter().all(|witness| witness.has(lost, names));
                if !may_have(self.mine, lost) && everywhere {
                    self.alone(lost, Change::OnlyThere, names, result);
                }
            }
            (None, None) => {}
        }
    }

    /// An object that one side lacks.
    fn alone(
        &self,
        resource: &Resource,
        change: Change,
        names: &PairNames,
        result: &mut UnitResult,
    ) {
        // Nobody knows who deploys the other side.
        if resource.id.gvk == Gvk::document(Form::Application) || is_agent(resource) {
            return;
        }
        let holder = if change == Change::OnlyHere { self.here } else { self.there };
        let beside = rendered(self.world, holder).map_or(&[][..], |it| &it.resources);
        if deployed::is_of_release(beside, resource) {
            // The release tells it.
            return;
        }
        let raw = self.absence(resource, change, names);
        self.judge(raw, resource, names, result);
    }

    fn settle(
        &self,
        found: Found,
        (resource, answer): (&Resource, &Resource),
        at: usize,
        names: &PairNames,
        witnesses: &[Witness<'_>],
        result: &mut UnitResult,
    ) {
        result.unknown += found.unknown;
        let mut texts: BTreeMap<Path, Vec<usize>> = BTreeMap::new();
        for difference in found.differences {
            let settled = if self.siblings {
                !witnesses.iter().all(|witness| witness.sides_with_reference(at, &difference))
            } else {
                witnesses.iter().any(|witness| witness.agrees(at, &difference))
            };
            if settled {
                continue;
            }
            if !self.siblings {
                let found = self.promotion(&difference, (resource, answer), at, names, witnesses);
                result.promotions.extend(found);
            }
            let text = difference.text.map(|to| difference.path.steps()[..to].to_vec());
            let before = result.differences.len();
            self.judge(difference, resource, names, result);
            if let Some(text) = text {
                texts.entry(Path(text)).or_default().extend(before..result.differences.len());
            }
        }
        let texts = texts.into_values().filter(|places| places.len() > MOST_OF_A_TEXT);
        tell_once(texts, &mut result.differences);
    }

    /// The places of both sides, if each declares the object in its own.
    fn copied(
        &self,
        (resource, answer): (&Resource, &Resource),
        theirs: &Rendered,
        found: &Found,
    ) -> Option<Copied> {
        let (here, there) = copies::places((resource, self.mine), (answer, theirs))?;
        // Nobody writes what a pipeline renders.
        if self.world.snapshot.is_mounted(here.file) || self.world.snapshot.is_mounted(there.file) {
            return None;
        }
        let differing = found.differences.iter().filter(|found| found.noise.is_none()).count();
        Some(Copied {
            here_overlay: self.here,
            there_overlay: self.there,
            here,
            there,
            leaves: copies::leaves(&resource.body),
            differing,
        })
    }

    /// The versions of both sides, where this one is none of those that the reference runs.
    fn promotion(
        &self,
        difference: &RawDifference,
        (resource, answer): (&Resource, &Resource),
        at: usize,
        names: &PairNames,
        witnesses: &[Witness<'_>],
    ) -> Option<Promotion> {
        let theirs = difference.there.value.as_ref()?;
        let mut others = vec![(Place { resource: answer, value: theirs }, names)];
        for witness in witnesses {
            let Some(resource) = witness.partner(at) else { continue };
            let steps = difference.path.steps();
            let found = find(&resource.body, steps, &witness.names().there);
            if let Some(Cow::Borrowed(value)) = found {
                others.push((Place { resource, value }, witness.names()));
            }
        }
        let found = promotion::versions(self.world.snapshot, difference, resource, &others)?;
        Some(Promotion {
            here_overlay: self.here,
            there_overlay: self.there,
            resource: stable_id(resource),
            path: difference.path.clone(),
            name: found.name,
            here: found.here,
            there: found.there,
            standing: found.standing,
            weak: self.weak,
        })
    }

    /// A remote base that waits for promotion.
    fn remote(&self, resource: &Resource, difference: &RawDifference) -> Option<Promotion> {
        let side = |side: &Side| Some((side.value.as_ref()?.text()?.to_owned(), side.span));
        let (here, there) = (side(&difference.here)?, side(&difference.there)?);
        let standing = promotion::stands(&here.0, &there.0)?;
        // One that is ahead is a difference as it stands.
        (standing != Standing::Ahead).then(|| Promotion {
            here_overlay: self.here,
            there_overlay: self.there,
            resource: resource.id.clone(),
            path: difference.path.clone(),
            name: resource.id.name.to_string(),
            here,
            there,
            standing,
            weak: self.weak,
        })
    }

    fn judge(
        &self,
        raw: RawDifference,
        resource: &Resource,
        names: &PairNames,
        result: &mut UnitResult,
    ) {
        for raw in agents::split(raw) {
            self.judge_one(raw, resource, names, result);
        }
    }

    fn judge_one(
        &self,
        mut raw: RawDifference,
        resource: &Resource,
        names: &PairNames,
        result: &mut UnitResult,
    ) {
        let gvk = &resource.id.gvk;
        if let Some(rule) = raw.noise.filter(|rule| self.world.config.is_on(rule)) {
            *result.noise.entry(rule).or_default() += 1;
            return;
        }
        let class = class_of(resource, &raw);
        let (mut allowed, mut violated, mut out_of_range) = (None, None, None);
        match self.judgement(&raw, resource, class, names) {
            Judgement::Allowed(parameter) => allowed = Some(parameter),
            Judgement::Violated(asked) => violated = Some(asked),
            Judgement::OutOfRange(parameter) => out_of_range = Some(parameter),
            Judgement::Free => {}
        }
        let topic = match class {
            _ if out_of_range.is_some() => Topic::OutOfRange,
            Class::SecretKeys if allowed.is_none() && !secrets::tells(&raw) => return,
            _ => topic(&raw, class, &resource.id),
        };
        if matches!(topic, Topic::Paused | Topic::Masked) {
            point_at_switch(&mut raw, gvk);
        }
        if topic == Topic::Image && allowed.is_none() {
            self.point_at_source(&mut raw.here);
            self.point_at_source(&mut raw.there);
        }
        let list = match &allowed {
            Some(parameter) => {
                *result.allowed.entry(parameter.clone()).or_default() += 1;
                &mut result.permitted
            }
            None => &mut result.differences,
        };
        list.push(Difference {
            unit: self.world.evaluated[self.here].unit_index,
            here_overlay: self.here,
            there_overlay: self.there,
            resource: stable_id(resource),
            path: raw.path,
            change: raw.change,
            here: raw.here,
            there: raw.there,
            class,
            topic,
            violated,
            out_of_range,
            more: raw.more,
            weak: self.weak,
            siblings: self.siblings,
            caused_here: true,
            quiet: false,
            frequency: None,
            traced: None,
            allowed,
        });
    }

    /// What the policy says of a difference of a class.
    pub(super) fn judgement(
        &self,
        raw: &RawDifference,
        resource: &Resource,
        class: Class,
        names: &PairNames,
    ) -> Judgement {
        let overlay = &self.world.evaluated[self.here];
        let lacking = if raw.change == Change::OnlyHere { self.there } else { self.here };
        let asks = |side: &Rendered| terraform::is_required(&resource.id.gvk, raw, &side.required);
        let required = rendered(self.world, lacking).is_some_and(asks);
        let case = Case {
            unit: &overlay.unit.name,
            environment: &self.world.layout.environments[overlay.overlay.environment].name,
            gvk: &resource.id.gvk,
            class,
            difference: raw,
            names,
            tags: promotion::are_tags(self.world.snapshot, resource, raw),
            required,
            scaled: raw.path.last_key() == Some("replicas") && self.is_scaled(&resource.id),
        };
        judge(&case, self.world.config)
    }

    /// Whether an autoscaler of either side decides about the number of pods of an object.
    fn is_scaled(&self, id: &ResourceId) -> bool {
        const SCALERS: &[&str] = &["HorizontalPodAutoscaler", "ScaledObject"];
        [self.here, self.there].iter().filter_map(|&at| rendered(self.world, at)).any(|side| {
            side.resources.iter().filter(|other| SCALERS.contains(&&*other.id.gvk.kind)).any(
                |scaler| {
                    let target = scaler.body.at(&["spec", "scaleTargetRef", "name"]);
                    target.and_then(Value::text) == Some(&id.name)
                },
            )
        })
    }

    /// Of the bytes that made an image reference together, those that name the repository.
    fn point_at_source(&self, side: &mut Side) {
        let Some(value) = &side.value else { return };
        if let Some(image) = value.text().and_then(image) {
            side.span = value.provenance.telling(self.world.snapshot, image.repository).span;
        }
    }
}

/// The identity without the content hash of a generated object, which changes with every edit.
pub(crate) fn stable_id(resource: &Resource) -> ResourceId {
    let mut id = resource.id.clone();
    if let Some(name) = resource.body.at(&["metadata", "name"]) {
        let bare = without_hash(name, &id.name);
        if bare.len() < id.name.len() {
            id.name = bare.into();
        }
    }
    id
}
