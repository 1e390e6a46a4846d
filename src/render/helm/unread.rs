//! Values that an environment sets and that nothing in the chart mentions.

use std::sync::Arc;

use crate::config::{is_slip, nearest};
use crate::kube::{Map, Value};
use crate::render::helm::Helm;
use crate::render::helm::chart::Chart;
use crate::render::helm::reads::{Mentions, Reads};
use crate::syntax::Store;
use crate::text::Span;

/// Keys that helm itself reads.
const OF_HELM: [&str; 2] = ["global", "tags"];
/// How the keys of maps begin that only hold what aliases repeat.
const ANCHORS: [&str; 3] = ["x-", "_", "."];

/// A value that an environment sets and that no template mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its key.
    pub span: Span,
    /// Its path, with dots.
    pub path: String,
    /// The chart that does not read it.
    pub chart: Arc<str>,
    /// A key beside it that is read and that may be meant.
    pub meant: Option<String>,
    /// Whether the chart has a default for it, so that somebody once read it.
    pub has_default: bool,
}

/// The values of a file that nothing in the chart mentions, the outermost keys of each.
///
/// Where that is most of them, they are meant for somebody else, and only what resembles a key that is
/// read is told.
pub(super) fn unread(helm: Helm<'_>, chart: &Chart, told: &Map) -> Vec<Unread> {
    let mentions = helm.charts.mentions(helm.store.snapshot(), &chart.root);
    let mut found = Vec::new();
    // What has neither templates nor charts inside is no chart yet.
    if chart.children.is_empty() && mentions.is_none_or(Mentions::is_empty) {
        return found;
    }
    let mut walk = Walk { helm, found: &mut found };
    walk.chart(chart, told, &[], &mut Vec::new());
    let outer = found.iter().filter(|unread| !unread.path.contains('.')).count();
    if outer * 2 > told.len() {
        let name = |unread: &Unread| unread.path.rsplit('.').next().map(str::to_owned);
        found.retain(|unread| {
            let names = name(unread).zip(unread.meant.as_deref());
            names.is_some_and(|(name, meant)| is_slip(&name, meant))
        });
    }
    found
}

struct Walk<'w> {
    helm: Helm<'w>,
    found: &'w mut Vec<Unread>,
}

/// A chart around the one that is looked at: how many keys lead to its values, and what it reads.
type Level<'r> = (usize, Reads<'r>);

impl<'w> Walk<'w> {
    fn chart(&mut self, chart: &Chart, told: &Map, path: &[String], above: &mut Vec<Level<'w>>) {
        let Helm { store, charts, .. } = self.helm;
        let mentions = |root: &_| charts.mentions(store.snapshot(), root);
        let Some(reads) = Reads::of(chart, &mentions) else { return };
        above.push((path.len(), reads));
        for entry in told {
            if is_aside(store, &entry.key, &entry.value, entry.key_span) {
                continue;
            }
            let own = [path, &[entry.key.to_string()]].concat();
            let child = chart.children.iter().find(|child| child.name == entry.key);
            match child {
                Some(child) => {
                    let whole = above
                        .iter()
                        .any(|(depth, reads)| reads.reads(own.get(*depth..).unwrap_or_default()));
                    if let (false, Some(inner), Some(map)) =
                        (whole, child.chart.as_deref(), entry.value.as_map())
                    {
                        self.chart(inner, map, &own, above);
                    }
                }
                None => self.value(chart, &entry.value, entry.key_span, &own, above),
            }
        }
        above.pop();
    }

    fn value(
        &mut self,
        chart: &Chart,
        value: &Value,
        key: Span,
        path: &[String],
        above: &[Level<'_>],
    ) {
        let from = |depth: usize| path.get(depth..).unwrap_or_default();
        if value.is_null() || above.iter().any(|(depth, reads)| reads.reads(from(*depth))) {
            return;
        }
        if above.iter().any(|(depth, reads)| reads.reads_inside(from(*depth))) {
            for entry in value.as_map().into_iter().flatten() {
                let inner = [path, &[entry.key.to_string()]].concat();
                self.value(chart, &entry.value, entry.key_span, &inner, above);
            }
            return;
        }
        let Some((depth, reads)) = above.last() else { return };
        let own = from(*depth);
        let Some((name, around)) = own.split_last() else { return };
        let mut known = reads.below(around);
        if around.is_empty() {
            known.extend(chart.children.iter().map(|child| &*child.name));
        }
        let mut keys = own.iter();
        let default = keys.try_fold(&chart.values, |value, key| value.get(key));
        self.found.push(Unread {
            span: key,
            path: path.join("."),
            chart: Arc::clone(&chart.name),
            meant: nearest(name, known).map(str::to_owned),
            has_default: default.is_some(),
        });
    }
}

/// Whether a key is no value of the chart: one of helm's own, or a map that aliases repeat.
fn is_aside(store: &Store<'_>, key: &str, value: &Value, span: Span) -> bool {
    let anchored = || {
        let file = store.snapshot().file(span.file).ok();
        let behind = file.and_then(|file| file.text.get(span.end as usize..));
        let behind = behind.and_then(|text| text.trim_start_matches([' ', ':']).chars().next());
        behind == Some('&')
    };
    let empty = value.as_map().is_some_and(Map::is_empty);
    OF_HELM.contains(&key)
        || ANCHORS.iter().any(|start| key.starts_with(start))
        || empty
        || anchored()
}
