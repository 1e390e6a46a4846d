//! What an Application deploys, from where and with which values.

use crate::kube::Value;
use crate::layout::argocd::fill::{is_open, pattern};
use crate::layout::argocd::repository::Home;
use crate::text::{FileId, RepoPath, Span};

/// An Application of Argo CD: one that stands in the repository, or one that an `ApplicationSet`
/// makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name. What cannot be told from the repository stands in it as written: `{{name}}`.
    pub name: String,
    /// Where its name is written: in the object, or in the template.
    pub declared: Span,
    /// The file that declares it.
    pub file: FileId,
    /// The whole object, the template filled in: every value has the bytes of the template, then
    /// those of the generator's element.
    pub body: Value,
    /// Index into [`crate::layout::Layout::environments`]; nothing where nothing tells it or where
    /// what tells it disagrees.
    pub environment: Option<usize>,
    /// The cluster, region or tenant among those of its environment.
    pub variant: Option<String>,
    /// What it deploys, in the order of the file.
    pub sources: Vec<Source>,
    /// A kustomization changes it before it is applied, so that only what it is called is sure.
    pub rewritten: bool,
    /// A patch of its template changes more of it, in a way that is not known.
    pub patched: bool,
    /// It is an object of an overlay, and compared there.
    pub compared: bool,
}

/// What an Application deploys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The source in the object: all its values, with their spans.
    pub body: Value,
    /// It is a part of this repository.
    pub here: bool,
    /// The directory or chart in this repository, where it is known.
    pub path: Option<RepoPath>,
    /// The files of values, in the order in which helm reads them.
    pub value_files: Vec<ValueFile>,
}

/// A file of values that an Application names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFile {
    /// As written, templates filled in.
    pub text: String,
    /// What made it this file: the text, or the element of the generator that is filled in.
    pub span: Span,
    /// Where it is named: in the object, or in the template.
    pub named: Span,
    /// The file, if it is one of this repository and its path is known.
    pub path: Option<RepoPath>,
}

impl Application {
    /// Reads the object; one without a source is none.
    pub(super) fn of(body: Value, file: FileId, home: &Home, rewritten: bool) -> Option<Self> {
        let name = body.at(&["metadata", "name"])?;
        let sources = home.sources(&body);
        if sources.is_empty() {
            return None;
        }
        Some(Self {
            name: name.text()?.to_owned(),
            declared: name.provenance.first().span,
            file,
            environment: None,
            variant: None,
            sources,
            rewritten,
            patched: false,
            compared: false,
            body,
        })
    }

    /// Whether its name is known.
    pub fn is_named(&self) -> bool {
        !is_open(&self.name)
    }

    /// A text of its `spec.destination`.
    pub(super) fn destination(&self, key: &str) -> Option<&str> {
        let text = self.body.at(&["spec", "destination", key])?.text()?;
        (!is_open(text)).then_some(text)
    }
}

impl Source {
    pub(super) fn of(body: &Value, all: &[&Value], home: &Home) -> Self {
        let text = |key: &str| body.get(key).and_then(Value::text);
        let here = text("repoURL").is_none_or(|url| home.is(url)) && text("chart").is_none();
        let path = text("path").filter(|path| here && !is_open(path));
        let path = path.and_then(|path| RepoPath::new(path).ok());
        let files = body.at(&["helm", "valueFiles"]).and_then(Value::as_list).unwrap_or_default();
        let value_files = files
            .iter()
            .filter_map(|file| {
                let text = file.text()?;
                let path = value_file(text, path.as_ref(), here, all, home);
                let named = file.provenance.first().span;
                Some(ValueFile { text: text.to_owned(), span: file.span(), named, path })
            })
            .collect();
        Self { body: body.clone(), here, path, value_files }
    }

    /// A text of the source.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Value::text)
    }

    /// The path with [`super::fill::ANY`] in the place of what is not known; nothing where the
    /// source is none of this repository.
    pub(super) fn pattern(&self) -> Option<String> {
        let path = self.text("path").filter(|_| self.here)?;
        Some(pattern(path))
    }
}

/// The file that an entry of `valueFiles` means: `$name/…` begins at the root of the source that
/// has this name, `/…` at the root of the own one, anything else in the chart's directory.
fn value_file(
    text: &str,
    chart: Option<&RepoPath>,
    here: bool,
    all: &[&Value],
    home: &Home,
) -> Option<RepoPath> {
    if is_open(text) || text.contains("://") {
        return None;
    }
    if let Some(rest) = text.strip_prefix('$') {
        let (name, path) = rest.split_once('/')?;
        let named = |source: &&&Value| source.get("ref").and_then(Value::text) == Some(name);
        let source = all.iter().find(named)?;
        let url = source.get("repoURL").and_then(Value::text);
        return url.is_none_or(|url| home.is(url)).then(|| RepoPath::new(path).ok())?;
    }
    if !here {
        return None;
    }
    match text.strip_prefix('/') {
        Some(path) => RepoPath::new(path).ok(),
        None => chart?.join(text).ok(),
    }
}
