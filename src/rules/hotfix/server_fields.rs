//! Fields that only the API server sets.

use crate::finding::{Finding, Role, Subject};
use crate::kube::{Gvk, ResourceId};
use crate::rules::{Context, Findings, Rule, rule};
use crate::syntax::NodeRef;
use crate::text::Span;

/// Fields of `metadata` that only the API server sets.
const METADATA: &[&str] =
    &["resourceVersion", "uid", "selfLink", "managedFields", "generation", "creationTimestamp"];
/// The annotation in which `kubectl apply` keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// API groups that come with Kubernetes and have no dot in their names.
const SHORT_GROUPS: &[&str] = &["", "apps", "autoscaling", "batch", "extensions", "policy"];
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
            let path = cx.snapshot.path(file).as_str();
            for document in &cx.store.yaml(file).documents {
                for object in objects(document.root()) {
                    let fields = server_fields(object);
                    let Some((first, rest)) = fields.split_first() else { continue };
                    let names: Vec<_> =
                        fields.iter().map(|field| format!("`{}`", field.name)).collect();
                    let verb = if rest.is_empty() { "is" } else { "are" };
                    let message = format!("{} {verb} set by the API server only", names.join(", "));
                    let finding = rest.iter().fold(
                        Finding::at(first.span, message).label("from a live object"),
                        |finding, field| finding.place(Role::Related, field.span, "and this"),
                    );
                    let resource = identity(object);
                    findings.push(
                        finding
                            .about(Subject { resource: Some(resource), ..Subject::default() })
                            .help("delete them, and look for what else was changed in the cluster")
                            .key([path]),
                    );
                }
            }
        }
    }
}

/// The object of a document, or those of a `List`.
fn objects(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let is_list = root.get("kind").and_then(NodeRef::text).is_some_and(|kind| kind == "List");
    let candidates = match root.get("items").filter(|_| is_list) {
        Some(items) => items.items().collect(),
        None => vec![root],
    };
    let text = |node: NodeRef<'_>, key: &str| node.get(key).is_some_and(|v| v.text().is_some());
    candidates
        .into_iter()
        .filter(|&node| text(node, "apiVersion") && text(node, "kind"))
        .filter(|node| node.get("metadata").is_some_and(NodeRef::is_map))
        .collect()
}

fn server_fields(object: NodeRef<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut note = |name: &str, key: NodeRef<'_>, value: NodeRef<'_>| {
        if !is_empty(value, 0) {
            // A nested value may be long: its key says enough.
            let span =
                if value.text().is_some() { key.span().to(value.span()) } else { key.span() };
            fields.push(Field { name: name.to_owned(), span });
        }
    };
    let Some(metadata) = object.get("metadata") else { return fields };
    for name in METADATA {
        if let Some((key, value)) = metadata.entry(name) {
            note(name, key, value);
        }
    }
    if let Some((key, value)) = metadata.get("annotations").and_then(|a| a.entry(LAST_APPLIED)) {
        note(LAST_APPLIED, key, value);
    }
    for owner in metadata.get("ownerReferences").into_iter().flat_map(NodeRef::items) {
        if let Some((key, value)) = owner.entry("uid") {
            note("ownerReferences.uid", key, value);
        }
    }
    if has_built_in_status(object)
        && let Some((key, value)) = object.entry("status")
    {
        note("status", key, value);
    }
    fields.sort_by_key(|field| field.span);
    fields
}

/// Whether the kind comes with Kubernetes. Generators write the status of CRDs.
fn has_built_in_status(object: NodeRef<'_>) -> bool {
    let gvk = identity(object).gvk;
    let group: &str = &gvk.group;
    &*gvk.kind != "CustomResourceDefinition"
        && (SHORT_GROUPS.contains(&group) || group.ends_with(".k8s.io"))
}

fn identity(object: NodeRef<'_>) -> ResourceId {
    let text = |node: Option<NodeRef<'_>>, key: &str| {
        node.and_then(|node| node.get(key)).and_then(|value| value.text().map(str::to_owned))
    };
    let metadata = object.get("metadata");
    ResourceId {
        gvk: Gvk::new(
            &text(Some(object), "apiVersion").unwrap_or_default(),
            &text(Some(object), "kind").unwrap_or_default(),
        ),
        namespace: text(metadata, "namespace").unwrap_or_default().into(),
        name: text(metadata, "name").unwrap_or_default().into(),
    }
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
