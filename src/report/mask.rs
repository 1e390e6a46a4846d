//! Which bytes of a file must not be printed because they hold a secret.

use std::ops::Range;

use crate::kube::{looks_like_credential, looks_secret_key};
use crate::source::Snapshot;
use crate::syntax::{NodeRef, Store};
use crate::text::FileId;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "(secret)";
/// Deepest nesting that is searched for secrets; the parser accepts no more.
const DEPTH: usize = 256;
/// Most nodes that are searched in one file.
const NODES: usize = 1_000_000;

/// The bytes of the file that hold secrets, sorted, not overlapping.
pub(super) fn masks(snapshot: &Snapshot, store: &Store<'_>, file: FileId) -> Vec<Range<usize>> {
    let Ok(source) = snapshot.file(file) else { return Vec::new() };
    let mut masks = Vec::new();
    if let Some(parsed) = store.parsed(file) {
        let mut budget = NODES;
        for document in &parsed.documents {
            let root = document.root();
            if root.get("kind").and_then(NodeRef::text) == Some("Secret") {
                for data in ["data", "stringData"] {
                    let entries = root.get(data).into_iter().flat_map(NodeRef::entries);
                    masks.extend(entries.map(|(_, value)| value.span().range()));
                }
            }
            search(root, 0, &mut budget, &mut masks);
        }
    }
    let mut in_key_block = false;
    for line in 0..source.lines().len() {
        let range = source.lines().line_range(&source.text, line);
        let text = &source.text[range.clone()];
        in_key_block |= text.contains("-----BEGIN ") && text.contains("PRIVATE KEY");
        let masked = if in_key_block { Some(whole(text)) } else { secret_in_line(text) };
        masks.extend(masked.map(|part| range.start + part.start..range.start + part.end));
        in_key_block &= !text.contains("-----END ");
    }
    merge(masks)
}

/// Values of the tree: under secret keys, of secret variables, shaped like credentials.
fn search(node: NodeRef<'_>, depth: usize, budget: &mut usize, masks: &mut Vec<Range<usize>>) {
    *budget = budget.saturating_sub(1);
    if depth > DEPTH || *budget == 0 || node.is_alias() {
        return;
    }
    if node.text().is_some_and(looks_like_credential) {
        masks.push(node.span().range());
    }
    let name = node.get("name").and_then(NodeRef::text).unwrap_or("");
    for (key, value) in node.entries() {
        let key = key.text().unwrap_or("");
        let variable = key == "value" && looks_secret_key(name);
        if value.text().is_some() && (variable || looks_secret_key(key)) && !value.is_null() {
            masks.push(value.span().range());
        } else {
            search(value, depth + 1, budget, masks);
        }
    }
    for item in node.items() {
        search(item, depth + 1, budget, masks);
    }
}

/// `KEY=value` and `key: value` with a secret key, wherever the line stands.
fn secret_in_line(line: &str) -> Option<Range<usize>> {
    let separator = line.find(['=', ':'])?;
    let key = line[..separator].trim().trim_start_matches(['-', '#', '"', '\'', ' ']);
    let key = key.trim_end_matches(['"', '\'']);
    let key = key.rsplit('.').next().unwrap_or(key);
    let value = line[separator + 1..].trim();
    let opens_more = matches!(value, "" | "|" | ">" | "|-" | ">-" | "{" | "[");
    if looks_secret_key(key) && !opens_more && !key.contains(' ') {
        let start = separator
            + 1
            + (line[separator + 1..].len() - line[separator + 1..].trim_start().len());
        return Some(start..start + value.len());
    }
    looks_like_credential(line).then(|| whole(line))
}

/// The line without its indentation.
fn whole(line: &str) -> Range<usize> {
    line.len() - line.trim_start().len()..line.len()
}

fn merge(mut masks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    masks.retain(|mask| mask.start < mask.end);
    masks.sort_by_key(|mask| (mask.start, mask.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for mask in masks {
        match merged.last_mut() {
            Some(last) if mask.start <= last.end => last.end = last.end.max(mask.end),
            _ => merged.push(mask),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::masks;
    use crate::source::Snapshot;
    use crate::syntax::Store;
    use crate::text::FileId;

    fn masked(name: &str, text: &str) -> Vec<String> {
        let snapshot = Snapshot::from_memory([(name, text)]);
        let store = Store::new(&snapshot);
        store.yaml(FileId(0));
        let masks = masks(&snapshot, &store, FileId(0));
        masks.into_iter().map(|mask| text[mask].to_owned()).collect()
    }

    #[test]
    fn values_of_secrets_and_under_secret_keys() {
        let text = "kind: Secret\ndata:\n  a: Zm9v\nstringData:\n  b: |\n    two\n    lines\n";
        assert_eq!(masked("a.yaml", text), ["Zm9v", "two\n    lines"]);
        let text = "env:\n  - name: DB_PASSWORD\n    value: hunter2\n  - {name: A, value: b}\n\
                    apiToken: x\nsecretName: y\nliterals:\n  - API_TOKEN=z\n";
        assert_eq!(masked("a.yaml", text), ["hunter2", "x", "z"]);
    }

    #[test]
    fn lines_of_other_files_and_keys_inside_texts() {
        assert_eq!(masked("a.properties", "db.password = p\nuser=u\n"), ["p"]);
        let text = "data:\n  x.conf: |\n    requirepass off\n    auth_token: t\n";
        assert_eq!(masked("a.yaml", text), ["t"]);
        let text =
            "key: |\n  -----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----\nb: 1\n";
        assert!(!masked("a.yaml", text).concat().contains("b: 1"));
        assert!(masked("a.yaml", text).concat().contains("MIIE"));
    }
}
