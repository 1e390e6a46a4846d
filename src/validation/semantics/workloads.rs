//! Workloads: the apps and batch APIs.

use crate::schema::Fault;
use crate::validation::semantics::at::At;
use crate::validation::semantics::pods::{POD_SPEC, TEMPLATE};
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::schedule;
use crate::validation::semantics::selectors::{self, LABEL_SELECTOR, STRICT_SELECTOR};
use crate::validation::semantics::storage::CLAIM_SPEC;
use crate::validation::semantics::volumes;

/// What runs until somebody stops it. "The only allowed template.spec.restartPolicy value is
/// "Always"."
const LASTING: &[Row] = &[
    row("replicas", Rule::AtLeast(0)),
    row("minReadySeconds", Rule::AtLeast(0)),
    row("revisionHistoryLimit", Rule::AtLeast(0)),
    row("template", Rule::Is(TEMPLATE)),
    row("template.spec.restartPolicy", Rule::OneOf(&["Always"])),
    // "activeDeadlineSeconds in ReplicaSet is not Supported"
    row("template.spec.activeDeadlineSeconds", Rule::Never("is for pods and jobs only")),
];

/// "It must match the pod template's labels."
const SELECTED: &[Row] =
    &[row("selector", Rule::Is(STRICT_SELECTOR)), row("", Rule::Check(selectors::matches))];

/// `Deployment`.
pub(super) const DEPLOYMENT: &[Row] = &[
    row("spec", Rule::Is(LASTING)),
    row("spec", Rule::Is(SELECTED)),
    row("spec.template.spec", Rule::Check(volumes::mounts)),
    row("spec.progressDeadlineSeconds", Rule::AtLeast(0)),
    row("spec", Rule::Check(deadline)),
    row("spec.strategy.rollingUpdate.maxSurge", Rule::Share(None)),
    row("spec.strategy.rollingUpdate.maxUnavailable", Rule::Share(Some(100))),
    row("spec.strategy", Rule::Check(strategy)),
];

/// `ReplicaSet`.
pub(super) const REPLICA_SET: &[Row] = &[
    row("spec", Rule::Is(LASTING)),
    row("spec", Rule::Is(SELECTED)),
    row("spec.template.spec", Rule::Check(volumes::mounts)),
];

/// `ReplicationController`.
pub(super) const REPLICATION_CONTROLLER: &[Row] = &[
    row("spec", Rule::Is(LASTING)),
    row("spec", Rule::Check(controller)),
    row("spec.template.spec", Rule::Check(volumes::mounts)),
];

/// `StatefulSet`. What is wrong in its template is told when a pod is created, not before.
pub(super) const STATEFUL_SET: &[Row] = &[
    row("spec", Rule::Is(LASTING)),
    row("spec", Rule::Is(SELECTED)),
    row("spec", Rule::Check(volumes::mounts_of_set)),
    row("spec.volumeClaimTemplates[].spec", Rule::Is(CLAIM_SPEC)),
    row("spec.updateStrategy.rollingUpdate.partition", Rule::AtLeast(0)),
    row("spec.updateStrategy", Rule::Check(on_delete)),
];

/// `DaemonSet`.
pub(super) const DAEMON_SET: &[Row] = &[
    row("spec", Rule::Is(LASTING)),
    row("spec", Rule::Is(SELECTED)),
    row("spec.template.spec", Rule::Check(volumes::mounts)),
    row("spec.updateStrategy.rollingUpdate.maxSurge", Rule::Share(Some(100))),
    row("spec.updateStrategy.rollingUpdate.maxUnavailable", Rule::Share(Some(100))),
    row("spec.updateStrategy", Rule::Check(surge)),
];

/// `Pod`.
pub(super) const POD: &[Row] =
    &[row("spec", Rule::Is(POD_SPEC)), row("spec", Rule::Check(volumes::mounts))];

/// `PodTemplate`.
pub(super) const POD_TEMPLATE: &[Row] =
    &[row("template", Rule::Is(TEMPLATE)), row("template.spec", Rule::Check(volumes::mounts))];

/// `Job`.
pub(super) const JOB: &[Row] = &[row("spec", Rule::Is(JOB_SPEC))];

const JOB_SPEC: &[Row] = &[
    row("parallelism", Rule::AtLeast(0)),
    row("completions", Rule::AtLeast(0)),
    row("backoffLimit", Rule::AtLeast(0)),
    row("activeDeadlineSeconds", Rule::AtLeast(0)),
    row("ttlSecondsAfterFinished", Rule::AtLeast(0)),
    row("selector", Rule::Is(LABEL_SELECTOR)),
    row("template", Rule::Is(TEMPLATE)),
    // "The only allowed template.spec.restartPolicy values are "Never" or "OnFailure"."; left out
    // it would be "Always".
    row("template.spec", Rule::Needs(&["restartPolicy"])),
    row("template.spec.restartPolicy", Rule::OneOf(&["Never", "OnFailure"])),
    row("template.spec", Rule::Check(volumes::mounts)),
    row("", Rule::Check(job)),
];

/// `CronJob`.
pub(super) const CRON_JOB: &[Row] = &[
    // "The schedule in Cron format"
    row("spec.schedule", Rule::Check(schedule)),
    row("spec.timeZone", Rule::Check(time_zone)),
    row("spec.startingDeadlineSeconds", Rule::AtLeast(0)),
    row("spec.successfulJobsHistoryLimit", Rule::AtLeast(0)),
    row("spec.failedJobsHistoryLimit", Rule::AtLeast(0)),
    row("spec.jobTemplate.spec", Rule::Is(JOB_SPEC)),
    // "must be no more than 52 characters": the controller adds 11 for each job.
    row("metadata.name", Rule::Check(short_name)),
];

/// "must be greater than minReadySeconds"
fn deadline<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    let (Some(deadline), Some(ready)) =
        (spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds"))
    else {
        return;
    };
    if let (Some(most), Some(least)) = (deadline.number(), ready.number())
        && most <= least
    {
        let other = (ready.value.span(), "minReadySeconds");
        found.against(&deadline, "must be greater than `minReadySeconds`", other);
    }
}

/// "Rolling update config params. Present only if `DeploymentStrategyType` = `RollingUpdate`.", and
/// `maxUnavailable` "can not be 0 if `MaxSurge` is 0".
fn strategy<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let Some(rolling) = at.get("rollingUpdate") else { return };
    if let Some(kind) = at.get("type").filter(|kind| kind.string() == Some("Recreate")) {
        return only_rolling(&rolling, &kind, found);
    }
    let (Some(down), Some(up)) = (rolling.get("maxUnavailable"), rolling.get("maxSurge")) else {
        return;
    };
    if is_zero(&down) && is_zero(&up) {
        let other = (up.value.span(), "maxSurge");
        found.against(&down, "cannot be 0 when `maxSurge` is 0", other);
    }
}

/// Parameters of rolling updates go against another type.
fn only_rolling<'v>(rolling: &At<'v>, kind: &At<'v>, found: &mut Found<'v>) {
    let name = kind.string().unwrap_or("");
    let beside = |words: String| Fault::Beside { words, remove: rolling.key().to_owned() };
    found.pair(
        (rolling, beside(format!("cannot be set with the type `{name}`"))),
        (kind, beside(format!("cannot be `{name}` beside `rollingUpdate`"))),
    );
}

/// Whether a count or percentage is none.
fn is_zero(at: &At<'_>) -> bool {
    at.number() == Some(0)
        || at.string().and_then(|text| text.strip_suffix('%')?.parse().ok()) == Some(0_u32)
}

/// "only allowed for updateStrategy '`RollingUpdate`'"
fn on_delete<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let kind = at.get("type").filter(|kind| kind.string() == Some("OnDelete"));
    if let (Some(rolling), Some(kind)) = (at.get("rollingUpdate"), kind) {
        only_rolling(&rolling, &kind, found);
    }
}

/// `maxUnavailable` "cannot be 0 if `MaxSurge` is 0. Default value is 1."; `maxSurge` "may not be set
/// when maxUnavailable is non-zero".
fn surge<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if !matches!(at.text("type"), None | Some("RollingUpdate")) {
        return;
    }
    let Some(rolling) = at.get("rollingUpdate").filter(|rolling| !rolling.is_open()) else {
        return;
    };
    let judged = |at: &At<'_>| at.number().is_some() || at.string().is_some();
    let (up, down) = (rolling.get("maxSurge"), rolling.get("maxUnavailable"));
    if [&up, &down].into_iter().flatten().any(|at| !judged(at)) {
        return;
    }
    match (up, down) {
        (Some(up), None) if !is_zero(&up) => {
            found.clash(&up, "needs `maxUnavailable: 0`, which is 1 where it is left out");
        }
        (Some(up), Some(down)) if !is_zero(&up) && !is_zero(&down) => {
            let other = (down.value.span(), "maxUnavailable");
            found.against(&up, "needs `maxUnavailable: 0`", other);
        }
        (up, Some(down)) if is_zero(&down) && up.as_ref().is_none_or(is_zero) => {
            found.clash(&down, "cannot be 0 when `maxSurge` is 0");
        }
        _ => {}
    }
}

/// "If empty, defaulted to labels on Pod template."
fn controller<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    if let (Some(selector), Some(template)) = (spec.get("selector"), spec.get("template")) {
        selectors::labels_match(&selector, &template, found);
    }
}

/// A selector of one's own has to match; "Indexed" counts to something.
fn job<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    if spec.is_true("manualSelector") {
        selectors::matches(spec, found);
    }
    if let Some(mode) = spec.get("completionMode").filter(|mode| mode.string() == Some("Indexed"))
        && spec.get("completions").is_none()
        && !spec.is_open()
    {
        // "When value is `Indexed`, .spec.completions must be specified"
        found.clash(&mode, "needs `completions`");
    }
}

fn schedule<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if let Some(fault) = at.string().and_then(schedule::fault) {
        found.wrong(at, fault);
    }
}

/// "must not be empty", "timeZone must be an explicit time zone"
fn time_zone<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if at.string().is_some_and(|zone| zone.is_empty() || zone.eq_ignore_ascii_case("local")) {
        found.wrong(at, "must name a time zone, such as `Etc/UTC`");
    }
}

fn short_name<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if let Some(name) = at.string().filter(|name| name.len() > 52) {
        found.wrong(at, format!("must have at most 52 characters, not {}", name.len()));
    }
}
