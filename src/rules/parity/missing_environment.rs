//! `missing-environment`.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level, Subject};
use crate::layout::{Overlay, Unit};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::{Cover, lost};
use crate::rules::{Rule, rule};
use crate::text::Span;

/// Fewer units than this with both environments are no rule that another could break.
const FEWEST: usize = 4;

rule! {
    /// Reports a unit that has only one of two environments that most units have both
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
        let environments: Vec<BTreeSet<usize>> = cx
            .layout
            .units
            .iter()
            .map(|unit| unit.overlays.iter().map(|overlay| overlay.environment).collect())
            .collect();
        let count = |wanted: &[usize]| {
            environments.iter().filter(|has| wanted.iter().all(|at| has.contains(at))).count()
        };
        // The last environment, and the one before it that most units have. What exists in a
        // workshop only was never meant to be anywhere else.
        let Some(last) = cx.layout.environments.len().checked_sub(1) else { return };
        let tested = (0..last).rev().filter(|&at| !cx.layout.environments[at].is_workshop());
        let Some(before) = tested.max_by_key(|&at| count(&[at, last])) else { return };
        let both = count(&[before, last]);
        if both < FEWEST {
            return;
        }
        let agents = lost(cx, &Cover::of(cx));
        for (unit, has) in cx.layout.units.iter().zip(&environments) {
            let (present, absent) = match (has.contains(&before), has.contains(&last)) {
                (true, false) => (before, last),
                (false, true) => (last, before),
                _ => continue,
            };
            // What is an agent for all units is the question of another rule.
            let agent = agents.iter().any(|lost| lost.unit.name == unit.name);
            let usual = !agent && both * 4 >= count(&[present]) * 3;
            let overlay = unit.overlays.iter().find(|overlay| overlay.environment == present);
            if let Some(overlay) = overlay.filter(|_| usual) {
                let finding = finding(cx, unit, overlay, absent, both);
                // What is not in production yet breaks nothing there.
                let level = if present == before { Level::Note } else { Level::Warning };
                findings.push_at(findings.level().min(level), finding);
            }
        }
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
    let message =
        format!("unit `{}` has {present} and no {absent}; {both} units have both", unit.name);
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
