//! Images that can change without anybody changing the repository.

use std::collections::BTreeMap;

use crate::finding::{Finding, Role, Subject};
use crate::kube::{Path, PathStep, Resource, Value};
use crate::render::Evaluated;
use crate::rules::hotfix::image::{self, Pin};
use crate::rules::{Context, Findings, Rule, rule};
use crate::text::{FileId, Span};

/// Lists of containers.
const CONTAINERS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];
/// Most further places of one image that are shown.
const PLACES: usize = 8;
/// Deepest nesting that is searched for containers.
const DEPTH: usize = 32;

rule! {
    /// Reports an image that can change without a change of the repository
    ///
    /// ## Why
    /// `latest`, a branch, or a build of somebody's work tree names something else tomorrow. Two
    /// environments with the same text then run different programs, and going back to the last
    /// commit does not go back to the last program.
    ///
    /// ## Fix
    /// Name a released version or a digest.
    pub struct MutableImage {
        /// Tags that move
        tags: Vec<String> = [
            "latest", "main", "master", "develop", "development", "dev", "trunk", "head", "edge",
            "nightly", "canary", "unstable", "stable", "next",
        ].map(str::to_owned).to_vec(),
        /// Parts of tags that mark a build of unreleased work
        words: Vec<String> =
            ["dirty", "hotfix", "snapshot", "wip", "branch"].map(str::to_owned).to_vec(),
        /// Whether tags without any digit are reported too: they name no version
        versions_only: bool = true,
    }
    id: "mutable-image", family: Hotfix, level: Warning, since: "0.1.0",
}

/// An image of a container and where it is used.
struct Use<'a> {
    evaluated: &'a Evaluated<'a>,
    resource: &'a Resource,
    path: String,
}

impl Rule for MutableImage {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut causes: BTreeMap<&str, BTreeMap<Span, Vec<Use<'_>>>> = BTreeMap::new();
        for evaluated in released(cx) {
            for resource in evaluated.output().into_iter().flat_map(|r| &r.resources) {
                for (path, image) in images(&resource.body) {
                    let Some(text) = image.as_str() else { continue };
                    let places = causes.entry(text).or_default();
                    let path = path.to_string();
                    let tag = text.rsplit_once(':').map_or(text, |(_, tag)| tag);
                    let span = image.provenance.telling(cx.snapshot, tag).span;
                    places.entry(span).or_default().push(Use { evaluated, resource, path });
                }
            }
        }
        for (image, places) in causes {
            let what = match image::pin(image) {
                Pin::Nothing => "has no tag".to_owned(),
                Pin::Tag(tag) if image::moves(tag, &self.tags, &self.words) => {
                    format!("has the tag `{tag}`, which can change at any time")
                }
                Pin::Tag(tag) if self.versions_only && image::names_no_version(tag) => {
                    format!("has the tag `{tag}`, which names no version but perhaps a branch")
                }
                _ => continue,
            };
            findings.push(finding(cx, image, &what, &places));
        }
    }
}

/// The overlays that somebody promotes from: development runs branches on purpose.
fn released<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Evaluated<'a>> {
    let environments = &cx.layout.environments;
    cx.evaluated.iter().filter(|evaluated| {
        environments.get(evaluated.overlay.environment).is_some_and(|e| !e.is_workshop())
    })
}

fn finding(
    cx: &Context<'_>,
    image: &str,
    what: &str,
    places: &BTreeMap<Span, Vec<Use<'_>>>,
) -> Finding {
    let uses: Vec<&Use<'_>> = places.values().flatten().collect();
    let names = environments(cx, &uses);
    let message = format!("the image `{image}` {what}");
    let span = places.keys().next().copied().unwrap_or(Span::file_start(FileId(0)));
    let mut finding = Finding::at(span, message)
        .label(format!("runs in {}", names.join(", ")))
        .help("name a released version or a digest")
        .key([image]);
    if let Some(first) = uses.first() {
        finding = finding.about(Subject {
            unit: Some(first.evaluated.unit.name.clone()),
            environment: if let [one] = names.as_slice() { Some(one.clone()) } else { None },
            resource: Some(first.resource.id.clone()),
            path: Some(first.path.clone()),
            value: Some(image.to_owned()),
            ..Subject::default()
        });
        if let Some((environment, pinned)) = pinned_elsewhere(cx, first) {
            let text = format!("{environment} pins `{}`", pinned.text().unwrap_or_default());
            finding = finding.place(Role::Reference, pinned.span(), text);
        }
    }
    for &span in places.keys().skip(1).take(PLACES) {
        finding = finding.place(Role::Related, span, "the same image again");
    }
    finding
}

/// The image of the same container in another environment of the unit, where it names a version.
fn pinned_elsewhere<'a>(cx: &Context<'a>, used: &Use<'_>) -> Option<(&'a str, &'a Value)> {
    let own = used.evaluated.overlay.environment;
    released(cx)
        .filter(|other| {
            other.unit_index == used.evaluated.unit_index && other.overlay.environment != own
        })
        .find_map(|other| {
            let id = &used.resource.id;
            let resource = other.output()?.resources.iter().find(|resource| {
                resource.id.gvk.kind == id.gvk.kind && resource.id.name == id.name
            })?;
            let (_, image) = images(&resource.body)
                .into_iter()
                .find(|(path, _)| path.to_string() == used.path)?;
            let pinned = match image::pin(image.text()?) {
                Pin::Digest => true,
                Pin::Tag(tag) => !image::names_no_version(tag),
                Pin::Nothing | Pin::Unknown => false,
            };
            let name = &cx.layout.environments[other.overlay.environment].name;
            pinned.then_some((name.as_str(), image))
        })
}

/// The names of the environments in promotion order.
fn environments(cx: &Context<'_>, uses: &[&Use<'_>]) -> Vec<String> {
    let mut indices: Vec<_> =
        uses.iter().map(|place| place.evaluated.overlay.environment).collect();
    indices.sort_unstable();
    indices.dedup();
    let name = |index: usize| cx.layout.environments.get(index).map(|e| e.name.clone());
    indices.into_iter().filter_map(name).collect()
}

/// The images of all containers of an object, with their paths.
fn images(body: &Value) -> Vec<(Path, &Value)> {
    let mut found = Vec::new();
    let mut todo: Vec<(Vec<PathStep>, &Value)> = vec![(Vec::new(), body)];
    while let Some((path, value)) = todo.pop() {
        let Some(map) = value.as_map().filter(|_| path.len() < DEPTH) else { continue };
        for entry in map {
            let mut path = path.clone();
            path.push(PathStep::Key(entry.key.clone()));
            if !CONTAINERS.contains(&&*entry.key) {
                todo.push((path, &entry.value));
                continue;
            }
            for (index, container) in entry.value.as_list().unwrap_or_default().iter().enumerate() {
                let Some(image) = container.get("image") else { continue };
                let name = container.get("name").and_then(Value::text);
                let mut path = path.clone();
                path.push(name.map_or(PathStep::Index(index), |value| PathStep::Element {
                    key: "name".into(),
                    value: value.into(),
                }));
                path.push(PathStep::Key("image".into()));
                found.push((Path(path), image));
            }
        }
    }
    found
}
