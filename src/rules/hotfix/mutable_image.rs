//! Images that can change without anybody changing the repository.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::finding::{Finding, Identity, Level, Role, Subject};
use crate::kube::Resource;
use crate::render::Evaluated;
use crate::rules::hotfix::image::{self, Found, Pin, images};
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::text::{FileId, Span};

/// From so many images with a digest on, having one is the rule of a repository.
const MANY: usize = 5;
/// Most further places of one image that are shown.
const PLACES: usize = 8;
/// Most further images of one finding that are shown.
const IMAGES: usize = 20;
/// The rule's id, as exceptions name it.
const ID: &str = "mutable-image";

rule! {
    /// Reports an image that can change without a change of the repository
    ///
    /// ## Why
    /// `latest`, a branch, or a build of somebody's work tree names something else tomorrow. Two
    /// environments with the same text then run different programs, and going back to the last
    /// commit does not go back to the last program.
    ///
    /// Variables of Terraform such as `image_tag` name an image, too.
    ///
    /// A version without a digest is a note where the other environment names the digest of the
    /// same image, or nearly every image of the repository has one.
    ///
    /// Images of one file with the same tag are one finding; where an exception is declared for one
    /// of them, that one stands alone.
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

/// Where an image is named.
type Places<'a> = BTreeMap<Span, Vec<Use<'a>>>;

impl Rule for MutableImage {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut causes: BTreeMap<Cow<'_, str>, Places<'_>> = BTreeMap::new();
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
        let mut folded: BTreeMap<(FileId, String), Vec<(&str, &Places<'_>)>> = BTreeMap::new();
        for (image, places) in &causes {
            let Some(&first) = places.keys().next() else { continue };
            let uses: Vec<_> = places.values().flatten().collect();
            let own = uses.iter().map(|used| used.evaluated.overlay.environment);
            let pin = image::pin(image);
            if let Some(what) = self.what(cx, pin, own) {
                if matches!(pin, Pin::Tag(_)) && !is_asked_about(cx, first) {
                    folded.entry((first.file, what)).or_default().push((image, places));
                } else {
                    findings.push(finding(cx, &what, &[(image, places)], KnownBy::Image));
                }
            } else if let Pin::Tag(_) = pin {
                let what = match without_digest(cx, places) {
                    Some(environment) => format!("no digest, and {environment} has one"),
                    None if usual => {
                        format!("no digest, and {digests} of {} images have one", causes.len())
                    }
                    None => continue,
                };
                let level = findings.level().min(Level::Note);
                findings.push_at(level, finding(cx, &what, &[(image, places)], KnownBy::Name));
            }
        }
        for ((_, what), mut images) in folded {
            images.sort_by_key(|(_, places)| places.keys().next().copied());
            findings.push(finding(cx, &what, &images, KnownBy::Tag));
        }
    }
}

impl MutableImage {
    /// What is wrong with an image that is named like this in these environments.
    fn what(
        &self,
        cx: &Context<'_>,
        pin: Pin<'_>,
        mut environments: impl Iterator<Item = usize>,
    ) -> Option<String> {
        let tag = match pin {
            Pin::Nothing => return Some("no tag".to_owned()),
            Pin::Tag(tag) => tag,
            Pin::Digest | Pin::Unknown => return None,
        };
        let moves = image::moves(tag, &self.tags, &self.words);
        if !(moves || self.versions_only && image::names_no_version(tag)) {
            return None;
        }
        let is_name = |index| {
            let environment = cx.layout.environment(index);
            environment.is_some_and(|e| e.name == tag || e.aliases.iter().any(|name| name == tag))
        };
        let what = if environments.all(is_name) {
            "is the name of the environment and can change at any time"
        } else if moves {
            "can change at any time"
        } else {
            "names no version but perhaps a branch"
        };
        Some(format!("the tag `{tag}`, which {what}"))
    }
}

/// Whether an exception may be about the image that stands here.
fn is_asked_about(cx: &Context<'_>, span: Span) -> bool {
    let path = cx.snapshot.path(span.file).as_str();
    cx.declared.iter().any(|exception| {
        exception.rules.iter().any(|(rule, _)| rule == ID) && exception.is_at(path, span)
    })
}

fn tag_of(image: &str) -> &str {
    match image::pin(image) {
        Pin::Tag(tag) => tag,
        Pin::Nothing | Pin::Digest | Pin::Unknown => "",
    }
}

fn message(what: &str, image: &str, count: usize) -> String {
    match count {
        1 => format!("the image `{image}` has {what}"),
        _ => format!("{count} images have {what}"),
    }
}

/// The environment that names the digest of an image that these places name without one.
fn without_digest<'a>(cx: &Context<'a>, places: &Places<'_>) -> Option<&'a str> {
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

/// What of an image makes its finding another one.
#[derive(Clone, Copy)]
enum KnownBy {
    /// Its tag: several images of one place are told together.
    Tag,
    /// All of it: another tag is another act.
    Image,
    /// What it is called: the next version lacks a digest as this one does.
    Name,
}

/// A finding about images of which the same is wrong, the one to begin with first.
fn finding(
    cx: &Context<'_>,
    what: &str,
    images: &[(&str, &Places<'_>)],
    known_by: KnownBy,
) -> Finding {
    let uses: Vec<&Use<'_>> =
        images.iter().flat_map(|(_, places)| places.values().flatten()).collect();
    let names = environments(cx, &uses);
    let (image, span) = images
        .first()
        .map_or(("", None), |(image, places)| (*image, places.keys().next().copied()));
    let span = span.unwrap_or(Span::file_start(FileId(0)));
    let alone = images.len() == 1;
    let mut finding = Finding::at(span, message(what, image, images.len()))
        .label(format!("runs in {}", names.join(", ")))
        .help("name a released version or a digest");
    let known = |image| match known_by {
        KnownBy::Tag | KnownBy::Image => image,
        KnownBy::Name => image::name(image),
    };
    let members = images.iter().flat_map(|(image, places)| {
        let uses = places.values().flatten();
        uses.map(|used| {
            let environment = cx.layout.environment(used.evaluated.overlay.environment);
            let environment = environment.map_or("", |environment| &environment.name);
            Identity::named([known(image), &used.evaluated.unit.name, environment])
        })
    });
    finding = finding.made_of(members);
    finding = match known_by {
        KnownBy::Image | KnownBy::Name => finding.known_by([known(image)]),
        KnownBy::Tag => {
            let [overlay, name] = locality(cx, span);
            finding.known_by([tag_of(image), &overlay, &name])
        }
    };
    if let Some(first) = uses.first() {
        let shared =
            uses.iter().any(|other| other.evaluated.unit.name != first.evaluated.unit.name);
        finding = finding.about(Subject {
            unit: (alone || !shared).then(|| first.evaluated.unit.name.clone()),
            environment: if let [one] = names.as_slice() { Some(one.clone()) } else { None },
            resource: alone.then(|| first.resource.id.clone()),
            path: alone.then(|| first.path.clone()),
            value: alone.then(|| image.to_owned()),
            ..Subject::default()
        });
        if let Some((environment, pinned)) = pinned_elsewhere(cx, first) {
            let text = format!("{environment} pins `{}`", pinned.text);
            finding = finding.place(Role::Reference, pinned.value.span(), text);
        }
    }
    for (image, places) in images.iter().take(IMAGES) {
        for (&place, _) in places.iter().take(PLACES).filter(|(place, _)| **place != span) {
            let text = if alone { "the same image again".to_owned() } else { format!("`{image}`") };
            finding = finding.place(Role::Related, place, text);
        }
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
