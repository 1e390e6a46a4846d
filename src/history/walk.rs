//! The walk: all questions are carried from commit to commit, until one of them has brought the answer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use git2::{Commit, Delta, Oid, Repository, Tree};
use jiff::civil::Date;

use crate::config::HistoryBudget;
use crate::history::change::{Before, Change, Worded};
use crate::history::question::{Answer, Follow, Merges, Question};
use crate::history::told::{day, introduced};
use crate::history::trees::{Differing, differing};
use crate::source::Snapshot;
use crate::text::Span;

/// Most changes of files that are looked into.
const CHANGES: usize = 20_000;
/// Most bytes of files that are looked into.
const BYTES: usize = 512 << 20;
/// Larger files are not looked into.
const LARGEST: usize = 16 << 20;

/// Where a walk begins.
pub(super) struct Start<'p> {
    /// The newest commit; nothing before the first one.
    pub(super) commit: Option<Oid>,
    /// What stands before the snapshot's paths in the repository.
    pub(super) prefix: &'p str,
}

/// A question on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Track {
    /// The path at this commit, as [`Walk::paths`] counts.
    path: usize,
    /// The line at this commit; nothing for a whole file.
    line: Option<usize>,
    question: usize,
}

/// Why an answer cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Shallow,
    Missing,
    Commits,
    Changes,
    Size,
    Submodule,
}

struct Walk<'w> {
    repository: &'w Repository,
    questions: &'w [Question],
    /// The values that questions follow.
    worded: Vec<Option<Worded>>,
    merges: Merges,
    paths: Vec<String>,
    queue: BTreeMap<(Reverse<i64>, Oid), Vec<Track>>,
    answers: Vec<Option<Answer>>,
    cuts: BTreeSet<Cut>,
    commits: usize,
    changes: usize,
    bytes: usize,
}

/// Answers the questions, and says why some have no answer.
pub(super) fn walk(
    repository: &Repository,
    start: &Start<'_>,
    snapshot: &Snapshot,
    questions: &[Question],
    merges: Merges,
    budget: &HistoryBudget,
) -> (Vec<Answer>, Vec<String>) {
    let mut walk = Walk {
        repository,
        questions,
        worded: vec![None; questions.len()],
        merges,
        paths: Vec::new(),
        queue: BTreeMap::new(),
        answers: vec![None; questions.len()],
        cuts: BTreeSet::new(),
        commits: budget.commits as usize,
        changes: CHANGES,
        bytes: BYTES,
    };
    let tracks = walk.set_out(snapshot, start.prefix);
    walk.leave_work_tree(start.commit, snapshot, tracks);
    while let Some(((_, id), tracks)) = walk.queue.pop_first() {
        walk.visit(id, tracks);
    }
    let reasons = walk.cuts.iter().map(|cut| cut.in_words(budget)).collect();
    let answers = walk.answers.into_iter().map(|answer| answer.unwrap_or(Answer::Unknown));
    (answers.collect(), reasons)
}

impl Cut {
    fn in_words(self, budget: &HistoryBudget) -> String {
        match self {
            Self::Shallow => {
                "the clone is shallow: fetch the whole history (`git fetch --unshallow`, in CI a \
                 fetch depth of 0)"
                    .to_owned()
            }
            Self::Missing => "objects of the history are missing: the clone is partial".to_owned(),
            Self::Commits => format!(
                "only {} commits are looked at (`commits` of `[history]` in the configuration)",
                budget.commits
            ),
            Self::Changes => "too many changes of too many files".to_owned(),
            Self::Size => format!("a file of the history has more than {LARGEST} bytes"),
            Self::Submodule => "files of a submodule have a history of their own".to_owned(),
        }
    }
}

impl Walk<'_> {
    /// Makes a track of every question, in the order of paths.
    fn set_out(&mut self, snapshot: &Snapshot, prefix: &str) -> Vec<Track> {
        let mut tracks = Vec::new();
        let mut known: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, question) in self.questions.iter().enumerate() {
            let file = question.place.file;
            let Ok(source) = snapshot.file(file) else { continue };
            let path = *known.entry(file.index()).or_insert_with(|| {
                self.paths.push(format!("{prefix}{}", snapshot.path(file).as_str()));
                self.paths.len() - 1
            });
            let whole = question.place == Span::file_start(file);
            let mut offset = question.place.start;
            if let Follow::Value(value) = &question.follow {
                let inside = snapshot.slice(question.place).find(value).unwrap_or(0);
                offset = offset.saturating_add(u32::try_from(inside).unwrap_or(0));
                let line = source.lines().line_of(offset);
                let range = source.lines().line_range(&source.text, line);
                let from = (offset as usize).saturating_sub(range.start);
                let text = source.text.get(range).unwrap_or("");
                self.worded[at] = Some(Worded::new(text, from, value));
            }
            let line = (!whole).then(|| source.lines().line_of(offset));
            tracks.push(Track { path, line, question: at });
        }
        tracks.sort_unstable();
        tracks
    }

    /// From the files as they are to the newest commit.
    fn leave_work_tree(&mut self, commit: Option<Oid>, snapshot: &Snapshot, tracks: Vec<Track>) {
        let Some(id) = commit else {
            return self.answer(&tracks, &Answer::Uncommitted);
        };
        let found = self.repository.find_commit(id).and_then(|commit| {
            let tree = commit.tree()?;
            let paths = self.paths_of(&tracks);
            let files = differing(self.repository, Some(&tree), None, &paths)?;
            Ok((commit.time().seconds(), tree, files))
        });
        let Ok((seconds, tree, files)) = found else {
            return self.cut(&tracks, Cut::Missing, None);
        };
        let mut rest = tracks;
        let mut passed = Vec::new();
        for file in files {
            let (own, others) = rest.into_iter().partition::<Vec<_>, _>(|t| t.path == file.path);
            rest = others;
            let Some(place) = own.first().and_then(|track| self.questions.get(track.question))
            else {
                continue;
            };
            let Ok(now) = snapshot.bytes(place.place.file) else { continue };
            if file.here.is_none() && self.is_in_submodule(&tree, file.path) {
                self.cut(&own, Cut::Submodule, None);
                continue;
            }
            let Some(before) = file.here else {
                self.answer(&own, &Answer::Uncommitted);
                continue;
            };
            match self.text(before).and_then(|before| self.back(&before, now, &own)) {
                Ok((old, new)) => {
                    self.answer(&new, &Answer::Uncommitted);
                    passed.extend(old);
                }
                Err(cut) => self.cut(&own, cut, None),
            }
        }
        // What the search does not name is not there.
        self.answer(&rest, &Answer::Uncommitted);
        passed.sort_unstable();
        self.send(seconds, id, passed);
    }

    fn is_in_submodule(&self, tree: &Tree<'_>, path: usize) -> bool {
        let path = self.paths.get(path).map_or("", String::as_str);
        path.match_indices('/').any(|(end, _)| {
            let directory = std::path::Path::new(path.get(..end).unwrap_or(""));
            tree.get_path(directory)
                .is_ok_and(|entry| entry.kind() == Some(git2::ObjectType::Commit))
        })
    }

    /// The distinct paths of tracks, sorted.
    fn paths_of(&self, tracks: &[Track]) -> Vec<(&str, usize)> {
        let mut at: Vec<usize> = tracks.iter().map(|track| track.path).collect();
        at.dedup();
        let mut paths: Vec<(&str, usize)> =
            at.into_iter().filter_map(|at| Some((self.paths.get(at)?.as_str(), at))).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    fn answer(&mut self, tracks: &[Track], answer: &Answer) {
        for track in tracks {
            if let Some(place) = self.answers.get_mut(track.question) {
                *place = Some(answer.clone());
            }
        }
    }

    /// The history ends here for these tracks, which a commit of `seen` has.
    fn cut(&mut self, tracks: &[Track], cut: Cut, seen: Option<Date>) {
        if !tracks.is_empty() {
            self.cuts.insert(cut);
            let answer = seen.map_or(Answer::Unknown, Answer::Since);
            self.answer(tracks, &answer);
        }
    }

    fn send(&mut self, seconds: i64, id: Oid, tracks: Vec<Track>) {
        if !tracks.is_empty() {
            let waiting = self.queue.entry((Reverse(seconds), id)).or_default();
            let merged = !waiting.is_empty();
            waiting.extend(tracks);
            if merged {
                waiting.sort_unstable();
            }
        }
    }

    /// Moves the tracks that a commit has to its parents, and answers those that it brought.
    fn visit(&mut self, id: Oid, mut tracks: Vec<Track>) {
        let decided = |answers: &[Option<Answer>], track: &Track| {
            let until = self.questions.get(track.question).and_then(|question| question.until);
            until.is_some_and(|until| answers.get(until).is_some_and(Option::is_some))
        };
        let (needless, wanted): (Vec<_>, Vec<_>) =
            tracks.into_iter().partition(|track| decided(&self.answers, track));
        self.answer(&needless, &Answer::Earlier);
        tracks = wanted;
        if tracks.is_empty() {
            return;
        }
        let Ok(commit) = self.repository.find_commit(id) else {
            return self.cut(&tracks, Cut::Missing, None);
        };
        let seen = day(commit.time());
        if self.commits == 0 {
            return self.cut(&tracks, Cut::Commits, seen);
        }
        self.commits -= 1;
        if is_cut_off(&commit) {
            return self.cut(&tracks, Cut::Shallow, seen);
        }
        let mut rest = tracks;
        let parents = match self.merges {
            Merges::Arrive => commit.parent_count().min(1),
            Merges::Pass => commit.parent_count(),
        };
        for parent in 0..parents {
            if rest.is_empty() {
                return;
            }
            match self.pass(&commit, parent, &rest) {
                Ok(new) => rest = new,
                Err(cut) => return self.cut(&rest, cut, seen),
            }
        }
        if !rest.is_empty() {
            self.answer(&rest, &Answer::Commit(introduced(&commit)));
        }
    }

    /// Sends what the parent has to the parent; gives back what it does not have.
    fn pass(
        &mut self,
        commit: &Commit<'_>,
        parent: usize,
        tracks: &[Track],
    ) -> Result<Vec<Track>, Cut> {
        let missing = |_: git2::Error| Cut::Missing;
        let parent = commit.parent(parent).map_err(missing)?;
        let (mut passed, mut new) = (Vec::new(), Vec::new());
        if commit.tree_id() == parent.tree_id() {
            passed.extend_from_slice(tracks);
        } else {
            let (here, there) = (commit.tree().map_err(missing)?, parent.tree().map_err(missing)?);
            let paths = self.paths_of(tracks);
            let mut changed =
                differing(self.repository, Some(&here), Some(&there), &paths).map_err(missing)?;
            changed.sort_unstable_by_key(|file| file.path);
            let is_changed = |track: &&Track| {
                changed.binary_search_by_key(&track.path, |file| file.path).is_ok()
            };
            passed.extend(tracks.iter().filter(|track| !is_changed(track)));
            let mut moves = None;
            for file in changed {
                let own: Vec<Track> =
                    tracks.iter().filter(|track| track.path == file.path).copied().collect();
                let (old, brought) = self.file(file, &own, (&here, &there), &mut moves)?;
                passed.extend(old);
                new.extend(brought);
            }
            passed.sort_unstable();
        }
        self.send(parent.time().seconds(), parent.id(), passed);
        Ok(new)
    }

    /// The tracks of a file that changed: those that the parent has, and those that it does not have.
    fn file(
        &mut self,
        file: Differing,
        tracks: &[Track],
        (here, there): (&Tree<'_>, &Tree<'_>),
        moves: &mut Option<BTreeMap<Oid, String>>,
    ) -> Result<(Vec<Track>, Vec<Track>), Cut> {
        let Some(after) = file.here else { return Ok((Vec::new(), tracks.to_vec())) };
        let Some(before) = file.there else {
            if moves.is_none() {
                *moves = Some(self.removed(here, there)?);
            }
            let Some(path) = moves.as_ref().and_then(|moves| moves.get(&after)) else {
                return Ok((Vec::new(), tracks.to_vec()));
            };
            self.paths.push(path.clone());
            let path = self.paths.len() - 1;
            return Ok((tracks.iter().map(|track| Track { path, ..*track }).collect(), Vec::new()));
        };
        let (before, after) = (self.text(before)?, self.text(after)?);
        self.back(&before, &after, tracks)
    }

    /// Files that the parent has and the commit does not: by content, the first path of each.
    fn removed(&mut self, here: &Tree<'_>, there: &Tree<'_>) -> Result<BTreeMap<Oid, String>, Cut> {
        self.spend(0)?;
        let diff = self.repository.diff_tree_to_tree(Some(there), Some(here), None);
        let diff = diff.map_err(|_gone| Cut::Missing)?;
        let mut removed = BTreeMap::new();
        for delta in diff.deltas().filter(|delta| delta.status() == Delta::Deleted) {
            let file = delta.old_file();
            if let Some(path) = file.path_bytes().and_then(|path| std::str::from_utf8(path).ok()) {
                removed.entry(file.id()).or_insert_with(|| path.to_owned());
            }
        }
        Ok(removed)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Cut> {
        if bytes > LARGEST {
            return Err(Cut::Size);
        }
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Cut::Changes)?;
        self.changes = self.changes.checked_sub(1).ok_or(Cut::Changes)?;
        Ok(())
    }

    fn text(&mut self, id: Oid) -> Result<Vec<u8>, Cut> {
        let missing = |_: git2::Error| Cut::Missing;
        let store = self.repository.odb().map_err(missing)?;
        let (size, _) = store.read_header(id).map_err(missing)?;
        self.spend(size)?;
        Ok(store.read(id).map_err(missing)?.data().to_vec())
    }

    /// Where tracks stood in the text before: those that did, and those that are new.
    fn back(
        &self,
        before: &[u8],
        after: &[u8],
        tracks: &[Track],
    ) -> Result<(Vec<Track>, Vec<Track>), Cut> {
        if before == after {
            return Ok((tracks.to_vec(), Vec::new()));
        }
        let change = Change::between(before, after).map_err(|_failed| Cut::Size)?;
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for track in tracks {
            let line = track.line.and_then(|line| match change.before(line) {
                Before::Line(line) => Some(line),
                Before::InsteadOf(lines) => {
                    self.worded.get(track.question)?.as_ref()?.find(before, lines)
                }
            });
            match line {
                Some(line) => old.push(Track { line: Some(line), ..*track }),
                None => new.push(*track),
            }
        }
        Ok((old, new))
    }
}

/// Whether the commit names parents that the clone does not have.
fn is_cut_off(commit: &Commit<'_>) -> bool {
    let named = commit.raw_header_bytes().split(|byte| *byte == b'\n');
    named.filter(|line| line.starts_with(b"parent ")).count() != commit.parent_count()
}
