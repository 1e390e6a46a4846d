//! Selectors that select no pod, and ports that the selected pods do not have.

use std::collections::BTreeMap;

use crate::compare::agents::{has_labels, selects};
use crate::compare::{Names, stable_id};
use crate::kube::{Map, Path, PathStep, Resource, ResourceId, Value};
use crate::references::collect::is_open;
use crate::references::evidence::{distance, general};
use crate::references::pods::Pods;
use crate::references::provided::{has_all_objects, is_whole};
use crate::references::resolve::reaches;
use crate::references::{Dangling, Evidence, Missing, World, place};
use crate::text::Span;

/// Most selectors of an overlay that are looked into.
const MOST: usize = 2_000;

/// Objects that select pods: group, kind, and where the labels stand.
const SELECTORS: &[(&str, &str, &[&str])] = &[
    ("", "Service", &["spec", "selector"]),
    ("policy", "PodDisruptionBudget", &["spec", "selector", "matchLabels"]),
    ("networking.k8s.io", "NetworkPolicy", &["spec", "podSelector", "matchLabels"]),
];

/// Something that selects pods by their labels.
#[derive(Clone, Copy)]
struct Selector<'a> {
    resource: &'a Resource,
    /// The labels that are asked for.
    labels: &'a Map,
    wanted: &'a Value,
    /// The whole selector, where there may be more than labels.
    whole: Option<&'a Value>,
    path: &'static [&'static str],
}

impl<'a> Selector<'a> {
    fn of(resource: &'a Resource) -> Option<Self> {
        let gvk = &resource.id.gvk;
        let (_, _, path) = SELECTORS
            .iter()
            .find(|(group, kind, _)| *kind == &*gvk.kind && *group == &*gvk.group)?;
        let wanted = resource.body.at(path)?;
        let labels = wanted.as_map().filter(|labels| !labels.is_empty())?;
        let whole = match path.split_last() {
            Some((&"matchLabels", selector)) => resource.body.at(selector),
            _ => None,
        };
        let known = labels.iter().all(|entry| !entry.value.text().is_none_or(is_open));
        known.then_some(Self { resource, labels, wanted, whole, path })
    }

    fn selects(&self, pods: &Pods<'_>) -> bool {
        let (own, other) = (&*self.resource.id.namespace, &*pods.resource.id.namespace);
        let together = own == other || own.is_empty() || other.is_empty();
        together
            && match self.whole {
                Some(whole) => selects(Some(whole), pods.labels()),
                None => has_labels(Some(self.wanted), pods.labels()),
            }
    }

    /// The label that keeps it from selecting the pods, if it is one: its key, what is asked for,
    /// what is there.
    fn obstacle(&self, pods: &Pods<'a>) -> Option<(&'a str, &'a Value, Option<&'a Value>)> {
        let mut failing = self.labels.iter().filter_map(|entry| {
            let there = pods.labels().and_then(|labels| labels.get(&entry.key));
            let same = there.and_then(Value::text) == entry.value.text();
            (!same).then_some((&*entry.key, &entry.value, there))
        });
        let first = failing.next()?;
        failing.next().is_none().then_some(first)
    }
}

/// What an overlay has of both.
#[derive(Default)]
struct Own<'a> {
    selectors: Vec<Selector<'a>>,
    pods: Vec<Pods<'a>>,
}

/// All selectors and pods.
pub(super) struct Selection<'w, 'a> {
    world: World<'a>,
    names: &'w [Names],
    overlays: Vec<Own<'a>>,
    environments: BTreeMap<usize, Vec<usize>>,
}

impl<'w, 'a> Selection<'w, 'a> {
    pub(super) fn new(world: World<'a>, names: &'w [Names]) -> Self {
        let mut overlays = Vec::new();
        let mut environments: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, evaluated) in world.evaluated.iter().enumerate() {
            environments.entry(evaluated.overlay.environment).or_default().push(at);
            let resources = || evaluated.output().into_iter().flat_map(|r| &r.resources);
            overlays.push(Own {
                selectors: resources().filter_map(Selector::of).take(MOST).collect(),
                pods: resources().filter_map(Pods::of).collect(),
            });
        }
        Self { world, names, overlays, environments }
    }

    /// What an overlay selects in vain.
    pub(super) fn dangling(&self, overlay: usize) -> Vec<Dangling> {
        let Some(own) = self.overlays.get(overlay) else { return Vec::new() };
        let evaluated = &self.world.evaluated[overlay];
        let mut found = Vec::new();
        for selector in &own.selectors {
            let selected: Vec<_> = own.pods.iter().filter(|pods| selector.selects(pods)).collect();
            if !selected.is_empty() {
                if is_whole(evaluated) {
                    found.extend(self.ports(overlay, selector, &selected));
                }
            } else if has_all_objects(evaluated) && !self.is_answered(overlay, selector) {
                let reason = near(own, selector).or_else(|| self.elsewhere(overlay, selector));
                found.extend(reason.map(|reason| self.nothing(overlay, selector, reason)));
            }
        }
        found
    }

    /// The named ports of a Service that none of the selected pods has.
    fn ports(&self, overlay: usize, selector: &Selector<'a>, pods: &[&Pods<'a>]) -> Vec<Dangling> {
        let body = &selector.resource.body;
        let list = body.at(&["spec", "ports"]).and_then(Value::as_list).unwrap_or_default();
        let named = list.iter().filter_map(|port| {
            let target = port.get("targetPort")?;
            Some((port, target, target.as_str()?))
        });
        let mut found = Vec::new();
        for (port, target, name) in named {
            let Some(known) = pods.iter().map(|pods| pods.ports()).collect::<Option<Vec<_>>>()
            else {
                break;
            };
            let known: Vec<&str> = known.into_iter().flatten().collect();
            let number = name.bytes().all(|byte| byte.is_ascii_digit());
            let (Some(first), false) = (pods.first(), number || is_open(name)) else { continue };
            if known.contains(&name) {
                continue;
            }
            let step = match port.get("name").and_then(Value::text) {
                Some(name) => PathStep::Element { key: "name".into(), value: name.into() },
                None => PathStep::Index(0),
            };
            let key = |key: &str| PathStep::Key(key.into());
            found.push(Dangling {
                overlay,
                owner: self.world.evaluated[overlay].unit_index,
                referrer: stable_id(selector.resource),
                path: Path(vec![key("spec"), key("ports"), step, key("targetPort")]),
                span: target.span(),
                kind: first.resource.id.gvk.kind.to_string(),
                name: first.resource.id.name.to_string(),
                missing: Missing::Port(name.to_owned()),
                evidence: Evidence::Whole(known.iter().map(|name| (*name).to_owned()).collect()),
                witness: Some(place(first.resource)),
            });
        }
        found
    }

    /// Whether other overlays of the environment have pods that are selected.
    fn is_answered(&self, overlay: usize, selector: &Selector<'a>) -> bool {
        let environment = self.world.evaluated[overlay].overlay.environment;
        let all = self.environments.get(&environment).into_iter().flatten();
        all.filter(|&&at| reaches(self.world, at, overlay))
            .filter_map(|&at| self.overlays.get(at))
            .any(|other| other.pods.iter().any(|pods| selector.selects(pods)))
    }

    /// The answer of another overlay of the unit, which selects pods that this one has as well.
    fn elsewhere(&self, overlay: usize, selector: &Selector<'a>) -> Option<Reason<'a>> {
        let here = &self.world.evaluated[overlay];
        if self.world.is_workshop(overlay) {
            return None;
        }
        let others = self.world.evaluated.iter().enumerate().filter(|(at, other)| {
            *at != overlay && other.unit_index == here.unit_index && !self.world.is_workshop(*at)
        });
        others.filter_map(|(at, _)| Some((at, self.overlays.get(at)?))).find_map(|(at, other)| {
            let same = |theirs: &Resource, mine: &Resource| {
                self.named(at, &theirs.id) == self.named(overlay, &mine.id)
            };
            let peer = other.selectors.iter().find(|p| same(p.resource, selector.resource))?;
            let chosen = other.pods.iter().filter(|pods| peer.selects(pods));
            let own = self.overlays.get(overlay)?;
            let mut pairs = chosen.filter_map(|theirs| {
                own.pods.iter().find(|pods| same(theirs.resource, pods.resource))
            });
            let mine = pairs.next()?;
            let (key, wanted, there) = selector.obstacle(mine)?;
            let there = there.map_or_else(|| place(mine.resource), Value::span);
            let asked = [peer.labels.get(key), Some(wanted)].map(|label| label?.text());
            // Where both ask for the same, the pods are what went astray.
            let astray = asked[0] == asked[1];
            let (at_fault, witness) =
                if astray { (there, wanted.span()) } else { (wanted.span(), there) };
            let evidence = Evidence::Elsewhere(at, stable_id(peer.resource));
            Some(Reason { key, at: at_fault, witness, evidence })
        })
    }

    fn named(&self, overlay: usize, id: &ResourceId) -> (String, String) {
        (id.gvk.kind.to_string(), general(self.names, overlay, &id.name))
    }

    fn nothing(&self, overlay: usize, selector: &Selector<'a>, reason: Reason<'a>) -> Dangling {
        let labels: Vec<_> = selector
            .labels
            .iter()
            .map(|entry| format!("{}={}", entry.key, entry.value.text().unwrap_or_default()))
            .collect();
        let keys = selector.path.iter().chain([&reason.key]);
        Dangling {
            overlay,
            owner: self.world.evaluated[overlay].unit_index,
            referrer: stable_id(selector.resource),
            path: Path(keys.map(|key| PathStep::Key((*key).into())).collect()),
            span: reason.at,
            kind: "Pod".to_owned(),
            name: labels.join(","),
            missing: Missing::Pods,
            evidence: reason.evidence,
            witness: Some(reason.witness),
        }
    }
}

/// Pods of the overlay that nothing of this kind selects, with nearly the label that is asked for.
fn near<'a>(own: &Own<'a>, selector: &Selector<'a>) -> Option<Reason<'a>> {
    let kind = &selector.resource.id.gvk.kind;
    own.pods.iter().find_map(|pods| {
        let (key, wanted, there) = selector.obstacle(pods)?;
        distance(wanted.text()?, there?.text()?)?;
        let mut others = own.selectors.iter().filter(|other| other.resource.id.gvk.kind == *kind);
        let name = pods.resource.id.name.to_string();
        (!others.any(|other| other.selects(pods))).then_some(Reason {
            key,
            at: wanted.span(),
            witness: there?.span(),
            evidence: Evidence::Near { name, lonely: true },
        })
    })
}

/// Why a selector should select something.
struct Reason<'a> {
    /// The label that does not fit.
    key: &'a str,
    at: Span,
    witness: Span,
    evidence: Evidence,
}
