//! Agents that are units of their own: what they let one know of every unit of an environment.

use std::collections::BTreeMap;

use crate::compare::agents::{self, Provisions, Shown};
use crate::compare::{Change, Difference};
use crate::finding::Level;
use crate::rules::context::Context;

/// The agents of every environment, by name, with what they cover there.
pub(in crate::rules) struct Cover {
    environments: Vec<BTreeMap<&'static str, Provisions>>,
}

impl Cover {
    pub(in crate::rules) fn of(cx: &Context<'_>) -> Self {
        let mut environments = vec![BTreeMap::new(); cx.layout.environments.len()];
        for evaluated in cx.evaluated {
            let Some(own) = environments.get_mut(evaluated.overlay.environment) else { continue };
            let mut add = |shown: &'static Shown| {
                let covers: &mut Provisions = own.entry(shown.agent).or_default();
                covers.extend(&shown.covers);
            };
            let Some(rendered) = evaluated.output() else { continue };
            for resource in &rendered.resources {
                agents::of_object(&resource.id.gvk, &resource.body).into_iter().for_each(&mut add);
            }
            // A chart cannot be rendered here, but its name is known.
            rendered.gaps.iter().filter_map(|gap| agents::chart(&gap.detail)).for_each(&mut add);
        }
        for own in &mut environments {
            own.retain(|_, covers| !covers.is_empty());
        }
        Self { environments }
    }

    /// What is known of every unit of an environment.
    pub(super) fn provisions(&self, environment: usize) -> Provisions {
        let own = self.environments.get(environment);
        own.into_iter().flat_map(BTreeMap::values).flatten().copied().collect()
    }

    /// Whether an agent is a unit of its own in an environment.
    pub(super) fn has(&self, environment: usize, agent: &str) -> bool {
        self.environments.get(environment).is_some_and(|own| own.contains_key(agent))
    }

    /// How much a difference can matter: less where the environment has the same agent as a unit of
    /// its own, and where it has more than its reference.
    pub(super) fn level(&self, cx: &Context<'_>, difference: &Difference) -> Level {
        let off = |value: &Option<crate::kube::Value>| value.as_ref().is_some_and(agents::is_off);
        match difference.change {
            Change::OnlyHere => Level::Warning,
            Change::Changed if off(&difference.there.value) && !off(&difference.here.value) => {
                Level::Warning
            }
            Change::Changed => Level::Error,
            Change::OnlyThere => {
                let environment = |at: usize| cx.evaluated[at].overlay.environment;
                let here = environment(difference.here_overlay);
                let there = environment(difference.there_overlay);
                let value = difference.there.value.as_ref();
                let shown = value.and_then(|value| agents::of_path(difference.path.steps(), value));
                match shown {
                    Some(shown) if self.has(here, shown.agent) && !self.has(there, shown.agent) => {
                        Level::Note
                    }
                    _ => Level::Error,
                }
            }
        }
    }
}
