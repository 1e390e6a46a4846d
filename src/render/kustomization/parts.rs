//! The parts of a kustomization file that have fields of their own.

use std::sync::Arc;

use crate::kube::field_specs::FieldSpec;
use crate::kube::{Gvk, Value};
use crate::render::RenderError;
use crate::render::kustomization::read::{
    Pairs, Text, boolean, fields, integer, list, mismatch, optional, pairs, text,
};
use crate::render::selector::Selector;
use crate::syntax::NodeRef;
use crate::text::Span;

/// One entry of `labels:`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    pub(crate) pairs: Pairs,
    pub(crate) selectors: bool,
    pub(crate) templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
}

/// One entry of `patches:` or `patchesJson6902:`.
#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) span: Span,
    pub(crate) path: Option<Text>,
    pub(crate) inline: Option<Text>,
    /// Where the parts of it stand, if variables were filled into the whole text.
    pub(crate) places: Vec<Value>,
    /// The objects that the patch is for.
    pub(crate) target: Option<Selector>,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
}

/// One entry of `images:`.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) name: Text,
    pub(crate) new_name: Option<Text>,
    pub(crate) new_tag: Option<Text>,
    pub(crate) tag_suffix: Option<Text>,
    pub(crate) digest: Option<Text>,
}

/// One entry of `replicas:`.
#[derive(Debug, Clone)]
pub(crate) struct Replica {
    pub(crate) name: Text,
    pub(crate) count: i64,
    pub(crate) span: Span,
}

/// One entry of `vars:`.
#[derive(Debug, Clone)]
pub(crate) struct Var {
    pub(crate) name: Text,
    pub(crate) object: Gvk,
    pub(crate) object_name: Arc<str>,
    pub(crate) namespace: Arc<str>,
    pub(crate) field: Arc<str>,
    pub(crate) span: Span,
}

/// What a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GeneratorKind {
    ConfigMap,
    Secret,
}

impl GeneratorKind {
    /// What kustomize calls the plugin that does it.
    pub(crate) fn plugin(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMapGenerator",
            Self::Secret => "SecretGenerator",
        }
    }
}

/// One entry of `configMapGenerator:` or `secretGenerator:`.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    pub(crate) kind: GeneratorKind,
    pub(crate) span: Span,
    pub(crate) name: Option<Text>,
    pub(crate) namespace: Option<Text>,
    pub(crate) behavior: Option<Text>,
    pub(crate) files: Vec<Text>,
    pub(crate) literals: Vec<Text>,
    pub(crate) envs: Vec<Text>,
    /// The type of a secret.
    pub(crate) secret_type: Option<Text>,
    pub(crate) options: GeneratorOptions,
}

/// `generatorOptions:`, or the `options:` of one generator.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: Pairs,
    pub(crate) annotations: Pairs,
    pub(crate) disable_hash: bool,
    pub(crate) immutable: Option<Span>,
}

/// The order of the output.
#[derive(Debug, Clone)]
pub(crate) enum SortOrder {
    /// As accumulated.
    Fifo,
    /// By kinds: these first, those last.
    Legacy { first: Vec<Text>, last: Vec<Text> },
    /// By the built-in list of kinds.
    Default,
}

pub(super) fn labels(node: NodeRef<'_>) -> Result<Labels, RenderError> {
    let mut it = Labels::default();
    let names = ["pairs", "includeSelectors", "includeTemplates", "fields"];
    fields(node, &names, |field, node| {
        match field {
            "pairs" => it.pairs = pairs(node)?,
            "includeSelectors" => it.selectors = boolean(node)?,
            "includeTemplates" => it.templates = boolean(node)?,
            _ => it.fields = field_specs(node)?,
        }
        Ok(())
    })?;
    Ok(it)
}

/// A list of field specs, as in `labels[].fields` and in configuration files.
pub(crate) fn field_specs(node: NodeRef<'_>) -> Result<Vec<FieldSpec>, RenderError> {
    list(node, |node| {
        let [mut group, mut version, mut kind, mut path] = [const { None }; 4];
        let mut create = false;
        fields(node, &["group", "version", "kind", "path", "create"], |field, node| {
            match field {
                "group" => group = optional(node)?,
                "version" => version = optional(node)?,
                "kind" => kind = optional(node)?,
                "path" => path = optional(node)?,
                _ => create = boolean(node)?,
            }
            Ok(())
        })?;
        let part = |text: Option<Text>| text.map_or_else(|| "".into(), |text| text.value);
        let of = Gvk { group: part(group), version: part(version), kind: part(kind) };
        Ok(FieldSpec::new(of, &part(path), create))
    })
}

pub(crate) fn patch(node: NodeRef<'_>) -> Result<Patch, RenderError> {
    let mut it = Patch::empty(node.span());
    fields(node, &["path", "patch", "target", "options"], |field, node| it.set(field, node))?;
    Ok(it)
}

impl Patch {
    pub(crate) fn empty(span: Span) -> Self {
        Self {
            span,
            path: None,
            inline: None,
            places: Vec::new(),
            target: None,
            allow_name_change: false,
            allow_kind_change: false,
        }
    }

    /// Reads one field.
    pub(crate) fn set(&mut self, field: &str, node: NodeRef<'_>) -> Result<(), RenderError> {
        match field {
            "path" => self.path = optional(node)?,
            "patch" => self.inline = optional(node)?,
            "options" => {
                fields(node, &["allowNameChange", "allowKindChange"], |field, node| {
                    match field {
                        "allowNameChange" => self.allow_name_change = boolean(node)?,
                        _ => self.allow_kind_change = boolean(node)?,
                    }
                    Ok(())
                })?;
            }
            _ => self.target = Some(Selector::parse(node)?),
        }
        Ok(())
    }
}

pub(crate) fn image(node: NodeRef<'_>) -> Result<Image, RenderError> {
    let mut it = Image {
        name: Text { value: "".into(), span: node.span() },
        new_name: None,
        new_tag: None,
        tag_suffix: None,
        digest: None,
    };
    fields(node, &["name", "newName", "tagSuffix", "newTag", "digest"], |field, node| {
        match field {
            "name" => it.name = text(node)?,
            "newName" => it.new_name = optional(node)?,
            "tagSuffix" => it.tag_suffix = optional(node)?,
            "newTag" => it.new_tag = optional(node)?,
            _ => it.digest = optional(node)?,
        }
        Ok(())
    })?;
    Ok(it)
}

pub(crate) fn replica(node: NodeRef<'_>) -> Result<Replica, RenderError> {
    let empty = Text { value: "".into(), span: node.span() };
    let mut it = Replica { name: empty, count: 0, span: node.span() };
    fields(node, &["name", "count"], |field, node| {
        if field == "name" {
            it.name = text(node)?;
        } else {
            it.count = integer(node)?;
            it.span = node.span();
        }
        Ok(())
    })?;
    Ok(it)
}

pub(super) fn var(node: NodeRef<'_>) -> Result<Var, RenderError> {
    let mut name = Text { value: "".into(), span: node.span() };
    let [mut api_version, mut group, mut version, mut kind] = [const { None }; 4];
    let [mut object_name, mut namespace, mut path] = [const { None }; 3];
    fields(node, &["name", "objref", "fieldref"], |field, node| {
        match field {
            "name" => name = text(node)?,
            "objref" => {
                let names = ["apiVersion", "group", "version", "kind", "name", "namespace"];
                fields(node, &names, |field, node| {
                    let slot = match field {
                        "apiVersion" => &mut api_version,
                        "group" => &mut group,
                        "version" => &mut version,
                        "kind" => &mut kind,
                        "name" => &mut object_name,
                        _ => &mut namespace,
                    };
                    *slot = optional(node)?;
                    Ok(())
                })?;
            }
            _ => fields(node, &["fieldPath"], |_, node| {
                path = optional(node)?;
                Ok(())
            })?,
        }
        Ok(())
    })?;
    let part = |text: Option<Text>| text.map_or_else(|| "".into(), |text| text.value);
    let mut object = Gvk { group: part(group), version: part(version), kind: part(kind) };
    if let Some(api_version) = api_version {
        object = Gvk { kind: object.kind, ..Gvk::new(&api_version.value, "") };
    }
    let span = node.span();
    let field = path.map_or_else(|| "metadata.name".into(), |path| path.value);
    let (object_name, namespace) = (part(object_name), part(namespace));
    Ok(Var { name, object, object_name, namespace, field, span })
}

pub(crate) const GENERATOR_FIELDS: [&str; 9] =
    ["name", "namespace", "behavior", "files", "literals", "envs", "env", "options", "type"];

pub(super) fn generator(node: NodeRef<'_>, kind: GeneratorKind) -> Result<Generator, RenderError> {
    let mut it = Generator::new(kind, node.span());
    let mut env = None;
    let known = match kind {
        GeneratorKind::ConfigMap => &GENERATOR_FIELDS[..8],
        GeneratorKind::Secret => &GENERATOR_FIELDS[..],
    };
    fields(node, known, |field, node| it.set(field, node, &mut env))?;
    it.envs.extend(env);
    Ok(it)
}

impl Generator {
    pub(crate) fn new(kind: GeneratorKind, span: Span) -> Self {
        Self {
            kind,
            span,
            name: None,
            namespace: None,
            behavior: None,
            files: Vec::new(),
            literals: Vec::new(),
            envs: Vec::new(),
            secret_type: None,
            options: GeneratorOptions::default(),
        }
    }

    /// Reads one field; the old single `env` is kept apart because it comes after all `envs`.
    pub(crate) fn set(
        &mut self,
        field: &str,
        node: NodeRef<'_>,
        env: &mut Option<Text>,
    ) -> Result<(), RenderError> {
        match field {
            "name" => self.name = optional(node)?,
            "namespace" => self.namespace = optional(node)?,
            "behavior" => self.behavior = optional(node)?,
            "files" => self.files = list(node, text)?,
            "literals" => self.literals = list(node, text)?,
            "envs" => self.envs = list(node, text)?,
            "env" => *env = optional(node)?,
            "options" => self.options = generator_options(node)?,
            "type" => self.secret_type = optional(node)?,
            _ => {}
        }
        Ok(())
    }
}

pub(super) fn generator_options(node: NodeRef<'_>) -> Result<GeneratorOptions, RenderError> {
    let mut it = GeneratorOptions::default();
    let names = ["labels", "annotations", "disableNameSuffixHash", "immutable"];
    fields(node, &names, |field, node| {
        match field {
            "labels" => it.labels = pairs(node)?,
            "annotations" => it.annotations = pairs(node)?,
            "immutable" => it.immutable = boolean(node)?.then_some(node.span()),
            _ => it.disable_hash = boolean(node)?,
        }
        Ok(())
    })?;
    Ok(it)
}

impl GeneratorOptions {
    /// The options of one generator under those of the file: its own labels and annotations win.
    pub(crate) fn under(&self, global: &Self) -> Self {
        let union = |own: &Pairs, global: &Pairs| {
            let mut all: Pairs = global
                .iter()
                .filter(|(key, _)| own.iter().all(|(mine, _)| mine.value != key.value))
                .chain(own)
                .cloned()
                .collect();
            all.sort_by(|a, b| a.0.value.cmp(&b.0.value));
            all
        };
        Self {
            labels: union(&self.labels, &global.labels),
            annotations: union(&self.annotations, &global.annotations),
            disable_hash: self.disable_hash || global.disable_hash,
            immutable: self.immutable.or(global.immutable),
        }
    }
}

/// Reads `sortOptions`.
pub(crate) fn sort_order(node: NodeRef<'_>) -> Result<SortOrder, RenderError> {
    let (mut order, mut lists) = (None, None);
    fields(node, &["order", "legacySortOptions"], |field, node| {
        if field == "order" {
            order = optional(node)?;
            return Ok(());
        }
        let (mut first, mut last) = (Vec::new(), Vec::new());
        fields(node, &["orderFirst", "orderLast"], |field, node| {
            let kinds = if field == "orderFirst" { &mut first } else { &mut last };
            *kinds = list(node, text)?;
            Ok(())
        })?;
        lists = Some((node.span(), first, last));
        Ok(())
    })?;
    match (order.as_ref().map(|order| &*order.value), lists) {
        (None | Some("fifo"), Some((span, ..))) => {
            let message = "`legacySortOptions` has a meaning only with `order: legacy`";
            Err(RenderError::new(span, message).help("drop one of them, or write `order: legacy`"))
        }
        (Some("fifo"), None) => Ok(SortOrder::Fifo),
        (Some("legacy"), Some((_, first, last))) => Ok(SortOrder::Legacy { first, last }),
        (Some("legacy"), None) => Ok(SortOrder::Default),
        _ => Err(match order {
            Some(order) => {
                let message = format!("there is no sort order `{}`", order.value);
                RenderError::new(order.span, message).help("use `legacy` or `fifo`")
            }
            None => mismatch(node, "a sort order"),
        }),
    }
}
