//! Roles and who has them: the RBAC API.

use crate::validation::semantics::at::At;
use crate::validation::semantics::rule::{Found, Row, Rule, row};

const GROUP: &str = "rbac.authorization.k8s.io";

/// `Role`.
pub(super) const ROLE: &[Row] = &[
    row("rules[]", Rule::Is(POLICY)),
    // "namespaced rules cannot apply to non-resource URLs"
    row("rules[].nonResourceURLs[]", Rule::Never("can only be in a ClusterRole")),
];

/// `ClusterRole`.
pub(super) const CLUSTER_ROLE: &[Row] = &[row("rules[]", Rule::Is(POLICY))];

/// `PolicyRule`: "verbs must contain at least one value", "resource rules must supply at least one
/// api group", "at least one resource".
const POLICY: &[Row] = &[row("", Rule::Needs(&["verbs"])), row("", Rule::Check(policy))];

fn policy<'v>(at: &At<'v>, found: &mut Found<'v>) {
    if at.value.as_map().is_none() || at.is_open() {
        return;
    }
    let urls = at.get("nonResourceURLs").filter(|_| !at.list("nonResourceURLs").is_empty());
    let Some(urls) = urls else {
        for field in ["apiGroups", "resources"] {
            if at.get(field).is_none_or(|list| list.value.as_list().is_some_and(<[_]>::is_empty)) {
                found.lacks(at, &[field]);
            }
        }
        return;
    };
    for field in ["apiGroups", "resources", "resourceNames"] {
        if !at.list(field).is_empty() {
            // "Rules can either apply to API resources … or non-resource URL paths … but not both."
            found.clash(&urls, format!("cannot stand beside `{field}`"));
            return;
        }
    }
}

/// `RoleBinding`.
pub(super) const BINDING: &[Row] =
    &[row("roleRef", Rule::Is(REFERENCE)), row("subjects[]", Rule::Is(SUBJECT))];

/// `ClusterRoleBinding`.
pub(super) const CLUSTER_BINDING: &[Row] = &[
    // "RoleRef can only reference a ClusterRole in the global namespace."
    row("roleRef.kind", Rule::OneOf(&["ClusterRole"])),
    row("roleRef", Rule::Is(REFERENCE)),
    row("subjects[]", Rule::Is(SUBJECT)),
    row("subjects[]", Rule::Check(namespace)),
];

const REFERENCE: &[Row] = &[row("name", Rule::NotEmpty)];

/// `Subject`: "Values defined by this API group are "User", "Group", and
/// `ServiceAccount`."
const SUBJECT: &[Row] = &[row("name", Rule::NotEmpty), row("", Rule::Check(group))];

/// "Defaults to "" for `ServiceAccount` subjects. Defaults to "rbac.authorization.k8s.io" for User
/// and Group subjects."
fn group<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let Some(group) = at.get("apiGroup") else { return };
    let Some(text) = group.string().filter(|text| !text.is_empty()) else { return };
    match at.text("kind") {
        Some("ServiceAccount") => {
            found.clash(&group, "must be empty for a ServiceAccount");
        }
        Some(kind @ ("User" | "Group")) if text != GROUP => {
            found.wrong(&group, format!("must be `{GROUP}` for a {kind}"));
        }
        _ => {}
    }
}

/// "Namespace of the referenced object": a `ServiceAccount` has one.
fn namespace<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let none = at.get("namespace").is_none_or(|found| found.value.as_str() == Some(""));
    if at.says("kind", "ServiceAccount") && none && !at.is_open() {
        found.lacks_for(at, "namespace", "a ServiceAccount in a ClusterRoleBinding asks for");
    }
}
