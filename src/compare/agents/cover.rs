//! Agents that are units of their own: what they let one know of every unit of an environment.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::compare::agents::{Provisions, Shown, chart, of_object};
use crate::layout::Layout;
use crate::render::Evaluated;

/// The agents of every environment, by name, with what they cover there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cover {
    environments: Vec<BTreeMap<&'static str, Provisions>>,
}

impl Cover {
    /// Looks through everything that the environments run.
    pub(crate) fn of(layout: &Layout, evaluated: &[Evaluated<'_>]) -> Self {
        let shown: Vec<(usize, Vec<&'static Shown>)> = evaluated
            .par_iter()
            .filter_map(|overlay| {
                let rendered = overlay.output()?;
                let objects = rendered.resources.iter();
                let objects = objects.filter_map(|object| of_object(&object.id.gvk, &object.body));
                // A chart cannot be rendered here, but its name is known.
                let charts = rendered.gaps.iter().filter_map(|gap| chart(&gap.detail));
                Some((overlay.overlay.environment, objects.chain(charts).collect()))
            })
            .collect();
        let mut environments = vec![BTreeMap::new(); layout.environments.len()];
        for (environment, shown) in shown {
            let Some(own) = environments.get_mut(environment) else { continue };
            for shown in shown {
                let covers: &mut Provisions = own.entry(shown.agent).or_default();
                covers.extend(&shown.covers);
            }
        }
        for own in &mut environments {
            own.retain(|_, covers| !covers.is_empty());
        }
        Self { environments }
    }

    /// What is known of every unit of an environment.
    pub fn provisions(&self, environment: usize) -> Provisions {
        let own = self.environments.get(environment);
        own.into_iter().flat_map(BTreeMap::values).flatten().copied().collect()
    }

    /// Whether an agent is a unit of its own in an environment.
    pub fn has(&self, environment: usize, agent: &str) -> bool {
        self.environments.get(environment).is_some_and(|own| own.contains_key(agent))
    }
}
