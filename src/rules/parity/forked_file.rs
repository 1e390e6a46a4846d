//! `forked-file`.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Copied, Grouping};
use crate::finding::{Finding, Role, Subject};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::text::{FileId, Span};

/// Most further files that a finding shows.
const PLACES: usize = 20;
/// Comments at the head of a file that may say who writes it.
const HEAD: usize = 5;

rule! {
    /// Reports files of two environments that are copies of each other instead of overlays of a base
    ///
    /// ## Why
    /// Two copies are equal on the day on which somebody makes them. From then on every change has
    /// to be made twice, and the one that was forgotten is a difference that nobody meant.
    ///
    /// ## Fix
    /// Move what both have to a base, and leave to each environment a patch with what must differ.
    pub struct ForkedFile {
        /// From which share of equal values on two files are copies, in percent
        alike: u8 = 90,
        /// Fewer values than this are no copy worth a base
        values: usize = 25,
    }
    id: "forked-file", family: Parity, level: Note, since: "0.1.0",
}

/// The values of two files and how many of them differ.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    values: usize,
    differing: usize,
}

impl Size {
    fn add(&mut self, values: usize, differing: usize) {
        self.values += values;
        self.differing += differing.min(values);
    }

    /// The share of equal values in percent, rounded down: 100 means all of them.
    fn alike(self) -> usize {
        (self.values - self.differing) * 100 / self.values.max(1)
    }
}

type Files = BTreeMap<(FileId, FileId), Size>;

impl Rule for ForkedFile {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let told = told_apart(cx);
        // The environments of a unit from last to first: one finding for the unit says it all.
        let mut units: BTreeMap<usize, BTreeMap<usize, (&Copied, Files)>> = BTreeMap::new();
        let mut seen: BTreeSet<(Span, Span)> = BTreeSet::new();
        for copied in &cx.comparison.copies {
            let pair = (copied.here.file, copied.there.file);
            let repeated = !seen.insert((copied.here, copied.there));
            if repeated || told.contains(&pair) || is_generated(cx, pair.0) {
                continue;
            }
            let evaluated = &cx.evaluated[copied.here_overlay];
            let (_, files) = units
                .entry(evaluated.unit_index)
                .or_default()
                .entry(evaluated.overlay.environment)
                .or_insert_with(|| (copied, Files::new()));
            let size = files.entry(pair).or_default();
            size.add(copied.leaves, copied.differing);
        }
        for environments in units.into_values() {
            let found = environments.into_values().rev().find_map(|(copied, mut files)| {
                files.retain(|_, size| size.alike() >= usize::from(self.alike));
                let total = files.values().fold(Size::default(), |mut total, size| {
                    total.add(size.values, size.differing);
                    total
                });
                (total.values >= self.values).then_some((copied, files, total))
            });
            if let Some((copied, files, total)) = found {
                findings.push(finding(cx, copied, &files, total));
            }
        }
    }
}

/// The pairs of files whose differences are one finding already, which says that they are copies.
fn told_apart(cx: &Context<'_>) -> BTreeSet<(FileId, FileId)> {
    let causes = cx.comparison.causes.iter().filter(|cause| cause.grouping == Grouping::Copy);
    let differences = causes.flat_map(|cause| &cause.differences);
    differences.map(|difference| (difference.here.span.file, difference.there.span.file)).collect()
}

fn finding(cx: &Context<'_>, copied: &Copied, files: &Files, total: Size) -> Finding {
    let environment = |overlay: usize| {
        let environment = cx.evaluated[overlay].overlay.environment;
        cx.layout.environments[environment].name.as_str()
    };
    let (here, there) = (environment(copied.here_overlay), environment(copied.there_overlay));
    let unit = &cx.evaluated[copied.here_overlay].unit.name;
    let what = match files.len() {
        1 => format!("a file for {here} that copies the one"),
        count => format!("{count} files for {here} that copy those"),
    };
    let message = format!(
        "unit `{unit}` has {what} for {there}: {} % of {} values are equal",
        total.alike(),
        total.values
    );
    let (first, second) =
        files.keys().next().copied().unwrap_or((copied.here.file, copied.there.file));
    let mut finding = Finding::at(first_line(cx, first), message)
        .label(format!("the copy of {here}"))
        .place(Role::Reference, first_line(cx, second), format!("the copy of {there}"))
        .help(format!("make a base of what {here} and {there} have in common, and patch the rest"));
    for (&(file, _), size) in files.iter().skip(1).take(PLACES) {
        let text = format!("also a copy, {} % alike", size.alike());
        finding = finding.place(Role::Related, first_line(cx, file), text);
    }
    finding.about(Subject {
        unit: Some(unit.clone()),
        environment: Some(here.to_owned()),
        reference: Some(there.to_owned()),
        ..Subject::default()
    })
}

/// Whether the head of the file says that a tool writes it.
fn is_generated(cx: &Context<'_>, file: FileId) -> bool {
    let head = cx.store.yaml(file).comments.iter().take(HEAD);
    head.into_iter().any(|comment| comment.text.to_ascii_lowercase().contains("do not edit"))
}

/// The first line of a file that says something.
fn first_line(cx: &Context<'_>, file: FileId) -> Span {
    let Some(document) = cx.store.yaml(file).documents.first() else {
        return Span::file_start(file);
    };
    let span = document.root().span();
    let line = cx.snapshot.slice(span).lines().next().unwrap_or("");
    Span::new(file, span.start as usize, span.start as usize + line.len())
}
