//! Names of objects, keys and ports that nothing provides: each environment asked for itself.
//!
//! That a name is not found proves little: operators, charts, platforms and people provide objects
//! that no file shows. So something is reported only with [`Evidence`].

mod collect;
mod evidence;
mod fields;
mod opaque;
mod pods;
mod provided;
mod resolve;
mod selection;

use std::collections::BTreeSet;

use crate::compare::{Change, Difference};
use crate::kube::{Path, PathStep, Resource, ResourceId};
use crate::layout::{Environment, Layout};
use crate::render::Evaluated;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::Span;

/// What resolving asks for.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The parsed files.
    pub store: &'a Store<'a>,
    /// The units and environments.
    pub layout: &'a Layout,
    /// Every overlay with what it renders to.
    pub evaluated: &'a [Evaluated<'a>],
}

impl World<'_> {
    /// Whether nobody promotes from the environment of an overlay.
    fn is_workshop(&self, overlay: usize) -> bool {
        let environment = self.evaluated[overlay].overlay.environment;
        self.layout.environment(environment).is_none_or(Environment::is_workshop)
    }
}

/// Where an object is given its name.
fn place(resource: &Resource) -> Span {
    let name = resource.body.at(&["metadata", "name"]);
    name.map_or(resource.origin, |name| name.provenance.first().span)
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The object.
    Object,
    /// A key of a ConfigMap or Secret that is there.
    Key(String),
    /// A port of a Service, or of the pods that a Service selects.
    Port(String),
    /// Pods with the labels that are asked for.
    Pods,
}

/// Why it is believed to be missing where it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// The object is there as a whole, and has other keys or ports: these.
    Whole(Vec<String>),
    /// The build renames the object of this name, and does not follow in this field.
    Renamed(String),
    /// An object of nearly this name is there.
    Near {
        /// Its name.
        name: String,
        /// Whether nothing refers to it.
        lonely: bool,
    },
    /// Another overlay provides it: its index among the evaluated ones, and the object that does.
    Elsewhere(usize, ResourceId),
}

/// A reference to what nothing provides.
#[derive(Debug, Clone)]
pub struct Dangling {
    /// Index of the overlay among the evaluated ones.
    pub overlay: usize,
    /// The object that refers.
    pub referrer: ResourceId,
    /// Where it does.
    pub path: Path,
    /// The bytes that set the name, key or port.
    pub span: Span,
    /// Index of the unit that has, or would have, what is meant.
    pub owner: usize,
    /// The kind of the object that is meant.
    pub kind: String,
    /// Its name; of pods, the labels.
    pub name: String,
    /// What is missing of it.
    pub missing: Missing,
    /// How that is known.
    pub evidence: Evidence,
    /// Where the evidence stands.
    pub witness: Option<Span>,
}

/// All references to what nothing provides.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// In the order of overlays, objects and fields.
    pub dangling: Vec<Dangling>,
    /// The environment of each overlay.
    environments: Vec<usize>,
    /// The bytes that set a missing name, by overlay.
    spans: BTreeSet<(usize, Span)>,
    /// Elements of lists that are such a name, or what it should be: overlay, list and name.
    elements: BTreeSet<(usize, String, String)>,
    /// What is referred to in vain.
    lacking: BTreeSet<Lack>,
}

/// What a unit lacks in an environment: an object, or a key of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Lack {
    unit: usize,
    environment: usize,
    kind: String,
    name: String,
    key: Option<String>,
}

impl References {
    /// Resolves the references of all overlays.
    pub fn of(world: World<'_>) -> Self {
        let dangling = resolve::resolve(world);
        let environments: Vec<usize> =
            world.evaluated.iter().map(|evaluated| evaluated.overlay.environment).collect();
        let mut spans = BTreeSet::new();
        let mut elements = BTreeSet::new();
        let mut lacking = BTreeSet::new();
        for found in &dangling {
            spans.insert((found.overlay, found.span));
            if let [list @ .., PathStep::Element { .. }, PathStep::Key(_)] = found.path.steps() {
                let list = Path(list.to_vec()).to_string();
                if let Evidence::Near { name, .. } = &found.evidence {
                    elements.insert((found.overlay, list.clone(), name.clone()));
                }
                elements.insert((found.overlay, list, found.name.clone()));
            }
            let (kind, name) = match &found.evidence {
                Evidence::Elsewhere(_, id) => (id.gvk.kind.to_string(), id.name.to_string()),
                _ => (found.kind.clone(), found.name.clone()),
            };
            let key = match &found.missing {
                Missing::Object => None,
                Missing::Key(key) => Some(key.clone()),
                Missing::Port(_) => continue,
                Missing::Pods => {
                    spans.extend(found.witness.map(|witness| (found.overlay, witness)));
                    continue;
                }
            };
            let environment = environments.get(found.overlay).copied().unwrap_or_default();
            lacking.insert(Lack { unit: found.owner, environment, kind, name, key });
        }
        Self { dangling, environments, spans, elements, lacking }
    }

    /// Whether a difference is told by a reference that it leaves without an object or key.
    pub fn explains(&self, difference: &Difference) -> bool {
        let overlay = difference.here_overlay;
        if let [list @ .., PathStep::Element { value, .. }] = difference.path.steps() {
            let element = (overlay, Path(list.to_vec()).to_string(), value.to_string());
            if self.elements.contains(&element) {
                return true;
            }
        }
        if difference.change != Change::OnlyThere {
            return self.is_dangling(overlay, difference.here.span);
        }
        let Some(&environment) = self.environments.get(overlay) else { return false };
        let id = &difference.resource;
        let key = difference.path.last_key().map(str::to_owned);
        let (kind, name) = (id.gvk.kind.to_string(), id.name.to_string());
        self.lacking.contains(&Lack { unit: difference.unit, environment, kind, name, key })
    }

    /// Whether the value that an overlay takes from these bytes is a name that nothing provides.
    pub fn is_dangling(&self, overlay: usize, span: Span) -> bool {
        self.spans.contains(&(overlay, span))
    }
}
