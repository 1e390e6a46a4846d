//! Values files of this repository that are not there.

use std::collections::BTreeMap;

use crate::config::nearest;
use crate::finding::Finding;
use crate::kube::{Resource, Value};
use crate::layout::{Application, Source, ValueFile};
use crate::render::{Evaluated, Rendered};
use crate::rules::{Context, Findings, locality};
use crate::text::{RepoPath, Span};

/// The revisions that mean the repository as it lies here.
const REVISIONS: [&str; 4] = ["", "HEAD", "main", "master"];
/// What makes a name of something that is filled in or searched for.
const OPEN: [char; 6] = ['$', '*', '?', '[', '{', '%'];

/// Who wants a file: where it is named, and what lets the release do without it.
type Wanted = (String, &'static str);

/// Reports values files that an Application or a `HelmRelease` names and that are not there.
pub(super) fn check(cx: &Context<'_>, findings: &mut Findings) {
    let mut missing: BTreeMap<(Span, RepoPath), Wanted> = BTreeMap::new();
    let sure = |it: &&Application| !(it.rewritten || it.patched);
    for application in cx.layout.applications.iter().filter(sure) {
        for source in &application.sources {
            let names = || (format!("Application {}", application.name), "ignoreMissingValueFiles");
            for (span, path) in of_source(cx, application, source) {
                missing.entry((span, path)).or_insert_with(names);
            }
        }
    }
    for object in cx.evaluated.iter().filter_map(Evaluated::output).flat_map(Rendered::objects) {
        let names = || {
            (format!("HelmRelease {}", object.id.name), "spec.chart.spec.ignoreMissingValuesFiles")
        };
        for (span, path) in of_release(cx, object) {
            missing.entry((span, path)).or_insert_with(names);
        }
    }
    for ((span, path), wanted) in &missing {
        if cx.focus.has_file(cx.snapshot.path(span.file)) {
            findings.push(finding(cx, *span, path, wanted));
        }
    }
}

/// The values files that a source of an Application lacks.
fn of_source(
    cx: &Context<'_>,
    application: &Application,
    source: &Source,
) -> Vec<(Span, RepoPath)> {
    let helm = source.body.get("helm");
    let ignores = helm.and_then(|helm| helm.get("ignoreMissingValueFiles"));
    if ignores.is_some_and(|ignores| ignores.as_bool() != Some(false)) {
        return Vec::new();
    }
    let lacks = |file: &ValueFile| {
        let holder = match file.text.strip_prefix('$').and_then(|text| text.split_once('/')) {
            Some((name, _)) => {
                application.sources.iter().find(|it| it.text("ref") == Some(name))?
            }
            None => source,
        };
        let own = holder.text("repoURL").is_some_and(|url| cx.layout.repository.is_surely(url))
            && REVISIONS.contains(&holder.text("targetRevision").unwrap_or_default());
        let path = file.path.clone().filter(|path| own && is_missing(cx, path))?;
        Some((file.span, path))
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

fn finding(cx: &Context<'_>, span: Span, path: &RepoPath, wanted: &Wanted) -> Finding {
    let (who, ignores) = wanted;
    let parent = path.parent().unwrap_or_else(RepoPath::root);
    let beside = cx.snapshot.files_below(&parent).map(|(_, file)| file);
    let beside = beside.filter(|file| file.is_yaml() && file.parent().as_ref() == Some(&parent));
    let near = nearest(path.file_name(), beside.map(RepoPath::file_name));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add the file, or set `{ignores}: true` if the release can do without it"),
    };
    let [overlay, object] = locality(cx, span);
    Finding::at(span, format!("{who} reads the values file `{path}`, which is not there"))
        .label("no such file")
        .help(help)
        .known_by(["values file", &*overlay, &*object, path.file_name()])
}
