//! What a difference has to do with observing: agents, scrape targets, alerts, traces, logs.

mod catalogue;
mod cover;
mod parts;
mod retention;
mod signs;
mod split;
mod targets;

pub use catalogue::{Provisions, Shown};
pub use cover::Cover;
pub use signs::{chart, container, of_object, of_path, within};
pub use targets::{has_target, is_monitor, is_target};

pub(crate) use parts::is_threshold;
pub(crate) use retention::{amounts as retention_amounts, is_retention};
pub(crate) use split::split;
pub(crate) use targets::{has_labels, retag, selects};

use crate::compare::classify::Class;
use crate::compare::diff::{Change, RawDifference};
use crate::compare::difference::Topic;
use crate::kube::{ResourceId, Value};

/// Values that switch something off.
const OFF: &[&str] =
    &["false", "off", "no", "none", "never", "0", "disabled", "disable", "always_off"];

/// Whether a value switches off what it belongs to.
pub fn is_off(value: &Value) -> bool {
    let text = value.text().unwrap_or("").trim_matches(['"', '\'']).to_ascii_lowercase();
    OFF.contains(&text.as_str())
}

/// The topic of a difference that is about observing.
pub(crate) fn topic(
    difference: &RawDifference,
    class: Class,
    resource: &ResourceId,
) -> Option<Topic> {
    let gvk = &resource.gvk;
    let steps = difference.path.steps();
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref())?;
    if steps.is_empty() {
        return of_object(gvk, value).map(|shown| shown.topic);
    }
    if let Some(topic) = parts::topic(difference, gvk) {
        return Some(topic);
    }
    if is_retention(gvk, class, steps) {
        return Some(Topic::Retention);
    }
    let switched = match (&difference.here.value, &difference.there.value) {
        (Some(here), Some(there)) => is_off(here) != is_off(there),
        _ => difference.change != Change::Changed,
    };
    if !switched {
        return None;
    }
    parts::switch(gvk, steps).or_else(|| of_path(steps, value).map(|shown| shown.topic))
}
