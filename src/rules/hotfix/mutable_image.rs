//! Images that can change without anybody changing the repository.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::Resource;
use crate::layout::OverlayKind;
use crate::render::Evaluated;
use crate::rules::hotfix::image::{self, DEPTH, Found, Pin, images};
use crate::rules::{Context, Findings, Rule, rule};
use crate::syntax::NodeRef;
use crate::text::{FileId, Span};

/// From so many images with a digest on, having one is the rule of a repository.
const MANY: usize = 5;
/// Most further places of one image that are shown.
const PLACES: usize = 8;

rule! {
    /// Reports an image that can change without a change of the repository
    ///
    /// ## Why
    /// `latest`, a branch, or a build of somebody's work tree names something else tomorrow. Two
    /// environments with the same text then run different programs, and going back to the last
    /// commit does not go back to the last program.
    ///
    /// A version without a digest is a note where the other environment names the digest of the
    /// same image, or nearly every image of the repository has one.
    ///
    /// ## Fix
    /// Name a released version or a digest.
    pub struct MutableImage {
        /// Tags that move
        tags: Vec<String> = [
            "latest", "main", "master", "develop", "development", "dev", "trunk", "head", "edge",
            "nightly", "canary", "unstable", "stable", "next", "rolling", "current", "mainline",
        ].map(str::to_owned).to_vec(),
        /// Parts of tags that mark a build of unreleased work
        words: Vec<String> =
            ["dirty", "hotfix", "bugfix", "feature", "feat", "snapshot", "wip", "branch"]
                .map(str::to_owned)
                .to_vec(),
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
        let mut causes: BTreeMap<Cow<'_, str>, BTreeMap<Span, Vec<Use<'_>>>> = BTreeMap::new();
        for evaluated in released(cx) {
            for resource in evaluated.output().into_iter().flat_map(|r| &r.resources) {
                for Found { path, text, value, contained } in images(resource) {
                    // Outside of containers a text without a tag may be anything.
                    if !contained && !matches!(image::pin(&text), Pin::Tag(_)) {
                        continue;
                    }
                    let path = path.to_string();
                    let tag = text.rsplit_once(':').map_or(&*text, |(_, tag)| tag);
                    let span = value.provenance.telling(cx.snapshot, tag).span;
                    let places = causes.entry(text).or_default();
                    places.entry(span).or_default().push(Use { evaluated, resource, path });
                }
            }
        }
        let digests = causes.keys().filter(|image| image::pin(image) == Pin::Digest).count();
        let usual = digests >= MANY && digests * 5 >= causes.len() * 4;
        for (image, places) in &causes {
            if let Some(what) = self.what(image::pin(image)) {
                findings.push(finding(cx, image, &what, places));
            } else if let Pin::Tag(_) = image::pin(image) {
                let what = match without_digest(cx, places) {
                    Some(environment) => format!("has no digest, and {environment} has one"),
                    None if usual => {
                        format!("has no digest, and {digests} of {} images have one", causes.len())
                    }
                    None => continue,
                };
                let level = findings.level().min(Level::Note);
                findings.push_at(level, finding(cx, image, &what, places));
            }
        }
        for values in released(cx).filter(|e| e.overlay.kind == OverlayKind::HelmValues) {
            self.values(cx, values, findings);
        }
    }
}

impl MutableImage {
    /// What is wrong with an image that is named like this.
    fn what(&self, pin: Pin<'_>) -> Option<String> {
        match pin {
            Pin::Nothing => Some("has no tag".to_owned()),
            Pin::Tag(tag) if image::moves(tag, &self.tags, &self.words) => {
                Some(format!("has the tag `{tag}`, which can change at any time"))
            }
            Pin::Tag(tag) if self.versions_only && image::names_no_version(tag) => {
                Some(format!("has the tag `{tag}`, which names no version but perhaps a branch"))
            }
            _ => None,
        }
    }

    /// The tags in the values of a chart: `tag` beside `repository`.
    fn values(&self, cx: &Context<'_>, values: &Evaluated<'_>, findings: &mut Findings) {
        let Some(file) = cx.snapshot.find(&values.overlay.root) else { return };
        let parsed = cx.store.yaml(file);
        if parsed.template {
            return;
        }
        let mut todo: Vec<_> =
            parsed.documents.iter().map(|document| (document.root(), 0)).collect();
        while let Some((node, depth)) = todo.pop() {
            if node.is_alias() || depth > DEPTH {
                continue;
            }
            let children = node.entries().map(|(_, value)| value).chain(node.items());
            todo.extend(children.map(|child| (child, depth + 1)));
            let text = |key: &str| node.get(key).and_then(NodeRef::text);
            let (Some(repository), Some(tag)) = (text("repository"), text("tag")) else { continue };
            let image = format!("{repository}:{tag}");
            let (Some(what), Some(place)) = (self.what(image::pin(&image)), node.get("tag")) else {
                continue;
            };
            if tag.is_empty() || text("digest").is_some_and(|digest| !digest.is_empty()) {
                continue;
            }
            let environment = cx.layout.environment(values.overlay.environment);
            let name = environment.map_or(String::new(), |e| e.name.clone());
            findings.push(
                Finding::at(place.span(), format!("the image `{image}` {what}"))
                    .label(format!("runs in {name}"))
                    .help("name a released version or a digest")
                    .about(Subject {
                        unit: Some(values.unit.name.clone()),
                        environment: Some(name),
                        value: Some(image.clone()),
                        ..Subject::default()
                    })
                    .key([values.overlay.root.as_str(), &image]),
            );
        }
    }
}

/// The environment that names the digest of an image that these places name without one.
fn without_digest<'a>(cx: &Context<'a>, places: &BTreeMap<Span, Vec<Use<'_>>>) -> Option<&'a str> {
    let mut uses = places.values().flatten();
    uses.find_map(|place| {
        let (environment, pinned) = pinned_elsewhere(cx, place)?;
        (image::pin(&pinned.text) == Pin::Digest).then_some(environment)
    })
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
            let text = format!("{environment} pins `{}`", pinned.text);
            finding = finding.place(Role::Reference, pinned.value.span(), text);
        }
    }
    for &span in places.keys().skip(1).take(PLACES) {
        finding = finding.place(Role::Related, span, "the same image again");
    }
    finding
}

/// The image of the same container in another environment of the unit, where it names a version.
fn pinned_elsewhere<'a>(cx: &Context<'a>, used: &Use<'_>) -> Option<(&'a str, Found<'a>)> {
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
            let found = images(resource);
            let image = found.into_iter().find(|found| found.path.to_string() == used.path)?;
            let pinned = match image::pin(&image.text) {
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
