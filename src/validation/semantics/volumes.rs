//! Volumes and the containers that mount them.

use crate::schema::Fault;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{BELOW, LABEL, NO_BACKSTEP, POSITIVE};
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::storage::CLAIM_SPEC;

/// The lists of containers in a pod.
pub(super) const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// "must be a number between 0 and 0777 (octal), both inclusive"
const MODE: Rule = Rule::Check(mode);

/// `Volume`.
pub(super) const VOLUME: &[Row] = &[
    // "Must be a DNS_LABEL and unique within the pod."
    row("name", Rule::Text(&LABEL)),
    // "may not specify more than 1 volume type"; none is an emptyDir.
    row("", Rule::AtMostOne(SOURCES)),
    row("configMap", Rule::Needs(&["name"])),
    row("configMap", Rule::Is(FILES)),
    row("secret", Rule::Needs(&["secretName"])),
    row("secret", Rule::Is(FILES)),
    row("downwardAPI.defaultMode", MODE),
    row("projected.defaultMode", MODE),
    row("projected.sources[].configMap", Rule::Needs(&["name"])),
    row("projected.sources[].configMap", Rule::Is(FILES)),
    row("projected.sources[].secret", Rule::Needs(&["name"])),
    row("projected.sources[].secret", Rule::Is(FILES)),
    // "Defaults to 1 hour and must be at least 10 minutes."
    row("projected.sources[].serviceAccountToken.expirationSeconds", Rule::AtLeast(600)),
    row(
        "projected.sources[]",
        Rule::AtMostOne(&[
            "secret",
            "configMap",
            "downwardAPI",
            "serviceAccountToken",
            "clusterTrustBundle",
            "podCertificate",
        ]),
    ),
    row("hostPath.path", Rule::Text(&NO_BACKSTEP)),
    row("emptyDir.sizeLimit", Rule::Text(&POSITIVE)),
    row("ephemeral", Rule::Needs(&["volumeClaimTemplate"])),
    row("ephemeral.volumeClaimTemplate.spec", Rule::Is(CLAIM_SPEC)),
];

/// The kinds of volumes.
const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// What `ConfigMap` and `Secret` have in common as volumes.
const FILES: &[Row] = &[
    row("defaultMode", MODE),
    row("items[].mode", MODE),
    // "May not be an absolute path. May not contain the path element '..'."
    row("items[].path", Rule::Text(&BELOW)),
];

fn mode<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if at.number().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        found.wrong(at, "must be at most 0777; without a leading 0 it is decimal, and at most 511");
    }
}

/// Mounts of a pod: "This must match the Name of a Volume."
pub(super) fn mounts<'v>(pod: &At<'v>, found: &mut Found<'v>) {
    mounts_of(pod, &[], found);
}

/// Mounts of a template of `StatefulSet`: its claims are volumes as well.
pub(super) fn mounts_of_set<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    let Some(pod) = spec.at(&["template", "spec"]) else { return };
    mounts_of(&pod, &spec.all("volumeClaimTemplates[].metadata"), found);
}

/// Each of `more` has the name of another volume.
fn mounts_of<'v>(pod: &At<'v>, more: &[At<'v>], found: &mut Found<'v>) {
    let volumes = pod.list("volumes");
    let mut names = Vec::new();
    for volume in volumes.iter().chain(more) {
        // A volume that is filled in later may have any name.
        let Some(name) = volume.text("name").filter(|_| !volume.is_open()) else { return };
        names.push(name);
    }
    for containers in CONTAINERS {
        for container in pod.list(containers) {
            for mount in ["volumeMounts", "volumeDevices"] {
                for name in container.list(mount).iter().filter_map(|mount| mount.get("name")) {
                    if name.string().is_some_and(|text| !names.contains(&text)) {
                        let known = names.iter().map(|&name| name.to_owned()).collect();
                        let fault = Fault::Dangling { what: "volume of the pod", known };
                        found.add(&name, fault, Vec::new());
                    }
                }
            }
        }
    }
}
