//! Which fields hold the names of which objects: kustomize's table, and what it does not know.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::kube::Gvk;
use crate::kube::field_specs::FieldSpecs;
use crate::kube::kinds::rows;

/// Where the spec of the pods stands that an object makes.
const PODS: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("Rollout", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
];
/// A kind whose pods have all the fields that others are looked for in, and one that has the same.
const LIKE: (&str, &str) = ("Deployment", "Rollout");
/// Any group.
const ANY: &str = "*";

/// A field that holds the name of another object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The group of the object that has it; `None`: any.
    group: Option<String>,
    /// The keys on the way to it.
    pub(super) path: Vec<String>,
    /// The group of the object that is meant; `None`: any.
    pub(super) target_group: Option<String>,
    /// Its kind; empty where only the map around the name says it.
    pub(super) target_kind: String,
}

/// The fields by the kind of the object that has them, each path once.
static FIELDS: LazyLock<BTreeMap<String, Vec<Field>>> = LazyLock::new(|| {
    let mut fields: BTreeMap<String, Vec<Field>> = BTreeMap::new();
    let mut add = |kind: &str, field: Field| {
        let known = fields.entry(kind.to_owned()).or_default();
        if !known.iter().any(|other| other.path == field.path) {
            known.push(field);
        }
    };
    for [group, kind, path, target_group, target_kind] in rows(include_str!("data/fields.tsv")) {
        let group_of = |text: &str| (text != ANY).then(|| text.to_owned());
        let field = |path: String| Field {
            group: group_of(group),
            path: path.split('/').map(str::to_owned).collect(),
            target_group: group_of(target_group),
            target_kind: target_kind.to_owned(),
        };
        if kind == "Pod*" {
            for (kind, spec) in PODS {
                add(kind, field(format!("{spec}/{path}")));
            }
        } else {
            add(kind, field(path.to_owned()));
        }
    }
    for name in FieldSpecs::builtin().names() {
        let target = &name.target;
        // Kustomize names some groups with their version, and the core group by the version alone.
        let group = target.group.split('/').next().unwrap_or_default();
        let any = group.is_empty() && &*target.version != "v1";
        for spec in &name.fields {
            let field = || Field {
                group: (!spec.of.group.is_empty()).then(|| spec.of.group.to_string()),
                path: spec.steps.iter().map(|step| step.key.to_string()).collect(),
                target_group: (!any).then(|| group.to_owned()),
                target_kind: target.kind.to_string(),
            };
            add(&spec.of.kind, field());
            if &*spec.of.kind == LIKE.0 {
                add(LIKE.1, field());
            }
        }
    }
    fields
});

/// The fields of objects of a kind.
pub(super) fn fields_of(gvk: &Gvk) -> impl Iterator<Item = &'static Field> {
    let all = FIELDS.get(&*gvk.kind).map_or(&[][..], Vec::as_slice);
    all.iter().filter(move |field| field.group.as_ref().is_none_or(|group| **group == *gvk.group))
}

/// The keys to the spec of the pods that objects of a kind make.
pub(super) fn pods_of(kind: &str) -> Option<impl Iterator<Item = &'static str>> {
    let (_, path) = PODS.iter().find(|(known, _)| *known == kind)?;
    Some(path.split('/'))
}
