//! One entry of `replacements:`.

use std::sync::Arc;

use crate::kube::field_specs::selects;
use crate::kube::kinds::is_cluster_scoped;
use crate::kube::{Gvk, Value};
use crate::render::RenderError;
use crate::render::kustomization::read::{Text, boolean, fields, integer, list, optional, text};
use crate::render::label_selector::LabelSelector;
use crate::render::replacement::{SourcePath, TargetOptions, TargetPath};
use crate::render::working::Working;
use crate::syntax::NodeRef;
use crate::text::Span;

/// The field that is meant where none is named.
const DEFAULT_PATH: &str = "metadata.name";

/// An entry as it stands in a kustomization.
#[derive(Debug)]
pub(crate) enum ReplacementEntry {
    /// A file with one or several.
    File(Text),
    Inline(Box<Replacement>),
}

/// What to copy, and to where.
#[derive(Debug)]
pub(crate) struct Replacement {
    pub(crate) source: Source,
    pub(crate) targets: Vec<Target>,
}

/// Where the value comes from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) object: Choice,
    pub(crate) path: SourcePath,
    pub(crate) delimiter: String,
    pub(crate) index: i64,
    pub(crate) span: Span,
}

/// Where the value goes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) select: Choice,
    pub(crate) reject: Vec<Choice>,
    pub(crate) paths: Vec<TargetPath>,
    pub(crate) options: TargetOptions,
}

/// Objects, named exactly; an empty part means any.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    gvk: Gvk,
    name: Arc<str>,
    namespace: Arc<str>,
    labels: Option<LabelSelector>,
    annotations: Option<LabelSelector>,
}

/// An entry of `replacements:`.
pub(crate) fn entry(node: NodeRef<'_>) -> Result<ReplacementEntry, RenderError> {
    let (mut path, mut other) = (None, false);
    fields(node, &["path", "source", "targets"], |field, node| {
        match field {
            "path" => path = optional(node)?,
            _ => other = true,
        }
        Ok(())
    })?;
    match path {
        Some(path) if other => {
            let message = "give either `path` or the replacement itself, not both";
            Err(RenderError::new(path.span, message).help("drop one of them"))
        }
        Some(path) => Ok(ReplacementEntry::File(path)),
        None => replacement(node).map(|it| ReplacementEntry::Inline(Box::new(it))),
    }
}

/// A file of replacements: one, or a list of them.
pub(crate) fn file(root: NodeRef<'_>) -> Result<Vec<Replacement>, RenderError> {
    if root.is_list() { list(root, replacement) } else { Ok(vec![replacement(root)?]) }
}

fn replacement(node: NodeRef<'_>) -> Result<Replacement, RenderError> {
    let (mut from, mut to) = (None, None);
    fields(node, &["source", "targets"], |field, node| {
        match field {
            "source" => from = Some(source(node)?),
            _ => to = Some(list(node, target)?),
        }
        Ok(())
    })?;
    let (Some(source), Some(targets)) = (from, to) else {
        let message = "a replacement needs a `source` and `targets`";
        return Err(RenderError::new(node.span(), message).help("add what is missing"));
    };
    Ok(Replacement { source, targets })
}

fn source(node: NodeRef<'_>) -> Result<Source, RenderError> {
    let mut object = Choice::default();
    let mut path = None;
    let (mut delimiter, mut index) = (String::new(), 0);
    let names = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
    fields(node, &names, |field, node| {
        match field {
            "fieldPath" => path = optional(node)?,
            "options" => {
                let options = options(node)?;
                (delimiter, index) = (options.delimiter, options.index);
            }
            _ => object.set(field, node)?,
        }
        Ok(())
    })?;
    let span = path.as_ref().map_or(node.span(), |path| path.span);
    let path = SourcePath::parse(path.as_ref().map_or(DEFAULT_PATH, |path| &path.value), span)?;
    Ok(Source { object, path, delimiter, index, span: node.span() })
}

fn target(node: NodeRef<'_>) -> Result<Target, RenderError> {
    let (mut select, mut reject) = (None, Vec::new());
    let mut paths = Vec::new();
    let mut how = TargetOptions::default();
    fields(node, &["select", "reject", "fieldPaths", "options"], |field, node| {
        match field {
            "select" => select = Some(choice(node)?),
            "reject" => reject = list(node, choice)?,
            "fieldPaths" => {
                paths = list(node, |node| {
                    let path = text(node)?;
                    Ok(TargetPath::parse(&path.value, path.span)?)
                })?;
            }
            _ => how = options(node)?,
        }
        Ok(())
    })?;
    let Some(select) = select else {
        let message = "a target needs `select`: the objects that it means";
        return Err(
            RenderError::new(node.span(), message).help("add `select` with a `kind` or a `name`")
        );
    };
    if paths.is_empty() {
        paths.push(TargetPath::parse(DEFAULT_PATH, node.span())?);
    }
    Ok(Target { select, reject, paths, options: how })
}

fn options(node: NodeRef<'_>) -> Result<TargetOptions, RenderError> {
    let mut it = TargetOptions::default();
    fields(node, &["delimiter", "index", "encoding", "create"], |field, node| {
        match field {
            "delimiter" => it.delimiter = text(node)?.value.to_string(),
            "index" => it.index = integer(node)?,
            "create" => it.create = boolean(node)?,
            _ => drop(text(node)?),
        }
        Ok(())
    })?;
    Ok(it)
}

fn choice(node: NodeRef<'_>) -> Result<Choice, RenderError> {
    let mut it = Choice::default();
    let names =
        ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];
    fields(node, &names, |field, node| it.set(field, node))?;
    Ok(it)
}

impl Choice {
    fn set(&mut self, field: &str, node: NodeRef<'_>) -> Result<(), RenderError> {
        let value = text(node)?.value;
        let selector = || {
            let parsed = LabelSelector::parse(&value);
            parsed.map_err(|message| {
                RenderError::new(node.span(), message)
                    .help("write for example `app=web,tier!=cache`")
            })
        };
        match field {
            "group" => self.gvk.group = value,
            "version" => self.gvk.version = value,
            "kind" => self.gvk.kind = value,
            "name" => self.name = value,
            "namespace" => self.namespace = value,
            "labelSelector" => self.labels = Some(selector()?),
            _ => self.annotations = Some(selector()?),
        }
        Ok(())
    }

    /// Whether an identity of the object, now or before, is meant.
    pub(crate) fn names(&self, resource: &Working) -> bool {
        let fits = |wanted: &str, part: &str| wanted.is_empty() || wanted == part;
        let elsewhere = !self.namespace.is_empty() && is_cluster_scoped(&self.gvk);
        resource.any_id(|gvk, namespace, name| {
            fits(&self.name, name)
                && (elsewhere || fits(&self.namespace, namespace))
                && selects(&self.gvk, gvk)
        })
    }

    /// Whether nothing is said about the identity.
    pub(crate) fn is_unnamed(&self) -> bool {
        let Gvk { group, version, kind } = &self.gvk;
        [group, version, kind, &self.name, &self.namespace].iter().all(|part| part.is_empty())
    }

    /// Whether labels and annotations are what is asked for; `None` if nothing is asked.
    pub(crate) fn marks(&self, body: &Value) -> Option<bool> {
        let under = |field: &'static str| {
            move |key: &str| Some(body.at(&["metadata", field])?.get(key)?.text().unwrap_or(""))
        };
        let labels = self.labels.as_ref().map(|labels| labels.matches(under("labels")));
        let annotations = &self.annotations;
        let annotations = annotations.as_ref().map(|marks| marks.matches(under("annotations")));
        match (labels, annotations) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(true) && b.unwrap_or(true)),
        }
    }
}
