//! Agents and probes that one environment has and another lacks.

mod missing_agent;
mod missing_probe;

pub(super) use missing_agent::MissingAgent;
pub(super) use missing_probe::MissingProbe;
