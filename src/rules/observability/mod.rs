//! What watches one environment and not another: agents, scrape targets, probes, alerts, logs.

mod alert_threshold_differs;
mod charts;
mod cover;
mod lost_unit;
mod missing;
mod missing_agent;
mod missing_alerts;
mod missing_log_shipping;
mod missing_probe;
mod missing_scrape;
mod missing_tracing;
mod required;
mod retention_differs;
mod without_target;

pub(super) use alert_threshold_differs::AlertThresholdDiffers;
pub(super) use lost_unit::lost;
pub(super) use missing_agent::MissingAgent;
pub(super) use missing_alerts::MissingAlerts;
pub(super) use missing_log_shipping::MissingLogShipping;
pub(super) use missing_probe::MissingProbe;
pub(super) use missing_scrape::MissingScrape;
pub(super) use missing_tracing::MissingTracing;
pub(super) use retention_differs::RetentionDiffers;
