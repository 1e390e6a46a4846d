//! What names an object.

use std::fmt;
use std::sync::Arc;

use crate::kube::value::Value;
use crate::text::Span;

/// Group, version and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// The API group; empty for the core group.
    pub group: Arc<str>,
    /// The API version.
    pub version: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
}

impl Gvk {
    /// Reads an `apiVersion` and a `kind`.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// The kind of a document: configuration of an environment that is no Kubernetes object.
    pub fn document(form: Form) -> Self {
        Self { group: DOCUMENTS.into(), version: "".into(), kind: form.kind().into() }
    }

    /// The kind of a block of a Terraform root module, which is a document too: the type of a
    /// resource, `data.` and the type of what is read, `module` …
    pub fn block(kind: &str) -> Self {
        Self { group: DOCUMENTS.into(), version: BLOCK.into(), kind: kind.into() }
    }

    /// Whether it is the kind of a block, see [`Gvk::block`].
    pub fn is_block(&self) -> bool {
        self.is_document() && &*self.version == BLOCK
    }

    /// Whether it is the kind of a document, see [`Gvk::document`].
    pub fn is_document(&self) -> bool {
        &*self.group == DOCUMENTS
    }

    /// `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// The group of all documents; no API group is called so.
const DOCUMENTS: &str = "document";

/// The version of kinds of blocks.
const BLOCK: &str = "block";

/// What sort of document it is: configuration that is no Kubernetes object, and that is compared
/// like one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The values that a Helm chart gets.
    Values,
    /// The values that a Helm chart gets and that nobody may see.
    Secrets,
    /// What a Helm chart that belongs to one environment depends on.
    Chart,
    /// The variables that a Terraform root module gets.
    Variables,
    /// The local values of a Terraform root module.
    Locals,
    /// The versions that a Terraform root module asks for.
    Settings,
    /// A configuration file.
    Config,
    /// An Application of Argo CD that deploys an overlay.
    Application,
}

impl Form {
    /// The kind that stands for it, as classes and parameters name it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Secrets => "secrets",
            Self::Chart => "chart",
            Self::Variables => "variables",
            Self::Locals => "locals",
            Self::Settings => "settings",
            Self::Config => "config",
            // As the object is called, so that whatever is known of it holds here too.
            Self::Application => "Application",
        }
    }
}

/// What names an object in a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// The namespace as written; empty where none is.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl ResourceId {
    /// The identity of a document.
    pub fn document(form: Form, name: &str) -> Self {
        Self { gvk: Gvk::document(form), namespace: "".into(), name: name.into() }
    }

    /// The identity that the object states about itself; absent parts are empty.
    pub fn of(body: &Value) -> Self {
        let text = |path: &[&str]| body.at(path).and_then(Value::text).unwrap_or("");
        Self {
            gvk: Gvk::new(text(&["apiVersion"]), text(&["kind"])),
            namespace: text(&["metadata", "namespace"]).into(),
            name: text(&["metadata", "name"]).into(),
        }
    }
}

impl fmt::Display for ResourceId {
    /// `Deployment orders/api`: kind, namespace where there is one, name; `the values of orders`
    /// for a document, `aws_db_instance main` for a block.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.gvk.is_document() && !self.gvk.is_block() {
            return write!(f, "the {} of {}", self.gvk.kind, self.name);
        }
        write!(f, "{} ", self.gvk.kind)?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

/// One object or document of a rendered overlay.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its identity after rendering.
    pub id: ResourceId,
    /// Its identity where it was declared or generated.
    pub original: ResourceId,
    /// The whole object.
    pub body: Value,
    /// Where it was declared or generated: the document, or the generator's entry.
    pub origin: Span,
}

impl Resource {
    /// A document; it begins where its file does.
    pub fn document(form: Form, name: &str, body: Value, origin: Span) -> Self {
        Self::written(ResourceId::document(form, name), body, origin)
    }

    /// A block of a Terraform root module, by the labels that say what it is and how it is called.
    pub fn block(kind: &str, name: &str, body: Value, origin: Span) -> Self {
        let id = ResourceId { gvk: Gvk::block(kind), namespace: "".into(), name: name.into() };
        Self::written(id, body, origin)
    }

    fn written(id: ResourceId, body: Value, origin: Span) -> Self {
        Self { original: id.clone(), id, body, origin }
    }
}
