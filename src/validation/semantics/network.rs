//! Ingresses and network policies: the networking API.

use crate::validation::semantics::at::At;
use crate::validation::semantics::containers::PORT_NUMBER;
use crate::validation::semantics::forms::{
    ABSOLUTE, CIDR, HOST, LABEL, PORT, PORT_NAME, SUBDOMAIN, TLS_HOST,
};
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::selectors::LABEL_SELECTOR;

/// `Ingress` of `networking.k8s.io/v1`.
pub(super) const INGRESS: &[Row] = &[
    // "either `defaultBackend` or `rules` must be specified"
    row("spec", Rule::Needs(&["defaultBackend", "rules"])),
    row("spec.defaultBackend", Rule::Is(BACKEND)),
    row("spec.ingressClassName", Rule::Text(&SUBDOMAIN)),
    // "must be a DNS name, not an IP address", with a wildcard as its first label or without
    row("spec.rules[].host", Rule::Text(&HOST)),
    row("spec.tls[].hosts[]", Rule::Text(&TLS_HOST)),
    row("spec.rules[].http.paths", Rule::NotEmpty),
    // "Paths must begin with a '/'"
    row("spec.rules[].http.paths[].path", Rule::Text(&ABSOLUTE)),
    row("spec.rules[].http.paths[]", Rule::Check(path)),
    row("spec.rules[].http.paths[].backend", Rule::Is(BACKEND)),
];

/// `IngressBackend`.
const BACKEND: &[Row] = &[
    // ""resource" is mutually exclusive with "Service"."
    row("", Rule::ExactlyOne(&["service", "resource"])),
    row("service", Rule::Needs(&["name"])),
    row("service.name", Rule::Text(&LABEL)),
    // "This is a mutually exclusive setting with "Number"."
    row("service", Rule::Needs(&["port"])),
    row("service.port", Rule::ExactlyOne(&["name", "number"])),
    row("service.port.number", PORT_NUMBER),
    row("service.port.name", Rule::Text(&PORT_NAME)),
];

/// A path has to be "present when using `PathType` with value "Exact" or "Prefix"", and it "must not
/// contain" what browsers take out.
fn path<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let Some(kind @ ("Exact" | "Prefix")) = at.text("pathType") else { return };
    let Some(path) = at.get("path") else {
        if !at.is_open() {
            found.lacks_for(at, "path", &format!("the type `{kind}` asks for"));
        }
        return;
    };
    let Some(text) = path.string() else { return };
    let wrong = ["//", "/./", "/../", "%2f", "%2F"].iter().find(|part| text.contains(**part));
    let end = ["/..", "/."].iter().find(|part| text.ends_with(**part));
    if let Some(part) = wrong.or(end) {
        found.wrong(&path, format!("must not have `{part}` with the type `{kind}`"));
    }
}

/// `NetworkPolicy`.
pub(super) const NETWORK_POLICY: &[Row] = &[
    row("spec.podSelector", Rule::Is(LABEL_SELECTOR)),
    row("spec.ingress[].ports[]", Rule::Is(POLICY_PORT)),
    row("spec.egress[].ports[]", Rule::Is(POLICY_PORT)),
    row("spec.ingress[].from[]", Rule::Is(PEER)),
    row("spec.egress[].to[]", Rule::Is(PEER)),
];

/// `NetworkPolicyPort`.
const POLICY_PORT: &[Row] = &[
    row("port", PORT_NUMBER),
    row("port", Rule::Text(&PORT)),
    row("endPort", PORT_NUMBER),
    row("", Rule::Check(range)),
];

/// "This field cannot be defined if the port field is not defined or if the port field is defined
/// as a named (string) port. The endPort must be equal or greater than port."
fn range<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let Some(end) = at.get("endPort") else { return };
    let Some(port) = at.get("port") else {
        if !at.is_open() {
            found.clash(&end, "needs a `port`");
        }
        return;
    };
    let other = (port.value.span(), "the first port");
    if port.string().is_some() {
        found.against(&end, "cannot stand beside a named port", other);
    } else if let (Some(first), Some(last)) = (port.number(), end.number())
        && last < first
    {
        found.against(&end, "must not be below `port`", other);
    }
}

/// `NetworkPolicyPeer`: "must specify a peer", and "If this field is set then neither of the other
/// fields can be."
const PEER: &[Row] = &[
    row("", Rule::AtMostOne(&["ipBlock", "podSelector"])),
    row("", Rule::AtMostOne(&["ipBlock", "namespaceSelector"])),
    row("", Rule::Check(peer)),
    row("podSelector", Rule::Is(LABEL_SELECTOR)),
    row("namespaceSelector", Rule::Is(LABEL_SELECTOR)),
    row("ipBlock.cidr", Rule::Text(&CIDR)),
    row("ipBlock.except[]", Rule::Text(&CIDR)),
];

fn peer<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let fields = ["podSelector", "namespaceSelector", "ipBlock"];
    let none = !fields.iter().any(|field| at.get(field).is_some());
    if none && at.value.as_map().is_some() && !at.is_open() {
        found.lacks(at, &fields);
    }
}
