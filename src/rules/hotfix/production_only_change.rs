//! `production-only-change`.

use std::collections::BTreeMap;

use crate::compare::{Difference, Grouping, Moved, Present, Removed};
use crate::finding::{Finding, Role, Subject};
use crate::layout::Unit;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::text::Span;

/// Most further places that a finding shows.
const PLACES: usize = 20;
/// What else to do about any finding.
const DOCUMENT: &str = "document an emergency with a line such as `Emergency-Change: TICKET` at the end of \
                        the commit message, or with an exception";

rule! {
    /// Reports a change that alters what production runs while staging does not move towards it
    ///
    /// ## Why
    /// What goes to production alone was not tried anywhere. It may have to be so in an emergency;
    /// then it has to be known, or the next promotion takes it back.
    ///
    /// ## Fix
    /// Make the same change in staging, before or together with it. An emergency is documented by a
    /// line at the end of a commit message of the change, such as `Emergency-Change: CHG-1042`, or by
    /// an exception. The rule looks at changes only (`--base`, `--staged`, `--hook`), and judges what
    /// they do, not which files they touch: parameters, promotions and refactorings are not its business.
    /// Another version of an image counts where both environments ran the same one before, staging stays at
    /// it, and `promotion-order` does not report it already. A unit that is taken out of production while
    /// staging keeps it is reported once.
    pub struct ProductionOnlyChange {
        /// The names of trailers in commit messages that document an emergency
        trailers: Vec<String> = vec!["Emergency-Change".to_owned()],
    }
    id: "production-only-change", family: Hotfix, level: Warning, since: "0.1.0",
}

impl Rule for ProductionOnlyChange {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let Some(change) = cx.change else { return };
        let named = |key: &str| self.trailers.iter().any(|name| name.eq_ignore_ascii_case(key));
        if change.trailers.iter().any(|(key, value)| named(key) && !value.trim().is_empty()) {
            return;
        }
        let present = Present {
            snapshot: cx.snapshot,
            config: cx.config,
            layout: cx.layout,
            evaluated: cx.evaluated,
            comparison: cx.comparison,
        };
        let causes = cx.comparison.causes.iter();
        for cause in causes.filter(|cause| cause.grouping != Grouping::Habit) {
            let moved = released(cx, &cause.differences)
                .filter_map(|found| Some((found, change.past.moved(present, found)?)));
            if let Some(finding) = finding(cx, &moved.collect::<Vec<_>>()) {
                findings.push(finding);
            }
        }
        // One tag may be set for many containers at one place.
        let mut versions: BTreeMap<Span, Vec<(&Difference, Moved)>> = BTreeMap::new();
        for found in released(cx, &cx.comparison.permitted) {
            if let Some(moved) = change.past.parted(present, found) {
                versions.entry(place(found)).or_default().push((found, moved));
            }
        }
        let versions = versions.values().filter_map(|moved| finding(cx, moved));
        let removed = cx.layout.units.iter().filter_map(|unit| {
            let removed = change.past.removed(present, unit)?;
            without(cx, unit, removed)
        });
        versions.chain(removed).for_each(|finding| findings.push(finding));
    }
}

/// The differences between the last environment and a reference that is worth something.
fn released<'c>(
    cx: &'c Context<'_>,
    differences: &'c [Difference],
) -> impl Iterator<Item = &'c Difference> {
    let last = cx.layout.environments.len().saturating_sub(1);
    differences.iter().filter(move |difference| {
        let environment = cx.evaluated[difference.here_overlay].overlay.environment;
        environment == last && !difference.siblings && !difference.weak
    })
}

/// What a difference points at in its own environment.
fn place(difference: &Difference) -> Span {
    difference.here.key.unwrap_or(difference.here.span)
}

/// A unit that the change takes out of an environment.
fn without(cx: &Context<'_>, unit: &Unit, removed: Removed<'_>) -> Option<Finding> {
    let overlay = cx.evaluated.get(removed.reference)?.overlay;
    let there = cx.layout.environments.get(overlay.environment)?.name.as_str();
    let (here, name) = (removed.environment, &unit.name);
    let (file, _) = cx.snapshot.files_below(&overlay.root).min_by_key(|(_, path)| {
        (!path.stem().eq_ignore_ascii_case("kustomization"), path.segments().count())
    })?;
    let text = &cx.snapshot.file(file).ok()?.text;
    let span = Span::new(file, 0, text.lines().next().map_or(0, str::len));
    let message = format!("the change removes {name} from {here}: {there} still has it");
    let finding = Finding::at(span, message)
        .label(format!("the {there} overlay"))
        .help(format!("remove it from {there} too, or {DOCUMENT}"));
    Some(finding.about(Subject {
        unit: Some(name.clone()),
        environment: Some(here.to_owned()),
        reference: Some(there.to_owned()),
        ..Subject::default()
    }))
}

fn finding(cx: &Context<'_>, moved: &[(&Difference, Moved)]) -> Option<Finding> {
    let (first, before) = moved.first()?;
    let overlay = &cx.evaluated[first.here_overlay];
    let environment = |at: usize| {
        let environment = cx.evaluated[at].overlay.environment;
        cx.layout.environments[environment].name.as_str()
    };
    let (here, there) = (environment(first.here_overlay), environment(first.there_overlay));
    let (now, theirs) = (first.shown(), first.reference_shown());
    let (path, object) = (first.path.to_string(), &first.resource);
    let quoted = |value: &Option<String>| match value {
        Some(value) => format!("`{value}`"),
        None => "nothing".to_owned(),
    };
    let what = if path.is_empty() {
        let (verb, not) = if first.here.value.is_some() {
            ("adds", "does not have it")
        } else {
            ("removes", "keeps it")
        };
        format!("the change {verb} {object} in {here} alone: {there} {not}")
    } else {
        format!(
            "the change turns `{path}` of {object} from {} to {} in {here} alone: {there} has {}",
            quoted(&before.before),
            quoted(&now),
            quoted(&theirs),
        )
    };
    let more = moved.len() - 1;
    let rest = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    let mut finding = Finding::at(place(first), format!("{what}{rest}"))
        .label(format!("{here}: {}", quoted(&now)))
        .place(
            Role::Reference,
            first.there.key.unwrap_or(first.there.span),
            format!("{there}: {}", quoted(&theirs)),
        )
        .help(format!("make the same change in {there}, or {DOCUMENT}"));
    let mut seen = vec![place(first)];
    for (difference, _) in moved.iter().skip(1) {
        if !seen.contains(&place(difference)) && seen.len() < PLACES {
            seen.push(place(difference));
            let text = format!("also `{}` of {}", difference.path, difference.resource);
            finding = finding.place(Role::Related, place(difference), text);
        }
    }
    Some(finding.about(Subject {
        unit: Some(overlay.unit.name.clone()),
        environment: Some(here.to_owned()),
        reference: Some(there.to_owned()),
        variants: overlay.overlay.variant.iter().cloned().collect(),
        resource: Some(object.clone()),
        path: (!path.is_empty()).then_some(path),
        class: Some(first.class.name()),
        value: now,
        reference_value: theirs,
        ..Subject::default()
    }))
}
