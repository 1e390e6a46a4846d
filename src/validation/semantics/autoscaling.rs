//! Autoscalers and disruption budgets.

use crate::schema::Fault;
use crate::validation::semantics::at::At;
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::selectors::LABEL_SELECTOR;

/// `HorizontalPodAutoscaler` of every version.
pub(super) const AUTOSCALER: &[Row] = &[
    // "minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled"
    row("spec.minReplicas", Rule::AtLeast(0)),
    row("spec.maxReplicas", Rule::AtLeast(1)),
    // "maxReplicas … cannot be less that minReplicas."
    row("spec", Rule::Check(bounds)),
    row("spec.targetCPUUtilizationPercentage", Rule::AtLeast(1)),
    row("spec.scaleTargetRef.kind", Rule::NotEmpty),
    row("spec.scaleTargetRef.name", Rule::NotEmpty),
    row("spec.metrics[]", Rule::Check(metric)),
    row("spec.behavior.scaleUp", Rule::Is(BEHAVIOR)),
    row("spec.behavior.scaleDown", Rule::Is(BEHAVIOR)),
];

/// `HPAScalingRules`.
const BEHAVIOR: &[Row] = &[
    // "StabilizationWindowSeconds must be greater than or equal to zero and less than or equal to
    // 3600 (one hour)."
    row("stabilizationWindowSeconds", Rule::Between(0, 3600)),
    // "It must be greater than zero"
    row("policies[].value", Rule::AtLeast(1)),
    // "PeriodSeconds must be greater than zero and less than or equal to 1800 (30 min)."
    row("policies[].periodSeconds", Rule::Between(1, 1800)),
];

/// The type of a metric, and the field that tells about it.
const SOURCES: &[(&str, &str)] = &[
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

fn bounds<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    let (Some(least), Some(most)) = (spec.get("minReplicas"), spec.get("maxReplicas")) else {
        return;
    };
    if let (Some(low), Some(high)) = (least.number(), most.number())
        && high < low
    {
        found.pair(
            (&most, Fault::Other(format!("must be at least `minReplicas`, {low}"))),
            (&least, Fault::Other(format!("must be at most `maxReplicas`, {high}"))),
        );
    }
}

/// "must populate information for the given metric source"
fn metric<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let Some(kind) = at.text("type").filter(|_| !at.is_open()) else { return };
    let Some((_, field)) = SOURCES.iter().find(|(name, _)| *name == kind) else { return };
    if at.get(field).is_none() {
        found.lacks_for(at, field, &format!("the type `{kind}` asks for"));
    }
}

/// `PodDisruptionBudget`.
pub(super) const BUDGET: &[Row] = &[
    // "This is a mutually exclusive setting with "minAvailable"."
    row("spec", Rule::AtMostOne(&["minAvailable", "maxUnavailable"])),
    row("spec.minAvailable", Rule::Share(Some(100))),
    row("spec.maxUnavailable", Rule::Share(Some(100))),
    row("spec.selector", Rule::Is(LABEL_SELECTOR)),
];
