//! Services: Service v1 core.

use std::collections::BTreeMap;

use crate::text::Span;
use crate::validation::semantics::at::At;
use crate::validation::semantics::containers::PORT_NUMBER;
use crate::validation::semantics::forms::{
    CIDR, Form, LABEL, LABEL_VALUE, PORT, QUALIFIED, is_subdomain,
};
use crate::validation::semantics::rule::{Found, Row, Rule, row};

/// `Service`.
pub(super) const SERVICE: &[Row] = &[
    // "The value must be >0 && <=86400(for 1 day) if ServiceAffinity == "ClientIP"."
    row("spec.sessionAffinityConfig.clientIP.timeoutSeconds", Rule::Between(1, 86_400)),
    row("spec.selector", Rule::Keys(&QUALIFIED)),
    row("spec.selector.*", Rule::Text(&LABEL_VALUE)),
    row("spec.ports[].port", PORT_NUMBER),
    // "This must be a DNS_LABEL. All ports within a ServiceSpec must have unique names."
    row("spec.ports[].name", Rule::Text(&LABEL)),
    row("spec.ports", Rule::Unique(&["name"])),
    // "Number must be in the range 1 to 65535. Name must be an IANA_SVC_NAME."; a 0 is as good as
    // none.
    row("spec.ports[].targetPort", Rule::Between(0, 65535)),
    row("spec.ports[].targetPort", Rule::Text(&PORT)),
    row("spec.ports[].nodePort", Rule::Between(0, 65535)),
    row("spec.ports[].appProtocol", Rule::Text(&QUALIFIED)),
    row("spec.externalName", Rule::Text(&CANONICAL)),
    row("spec.loadBalancerSourceRanges[]", Rule::Text(&RANGE)),
    row("spec", Rule::Check(service)),
    row("spec", Rule::Check(ports)),
];

/// "Must be a lowercase RFC-1123 hostname"; it may end with a dot.
const CANONICAL: Form = Form {
    words: "a lower-case domain name",
    holds: |text| is_subdomain(text.strip_suffix('.').unwrap_or(text)),
};
/// Space around it is taken away.
const RANGE: Form = Form { words: CIDR.words, holds: |text| (CIDR.holds)(text.trim()) };

fn service<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    let kind = match spec.get("type") {
        None => "ClusterIP",
        // What is filled in or wrong may be anything.
        Some(kind) => match kind.string() {
            Some(kind) => kind,
            None => return,
        },
    };
    if spec.is_open() {
        return;
    }
    let headless = spec.says("clusterIP", "None");
    let no_ports =
        spec.get("ports").is_none_or(|ports| ports.value.as_list().is_some_and(<[_]>::is_empty));
    let known = matches!(kind, "ClusterIP" | "NodePort" | "LoadBalancer");
    let filled = spec.get("clusterIP").is_some_and(|address| address.string().is_none());
    if known && no_ports && !headless && !filled {
        found.lacks(spec, &["ports"]);
    }
    let ip = spec.get("clusterIP").filter(|_| headless);
    if let Some(ip) = ip.filter(|_| matches!(kind, "NodePort" | "LoadBalancer")) {
        // "may not be set to 'None' for LoadBalancer services"
        found.clash(&ip, format!("cannot be `None` for the type `{kind}`"));
    }
    if kind == "ExternalName" {
        // "externalName is the external reference … requires type to be "ExternalName"."
        if spec.text("externalName") == Some("") || spec.get("externalName").is_none() {
            found.lacks(spec, &["externalName"]);
        }
    }
    if kind == "ClusterIP" {
        for port in spec.list("ports") {
            // "may not be used when `type` is 'ClusterIP'"
            let node = port.get("nodePort");
            if let Some(node) = node.filter(|node| node.number().is_some_and(|port| port != 0)) {
                found.clash(&node, "cannot be set for the type `ClusterIP`");
            }
        }
    }
    if matches!(kind, "ClusterIP" | "ExternalName") {
        // "may only be set for externally-accessible services"
        let outside = !spec.list("externalIPs").is_empty();
        let policy = spec.get("externalTrafficPolicy").filter(|_| !outside);
        if let Some(policy) = policy.filter(|policy| policy.string() != Some("")) {
            let words = "can only be set for the types `NodePort` and `LoadBalancer`";
            found.clash(&policy, words);
        }
    }
    if known && kind != "LoadBalancer" || kind == "ExternalName" {
        // "may only be used when `type` is 'LoadBalancer'"
        for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
            if let Some(at) = spec.get(field) {
                found.clash(&at, "can only be set for the type `LoadBalancer`");
            }
        }
        let ranges = spec.get("loadBalancerSourceRanges");
        let some = |ranges: &At<'_>| ranges.value.as_list().is_some_and(|list| !list.is_empty());
        if let Some(ranges) = ranges.filter(some) {
            found.clash(&ranges, "can only be set for the type `LoadBalancer`");
        }
    }
}

/// "Optional if only one `ServicePort` is defined on this service."; two ports cannot be the same.
fn ports<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    let ports = spec.list("ports");
    if ports.len() > 1 {
        for port in &ports {
            let named = port.get("name").is_some_and(|name| name.value.text() != Some(""));
            if !named && port.value.as_map().is_some() && !port.is_open() {
                found.lacks_for(port, "name", "a service with several ports asks for");
            }
        }
    }
    for field in ["port", "nodePort"] {
        let mut seen: BTreeMap<(&str, i128), Span> = BTreeMap::new();
        for port in &ports {
            let filled = port.get("protocol").is_some_and(|found| found.string().is_none());
            let Some(at) = port.get(field).filter(|_| !filled) else { continue };
            let Some(number) = at.number().filter(|&number| number != 0) else { continue };
            let protocol = port.text("protocol").unwrap_or("TCP");
            if let Some(&first) = seen.get(&(protocol, number)) {
                let words = format!("is taken twice for {protocol}");
                found.against(&at, words, (first, "the first one"));
            } else {
                seen.insert((protocol, number), at.value.span());
            }
        }
    }
}
