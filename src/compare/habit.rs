//! What the repository does as a rule: paths that always differ, and paths that never do but once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::compare::embedded::trees;
use crate::compare::lines::split_key;
use crate::kube::{PathStep, Value};

/// Fewer objects than this have no habits.
const FEWEST: usize = 4;
/// From so many objects on, a single difference is remarkable.
const MANY: usize = 5;

/// How often a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frequency {
    /// Places that differ.
    pub differ: usize,
    /// Places that have the path.
    pub have: usize,
    /// What was counted: units where there are enough of them, else objects.
    pub units: bool,
}

impl Frequency {
    /// Whether the path is a parameter in all but name.
    pub fn is_habit(self) -> bool {
        self.have >= FEWEST && self.differ * 2 > self.have
    }

    /// Whether all places but this one agree.
    pub fn is_lonely(self) -> bool {
        self.have >= MANY && self.differ == 1
    }
}

/// One of the differences at a path that differs as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Habitual<'t> {
    /// Index of the unit.
    pub(crate) unit: usize,
    /// Both values.
    pub(crate) values: (&'t str, &'t str),
    /// Which of them is more, where they are amounts.
    pub(crate) order: Option<Ordering>,
}

/// Which of the differences do not do as the others: nearly all other units have one and the same pair of
/// values, or nearly all go in the other direction.
pub(crate) fn outliers(all: &[Habitual<'_>]) -> Vec<bool> {
    let mut of_values: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    let mut of_order: BTreeMap<Ordering, BTreeSet<usize>> = BTreeMap::new();
    for one in all {
        of_values.entry(one.values).or_default().insert(one.unit);
        if let Some(order) = one.order.filter(|order| order.is_ne()) {
            of_order.entry(order).or_default().insert(one.unit);
        }
    }
    let total = all.iter().map(|one| one.unit).collect::<BTreeSet<_>>().len();
    let is_rule =
        |units: &BTreeSet<usize>| units.len() + 1 >= FEWEST && units.len() * 4 >= total * 3;
    let usual = of_values.iter().find(|(_, units)| is_rule(units)).map(|(values, _)| *values);
    let usual_order = of_order.iter().find(|(_, units)| is_rule(units)).map(|(order, _)| *order);
    let against = |one: &Habitual<'_>| {
        let order = one.order.filter(|order| order.is_ne());
        order.is_some_and(|order| usual_order.is_some_and(|usual| usual != order))
    };
    all.iter().map(|one| usual.is_some_and(|usual| usual != one.values) || against(one)).collect()
}

/// A path with names taken out: what objects of one kind in many units have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct General {
    kind: String,
    steps: Vec<GeneralStep>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum GeneralStep {
    Key(String),
    Element(String, String),
    Any,
}

/// Lists whose elements are named after the unit: their names say nothing about the path.
const NAMED_LISTS: &[&str] =
    &["containers", "initContainers", "volumes", "ports", "rules", "subjects", "hosts", "groups"];

impl General {
    /// Takes the names out of a path of an object of `kind`.
    pub(crate) fn of(kind: &str, path: &[PathStep]) -> Self {
        let mut steps = Vec::with_capacity(path.len());
        let mut list = "";
        for step in path {
            steps.push(match step {
                PathStep::Key(key) => {
                    list = key;
                    GeneralStep::Key(key.to_string())
                }
                PathStep::Element { key, value } if !NAMED_LISTS.contains(&list) => {
                    GeneralStep::Element(key.to_string(), value.to_string())
                }
                PathStep::Element { .. } | PathStep::Index(_) => GeneralStep::Any,
            });
        }
        Self { kind: kind.to_owned(), steps }
    }

    /// The kind of object.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// The kind and the path, for an identity.
    pub(crate) fn name(&self) -> String {
        let steps = self.steps.iter().map(|step| match step {
            GeneralStep::Key(key) => format!(".{key}"),
            GeneralStep::Element(key, value) => format!("[{key}={value}]"),
            GeneralStep::Any => "[]".to_owned(),
        });
        format!("{}{}", self.kind, steps.collect::<String>())
    }

    /// Whether an object has the path.
    pub(crate) fn is_in(&self, body: &Value) -> bool {
        has(body, &self.steps)
    }
}

fn has(value: &Value, steps: &[GeneralStep]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    let elements = || value.as_list().unwrap_or(&[]);
    match step {
        GeneralStep::Key(key) => match value.as_map() {
            Some(map) => map.get(key).is_some_and(|inner| has(inner, rest)),
            None => rest.is_empty() && names_item(value, key) || says(value, steps),
        },
        _ if value.as_list().is_none() => says(value, steps),
        GeneralStep::Element(key, name) => elements().iter().any(|item| {
            item.get(key).and_then(Value::text) == Some(name.as_str()) && has(item, rest)
        }),
        GeneralStep::Any => elements().iter().any(|item| has(item, rest)),
    }
}

/// Whether a text that is a document has the path.
fn says(value: &Value, steps: &[GeneralStep]) -> bool {
    let written = |text: &str| {
        steps.iter().all(|step| !matches!(step, GeneralStep::Key(key) if !text.contains(&**key)))
    };
    let text = value.text().filter(|text| written(text));
    text.is_some_and(|text| trees(text, value).any(|tree| has(&tree, steps)))
}

/// Longer lists and texts are data: nobody looks for each of their items in each of the others.
const LONGEST: usize = 500;
/// The same for a text, in bytes.
const LARGEST: usize = 128 * 1024;

/// Whether a list of scalars or a text of lines has an item with this name. What is too long may
/// have any.
fn names_item(value: &Value, name: &str) -> bool {
    let long = value.as_list().is_some_and(|items| items.len() > LONGEST);
    if long || value.text().is_some_and(|text| text.len() > LARGEST) {
        return true;
    }
    let named = |text: &str| text == name || split_key(text.trim()).0 == name;
    match value.as_list() {
        Some(items) => items.iter().filter_map(Value::text).any(named),
        None => value.text().is_some_and(|text| text.lines().any(named)),
    }
}

/// Counts differences and places by generalised path.
#[derive(Debug, Default)]
pub(crate) struct Census {
    differ: BTreeMap<General, Places>,
    have: BTreeMap<General, Places>,
}

#[derive(Debug, Default)]
struct Places {
    units: BTreeSet<usize>,
    objects: BTreeSet<(usize, String)>,
}

impl Places {
    fn add(&mut self, unit: usize, object: &str) {
        self.units.insert(unit);
        self.objects.insert((unit, object.to_owned()));
    }
}

impl Census {
    /// Notes that a path differs in an object of a unit.
    pub(crate) fn note(&mut self, general: General, unit: usize, object: &str) {
        self.differ.entry(general).or_default().add(unit, object);
    }

    /// Counts which of the noted paths two aligned objects have.
    pub(crate) fn count(&mut self, kind: &str, unit: usize, object: &str, bodies: [&Value; 2]) {
        let from = General { kind: kind.to_owned(), steps: Vec::new() };
        let (differ, have) = (&self.differ, &mut self.have);
        for general in differ.range(from..).map(|(general, _)| general) {
            if general.kind() != kind {
                break;
            }
            if bodies.iter().any(|body| general.is_in(body)) {
                have.entry(general.clone()).or_default().add(unit, object);
            }
        }
    }

    /// How often a path differs.
    pub(crate) fn frequency(&self, general: &General) -> Frequency {
        let count = |places: Option<&Places>| {
            places.map_or((0, 0), |places| (places.units.len(), places.objects.len()))
        };
        let (differ, have) = (count(self.differ.get(general)), count(self.have.get(general)));
        if have.0 >= FEWEST {
            Frequency { differ: differ.0, have: have.0, units: true }
        } else {
            Frequency { differ: differ.1, have: have.1.max(differ.1), units: false }
        }
    }
}
