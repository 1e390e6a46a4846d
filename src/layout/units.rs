//! From places to units: the path with the environment and the variant taken out.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::OverlayKind;
use crate::layout::candidates::Candidate;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::lexicon::EMPTY_TOKENS;
use crate::layout::lexicon::Lexicon;
use crate::layout::lexicon::Mark;
use crate::layout::place::Place;
use crate::layout::words;
use crate::text::RepoPath;

/// A candidate with its environment.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// What is deployed.
    pub candidate: Candidate,
    /// Where its environment was found.
    pub place: Place,
}

/// How the names beside and below the environments of one place are read.
#[derive(Debug, Default)]
struct Group {
    /// Names directly below the environment, their own words for it taken out, with the stages
    /// that have them.
    below: BTreeMap<String, BTreeSet<usize>>,
    /// Names further below, with the names directly below the environment that have them.
    deeper: BTreeMap<String, BTreeSet<String>>,
    /// Names below that are built on a base which another name uses too.
    related: BTreeSet<String>,
    /// What names say beside the environment, with the stages that say it.
    rests: BTreeMap<String, BTreeSet<usize>>,
    /// A name says nothing but the environment.
    exact: bool,
    /// A site and the environment are fused in a name.
    fused: bool,
    /// What follows from all that, once everything has been seen.
    meaning: Option<Meaning>,
}

/// What the names around the environments of one place mean.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    /// The path above says which unit it is.
    unit: bool,
    /// What stands below the environment is a cluster or region, not a unit.
    clusters: bool,
    /// What a name says beside the environment.
    rest: Rest,
}

/// What a name says beside the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// A cluster or region.
    Variant,
    /// The unit.
    Unit,
    /// The unit if it is a directory, a variant if it is a file.
    UnitOfDirectory,
}

/// The path of one overlay as a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// The path with `{env}` and `{variant}`.
    pub text: String,
    /// What the overlays of one unit share: the template without variants and bases.
    pub key: String,
    /// The unit's name.
    pub name: String,
    /// What stood where `{variant}` stands.
    pub variant: Option<String>,
    /// The same with the numbers of rings and waves, for overlays that need them to be told apart.
    pub full_variant: Option<String>,
}

/// Reads templates after having seen all overlays together.
pub(super) struct Templates<'l> {
    lexicon: &'l Lexicon,
    groups: BTreeMap<String, Group>,
}

impl<'l> Templates<'l> {
    /// Looks at all overlays.
    pub(super) fn new(lexicon: &'l Lexicon, placed: &[Placed], known: &Kustomizations) -> Self {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let mut bases: BTreeMap<(String, RepoPath), BTreeSet<String>> = BTreeMap::new();
        for Placed { candidate, place } in placed {
            let key = candidate.above(place.part).to_owned();
            let group = groups.entry(key.clone()).or_default();
            if let Some(mark) = &place.mark {
                group.exact |= mark.is_exact();
                group.fused |= mark.fused;
                if !mark.is_exact() {
                    group.rests.entry(mark.rest.clone()).or_default().insert(place.stage);
                }
            }
            let Some(name) = directory_below(candidate, place) else { continue };
            let mark = lexicon.read(name).filter(|mark| mark.stage == place.stage);
            let renamed = mark.map(|mark| mark.rest).filter(|rest| !rest.is_empty());
            let name = renamed.unwrap_or_else(|| name.to_owned());
            group.below.entry(name.clone()).or_default().insert(place.stage);
            for further in candidate.parts.iter().skip(place.part + 2) {
                group.deeper.entry(further.clone()).or_default().insert(name.clone());
            }
            let mut home = candidate.parts.get(..place.part).unwrap_or_default().join("/");
            home.push('/');
            let Some(read) = known.all.get(&candidate.root) else { continue };
            for base in &read.resources {
                if base.as_str().starts_with(&home) {
                    let users = bases.entry((key.clone(), base.clone())).or_default();
                    users.insert(name.clone());
                }
            }
        }
        for ((key, _), users) in bases {
            if users.len() > 1 {
                groups.entry(key).or_default().related.extend(users);
            }
        }
        for Placed { candidate, place } in placed {
            if let Some(group) = groups.get_mut(candidate.above(place.part)) {
                let above = candidate.parts.get(..place.part).unwrap_or_default();
                group.settle(above);
            }
        }
        Self { lexicon, groups }
    }

    /// The cluster or region that stands right below the environment of an overlay.
    pub(super) fn cluster_below<'p>(&self, placed: &'p Placed) -> Option<&'p str> {
        let group = self.groups.get(placed.candidate.above(placed.place.part))?;
        directory_below(&placed.candidate, &placed.place).filter(|_| group.has_clusters())
    }

    /// The template of one overlay.
    pub(super) fn read(&self, placed: &Placed) -> Template {
        let Placed { candidate, place } = placed;
        let group_key = candidate.above(place.part);
        let group = self.groups.get(group_key);
        let mut parts = vec![];
        let mut variants = vec![];
        for (at, name) in candidate.parts.iter().enumerate() {
            let file = candidate.is_file() && at + 1 == candidate.parts.len();
            let own = if at == place.part {
                Some(place.mark.clone())
            } else {
                let same = |mark: &Mark| {
                    mark.stage == place.stage
                        && (at > place.part || place.mark.as_ref() == Some(mark))
                };
                let broad = |mark: &Mark| at < place.part && mark.is_broad() && mark.is_exact();
                self.lexicon.read(name).filter(|mark| same(mark) || broad(mark)).map(Some)
            };
            let variant_below = !file
                && at > place.part
                && !words::is_base(name)
                && group.is_some_and(|group| {
                    group.has_clusters() && (at == place.part + 1 || group.splits_further(name))
                });
            let part = match own {
                Some(None) => {
                    variants.push(name.clone());
                    Part::of("{env}")
                }
                Some(Some(mark)) if at == place.part => {
                    let unit = group.is_some_and(|group| group.rest_is_unit(file));
                    beside(name, &mark, file, unit, candidate, at, &mut variants)
                }
                _ if variant_below || words::is_place(name) => {
                    let rest = own.flatten().map_or_else(|| name.clone(), |mark| mark.rest);
                    variants.push(if rest.is_empty() { name.clone() } else { rest });
                    Part::of("{variant}")
                }
                Some(Some(mark)) => Part::of(&mark.templated(name)),
                _ => Part::of(name),
            };
            parts.push(part);
        }
        template(candidate, &parts, &variants)
    }
}

/// One part of a template.
struct Part {
    text: String,
    key: String,
}

impl Part {
    fn of(text: &str) -> Self {
        Self { text: text.to_owned(), key: text.to_owned() }
    }
}

/// The part that tells the environment: its other words are the unit's or the variant's.
fn beside(
    name: &str,
    mark: &Mark,
    file: bool,
    unit: bool,
    candidate: &Candidate,
    at: usize,
    variants: &mut Vec<String>,
) -> Part {
    let repeats =
        at.checked_sub(1).and_then(|above| candidate.parts.get(above)) == Some(&mark.rest);
    if mark.is_exact() || unit || repeats {
        return Part::of(&mark.templated(name));
    }
    let is_noun = |token: &&str| file && words::is_file_noun(token);
    let nouns: Vec<&str> = mark.rest.split('-').filter(is_noun).collect();
    let others: Vec<&str> = mark.rest.split('-').filter(|token| !is_noun(token)).collect();
    if others.is_empty() {
        return Part::of(&mark.templated(name));
    }
    variants.push(others.join("-"));
    let values = file && name.split(['-', '_', '.']).any(|t| t.eq_ignore_ascii_case("values"));
    let kept = nouns.into_iter().chain(values.then_some("values"));
    let text: Vec<&str> = kept.chain(["{env}"]).collect();
    let key = text.join("-");
    Part { text: mark.templated(name).replacen(&others.join("-"), "{variant}", 1), key }
}

fn template(candidate: &Candidate, parts: &[Part], variants: &[String]) -> Template {
    let join = |pick: fn(&Part) -> &str| {
        let texts: Vec<&str> = parts.iter().map(pick).collect();
        format!("{}{}", texts.join("/"), candidate.extension)
    };
    let text = join(|part| &part.text);
    // A file of variables that several modules share is a unit, not a layer of one.
    let file = candidate.kind == OverlayKind::Terraform && candidate.is_file();
    let told = parts.iter().map(|part| part.key.as_str()).enumerate();
    let told = told.filter(|(at, key)| !is_layer(key) || file && at + 1 == parts.len());
    let kept: Vec<&str> = told.map(|(_, key)| key).filter(|key| *key != "{variant}").collect();
    let key = format!("{:?}:{}{}", candidate.kind, kept.join("/"), candidate.extension);
    let mut names: Vec<String> = vec![];
    for (at, part) in kept.iter().enumerate() {
        let name = without_environment(part);
        let silent = name.is_empty()
            || words::is_holder(&name)
            || words::is_value_holder(&name) && at > 0
            || (candidate.is_file() && at + 1 == kept.len() && words::is_empty_stem(&name));
        if !silent {
            names.push(name);
        }
    }
    if names.is_empty() {
        let first = kept.iter().find(|part| !part.contains("{env}"));
        names.push(first.map_or_else(|| ".".to_owned(), |part| (*part).to_owned()));
    }
    let full_variant = (!variants.is_empty()).then(|| variants.join("/"));
    let told: Vec<&str> =
        variants.iter().map(String::as_str).filter(|name| !words::is_ring(name)).collect();
    let variant = if told.is_empty() { full_variant.clone() } else { Some(told.join("/")) };
    Template { text, key, name: names.join("/"), variant, full_variant }
}

/// A part of a template for people: no environment, and no words that go with one.
fn without_environment(part: &str) -> String {
    let Some((before, after)) = part.split_once("{env}") else { return part.to_owned() };
    let tokens = before.split(['-', '_', '.']).chain(after.split(['-', '_', '.']));
    let kept: Vec<&str> =
        tokens.filter(|token| !token.is_empty() && !EMPTY_TOKENS.contains(token)).collect();
    kept.join("-")
}

/// Whether a segment only says that something is shared (`base` below an environment).
fn is_layer(name: &str) -> bool {
    words::is_base(name) && name != "components"
}

/// The directory right below the environment.
fn directory_below<'c>(candidate: &'c Candidate, place: &Place) -> Option<&'c str> {
    let at = place.part + 1;
    let file = candidate.is_file() && at + 1 == candidate.parts.len();
    let name = candidate.parts.get(at)?;
    (!file && !words::is_base(name)).then_some(name)
}

/// Whether the path above the environment says which unit it is.
pub(super) fn has_unit(candidate: &Candidate, place: &Place) -> bool {
    candidate.parts.iter().take(place.part).any(|name| words::names_a_unit(name))
}

impl Group {
    /// Decides once what the names mean; `above` are the parts above the environment.
    fn settle(&mut self, above: &[String]) {
        if self.meaning.is_some() {
            return;
        }
        let unit = above.iter().any(|name| words::names_a_unit(name));
        let several = |names: &BTreeMap<String, BTreeSet<usize>>| {
            names.values().filter(|stages| stages.len() > 1).count() * 2 > names.len()
        };
        let cluster_like = |names: &BTreeMap<String, BTreeSet<usize>>| {
            names.keys().filter(|name| words::is_cluster_like(name)).count() * 2 >= names.len()
        };
        let related = self.related.len() * 2 >= self.below.len();
        let clusters = cluster_like(&self.below) || (unit && (related || !several(&self.below)));
        let held = above.last().is_some_and(|name| words::is_holder(name));
        let rest = if self.fused || held || cluster_like(&self.rests) {
            Rest::Variant
        } else if !unit {
            Rest::Unit
        } else if several(&self.rests) && !self.exact {
            Rest::UnitOfDirectory
        } else {
            Rest::Variant
        };
        self.meaning = Some(Meaning { unit, clusters, rest });
    }

    fn has_clusters(&self) -> bool {
        self.meaning.is_some_and(|meaning| meaning.clusters)
    }

    /// Whether what a name says beside the environment is the unit.
    fn rest_is_unit(&self, file: bool) -> bool {
        self.meaning.is_some_and(|meaning| match meaning.rest {
            Rest::Variant => false,
            Rest::Unit => true,
            Rest::UnitOfDirectory => !file,
        })
    }

    /// Whether a name further below the environment is a cluster of one region, not a part of the
    /// unit that every cluster has.
    fn splits_further(&self, name: &str) -> bool {
        let single = self.deeper.get(name).is_some_and(|above| above.len() == 1);
        single && self.below.len() > 1 && self.meaning.is_some_and(|meaning| meaning.unit)
    }
}
