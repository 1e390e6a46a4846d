//! The pipeline: from a snapshot to what is to be reported.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::compare::agents::Cover;
use crate::compare::{self, Effects, Past, Present, Released, Substitution};
use crate::config::{Config, did_you_mean, glob_set};
use crate::exceptions::{self, Outcome};
use crate::finding::{Finding, Level, NotAnalysed};
use crate::history::{self, History, Waiting};
use crate::layout::{Choices, Layout, Overlay, RenderedTree, Unit, UnitChoice};
use crate::owners::CodeOwners;
use crate::policy::{self, Policy};
use crate::references::{References, World};
use crate::render::{self, Evaluated, Gap, Renderer, evaluate, helm};
use crate::report::Counts;
use crate::rules::{self, Change, Context, Focus, Judged, Touched};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath};
use crate::validation::{self, Loose, Validation};

/// The result of a check and how much it looked at.
#[derive(Debug, Default)]
pub struct Checked {
    /// What was found.
    pub outcome: Outcome,
    /// How much was looked at.
    pub counts: Counts,
    /// The files that rules about files looked at.
    pub files: Vec<FileId>,
    /// The directories and files of all overlays, and the files that these read.
    pub roots: BTreeSet<RepoPath>,
    /// The units of which an overlay could not be rendered.
    pub failed: BTreeSet<String>,
    /// What ran, where the check was about the state before a change.
    pub past: Past,
    /// What the change does to what runs, where that was asked for.
    pub effects: Option<Effects>,
    /// The agents of each environment, as far as it was looked at.
    pub cover: Cover,
}

/// The rule that asks for the history.
const ABOUT_HISTORY: &str = "stale-promotion";
/// The rule that asks for references.
const ABOUT_REFERENCES: &str = "dangling-reference";
/// The rule that asks for the state before a change.
const ABOUT_CHANGES: &str = "production-only-change";

/// The rules that ask what API servers would say.
const ABOUT_SCHEMAS: [&str; 5] =
    ["deprecated-api", "invalid-manifest", "removed-api", "unknown-field", "unknown-kind"];

/// What a check has to do with a change.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// Nothing.
    None,
    /// It is about the state before: what ran there is remembered.
    Before,
    /// It is about the state after.
    After {
        /// What is known of the change.
        change: &'a Change,
        /// Whether to work out what it does to what runs.
        effects: bool,
    },
}

/// What to check, and how.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The files.
    pub store: &'a Store<'a>,
    /// The configuration.
    pub config: &'a Config,
    /// The rules that run.
    pub policy: &'a Policy,
    /// The units and environments, see [`layout`].
    pub layout: &'a Layout,
    /// The day for dates of exceptions.
    pub today: Date,
    /// What is changed: it decides how much old promises weigh.
    pub touched: &'a Touched,
    /// The part of the repository that is looked at.
    pub focus: &'a Focus,
    /// What git knows of the past.
    pub history: &'a History,
    /// Which side of a change it is.
    pub part: Part<'a>,
}

impl<'a> Job<'a> {
    /// The whole repository, with no change in mind.
    pub fn whole(
        store: &'a Store<'a>,
        config: &'a Config,
        policy: &'a Policy,
        layout: &'a Layout,
        today: Date,
        history: &'a History,
    ) -> Self {
        let (touched, focus) = (&Touched::Everything, &Focus::Everything);
        let part = Part::None;
        Self { store, config, policy, layout, today, touched, focus, history, part }
    }
}

/// The units and environments of a repository.
pub fn layout(store: &Store<'_>, config: &Config) -> Layout {
    layout_with(store, config, &[])
}

/// The same, with the units of manifests that the user's pipeline rendered.
pub fn layout_with(store: &Store<'_>, config: &Config, rendered: &[RenderedTree]) -> Layout {
    Layout::discover(store, &Choices { rendered: rendered.to_vec(), ..choices(config) })
}

/// What renders the overlays of a layout.
pub fn renderer<'s>(store: &'s Store<'s>, layout: &'s Layout) -> Renderer<'s> {
    let options = render::Options { restricted: false, partial: true };
    Renderer::new(store, options).with_flux(&layout.flux)
}

/// What every overlay of the units that are `wanted` runs.
pub fn evaluate<'l>(
    renderer: &Renderer<'_>,
    layout: &'l Layout,
    wanted: impl Fn(&Unit) -> bool,
) -> Vec<Evaluated<'l>> {
    let mut evaluated =
        evaluate::all(layout, wanted, |unit, overlay| renderer.overlay(layout, unit, overlay));
    render::lay_values(renderer.store(), &mut evaluated);
    helm::add_releases(renderer.helm(layout), &mut evaluated);
    evaluated
}

/// Checks a repository, or a part of it.
pub fn check(job: Job<'_>) -> Checked {
    let Job { store, config, policy, layout, today, touched, focus, history, part } = job;
    let snapshot = store.snapshot();
    let (files, mut not_analysed) = rules::checked_files(store, &config.exclude, focus);
    // What is a unit is not left out because it is a template.
    let is_read = |path: &RepoPath| {
        let file = snapshot.find(path);
        let mut parts = layout.helmfiles.iter().map(|target| &target.state.files);
        file.is_some_and(|file| parts.any(|files| files.contains(&file)))
    };
    not_analysed.retain(|left_out| left_out.span.is_some() || !is_read(&left_out.path));
    let renderer = renderer(store, layout);
    let evaluated = evaluate(&renderer, layout, |unit| focus.has_unit(&unit.name));
    let releases = helm::releases(renderer.helm(layout), &evaluated);
    let values = validation::values::validate(store, &releases);
    let comparison = compare::compare(snapshot, config, layout, &evaluated);
    let whole = *focus == Focus::Everything;
    let validates = ABOUT_SCHEMAS.iter().any(|rule| policy.is_enabled(rule));
    let loose = if validates {
        Loose::collect(&renderer, layout, &files, whole, &evaluated)
    } else {
        Loose::default()
    };
    let validation = if validates {
        let (files, evaluated, loose) = (&files[..], &evaluated[..], &loose);
        let job = validation::Job { store, config, layout, files, whole, evaluated, loose };
        validation::validate(job)
    } else {
        Validation::default()
    };
    let references = if policy.is_enabled(ABOUT_REFERENCES) {
        References::of(World { snapshot, store, layout, evaluated: &evaluated })
    } else {
        References::default()
    };
    let promotions: &[_] =
        if policy.is_enabled(ABOUT_HISTORY) { &comparison.promotions } else { &[] };
    let waiting = Waiting::of(history, snapshot, promotions, &config.history);
    not_analysed.extend(waiting.gap.clone());
    let commented = rules::commented_files(snapshot, layout, &config.exclude, focus);
    let inline = exceptions::collect_inline(snapshot, store, &files, &commented);
    let owners = CodeOwners::find(snapshot);
    let exceptions = [&config.exceptions[..], &inline.exceptions[..]].concat();
    let cx = Context {
        snapshot,
        store,
        config,
        layout,
        files: &files,
        evaluated: &evaluated,
        values: &values,
        comparison: &comparison,
        references: &references,
        validation: &validation,
        waiting: &waiting,
        today,
        touched,
        change: if let Part::After { change, .. } = part { Some(change) } else { None },
        focus,
        owners: owners.as_ref(),
        declared: &exceptions,
        exceptions: &[],
        malformed: &inline.malformed,
    };
    let found = policy.run(&cx, |rule| !rules::is_about_exceptions(rule));
    let guesses = !history.is_on() || waiting.gap.is_some();
    // A change is over when its exception is looked at again.
    let unsure = if guesses { &[ABOUT_CHANGES, ABOUT_HISTORY][..] } else { &[ABOUT_CHANGES] };
    let run = exceptions::Run { snapshot, layout, evaluated: &evaluated, today, policy, unsure };
    let applied = exceptions::apply(found, &exceptions, &run);
    let judged: Vec<_> = applied
        .standings
        .iter()
        .map(|standing| Judged {
            exception: &standing.exception,
            need: standing.need,
            covers: &standing.covers,
        })
        .collect();
    let mut reported = applied.reported;
    let cx = Context { exceptions: &judged, ..cx };
    let with_schemas = rules::files_with_schemas(&cx);
    reported.extend(policy.run(&cx, rules::is_about_exceptions));
    policy::sort(&mut reported);
    not_analysed.extend(gaps(snapshot, layout, &evaluated, &values.gaps));
    let by_charts = comparison.released.iter();
    not_analysed.extend(by_charts.map(|it| charted(snapshot, layout, &evaluated, it)));
    not_analysed.extend(validation.not_analysed(snapshot));
    not_analysed.extend(unknown_environments(config, layout));
    not_analysed.sort();
    not_analysed.dedup();
    let counts = Counts {
        files: snapshot.len() + snapshot.mounted().len(),
        units: layout.units.iter().map(|unit| unit.name.clone()).collect(),
        overlays: evaluated.len(),
        comparisons: comparison.comparisons,
        allowed: comparison.allowed.clone(),
        noise: comparison.noise.clone(),
        unknown: comparison.unknown,
        learnt: comparison.learnt.iter().map(|learnt| in_words(learnt, layout)).collect(),
    };
    let overlays = evaluated.iter().map(|evaluated| &evaluated.overlay.root);
    let outputs = evaluated.iter().filter_map(Evaluated::output);
    let read: BTreeSet<FileId> = outputs.flat_map(|output| output.inputs.iter().copied()).collect();
    let roots = overlays.chain(read.iter().map(|&file| snapshot.path(file))).cloned().collect();
    let failed = evaluated.iter().filter(|evaluated| evaluated.error().is_some());
    let failed = failed.map(|evaluated| evaluated.unit.name.clone()).collect();
    let exceptions::Applied { excepted, standings: exceptions, .. } = applied;
    let outcome = Outcome { reported, excepted, not_analysed, exceptions };
    let past = match part {
        Part::Before => Past::of(layout, &evaluated),
        Part::None | Part::After { .. } => Past::default(),
    };
    let effects = if let Part::After { change, effects: true } = part {
        let (evaluated, comparison) = (&evaluated[..], &comparison);
        let present = Present { snapshot, config, layout, evaluated, comparison };
        let changed = match touched {
            Touched::Paths(paths) => paths.iter().cloned().collect(),
            Touched::Everything => BTreeSet::new(),
        };
        Some(compare::effects(&change.past, present, &changed))
    } else {
        None
    };
    let files = [files, with_schemas].concat();
    let cover = comparison.cover.clone();
    Checked { outcome, counts, files, roots, failed, past, effects, cover }
}

/// What the configuration decides about environments and units.
fn choices(config: &Config) -> Choices {
    Choices {
        environments: config
            .environments
            .iter()
            .map(|entry| (entry.value.name.clone(), entry.value.words.clone()))
            .collect(),
        // Every glob has been read before; together they can only be too large.
        excludes: glob_set(&config.exclude).unwrap_or_default(),
        units: config
            .units
            .iter()
            .map(|entry| UnitChoice {
                name: entry.value.name.clone(),
                template: entry.value.template.clone(),
            })
            .collect(),
        rendered: Vec::new(),
    }
}

fn in_words(learnt: &Substitution, layout: &Layout) -> String {
    let name = |at: usize| layout.environments.get(at).map_or("", |e| e.name.as_str());
    let (here, there) = (name(learnt.environments.0), name(learnt.environments.1));
    let Substitution { here: text, there: other, places, .. } = learnt;
    format!("`{text}` in {here} stands for `{other}` in {there} ({places} places)")
}

/// The environments that the configuration gives a version of Kubernetes and that nobody found.
fn unknown_environments(config: &Config, layout: &Layout) -> impl Iterator<Item = NotAnalysed> {
    let known = || layout.environments.iter().map(|environment| environment.name.as_str());
    let unknown = config.kubernetes.named().filter(move |(name, _)| known().all(|it| it != *name));
    unknown.filter_map(move |(name, span)| {
        let help = did_you_mean(name, known().collect::<Vec<_>>());
        Some(NotAnalysed {
            path: config.path.clone()?,
            span: Some(span),
            what: "kubernetes-version",
            detail: format!("there is no environment `{name}`; {help}"),
        })
    })
}

/// What the layout could not place and what the renderer had to leave out.
fn gaps(
    snapshot: &Snapshot,
    layout: &Layout,
    evaluated: &[Evaluated<'_>],
    values: &[Gap],
) -> Vec<NotAnalysed> {
    let unplaced = layout.unplaced.iter().map(|unplaced| NotAnalysed {
        path: unplaced.root.clone(),
        span: None,
        what: "not placed",
        detail: unplaced.why.clone(),
    });
    let left_out = evaluated.iter().flat_map(|evaluated| not_rendered(snapshot, evaluated));
    let values = values.iter().map(|gap| of_gap(snapshot, gap));
    let submodules = snapshot.submodules().iter().map(|path| NotAnalysed {
        path: path.clone(),
        span: None,
        what: "submodule",
        detail: "its files belong to another repository".to_owned(),
    });
    let unnamed = snapshot.unnamed().map(|path| NotAnalysed {
        path: path.clone(),
        span: None,
        what: "file name",
        detail: "the name is not UTF-8".to_owned(),
    });
    let mixed = evaluated.iter().filter_map(|it| kinds_differ(layout, it));
    let gaps = unplaced.chain(submodules).chain(unnamed).chain(left_out).chain(values);
    gaps.chain(mixed).collect()
}

/// Says of the first overlay of a unit that it cannot be compared with all others.
fn kinds_differ(layout: &Layout, evaluated: &Evaluated<'_>) -> Option<NotAnalysed> {
    let (unit, overlay) = (evaluated.unit, evaluated.overlay);
    let other = unit.overlays.iter().find(|other| !other.kind.answers(overlay.kind))?;
    let first = unit.overlays.first().is_some_and(|first| std::ptr::eq(first, overlay));
    let said =
        |overlay: &Overlay| format!("{} in {}", overlay.kind.name(), layout.name_of(overlay));
    first.then(|| NotAnalysed {
        path: overlay.root.clone(),
        span: None,
        what: "kinds differ",
        detail: format!(
            "unit {} is {} and {}: it cannot be compared as a whole",
            unit.name,
            said(overlay),
            said(other)
        ),
    })
}

/// Says of a release that what it makes cannot be compared with the objects that another environment
/// has in its place.
fn charted(
    snapshot: &Snapshot,
    layout: &Layout,
    evaluated: &[Evaluated<'_>],
    released: &Released,
) -> NotAnalysed {
    let name =
        |at: usize| evaluated.get(at).map(|it| layout.name_of(it.overlay)).unwrap_or_default();
    NotAnalysed {
        path: snapshot.path(released.span.file).clone(),
        span: Some(released.span),
        what: "kinds differ",
        detail: format!(
            "{} in {} stands for objects of their own in {}: they cannot be compared",
            released.release,
            name(released.overlay),
            name(released.other)
        ),
    }
}

/// What the renderer had to leave out of an overlay.
pub fn not_rendered(snapshot: &Snapshot, evaluated: &Evaluated<'_>) -> Vec<NotAnalysed> {
    let gaps = evaluated.output().into_iter().flat_map(|rendered| &rendered.gaps);
    let values = evaluated.output().into_iter().flat_map(|rendered| &rendered.unknown_values);
    let values = values.map(|unknown| NotAnalysed {
        path: snapshot.path(unknown.span.file).clone(),
        span: Some(unknown.span),
        what: "values",
        detail: unknown.source.clone(),
    });
    gaps.map(|gap| of_gap(snapshot, gap)).chain(values).collect()
}

fn of_gap(snapshot: &Snapshot, gap: &Gap) -> NotAnalysed {
    NotAnalysed {
        path: snapshot.path(gap.span.file).clone(),
        span: Some(gap.span),
        what: gap.what,
        detail: gap.detail.clone(),
    }
}

impl Checked {
    /// Keeps what has to do with one of the paths, if there are any.
    pub fn restrict(&mut self, snapshot: &Snapshot, paths: &[RepoPath]) {
        if paths.is_empty() {
            return;
        }
        let inside = |path: &RepoPath| paths.iter().any(|wanted| path.is_in(wanted));
        let concerns = |finding: &Finding| {
            finding.labels.iter().any(|label| inside(snapshot.path(label.span.file)))
        };
        self.outcome.reported.retain(concerns);
        self.outcome.excepted.retain(|entry| concerns(&entry.finding));
        // What is said of the root is said of everything.
        self.outcome.not_analysed.retain(|entry| entry.path.is_root() || inside(&entry.path));
        self.files.retain(|&file| inside(snapshot.path(file)));
        self.roots.retain(|root| inside(root));
    }

    /// Keeps what is at least as important as `least`.
    pub fn keep_from(&mut self, least: Level) {
        self.outcome.reported.retain(|finding| finding.level >= least);
        self.outcome.excepted.retain(|entry| entry.finding.level >= least);
    }

    /// Adds to every finding who last changed its line.
    pub fn blame(&mut self, snapshot: &Snapshot, history: &History, config: &Config) {
        let outcome = &mut self.outcome;
        let excepted = outcome.excepted.iter_mut().map(|entry| &mut entry.finding);
        let findings = outcome.reported.iter_mut().chain(excepted);
        outcome.not_analysed.extend(history::blame(history, snapshot, &config.history, findings));
        outcome.not_analysed.sort();
    }

    /// Whether there was nothing at all to look at.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.roots.is_empty()
    }
}
