//! A directory with what a Flux Kustomization adds to its own kustomization.

use crate::kube::Resource;
use crate::kube::Value;
use crate::render::flux::Variables;
use crate::render::flux::places::places;
use crate::render::generate::hash::json;
use crate::render::kustomization::read::{Text, list, optional, text};
use crate::render::kustomization::{Image, Kustomization, Patch, image, patch};
use crate::render::{Gap, RenderError, Rendered, Renderer, plugin};
use crate::source::Snapshot;
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// Files that are objects for whoever finds no kustomization; JSON is none of them.
const EXTENSIONS: [&str; 2] = ["yaml", "yml"];

/// Renders a directory as an object asks, which its parent has filled variables into as it is `written`.
/// Where the whole of what the object deploys is not there, a patch may miss its
/// target.
pub(super) fn directory(
    renderer: &Renderer<'_>,
    directory: &RepoPath,
    object: &Resource,
    written: Option<&(Resource, Box<Variables>)>,
    whole: bool,
) -> Result<Rendered, RenderError> {
    let directory = renderer.snapshot().resolve(directory).unwrap_or_else(|| directory.clone());
    let mut gaps = Vec::new();
    let (file, mut kustomization) = if let Some(file) = renderer.kustomization_file(&directory) {
        renderer.kustomization(&directory, None)?;
        let root = renderer.store().yaml(file).documents.first().map(crate::syntax::Document::root);
        (file, root.map_or_else(|| Ok(Kustomization::default()), Kustomization::parse)?)
    } else {
        let resources = generated(renderer, &directory, object, &mut gaps);
        (object.origin.file, Kustomization { resources, ..Kustomization::default() })
    };
    let spec = object.body.get("spec").and_then(plugin::compose);
    if let Some(spec) = &spec {
        add(spec.root(), object, whole, &mut kustomization)?;
        if let Some((written, variables)) = written {
            place(renderer.snapshot(), (written, object), variables, &mut kustomization.patches);
        }
    }
    let mut output = renderer.build(&directory, file, &kustomization)?;
    output.inputs.insert(object.origin.file);
    output.gaps.append(&mut gaps);
    Ok(output.graded())
}

/// The resources of the kustomization that Flux generates where there is none: all files of the
/// directory and below it, and directories with a kustomization of their own.
fn generated(
    renderer: &Renderer<'_>,
    root: &RepoPath,
    object: &Resource,
    gaps: &mut Vec<Gap>,
) -> Vec<Text> {
    let span = object.body.at(&["spec", "path"]).map_or(object.origin, Value::span);
    let entry = |path: &RepoPath| {
        let below = path.as_str().get(root.as_str().len()..).unwrap_or("");
        Text { value: format!("./{}", below.trim_start_matches('/')).into(), span }
    };
    let mut entries: Vec<Text> = Vec::new();
    let mut inside: Option<RepoPath> = None;
    for (file, path) in renderer.snapshot().files_below(root) {
        if inside.as_ref().is_some_and(|directory| path.is_in(directory))
            || !EXTENSIONS.contains(&path.extension().as_str())
        {
            continue;
        }
        inside = built(renderer, path, root);
        match &inside {
            Some(directory) => entries.push(entry(directory)),
            None => match renderer.objects(file) {
                Ok(_) => entries.push(entry(path)),
                Err(error) => {
                    let (span, what, detail) = match renderer.store().yaml(file).template {
                        Some(it) => (it.span, "template", format!("{path}: {it}")),
                        None => (error.span, "broken file", path.to_string()),
                    };
                    gaps.push(Gap { span, what, detail, objects: true });
                }
            },
        }
    }
    entries
}

/// The outermost kustomization between a directory and a file below it.
fn built(renderer: &Renderer<'_>, path: &RepoPath, root: &RepoPath) -> Option<RepoPath> {
    let above = std::iter::successors(path.parent(), RepoPath::parent);
    let inside = above.take_while(|directory| directory != root && directory.is_in(root));
    inside.filter(|directory| renderer.kustomization_file(directory).is_some()).last()
}

/// Adds what the object asks for, where the controller writes it.
fn add(
    spec: NodeRef<'_>,
    object: &Resource,
    whole: bool,
    kustomization: &mut Kustomization,
) -> Result<(), RenderError> {
    if let Some(namespace) = given(spec, "targetNamespace")? {
        kustomization.namespace = Some(namespace);
    }
    if let Some(prefix) = given(spec, "namePrefix")? {
        kustomization.name_prefix = Some(prefix);
    }
    if let Some(suffix) = given(spec, "nameSuffix")? {
        kustomization.name_suffix = Some(suffix);
    }
    if whole {
        let components = spec.get("components").map_or(Ok(Vec::new()), |node| list(node, text))?;
        kustomization.components.extend(components);
    }
    let patches = spec.get("patches").map_or(Ok(Vec::new()), |node| list(node, patch))?;
    // Where other objects of the build are overlays of their own, a patch may be meant for them.
    kustomization.patches.extend(patches.into_iter().filter(|it| whole || it.target.is_some()));
    for value in items(&object.body, "patchesStrategicMerge").filter(|_| whole) {
        let text = Text { value: json(value).into(), span: value.span() };
        kustomization.patches_strategic_merge.push(text);
    }
    let old = spec.get("patchesJson6902").into_iter().flat_map(NodeRef::items);
    for (node, value) in old.zip(items(&object.body, "patchesJson6902")) {
        let Some(operations) = value.get("patch") else { continue };
        let mut it = Patch::empty(node.span());
        if let Some(target) = node.get("target") {
            it.set("target", target)?;
        }
        it.inline = Some(Text { value: json(operations).into(), span: operations.span() });
        kustomization.patches_json6902.push(it);
    }
    let images = spec.get("images").map_or(Ok(Vec::new()), |node| list(node, image))?;
    for image in images {
        let known = |it: &&mut Image| it.name.value == image.name.value;
        match kustomization.images.iter_mut().find(known) {
            Some(old) => *old = image,
            None => kustomization.images.push(image),
        }
    }
    Ok(())
}

/// Notes where the parts of the patches stand that are texts of the object.
fn place(
    snapshot: &Snapshot,
    (written, object): (&Resource, &Resource),
    variables: &Variables,
    patches: &mut [Patch],
) {
    let texts = |object| items(object, "patches").map(|entry| entry.get("patch"));
    for (before, now) in texts(&written.body).zip(texts(&object.body)) {
        let (Some(before), Some(now)) = (before, now) else { continue };
        let is = |text: &Text| Some(&*text.value) == now.text() && text.span == now.span();
        for patch in patches.iter_mut().filter(|it| it.inline.as_ref().is_some_and(is)) {
            patch.places = places(snapshot, (before, now), variables);
        }
    }
}

fn given(spec: NodeRef<'_>, field: &str) -> Result<Option<Text>, RenderError> {
    let text = spec.get(field).map_or(Ok(None), optional)?;
    Ok(text.filter(|text| !text.value.is_empty()))
}

fn items<'v>(body: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    body.at(&["spec", field]).and_then(Value::as_list).unwrap_or_default().iter()
}
