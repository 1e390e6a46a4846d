//! `patches:`, `patchesStrategicMerge:` and `patchesJson6902:`: which patch goes to which objects.

use std::sync::Arc;

use crate::finding::Level;
use crate::kube::kinds::is_cluster_scoped;
use crate::kube::{Action, Gvk, Kind, Map, MergeKeys, ResourceId, Value};
use crate::render::accumulate::{Accumulated, Walk};
use crate::render::effect::{StatementKind, watch};
use crate::render::kustomization::{Patch, Text};
use crate::render::patch::json6902::{self, Operation};
use crate::render::patch::losses;
use crate::render::patch::strategic::{self, DIRECTIVE, Merged};
use crate::render::selector::Selector;
use crate::render::working::{Working, key};
use crate::render::{Notice, Removed, RenderError, edit, hints, load};
use crate::syntax::scalar::Tag;
use crate::syntax::{Document, Parsed, parse_embedded};
use crate::text::{RepoPath, Span};

/// What a patch says, once it is read.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// Objects to merge.
    Strategic(Arc<[Working]>),
    /// Operations to carry out.
    Json(Vec<Operation>),
}

/// What a strategic patch may change about an identity.
#[derive(Debug, Clone, Copy, Default)]
struct Allowed {
    name: bool,
    kind: bool,
}

/// Applies an entry of `patches:`. The answer is whether it means any object.
pub(crate) fn apply(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    patch: &Patch,
    set: &mut Accumulated,
) -> Result<bool, RenderError> {
    let Some(loaded) = load_patch(walk, directory, patch, set)? else { return Ok(false) };
    match (&*loaded, &patch.target) {
        (Loaded::Strategic(bodies), None) => {
            let allowed = Allowed { name: patch.allow_name_change, kind: patch.allow_kind_change };
            let mut found = false;
            for body in bodies.iter() {
                found |= merge_by_id(walk, body, allowed, set)?;
            }
            Ok(found)
        }
        (Loaded::Strategic(bodies), Some(_)) => {
            let [body] = &bodies[..] else {
                let message = "a patch with a `target` must be one document";
                return Err(
                    RenderError::new(patch.span, message).help("write one patch for each document")
                );
            };
            let chosen = choose(patch, set);
            let body = &with_texts(body, set);
            let allowed = Allowed { name: patch.allow_name_change, kind: patch.allow_kind_change };
            merge_all(walk, &chosen, body, allowed, set)?;
            Ok(!chosen.is_empty())
        }
        (Loaded::Json(_), None) => {
            let error = RenderError::new(patch.span, "a JSON patch needs a `target`");
            Err(error.help("say which objects it is for: `target: {kind: …, name: …}`"))
        }
        (Loaded::Json(operations), Some(_)) => {
            let chosen = choose(patch, set);
            for &at in &chosen {
                let resource = &mut set.resources[at];
                resource.remember();
                make_annotations(resource, patch.span);
                json6902::apply(&mut resource.body, operations)?;
                resource.refresh();
            }
            Ok(!chosen.is_empty())
        }
    }
}

/// Kustomize notes former names in annotations, so an object that has any has the map to add to.
///
/// An empty map is taken away at the end of the build.
fn make_annotations(resource: &mut Working, span: Span) {
    if resource.previous.is_empty() {
        return;
    }
    let metadata = resource.body.as_map_mut().and_then(|map| map.get_mut("metadata"));
    if let Some(map) = metadata.and_then(Value::as_map_mut) {
        edit::entry_or(map, "annotations", span, || edit::empty_map(Action::Patched, span));
    }
}

/// Applies an entry of `patchesJson6902:`: its target must have a name, as a pattern.
pub(crate) fn apply_json(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    patch: &Patch,
    set: &mut Accumulated,
) -> Result<bool, RenderError> {
    if !patch.target.as_ref().is_some_and(Selector::has_name) {
        let message = "an entry of `patchesJson6902` needs the name of its `target`";
        let error = RenderError::new(patch.span, message);
        return Err(error.help("add `target.name`, or list the patch under `patches:`"));
    }
    let Some((parsed, span)) = text_of(walk, directory, patch, set)? else { return Ok(false) };
    let operations = operations(parsed.get(), span)?;
    let chosen = choose(patch, set);
    for &at in &chosen {
        make_annotations(&mut set.resources[at], patch.span);
        json6902::apply(&mut set.resources[at].body, &operations)?;
        set.resources[at].refresh();
    }
    Ok(!chosen.is_empty())
}

/// Applies the entries of `patchesStrategicMerge:`: paths, or patches themselves.
pub(crate) fn apply_strategic(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    entries: &[Text],
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    let mut all = Vec::new();
    for entry in entries {
        if let Some(bodies) = inline_objects(walk, entry) {
            all.extend(bodies.into_iter().map(|body| (entry.span, body)));
            continue;
        }
        let Some(file) = walk.file(directory, entry, set)? else { continue };
        let bodies = walk.renderer.objects(file).map_err(|error| error.via(entry.span))?;
        all.extend(bodies.iter().map(|body| (entry.span, body.clone())));
    }
    if let ([], Some(first)) = (&all[..], entries.first().filter(|_| set.gaps.is_empty())) {
        return Err(RenderError::new(first.span, "there is no object in this patch")
            .help("add an object to the file, or drop the entry"));
    }
    for (span, body) in &all {
        let body = with_texts(body, set);
        watch(set, (*span, StatementKind::Patch), |set| {
            merge_by_id(walk, &body, Allowed::default(), set)
        })?;
    }
    Ok(())
}

/// The patch with labels and annotations that are all texts, as kustomize rewrites them here: a null
/// no longer deletes anything.
fn with_texts(patch: &Working, set: &mut Accumulated) -> Working {
    let mut patch = patch.clone();
    for field in ["labels", "annotations"] {
        let Some(value) = patch.body.at(&["metadata", field]) else { continue };
        let nulls = value.as_map().into_iter().flatten().filter(|entry| entry.value.is_null());
        let nulls: Vec<Span> = nulls.map(|entry| entry.key_span).collect();
        if value.is_null() || value.as_map().is_some_and(Map::is_empty) {
            edit::remove_at(&mut patch.body, &["metadata", field]);
            continue;
        }
        let map = patch.body.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut());
        let map = map.and_then(|map| map.get_mut(field)?.as_map_mut());
        for (_, value) in map.into_iter().flat_map(Map::values_mut) {
            if let Kind::Scalar(scalar) = &mut value.kind {
                scalar.tag = Tag::Str;
            }
        }
        for span in nulls {
            set.notices.push(Notice {
                span,
                level: Level::Warning,
                message: "kustomize sets a text here and deletes nothing".to_owned(),
                help: "remove the key with a JSON patch, or drop the `target` of the patch",
                outside: false,
            });
        }
    }
    patch
}

/// The objects in a text, if it is YAML with objects and not a path.
pub(crate) fn inline_objects(walk: &Walk<'_, '_>, entry: &Text) -> Option<Vec<Working>> {
    let source = walk.renderer.snapshot().slice(entry.span);
    load::objects(&parse_embedded(&entry.value, source, entry.span)).ok()
}

/// Parsed YAML that is shared or our own.
enum Source<'s> {
    File(&'s Parsed),
    Inline(Parsed),
}

impl Source<'_> {
    fn get(&self) -> &Parsed {
        match self {
            Self::File(parsed) => parsed,
            Self::Inline(parsed) => parsed,
        }
    }
}

/// The YAML of a patch and its place; nothing if it lies where we cannot go.
fn text_of<'s>(
    walk: &Walk<'_, 's>,
    directory: &RepoPath,
    patch: &Patch,
    set: &mut Accumulated,
) -> Result<Option<(Source<'s>, Span)>, RenderError> {
    match (&patch.path, &patch.inline) {
        (Some(_), Some(_)) => {
            let error = RenderError::new(patch.span, "give either `path` or `patch`, not both");
            Err(error.help("drop one of them"))
        }
        (None, None) => {
            let error = RenderError::new(patch.span, "this patch has no `path` and no `patch`");
            Err(error.help("add `path: FILE`, or the patch itself under `patch: |-`"))
        }
        (Some(entry), None) => {
            let Some(file) = walk.file(directory, entry, set)? else { return Ok(None) };
            Ok(Some((Source::File(walk.renderer.store().yaml(file)), entry.span)))
        }
        (None, Some(text)) => {
            let source = walk.renderer.snapshot().slice(text.span);
            let parsed = parse_embedded(&text.value, source, text.span);
            Ok(Some((Source::Inline(parsed), text.span)))
        }
    }
}

/// Reads a patch and decides what it is: it must be one of both and not the other.
fn load_patch(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    patch: &Patch,
    set: &mut Accumulated,
) -> Result<Option<Arc<Loaded>>, RenderError> {
    let Some((source, span)) = text_of(walk, directory, patch, set)? else { return Ok(None) };
    let parsed = source.get();
    if parsed.is_broken() {
        load::check(parsed)?;
    }
    let empty = parsed.documents.iter().all(|document| document.root().is_null());
    if empty && parsed.comments.is_empty() {
        return Err(
            RenderError::new(span, "the patch is empty").help("write a patch, or drop the entry")
        );
    }
    let strategic = load::objects(parsed);
    let json = operations(parsed, span);
    match (strategic, json) {
        (Ok(mut objects), Err(_)) => {
            if objects.len() == patch.places.len() {
                for (object, place) in objects.iter_mut().zip(&patch.places) {
                    relocate(&mut object.body, place);
                }
            }
            Ok(Some(Arc::new(Loaded::Strategic(objects.into()))))
        }
        (Err(_), Ok(operations)) => Ok(Some(Arc::new(Loaded::Json(operations)))),
        (Ok(_), Ok(_)) => Err(RenderError::new(span, "there is nothing in this patch")
            .help("write a patch, or drop the entry")),
        (Err(strategic), Err(json)) => {
            let root = parsed.documents.first().map(Document::root);
            let error = match root {
                Some(root) if root.is_list() => json,
                Some(root) if !root.is_map() => {
                    let message = "this is neither a strategic merge patch nor a JSON patch";
                    let help = "write an object with `apiVersion`, `kind` and `metadata.name`, or a list of operations";
                    RenderError::new(root.span(), message).help(help)
                }
                _ => strategic,
            };
            Err(if patch.path.is_some() { error.via(span) } else { error })
        }
    }
}

/// Gives the parts of a value the history of the same parts of another one.
///
/// Recursion is bounded by the depth that the loader accepts.
fn relocate(value: &mut Value, place: &Value) {
    value.provenance = place.provenance.clone();
    match (&mut value.kind, &place.kind) {
        (Kind::Map(map), Kind::Map(places)) => {
            let entries = map.iter().map(|entry| {
                let mut entry = entry.clone();
                if let Some(place) = places.entry(&entry.key) {
                    entry.key_span = place.key_span;
                    relocate(&mut entry.value, &place.value);
                }
                entry
            });
            *map = Arc::new(entries.collect());
        }
        (Kind::List(items), Kind::List(places)) if items.len() == places.len() => {
            let items = Arc::make_mut(items).iter_mut();
            items.zip(places.iter()).for_each(|(item, place)| relocate(item, place));
        }
        _ => {}
    }
}

fn operations(parsed: &Parsed, span: Span) -> Result<Vec<Operation>, RenderError> {
    if parsed.is_broken() {
        load::check(parsed)?;
    }
    let Some(document) = parsed.documents.first() else {
        // A text of comments is an empty JSON patch.
        return if parsed.comments.is_empty() {
            Err(RenderError::new(span, "the patch is empty")
                .help("write a patch, or drop the entry"))
        } else {
            Ok(Vec::new())
        };
    };
    Ok(json6902::parse(document.root())?)
}

/// The objects that the target of a patch means.
fn choose(patch: &Patch, set: &Accumulated) -> Vec<usize> {
    let Some(target) = &patch.target else { return Vec::new() };
    let meant = |resource: &Working| {
        target.matches(&resource.id, &resource.original(), &resource.body, is_cluster_scoped)
    };
    let all = set.resources.iter().enumerate();
    all.filter(|(_, resource)| meant(resource)).map(|(at, _)| at).collect()
}

/// The one object of this identity, now or before; nothing if it may be in a gap.
fn find(
    walk: &Walk<'_, '_>,
    id: &ResourceId,
    (span, name): (Span, Span),
    set: &mut Accumulated,
) -> Result<Option<usize>, RenderError> {
    let wanted = key(id);
    let mut matches = (0..set.resources.len()).filter(|&at| set.resources[at].answers_to(&wanted));
    let (first, second) = (matches.next(), matches.next());
    drop(matches);
    match (first, second) {
        (Some(at), None) => Ok(Some(at)),
        (Some(_), Some(_)) => {
            Err(RenderError::new(span, format!("more than one object is a `{id}`"))
                .help("add `metadata.namespace`, or list the patch with a `target`"))
        }
        (None, _) if walk.may_be_in_gap(set, span, "patch target", id.to_string()) => Ok(None),
        (None, _) => {
            let error = RenderError::new(name, format!("there is no `{id}` to patch"));
            let error = error.help("a patch without a `target` names one object exactly");
            let near = set.resources.iter().find(|resource| {
                resource.id.gvk.kind == id.gvk.kind && resource.id.name == id.name
            });
            Err(match near {
                Some(near) => {
                    let api = near.id.gvk.api_version();
                    error.help(format!("there is a `{}` with API version `{api}`", near.id))
                }
                None => error,
            })
        }
    }
}

fn merge_by_id(
    walk: &Walk<'_, '_>,
    patch: &Working,
    allowed: Allowed,
    set: &mut Accumulated,
) -> Result<bool, RenderError> {
    let name = patch.body.at(&["metadata", "name"]).map_or(patch.origin, Value::span);
    match find(walk, &patch.id, (patch.origin, name), set)? {
        Some(at) => merge_all(walk, &[at], patch, allowed, set).map(|()| true),
        None => Ok(false),
    }
}

/// Merges the patch into some objects; those that it deletes go.
fn merge_all(
    walk: &Walk<'_, '_>,
    chosen: &[usize],
    patch: &Working,
    allowed: Allowed,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    let keys = walk.renderer.merge_keys(set.schema)?;
    let mut deleted = Vec::new();
    for &at in chosen {
        let resource = &mut set.resources[at];
        let merged = if resource.hints.is_empty() && patch.hints.is_empty() {
            merge(resource, patch, allowed, &keys)?
        } else {
            let keys = hints::add(&keys, &[&patch.hints, &resource.hints]);
            merge(resource, patch, allowed, &keys)?
        };
        match merged {
            Merged::Deleted => {
                deleted.push(at);
                let directive = patch.body.as_map().and_then(|map| map.entry(DIRECTIVE));
                let span = directive.map_or(patch.origin, |entry| entry.key_span);
                set.removed.push(Removed { id: set.resources[at].id.clone(), span });
            }
            Merged::Kept => set.notices.extend(losses::notices(&patch.body, &resource.body)),
        }
    }
    if !deleted.is_empty() {
        let mut at = 0;
        set.resources.retain(|_| {
            at += 1;
            deleted.binary_search(&(at - 1)).is_err()
        });
    }
    if allowed.name || allowed.kind {
        check_collision(set, patch)?;
    }
    Ok(())
}

fn check_collision(set: &Accumulated, patch: &Working) -> Result<(), RenderError> {
    let mut keys: Vec<_> = set.resources.iter().map(|resource| key(&resource.id)).collect();
    keys.sort();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            let message =
                format!("after this patch there are two of `{} {}`", pair[0].0.kind, pair[0].2);
            Err(RenderError::new(patch.origin, message).help("rename one of them"))
        }
        None => Ok(()),
    }
}

fn merge(
    resource: &mut Working,
    patch: &Working,
    allowed: Allowed,
    keys: &MergeKeys,
) -> Result<Merged, RenderError> {
    if allowed.name || allowed.kind {
        resource.remember();
    }
    let metadata = |body: &Value, field: &str| body.at(&["metadata", field]).cloned();
    let body = &resource.body;
    let (kind, api_version) = (body.get("kind").cloned(), body.get("apiVersion").cloned());
    let (name, namespace) = (metadata(body, "name"), metadata(body, "namespace"));
    let gvk: Gvk = resource.id.gvk.clone();
    let mut changes = patch.body.clone();
    // The patch takes on the object's version, which may make its kind an unknown one.
    if let (Some(version), true) = (&api_version, patch.id.gvk.api_version() != gvk.api_version()) {
        edit::restore(&mut changes, &["apiVersion"], Some(version.clone()));
    }
    let merged = strategic::merge(&mut resource.body, &changes, &gvk, keys)?;
    if merged == Merged::Deleted {
        return Ok(merged);
    }
    let body = &mut resource.body;
    edit::restore(body, &["apiVersion"], api_version);
    if !allowed.kind {
        edit::restore(body, &["kind"], kind);
    }
    if !allowed.name {
        edit::restore(body, &["metadata", "name"], name);
    }
    edit::restore(body, &["metadata", "namespace"], namespace);
    resource.refresh();
    Ok(merged)
}
