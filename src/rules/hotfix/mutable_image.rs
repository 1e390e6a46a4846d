//! Images that can change without anybody changing the repository.

use std::collections::BTreeMap;

use crate::finding::{Finding, Subject};
use crate::kube::{Path, PathStep, Resource, Value};
use crate::render::Evaluated;
use crate::rules::hotfix::image::{self, Pin};
use crate::rules::{Context, Findings, Rule, rule};
use crate::text::Span;

/// Lists of containers.
const CONTAINERS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];
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
        let mut causes: BTreeMap<(Span, &str), Vec<Use<'_>>> = BTreeMap::new();
        for evaluated in cx.evaluated {
            // Development runs branches on purpose.
            if cx.layout.environments[evaluated.overlay.environment].is_workshop() {
                continue;
            }
            let Some(rendered) = evaluated.output() else { continue };
            for resource in &rendered.resources {
                for (path, image) in images(&resource.body) {
                    let Some(text) = image.as_str() else { continue };
                    let uses = causes.entry((image.span(), text)).or_default();
                    uses.push(Use { evaluated, resource, path });
                }
            }
        }
        for ((span, image), uses) in causes {
            let what = match image::pin(image) {
                Pin::Nothing => "has no tag".to_owned(),
                Pin::Tag(tag) if image::moves(tag, &self.tags, &self.words) => {
                    format!("has the tag `{tag}`, which can change at any time")
                }
                Pin::Tag(tag) if image::names_no_version(tag) => {
                    format!("has the tag `{tag}`, which names no version but perhaps a branch")
                }
                _ => continue,
            };
            let Some(first) = uses.first() else { continue };
            let environments = environments(cx, &uses);
            let message = format!("the image `{image}` {what}");
            findings.push(
                Finding::at(span, message)
                    .label(format!("runs in {}", environments.join(", ")))
                    .help("name a released version or a digest")
                    .about(Subject {
                        unit: Some(first.evaluated.unit.name.clone()),
                        environment: match environments.as_slice() {
                            [one] => Some(one.clone()),
                            _ => None,
                        },
                        resource: Some(first.resource.id.clone()),
                        path: Some(first.path.clone()),
                        value: Some(image.to_owned()),
                        ..Subject::default()
                    })
                    .key([image]),
            );
        }
    }
}

/// The names of the environments in promotion order.
fn environments(cx: &Context<'_>, uses: &[Use<'_>]) -> Vec<String> {
    let mut indices: Vec<_> =
        uses.iter().map(|place| place.evaluated.overlay.environment).collect();
    indices.sort_unstable();
    indices.dedup();
    let name = |index: usize| cx.layout.environments.get(index).map(|e| e.name.clone());
    indices.into_iter().filter_map(name).collect()
}

/// The images of all containers of an object, with their paths.
fn images(body: &Value) -> Vec<(String, &Value)> {
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
                found.push((Path(path).to_string(), image));
            }
        }
    }
    found
}
