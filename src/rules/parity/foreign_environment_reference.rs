//! `foreign-environment-reference`.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Foreign, SECRET};
use crate::finding::{Finding, Level, Role, Subject};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::text::{FileId, Span};

/// So many values that bear the own name make one that bears another a mistake.
const PEERS: usize = 2;
/// Most further places that a finding shows.
const PLACES: usize = 20;

rule! {
    /// Reports a host, bucket, secret or namespace of one environment that another one uses
    ///
    /// ## Why
    /// Production that reads the database of staging serves test data; staging that writes to the
    /// queue of production is an incident. Both look like a value that was copied and not adapted.
    ///
    /// Annotations, and namespaces that are called like an environment and nothing else, are reported
    /// where each environment has written them for itself; what both have from one place is shared. A
    /// version whose end names an environment (`1.4.2-production`) says how it was built.
    /// A values file of another environment is one finding, whatever it says.
    ///
    /// ## Fix
    /// Name the thing of the environment itself. What both share on purpose can be documented with
    /// an exception, or named without the word of one environment.
    pub struct ForeignEnvironmentReference {
    }
    id: "foreign-environment-reference", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for ForeignEnvironmentReference {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        // One line may reach many objects, and one value many lines of a unit.
        let mut spans: BTreeMap<Span, &Foreign> = BTreeMap::new();
        let files = foreign_files(cx);
        for foreign in &cx.comparison.foreign {
            // What a whole file says of the other environment is told where the file is named.
            let application = cx.evaluated[foreign.overlay].overlay.application;
            if application.is_some_and(|at| files.contains(&(at, foreign.span.file))) {
                continue;
            }
            // That there is no such object weighs more than whose name it bears.
            if cx.references.is_dangling(foreign.overlay, foreign.span) {
                continue;
            }
            spans.entry(foreign.span).or_insert(foreign);
        }
        let mut causes: BTreeMap<(usize, usize, &str), Vec<&Foreign>> = BTreeMap::new();
        for foreign in spans.into_values() {
            let overlay = &cx.evaluated[foreign.overlay];
            let (unit, environment) = (overlay.unit_index, overlay.overlay.environment);
            let path = foreign.path.last_name().unwrap_or_default();
            let key = if foreign.shown == SECRET { path } else { foreign.shown.as_str() };
            causes.entry((unit, environment, key)).or_default().push(foreign);
        }
        for uses in causes.into_values() {
            let most = uses.iter().map(|foreign| level(cx, foreign)).max();
            if let (Some(finding), Some(most)) = (finding(cx, &uses), most) {
                findings.push_at(relative(findings.level(), most), finding);
            }
        }
    }
}

/// The values files that Applications read and whose names are reported themselves.
fn foreign_files(cx: &Context<'_>) -> BTreeSet<(usize, FileId)> {
    let told: BTreeSet<Span> = cx.comparison.foreign.iter().map(|foreign| foreign.span).collect();
    let applications = cx.layout.applications.iter().enumerate();
    let files = applications.flat_map(|(at, application)| {
        let files = application.sources.iter().flat_map(|source| &source.value_files);
        files.map(move |file| (at, file))
    });
    let foreign = files.filter(|(_, file)| told.contains(&file.span));
    let found = foreign.filter_map(|(at, file)| Some((at, cx.snapshot.find(file.path.as_ref()?)?)));
    found.collect()
}

/// The level of a finding where the rule runs at another level than usual.
fn relative(base: Level, level: Level) -> Level {
    match base {
        Level::Warning => level,
        base => base.min(level),
    }
}

/// Production that names staging is wrong, and certainly so where its other values name production
/// and nobody else reads the file. Staging that names production may share something with it.
fn level(cx: &Context<'_>, foreign: &Foreign) -> Level {
    let environment =
        |overlay: usize| &cx.layout.environments[cx.evaluated[overlay].overlay.environment];
    let (here, there) = (environment(foreign.overlay), environment(foreign.named));
    let released = !here.is_workshop() && !there.is_workshop() && !foreign.vague;
    match (released, here.rank > there.rank, foreign.own) {
        (true, true, true) if foreign.peers >= PEERS => Level::Error,
        (true, true, _) | (true, false, true) => Level::Warning,
        _ => Level::Note,
    }
}

fn finding(cx: &Context<'_>, uses: &[&Foreign]) -> Option<Finding> {
    let foreign = *uses.first()?;
    let environment = |overlay: usize| {
        let environment = cx.evaluated[overlay].overlay.environment;
        cx.layout.environments[environment].name.as_str()
    };
    let (here, there) = (environment(foreign.overlay), environment(foreign.named));
    let Foreign { path, resource, shown, .. } = foreign;
    let counted = match foreign.peers {
        peers if peers >= PEERS => format!("; {peers} values like it name {here}"),
        _ => String::new(),
    };
    let message = format!(
        "`{path}` of {resource} is `{shown}` in {here}, as in {there}, whose name it bears{counted}"
    );
    let mut finding = Finding::at(foreign.span, message)
        .label(format!("{here}: `{shown}`"))
        .help(format!("name what belongs to {here}, or document that both share it"));
    let mut seen = vec![foreign.span];
    for (role, span, text) in
        [(Role::Reference, foreign.owner, format!("{there}: the same"))].into_iter().chain(
            uses.iter()
                .map(|other| (Role::Related, other.span, format!("also {}", other.resource))),
        )
    {
        if !seen.contains(&span) && seen.len() <= PLACES {
            seen.push(span);
            finding = finding.place(role, span, text);
        }
    }
    Some(finding.about(Subject {
        unit: Some(cx.evaluated[foreign.overlay].unit.name.clone()),
        environment: Some(here.to_owned()),
        reference: Some(there.to_owned()),
        resource: Some(resource.clone()),
        path: Some(path.to_string()),
        value: Some(shown.clone()),
        ..Subject::default()
    }))
}
