//! Values that a chart refuses.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Role, Subject};
use crate::render::Evaluated;
use crate::render::helm::Refused;
use crate::rules::schema::fault;
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::schema::Fault;
use crate::text::Span;

/// Most environments that a label names.
const NAMED: usize = 4;

rule! {
    /// Reports values that a chart's own schema refuses
    ///
    /// ## Why
    /// Helm validates values against the `values.schema.json` of a chart and of every chart that it
    /// depends on, and refuses the release. It does so when the environment is deployed; staging
    /// with its own values file says nothing about production. The values are judged as helm does
    /// it: the defaults of the charts, then the files and inline values that the environment gives,
    /// laid over each other.
    ///
    /// What may be given elsewhere is not judged: values that something fills in later, nulls,
    /// empty defaults. A value is called missing where the other environments have it in their
    /// files, or where a null deletes the default.
    ///
    /// ## Fix
    /// Correct the value where it is set; the finding names what is expected. If the value is
    /// right, the schema of the chart has to learn it.
    pub struct InvalidValues {}
    id: "invalid-values", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for InvalidValues {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut causes: BTreeMap<(Span, &Fault), Vec<&Refused<'_>>> = BTreeMap::new();
        for refused in &cx.values.refused {
            let cause = (refused.problem.span, &refused.problem.fault);
            causes.entry(cause).or_default().push(refused);
        }
        for uses in causes.values() {
            if let Some(first) = uses.first() {
                findings.push(finding(cx, first, uses));
            }
        }
    }
}

fn finding(cx: &Context<'_>, first: &Refused<'_>, uses: &[&Refused<'_>]) -> Finding {
    let problem = &first.problem;
    let (chart, path) = (&first.part.chart, problem.path.to_string());
    let at = if path.is_empty() {
        format!("the chart `{chart}`")
    } else {
        format!("`{path}` of the chart `{chart}`")
    };
    let mut finding = Finding::at(problem.span, fault::message(problem, &at, ""))
        .label(reach(cx, uses))
        .about(subject(cx, uses));
    if matches!(problem.fault, Fault::Type { .. } | Fault::Enum { .. }) {
        let default = problem.value.provenance.first().span;
        if default.file != problem.span.file {
            finding = finding.place(Role::Reference, default, "the default");
        }
    }
    if let Some(said) = first.said {
        finding = finding.place(Role::Related, said, "the schema says so here");
    }
    let [overlay, _] = locality(cx, problem.span);
    finding = finding.known_by([&*overlay, chart, &fault::path(problem)]);
    match fault::help(problem) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// The unit and environment, where there is one, and the path.
fn subject(cx: &Context<'_>, uses: &[&Refused<'_>]) -> Subject {
    let overlays: Vec<&Evaluated<'_>> = uses.iter().map(|used| used.release.overlay).collect();
    let Some(first) = overlays.first() else { return Subject::default() };
    let environment = first.overlay.environment;
    let one_unit = overlays.iter().all(|other| other.unit_index == first.unit_index);
    let one = one_unit && overlays.iter().all(|other| other.overlay.environment == environment);
    let name = cx.layout.environment(environment).map(|environment| environment.name.clone());
    let variants: BTreeSet<String> =
        overlays.iter().filter_map(|found| found.overlay.variant.clone()).collect();
    Subject {
        unit: Some(first.unit.name.clone()).filter(|_| one_unit),
        environment: name.filter(|_| one),
        variants: variants.into_iter().filter(|_| one).collect(),
        path: uses.first().map(|used| fault::path(&used.problem)),
        ..Subject::default()
    }
}

/// Where it counts: `in staging and production (3 overlays)`.
fn reach(cx: &Context<'_>, uses: &[&Refused<'_>]) -> String {
    let overlays: BTreeSet<_> = uses.iter().map(|used| &used.release.overlay.overlay.root).collect();
    let environments: BTreeSet<usize> =
        uses.iter().map(|used| used.release.overlay.overlay.environment).collect();
    let mut names: Vec<&str> = environments
        .iter()
        .filter_map(|&at| cx.layout.environment(at))
        .map(|environment| environment.name.as_str())
        .collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let text = match (names.as_slice(), more) {
        ([one], 0) => (*one).to_owned(),
        ([rest @ .., last], 0) => format!("{} and {last}", rest.join(", ")),
        (names, more) => format!("{} and {more} more", names.join(", ")),
    };
    match overlays.len() {
        1 => format!("in {text}"),
        count => format!("in {text} ({count} overlays)"),
    }
}
