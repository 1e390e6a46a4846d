//! `generators:`, `transformers:` and `validators:`: the built-in plugins, configured as objects.

use crate::kube::field_specs::FieldSpec;
use crate::kube::{Action, Kind, Value};
use crate::render::accumulate::{Accumulated, Holds, Layer, Walk};
use crate::render::helm::Inflated;
use crate::render::kustomization::read::{fields, list, optional, pairs, text};
use crate::render::kustomization::{
    GENERATOR_FIELDS, Generator, GeneratorKind, GeneratorOptions, Kustomization, Patch, Text,
    field_specs, image, replacement_entry, replica,
};
use crate::render::origin::Author;
use crate::render::transform::affix::{self, End};
use crate::render::transform::namespace::{Namespace, Subjects};
use crate::render::transform::{
    images, labels, namespace, patches, replacements, replicas, value_add,
};
use crate::render::working::Working;
use crate::render::{CHART, RenderError, generate, load, pipeline};
use crate::syntax::scalar::Tag;
use crate::syntax::{Composer, Document, NodeId, NodeRef};
use crate::text::RepoPath;

type Apply = fn(&mut Walk<'_, '_>, &mut Layer<'_>, Config<'_>) -> Result<(), RenderError>;

/// The transformers that kustomize has built in.
const TRANSFORMERS: [(&str, Apply); 14] = [
    ("AnnotationsTransformer", annotations),
    ("HashTransformer", hash),
    ("ImageTagTransformer", image_tag),
    ("LabelTransformer", label),
    ("NamespaceTransformer", set_namespace),
    ("PatchJson6902Transformer", json_patch),
    ("PatchStrategicMergeTransformer", strategic_merge),
    ("PatchTransformer", apply_patch),
    ("PrefixSuffixTransformer", prefix_and_suffix),
    ("PrefixTransformer", prefix),
    ("ReplacementTransformer", replace),
    ("ReplicaCountTransformer", replica_count),
    ("SuffixTransformer", suffix),
    ("ValueAddTransformer", value_add),
];

/// A plugin's configuration, as a tree.
#[derive(Clone, Copy)]
struct Config<'d> {
    root: NodeRef<'d>,
}

/// Runs the plugins of `generators:`.
pub(crate) fn generate(
    walk: &mut Walk<'_, '_>,
    directory: &RepoPath,
    kustomization: &Kustomization,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    for config in configs(walk, directory, &kustomization.generators, set)? {
        let author = Author::plugin(&config);
        let Some(document) = compose(&config.body) else { continue };
        let kind = match builtin_kind(&config) {
            Some("ConfigMapGenerator") => GeneratorKind::ConfigMap,
            Some("SecretGenerator") => GeneratorKind::Secret,
            Some("IAMPolicyGenerator") => {
                walk.absorb(generate::iam_policy::make(document.root())?, Some(&author), set)?;
                continue;
            }
            Some("HelmChartInflationGenerator") => {
                walk.gap(set, &describe(&config), CHART, Holds::Objects)?;
                set.charts.push(Inflated::new(directory, None, &config.body));
                continue;
            }
            _ => {
                walk.gap(set, &describe(&config), "plugin", Holds::Objects)?;
                continue;
            }
        };
        let mut generator = Generator::new(kind, config.origin);
        // The old field `env` has no effect here.
        let mut env = None;
        fields(document.root(), &GENERATOR_FIELDS, |field, node| {
            generator.set(field, node, &mut env)
        })?;
        metadata_of(&config, &mut generator);
        walk.generate(directory, &generator, &GeneratorOptions::default(), Some(&author), set)?;
    }
    Ok(())
}

/// A generator's name and namespace may stand in its metadata.
fn metadata_of(config: &Working, generator: &mut Generator) {
    let part = |field: &str| {
        let value = config.body.at(&["metadata", field])?;
        let text = value.text().filter(|text| !text.is_empty())?;
        Some(Text { value: text.into(), span: value.span() })
    };
    generator.name = generator.name.take().or_else(|| part("name"));
    generator.namespace = generator.namespace.take().or_else(|| part("namespace"));
}

/// Runs the plugins of `transformers:`, then those of `validators:`.
pub(crate) fn transform(walk: &mut Walk<'_, '_>, layer: &mut Layer<'_>) -> Result<(), RenderError> {
    let kustomization = layer.kustomization;
    for config in configs(walk, layer.directory, &kustomization.transformers, layer.set)? {
        let author = Some(Author::plugin(&config));
        pipeline::noted(walk, layer, author.as_ref(), |walk, layer| run(walk, layer, &config))?;
    }
    for config in configs(walk, layer.directory, &kustomization.validators, layer.set)? {
        let before = layer.set.resources.clone();
        run(walk, layer, &config)?;
        let after = &layer.set.resources;
        let same = |(a, b): (&Working, &Working)| a.body.same(&b.body);
        if before.len() != after.len() || !before.iter().zip(after).all(same) {
            let message = format!("the validator `{}` changes the objects", config.id.name);
            return Err(RenderError::new(config.origin, message)
                .help("let it check only: a validator must leave every object as it is"));
        }
    }
    Ok(())
}

fn run(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    config: &Working,
) -> Result<(), RenderError> {
    let kind = builtin_kind(config);
    let Some((_, apply)) = TRANSFORMERS.iter().find(|(name, _)| Some(*name) == kind) else {
        return walk.gap(layer.set, &describe(config), "plugin", Holds::Fields);
    };
    let Some(document) = compose(&config.body) else { return Ok(()) };
    apply(walk, layer, Config { root: document.root() })?;
    layer.set.forget_keys();
    Ok(())
}

/// The configurations that entries mean: objects in the entry itself, in files, or in bases.
fn configs(
    walk: &mut Walk<'_, '_>,
    directory: &RepoPath,
    entries: &[Text],
    set: &mut Accumulated,
) -> Result<Vec<Working>, RenderError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Accumulated::new(set.schema);
    let mut paths = Vec::new();
    for entry in entries {
        match patches::inline_objects(walk, entry) {
            Some(objects) => {
                for mut object in objects {
                    if let Some(notes) = &walk.notes {
                        notes.inline(&mut object);
                    }
                    found.append(object, walk.renderer)?;
                }
            }
            None => paths.push(entry.clone()),
        }
    }
    walk.resources(directory, &paths, &mut found)?;
    set.inputs.append(&mut found.inputs);
    set.visited.append(&mut found.visited);
    set.gaps.append(&mut found.gaps);
    set.notices.append(&mut found.notices);
    set.removed.append(&mut found.removed);
    set.failures.append(&mut found.failures);
    Ok(found.resources)
}

fn builtin_kind(config: &Working) -> Option<&str> {
    let gvk = &config.id.gvk;
    (gvk.group.is_empty() && &*gvk.version == "builtin").then_some(&*gvk.kind)
}

fn describe(config: &Working) -> Text {
    Text { value: config.id.to_string().into(), span: config.origin }
}

/// The object as a document: one reader serves files and objects.
pub(crate) fn compose(body: &Value) -> Option<Document> {
    let mut composer = Composer::default();
    add(&mut composer, body);
    composer.finish()
}

fn add(composer: &mut Composer, value: &Value) -> NodeId {
    let span = value.span();
    match &value.kind {
        Kind::Scalar(scalar) => composer.scalar(span, scalar.tag, scalar.text.clone()),
        Kind::List(items) => {
            let items = items.iter().map(|item| add(composer, item)).collect();
            composer.list(span, items)
        }
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| {
                let key = composer.scalar(entry.key_span, Tag::Str, entry.key.clone());
                (key, add(composer, &entry.value))
            });
            let entries = entries.collect();
            composer.map(span, entries)
        }
    }
}

impl Config<'_> {
    fn text(self, field: &str) -> Result<Option<Text>, RenderError> {
        self.root.get(field).map_or(Ok(None), optional)
    }

    fn specs(self) -> Result<Vec<FieldSpec>, RenderError> {
        self.root.get("fieldSpecs").map_or(Ok(Vec::new()), field_specs)
    }

    fn patch(self, inline: &'static str) -> Result<Patch, RenderError> {
        let mut it = Patch::empty(self.root.span());
        fields(self.root, &["path", inline, "target", "options"], |field, node| {
            it.set(if field == inline { "patch" } else { field }, node)
        })?;
        Ok(it)
    }
}

fn annotations(
    _: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let pairs = it.root.get("annotations").map_or(Ok(Vec::new()), pairs)?;
    let specs = it.specs()?;
    labels::apply(&mut layer.set.resources, Action::Annotated, &pairs, &specs)
}

fn label(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, it: Config<'_>) -> Result<(), RenderError> {
    let pairs = it.root.get("labels").map_or(Ok(Vec::new()), pairs)?;
    let specs = it.specs()?;
    labels::apply(&mut layer.set.resources, Action::Labelled, &pairs, &specs)
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all plugins")]
fn hash(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, _: Config<'_>) -> Result<(), RenderError> {
    generate::hash::apply(&mut layer.set.resources);
    Ok(())
}

fn image_tag(
    _: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let Some(node) = it.root.get("imageTag") else { return Ok(()) };
    images::apply(&mut layer.set.resources, &image(node)?, &it.specs()?).map(|_found| ())
}

fn set_namespace(
    _: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let name = it.root.get("metadata").and_then(|metadata| metadata.get("namespace"));
    let Some(name) = name.map_or(Ok(None), optional)? else { return Ok(()) };
    let subjects = match it.text("setRoleBindingSubjects")? {
        None => Subjects::NamedDefault,
        Some(mode) => match &*mode.value {
            "defaultOnly" => Subjects::NamedDefault,
            "allServiceAccounts" => Subjects::ServiceAccounts,
            "none" => Subjects::None,
            other => {
                let message = format!("there is no mode `{other}` for role binding subjects");
                return Err(RenderError::new(mode.span, message)
                    .help("write `defaultOnly`, `allServiceAccounts` or `none`"));
            }
        },
    };
    let unset_only = it.root.get("unsetOnly").is_some_and(|node| node.text() == Some("true"));
    let specs = it.specs()?;
    let order = Namespace { name: &name, specs: &specs, subjects, unset_only };
    namespace::apply(&mut layer.set.resources, order)
}

fn apply_patch(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    patches::apply(walk, layer.directory, &it.patch("patch")?, layer.set).map(|_found| ())
}

fn json_patch(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    patches::apply_json(walk, layer.directory, &it.patch("jsonOp")?, layer.set).map(|_found| ())
}

fn strategic_merge(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let mut entries = it.root.get("paths").map_or(Ok(Vec::new()), |node| list(node, text))?;
    entries.extend(it.text("patches")?);
    if entries.is_empty() {
        return Err(RenderError::new(it.root.span(), "there are no `paths` and no `patches`")
            .help("list files under `paths`, or write the patch under `patches`"));
    }
    patches::apply_strategic(walk, layer.directory, &entries, layer.set)
}

fn prefix(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, it: Config<'_>) -> Result<(), RenderError> {
    affix(layer, it, End::Prefix, "prefix")
}

fn suffix(_: &mut Walk<'_, '_>, layer: &mut Layer<'_>, it: Config<'_>) -> Result<(), RenderError> {
    affix(layer, it, End::Suffix, "suffix")
}

fn prefix_and_suffix(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    prefix(walk, layer, it)?;
    suffix(walk, layer, it)
}

fn affix(layer: &mut Layer<'_>, it: Config<'_>, end: End, field: &str) -> Result<(), RenderError> {
    let Some(text) = it.text(field)? else { return Ok(()) };
    affix::apply(&mut layer.set.resources, end, &text, &it.specs()?)
}

fn replace(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let Some(node) = it.root.get("replacements") else { return Ok(()) };
    let entries = list(node, replacement_entry)?;
    replacements::apply(walk, layer.directory, &entries, layer.set)
}

fn replica_count(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let Some(node) = it.root.get("replica") else { return Ok(()) };
    replicas::apply_or_complain(walk, layer.set, &replica(node)?, &it.specs()?)
}

fn value_add(
    walk: &mut Walk<'_, '_>,
    layer: &mut Layer<'_>,
    it: Config<'_>,
) -> Result<(), RenderError> {
    let Some(value) = it.text("value")? else { return Ok(()) };
    let mut targets = it.root.get("targets").map_or(Ok(Vec::new()), value_add::targets)?;
    if let Some(path) = it.text("targetFilePath")? {
        let Some(file) = walk.file(layer.directory, &path, layer.set)? else { return Ok(()) };
        let parsed = walk.renderer.store().yaml(file);
        load::check(parsed)?;
        let root = parsed.documents.first().map(Document::root);
        let more = root.and_then(|root| root.get("targets"));
        targets.extend(more.map_or(Ok(Vec::new()), value_add::targets)?);
    }
    value_add::apply(&mut layer.set.resources, &value, &targets)
}
