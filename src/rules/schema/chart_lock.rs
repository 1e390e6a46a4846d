//! Locked dependencies of charts.

use crate::finding::{Finding, Level, Role};
use crate::rules::schema::invalid_chart::beside;
use crate::rules::{Context, Findings};
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// What the lock of a chart is called.
const LOCK: &str = "Chart.lock";

/// Reports dependencies that the lock does not have, or has in another version than the one that
/// is asked for. Ranges of versions are not worked out.
pub(super) fn check(
    cx: &Context<'_>,
    chart: &RepoPath,
    description: NodeRef<'_>,
    name: &str,
    findings: &mut Findings,
) {
    let Some(file) = beside(cx, chart, LOCK) else { return };
    let parsed = cx.store.yaml(file);
    let Some(lock) = parsed.documents.first().map(|document| document.root()) else { return };
    if parsed.is_broken() || parsed.template.is_some() || !lock.is_map() {
        return;
    }
    let Some((key, locked)) = lock.entry("dependencies") else { return };
    for dependency in description.get("dependencies").into_iter().flat_map(NodeRef::items) {
        let Some((node, wanted)) = text(dependency, "name") else { continue };
        let same: Vec<_> = locked
            .items()
            .filter(|entry| text(*entry, "name").is_some_and(|(_, name)| name == wanted))
            .collect();
        let versions: Vec<_> = same.iter().filter_map(|entry| text(*entry, "version")).collect();
        let finding = match (versions.first(), text(dependency, "version")) {
            (None, _) if same.is_empty() => {
                let message = format!("`{LOCK}` lacks the dependency `{wanted}`");
                Finding::at(node.span(), message).place(Role::Related, key.span(), "the lock")
            }
            (Some((there, locked)), Some((here, version)))
                if is_exact(version)
                    && !versions.iter().any(|(_, other)| plain(other) == plain(version)) =>
            {
                let message = format!(
                    "`{LOCK}` has `{wanted}` in version `{locked}`, and `{version}` is asked for"
                );
                Finding::at(here.span(), message).place(Role::Related, there.span(), "locked here")
            }
            _ => continue,
        };
        let finding = finding
            .help("run `helm dependency update` and commit both files")
            .known_by(["lock", name, wanted]);
        findings.push_at(findings.level().min(Level::Warning), finding);
    }
}

fn text<'d>(node: NodeRef<'d>, key: &str) -> Option<(NodeRef<'d>, &'d str)> {
    let node = node.get(key)?;
    Some((node, node.text().filter(|text| !text.is_empty())?))
}

/// Whether it is one version and not a range: three numbers and what may follow them.
fn is_exact(version: &str) -> bool {
    let core = plain(version);
    let core = core.split_once('-').map_or(core, |(core, _)| core);
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    core.split('.').count() == 3 && core.split('.').all(number)
}

/// A version without what does not tell it from others.
fn plain(version: &str) -> &str {
    let version = version.trim().trim_start_matches(['=', 'v', ' ']);
    version.split_once('+').map_or(version, |(version, _)| version)
}
