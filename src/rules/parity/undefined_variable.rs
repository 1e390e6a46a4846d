//! `undefined-variable`.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::{Resource, Value};
use crate::layout::{FLUX_GROUP, flux_directory};
use crate::render::Evaluated;
use crate::rules::context::Context;
use crate::rules::files::is_yaml;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::syntax::NodeRef;
use crate::text::{FileId, RepoPath, Span};

/// The mark with which an object keeps Flux from substituting in it.
const DISABLED: &str = "kustomize.toolkit.fluxcd.io/substitute";
/// Most files that one path may lead to.
const FILES: usize = 2_000;
/// Deepest nesting of a file that is searched.
const DEPTH: usize = 64;

rule! {
    /// Reports a variable that Flux substitutes in one environment and that another leaves undefined
    ///
    /// ## Why
    /// Flux puts nothing in the place of a variable that it does not know. A host, size or version
    /// that is empty in one environment only is found when that environment is reconciled.
    ///
    /// ## Fix
    /// Define the variable under `postBuild.substitute` in every environment, or give it a default
    /// where it is used: `${NAME:=value}`.
    pub struct UndefinedVariable {
    }
    id: "undefined-variable", family: Parity, level: Error, since: "0.1.0",
}

/// A Flux Kustomization with the variables that it defines.
struct Deployment<'a> {
    evaluated: &'a Evaluated<'a>,
    resource: &'a Resource,
    path: RepoPath,
    /// Each variable with the bytes that define it.
    defined: BTreeMap<&'a str, Span>,
    /// Some may come from where this repository does not reach.
    open: bool,
    /// Where a definition would stand.
    place: Span,
}

impl Rule for UndefinedVariable {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let all: Vec<Deployment<'_>> =
            cx.evaluated.iter().flat_map(|e| of_overlay(cx, e)).collect();
        let mut used: BTreeMap<&RepoPath, BTreeMap<String, Span>> = BTreeMap::new();
        let mut said: BTreeSet<(Span, String)> = BTreeSet::new();
        for deployment in all.iter().filter(|deployment| !deployment.open) {
            let others = || {
                all.iter().filter(|other| {
                    other.resource.id.name == deployment.resource.id.name
                        && other.evaluated.unit_index == deployment.evaluated.unit_index
                        && !std::ptr::eq(*other, deployment)
                })
            };
            if others().all(|other| other.defined.is_empty()) {
                continue;
            }
            let used =
                used.entry(&deployment.path).or_insert_with(|| variables(cx, &deployment.path));
            for (name, &at) in used.iter() {
                let missing = !deployment.defined.contains_key(name.as_str());
                let elsewhere = others()
                    .filter(|other| other.path == deployment.path)
                    .find_map(|other| Some((other, *other.defined.get(name.as_str())?)));
                let Some((other, span)) = elsewhere.filter(|_| missing) else { continue };
                if said.insert((deployment.place, name.clone())) {
                    let finding = finding(cx, deployment, name, at, (other, span));
                    let own = deployment.evaluated.overlay.environment;
                    let workshop = cx.layout.environments[own].is_workshop();
                    let most = if workshop { Level::Warning } else { Level::Error };
                    findings.push_at(findings.level().min(most), finding);
                }
            }
        }
    }
}

fn finding(
    cx: &Context<'_>,
    deployment: &Deployment<'_>,
    name: &str,
    at: Span,
    (other, span): (&Deployment<'_>, Span),
) -> Finding {
    let place = |deployment: &Deployment<'_>| {
        let overlay = deployment.evaluated.overlay;
        let environment = cx.layout.environments[overlay.environment].name.clone();
        match &overlay.variant {
            Some(variant) => format!("{environment} {variant}"),
            None => environment,
        }
    };
    let (here, there) = (place(deployment), place(other));
    let id = &deployment.resource.id;
    let environment = deployment.evaluated.overlay.environment;
    Finding::at(
        deployment.place,
        format!(
            "`${{{name}}}` is used in `{}`, which {id} deploys, and {here} does not define it",
            deployment.path
        ),
    )
    .label(format!("{here} defines no `{name}`"))
    .place(Role::Reference, span, format!("{there} defines it"))
    .place(Role::Related, at, "it is used here")
    .help(format!(
        "define `{name}` under `postBuild.substitute`, or give it a default where it is used"
    ))
    .key([name])
    .about(Subject {
        unit: Some(deployment.evaluated.unit.name.clone()),
        environment: Some(cx.layout.environments[environment].name.clone()),
        variants: deployment.evaluated.overlay.variant.iter().cloned().collect(),
        resource: Some(id.clone()),
        path: Some(format!("spec.postBuild.substitute.{name}")),
        ..Subject::default()
    })
}

/// The Flux Kustomizations that an overlay declares.
fn of_overlay<'a>(cx: &Context<'a>, evaluated: &'a Evaluated<'a>) -> Vec<Deployment<'a>> {
    let Some(rendered) = evaluated.output() else { return Vec::new() };
    let flux: Vec<&Resource> = rendered
        .resources
        .iter()
        .filter(|resource| {
            &*resource.id.gvk.group == FLUX_GROUP && &*resource.id.gvk.kind == "Kustomization"
        })
        .collect();
    // A Kustomization may patch the others with variables of its own.
    let patched = flux.iter().any(|resource| {
        let patches = resource.body.at(&["spec", "patches"]).and_then(Value::as_list);
        patches.into_iter().flatten().any(|patch| {
            let text = patch.get("patch").and_then(Value::text).unwrap_or("");
            text.contains("postBuild") || text.contains("substitute")
        })
    });
    flux.into_iter()
        .filter_map(|resource| {
            let spec = resource.body.get("spec")?.as_map()?;
            let path = flux_directory(spec.get("path")?.text()?)?;
            let build = spec.entry("postBuild");
            let own = build.and_then(|build| build.value.as_map()?.entry("substitute"));
            let pairs = own.and_then(|own| own.value.as_map());
            let mut defined: BTreeMap<&str, Span> =
                pairs.into_iter().flatten().map(|entry| (&*entry.key, entry.key_span)).collect();
            let sources = build.and_then(|build| build.value.get("substituteFrom")?.as_list());
            let mut open = patched || resource_is_open(&resource.body);
            for source in sources.into_iter().flatten() {
                match keys_of(&rendered.resources, source) {
                    Some(keys) => defined.extend(keys),
                    None => open = true,
                }
            }
            let fallback = spec.entry("path").map_or(resource.origin, |entry| entry.key_span);
            let place = own.or(build).map_or(fallback, |entry| entry.key_span);
            let known = cx.snapshot.is_directory(&path);
            known.then_some(Deployment { evaluated, resource, path, defined, open, place })
        })
        .collect()
}

/// Whether the object itself is still to be filled in.
fn resource_is_open(body: &Value) -> bool {
    body.at(&["spec", "path"]).and_then(Value::text).is_none_or(|path| path.contains("${"))
}

/// The keys of the ConfigMap or Secret that a source names, if it is in the same overlay.
fn keys_of<'a>(resources: &'a [Resource], source: &Value) -> Option<Vec<(&'a str, Span)>> {
    let (kind, name) = (source.get("kind")?.text()?, source.get("name")?.text()?);
    let found = resources.iter().find(|resource| {
        &*resource.id.gvk.kind == kind
            && (&*resource.id.name == name || &*resource.original.name == name)
    })?;
    let maps = ["data", "stringData"].iter().filter_map(|key| found.body.get(key)?.as_map());
    Some(maps.flatten().map(|entry| (&*entry.key, entry.key_span)).collect())
}

/// The variables without a default in all files that a path leads to, each with its first use.
fn variables(cx: &Context<'_>, path: &RepoPath) -> BTreeMap<String, Span> {
    let mut found = BTreeMap::new();
    let mut todo: Vec<FileId> = entry_files(cx, path);
    let mut seen: BTreeSet<FileId> = todo.iter().copied().collect();
    while let Some(file) = todo.pop() {
        let here = cx.snapshot.path(file);
        let directory = here.parent().unwrap_or_else(RepoPath::root);
        let lists = is_kustomization(here);
        for document in &cx.store.yaml(file).documents {
            let root = document.root();
            if is_disabled(root) {
                continue;
            }
            texts(root, 0, &mut |text, span| {
                for name in names(text) {
                    let place = found.entry(name.to_owned()).or_insert(span);
                    *place = (*place).min(span);
                }
                if !lists {
                    return;
                }
                let Ok(target) = directory.join(text) else { return };
                let files = match cx.snapshot.find(&target).filter(|_| is_yaml(&target)) {
                    Some(file) => vec![file],
                    None if text.is_empty() || target == directory => vec![],
                    None => kustomization_of(cx, &target).into_iter().collect(),
                };
                todo.extend(
                    files.into_iter().filter(|&file| seen.len() < FILES && seen.insert(file)),
                );
            });
        }
    }
    found
}

/// The kustomization of a directory, else, as Flux does, all files below it.
fn entry_files(cx: &Context<'_>, path: &RepoPath) -> Vec<FileId> {
    if let Some(file) = kustomization_of(cx, path) {
        return vec![file];
    }
    let files = cx.snapshot.files_below(path).filter(|(_, path)| is_yaml(path));
    files.map(|(file, _)| file).take(FILES).collect()
}

fn kustomization_of(cx: &Context<'_>, directory: &RepoPath) -> Option<FileId> {
    ["kustomization.yaml", "kustomization.yml", "Kustomization"]
        .iter()
        .find_map(|name| cx.snapshot.find(&directory.join(name).ok()?))
}

fn is_kustomization(path: &RepoPath) -> bool {
    path.stem().eq_ignore_ascii_case("kustomization")
}

fn is_disabled(root: NodeRef<'_>) -> bool {
    let Some(metadata) = root.get("metadata") else { return false };
    ["annotations", "labels"].iter().any(|key| {
        let mark = metadata.get(key).and_then(|map| map.get(DISABLED));
        mark.and_then(NodeRef::text) == Some("disabled")
    })
}

fn texts<'d>(node: NodeRef<'d>, depth: usize, each: &mut impl FnMut(&'d str, Span)) {
    if depth > DEPTH || node.is_alias() {
        return;
    }
    if let Some(text) = node.text() {
        each(text, node.span());
    }
    for (key, value) in node.entries() {
        texts(key, depth + 1, each);
        texts(value, depth + 1, each);
    }
    for item in node.items() {
        texts(item, depth + 1, each);
    }
}

/// The names in `${NAME}`: those with a default and those that are escaped do not count.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${").filter_map(move |(at, open)| {
        if text[..at].ends_with('$') {
            return None;
        }
        let rest = &text[at + open.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let name = &rest[..end];
        let plain = rest[end..].starts_with('}');
        (plain && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))
            .then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn only_plain_variables_need_a_definition() {
        let found: Vec<_> =
            names("a-${HOST}.${zone:=x}.${a:-b} $${ESCAPED} $PLAIN ${} ${1} ${open").collect();
        assert_eq!(found, ["HOST"]);
    }
}
