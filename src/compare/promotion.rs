//! What each side runs of the same thing: images, charts and sources with their versions.

use std::cmp::Ordering;

use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::equal::equal;
use crate::compare::find::find;
use crate::compare::flags::words;
use crate::compare::identity::{Image, image, is_version, looks_like_image};
use crate::compare::names::{Names, PairNames, same_but_names, without_names};
use crate::compare::sizes::is_of_chart;
use crate::compare::terraform;
use crate::compare::values::in_values;
use crate::compare::version::{are_unordered, order};
use crate::kube::{Path, PathStep, Resource, ResourceId, Value};
use crate::source::Snapshot;
use crate::text::Span;

/// How the version of an environment stands to those of its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is newer than every one.
    Ahead,
    /// It is older than every one.
    Behind,
    /// It is another one than every one, and its text does not tell which is newer.
    Unordered,
}

/// Something with a version that runs on both sides, in another version here.
#[derive(Debug, Clone)]
pub struct Promotion {
    /// Index of the overlay among the evaluated ones.
    pub here_overlay: usize,
    /// Index of the overlay that it is compared with.
    pub there_overlay: usize,
    /// The object, as the environment names it.
    pub resource: ResourceId,
    /// The path of the version.
    pub path: Path,
    /// The image repository, chart or source.
    pub name: String,
    /// The version that the environment runs, and who says so.
    pub here: (String, Span),
    /// The version of the reference, and who says so: where this one is ahead, the newest that it runs in
    /// any variant.
    pub there: (String, Span),
    /// Which of them is newer.
    pub standing: Standing,
    /// The reference is a development environment: less depends on it.
    pub weak: bool,
}

/// What is deployed, and in which version.
struct Artefact<'v> {
    name: String,
    version: &'v str,
    span: Span,
}

/// One side of a comparison at a path.
pub(crate) struct Place<'v> {
    pub(crate) resource: &'v Resource,
    pub(crate) value: &'v Value,
}

/// How the environment's version stands to those of all overlays of its reference, where it stands to
/// all of them alike: both versions.
///
/// `others` are the same field in all overlays of the reference, each with the names of the pair.
pub(crate) fn versions<'v>(
    snapshot: &Snapshot,
    difference: &'v RawDifference,
    here: &'v Resource,
    others: &[(Place<'v>, &PairNames)],
) -> Option<Versions> {
    if difference.change != Change::Changed {
        return None;
    }
    let steps = difference.path.steps();
    let value = difference.here.value.as_ref()?;
    let mine = artefact(snapshot, &Place { resource: here, value }, steps)?;
    let mut chosen: Option<(Artefact<'_>, String)> = None;
    let mut standing = None;
    for (place, names) in others {
        let theirs = artefact(snapshot, place, steps)?;
        let (own, other) = (bare(&names.here, mine.version), bare(&names.there, theirs.version));
        // Builds of their own for each environment are not promoted from one to the other.
        let built_for_each = [&own, &other].iter().all(|version| matches!(version, Bare::Build(_)));
        if built_for_each || !same_source(here, place.resource, steps, names) {
            return None;
        }
        if !same_but_names(&mine.name, &theirs.name, names) {
            return None;
        }
        let stands = stands(own.text(), other.text())?;
        if standing.is_some_and(|known| known != stands) {
            return None;
        }
        standing = Some(stands);
        let better = chosen.as_ref().is_none_or(|(_, chosen)| {
            stands == Standing::Ahead && order(other.text(), chosen) == Some(Ordering::Greater)
        });
        if better {
            chosen = Some((theirs, other.text().to_owned()));
        }
    }
    let (theirs, _) = chosen?;
    Some(Versions {
        name: mine.name,
        here: (mine.version.to_owned(), mine.span),
        there: (theirs.version.to_owned(), theirs.span),
        standing: standing?,
    })
}

/// How one version stands to another one.
pub(crate) fn stands(here: &str, there: &str) -> Option<Standing> {
    match order(here, there) {
        Some(Ordering::Greater) => Some(Standing::Ahead),
        Some(Ordering::Less) => Some(Standing::Behind),
        Some(Ordering::Equal) => None,
        None => are_unordered(here, there).then_some(Standing::Unordered),
    }
}

/// A version in the eyes of its environment.
enum Bare<'t> {
    /// It does not bear the environment's name.
    Plain(&'t str),
    /// What the name stands beside is a release: `1.6.0` of `live-1.6.0`.
    Release(String),
    /// It is the environment's own.
    Build(&'t str),
}

impl Bare<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Build(text) => text,
            Self::Release(text) => text,
        }
    }
}

fn bare<'t>(names: &Names, version: &'t str) -> Bare<'t> {
    let normal = names.normal(version);
    if normal == version {
        return Bare::Plain(version);
    }
    let rest = without_names(&normal);
    if rest.contains('.') && is_version(&rest) { Bare::Release(rest) } else { Bare::Build(version) }
}

/// Whether both sides name a tag of an image that fields beside them or a comment tell.
pub(crate) fn are_tags(
    snapshot: &Snapshot,
    resource: &Resource,
    difference: &RawDifference,
) -> bool {
    let steps = difference.path.steps();
    let numbered = |side: &Side| {
        let text = side.value.as_ref().and_then(Value::text).unwrap_or("");
        text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains(char::is_whitespace)
    };
    let (here, there) = (&difference.here, &difference.there);
    if difference.change != Change::Changed || !numbered(here) || !numbered(there) {
        return false;
    }
    let of_image = || match steps {
        [.., PathStep::Key(image), _] => image.to_ascii_lowercase().ends_with("image"),
        _ => false,
    };
    let beside = || parent(resource, steps, 1).is_some_and(|map| map.get("repository").is_some());
    match difference.path.last_key() {
        Some("imageTag" | "newTag") => true,
        Some("tag") if of_image() || beside() || is_of_chart(&resource.id.gvk, steps) => true,
        _ => [here, there].iter().any(|side| is_set_by_policy(snapshot, side.span)),
    }
}

/// Whether the line says that an image policy of Flux sets the value.
fn is_set_by_policy(snapshot: &Snapshot, span: Span) -> bool {
    const MARK: &str = "{\"$imagepolicy\":";
    let file = snapshot.file(span.file).ok();
    let rest = file.and_then(|file| file.text.get(span.end as usize..));
    let comment = rest.and_then(|rest| rest.lines().next()?.split_once('#'));
    comment.is_some_and(|(_, comment)| comment.trim_start().starts_with(MARK))
}

/// Both versions of something, see [`Promotion`].
pub(crate) struct Versions {
    pub(crate) name: String,
    pub(crate) here: (String, Span),
    pub(crate) there: (String, Span),
    pub(crate) standing: Standing,
}

/// Keys that say where something comes from, beside its version or above it.
const SOURCES: &[&str] =
    &["chart", "name", "registry", "repo", "repoURL", "repository", "sourceRef", "url"];
/// Words in the name of a variable that Flux puts in the place of a version.
const VERSIONS: &[&str] = &["tag", "version"];
/// How many maps above a version may say where it comes from.
const LEVELS: usize = 2;

fn artefact<'v>(
    snapshot: &Snapshot,
    place: &Place<'v>,
    steps: &[PathStep],
) -> Option<Artefact<'v>> {
    let text = place.value.text()?;
    let Some(PathStep::Key(last)) = steps.last() else { return None };
    let told = |version: &str| place.value.provenance.telling(snapshot, version).span;
    let field = matches!(&**last, "image" | "imageName");
    if let Some(Image { repository, tag, .. }) =
        image(text).filter(|image| !image.tag.is_empty() && (field || looks_like_image(text)))
    {
        return Some(Artefact { name: repository.to_owned(), version: tag, span: told(tag) });
    }
    let keys: Vec<&str> = steps.iter().map(name_of).collect();
    if let Some(name) = terraform::versioned(&place.resource.id, &keys) {
        return Some(Artefact { name, version: text, span: told(text) });
    }
    let kind = &*place.resource.id.gvk.kind;
    if let ("Kustomization", ["spec", "postBuild", "substitute", variable]) = (kind, &keys[..]) {
        let named = variable.split('_').any(|word| VERSIONS.contains(&&*word.to_ascii_lowercase()));
        let name = (*variable).to_owned();
        return named.then(|| Artefact { name, version: text, span: told(text) });
    }
    let parents = || (1..=LEVELS).filter_map(|up| parent(place.resource, steps, up));
    let values = in_values(&place.resource.id.gvk, steps);
    let versioned = match (kind, &keys[..]) {
        ("HelmRelease", [.., "chart", "spec", "version"])
        | ("HelmChart", ["spec", "version"])
        | ("OCIRepository" | "GitRepository", ["spec", "ref", "tag"])
        | ("chart", ["version"] | ["dependencies", _, "version"]) => true,
        ("Application" | "ApplicationSet", [.., "targetRevision"]) => text.contains('.'),
        (_, [.., key]) if values.is_some() && is_version_key(key) && is_version(text) => {
            let name: Vec<&str> = values.into_iter().flatten().map(name_of).collect();
            return Some(Artefact { name: name.join("."), version: text, span: told(text) });
        }
        (_, [.., "tag" | "imageTag"]) => parents().any(|map| map.get("repository").is_some()),
        _ => false,
    };
    if !versioned {
        return None;
    }
    let source = |key: &str| parents().find_map(|map| map.get(key)?.text().map(str::to_owned));
    let sources: &[&str] =
        if kind == "chart" { &["name"] } else { &["repository", "chart", "repoURL", "url"] };
    let name = sources.iter().find_map(|key| source(key))?;
    Some(Artefact { name, version: text, span: told(text) })
}

/// Whether a value of a chart says by its name that it is the version of something: `chartVersion`.
fn is_version_key(key: &str) -> bool {
    let words = words(key);
    let last = words.last().map(String::as_str);
    words.len() > 1 && last.is_some_and(|word| VERSIONS.contains(&word)) && key != "imageTag"
}

fn name_of(step: &PathStep) -> &str {
    match step {
        PathStep::Key(key) => key,
        PathStep::Element { value, .. } => value,
        PathStep::Index(_) => "",
    }
}

/// The map that stands `up` levels above the end of the path.
pub(crate) fn parent<'v>(
    resource: &'v Resource,
    steps: &[PathStep],
    up: usize,
) -> Option<&'v Value> {
    let steps = steps.get(..steps.len().checked_sub(up)?)?;
    steps.iter().try_fold(&resource.body, |value, step| match step {
        PathStep::Key(key) => value.get(key),
        PathStep::Element { key, value: name } => {
            value.as_list()?.iter().find(|item| item.get(key).and_then(Value::text) == Some(name))
        }
        PathStep::Index(at) => value.as_list()?.get(*at),
    })
}

/// Whether whatever is beside the version says that both come from one source.
fn same_source(here: &Resource, there: &Resource, steps: &[PathStep], names: &PairNames) -> bool {
    if matches!(steps.last(), Some(PathStep::Key(key)) if matches!(&**key, "image" | "imageName")) {
        return true;
    }
    (1..=LEVELS).all(|up| {
        let Some(above) = steps.len().checked_sub(up).and_then(|end| steps.get(..end)) else {
            return true;
        };
        let mine = find(&here.body, above, &names.here);
        let theirs = find(&there.body, above, &names.there);
        let (Some(mine), Some(theirs)) = (mine, theirs) else { return true };
        SOURCES.iter().all(|key| match (mine.get(key), theirs.get(key)) {
            (Some(mine), Some(theirs)) => equal(mine, theirs, names),
            (None, None) => true,
            _ => false,
        })
    })
}
