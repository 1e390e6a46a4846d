//! Values files of this repository that are not there.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::nearest;
use crate::finding::{Finding, Role};
use crate::kube::{Resource, Value};
use crate::layout::{Application, Source, ValueFile};
use crate::render::{Evaluated, Rendered};
use crate::rules::schema::reach::listed;
use crate::rules::{Context, Findings, locality};
use crate::text::{RepoPath, Span};

/// The revisions that mean the repository as it lies here.
const REVISIONS: [&str; 4] = ["", "HEAD", "main", "master"];
/// What makes a name of something that is filled in or searched for.
const OPEN: [char; 6] = ['$', '*', '?', '[', '{', '%'];

/// Most further places of a finding.
const PLACES: usize = 20;

/// A file that somebody wants.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    path: RepoPath,
    /// What made it this file: where it is named, or what a generator filled in there.
    span: Span,
    /// Who wants it.
    kind: &'static str,
    name: String,
}

/// Reports values files that an Application or a `HelmRelease` names and that are not there.
///
/// What a template names is one finding, whatever files its generators make of it.
pub(super) fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut missing: BTreeMap<Span, BTreeSet<Wanted>> = BTreeMap::new();
    let sure = |it: &&Application| !(it.rewritten || it.patched);
    for application in cx.layout.applications.iter().filter(sure) {
        for source in &application.sources {
            for (file, path) in of_source(cx, application, source) {
                let name = application.name.clone();
                let wanted = Wanted { path, span: file.span, kind: "Application", name };
                missing.entry(file.named).or_default().insert(wanted);
            }
        }
    }
    for object in cx.evaluated.iter().filter_map(Evaluated::output).flat_map(Rendered::objects) {
        for (span, path) in of_release(cx, object) {
            let name = object.id.name.to_string();
            let wanted = Wanted { path, span, kind: "HelmRelease", name };
            missing.entry(span).or_default().insert(wanted);
        }
    }
    for (span, wanted) in &missing {
        let places = wanted.iter().map(|wanted| wanted.span).chain([*span]);
        let mut files = places.map(|place| cx.snapshot.path(place.file));
        if files.any(|file| cx.focus.has_file(file))
            && let Some(finding) = finding(cx, *span, wanted)
        {
            findings.push(finding);
        }
    }
}

/// The values files that a source of an Application lacks.
fn of_source<'s>(
    cx: &Context<'_>,
    application: &Application,
    source: &'s Source,
) -> Vec<(&'s ValueFile, RepoPath)> {
    let helm = source.body.get("helm");
    let ignores = helm.and_then(|helm| helm.get("ignoreMissingValueFiles"));
    if ignores.is_some_and(|ignores| ignores.as_bool() != Some(false)) {
        return Vec::new();
    }
    let lacks = |file: &'s ValueFile| {
        let holder = match file.text.strip_prefix('$').and_then(|text| text.split_once('/')) {
            Some((name, _)) => {
                application.sources.iter().find(|it| it.text("ref") == Some(name))?
            }
            None => source,
        };
        let own = holder.text("repoURL").is_some_and(|url| cx.layout.repository.is_surely(url))
            && REVISIONS.contains(&holder.text("targetRevision").unwrap_or_default());
        let path = file.path.clone().filter(|path| own && is_missing(cx, path))?;
        Some((file, path))
    };
    source.value_files.iter().filter_map(lacks).collect()
}

/// The values files that a `HelmRelease` lacks, whose chart is a directory of this repository.
fn of_release(cx: &Context<'_>, object: &Resource) -> Vec<(Span, RepoPath)> {
    let chart = object.body.at(&["spec", "chart", "spec"]).filter(|chart| {
        let text = |path: &[&str]| chart.at(path).and_then(Value::text);
        let root = text(&["chart"]).and_then(|chart| RepoPath::new(chart).ok());
        let described = root.and_then(|root| root.join("Chart.yaml").ok());
        let ignores = chart.get("ignoreMissingValuesFiles").and_then(Value::as_bool);
        &*object.id.gvk.kind == "HelmRelease"
            && text(&["sourceRef", "kind"]) == Some("GitRepository")
            && ignores != Some(true)
            && described.is_some_and(|file| cx.snapshot.find(&file).is_some())
    });
    let files = chart.and_then(|chart| chart.get("valuesFiles")?.as_list()).unwrap_or_default();
    let lacks = |file: &Value| {
        let path = RepoPath::new(file.text()?).ok()?;
        // Another repository may have a chart in a directory of the same name.
        let beside = path.parent().is_some_and(|parent| cx.snapshot.is_directory(&parent));
        (beside && is_missing(cx, &path)).then(|| (file.span(), path))
    };
    files.iter().filter_map(lacks).collect()
}

/// Whether a file is surely not in the repository.
fn is_missing(cx: &Context<'_>, path: &RepoPath) -> bool {
    let snapshot = cx.snapshot;
    let known = snapshot.find(path).is_some() || snapshot.ignores(path);
    let elsewhere = || {
        let hidden = snapshot.submodules().iter().any(|module| path.is_in(module));
        hidden || snapshot.links().any(|link| path.is_in(link))
    };
    !(known || path.is_outside() || path.as_str().contains(OPEN) || elsewhere())
}

fn finding(cx: &Context<'_>, span: Span, wanted: &BTreeSet<Wanted>) -> Option<Finding> {
    let first = wanted.first()?;
    let parent = first.path.parent().unwrap_or_else(RepoPath::root);
    let beside = cx.snapshot.files_below(&parent).map(|(_, file)| file);
    let beside = beside.filter(|file| file.is_yaml() && file.parent().as_ref() == Some(&parent));
    let near = nearest(first.path.file_name(), beside.map(RepoPath::file_name));
    let several = wanted.len() > 1;
    let ignores = match first.kind {
        "Application" => "ignoreMissingValueFiles",
        _ => "spec.chart.spec.ignoreMissingValuesFiles",
    };
    let help = match near.filter(|_| !several) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add the file, or set `{ignores}: true` if the release can do without it"),
    };
    let names: BTreeSet<&str> = wanted.iter().map(|wanted| &*wanted.name).collect();
    let who = match names.len() {
        1 => format!("{} {} reads", first.kind, first.name),
        _ => format!("{}s {} read", first.kind, listed(&Vec::from_iter(names))),
    };
    let files: BTreeSet<String> = wanted.iter().map(|it| format!("`{}`", it.path)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let message = match &files[..] {
        [file] => format!("{who} the values file {file}, which is not there"),
        files => format!("{who} the values files {}, which are not there", listed(files)),
    };
    let [overlay, object] = locality(cx, span);
    // A template is known by what it says, not by what it is filled in with.
    let text = cx.snapshot.slice(span);
    let text = text.rsplit('/').next().filter(|_| text.contains("{{"));
    let file = text.unwrap_or(first.path.file_name());
    let mut finding = Finding::at(span, message)
        .label(if several { "no such files" } else { "no such file" })
        .help(help)
        .known_by(["values file", &*overlay, &*object, file]);
    for one in wanted.iter().filter(|one| one.span != span).take(PLACES) {
        finding = finding.place(Role::Related, one.span, format!("makes it `{}`", one.path));
    }
    Some(finding)
}
