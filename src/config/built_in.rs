//! The permissions and noise rules that hold without configuration, by name.

/// A permission that every policy begins with and that `[built-in]` can drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name in `[built-in]`.
    pub name: &'static str,
    /// What it permits.
    pub docs: &'static str,
}

/// All of them, sorted by name.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "autoscaling", docs: "Bounds of autoscalers may differ within a ratio" },
    BuiltIn { name: "chart-labels", docs: "Labels that name the version of a chart are noise" },
    BuiltIn { name: "checksum-annotations", docs: "Annotations that hold a checksum are noise" },
    BuiltIn { name: "cipher-text", docs: "Encrypted values are noise" },
    BuiltIn { name: "content-hashes", docs: "Name suffixes made from content are noise" },
    BuiltIn { name: "environment-labels", docs: "Labels that carry the environment may differ" },
    BuiltIn { name: "host-names", docs: "Hosts and URLs may differ in the environment's name" },
    BuiltIn { name: "image-tags", docs: "Tags and digests of images may differ" },
    BuiltIn { name: "namespaces", docs: "Namespaces may differ" },
    BuiltIn { name: "replicas", docs: "Numbers of replicas may differ within a ratio" },
    BuiltIn { name: "resources", docs: "Requests and limits may differ within a ratio" },
];
