//! What a change does: both states are checked, and what only the new one has is reported.
//!
//! Most changes touch few units. Those are looked at first, and alone, before and after: a look that
//! knows less than a whole check, so what is new in it is only a suspicion. Without one there is
//! nothing to report; with one the new state is checked as a whole, then the old one, and only what
//! both confirm is reported.

mod focus;
mod names;
mod news;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::baseline::{self, Baseline};
use crate::change::news::Said;
use crate::check::{self, Checked, Job, Part};
use crate::compare::Effects;
use crate::config::Config;
use crate::exceptions::{Excepted, Outcome};
use crate::finding::{Finding, Level, NotAnalysed};
use crate::history::History;
use crate::layout::{self, Layout};
use crate::policy::{self, Policy};
use crate::rules::{Change, Focus, Touched};
use crate::syntax::Store;
use crate::text::RepoPath;

/// One state of the repository, read and configured.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its files.
    pub store: &'a Store<'a>,
    /// Its configuration.
    pub config: &'a Config,
    /// The rules that its configuration wants.
    pub policy: &'a Policy,
    /// What its baseline knows.
    pub baseline: Option<&'a Baseline>,
}

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The trailers in the messages of the change's commits: key and value.
    pub trailers: &'a [(String, String)],
    /// The day for dates of exceptions.
    pub today: Date,
    /// Findings below this level do not count.
    pub least: Level,
    /// Whether the outcome of the whole new state is wanted as well.
    pub whole: bool,
    /// Whether it is asked what the change does to what runs.
    pub effects: bool,
}

/// What a change does.
#[derive(Debug)]
pub struct Changed {
    /// The new state; its outcome is what the change brings.
    pub checked: Checked,
    /// The findings that the change ends; their places are in the old state.
    pub resolved: Vec<Finding>,
    /// How many findings were there before and stay, among what was looked at.
    pub known: usize,
    /// The files and links that differ.
    pub paths: BTreeSet<RepoPath>,
    /// What it does to what runs, where that is asked.
    pub effects: Option<Effects>,
    /// The outcome of the whole new state, where it is wanted.
    pub whole: Option<Outcome>,
}

/// Works out what the change from `before` to `after` brings and ends.
pub fn between(before: Side<'_>, after: Side<'_>, terms: Terms<'_>) -> Changed {
    let paths = after.store.snapshot().changes(before.store.snapshot());
    let general = focus::is_general(before, after, &paths);
    if !general && !terms.whole && focus::is_idle(before, after, &paths) {
        let checked = Checked::default();
        let effects = terms.effects.then(Effects::default);
        return Changed { checked, resolved: Vec::new(), known: 0, paths, effects, whole: None };
    }
    let alike = !general && layout::are_alike(before.store, after.store, &paths);
    let (old, new) = rayon::join(
        || (!alike).then(|| check::layout(before.store, before.config)),
        || check::layout(after.store, after.config),
    );
    // Which files the generators of Argo CD read is known only now.
    let read = alike && paths.iter().any(|path| new.parameter_files.contains(path));
    let old = if read { Some(check::layout(before.store, before.config)) } else { old };
    let layouts = Layouts { before: old, after: new };
    let focus =
        if general { Focus::Everything } else { focus::of(before, after, &layouts, &paths) };
    let touched = Touched::Paths(paths.iter().cloned().collect());
    let untouched = Touched::Paths(Vec::new());
    // Only time makes a promotion stale, never a change.
    let history = History::off();
    let check = |side: Side<'_>, layout: &Layout, focus: &Focus, part: Part<'_>| {
        let Side { store, config, policy, baseline } = side;
        // What an ended exception covers is touched by the new state only.
        let touched = if matches!(part, Part::After { .. }) { &touched } else { &untouched };
        let (today, history) = (terms.today, &history);
        let job = Job { store, config, policy, layout, today, touched, focus, history, part };
        let mut checked = check::check(job);
        checked.keep_from(terms.least);
        if let Some(baseline) = baseline {
            let run = baseline::Run { today, policy, failed: &checked.failed, whole: false };
            baseline.apply(&mut checked.outcome.reported, run);
        }
        checked
    };
    let mut old = check(before, layouts.before(), &focus, Part::Before);
    let past = std::mem::take(&mut old.past);
    let change = Change { past, trailers: terms.trailers.to_vec() };
    let new = |focus: &Focus, effects: bool| {
        check(after, &layouts.after, focus, Part::After { change: &change, effects })
    };
    let rules_move = focus::moves_rules(before, after, &paths);
    let brought = new(&focus, terms.effects);
    // An agent that is gone may be missing anywhere in its environment.
    let uncovered = focus != Focus::Everything && old.cover != brought.cover;
    let look = Look { before: old, after: brought, rules_move, uncovered };
    let quiet = look.brought().is_empty() && !uncovered;
    let decided = focus == Focus::Everything || (quiet && !terms.whole);
    let whole = (!decided).then(|| new(&Focus::Everything, false));
    let old = || check(before, layouts.before(), &Focus::Everything, Part::None);
    look.into_changed(whole, old, &layouts, paths, terms.whole)
}

/// The units and environments of both states.
struct Layouts {
    /// `None` where it is that of the state after.
    before: Option<Layout>,
    after: Layout,
}

impl Layouts {
    fn before(&self) -> &Layout {
        self.before.as_ref().unwrap_or(&self.after)
    }
}

/// Both states as one look saw them.
struct Look {
    before: Checked,
    after: Checked,
    /// Whether the change moves what the findings are judged by.
    rules_move: bool,
    /// Whether what covers whole environments moves, so that units which were not looked at are concerned.
    uncovered: bool,
}

impl Look {
    /// What is only said of the new state, or louder.
    fn brought(&self) -> BTreeSet<String> {
        let said = |checked: &Checked| Said::of(&checked.outcome.reported);
        said(&self.after).beyond(&said(&self.before))
    }

    /// What the change does; `whole` decides where it is there, and the look itself where not. What
    /// is left then is held against the whole `old` state too.
    fn into_changed(
        self,
        whole: Option<Checked>,
        old: impl FnOnce() -> Checked,
        layouts: &Layouts,
        paths: BTreeSet<RepoPath>,
        wanted: bool,
    ) -> Changed {
        let mut new = self.brought();
        let Self { before, after: mut checked, rules_move, uncovered } = self;
        let effects = checked.effects.take();
        let suspected = whole.is_some();
        let now = Said::of(&checked.outcome.reported);
        let whole = match whole {
            Some(whole) => {
                checked.outcome.reported.clone_from(&whole.outcome.reported);
                checked.counts = whole.counts;
                Some(whole.outcome)
            }
            None => wanted.then(|| checked.outcome.clone()),
        };
        let outcome = &mut checked.outcome;
        let all = outcome.reported.len();
        outcome.reported.retain(|finding| uncovered || !finding.parts().is_disjoint(&new));
        if suspected && !outcome.reported.is_empty() {
            let old = Said::of(&old().outcome.reported);
            outcome.reported.retain(|finding| !old.knows(finding));
            let lacks = outcome.reported.iter().flat_map(|finding| old.lacks(finding)).collect();
            new = new.intersection(&lacks).cloned().collect();
        }
        let excepted = Said::of(&findings(&outcome.excepted));
        let mut resolved = before.outcome.reported;
        // What is not looked for any more, cannot be rendered or is not there is not mended.
        resolved.retain(|finding| {
            let unit = finding.subject.unit.as_ref();
            now.is_silent_about(finding) && unit.is_none_or(|unit| !checked.failed.contains(unit))
        });
        if let Some(old) = &layouts.before {
            news::leave_renamed(&mut outcome.reported, &mut resolved, old, &layouts.after);
        }
        resolved.retain(|finding| {
            !rules_move
                && excepted.is_silent_about(finding)
                && news::is_still_there(finding, &layouts.after)
        });
        let known = all - outcome.reported.len();
        let told = std::mem::take(&mut outcome.reported).into_iter();
        outcome.reported = told.flat_map(|finding| finding.narrowed(&new)).collect();
        policy::sort(&mut outcome.reported);
        policy::leave_to_rules_of_changes(&mut outcome.reported);
        let old = Said::of(&findings(&before.outcome.excepted));
        outcome.excepted.retain(|entry| !old.knows(&entry.finding));
        let old: BTreeSet<_> = before.outcome.not_analysed.iter().map(gap).collect();
        outcome.not_analysed.retain(|entry| !old.contains(&gap(entry)));
        Changed { checked, resolved, known, paths, effects, whole }
    }
}

fn findings(excepted: &[Excepted]) -> Vec<Finding> {
    excepted.iter().map(|entry| entry.finding.clone()).collect()
}

/// What tells one gap from another, wherever it stands.
fn gap(entry: &NotAnalysed) -> (&RepoPath, &str, &str) {
    (&entry.path, entry.what, &entry.detail)
}
