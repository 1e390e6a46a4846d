//! What has to be known of the programs of an environment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// What an agent, a probe or a setting lets one know of a program
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", try_from = "String")]
#[schemars(!try_from)]
pub enum Provision {
    /// Numbers over time
    Metrics,
    /// What it writes
    Logs,
    /// The way of a request through programs
    Traces,
    /// Failures, one by one
    Errors,
    /// Whether it answers from outside
    Uptime,
    /// Whether it is alive and ready, as Kubernetes asks
    Health,
}

/// Every provision with its name.
const PROVISIONS: &[(&str, Provision)] = &[
    ("metrics", Provision::Metrics),
    ("logs", Provision::Logs),
    ("traces", Provision::Traces),
    ("errors", Provision::Errors),
    ("uptime", Provision::Uptime),
    ("health", Provision::Health),
];

impl Provision {
    /// The provision of this name.
    pub fn named(name: &str) -> Option<Self> {
        PROVISIONS.iter().find(|(known, _)| *known == name).map(|(_, provision)| *provision)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        PROVISIONS.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

impl TryFrom<String> for Provision {
    type Error = String;

    /// The error is worded as the decoder words an unknown name, so that a near one is proposed.
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::named(&name).ok_or_else(|| {
            let known: Vec<String> =
                PROVISIONS.iter().map(|(known, _)| format!("`{known}`")).collect();
            format!("unknown requirement `{name}`, expected one of {}", known.join(", "))
        })
    }
}

/// What every unit that runs a program must let one know of it
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Observability {
    /// What is required in the last environment
    pub require: Vec<Provision>,
    /// What is required in the environments of these names; for the last one, instead
    pub environments: BTreeMap<String, Vec<Provision>>,
}
