//! Custom resources that many repositories use.

use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::schema::pack::definitions::Definitions;
use crate::schema::pack::inflate::inflate;
use crate::schema::structural;

/// The file that `scripts/crd_schemas.py` writes.
static PACK: &[u8] = include_bytes!("../../../schemas/custom.zz");
static UNPACKED: OnceLock<Custom> = OnceLock::new();

/// A kind of custom resource.
#[derive(Debug)]
pub struct CustomKind {
    /// The API group.
    pub group: Box<str>,
    /// The API version.
    pub version: Box<str>,
    /// The kind.
    pub name: Box<str>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// The package from which its definition comes, and that package's version.
    pub package: Box<str>,
    definition: u32,
}

/// The custom resources that are built in.
#[derive(Debug)]
pub struct Custom {
    /// Sorted by group, version and name.
    kinds: Vec<CustomKind>,
    definitions: Definitions,
}

/// The built-in custom resources.
pub fn custom() -> &'static Custom {
    UNPACKED.get_or_init(|| Custom::read(inflate(PACK)))
}

impl Custom {
    fn read(text: String) -> Self {
        let (kinds, definitions) = Definitions::read(text, |rows| rows.filter_map(kind).collect());
        Self { kinds, definitions }
    }

    /// All kinds, sorted by group, version and name.
    pub fn kinds(&self) -> &[CustomKind] {
        &self.kinds
    }

    /// The kinds of one group.
    fn of(&self, group: &str) -> &[CustomKind] {
        let from = self.kinds.partition_point(|kind| &*kind.group < group);
        let to = self.kinds.partition_point(|kind| &*kind.group <= group);
        self.kinds.get(from..to).unwrap_or_default()
    }

    /// The API groups, sorted.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.kinds
            .chunk_by(|a, b| a.group == b.group)
            .filter_map(|kinds| Some(&*kinds.first()?.group))
    }

    /// The packages from which the definitions of a group come, with their versions, the one that
    /// has most of them first. None for a group that is not built in.
    pub fn origins(&self, group: &str) -> Vec<&str> {
        let mut counts: Vec<(usize, &str)> = Vec::new();
        for kind in self.of(group) {
            match counts.iter_mut().find(|(_, package)| *package == &*kind.package) {
                Some((count, _)) => *count += 1,
                None => counts.push((1, &kind.package)),
            }
        }
        counts.sort_by_key(|&(count, package)| (std::cmp::Reverse(count), package));
        counts.into_iter().map(|(_, package)| package).collect()
    }

    /// A kind; `None` where it is not built in.
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&CustomKind> {
        self.of(group).iter().find(|other| *other.version == *version && *other.name == *kind)
    }

    /// A kind as a JSON Schema that refers to nothing outside of itself, made as from a definition
    /// in the repository ([`structural::json_schema`]); `None` where it is not built in.
    pub fn schema(&self, group: &str, version: &str, kind: &str) -> Option<Json> {
        let definition = self.kind(group, version, kind)?.definition;
        let (mut schema, needed) = self.definitions.with_needed(definition, |id| id.to_string())?;
        schema.as_object_mut()?.insert("$defs".to_owned(), needed.into());
        Some(structural::json_schema(&schema, group, version, kind))
    }
}

/// Reads `group  version  kind  scope  definition  package`.
fn kind(line: &str) -> Option<CustomKind> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    Some(CustomKind {
        group: next()?.into(),
        version: next()?.into(),
        name: next()?.into(),
        namespaced: next()? == "namespaced",
        definition: next()?.parse().ok()?,
        package: next()?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::custom;

    #[test]
    fn knows_its_kinds_and_where_they_come_from() {
        let custom = custom();
        let application = custom.kind("argoproj.io", "v1alpha1", "Application").unwrap();
        assert!(application.namespaced && application.package.starts_with("kcr_argoproj_io "));
        assert!(!custom.kind("cert-manager.io", "v1", "ClusterIssuer").unwrap().namespaced);
        assert!(custom.kind("cert-manager.io", "v1", "Clusterissuer").is_none());
        assert!(custom.schema("cert-manager.io", "v0", "ClusterIssuer").is_none());
        assert!(custom.groups().is_sorted() && custom.groups().count() > 40);
        let origins = custom.origins("kustomize.toolkit.fluxcd.io");
        assert_eq!(origins.len(), 2, "{origins:?}");
        assert!(custom.origins("example.org").is_empty());
    }
}
