//! Fields that only the API server sets.

use crate::finding::{Finding, Level, Role, Subject};
use crate::rules::documents::{identity, objects, patches};
use crate::rules::hotfix::residue;
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::syntax::NodeRef;
use crate::text::Span;

/// Fields of `metadata` that only the API server sets.
const METADATA: &[&str] = &[
    "resourceVersion",
    "uid",
    "selfLink",
    "managedFields",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];
/// API groups that come with Kubernetes and have no dot in their names.
const SHORT_GROUPS: &[&str] = &["", "apps", "autoscaling", "batch", "extensions", "policy"];
/// A kind, a path, and what the value looks like.
type Choice = (&'static str, &'static [&'static str], fn(&str) -> bool);

/// Fields that the API server fills in where nobody did, and that a few set themselves.
const CHOSEN: &[Choice] = &[
    ("Service", &["spec", "clusterIP"], is_address),
    ("PersistentVolumeClaim", &["spec", "volumeName"], is_provisioned),
    ("Pod", &["spec", "nodeName"], is_name),
    ("Deployment", &["spec", "template", "spec", "nodeName"], is_name),
    ("StatefulSet", &["spec", "template", "spec", "nodeName"], is_name),
];
/// Deepest nesting below `status` that is looked at.
const DEPTH: usize = 8;

rule! {
    /// Reports fields that only the API server sets
    ///
    /// ## Why
    /// They show that the manifest was copied from a running cluster, with everything that was
    /// changed there by hand. A `resourceVersion` or `uid` makes the next apply fail with a
    /// conflict, and a status says nothing true.
    ///
    /// An address in `clusterIP`, a `nodeName` or the volume of a claim, by itself, is a note: a
    /// few set them on purpose. `creationTimestamp: null` and `status: {}` are not reported.
    ///
    /// ## Fix
    /// Delete the fields, and compare the rest of the object with its counterparts in the other
    /// environments.
    pub struct ServerFields {}
    id: "server-fields", family: Hotfix, level: Warning, since: "0.1.0",
}

/// A field that should not be there.
struct Field {
    name: String,
    span: Span,
}

impl Rule for ServerFields {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for &file in cx.files {
            let Ok(source) = cx.snapshot.file(file) else { continue };
            let parsed = cx.store.yaml(file);
            let patches = patches(source, parsed);
            let documents = parsed.documents.iter();
            for document in documents.chain(patches.iter().flat_map(|patch| &patch.documents)) {
                for object in objects(document.root()) {
                    report(cx, object, findings);
                }
            }
        }
    }
}

fn report(cx: &Context<'_>, object: NodeRef<'_>, findings: &mut Findings) {
    let mut fields = certain(object);
    let alone = fields.is_empty();
    fields.extend(chosen(object));
    let Some((first, rest)) = fields.split_first() else { return };
    let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
    let verb = if rest.is_empty() { "is" } else { "are" };
    let (message, level) = if alone {
        let message = format!("{} {verb} what a cluster chose", names.join(", "));
        (message, findings.level().min(Level::Note))
    } else {
        (format!("{} {verb} set by the API server only", names.join(", ")), findings.level())
    };
    let mut finding = Finding::at(first.span, message).label("from a live object");
    for field in rest {
        finding = finding.place(Role::Related, field.span, "and this");
    }
    // `kubectl-residue` leaves to this finding what else was copied with the object.
    for residue in residue::all(object).iter().filter(|_| !alone) {
        finding = finding.place(Role::Related, residue.span, residue.why);
    }
    let subject = Subject { resource: Some(identity(object)), ..Subject::default() };
    let help = "delete them, and look for what else was changed in the cluster";
    findings.push_at(level, finding.about(subject).help(help).key(locality(cx, first.span)));
}

/// Whether the object has a field that only the API server sets.
pub(super) fn has_fields(object: NodeRef<'_>) -> bool {
    !certain(object).is_empty()
}

fn certain(object: NodeRef<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut note = |name: &str, key: NodeRef<'_>, value: NodeRef<'_>| {
        if !is_empty(value, 0) {
            fields.push(Field { name: name.to_owned(), span: place(key, value) });
        }
    };
    let Some(metadata) = object.get("metadata") else { return fields };
    for name in METADATA {
        if let Some((key, value)) = metadata.entry(name) {
            note(name, key, value);
        }
    }
    for owner in metadata.get("ownerReferences").into_iter().flat_map(NodeRef::items) {
        if let Some((key, value)) = owner.entry("uid") {
            note("ownerReferences.uid", key, value);
        }
    }
    if let Some((key, value)) =
        object.entry("status").filter(|&(_, s)| is_written_status(object, s))
    {
        note("status", key, value);
    }
    fields.sort_by_key(|field| field.span);
    fields
}

fn chosen(object: NodeRef<'_>) -> Option<Field> {
    let kind = object.get("kind")?.text()?;
    CHOSEN.iter().filter(|(wanted, ..)| *wanted == kind).find_map(|(_, path, fits)| {
        let (last, parents) = path.split_last()?;
        let parent = parents.iter().try_fold(object, |node, key| node.get(key))?;
        let (key, value) = parent.entry(last)?;
        let text = value.text().filter(|text| fits(text))?;
        let span = place(key, value);
        (!text.is_empty()).then(|| Field { name: path.join("."), span })
    })
}

/// A nested value may be long: its key says enough.
fn place(key: NodeRef<'_>, value: NodeRef<'_>) -> Span {
    if value.text().is_some() && !value.is_alias() {
        key.span().to(value.span())
    } else {
        key.span()
    }
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

/// The name that provisioners give: `pvc-` and a UID.
fn is_provisioned(text: &str) -> bool {
    text.strip_prefix("pvc-").is_some_and(|id| id.len() == 36 && id.matches('-').count() == 4)
}

fn is_name(text: &str) -> bool {
    !text.contains(['$', '{'])
}

/// Whether a controller wrote the status. Generators write that of definitions, and some custom
/// resources have a status that people write.
fn is_written_status(object: NodeRef<'_>, status: NodeRef<'_>) -> bool {
    let gvk = identity(object).gvk;
    let group: &str = &gvk.group;
    let observed = || {
        let conditions = status.get("conditions").into_iter().flat_map(NodeRef::items);
        let dated = |node: NodeRef<'_>| {
            node.get("lastTransitionTime").is_some_and(|time| !is_empty(time, 0))
        };
        status.get("observedGeneration").is_some() || conditions.into_iter().any(dated)
    };
    &*gvk.kind != "CustomResourceDefinition"
        && (SHORT_GROUPS.contains(&group) || group.ends_with(".k8s.io") || observed())
}

/// Whether nothing is said: null, an empty text, or lists and maps of such.
fn is_empty(node: NodeRef<'_>, depth: usize) -> bool {
    if depth > DEPTH {
        return false;
    }
    match node.text() {
        Some(text) => text.is_empty() || node.is_null(),
        None => {
            node.items().all(|item| is_empty(item, depth + 1))
                && node.entries().all(|(_, value)| is_empty(value, depth + 1))
        }
    }
}
