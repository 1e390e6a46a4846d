//! Whether an exception covers a finding.

use crate::config::Exception;
use crate::finding::Finding;
use crate::layout::Layout;
use crate::source::Snapshot;

/// Whether the exception covers the finding, whatever the day.
pub fn covers(
    exception: &Exception,
    finding: &Finding,
    layout: &Layout,
    snapshot: &Snapshot,
) -> bool {
    let subject = &finding.subject;
    exception.rules.iter().any(|(rule, _)| rule == finding.rule)
        && exception.is_at(snapshot.path(finding.primary().file).as_str(), finding.primary())
        && exception.is_about(&subject.suppressions)
        && exception
            .unit
            .as_ref()
            .is_none_or(|glob| subject.unit.as_ref().is_some_and(|unit| glob.matches(unit)))
        && (exception.environments.is_empty()
            || subject.environment.as_ref().is_some_and(|environment| {
                let mut words = exception.environments.iter();
                words.any(|word| means(layout, word, environment))
            }))
        && exception.resource.as_ref().is_none_or(|glob| {
            subject.resource.as_ref().is_some_and(|id| {
                let by_kind = format!("{}/{}", id.gvk.kind, id.name);
                glob.matches(&id.name) || glob.matches(&by_kind)
            })
        })
        && exception
            .path
            .as_ref()
            .is_none_or(|pattern| subject.path.as_ref().is_some_and(|p| pattern.matches_text(p)))
}

/// Whether the word is the environment's name or one of its other names.
fn means(layout: &Layout, word: &str, environment: &str) -> bool {
    word == environment
        || layout.environments.iter().any(|known| {
            known.name == environment && known.aliases.iter().any(|alias| alias == word)
        })
}
