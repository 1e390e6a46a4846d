//! Pods: Pod v1 core, `PodSpec`, `Affinity`, `Toleration`, `TopologySpreadConstraint`.

use std::collections::BTreeMap;

use crate::text::Span;
use crate::validation::semantics::at::At;
use crate::validation::semantics::containers::{CONTAINER, SECURITY};
use crate::validation::semantics::forms::{LABEL, LABEL_VALUE, QUALIFIED, SUBDOMAIN};
use crate::validation::semantics::metadata::MARKS;
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::selectors::{self, LABEL_SELECTOR};
use crate::validation::semantics::volumes::{CONTAINERS, VOLUME};

/// `PodTemplateSpec`.
pub(super) const TEMPLATE: &[Row] =
    &[row("metadata", Rule::Is(MARKS)), row("spec", Rule::Is(POD_SPEC))];

/// `PodSpec`.
pub(super) const POD_SPEC: &[Row] = &[
    // "There must be at least one container in a Pod."
    row("containers", Rule::NotEmpty),
    row("containers[]", Rule::Is(CONTAINER)),
    row("initContainers[]", Rule::Is(CONTAINER)),
    row("initContainers[]", Rule::Check(init)),
    // "The name for an init container or normal container must be unique among all containers."
    row("", Rule::Check(names)),
    row("", Rule::Check(host_ports)),
    row("volumes[]", Rule::Is(VOLUME)),
    row("volumes", Rule::Unique(&["name"])),
    row("", Rule::Check(dns)),
    // "Value must be a positive integer."
    row("activeDeadlineSeconds", Rule::Between(1, 2_147_483_647)),
    row("nodeSelector", Rule::Keys(&QUALIFIED)),
    row("nodeSelector.*", Rule::Text(&LABEL_VALUE)),
    row("serviceAccountName", Rule::Text(&SUBDOMAIN)),
    row("priorityClassName", Rule::Text(&SUBDOMAIN)),
    row("runtimeClassName", Rule::Text(&SUBDOMAIN)),
    row("nodeName", Rule::Text(&SUBDOMAIN)),
    row("hostname", Rule::Text(&LABEL)),
    row("subdomain", Rule::Text(&LABEL)),
    row("securityContext", Rule::Is(SECURITY)),
    row("securityContext.fsGroup", Rule::Between(0, 2_147_483_647)),
    row("tolerations[]", Rule::Is(TOLERATION)),
    row("topologySpreadConstraints[]", Rule::Is(SPREAD)),
    row("topologySpreadConstraints", Rule::Unique(&["topologyKey", "whenUnsatisfiable"])),
    row("affinity.nodeAffinity", Rule::Is(NODE_AFFINITY)),
    row("affinity.podAffinity", Rule::Is(POD_AFFINITY)),
    row("affinity.podAntiAffinity", Rule::Is(POD_AFFINITY)),
];

/// `Toleration`.
const TOLERATION: &[Row] = &[row("key", Rule::Text(&QUALIFIED)), row("", Rule::Check(toleration))];

/// `TopologySpreadConstraint`.
const SPREAD: &[Row] = &[
    // "It's a required field. Default value is 1 and 0 is not allowed."
    row("maxSkew", Rule::AtLeast(1)),
    row("minDomains", Rule::AtLeast(1)),
    row("topologyKey", Rule::Text(&QUALIFIED)),
    row("labelSelector", Rule::Is(LABEL_SELECTOR)),
];

const WEIGHT: Rule = Rule::Between(1, 100);

/// `NodeAffinity`.
const NODE_AFFINITY: &[Row] = &[
    row("requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", Rule::NotEmpty),
    row(
        "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].matchExpressions[]",
        Rule::Is(NODE_EXPRESSION),
    ),
    // "in the range 1-100"
    row("preferredDuringSchedulingIgnoredDuringExecution[].weight", WEIGHT),
    row(
        "preferredDuringSchedulingIgnoredDuringExecution[].preference.matchExpressions[]",
        Rule::Is(NODE_EXPRESSION),
    ),
];

/// `NodeSelectorRequirement`.
pub(super) const NODE_EXPRESSION: &[Row] =
    &[row("key", Rule::Text(&QUALIFIED)), row("", Rule::Check(selectors::values))];

/// `PodAffinity` and `PodAntiAffinity`.
const POD_AFFINITY: &[Row] = &[
    row("requiredDuringSchedulingIgnoredDuringExecution[]", Rule::Is(POD_TERM)),
    row("preferredDuringSchedulingIgnoredDuringExecution[].weight", WEIGHT),
    row("preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm", Rule::Is(POD_TERM)),
];

/// `PodAffinityTerm`: "Empty topologyKey is not allowed."
const POD_TERM: &[Row] = &[
    row("topologyKey", Rule::NotEmpty),
    row("topologyKey", Rule::Text(&QUALIFIED)),
    row("labelSelector", Rule::Is(LABEL_SELECTOR)),
    row("namespaceSelector", Rule::Is(LABEL_SELECTOR)),
];

/// "Init containers may not have Lifecycle actions, Readiness probes, Liveness probes, or Startup
/// probes", unless they restart.
fn init<'v>(container: &At<'v>, found: &mut Found<'v>) {
    let restarts = container.get("restartPolicy");
    if restarts.as_ref().is_some_and(|policy| policy.string() != Some("Never"))
        || container.is_open()
    {
        return;
    }
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(at) = container.get(field) {
            found.clash(&at, "needs `restartPolicy: Always` in an init container");
        }
    }
}

fn names<'v>(pod: &At<'v>, found: &mut Found<'v>) {
    found.unique(CONTAINERS.iter().flat_map(|list| pod.list(list)), &["name"]);
}

/// "must provide at least one DNS nameserver when `dnsPolicy` is None"
fn dns<'v>(pod: &At<'v>, found: &mut Found<'v>) {
    let servers = pod.at(&["dnsConfig", "nameservers"]);
    let some = servers.is_some_and(|servers| {
        servers.is_open() || servers.value.as_list().is_none_or(|list| !list.is_empty())
    });
    if let Some(policy) = pod.get("dnsPolicy").filter(|_| pod.says("dnsPolicy", "None"))
        && !some
        && !pod.is_open()
    {
        found.clash(&policy, "cannot be `None` without `dnsConfig.nameservers`");
    }
}

/// Ports of the host, once each; in the host's network they are the container's ports.
fn host_ports<'v>(pod: &At<'v>, found: &mut Found<'v>) {
    let shares = pod.is_true("hostNetwork");
    let mut seen: BTreeMap<(&str, &str, i128), Span> = BTreeMap::new();
    for port in pod.all("containers[].ports[]") {
        let Some(host) = port.get("hostPort") else { continue };
        let Some(number) = host.number().filter(|&number| number != 0) else { continue };
        if let Some(inner) = port.get("containerPort").filter(|_| shares)
            && inner.number().is_some_and(|inner| inner != number)
        {
            // "must match `containerPort` when `hostNetwork` is true"
            let other = (inner.value.span(), "the port of the container");
            found.against(&host, "must be the `containerPort`: the pod has `hostNetwork`", other);
        }
        let protocol = port.text("protocol").unwrap_or("TCP");
        let key = (protocol, port.text("hostIP").unwrap_or(""), number);
        if let Some(&first) = seen.get(&key) {
            found.against(&host, "is taken twice in the pod", (first, "the first one"));
        } else {
            seen.insert(key, host.value.span());
        }
    }
}

/// "Operator must be Exists when key is empty", "value should be empty" with it, and
/// `tolerationSeconds` "must be of effect `NoExecute`".
fn toleration<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if at.is_open() {
        return;
    }
    let filled = |key: &str| at.get(key).is_some_and(|value| value.string().is_none());
    let empty = |key: &str| !filled(key) && at.text(key).unwrap_or("").is_empty();
    let exists = at.says("operator", "Exists");
    if empty("key") && !exists && !filled("operator") {
        found.lacks_for(at, "key", "every operator but `Exists` asks for");
    }
    if let Some(value) = at.get("value").filter(|_| exists && !empty("value")) {
        found.clash(&value, "cannot be set with the operator `Exists`");
    }
    if let Some(seconds) = at.get("tolerationSeconds")
        && !at.says("effect", "NoExecute")
        && !filled("effect")
    {
        found.clash(&seconds, "can only be set with the effect `NoExecute`");
    }
}
