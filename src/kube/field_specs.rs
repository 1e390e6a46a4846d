//! Which fields each transformer works on: kustomize's defaults, and what `configurations:` add.

use std::sync::{Arc, LazyLock};

use crate::kube::Gvk;
use crate::kube::kinds::rows;

/// One step of a field's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The key.
    pub key: Arc<str>,
    /// Whether the path says that a list is there; such a step is never created.
    pub list: bool,
}

/// A field of the objects of some kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSpec {
    /// The objects; an empty part means any.
    pub of: Gvk,
    /// The path as written.
    pub path: Arc<str>,
    /// The path in steps.
    pub steps: Arc<[Step]>,
    /// Whether missing maps on the way are created.
    pub create: bool,
}

/// Objects that others refer to by name, and the fields that do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameReference {
    /// The objects referred to; an empty part means any.
    pub target: Gvk,
    /// The fields that hold their names.
    pub fields: Vec<FieldSpec>,
}

/// The lists of fields by what is done with them, named as in a configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum FieldList {
    /// Names that get a prefix.
    NamePrefix,
    /// Names that get a suffix.
    NameSuffix,
    /// Fields that hold the namespace, besides the object's own.
    Namespace,
    /// Labels and selectors.
    CommonLabels,
    /// Labels that are set without selectors and templates, besides the object's own.
    Labels,
    /// Labels without selectors.
    TemplateLabels,
    /// Annotations.
    CommonAnnotations,
    /// Images.
    Images,
    /// Replica counts.
    Replicas,
    /// Fields in which variables are replaced.
    VarReference,
}

impl FieldList {
    /// All lists with their names.
    pub const NAMES: [(&'static str, Self); 10] = [
        ("namePrefix", Self::NamePrefix),
        ("nameSuffix", Self::NameSuffix),
        ("namespace", Self::Namespace),
        ("commonLabels", Self::CommonLabels),
        ("labels", Self::Labels),
        ("templateLabels", Self::TemplateLabels),
        ("commonAnnotations", Self::CommonAnnotations),
        ("images", Self::Images),
        ("replicas", Self::Replicas),
        ("varReference", Self::VarReference),
    ];
}

/// All fields that transformers know of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSpecs {
    lists: [Vec<FieldSpec>; FieldList::NAMES.len()],
    names: Vec<NameReference>,
}

/// Two entries for the same field disagree on whether to create it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("another entry for the field `{0}` says the opposite about `create`")]
pub struct Conflict(pub Arc<str>);

static BUILTIN: LazyLock<Arc<FieldSpecs>> = LazyLock::new(|| {
    let mut specs = FieldSpecs::default();
    for [list, group, version, kind, path, create] in rows(include_str!("data/field_specs.tsv")) {
        let spec = FieldSpec::new(gvk(group, version, kind), path, create == "1");
        if let Some((_, list)) = FieldList::NAMES.iter().find(|(name, _)| *name == list) {
            specs.lists[*list as usize].push(spec);
        }
    }
    for row in rows(include_str!("data/name_references.tsv")) {
        let [to_group, to_version, to_kind, group, version, kind, path, create] = row;
        let spec = FieldSpec::new(gvk(group, version, kind), path, create == "1");
        specs.reference(&gvk(to_group, to_version, to_kind)).push(spec);
    }
    Arc::new(specs)
});

fn gvk(group: &str, version: &str, kind: &str) -> Gvk {
    Gvk { group: group.into(), version: version.into(), kind: kind.into() }
}

/// Whether an object is one of those that a pattern with empty parts means.
pub fn selects(pattern: &Gvk, gvk: &Gvk) -> bool {
    let fits = |pattern: &str, part: &str| pattern.is_empty() || pattern == part;
    fits(&pattern.kind, &gvk.kind)
        && fits(&pattern.group, &gvk.group)
        && fits(&pattern.version, &gvk.version)
}

impl FieldSpec {
    /// A field, its path split at slashes that have no backslash before them.
    pub fn new(of: Gvk, path: &str, create: bool) -> Self {
        let mut steps = Vec::new();
        let mut key = String::new();
        let mut push = |key: &mut String| {
            let list = key.ends_with("[]");
            let text = key.strip_suffix("[]").unwrap_or(key);
            steps.push(Step { key: text.into(), list });
            key.clear();
        };
        let mut letters = path.strip_prefix('/').unwrap_or(path).chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if letters.peek() == Some(&'/') => {
                    key.push('/');
                    letters.next();
                }
                '/' => push(&mut key),
                _ => key.push(letter),
            }
        }
        push(&mut key);
        Self { of, path: path.into(), steps: steps.into(), create }
    }

    /// Whether the field is one of objects of this kind.
    pub fn applies_to(&self, gvk: &Gvk) -> bool {
        selects(&self.of, gvk)
    }
}

impl FieldSpecs {
    /// Kustomize's own.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// One list of fields.
    pub fn list(&self, list: FieldList) -> &[FieldSpec] {
        &self.lists[list as usize]
    }

    /// The references by name, in the order in which they are followed.
    pub fn names(&self) -> &[NameReference] {
        &self.names
    }

    /// Adds a field, unless it is there.
    pub fn add(&mut self, list: FieldList, spec: FieldSpec) -> Result<(), Conflict> {
        merge(&mut self.lists[list as usize], spec)
    }

    /// Adds a field that holds the name of `target`, unless it is there.
    pub fn add_reference(&mut self, target: &Gvk, spec: FieldSpec) -> Result<(), Conflict> {
        merge(self.reference(target), spec)
    }

    fn reference(&mut self, target: &Gvk) -> &mut Vec<FieldSpec> {
        let at = self.names.iter().position(|name| name.target == *target).unwrap_or_else(|| {
            self.names.push(NameReference { target: target.clone(), fields: Vec::new() });
            self.names.len() - 1
        });
        &mut self.names[at].fields
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.lists.iter().all(Vec::is_empty)
    }

    /// Both together; where both mean a field, mine comes first. Nothing is copied without need.
    ///
    /// What is not empty holds the built-in already, or something more special in its place.
    pub fn union(mine: &Arc<Self>, other: &Arc<Self>) -> Result<Arc<Self>, Conflict> {
        if mine.is_empty() {
            return Ok(Arc::clone(other));
        }
        if Arc::ptr_eq(mine, other) || Arc::ptr_eq(other, &BUILTIN) || other.is_empty() {
            return Ok(Arc::clone(mine));
        }
        let mut all = (**mine).clone();
        all.add_all(other)?;
        Ok(Arc::new(all))
    }

    /// Adds all fields of another, unless they are there.
    pub fn add_all(&mut self, other: &Self) -> Result<(), Conflict> {
        for (_, list) in FieldList::NAMES {
            for spec in other.list(list) {
                self.add(list, spec.clone())?;
            }
        }
        for name in &other.names {
            for spec in &name.fields {
                self.add_reference(&name.target, spec.clone())?;
            }
        }
        Ok(())
    }
}

/// Adds a field to a list, unless one is there that means it, too.
pub fn merge(specs: &mut Vec<FieldSpec>, new: FieldSpec) -> Result<(), Conflict> {
    match specs.iter().find(|spec| spec.path == new.path && selects(&new.of, &spec.of)) {
        Some(spec) if spec.create != new.create => Err(Conflict(new.path)),
        Some(_) => Ok(()),
        None => {
            specs.push(new);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Conflict, FieldList, FieldSpec, FieldSpecs};
    use crate::kube::Gvk;

    #[test]
    fn paths_are_split_at_bare_slashes() {
        let spec = FieldSpec::new(Gvk::default(), r"metadata/annotations/a.b\/c/list[]", false);
        let steps: Vec<_> = spec.steps.iter().map(|step| (&*step.key, step.list)).collect();
        assert_eq!(
            steps,
            [("metadata", false), ("annotations", false), ("a.b/c", false), ("list", true)]
        );
    }

    #[test]
    fn what_is_added_must_not_contradict() {
        let mut specs = (*FieldSpecs::builtin()).clone();
        let spec = |create| FieldSpec::new(Gvk::new("v1", "Service"), "spec/selector", create);
        assert_eq!(specs.add(FieldList::CommonLabels, spec(true)), Ok(()));
        let refused = specs.add(FieldList::CommonLabels, spec(false));
        assert_eq!(refused, Err(Conflict("spec/selector".into())));
        assert!(!specs.names().is_empty());
    }
}
