//! Containers: Pod v1 core, `Container`, `Probe`, `EnvVar`, `SecurityContext`.

use crate::schema::Fault;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{
    BELOW, DATA_KEY, Form, LABEL, PORT, PORT_NAME, SUBDOMAIN, VARIABLE,
};
use crate::validation::semantics::resources::RESOURCES;
use crate::validation::semantics::rule::{Found, Row, Rule, row};

pub(super) const PORT_NUMBER: Rule = Rule::Between(1, 65535);
/// An id of a user or group.
const ID: Rule = Rule::Between(0, 2_147_483_647);

/// `Container`; those for every list of containers.
pub(super) const CONTAINER: &[Row] = &[
    // "Each container in a pod must have a unique name (DNS_LABEL)."
    row("name", Rule::Text(&LABEL)),
    // "Container image name", empty only in what fills it in before the API server checks it.
    row("", Rule::Needs(&["image"])),
    // "This must be a valid port number, 0 < x < 65536."
    row("ports[].containerPort", PORT_NUMBER),
    // "If specified, this must be a valid port number"; 0 is as good as none.
    row("ports[].hostPort", Rule::Between(0, 65535)),
    // "this must be an IANA_SVC_NAME and unique within the pod"; the server looks at a container.
    row("ports[].name", Rule::Text(&PORT_NAME)),
    row("ports", Rule::Unique(&["name"])),
    // "Must be a C_IDENTIFIER"; since 1.30 nearly anything printable.
    row("env[].name", Rule::Text(&VARIABLE)),
    // "Source for the environment variable's value. Cannot be used if value is not empty."
    row("env[]", Rule::AtMostOne(&["value", "valueFrom"])),
    row("env[].valueFrom", Rule::ExactlyOne(SOURCES)),
    row("env[].valueFrom.fieldRef.fieldPath", Rule::Text(&POD_FIELD)),
    row("env[].valueFrom.resourceFieldRef.resource", Rule::Text(&RESOURCE_FIELD)),
    row("env[].valueFrom.configMapKeyRef", Rule::Is(KEY_REFERENCE)),
    row("env[].valueFrom.secretKeyRef", Rule::Is(KEY_REFERENCE)),
    // "must specify one of: `configMapRef` or `secretRef`"
    row("envFrom[]", Rule::ExactlyOne(&["configMapRef", "secretRef"])),
    row("envFrom[].configMapRef", Rule::Needs(&["name"])),
    row("envFrom[].secretRef", Rule::Needs(&["name"])),
    // "Path within the container at which the volume should be mounted": "must be unique"
    row("volumeMounts", Rule::Unique(&["mountPath"])),
    // "SubPathExpr and SubPath are mutually exclusive."
    row("volumeMounts[]", Rule::AtMostOne(&["subPath", "subPathExpr"])),
    row("volumeMounts[].subPath", Rule::Text(&BELOW)),
    row("volumeMounts[].subPathExpr", Rule::Text(&BELOW)),
    row("volumeDevices", Rule::Unique(&["devicePath"])),
    row("volumeDevices", Rule::Unique(&["name"])),
    row("resources", Rule::Is(RESOURCES)),
    row("livenessProbe", Rule::Is(PROBE)),
    row("readinessProbe", Rule::Is(PROBE)),
    row("startupProbe", Rule::Is(PROBE)),
    // "Must be 1 for liveness and startup."
    row("livenessProbe.successThreshold", Rule::Check(once)),
    row("startupProbe.successThreshold", Rule::Check(once)),
    // "must not be set for readinessProbes"
    row("readinessProbe.terminationGracePeriodSeconds", Rule::Never("cannot be set here")),
    row("", Rule::Check(named_ports)),
    row("lifecycle.preStop", Rule::Is(HOOK)),
    row("lifecycle.postStart", Rule::Is(HOOK)),
    row("securityContext", Rule::Is(SECURITY)),
];

/// `EnvVarSource`.
const SOURCES: &[&str] =
    &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// `ConfigMapKeySelector` and `SecretKeySelector`.
const KEY_REFERENCE: &[Row] = &[
    row("", Rule::Needs(&["name"])),
    row("name", Rule::Text(&SUBDOMAIN)),
    row("key", Rule::Text(&DATA_KEY)),
];

/// "Selects a field of the pod: supports …"
const POD_FIELD: Form = Form {
    words: "one of metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], \
            metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.hostIP, \
            status.hostIPs, status.podIP and status.podIPs",
    holds: |text| {
        let subscript = |text: &str| text.starts_with("['") && text.ends_with("']");
        let keyed = |name: &str| text.strip_prefix(name).is_some_and(subscript);
        matches!(
            text,
            "metadata.name"
                | "metadata.namespace"
                | "metadata.uid"
                | "spec.nodeName"
                | "spec.serviceAccountName"
                | "spec.host"
                | "status.hostIP"
                | "status.hostIPs"
                | "status.podIP"
                | "status.podIPs"
        ) || keyed("metadata.labels")
            || keyed("metadata.annotations")
    },
};

/// "only resources limits and requests … are currently supported"
const RESOURCE_FIELD: Form = Form {
    words: "`limits.` or `requests.`, and cpu, memory, ephemeral-storage or hugepages-SIZE",
    holds: |text| {
        let named = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
        named.is_some_and(|name| {
            matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
        })
    },
};

/// `Probe`.
const PROBE: &[Row] = &[
    // "must specify a handler type", "may not specify more than 1 handler type"
    row("", Rule::ExactlyOne(&["exec", "httpGet", "tcpSocket", "grpc"])),
    row("", Rule::Is(HANDLER)),
    // A 0 stands for the default.
    row("initialDelaySeconds", Rule::AtLeast(0)),
    row("timeoutSeconds", Rule::AtLeast(0)),
    row("periodSeconds", Rule::AtLeast(0)),
    row("successThreshold", Rule::AtLeast(0)),
    row("failureThreshold", Rule::AtLeast(0)),
    // "must be greater than 0"
    row("terminationGracePeriodSeconds", Rule::AtLeast(1)),
];

/// `LifecycleHandler`.
const HOOK: &[Row] = &[
    row("", Rule::ExactlyOne(&["exec", "httpGet", "tcpSocket", "sleep"])),
    row("", Rule::Is(HANDLER)),
];

const HANDLER: &[Row] = &[
    row("exec", Rule::Needs(&["command"])),
    // "Name or number of the port … Number must be in the range 1 to 65535. Name must be an
    // IANA_SVC_NAME."
    row("httpGet.port", PORT_NUMBER),
    row("httpGet.port", Rule::Text(&PORT)),
    row("tcpSocket.port", PORT_NUMBER),
    row("tcpSocket.port", Rule::Text(&PORT)),
    row("grpc.port", PORT_NUMBER),
];

/// `SecurityContext` and what it shares with `PodSecurityContext`.
pub(super) const SECURITY: &[Row] = &[
    row("runAsUser", ID),
    row("runAsGroup", ID),
    row("seccompProfile", Rule::Check(profile)),
    row("", Rule::Check(escalation)),
];

/// "must be 1"; 0 stands for the default.
fn once<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if at.number().is_some_and(|number| !matches!(number, 0 | 1)) {
        found.wrong(at, "must be 1");
    }
}

/// "Must be set if type is "Localhost". Must NOT be set for any other type."
fn profile<'v>(at: &At<'v>, found: &mut Found<'v>) {
    match (at.text("type"), at.get("localhostProfile")) {
        (Some("Localhost"), None) if !at.is_open() => {
            found.lacks_for(at, "localhostProfile", "the type `Localhost` asks for");
        }
        (Some("RuntimeDefault" | "Unconfined"), Some(profile)) => {
            found.clash(&profile, "can only be set with the type `Localhost`");
        }
        _ => {}
    }
}

/// "`AllowPrivilegeEscalation` is true always when the container is: 1) run as Privileged 2) has
/// `CAP_SYS_ADMIN`"
fn escalation<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let Some(allowed) = at.get("allowPrivilegeEscalation") else { return };
    if allowed.value.as_bool() != Some(false) {
        return;
    }
    if let Some(privileged) = at.get("privileged").filter(|_| at.is_true("privileged")) {
        let other = (privileged.value.span(), "the container is privileged");
        found.against(&allowed, "cannot be `false` for a privileged container", other);
    }
    let added = at.all("capabilities.add[]");
    if let Some(added) = added.iter().find(|added| added.string() == Some("CAP_SYS_ADMIN")) {
        let other = (added.value.span(), "the capability");
        found.against(&allowed, "cannot be `false` with the capability CAP_SYS_ADMIN", other);
    }
}

/// A probe that names its port: the kubelet looks for it in the container, and the probe fails
/// where there is none.
fn named_ports<'v>(container: &At<'v>, found: &mut Found<'v>) {
    let ports = container.list("ports");
    let names = ports.iter().filter_map(|port| port.get("name"));
    if container.is_open() || names.clone().any(|name| name.string().is_none()) {
        return;
    }
    let names: Vec<&str> = names.filter_map(|name| name.string()).collect();
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        for action in ["httpGet", "tcpSocket"] {
            let Some(port) = container.at(&[probe, action, "port"]) else { continue };
            let Some(name) = port.string().filter(|name| (PORT.holds)(name)) else { continue };
            if !names.contains(&name) {
                let known = names.iter().map(|&name| name.to_owned()).collect();
                let what = "port of the container";
                found.add(&port, Fault::Dangling { what, known }, Vec::new());
            }
        }
    }
}
