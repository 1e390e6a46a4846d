//! Values that a chart refuses.

use std::collections::BTreeMap;

use crate::finding::{Finding, Role, Subject};
use crate::rules::schema::{fault, reach};
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::schema::Fault;
use crate::text::Span;
use crate::validation::values::Refused;

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
    let overlays: Vec<_> = uses.iter().map(|used| used.release.overlay).collect();
    let reach = reach::in_words(cx, &overlays);
    let label = if first.deleted { format!("deletes the default, {reach}") } else { reach };
    let path = Some(fault::path(problem));
    let subject = Subject { path, ..reach::subject(cx, &overlays) };
    let mut finding =
        Finding::at(problem.span, fault::message(problem, &at, "")).label(label).about(subject);
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
        _ if first.deleted => finding.help("give it a value, or drop the line to keep the default"),
        Some(help) => finding.help(help),
        None => finding,
    }
}
