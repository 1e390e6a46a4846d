//! What a file of Terragrunt includes, and the functions that lead to it.
//!
//! The rules are those of Terragrunt's `config/include.go`: a later `include` covers an earlier one,
//! the file itself covers all, and an included file includes nothing more.

use crate::kube::{Entry, Map, Value};
use crate::render::terraform::variables::Layers;
use crate::render::terraform::{Job, TERRAGRUNT, tree};
use crate::source::Snapshot;
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// What `find_in_parent_folders()` looks for: today's name of the outermost file, then the one before.
const OUTERMOST: [&str; 2] = ["root.hcl", TERRAGRUNT];
/// The functions that stand for the directory of the file.
const HERE: [&str; 2] = ["get_original_terragrunt_dir()", "get_terragrunt_dir()"];
/// How deep calls nest at most.
const DEPTH: usize = 8;

/// A file whose blocks lie below or above those of others.
#[derive(Clone, Copy)]
pub(super) struct Included<'s> {
    /// Its outermost map.
    pub(super) top: NodeRef<'s>,
    /// Whether what it says is joined with what covers it, map by map, and not replaced.
    pub(super) deep: bool,
}

impl<'s> Job<'_, 's> {
    /// The files that `top` includes, the lowest first; `directory` is that of the file.
    pub(super) fn included(&mut self, top: NodeRef<'s>, directory: &RepoPath) -> Vec<Included<'s>> {
        let blocks: Vec<NodeRef<'s>> = tree::of_type(top, "include").flat_map(bodies).collect();
        let mut found = Vec::new();
        for block in blocks {
            let strategy = block.get("merge_strategy").and_then(NodeRef::text);
            let Some(written) = block.get("path").filter(|_| strategy != Some("no_merge")) else {
                continue;
            };
            let text = written.text().unwrap_or("");
            let snapshot = self.renderer.snapshot();
            let file = path(snapshot, directory, text).and_then(|path| snapshot.find(&path));
            let Some(file) = file else {
                // It may set anything that the file itself does not.
                self.unknown(written.span(), "include", text);
                found.clear();
                continue;
            };
            if let Some(top) = self.root_of(file) {
                found.push(Included { top, deep: strategy == Some("deep") });
            }
        }
        found
    }
}

/// The bodies of the blocks of a type, with a label or without.
fn bodies(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    if node.is_list() {
        return node.items().collect();
    }
    node.entries().map(|(_, value)| tree::body(value)).collect()
}

/// The path that a text means in a file of `directory`; `None` where it asks for more than is known.
pub(super) fn path(snapshot: &Snapshot, directory: &RepoPath, text: &str) -> Option<RepoPath> {
    let (from, rest) = match text.strip_prefix("${") {
        Some(behind) => {
            let (call, rest) = behind.split_once('}')?;
            (called(snapshot, directory, call, 0)?, rest.trim_start_matches('/'))
        }
        None => (directory.clone(), text),
    };
    let known = !rest.contains("${") && !rest.contains("::") && !rest.contains("://");
    known.then(|| from.join(rest).ok())?
}

/// What a function of Terragrunt hands back.
fn called(snapshot: &Snapshot, directory: &RepoPath, call: &str, depth: usize) -> Option<RepoPath> {
    if HERE.contains(&call) {
        return Some(directory.clone());
    }
    if call == "get_repo_root()" {
        return Some(RepoPath::root());
    }
    let (function, argument) = call.strip_suffix(')')?.split_once('(')?;
    match function {
        "dirname" if depth < DEPTH => called(snapshot, directory, argument, depth + 1)?.parent(),
        "find_in_parent_folders" => {
            let name = argument.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let names = match name {
                Some(name) if !name.contains(['"', '$']) => vec![name],
                None if argument.is_empty() => OUTERMOST.to_vec(),
                _ => return None,
            };
            let mut above = std::iter::successors(directory.parent(), RepoPath::parent);
            above.find_map(|directory| {
                let paths = names.iter().filter_map(|name| directory.join(name).ok());
                paths
                    .into_iter()
                    .find(|path| snapshot.find(path).is_some() || snapshot.is_directory(path))
            })
        }
        _ => None,
    }
}

/// Lays inputs over those that are set: maps are joined, lists are appended, anything else is replaced.
pub(super) fn lay_deep(layers: &mut Layers, above: &Map) {
    for entry in above {
        let value = match layers.get(&entry.key) {
            Some(below) => joined(&below.value, &entry.value),
            None => entry.value.clone(),
        };
        layers.insert(entry.key.clone(), Entry { value, ..entry.clone() });
    }
}

fn joined(below: &Value, above: &Value) -> Value {
    let provenance = below.provenance.then_all(&above.provenance);
    if let (Some(below), Some(above)) = (below.as_map(), above.as_map()) {
        let mut map = below.clone();
        for entry in above {
            let value = match below.get(&entry.key) {
                Some(value) => joined(value, &entry.value),
                None => entry.value.clone(),
            };
            map.insert(Entry { value, ..entry.clone() });
        }
        return Value::map(map, provenance);
    }
    if let (Some(below), Some(above)) = (below.as_list(), above.as_list()) {
        return Value::list([below, above].concat(), provenance);
    }
    Value { kind: above.kind.clone(), provenance }
}
