//! A kustomization file: every field with its place.

mod parts;
pub(crate) mod read;
mod replacement;

use crate::kube::{Value, load};
use crate::render::{RenderError, origin};
use crate::syntax::NodeRef;
use crate::syntax::scalar::Dialect;

pub(crate) use parts::{
    GENERATOR_FIELDS, Generator, GeneratorKind, GeneratorOptions, Image, Labels, Patch, Replica,
    SortOrder, Var, field_specs, image, patch, replica, sort_order,
};
use parts::{generator, generator_options, labels, var};
pub(crate) use read::{Pairs, Text};
use read::{boolean, fields, list, mismatch, optional, pairs, text};
pub(crate) use replacement::{
    Replacement, ReplacementEntry, Target, entry as replacement_entry, file as replacement_file,
};

/// `openapi:`: where the schema is.
#[derive(Debug)]
pub(crate) enum OpenApi {
    /// Kustomize's own.
    BuiltIn,
    /// A file.
    File(Text),
}

/// What a kustomization file asks for. Deprecated spellings are already folded in.
#[derive(Debug, Default)]
pub(crate) struct Kustomization {
    /// Whether it is a component.
    pub(crate) component: bool,
    pub(crate) resources: Vec<Text>,
    pub(crate) components: Vec<Text>,
    pub(crate) crds: Vec<Text>,
    pub(crate) configurations: Vec<Text>,
    pub(crate) generators: Vec<Text>,
    pub(crate) transformers: Vec<Text>,
    pub(crate) validators: Vec<Text>,
    /// The schema that says which lists patches merge.
    pub(crate) openapi: Option<OpenApi>,
    pub(crate) name_prefix: Option<Text>,
    pub(crate) name_suffix: Option<Text>,
    pub(crate) namespace: Option<Text>,
    pub(crate) common_labels: Pairs,
    pub(crate) labels: Vec<Labels>,
    pub(crate) common_annotations: Pairs,
    pub(crate) patches_strategic_merge: Vec<Text>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) patches_json6902: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) replacements: Vec<ReplacementEntry>,
    pub(crate) vars: Vec<Var>,
    pub(crate) config_maps: Vec<Generator>,
    pub(crate) secrets: Vec<Generator>,
    pub(crate) generator_options: GeneratorOptions,
    /// The charts to inflate.
    pub(crate) charts: Vec<ChartEntry>,
    /// The directory that has them, where one is named.
    pub(crate) chart_home: Option<Text>,
    pub(crate) sort: Option<SortOrder>,
    pub(crate) build_metadata: Vec<Text>,
}

/// The API group of kustomizations.
const GROUP: &str = "kustomize.config.k8s.io/";

const FIELDS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

impl Kustomization {
    /// Whether a document says that it is one, and something with it.
    pub(crate) fn is_one(root: NodeRef<'_>) -> bool {
        let text = |key: &str| root.get(key).and_then(NodeRef::text);
        let version = text("apiVersion").is_none_or(|text| text.starts_with(GROUP));
        let kind = matches!(text("kind"), None | Some("Kustomization" | "Component"));
        let known = |name: &str| FIELDS.iter().skip(3).any(|field| *field == name);
        version && kind && root.entries().any(|(key, _)| key.text().is_some_and(known))
    }

    /// Reads a whole file.
    pub(crate) fn parse(root: NodeRef<'_>) -> Result<Self, RenderError> {
        let mut it = Self::default();
        let (mut kind, mut version) = (None, None);
        let (mut bases, mut image_tags) = (Vec::new(), Vec::new());
        let (mut charts, mut old_charts) = (Vec::new(), Vec::new());
        let mut any = false;
        fields(root, &FIELDS, |field, node| {
            any |= !matches!(field, "apiVersion" | "kind");
            match field {
                "apiVersion" => version = optional(node)?,
                "kind" => kind = optional(node)?,
                "metadata" => metadata(node)?,
                "openapi" => it.openapi = openapi(node)?,
                "namePrefix" => it.name_prefix = optional(node)?,
                "nameSuffix" => it.name_suffix = optional(node)?,
                "namespace" => it.namespace = optional(node)?,
                "commonLabels" => it.common_labels = pairs(node)?,
                "labels" => it.labels = list(node, labels)?,
                "commonAnnotations" => it.common_annotations = pairs(node)?,
                "patchesStrategicMerge" => it.patches_strategic_merge = list(node, text)?,
                "patchesJson6902" => it.patches_json6902 = list(node, patch)?,
                "patches" => it.patches = list(node, patch)?,
                "images" => it.images = list(node, image)?,
                "imageTags" => image_tags = list(node, image)?,
                "replacements" => it.replacements = list(node, replacement_entry)?,
                "replicas" => it.replicas = list(node, replica)?,
                "vars" => it.vars = list(node, var)?,
                "sortOptions" => it.sort = Some(sort_order(node)?),
                "resources" => it.resources = list(node, text)?,
                "components" => it.components = list(node, text)?,
                "crds" => it.crds = list(node, text)?,
                "bases" => bases = list(node, text)?,
                "configMapGenerator" => {
                    it.config_maps = list(node, |node| generator(node, GeneratorKind::ConfigMap))?;
                }
                "secretGenerator" => {
                    it.secrets = list(node, |node| generator(node, GeneratorKind::Secret))?;
                }
                "helmGlobals" => it.chart_home = helm_globals(node)?.or(it.chart_home.take()),
                "helmCharts" => charts = list(node, |node| chart(node, &CHART))?,
                "helmChartInflationGenerator" => {
                    old_charts = list(node, |node| chart(node, &OLD_CHART))?;
                }
                "generatorOptions" => it.generator_options = generator_options(node)?,
                "configurations" => it.configurations = list(node, text)?,
                "generators" => it.generators = list(node, text)?,
                "transformers" => it.transformers = list(node, text)?,
                "validators" => it.validators = list(node, text)?,
                "buildMetadata" => it.build_metadata = list(node, text)?,
                _ => {}
            }
            Ok(())
        })?;
        if !any {
            return Err(RenderError::new(root.span(), "the kustomization file is empty")
                .help("list something under `resources:`, or delete the file"));
        }
        it.component = is_component(kind.as_ref(), version.as_ref())?;
        it.resources.extend(bases);
        it.images.extend(image_tags);
        it.charts = charts;
        it.charts.extend(old_charts);
        Ok(it)
    }

    /// An entry of `buildMetadata:`.
    pub(crate) fn build_option(&self, name: &str) -> Option<&Text> {
        self.build_metadata.iter().find(|option| &*option.value == name)
    }
}

/// The annotations that options ask for.
const ANNOTATIONS: [(&str, &str); 2] =
    [("originAnnotations", origin::ORIGIN), ("transformerAnnotations", origin::TRANSFORMATIONS)];

impl Kustomization {
    /// Whether `buildMetadata:` asks for an annotation.
    pub(crate) fn asks_for(&self, annotation: &str) -> bool {
        let asked = |(option, name): &(&str, &str)| {
            *name == annotation && self.build_option(option).is_some()
        };
        ANNOTATIONS.iter().any(asked)
    }
}

/// A chart to inflate.
#[derive(Debug, Clone)]
pub(crate) struct ChartEntry {
    /// Its name; its place is that of the entry where it has none.
    pub(crate) name: Text,
    /// The whole entry; nothing where its aliases are too many.
    pub(crate) body: Option<Value>,
}

fn is_component(kind: Option<&Text>, version: Option<&Text>) -> Result<bool, RenderError> {
    let component = match kind.map(|kind| &*kind.value) {
        None | Some("Kustomization") => false,
        Some("Component") => true,
        Some(other) => {
            let span = kind.map_or(version.map(|version| version.span), |kind| Some(kind.span));
            let message = format!("`{other}` is not a kind of kustomization file");
            let error = span.map(|span| RenderError::new(span, message));
            return error.map_or(Ok(false), |error| {
                Err(error.help("write `kind: Kustomization` or `kind: Component`"))
            });
        }
    };
    let wanted = if component { "v1alpha1" } else { "v1beta1" };
    let wanted = format!("{GROUP}{wanted}");
    match version {
        Some(version) if *version.value != wanted => {
            let message = format!("the API version of this file must be `{wanted}`");
            Err(RenderError::new(version.span, message).help("correct it, or leave it out"))
        }
        _ => Ok(component),
    }
}

fn metadata(node: NodeRef<'_>) -> Result<(), RenderError> {
    fields(node, &["name", "namespace", "labels", "annotations"], |field, node| {
        match field {
            "labels" | "annotations" => drop(pairs(node)?),
            _ => drop(text(node)?),
        }
        Ok(())
    })
}

/// A schema is named by `path`; a `version` alone must be the built-in one.
fn openapi(node: NodeRef<'_>) -> Result<Option<OpenApi>, RenderError> {
    const BUILT_IN: &str = "v1.21.2";
    let pairs = pairs(node)?;
    let find = |name: &str| pairs.iter().find(|(key, _)| *key.value == *name);
    match (find("path"), find("version")) {
        (Some(_), Some((version, _))) => {
            Err(RenderError::new(version.span, "give either `path` or `version`, not both")
                .help("drop one of them"))
        }
        (Some((_, path)), None) => Ok(Some(OpenApi::File(path.clone()))),
        (None, Some((_, version))) if *version.value != *BUILT_IN => {
            let message = format!("the only built-in schema is `{BUILT_IN}`");
            Err(RenderError::new(version.span, message)
                .help("name it, or give the `path` of a schema of your own"))
        }
        (None, Some(_)) => Ok(Some(OpenApi::BuiltIn)),
        (None, None) => Ok(None),
    }
}

/// How the fields of a chart are typed.
#[derive(Debug, Clone, Copy)]
enum ChartField {
    Text,
    Texts,
    Flag,
    Values,
}

/// The fields of an entry of `helmCharts:`.
const CHART: [(&str, ChartField); 18] = [
    ("name", ChartField::Text),
    ("version", ChartField::Text),
    ("digest", ChartField::Text),
    ("repo", ChartField::Text),
    ("releaseName", ChartField::Text),
    ("namespace", ChartField::Text),
    ("additionalValuesFiles", ChartField::Texts),
    ("valuesFile", ChartField::Text),
    ("valuesInline", ChartField::Values),
    ("valuesMerge", ChartField::Text),
    ("includeCRDs", ChartField::Flag),
    ("skipHooks", ChartField::Flag),
    ("apiVersions", ChartField::Texts),
    ("kubeVersion", ChartField::Text),
    ("nameTemplate", ChartField::Text),
    ("skipTests", ChartField::Flag),
    ("debug", ChartField::Flag),
    ("devel", ChartField::Flag),
];

/// The fields of an entry of `helmChartInflationGenerator:`, its older spelling.
const OLD_CHART: [(&str, ChartField); 13] = [
    ("chartName", ChartField::Text),
    ("chartVersion", ChartField::Text),
    ("chartRepoUrl", ChartField::Text),
    ("chartHome", ChartField::Text),
    ("chartRepoName", ChartField::Text),
    ("helmBin", ChartField::Text),
    ("helmHome", ChartField::Text),
    ("values", ChartField::Text),
    ("valuesLocal", ChartField::Values),
    ("valuesMerge", ChartField::Text),
    ("releaseName", ChartField::Text),
    ("releaseNamespace", ChartField::Text),
    ("extraArgs", ChartField::Texts),
];

/// An entry of one of the lists of charts.
fn chart(
    node: NodeRef<'_>,
    known: &[(&'static str, ChartField)],
) -> Result<ChartEntry, RenderError> {
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let mut found: Vec<(&str, Text)> = Vec::new();
    fields(node, &names, |field, node| {
        match known.iter().find(|(name, _)| *name == field).map(|(_, kind)| kind) {
            Some(ChartField::Text) => found.push((field, text(node)?)),
            Some(ChartField::Texts) => drop(list(node, text)?),
            Some(ChartField::Flag) => drop(boolean(node)?),
            Some(ChartField::Values) if !node.is_map() => return Err(mismatch(node, "a map")),
            Some(ChartField::Values) | None => {}
        }
        Ok(())
    })?;
    let with = |name: &&str| found.iter().rev().find(|(field, _)| field == name);
    let name = ["name", "chartName", "releaseName"].iter().find_map(with);
    let nameless = || Text { value: "".into(), span: node.span() };
    let name = name.map_or_else(nameless, |(_, name)| name.clone());
    Ok(ChartEntry { name, body: load(node, Dialect::Config).ok() })
}

/// `helmGlobals:`: the directory of the charts.
fn helm_globals(node: NodeRef<'_>) -> Result<Option<Text>, RenderError> {
    let mut home = None;
    fields(node, &["chartHome", "configHome"], |field, node| {
        let text = text(node)?;
        if field == "chartHome" && !text.value.is_empty() {
            home = Some(text);
        }
        Ok(())
    })?;
    Ok(home)
}
