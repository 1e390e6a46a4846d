//! Values that are not known until something fills them in.

use crate::kube::HIDDEN;

/// What begins and what ends a mark that some tool replaces before or while values are used.
const MARKS: [(&str, &str); 13] = [
    // What a Secret holds.
    (HIDDEN, ""),
    // Shells, Flux, Terraform, Argo CD's build variables.
    ("${", "}"),
    ("$(", ")"),
    // Helmfile, ApplicationSets, Ansible, Jinja.
    ("{{", "}}"),
    ("{%", "%}"),
    // ERB and the like.
    ("<%", "%>"),
    // The vault plugin of Argo CD.
    ("<", ">"),
    // vals and helm-secrets.
    ("ref+", ""),
    ("secretref+", ""),
    // SOPS.
    ("ENC[", "]"),
    // Token replacement in pipelines.
    ("#{", "}"),
    ("__", "__"),
    ("@@", "@@"),
];

/// Whether a text may become anything: a part of it is a mark that some tool replaces.
pub fn may_be_filled_in(text: &str) -> bool {
    MARKS.iter().any(|(open, close)| {
        let rest = text.split_once(open).map(|(_, rest)| rest);
        rest.is_some_and(|rest| close.is_empty() || rest.contains(close))
    })
}
