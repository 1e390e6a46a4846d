//! `ConfigMap` and `Secret`.

use std::collections::BTreeSet;

use crate::kube::{Action, Map};
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::DATA_KEY;
use crate::validation::semantics::rule::{Found, Row, Rule, row};

/// "the total size … must be less than MaxSecretSize": 1 MiB.
const SIZE: usize = 1024 * 1024;

/// `ConfigMap`.
pub(super) const CONFIG_MAP: &[Row] = &[
    // "Each key must consist of alphanumeric characters, '-', '_' or '.'."
    row("data", Rule::Keys(&DATA_KEY)),
    row("binaryData", Rule::Keys(&DATA_KEY)),
    row("", Rule::Check(overlap)),
    row("", Rule::Check(size)),
];

/// `Secret`.
pub(super) const SECRET: &[Row] = &[
    row("data", Rule::Keys(&DATA_KEY)),
    row("stringData", Rule::Keys(&DATA_KEY)),
    row("", Rule::Check(keys)),
    row("", Rule::Check(size)),
];

/// Types of secrets and the keys that they cannot be without.
const KEYS: &[(&str, &[&str])] = &[
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
];

/// "The keys stored in `BinaryData` must not overlap with the keys in the Data field."
fn overlap<'v>(object: &At<'v>, found: &mut Found<'v>) {
    let (Some(data), Some(binary)) = (object.get("data"), object.get("binaryData")) else { return };
    for entry in binary.entries() {
        if let Some(first) = data.get(entry.key()) {
            let other = (first.name, "the key in `data`");
            found.against(&entry, "stands in `data` as well", other);
        }
    }
}

/// The bytes that a value has at least.
fn bytes(field: &str, text: &str) -> usize {
    match field {
        "data_base64" => (text.len() / 4).saturating_sub(1) * 3,
        _ => text.len(),
    }
}

fn size<'v>(object: &At<'v>, found: &mut Found<'v>) {
    let secret = object.value.get("kind").and_then(crate::kube::Value::text) == Some("Secret");
    let fields =
        [("data", if secret { "data_base64" } else { "data" }), ("binaryData", "data_base64")];
    let sizes = fields.iter().map(|(field, encoding)| {
        let map = object.value.get(field).and_then(crate::kube::Value::as_map);
        let texts = map.into_iter().flat_map(Map::iter).filter_map(|entry| entry.value.text());
        texts.map(|text| bytes(encoding, text)).sum::<usize>()
    });
    let size: usize = sizes.sum();
    if size > SIZE {
        found.clash(object, format!("has {size} bytes of data; at most {SIZE} are taken"));
    }
}

fn keys<'v>(object: &At<'v>, found: &mut Found<'v>) {
    let Some((kind, wanted)) = KEYS.iter().find(|(kind, _)| object.says("type", kind)) else {
        return;
    };
    let maps = ["data", "stringData"].map(|field| object.get(field));
    let maps: Vec<_> = maps.into_iter().flatten().collect();
    // A generator may lack a file that only its users have.
    let made = |at: &At<'_>| {
        at.value.provenance.steps().iter().any(|step| step.action == Action::Generated)
    };
    if object.is_open() || maps.iter().any(|map| map.is_open() || made(map)) {
        return;
    }
    let has: BTreeSet<&str> = maps.iter().flat_map(At::entries).map(|entry| entry.key()).collect();
    for key in wanted.iter().filter(|key| !has.contains(**key)) {
        found.lacks_for(object, key, &format!("the type `{kind}` asks for"));
    }
}
