//! What each side runs of the same thing: images, charts and sources with their versions.

use std::cmp::Ordering;

use crate::compare::diff::{Change, RawDifference};
use crate::compare::equal::equal;
use crate::compare::find::find;
use crate::compare::identity::{Image, image, looks_like_image};
use crate::compare::names::{PairNames, same_but_names};
use crate::compare::version::order;
use crate::kube::{Path, PathStep, Resource, ResourceId, Value};
use crate::source::Snapshot;
use crate::text::Span;

/// Something with a version that runs on both sides, and that the reference has an older one of.
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
    /// The newest that the reference runs in any variant, and who says so.
    pub there: (String, Span),
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

/// Where the environment runs something newer than every overlay of its reference: both versions.
///
/// `others` are the same field in all overlays of the reference, each with the names of the pair.
pub(crate) fn ahead<'v>(
    snapshot: &Snapshot,
    difference: &'v RawDifference,
    here: &'v Resource,
    others: &[(Place<'v>, &PairNames)],
) -> Option<Ahead> {
    if difference.change != Change::Changed {
        return None;
    }
    let steps = difference.path.steps();
    let value = difference.here.value.as_ref()?;
    let mine = artefact(snapshot, &Place { resource: here, value }, steps)?;
    let mut newest: Option<Artefact<'_>> = None;
    for (place, names) in others {
        let theirs = artefact(snapshot, place, steps)?;
        let per_environment = [(&names.here, mine.version), (&names.there, theirs.version)]
            .iter()
            .all(|(names, version)| names.normal(version) != *version);
        // Builds of their own for each environment are not promoted from one to the other.
        if per_environment || !same_source(here, place.resource, steps, names) {
            return None;
        }
        if !same_but_names(&mine.name, &theirs.name, names) {
            return None;
        }
        if order(mine.version, theirs.version)? != Ordering::Greater {
            return None;
        }
        let later = newest
            .as_ref()
            .is_none_or(|newest| order(theirs.version, newest.version) == Some(Ordering::Greater));
        if later {
            newest = Some(theirs);
        }
    }
    let newest = newest?;
    Some(Ahead {
        name: mine.name,
        here: (mine.version.to_owned(), mine.span),
        there: (newest.version.to_owned(), newest.span),
    })
}

/// Both versions of something that production runs ahead of its reference.
pub(crate) struct Ahead {
    pub(crate) name: String,
    pub(crate) here: (String, Span),
    pub(crate) there: (String, Span),
}

/// Keys that say where something comes from, beside its version or above it.
const SOURCES: &[&str] =
    &["chart", "name", "registry", "repoURL", "repository", "sourceRef", "url"];
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
    let kind = &*place.resource.id.gvk.kind;
    if let ("Kustomization", ["spec", "postBuild", "substitute", variable]) = (kind, &keys[..]) {
        let named = variable.split('_').any(|word| VERSIONS.contains(&&*word.to_ascii_lowercase()));
        let name = (*variable).to_owned();
        return named.then(|| Artefact { name, version: text, span: told(text) });
    }
    let parents = || (1..=LEVELS).filter_map(|up| parent(place.resource, steps, up));
    let versioned = match (kind, &keys[..]) {
        ("HelmRelease", [.., "chart", "spec", "version"])
        | ("HelmChart", ["spec", "version"])
        | ("OCIRepository" | "GitRepository", ["spec", "ref", "tag"]) => true,
        ("Application" | "ApplicationSet", [.., "targetRevision"]) => text.contains('.'),
        (_, [.., "tag" | "imageTag"]) => parents().any(|map| map.get("repository").is_some()),
        _ => false,
    };
    if !versioned {
        return None;
    }
    let source = |key: &str| parents().find_map(|map| map.get(key)?.text().map(str::to_owned));
    let name = ["repository", "chart", "repoURL", "url"].iter().find_map(|key| source(key))?;
    Some(Artefact { name, version: text, span: told(text) })
}

fn name_of(step: &PathStep) -> &str {
    match step {
        PathStep::Key(key) => key,
        PathStep::Element { value, .. } => value,
        PathStep::Index(_) => "",
    }
}

/// The map that stands `up` levels above the end of the path.
fn parent<'v>(resource: &'v Resource, steps: &[PathStep], up: usize) -> Option<&'v Value> {
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
