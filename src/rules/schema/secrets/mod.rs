//! Where files of the repository hold values of secrets, and which of them stand there in plain text.

mod configuration;
mod judge;
mod placeholder;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::kube::ResourceId;
use crate::render::Evaluated;
use crate::rules::documents::{identity, objects, patches};
use crate::rules::{Context, configurations};
use crate::source::{Snapshot, SourceFile};
use crate::syntax::{Document, NodeRef, Notation};
use crate::text::{FileId, RepoPath, Span};

pub(super) use judge::Plain;
use judge::{bytes, judge, judge_named};

/// Deepest nesting and most nodes of an encrypted document that are looked at.
const DEPTH: usize = 64;
const NODES: usize = 100_000;
/// Texts without which a file holds no secret that is looked for.
const HINTS: &[&str] = &["Secret", "ecretGenerator", "configMapGenerator", "sops"];
/// Types of secrets whose values other parts of the system make or pack.
const MADE_ELSEWHERE: &[&str] = &["kubernetes.io/service-account-token", "helm.sh/release.v1"];
/// Comments by which somebody told a scanner that a value is no secret.
const TOLD: &[&str] = &[
    "gitleaks:allow",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "trufflehog:ignore",
    "ggignore",
    "notsecret",
    "nosecret",
];
/// The comment that speaks of the line below it.
const TOLD_ABOVE: &str = "pragma: allowlist nextline secret";
/// Beginnings of variables that tools build into pages and apps.
const PUBLISHED: &[&str] = &[
    "EXPO_PUBLIC_",
    "GATSBY_",
    "NEXT_PUBLIC_",
    "NUXT_PUBLIC_",
    "PUBLIC_",
    "REACT_APP_",
    "VITE_",
    "VUE_APP_",
];
/// Keys that the tool leaves as they are on purpose.
const LEFT_OPEN: &str = "_unencrypted";

/// A value in plain text.
#[derive(Debug)]
pub(super) struct Leak {
    /// The key of the secret, or the path in an encrypted document.
    pub(super) key: String,
    /// The bytes that hold the value, or that name the file which does.
    pub(super) span: Span,
    /// What it is.
    pub(super) plain: Plain,
    /// The file that a generator takes the value from.
    pub(super) source: Option<RepoPath>,
}

/// An object, generator or document with values in plain text.
#[derive(Debug)]
pub(super) struct Holder {
    /// The object; nothing for other documents.
    pub(super) object: Option<ResourceId>,
    /// The values, in the order of the file; there is at least one.
    pub(super) leaks: Vec<Leak>,
    /// Whether the rest of the document is encrypted.
    pub(super) encrypted: bool,
    /// The file that says it.
    pub(super) file: FileId,
}

/// Every holder, in the order of files.
pub(super) fn holders(cx: &Context<'_>) -> Vec<Holder> {
    // What a pipeline rendered is not written down in the repository.
    let own = |file: &FileId| !cx.snapshot.is_mounted(*file);
    let json = |file: &FileId| cx.snapshot.path(*file).extension() == "json" && own(file);
    let rendered = cx.evaluated.iter().filter_map(Evaluated::output);
    let rendered = rendered.flat_map(|rendered| rendered.inputs.iter().copied()).filter(json);
    let mut files: Vec<FileId> = cx.files.iter().copied().chain(rendered).collect();
    files.sort_unstable();
    files.dedup();
    let found: Vec<Vec<Holder>> = files.into_par_iter().map(|file| in_file(cx, file)).collect();
    let configuration = configurations(cx).into_iter().flat_map(|file| of_configuration(cx, file));
    found.into_iter().flatten().chain(configuration).collect()
}

fn in_file(cx: &Context<'_>, file: FileId) -> Vec<Holder> {
    let Ok(source) = cx.snapshot.file(file) else { return Vec::new() };
    if !HINTS.iter().any(|hint| source.text.contains(hint)) {
        return Vec::new();
    }
    let parsed = cx.store.yaml(file);
    let inline = patches(source, parsed);
    let documents = parsed.documents.iter();
    let documents = documents.chain(inline.iter().flat_map(|patch| &patch.documents));
    let mut holders = Vec::new();
    for root in documents.map(Document::root) {
        let found = holders.len();
        holders.extend(objects(root).into_iter().filter_map(|object| of_object(object, root)));
        holders.extend(
            generators(root).filter_map(|(entry, kind)| of_generator(cx.snapshot, entry, kind)),
        );
        if holders.len() == found && is_encrypted(root) {
            holders.extend(of_encrypted(root));
        }
    }
    for holder in &mut holders {
        holder.leaks.retain(|leak| !is_answered_for(source, leak.span));
    }
    holders.retain(|holder| !holder.leaks.is_empty());
    holders
}

/// What stands in the configuration of an environment, for each document that the file is a part of.
fn of_configuration(cx: &Context<'_>, file: FileId) -> Vec<Holder> {
    let Ok(source) = cx.snapshot.file(file) else { return Vec::new() };
    let parsed = cx.store.named(file);
    let root = parsed.documents.first().map(Document::root).filter(|root| !is_encrypted(*root));
    let mut leaks = root.map(plain_leaks).unwrap_or_default();
    // What Terraform works out stands without quotes.
    let hcl = Notation::of(source.path.file_name()) == Some(Notation::Hcl);
    let worked_out = |span: Span| hcl && !source.slice(span).starts_with('"');
    leaks.retain(|leak| {
        let told = is_published(&leak.key) || is_answered_for(source, leak.span);
        !(told || worked_out(leak.span))
    });
    if leaks.is_empty() {
        return Vec::new();
    }
    let documents = configuration::by_document(cx, file, leaks).into_iter();
    documents.filter_map(|(id, leaks)| holder(Some(id), leaks, false)).collect()
}

/// Whether a tool builds the variable into what everybody may read.
fn is_published(key: &str) -> bool {
    PUBLISHED.iter().any(|prefix| key.starts_with(prefix))
}

/// Whether a comment beside the value, or above it, says that a scanner should not mind.
fn is_answered_for(source: &SourceFile, span: Span) -> bool {
    let line = source.lines().line_of(span.start);
    let text = |line: usize| &source.text[source.lines().line_range(&source.text, line)];
    let comment = text(line).split_once('#').map_or("", |(_, comment)| comment);
    let above = line.checked_sub(1).map_or("", text);
    TOLD.iter().any(|mark| comment.contains(mark)) || above.contains(TOLD_ABOVE)
}

/// Whether the document went through SOPS.
fn is_encrypted(root: NodeRef<'_>) -> bool {
    root.get("sops").is_some_and(|sops| sops.get("mac").is_some())
}

fn of_object(object: NodeRef<'_>, root: NodeRef<'_>) -> Option<Holder> {
    let id = identity(object);
    let kind = object.get("type").and_then(NodeRef::text).unwrap_or("");
    let is_secret = &*id.gvk.kind == "Secret" && id.gvk.group.is_empty();
    if !is_secret || MADE_ELSEWHERE.contains(&kind) {
        return None;
    }
    let mut leaks = Vec::new();
    for (field, encoded) in [("data", true), ("stringData", false)] {
        for (key, value) in object.get(field).into_iter().flat_map(NodeRef::entries) {
            let (Some(key), Some(text)) = (key.text(), value.text()) else { continue };
            let raw = text.as_bytes();
            let decoded = if encoded { bytes(text) } else { None };
            let plain = judge(key, decoded.as_deref().unwrap_or(raw));
            let (key, span) = (key.to_owned(), value.target().span());
            leaks.extend(plain.map(|plain| Leak { key, span, plain, source: None }));
        }
    }
    holder(Some(id), leaks, is_encrypted(root))
}

fn holder(object: Option<ResourceId>, leaks: Vec<Leak>, encrypted: bool) -> Option<Holder> {
    let file = leaks.first()?.span.file;
    Some(Holder { object, leaks, encrypted, file })
}

/// The generators of a kustomization, and those that are documents of their own.
fn generators(root: NodeRef<'_>) -> impl Iterator<Item = (NodeRef<'_>, &'static str)> {
    let lists = [("secretGenerator", "Secret"), ("configMapGenerator", "ConfigMap")];
    let listed = lists.into_iter().flat_map(move |(field, kind)| {
        let entries = root.get(field).into_iter().flat_map(NodeRef::items);
        entries.map(move |entry| (entry, kind))
    });
    let kind = root.get("kind").and_then(NodeRef::text);
    let alone = (kind == Some("SecretGenerator")).then_some((root, "Secret"));
    listed.chain(alone)
}

fn of_generator(snapshot: &Snapshot, entry: NodeRef<'_>, kind: &'static str) -> Option<Holder> {
    let directory = snapshot.path(entry.span().file).parent()?;
    let open = |path: &str| {
        let path = snapshot.resolve(&directory.join(path).ok()?)?;
        let bytes = snapshot.bytes(snapshot.find(&path)?).ok()?;
        Some((path, bytes))
    };
    let texts = |field: &str| {
        let entries = entry.get(field).into_iter().flat_map(NodeRef::items);
        entries.filter_map(|entry| Some((entry.text()?, entry.target().span())))
    };
    let mut leaks = Vec::new();
    let mut take = |key: &str, value: &[u8], span: Span, source: Option<&RepoPath>| {
        let plain = judge(key, value);
        // What is no secret may still hold a key that nobody should see.
        let plain = plain.filter(|plain| kind == "Secret" || *plain == Plain::PrivateKey);
        let source = source.cloned();
        leaks.extend(plain.map(|plain| Leak { key: key.to_owned(), span, plain, source }));
    };
    for (text, span) in texts("literals") {
        if let Some((key, value)) = text.split_once('=') {
            take(key, value.trim_matches(['"', '\'']).as_bytes(), span, None);
        }
    }
    for (text, span) in texts("files") {
        let (key, path) =
            text.split_once('=').unwrap_or((text.rsplit('/').next().unwrap_or(text), text));
        if let Some((path, bytes)) = open(path) {
            take(key, bytes, span, Some(&path));
        }
    }
    let env = entry.get("env").and_then(|env| Some((env.text()?, env.target().span())));
    for (text, span) in texts("envs").chain(env) {
        let Some((path, bytes)) = open(text) else { continue };
        let lines = std::str::from_utf8(bytes).unwrap_or("").lines();
        for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
            if let Some((key, value)) = line.split_once('=') {
                take(key.trim(), value.as_bytes(), span, Some(&path));
            }
        }
    }
    let text = |field: &str| entry.get(field).and_then(NodeRef::text).unwrap_or("");
    let mut id = ResourceId { name: text("name").into(), ..ResourceId::default() };
    id.gvk.version = "v1".into();
    id.gvk.kind = kind.into();
    id.namespace = text("namespace").into();
    holder(Some(id), leaks, false)
}

/// What was forgotten in a document that is encrypted in parts.
fn of_encrypted(root: NodeRef<'_>) -> Option<Holder> {
    holder(None, plain_leaks(root), true)
}

fn plain_leaks(root: NodeRef<'_>) -> Vec<Leak> {
    let mut leaks = Vec::new();
    let mut budget = NODES;
    for (key, value) in root.entries() {
        let key = key.text().unwrap_or("");
        if key != "sops" {
            forgotten(value, key, key, (0, &mut budget), &mut leaks);
        }
    }
    leaks
}

fn forgotten(
    node: NodeRef<'_>,
    key: &str,
    path: &str,
    (depth, budget): (usize, &mut usize),
    leaks: &mut Vec<Leak>,
) {
    *budget = budget.saturating_sub(1);
    if depth > DEPTH || *budget == 0 || node.is_alias() || key.ends_with(LEFT_OPEN) {
        return;
    }
    if let Some(text) = node.text() {
        let plain = judge_named(key, text);
        let (key, span) = (path.to_owned(), node.span());
        leaks.extend(plain.map(|plain| Leak { key, span, plain, source: None }));
    }
    for (name, value) in node.entries() {
        let name = name.text().unwrap_or("");
        let path = format!("{path}.{name}");
        forgotten(value, name, &path, (depth + 1, budget), leaks);
    }
    for item in node.items() {
        forgotten(item, key, path, (depth + 1, budget), leaks);
    }
}
