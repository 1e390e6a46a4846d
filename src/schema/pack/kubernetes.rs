//! The API of Kubernetes, for all versions that are built in.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json, json};

use crate::kube::Version;
use crate::schema::pack::definitions::Definitions;
use crate::schema::pack::inflate::inflate;

/// The file that `scripts/kube_schemas.py` writes.
static PACK: &[u8] = include_bytes!("../../../schemas/kubernetes.zz");
static UNPACKED: OnceLock<Kubernetes> = OnceLock::new();

/// The dialect of the definitions.
pub(in crate::schema) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A definition. Two that are equal are the same together with all that they refer to, so that
/// what was compiled for one version serves every other version in which the kind did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(u32);

/// A kind of the API.
#[derive(Debug)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: Box<str>,
    /// The API version.
    pub version: Box<str>,
    /// The kind.
    pub name: Box<str>,
    /// From each of these versions on the definition beside it holds; none: it is not served.
    steps: Vec<(Version, Option<SchemaId>)>,
}

impl Kind {
    /// What describes the kind in a version; `None` where that version does not serve it.
    pub(super) fn definition(&self, at: Version) -> Option<SchemaId> {
        let (_, id) = self.steps.iter().rev().find(|(since, _)| *since <= at)?;
        *id
    }

    /// The first and the last version that serve the kind.
    pub fn served(&self) -> Option<(Version, Version)> {
        let mut all = Version::built_in().filter(|version| self.definition(*version).is_some());
        let first = all.next()?;
        Some((first, all.next_back().unwrap_or(first)))
    }
}

/// The kinds and definitions of all built-in versions.
#[derive(Debug)]
pub struct Kubernetes {
    source: Box<str>,
    versions: Vec<Version>,
    /// Sorted by group, version and name.
    kinds: Vec<Kind>,
    definitions: Definitions,
}

/// The built-in API of Kubernetes.
pub fn kubernetes() -> &'static Kubernetes {
    UNPACKED.get_or_init(|| Kubernetes::read(inflate(PACK)))
}

impl Kubernetes {
    /// Reads the text; the script describes it.
    fn read(text: String) -> Self {
        let ((source, versions, kinds), definitions) = Definitions::read(text, |rows| {
            let source = rows.next().unwrap_or("").into();
            let versions =
                rows.next().unwrap_or("").split(' ').filter_map(Version::minor).collect();
            (source, versions, rows.filter_map(kind).collect())
        });
        Self { source, versions, kinds, definitions }
    }

    /// The package from which the definitions come, with its version.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The versions, oldest first.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// All kinds of all versions, sorted by group, version and name.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    fn kind(&self, group: &str, version_name: &str, kind: &str) -> Option<&Kind> {
        let wanted = (group, version_name, kind);
        let found = self
            .kinds
            .binary_search_by(|kind| (&*kind.group, &*kind.version, &*kind.name).cmp(&wanted));
        self.kinds.get(found.ok()?)
    }

    /// The definition of a kind in a version of Kubernetes; `None` where it is not served.
    /// `group` is empty for the core group, `version_name` is the version of the API (`v1`).
    pub fn schema(
        &self,
        version: Version,
        group: &str,
        version_name: &str,
        kind: &str,
    ) -> Option<SchemaId> {
        self.kind(group, version_name, kind)?.definition(version)
    }

    /// The first and the last built-in version that serve a kind; `None` where none does.
    pub fn served(
        &self,
        group: &str,
        version_name: &str,
        kind: &str,
    ) -> Option<(Version, Version)> {
        self.kind(group, version_name, kind)?.served()
    }

    /// A definition as a JSON Schema that refers to nothing outside of itself: `$ref` to the
    /// definition, and all that it needs below `$defs`, named by numbers.
    ///
    /// Objects are closed, and null is allowed where the API server takes it for absent. Formats
    /// are those of the API: `int32`, `int64`, `double`, `byte`, `date-time`, and for the two types
    /// that read texts and numbers `int-or-string` and `quantity`.
    pub fn document(&self, id: SchemaId) -> Option<Json> {
        let (root, mut definitions) = self.definitions.with_needed(id.0, |id| id.to_string())?;
        definitions.insert(id.0.to_string(), root);
        let root = format!("#/$defs/{}", id.0);
        Some(json!({ "$schema": DIALECT, "$ref": root, "$defs": definitions }))
    }

    /// The metadata that every object has, in the newest version, and the definitions that it
    /// needs; `prefix` begins the names of those.
    pub(in crate::schema) fn metadata(&self, prefix: &str) -> Option<(Json, Map<String, Json>)> {
        let object = self.schema(Version::NEWEST, "", "v1", "ConfigMap")?;
        let name = |id: u32| format!("{prefix}{id}");
        let (root, mut definitions) = self.definitions.with_needed(object.0, name)?;
        let metadata =
            root.pointer("/properties/metadata/$ref")?.as_str()?.strip_prefix("#/$defs/")?;
        Some((definitions.remove(metadata)?, definitions))
    }
}

/// Reads `group  version  kind  1.25:12 1.28:40 1.30:-`.
fn kind(line: &str) -> Option<Kind> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (group, version, name) = (next()?.into(), next()?.into(), next()?.into());
    let steps = next()?.split(' ').filter_map(|step| {
        let (minor, id) = step.split_once(':')?;
        Some((Version::minor(minor)?, id.parse().ok().map(SchemaId)))
    });
    Some(Kind { group, version, name, steps: steps.collect() })
}

#[cfg(test)]
mod tests {
    use super::{Kubernetes, kubernetes};
    use crate::kube::Version;

    fn at(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn knows_what_each_version_serves() {
        let api = kubernetes();
        let autoscaler = |version| {
            api.schema(at(version), "autoscaling", "v2beta2", "HorizontalPodAutoscaler").is_some()
        };
        assert!(autoscaler("1.25") && !autoscaler("1.26") && !autoscaler("1.37"));
        let policy = "ValidatingAdmissionPolicy";
        let served = api.served("admissionregistration.k8s.io", "v1beta1", policy);
        assert_eq!(served, Some((at("1.28"), at("1.33"))));
        assert_eq!(api.served("", "v1", "ConfigMap"), Some((Version::OLDEST, Version::NEWEST)));
        assert_eq!(api.served("", "v1", "ConfigMapList"), None);
        assert_eq!(api.served("apps", "v1", "deployment"), None);
    }

    #[test]
    fn a_kind_that_did_not_change_is_one_definition() {
        let api = kubernetes();
        let id = |version, kind| api.schema(at(version), "", "v1", kind);
        assert_eq!(id("1.25", "ConfigMap"), id("1.37", "ConfigMap"));
        assert_ne!(id("1.25", "Pod"), id("1.37", "Pod"));
    }

    #[test]
    fn nonsense_holds_nothing() {
        for text in ["", "x", "x\n1.25\nv1\n\n{", "x\n\n\n\n"] {
            let api = Kubernetes::read(text.to_owned());
            assert!(api.kinds().is_empty());
            assert_eq!(api.document(super::SchemaId(0)), None, "{text:?}");
        }
    }
}
