//! The charts of the repository, each read once, whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::render::helm::chart::{self, CHART_FILE, Chart};
use crate::render::helm::reads::Mentions;
use crate::render::helm::told::{self, Release};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::RepoPath;

/// The directory of the charts that a chart brings along.
const BROUGHT: &str = "charts";

/// The charts of a repository by their directories.
#[derive(Debug, Default)]
pub struct Charts {
    all: BTreeMap<RepoPath, Slot>,
    releases: OnceLock<Vec<Release>>,
}

#[derive(Debug, Default)]
struct Slot {
    chart: OnceLock<Option<Arc<Chart>>>,
    mentions: OnceLock<Mentions>,
    /// Another chart brings it along.
    brought: bool,
}

impl Charts {
    /// Where the charts are; none is read yet.
    pub fn of(snapshot: &Snapshot) -> Self {
        let files = snapshot.files().filter(|(_, path)| path.file_name() == CHART_FILE);
        let mut all: BTreeMap<_, _> =
            files.filter_map(|(_, path)| Some((path.parent()?, Slot::default()))).collect();
        let brought: Vec<RepoPath> = all
            .keys()
            .filter(|root| {
                let holder = root.parent().filter(|holder| holder.file_name() == BROUGHT);
                holder.and_then(|holder| all.get(&holder.parent()?)).is_some()
            })
            .cloned()
            .collect();
        for root in brought {
            if let Some(slot) = all.get_mut(&root) {
                slot.brought = true;
            }
        }
        Self { all, releases: OnceLock::new() }
    }

    /// Whether a directory is a chart.
    pub(super) fn has(&self, root: &RepoPath) -> bool {
        self.all.contains_key(root)
    }

    /// The chart in a directory.
    pub(super) fn get(&self, store: &Store<'_>, root: &RepoPath) -> Option<&Arc<Chart>> {
        let slot = self.all.get(root)?;
        slot.chart.get_or_init(|| chart::chart(store, root).map(Arc::new)).as_ref()
    }

    /// What the templates of the chart in a directory mention.
    pub(super) fn mentions(&self, snapshot: &Snapshot, root: &RepoPath) -> Option<&Mentions> {
        let slot = self.all.get(root)?;
        Some(slot.mentions.get_or_init(|| Mentions::of(snapshot, root)))
    }

    /// The releases that files of the repository write down.
    pub(super) fn releases(&self, store: &Store<'_>) -> &[Release] {
        self.releases.get_or_init(|| told::releases(store))
    }

    /// The directories of the charts that no other chart brings along.
    pub(super) fn outermost(&self) -> impl Iterator<Item = &RepoPath> {
        self.all.iter().filter(|(_, slot)| !slot.brought).map(|(root, _)| root)
    }
}
