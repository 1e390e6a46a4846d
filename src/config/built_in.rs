//! The permissions and noise rules that hold without configuration, by name.

/// A permission that every policy begins with and that `[built-in]` can drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name in `[built-in]`.
    pub name: &'static str,
    /// What it permits.
    pub docs: &'static str,
}

const fn built_in(name: &'static str, docs: &'static str) -> BuiltIn {
    BuiltIn { name, docs }
}

/// All of them, sorted by name.
pub const BUILT_IN: &[BuiltIn] = &[
    built_in("autoscaled-replicas", "Replicas of what an autoscaler scales may differ"),
    built_in("autoscaling", "Bounds of autoscalers may differ within a ratio, upwards"),
    built_in("backup-destinations", "Where backups are kept may differ"),
    built_in("backup-retention", "Backups may be kept longer"),
    built_in("backup-schedules", "The time of day of backups may differ"),
    built_in("certificates", "Names of TLS secrets and issuers of certificates may differ"),
    built_in("chart-labels", "Labels that name the version of a chart are noise"),
    built_in("checksum-annotations", "Annotations that hold a checksum are noise"),
    built_in("cipher-text", "Encrypted values are noise"),
    built_in("content-hashes", "Name suffixes made from content are noise"),
    built_in("default-registry", "Naming the default registry or not is noise"),
    built_in("destinations", "Cluster, namespace and project of an Argo CD Application may differ"),
    built_in("generators", "What an Argo CD ApplicationSet generates for may differ"),
    built_in("hosts", "Rules of routes may differ in their hosts"),
    built_in("identifiers", "Hosts, URLs, accounts and ids may differ"),
    built_in("image-tags", "Tags and digests of images may differ"),
    built_in("kubectl-residue", "What kubectl and controllers note in annotations is noise"),
    built_in("ingress-classes", "The controller or load balancer that serves a route may differ"),
    built_in("instance-classes", "Machine types of databases may differ"),
    built_in("log-levels", "Log levels may differ"),
    built_in("machines", "The machines that the pods of a chart run on may differ"),
    built_in("namespaces", "Namespaces may differ"),
    built_in("networks", "Addresses of networks may differ"),
    built_in("object-names", "Names of objects that answer each other are noise"),
    built_in("places", "Names, hosts and paths in values and configuration files may differ"),
    built_in("replicas", "Numbers of replicas may differ within a ratio, upwards"),
    built_in("resources", "Requests, limits and storage may differ within a ratio, upwards"),
    built_in("retention", "What is observed may be kept longer than in the reference"),
    built_in("scalar-type", "The same text as a string and as a number is noise"),
    built_in("secret-references", "Where a secret store keeps a secret may differ"),
    built_in("server-fields", "Fields that the API server sets are noise"),
    built_in("sync-order", "The order in which Argo CD applies objects is noise"),
    built_in("terraform-identity", "Names, places, accounts and secrets of Terraform may differ"),
    built_in("terraform-order", "The order in which Terraform makes things is noise"),
    built_in("terraform-protection", "Switches of Terraform may protect better"),
    built_in("terraform-sizes", "Sizes and periods of Terraform may differ upwards"),
    built_in("terraform-state", "Where Terraform keeps its state and works is noise"),
    built_in("versions", "Versions, revisions and digests may differ"),
];
