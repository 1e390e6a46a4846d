//! Descriptions of charts.

use std::collections::BTreeMap;

use crate::config::nearest;
use crate::finding::{Finding, Level, Role};
use crate::kube::load;
use crate::layout::aside;
use crate::rules::schema::{chart_lock, fault};
use crate::rules::{Context, Findings, Rule, rule};
use crate::schema::{self, Fault, Problem};
use crate::syntax::NodeRef;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, RepoPath};

/// The file that makes a directory a chart.
const CHART_FILE: &str = "Chart.yaml";

/// What a version must be, in words: the pattern helps nobody.
const VERSION: &str = "must be a version such as `1.4.0`";

rule! {
    /// Reports a `Chart.yaml` that Helm refuses or reads otherwise than it is meant
    ///
    /// ## Why
    /// A chart without a name or with a version that is none cannot be loaded. A misspelt field is
    /// worse: Helm passes it over without a word, and the dependency or condition that it was to
    /// set is not there. A `Chart.lock` that does not fit the list of dependencies makes
    /// `helm dependency build` fail, or installs what was locked before.
    ///
    /// ## Fix
    /// Correct the field. For the lock, run `helm dependency update` and commit both files.
    pub struct InvalidChart {}
    id: "invalid-chart", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for InvalidChart {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for &file in cx.files {
            let path = cx.snapshot.path(file);
            let parsed = cx.store.yaml(file);
            let is_own = path.segments().all(|name| aside(name).is_none());
            if path.file_name() != CHART_FILE || !is_own || parsed.is_broken() {
                continue;
            }
            let Some(root) = parsed.documents.first().map(|document| document.root()) else {
                continue;
            };
            let name = root.get("name").and_then(NodeRef::text).unwrap_or_else(|| directory(path));
            describe(root, is_vendored(cx, path), name, findings);
            twice(root, name, findings);
            chart_lock::check(cx, path, root, name, findings);
        }
    }
}

fn directory(path: &RepoPath) -> &str {
    path.segments().rev().nth(1).unwrap_or("")
}

/// Whether it lies in the `charts/` of another: it may be somebody else's.
fn is_vendored(cx: &Context<'_>, path: &RepoPath) -> bool {
    let above = std::iter::successors(path.parent(), RepoPath::parent).skip(1);
    let is_chart = |directory: RepoPath| {
        directory.join(CHART_FILE).is_ok_and(|file| cx.snapshot.find(&file).is_some())
    };
    directory_names(path).any(|name| name == "charts") && above.into_iter().any(is_chart)
}

fn directory_names(path: &RepoPath) -> impl Iterator<Item = &str> {
    path.segments().rev().skip(1)
}

/// What the schema of descriptions says.
fn describe(root: NodeRef<'_>, vendored: bool, name: &str, findings: &mut Findings) {
    let Ok(value) = load(root, Dialect::Config) else { return };
    let Some(schema) = schema::chart() else { return };
    for problem in schema.check(&value) {
        let Some(level) = level(&problem, vendored) else { continue };
        let path = problem.path.to_string();
        let at = match path.is_empty() {
            true => "this chart".to_owned(),
            false => format!("`{path}` of this chart"),
        };
        let plain = match &problem.fault {
            Fault::Other(_) if path == "version" => Fault::Other(VERSION.to_owned()),
            fault => fault.clone(),
        };
        let key = fault::path(&problem);
        let told = fault::message(&Problem { fault: plain, ..problem.clone() }, &at, "");
        let finding = Finding::at(problem.span, told).known_by(["field", name, &key]);
        let finding = match fault::help(&problem) {
            Some(help) => finding.help(help),
            None => finding,
        };
        findings.push_at(findings.level().min(level), finding);
    }
}

/// How much it matters; nothing for what is filled in before helm reads it.
fn level(problem: &Problem<'_>, vendored: bool) -> Option<Level> {
    // What pipelines replace has marks, or is a word in capitals.
    let is_mark = |text: &str| {
        crate::render::helm::may_be_filled_in(text)
            || !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    match &problem.fault {
        Fault::Unknown { .. } if vendored => None,
        Fault::Unknown { field, allowed, elsewhere } => {
            let meant = nearest(field, allowed.iter().map(String::as_str)).is_some();
            Some(if meant || !elsewhere.is_empty() { Level::Warning } else { Level::Note })
        }
        _ if problem.value.text().is_some_and(is_mark) => None,
        // Helm takes a chart without an API version, or with one that it does not know, for old.
        Fault::Missing { fields } if fields.iter().any(|field| field == "apiVersion") => {
            Some(Level::Warning)
        }
        _ if problem.path.to_string() == "apiVersion" => Some(Level::Warning),
        Fault::Missing { .. } if !problem.path.steps().is_empty() => Some(Level::Warning),
        _ => Some(Level::Error),
    }
}

/// Dependencies whose values would have the same key.
fn twice(root: NodeRef<'_>, name: &str, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, NodeRef<'_>> = BTreeMap::new();
    for dependency in root.get("dependencies").into_iter().flat_map(NodeRef::items) {
        let key = |key: &str| {
            dependency.get(key).filter(|node| node.text().is_some_and(|text| !text.is_empty()))
        };
        let Some(node) = key("alias").or_else(|| key("name")) else { continue };
        let Some(text) = node.text() else { continue };
        let Some(first) = seen.insert(text, node) else { continue };
        let message = format!("two dependencies of this chart are called `{text}`");
        findings.push(
            Finding::at(node.span(), message)
                .label("again here")
                .place(Role::Related, first.span(), "first here")
                .help("give each an `alias` of its own")
                .known_by(["twice", name, text]),
        );
    }
}

/// The file beside a `Chart.yaml`.
pub(super) fn beside(cx: &Context<'_>, chart: &RepoPath, name: &str) -> Option<FileId> {
    cx.snapshot.find(&chart.parent()?.join(name).ok()?)
}
