//! What directory names mean when they are not environments, as tables.

/// Directories that environments stand in: `overlays/production`, `clusters/prod-eu`.
const HOLDERS: &[&str] = &[
    "cluster",
    "clusters",
    "env",
    "environment",
    "environments",
    "envs",
    "instances",
    "landscapes",
    "overlay",
    "overlays",
    "rings",
    "sites",
    "stages",
    "targets",
    "variants",
    "waves",
];

/// Directories of files that are named after environments or units.
const VALUE_HOLDERS: &[&str] = &[
    "config",
    "configs",
    "configuration",
    "inputs",
    "inventories",
    "overrides",
    "params",
    "parameters",
    "settings",
    "tfvars",
    "values",
    "var-files",
    "variables",
    "vars",
    "workspace-variables",
    "workspace_variables",
];

/// Directories of many units, which therefore name none.
const COLLECTIONS: &[&str] = &[
    "addons",
    "app",
    "applications",
    "apps",
    "argo",
    "argocd",
    "charts",
    "components",
    "core",
    "deploy",
    "deployment",
    "deployments",
    "flux",
    "gitops",
    "helm",
    "helmfile",
    "infra",
    "infrastructure",
    "k8s",
    "kube",
    "kubernetes",
    "kustomize",
    "manifests",
    "modules",
    "namespaces",
    "platform",
    "projects",
    "releases",
    "resources",
    "roots",
    "services",
    "stacks",
    "system",
    "teams",
    "tenants",
    "terraform",
    "tf",
    "workloads",
];

/// What environments share: never an environment, never a unit of its own.
const BASES: &[&str] = &[
    "_base",
    "_common",
    "_shared",
    "base",
    "bases",
    "common",
    "commons",
    "component",
    "components",
    "defaults",
    "empty-base",
    "global",
    "lib",
    "libs",
    "shared",
    "templates",
];

/// Trees that hold nothing that is deployed, and what they hold instead.
const ASIDE: &[(&str, &str)] = &[
    ("archive", "archived"),
    ("archived", "archived"),
    ("deprecated", "archived"),
    ("doc", "documentation"),
    ("docs", "documentation"),
    ("example", "an example"),
    ("examples", "an example"),
    ("fixture", "a test fixture"),
    ("fixtures", "a test fixture"),
    ("node_modules", "vendored"),
    ("sample", "an example"),
    ("samples", "an example"),
    ("template", "a template"),
    ("templates", "a template"),
    ("testdata", "a test fixture"),
    ("tests", "a test fixture"),
    ("third_party", "vendored"),
    ("vendor", "vendored"),
    ("vendored", "vendored"),
];

/// Release channels of operators and charts: what stands beside them is a channel too.
const CHANNELS: &[&str] =
    &["alpha", "beta", "candidate", "channel", "edge", "eus", "fast", "nightly", "stable", "rapid"];

/// Geography as clouds abbreviate it: a place in company (`eu-west-1`, `us2`).
const PLACES: &[&str] = &[
    "af",
    "africa",
    "ap",
    "apne",
    "apse",
    "au",
    "aue",
    "az",
    "br",
    "ca",
    "central",
    "cn",
    "de",
    "east",
    "eun",
    "euw",
    "fr",
    "gb",
    "il",
    "in",
    "jp",
    "me",
    "na",
    "north",
    "northeast",
    "northwest",
    "sa",
    "se",
    "sea",
    "sg",
    "south",
    "southeast",
    "southwest",
    "uks",
    "ukw",
    "use",
    "usw",
    "west",
];

/// Geography that needs no company.
const REGIONS: &[&str] = &[
    "apac",
    "asia",
    "centralus",
    "eastus",
    "emea",
    "eu",
    "europe",
    "latam",
    "neu",
    "northeurope",
    "uk",
    "uksouth",
    "ukwest",
    "us",
    "weu",
    "westeurope",
    "westus",
];

/// Words that number the copies of an environment: `ring-1`, `cluster02`, `wave-3`.
const SERIES: &[&str] = &["cell", "cluster", "region", "ring", "shard", "slot", "wave", "zone"];

/// File name parts that name a unit beside an environment (`secrets-prod.yaml`).
const FILE_NOUNS: &[&str] = &[
    "backend",
    "config",
    "credentials",
    "enc",
    "images",
    "network",
    "override",
    "overrides",
    "secret",
    "secrets",
    "settings",
    "versions",
];

/// File stems that say nothing about the unit.
const EMPTY_STEMS: &[&str] =
    &["config", "kustomization", "main", "terraform", "values", "variables", "vars"];

fn holds(table: &[&str], name: &str) -> bool {
    table.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// Whether environments are what stands in a directory of this name.
pub(super) fn is_holder(name: &str) -> bool {
    holds(HOLDERS, name)
}

/// Whether files named after environments or units stand in a directory of this name.
pub(super) fn is_value_holder(name: &str) -> bool {
    holds(VALUE_HOLDERS, name)
}

/// Whether the name is shared configuration of several environments.
pub(super) fn is_base(name: &str) -> bool {
    holds(BASES, name) || name.ends_with("-base") || name.starts_with("base-")
}

/// Whether the name says which unit it is: not a holder, a collection, a base or a place.
pub(super) fn names_a_unit(name: &str) -> bool {
    !(is_holder(name)
        || is_value_holder(name)
        || holds(COLLECTIONS, name)
        || is_base(name)
        || is_place(name))
}

/// Whether the name is a release channel or a version.
pub(super) fn is_channel(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|token| holds(CHANNELS, token))
}

/// Whether a file of this stem is named after its kind only.
pub(super) fn is_empty_stem(stem: &str) -> bool {
    holds(EMPTY_STEMS, stem)
}

/// Whether a file of this stem holds what the files of all environments beside it share. `base` may
/// be an environment of its own.
pub(super) fn is_shared_stem(stem: &str) -> bool {
    const SHARED: &[&str] = &["all", "common", "default", "defaults", "global", "shared"];
    stem.split(['-', '_', '.']).any(|token| holds(SHARED, token))
}

/// Whether a part of a file name names a unit beside an environment.
pub(super) fn is_file_noun(token: &str) -> bool {
    holds(FILE_NOUNS, token)
}

/// Why nothing below a directory of this name is an overlay.
pub(crate) fn aside(name: &str) -> Option<&'static str> {
    if name.starts_with('.') {
        return Some("in a hidden directory");
    }
    ASIDE.iter().find(|(word, _)| name.eq_ignore_ascii_case(word)).map(|&(_, why)| why)
}

/// Whether the name can only be a region or a numbered copy: `eu-west-1`, `ring-2`, `01`.
pub(crate) fn is_place(name: &str) -> bool {
    let tokens = || name.split(['-', '_']);
    let fits = |token: &str| {
        let letters = token.trim_end_matches(|c: char| c.is_ascii_digit());
        letters.is_empty() || is_geography(letters) || holds(SERIES, letters)
    };
    // `central` or `zone` alone may be anything.
    let company = tokens().count() > 1 || name.ends_with(|c: char| c.is_ascii_digit());
    !name.is_empty() && tokens().all(fits) && (company || holds(REGIONS, name))
}

fn is_geography(word: &str) -> bool {
    holds(PLACES, word) || holds(REGIONS, word)
}

/// Whether the name is a step of a roll-out: `ring-2`, `wave1`.
pub(super) fn is_ring(name: &str) -> bool {
    ["ring", "wave"].iter().any(|word| {
        let number = name.to_ascii_lowercase();
        number.strip_prefix(word).is_some_and(|number| {
            number.trim_start_matches(['-', '_']).bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

/// Whether the name looks like that of one cluster among others: a place, or numbered at its end.
pub(super) fn is_cluster_like(name: &str) -> bool {
    let places = name.split(['-', '_']).filter(|token| is_geography(token)).count();
    is_place(name)
        || places > 1
        || (name.contains(['-', '_']) && name.ends_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{aside, is_channel, is_cluster_like, is_place};

    #[test]
    fn places_are_regions_and_numbered_copies() {
        for name in ["eu-west-1", "ring-2", "01", "euw1", "us-east-2", "weu", "cluster02", "eu"] {
            assert!(is_place(name), "{name}");
        }
        for name in ["orders", "redis6", "v1", "in-memory", "west-wing", "canary", "me", ""] {
            assert!(!is_place(name), "{name}");
        }
        assert!(is_cluster_like("acme-prd-eu02"));
        assert!(!is_cluster_like("orders"));
    }

    #[test]
    fn channels_and_trees_aside() {
        assert!(is_channel("stable-5.8"));
        assert!(!is_channel("staging"));
        assert_eq!(aside(".archive"), Some("in a hidden directory"));
        assert_eq!(aside("orders"), None);
    }
}
