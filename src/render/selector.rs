//! The `target` of a patch: which objects it is for.

use regex::Regex;

use crate::kube::Gvk;
use crate::kube::ResourceId;
use crate::kube::Value;
use crate::render::RenderError;
use crate::render::kustomization::read::unknown;
use crate::render::label_selector::LabelSelector;
use crate::render::patch::PatchError;
use crate::render::pattern;
use crate::syntax::NodeRef;
use crate::syntax::scalar::Dialect;

/// The fields of a target.
const FIELDS: [&str; 7] =
    ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];

/// What an object must have to be selected; parts that are not given are free.
#[derive(Debug, Default)]
pub(crate) struct Selector {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: LabelSelector,
    annotations: LabelSelector,
}

impl Selector {
    /// Reads a `target`.
    pub(crate) fn parse(node: NodeRef<'_>) -> Result<Self, PatchError> {
        if !node.is_map() {
            return Err(PatchError::new(node.span(), "the target of a patch must be a map")
                .help("write `kind:` and `name:` below it"));
        }
        let mut selector = Self::default();
        for (key, value) in node.entries() {
            if value.is_null() {
                continue;
            }
            let name = key.text().unwrap_or("").to_ascii_lowercase();
            if !FIELDS.iter().any(|field| field.eq_ignore_ascii_case(&name)) {
                let RenderError { span, message, help, .. } =
                    unknown(key, key.text().unwrap_or(""), &FIELDS);
                return Err(PatchError { span, message, help });
            }
            let text = value.string(Dialect::Config).ok_or_else(|| {
                PatchError::new(value.span(), format!("`{name}` of a target must be a text"))
                    .help("put it in quotes")
            })?;
            let fail = |message: String| {
                PatchError::new(value.span(), message)
                    .help("it is a regular expression that must fit the whole text")
            };
            let pattern = || Pattern::parse(text).map_err(fail);
            match &*name {
                "group" => selector.group = pattern()?,
                "version" => selector.version = pattern()?,
                "kind" => selector.kind = pattern()?,
                "name" => selector.name = pattern()?,
                "namespace" => selector.namespace = pattern()?,
                "labelselector" => selector.labels = LabelSelector::parse(text).map_err(fail)?,
                "annotationselector" => {
                    selector.annotations = LabelSelector::parse(text).map_err(fail)?;
                }
                _ => {}
            }
        }
        Ok(selector)
    }

    /// Whether it asks for a name.
    pub(crate) fn has_name(&self) -> bool {
        self.name.is_some()
    }

    /// Whether an object is selected, by its names of now or of its origin.
    pub(crate) fn matches(
        &self,
        current: &ResourceId,
        original: &ResourceId,
        body: &Value,
        is_cluster_scoped: impl Fn(&Gvk) -> bool,
    ) -> bool {
        let fits = |pattern: &Option<Pattern>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.fits(text))
        };
        let namespace = |id: &ResourceId| {
            fits(&self.namespace, effective_namespace(id, is_cluster_scoped(&id.gvk)))
        };
        let under = |field: &'static str| {
            move |key: &str| Some(body.at(&["metadata", field])?.get(key)?.text().unwrap_or(""))
        };
        fits(&self.group, &current.gvk.group)
            && fits(&self.version, &current.gvk.version)
            && fits(&self.kind, &current.gvk.kind)
            && (fits(&self.name, &original.name) || fits(&self.name, &current.name))
            && (namespace(original) || namespace(current))
            && self.labels.matches(under("labels"))
            && self.annotations.matches(under("annotations"))
    }
}

/// The namespace that counts when objects are told apart.
pub(crate) fn effective_namespace(id: &ResourceId, is_cluster_scoped: bool) -> &str {
    match &*id.namespace {
        _ if is_cluster_scoped => "_non_namespaceable_",
        "" => "default",
        namespace => namespace,
    }
}

/// A pattern for whole texts. Most are names, for which nothing has to be compiled.
#[derive(Debug)]
enum Pattern {
    Name(Box<str>),
    Expression(Regex),
}

impl Pattern {
    /// Reads a pattern; an empty one matches everything.
    fn parse(pattern: &str) -> Result<Option<Self>, String> {
        if pattern.is_empty() {
            return Ok(None);
        }
        if pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(Some(Self::Name(pattern.into())));
        }
        let whole = pattern.starts_with("^(?:");
        let anchored = if whole { pattern.to_owned() } else { format!("^(?:{pattern})$") };
        pattern::compile(&anchored).map(Self::Expression).map(Some)
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Name(name) => **name == *text,
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Selector;
    use crate::kube::{ResourceId, load};
    use crate::syntax::parse_yaml;
    use crate::syntax::scalar::Dialect;
    use crate::text::FileId;

    fn matches(target: &str) -> Result<bool, String> {
        let parsed = parse_yaml(FileId(0), target);
        let selector =
            Selector::parse(parsed.documents[0].root()).map_err(|error| error.message)?;
        let text = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: dev-api, labels: {app: api}}}";
        let parsed = parse_yaml(FileId(0), text);
        let body = load(parsed.documents[0].root(), Dialect::Resource).unwrap();
        let current = ResourceId::of(&body);
        let original = ResourceId { name: "api".into(), ..current.clone() };
        Ok(selector.matches(&current, &original, &body, |gvk| &*gvk.kind == "Namespace"))
    }

    #[test]
    fn patterns_match_whole_names_of_now_and_of_the_origin() {
        for target in [
            "{}",
            "{kind: Deployment}",
            "{kind: Dep.*}",
            "{name: api}",
            "{name: dev-api}",
            "{name: 'api|web'}",
            "{namespace: default}",
            "{group: apps, version: v1}",
            "{Kind: Deployment, name: null}",
            "{labelSelector: 'app in (api)'}",
            "{annotationSelector: '!x'}",
            "{kind: ''}",
            "{name: '^(?:dev-.*)$'}",
        ] {
            assert_eq!(matches(target), Ok(true), "{target}");
        }
        for target in [
            "{kind: Dep}",
            "{name: dev}",
            "{name: ap}",
            "{namespace: other}",
            "{group: v1}",
            "{labelSelector: app=web}",
            "{annotationSelector: app}",
        ] {
            assert_eq!(matches(target), Ok(false), "{target}");
        }
    }

    #[test]
    fn broken_targets_are_errors() {
        for target in [
            "{name: '('}",
            "{name: '(?:a{1000}){1000}'}",
            "{labelSelector: 'a b'}",
            "{nam: x}",
            "[]",
            "{name: [a]}",
            "{name: 5}",
        ] {
            assert!(matches(target).is_err(), "{target}");
        }
    }
}
