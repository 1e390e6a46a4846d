//! Which bytes of a file must not be printed because they hold a secret.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::nearest;
use crate::kube::{HIDDEN, hides_text, looks_like_credential, looks_secret_key};
use crate::layout::is_kustomization;
use crate::source::{Snapshot, SourceFile};
use crate::syntax::{Document, NodeRef, Notation, Store, parse_embedded};
use crate::text::FileId;

/// What stands in the place of a secret.
pub(super) const MASK: &str = HIDDEN;
/// Deepest nesting that is searched for secrets; the parser accepts no more.
const DEPTH: usize = 256;
/// Most nodes that are searched in one file.
const NODES: usize = 1_000_000;
/// Most texts inside of each other that are read as YAML.
const EMBEDDED: usize = 3;

/// The files that generators make Secrets of, as kustomizations say.
pub(super) fn secret_files(snapshot: &Snapshot, store: &Store<'_>) -> BTreeSet<FileId> {
    let mut found = BTreeSet::new();
    for (file, path) in snapshot.files().filter(|(_, path)| is_kustomization(path.file_name())) {
        let text = snapshot.file(file).map_or("", |source| &source.text);
        let Some(directory) = path.parent().filter(|_| text.contains("secretGenerator")) else {
            continue;
        };
        let documents = store.yaml(file).documents.iter();
        let generators = documents.filter_map(|document| document.root().get("secretGenerator"));
        for generator in generators.flat_map(NodeRef::items) {
            let lists = ["files", "envs"].into_iter().filter_map(|key| generator.get(key));
            let entries = lists.flat_map(NodeRef::items).chain(generator.get("env"));
            for entry in entries.filter_map(NodeRef::text) {
                let path = entry.split_once('=').map_or(entry, |(_, path)| path);
                let path = directory.join(path).ok();
                found.extend(path.and_then(|path| snapshot.find(&path)));
            }
        }
    }
    found
}

/// The bytes of a file of which nobody may see any value, sorted, not overlapping.
pub(super) fn all_values(
    snapshot: &Snapshot,
    store: &Store<'_>,
    file: FileId,
) -> Vec<Range<usize>> {
    let Ok(source) = snapshot.file(file) else { return Vec::new() };
    let mut masks = Vec::new();
    let parsed = store.parsed(file).filter(|parsed| {
        let text = |it: &Document| it.root().text().is_some();
        parsed.problems.is_empty() && !parsed.documents.iter().any(text)
    });
    if let Some(parsed) = parsed {
        for document in &parsed.documents {
            leaves(document.root(), 0, &mut masks);
        }
        return merge(masks);
    }
    for line in 0..source.lines().len() {
        let range = source.lines().line_range(&source.text, line);
        let text = source.text[range.clone()].trim_end();
        let key = text.find(['=', ':']).map_or(0, |at| at + 1);
        masks.push(range.start + key..range.start + text.len());
    }
    merge(masks)
}

fn leaves(node: NodeRef<'_>, depth: usize, masks: &mut Vec<Range<usize>>) {
    if depth > DEPTH || masks.len() > NODES || node.is_alias() {
        return;
    }
    if node.text().is_some() {
        masks.push(node.span().range());
    }
    for (_, value) in node.entries() {
        leaves(value, depth + 1, masks);
    }
    for item in node.items() {
        leaves(item, depth + 1, masks);
    }
}

/// The bytes of the file that hold secrets, sorted, not overlapping.
pub(super) fn masks(snapshot: &Snapshot, store: &Store<'_>, file: FileId) -> Vec<Range<usize>> {
    let Ok(source) = snapshot.file(file) else { return Vec::new() };
    let mut masks = Vec::new();
    if let Some(parsed) = store.parsed(file) {
        let mut search = Search { source, budget: NODES, masks: Vec::new() };
        search.documents(&parsed.documents, 0);
        masks = search.masks;
    }
    // A line of JSON that opens a map holds nothing but what the tree has.
    let json = Notation::of(source.path.file_name()) == Some(Notation::Json);
    let known = json && store.parsed(file).is_some_and(|parsed| parsed.problems.is_empty());
    let in_tree = |line: &str| {
        known && secret_key(line).is_some_and(|(_, value)| value.starts_with(['{', '[']))
    };
    let mut in_key_block = false;
    for line in 0..source.lines().len() {
        let range = source.lines().line_range(&source.text, line);
        let text = &source.text[range.clone()];
        in_key_block |= opens_key_block(text);
        let masked = if in_key_block {
            Some(whole(text))
        } else {
            secret_in_line(text).filter(|_| !in_tree(text))
        };
        masks.extend(masked.map(|part| range.start + part.start..range.start + part.end));
        in_key_block &= !text.contains("-----END ");
    }
    merge(masks)
}

fn opens_key_block(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY")
}

/// A search through the trees of a file, and of texts in it that are YAML themselves.
struct Search<'s> {
    source: &'s SourceFile,
    budget: usize,
    masks: Vec<Range<usize>>,
}

impl Search<'_> {
    /// `inside` is the number of texts that the documents stand in.
    fn documents(&mut self, documents: &[Document], inside: usize) {
        for document in documents {
            let root = document.root();
            self.node(root, "", 0, inside);
        }
    }

    /// Values of the tree: under secret keys, of secret variables, shaped like credentials. `around`
    /// is the key of the map.
    fn node(&mut self, node: NodeRef<'_>, around: &str, depth: usize, inside: usize) {
        self.budget = self.budget.saturating_sub(1);
        if depth > DEPTH || self.budget == 0 || node.is_alias() {
            return;
        }
        if let Some(text) = node.text() {
            self.text(node, text, inside);
        }
        let text = |key: &str| node.get(key).and_then(NodeRef::text).unwrap_or("");
        if text("kind") == "Secret" {
            self.all_below(node, &["data", "stringData"]);
        }
        let generators = node.get("secretGenerator").into_iter().flat_map(NodeRef::items);
        let alone = Some(node).filter(|_| text("kind") == "SecretGenerator");
        for generator in generators.chain(alone) {
            self.all_below(generator, &["literals"]);
        }
        // An element of `env`, or an operation of a JSON patch.
        let names = [text("name"), text("path").rsplit('/').next().unwrap_or("")];
        for (key, value) in node.entries() {
            let key = key.text().unwrap_or("");
            // What is misspelt or of the wrong shape is a secret all the same.
            let variable =
                names.into_iter().any(looks_secret_key) && nearest(key, ["value"]).is_some();
            let hidden = |text: &str| variable || hides_text(around, key, text);
            let items = value.items().filter(|item| item.text().is_some_and(hidden));
            self.masks.extend(items.map(|item| item.span().range()));
            if value.text().is_some_and(hidden) && !value.is_null() {
                self.masks.push(value.span().range());
            } else {
                self.node(value, key, depth + 1, inside);
            }
        }
        for item in node.items() {
            self.node(item, "", depth + 1, inside);
        }
    }

    /// Every value directly below one of the keys; of an element `key=value`, what follows the key.
    fn all_below(&mut self, node: NodeRef<'_>, keys: &[&str]) {
        for node in keys.iter().filter_map(|key| node.get(key)) {
            self.masks.extend(node.entries().map(|(_, value)| value.span().range()));
            for item in node.items() {
                let span = item.span().range();
                let key = self.source.slice(item.span()).find('=').map_or(0, |at| at + 1);
                self.masks.push(span.start + key..span.end);
            }
        }
    }

    fn text(&mut self, node: NodeRef<'_>, text: &str, inside: usize) {
        let credential = looks_like_credential(text);
        let literal = node.is_literal();
        let mut yaml = false;
        // Other notations may hide in their lines what the text holds.
        if literal && inside < EMBEDDED && text.contains([':', '=']) {
            let embedded = parse_embedded(text, self.source.slice(node.span()), node.span());
            yaml = embedded.problems.is_empty()
                && embedded.documents.iter().all(|document| document.root().text().is_none());
            self.documents(&embedded.documents, inside + 1);
        }
        if credential && !(literal && lines_tell(text, yaml)) {
            self.masks.push(node.span().range());
        }
    }
}

/// Whether the lines that hold a secret by themselves are all that is secret in the text, so that
/// the others may be shown.
fn lines_tell(text: &str, yaml: bool) -> bool {
    if opens_key_block(text) {
        return false;
    }
    let mut rest = String::new();
    for line in text.lines() {
        if secret_in_line(line).is_some() {
            continue;
        }
        // Without a tree nobody knows which value belongs to a secret key.
        let word = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'));
        if !yaml && line.split(word).any(looks_secret_key) {
            return false;
        }
        rest.extend([line, "\n"]);
    }
    !looks_like_credential(&rest)
}

/// `KEY=value` and `key: value` with a secret key, wherever the line stands.
fn secret_in_line(line: &str) -> Option<Range<usize>> {
    if let Some((start, value)) = secret_key(line).filter(|(_, value)| !opens_more(value)) {
        return Some(start..start + value.len());
    }
    looks_like_credential(line).then(|| whole(line))
}

/// What stands behind a secret key, and where.
fn secret_key(line: &str) -> Option<(usize, &str)> {
    let (before, after) = line.split_once(['=', ':'])?;
    let key = before.trim().trim_start_matches(['-', '#', '"', '\'', ' ']);
    let key = key.trim_end_matches(['"', '\'']);
    let (maps, key) = key.rsplit_once('.').unwrap_or(("", key));
    let around = maps.rsplit('.').next().unwrap_or(maps);
    let (start, value) = (line.len() - after.trim_start().len(), after.trim());
    (hides_text(around, key, value) && !key.contains(' ')).then_some((start, value))
}

/// Whether the value stands in the lines below.
fn opens_more(value: &str) -> bool {
    matches!(value, "" | "|" | ">" | "|-" | ">-" | "{" | "[")
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
        store.named(FileId(0));
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
        let text = "env:\n  - {name: DB_PASSWORD, valeu: p}\n  - {name: A_TOKEN, value: [q]}\n\
                    mounts:\n  - {name: db-password, mountPath: /x}\n";
        assert_eq!(masked("a.yaml", text), ["p", "q"]);
        let text = "kind: List\nitems:\n  - kind: Secret\n    stringData: {a: b}\n\
                    secretGenerator:\n  - name: n\n    literals: [c=d]\n";
        assert_eq!(masked("a.yaml", text), ["b", "d"]);
    }

    #[test]
    fn what_stands_beside_a_secret_is_shown() {
        let text = "Auth:\n  Audience: shop\n  TokenLifetimeMinutes: 60\nsecrets:\n  a: x\n\
                    external-secrets:\n  replicaCount: 2\n  password: 1234\n\
                    existingSecret: name\nexternalSecrets:\n  - path: kv\ntokens: [t, u]\n";
        assert_eq!(masked("a.yaml", text), ["x", "1234", "[t, u]"]);
        let text = "{\"Auth\": {\"Audience\": \"shop\", \"Secrets\": {\"A\": \"x\", \"Mode\": 1}}}";
        assert_eq!(masked("a.json", text), ["\"x\""]);
        assert!(masked("a.json", &text[..text.len() - 1]).concat().contains("\"x\""));
        assert_eq!(masked("a.properties", "auth.audience=shop\nsecrets.a=x\n"), ["x"]);
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

    #[test]
    fn one_credential_in_a_text_does_not_hide_the_other_lines() {
        let url = "postgresql://u:pw@db.example.org/orders";
        let text = format!("patch: |\n  a: 1\n  env:\n    DATABASE_URL: {url}\n  b: 2\n");
        assert_eq!(masked("a.yaml", &text), [format!("DATABASE_URL: {url}")]);
        let text = format!("data:\n  app.ini: |\n    [db]\n    url = {url}\n    pool = 5\n");
        assert_eq!(masked("a.yaml", &text), [format!("url = {url}")]);
    }

    #[test]
    fn nothing_beside_the_credential_leaks() {
        let url = "url: postgres://u:pw@h/d";
        for inner in [
            // Values that only the tree tells.
            &format!("{url}\nenv:\n- name: DB_PASSWORD\n  value: hunter2"),
            &format!("{url}\nenv:\n- value: hunter2\n  name: DB_PASSWORD"),
            &format!("{url}\nenv: [{{value: hunter2, name: DB_PASSWORD}}]"),
            &format!("- op: add\n  path: /spec/password\n  value: hunter2\n- {url}"),
            &format!("{url}\npassword: >-\n  hunter2"),
            &format!("{url}\nkind: Secret\nstringData:\n  plain: hunter2"),
            &format!("{url}\nnested: |\n  env:\n  - name: A_TOKEN\n    value: hunter2"),
            // Continued lines of what is no YAML.
            &format!("[db]\n{url}\npassword =\n   hunter2"),
            &format!("{url}\n{{{{ if .on }}}}\nenv:\n- name: DB_PASSWORD\n  value: hunter2"),
            &format!("{url}\nenv: [{{name: DB_PASSWORD,\n  value: hunter2}}]\n]"),
            // Two of them, of which the lines show one.
            &format!("{url}\nother: \"postgres://a:\\\n  hunter2@h\""),
            // A key and what stands around it.
            &format!("{url}\n-----BEGIN PRIVATE KEY-----\nhunter2\n-----END X-----\nhunter2"),
            &format!("{url}\n-----BEGIN \nPRIVATE KEY-----\nhunter2\n"),
        ] {
            let block = inner.replace('\n', "\n  ");
            let text = format!("patch: |\n  {block}\nlast: 1\n");
            let masks = masked("a.yaml", &text);
            let hidden = masks.iter().map(|mask| mask.matches("hunter2").count()).sum::<usize>();
            assert_eq!(hidden, text.matches("hunter2").count(), "{text}{masks:#?}");
            assert!(masks.concat().contains("u:pw@"), "{text}{masks:#?}");
        }
        // Notations whose lines do not show what the text holds.
        for text in [
            "a: \"x postgres://u:\\\n  hunter2@h\"\n",
            "a: \"postgres://u:p\n  \\u0070ostgres\\u003a//u:hunter2@h\"\n",
            "a: >\n  x ghp_0123456789abcdefghij\n  hunter2\n",
        ] {
            assert!(masked("a.yaml", text).concat().contains("hunter2"), "{text}");
        }
    }
}
