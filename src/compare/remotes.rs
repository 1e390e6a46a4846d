//! Charts and sources that lie elsewhere: which version an overlay asks for.

use std::collections::BTreeMap;

use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::identity::is_version;
use crate::compare::names::{PairNames, same_but_names};
use crate::kube::{Gvk, Path, PathStep, Provenance, Resource, ResourceId, Value};
use crate::render::{Gap, Rendered};

/// What a source without a version stands for.
const HEAD: &str = "HEAD";

/// How surely the text of a version always means the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// A version, a commit or a digest.
    Fixed,
    /// A branch, a range, or nothing at all.
    Moving,
}

/// Whether the text of a version always means the same.
pub fn pin(text: &str) -> Pin {
    let text = text.trim();
    let text = text.strip_prefix("refs/tags/").unwrap_or(text);
    // `chart-1.2.3` and `release/v1.2` are tags after a name.
    let tail = text.rsplit('/').next().unwrap_or(text);
    let numbered = tail.match_indices('-').any(|(at, _)| is_version(&tail[at + 1..]));
    if is_version(text) || is_version(tail) || numbered { Pin::Fixed } else { Pin::Moving }
}

/// The versions of remote bases in which two overlays disagree, as differences of a kustomization.
/// What one of the witnesses asks for too has been tried out.
pub(crate) fn versions<'a>(
    here: &Rendered,
    there: &Rendered,
    witnesses: impl Iterator<Item = &'a Rendered>,
    names: &PairNames,
) -> Vec<(Resource, RawDifference)> {
    let (mine, theirs) = (remotes(here), remotes(there));
    let tried: Vec<_> = if mine.is_empty() { Vec::new() } else { witnesses.map(remotes).collect() };
    let mut found = Vec::new();
    for (address, (gap, version)) in &mine {
        let Some((other_gap, other)) = theirs.get(address) else { continue };
        let known = |other: &str| same_but_names(version, other, names);
        let mut others = tried.iter().filter_map(|remotes| remotes.get(address));
        if known(other) || others.any(|(_, other)| known(other)) {
            continue;
        }
        let side = |gap: &Gap, version: &str| Side {
            value: Some(Value::string(version, Provenance::declared(gap.span))),
            span: gap.span,
            key: None,
        };
        let element = PathStep::Element { key: "url".into(), value: repository(address).into() };
        let path =
            Path(vec![PathStep::Key("resources".into()), element, PathStep::Key("ref".into())]);
        let gvk = Gvk::new("kustomize.config.k8s.io/v1beta1", "Kustomization");
        let id = ResourceId { gvk, namespace: "".into(), name: repository(address).into() };
        let resource = Resource {
            id: id.clone(),
            original: id,
            body: Value::string("", Provenance::declared(gap.span)),
            origin: gap.span,
        };
        let raw = RawDifference {
            path,
            change: Change::Changed,
            here: side(gap, version),
            there: side(other_gap, other),
            more: 0,
            fewer: false,
            text: None,
            noise: None,
        };
        found.push((resource, raw));
    }
    found
}

/// Remote bases by their address without the version.
fn remotes(rendered: &Rendered) -> BTreeMap<String, (&Gap, String)> {
    let remote = rendered.gaps.iter().filter(|gap| gap.what == "remote base");
    remote
        .map(|gap| {
            let (address, version) = split(&gap.detail);
            (address, (gap, version))
        })
        .collect()
}

/// `host/repo//path` and `v1` of `https://host/repo//path?ref=v1`; of a file of a release, the
/// version is a part of the path.
fn split(address: &str) -> (String, String) {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (base, query) = address.split_once('?').unwrap_or((address, ""));
    let asked = query
        .split('&')
        .find_map(|part| part.strip_prefix("ref=").or_else(|| part.strip_prefix("version=")));
    if let Some(version) = asked {
        return (base.to_owned(), version.to_owned());
    }
    let in_path = base.split('/').find(|segment| is_version(segment));
    in_path.map_or((base.to_owned(), HEAD.to_owned()), |version| {
        (base.replace(version, "{version}"), version.to_owned())
    })
}

/// Host, owner and repository of an address: what has one version.
fn repository(address: &str) -> &str {
    let end = address.match_indices('/').nth(2).map_or(address.len(), |(at, _)| at);
    &address[..end]
}

/// Makes one difference of a branch on one side and a tag on the other.
pub(crate) fn join(differences: &mut Vec<RawDifference>) {
    let of_ref = |difference: &RawDifference, change| {
        difference.change == change
            && matches!(difference.path.steps(), [.., PathStep::Key(map), PathStep::Key(_)]
                if &**map == "ref")
    };
    let Some(mine) = differences.iter().position(|d| of_ref(d, Change::OnlyHere)) else { return };
    let Some(theirs) = differences.iter().position(|d| of_ref(d, Change::OnlyThere)) else {
        return;
    };
    let there = differences[theirs].there.clone();
    let joined = &mut differences[mine];
    joined.there = there;
    joined.change = Change::Changed;
    differences.remove(theirs);
}

#[cfg(test)]
mod tests {
    use super::{Pin, pin, split};

    #[test]
    fn versions_are_fixed_and_branches_move() {
        for text in ["1.2.3", "v1.2.3", "refs/tags/v1.2", "orders-chart-1.2.3", &"0a".repeat(20)] {
            assert_eq!(pin(text), Pin::Fixed, "{text}");
        }
        for text in ["", "HEAD", "main", "1.x", ">=1.2.0", "*", "feature/tax"] {
            assert_eq!(pin(text), Pin::Moving, "{text}");
        }
    }

    #[test]
    fn addresses_split_at_the_version() {
        let parts = |text| split(text);
        let owned = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(parts("https://h.example/o/r//p?ref=v1&x=1"), owned("h.example/o/r//p", "v1"));
        assert_eq!(parts("h.example/o/r//p"), owned("h.example/o/r//p", "HEAD"));
        let file = "https://h.example/o/r/download/v1.2.3/all.yaml";
        assert_eq!(parts(file), owned("h.example/o/r/download/{version}/all.yaml", "v1.2.3"));
    }
}
