//! How much a difference in observing matters, given the agents that are units of their own.

use crate::compare::agents;
use crate::compare::{Change, Difference};
use crate::finding::Level;
use crate::rules::context::Context;

/// How much a difference can matter: less where the environment has the same agent as a unit of
/// its own, and where it has more than its reference.
pub(super) fn level(cx: &Context<'_>, difference: &Difference) -> Level {
    let cover = &cx.comparison.cover;
    let off = |value: &Option<crate::kube::Value>| value.as_ref().is_some_and(agents::is_off);
    match difference.change {
        Change::OnlyHere => Level::Warning,
        Change::Changed if off(&difference.there.value) && !off(&difference.here.value) => {
            Level::Warning
        }
        Change::Changed => Level::Error,
        Change::OnlyThere => {
            let environment = |at: usize| cx.evaluated[at].overlay.environment;
            let here = environment(difference.here_overlay);
            let there = environment(difference.there_overlay);
            let value = difference.there.value.as_ref();
            let shown = value.and_then(|value| agents::of_path(difference.path.steps(), value));
            match shown {
                Some(shown) if cover.has(here, shown.agent) && !cover.has(there, shown.agent) => {
                    Level::Note
                }
                _ => Level::Error,
            }
        }
    }
}
