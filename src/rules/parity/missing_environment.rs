//! `missing-environment`.

use std::collections::BTreeMap;

use crate::finding::{Finding, Level, Subject};
use crate::layout::{Overlay, OverlayKind, Unit};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::lost;
use crate::rules::{Rule, rule};
use crate::text::Span;

/// Fewer units than this with both environments are no rule that another could break.
const FEWEST: usize = 4;
/// One in so many units may lack an environment before that is no exception.
const LACKING: usize = 10;

rule! {
    /// Reports a unit that has one of two environments, where nearly all units like it have both
    ///
    /// ## Why
    /// A unit that runs in production and not in staging is changed untested. One that never got
    /// from staging to production was forgotten, or is no longer needed.
    ///
    /// ## Fix
    /// Add the overlay that is missing, or remove the one that is left. A unit that is meant for
    /// one environment can be documented with an exception.
    pub struct MissingEnvironment {
    }
    id: "missing-environment", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for MissingEnvironment {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        // The last environment, and the one before it that most units have. What exists in a
        // workshop only was never meant to be anywhere else.
        let Some(last) = cx.layout.environments.len().checked_sub(1) else { return };
        let has = |unit: &Unit, at: usize| unit.overlays.iter().any(|o| o.environment == at);
        let tested = || (0..last).filter(|&at| !cx.layout.environments[at].is_workshop());
        let both = |at: &usize| {
            let units = cx.layout.units.iter();
            units.filter(|unit| has(unit, *at) && has(unit, last)).count()
        };
        let Some(before) = tested().rev().max_by_key(both) else { return };
        let mut peers: BTreeMap<Shape<'_>, Vec<&Unit>> = BTreeMap::new();
        for unit in &cx.layout.units {
            peers.entry(Shape::of(unit)).or_default().push(unit);
        }
        let agents = lost(cx);
        for peers in peers.values() {
            let sites = Sites { peers, before, last };
            for unit in peers {
                let (present, absent) = match (has(unit, before), has(unit, last)) {
                    (true, false) => (before, last),
                    // Another environment before the last one is as good a test.
                    (false, true) if !tested().any(|at| has(unit, at)) => (last, before),
                    _ => continue,
                };
                // What is an agent for all units is the question of another rule.
                if agents.iter().any(|lost| lost.unit.name == unit.name) {
                    continue;
                }
                let Some((overlay, count)) = sites.unusual(unit, present, absent) else { continue };
                let finding = finding(cx, unit, overlay, absent, count);
                // What is not in production yet breaks nothing there, and infrastructure that
                // environments share stands where production stands.
                let apart = [OverlayKind::Terraform, OverlayKind::Configuration];
                let shared = apart.contains(&overlay.kind);
                let quiet = present == before || shared;
                let level = if quiet { Level::Note } else { Level::Warning };
                findings.push_at(findings.level().min(level), finding);
            }
        }
    }
}

/// How a unit is laid out: only units of one shape can be expected to have the same environments.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape<'l> {
    kind: Option<OverlayKind>,
    collection: &'l str,
    environment: &'l str,
}

impl<'l> Shape<'l> {
    fn of(unit: &'l Unit) -> Self {
        let mut segments = unit.template.split('/');
        let environment = segments.clone().find(|segment| segment.contains("{env}"));
        let collection = segments.next().filter(|segment| !segment.contains('{'));
        let kind = unit.overlays.first().map(|overlay| overlay.kind);
        let (collection, environment) =
            (collection.unwrap_or_default(), environment.unwrap_or_default());
        Self { kind, collection, environment }
    }
}

/// The units of one shape, and where they are deployed.
struct Sites<'l> {
    peers: &'l [&'l Unit],
    before: usize,
    last: usize,
}

impl<'l> Sites<'l> {
    /// The overlay of a unit at a place where nearly all of its peers have the other environment
    /// too, and how many of them do.
    fn unusual(
        &self,
        unit: &'l Unit,
        present: usize,
        absent: usize,
    ) -> Option<(&'l Overlay, usize)> {
        let mut own = unit.overlays.iter().filter(|overlay| overlay.environment == present);
        own.find_map(|overlay| {
            let site = overlay.variant.as_deref().filter(|site| self.is_site(site));
            let at = |unit: &Unit, environment: usize| {
                unit.overlays.iter().any(|other| {
                    other.environment == environment
                        && (site.is_none() || other.variant.as_deref() == site)
                })
            };
            let have = self.peers.iter().filter(|peer| at(peer, present)).count();
            let both =
                self.peers.iter().filter(|peer| at(peer, present) && at(peer, absent)).count();
            let lack = have - both;
            (both >= FEWEST && lack <= (both / LACKING).max(1)).then_some((overlay, both))
        })
    }

    /// Whether the variant is a place that has both environments, not the name of a cluster of one.
    fn is_site(&self, variant: &str) -> bool {
        let at = |environment: usize| {
            self.peers.iter().flat_map(|peer| &peer.overlays).any(|overlay| {
                overlay.environment == environment && overlay.variant.as_deref() == Some(variant)
            })
        };
        at(self.before) && at(self.last)
    }
}

fn finding(
    cx: &Context<'_>,
    unit: &Unit,
    overlay: &Overlay,
    absent: usize,
    both: usize,
) -> Finding {
    let name = |at: usize| cx.layout.environments[at].name.as_str();
    let (present, absent) = (name(overlay.environment), name(absent));
    let message = format!(
        "unit `{}` has {present} and no {absent}; {both} units like it have both",
        unit.name
    );
    Finding::at(place(cx, overlay), message)
        .label(format!("the {present} overlay"))
        .help(format!("add an overlay for {absent}, or document why there is none"))
        .about(Subject {
            unit: Some(unit.name.clone()),
            environment: Some(absent.to_owned()),
            reference: Some(present.to_owned()),
            ..Subject::default()
        })
}

/// The first line with content of the overlay's own file, else of the first file below it.
fn place(cx: &Context<'_>, overlay: &Overlay) -> Span {
    let mut files: Vec<_> = cx.snapshot.files_below(&overlay.root).collect();
    files.sort_by_key(|(_, path)| {
        (!path.stem().eq_ignore_ascii_case("kustomization"), path.segments().count())
    });
    let Some(&(file, _)) = files.first() else {
        return Span::file_start(crate::text::FileId(0));
    };
    let Ok(source) = cx.snapshot.file(file) else { return Span::file_start(file) };
    (0..source.lines().len())
        .map(|line| source.lines().line_range(&source.text, line))
        .find(|range| !matches!(source.text[range.clone()].trim(), "" | "---"))
        .map_or(Span::file_start(file), |range| Span::new(file, range.start, range.end))
}
