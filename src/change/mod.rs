//! What a change does: both states are checked, and what only the new one has is reported.
//!
//! Most changes touch few units. Those are looked at first, and alone, before and after: a look that
//! knows less than a whole check, so what is new in it is only a suspicion. Without one there is
//! nothing to report; with one the new state is checked as a whole, then the old one, and only what
//! both confirm is reported.

mod focus;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::check::{self, Checked, Job, Part};
use crate::compare::Effects;
use crate::config::Config;
use crate::exceptions::Outcome;
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
    let layouts = Layouts { before: old, after: new };
    let focus =
        if general { Focus::Everything } else { focus::of(before, after, &layouts, &paths) };
    let touched = Touched::Paths(paths.iter().cloned().collect());
    // Only time makes a promotion stale, never a change.
    let history = History::off();
    let check = |side: Side<'_>, layout: &Layout, focus: &Focus, part: Part<'_>| {
        let Side { store, config, policy } = side;
        let (today, touched, history) = (terms.today, &touched, &history);
        let job = Job { store, config, policy, layout, today, touched, focus, history, part };
        let mut checked = check::check(job);
        checked.keep_from(terms.least);
        checked
    };
    let mut old = check(before, layouts.before(), &focus, Part::Before);
    let past = std::mem::take(&mut old.past);
    let change = Change { past, trailers: terms.trailers.to_vec() };
    let new = |focus: &Focus, effects: bool| {
        check(after, &layouts.after, focus, Part::After { change: &change, effects })
    };
    let look = Look { before: old, after: new(&focus, terms.effects) };
    let decided = focus == Focus::Everything || (look.brought().is_empty() && !terms.whole);
    let whole = (!decided).then(|| new(&Focus::Everything, false));
    let old = || check(before, layouts.before(), &Focus::Everything, Part::None);
    look.into_changed(whole, old, paths, terms.whole)
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
}

/// Everything that is said of one state, see [`Finding::parts`].
fn parts(checked: &Checked) -> BTreeSet<String> {
    checked.outcome.reported.iter().flat_map(Finding::parts).collect()
}

impl Look {
    /// What is only said of the new state.
    fn brought(&self) -> BTreeSet<String> {
        parts(&self.after).difference(&parts(&self.before)).cloned().collect()
    }

    /// What is only said of the old state.
    fn gone(&self) -> BTreeSet<String> {
        parts(&self.before).difference(&parts(&self.after)).cloned().collect()
    }

    /// What the change does; `whole` decides where it is there, and the look itself where not. What
    /// is left then is held against the whole `old` state too.
    fn into_changed(
        self,
        whole: Option<Checked>,
        old: impl FnOnce() -> Checked,
        paths: BTreeSet<RepoPath>,
        wanted: bool,
    ) -> Changed {
        let (new, gone) = (self.brought(), self.gone());
        let Self { before, after: mut checked } = self;
        let effects = checked.effects.take();
        let suspected = whole.is_some();
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
        outcome.reported.retain(|finding| !finding.parts().is_disjoint(&new));
        if suspected && !outcome.reported.is_empty() {
            let old = parts(&old());
            outcome.reported.retain(|finding| !finding.is_among(&old));
        }
        let known = all - outcome.reported.len();
        policy::leave_to_rules_of_changes(&mut outcome.reported);
        let mut resolved = before.outcome.reported;
        // What cannot be rendered any more is not mended.
        let rendered = |finding: &Finding| {
            finding.subject.unit.as_ref().is_none_or(|unit| !checked.failed.contains(unit))
        };
        resolved.retain(|finding| finding.is_among(&gone) && rendered(finding));
        let old: BTreeSet<_> =
            before.outcome.excepted.iter().map(|entry| entry.finding.fingerprint()).collect();
        outcome.excepted.retain(|entry| !old.contains(&entry.finding.fingerprint()));
        let old: BTreeSet<_> = before.outcome.not_analysed.iter().map(gap).collect();
        outcome.not_analysed.retain(|entry| !old.contains(&gap(entry)));
        Changed { checked, resolved, known, paths, effects, whole }
    }
}

/// What tells one gap from another, wherever it stands.
fn gap(entry: &NotAnalysed) -> (&RepoPath, &str, &str) {
    (&entry.path, entry.what, &entry.detail)
}
