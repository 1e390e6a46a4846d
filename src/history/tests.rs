use std::path::Path;

use git2::{BlameOptions, Oid, Repository, Signature, Time};

use crate::config::HistoryBudget;
use crate::history::History;
use crate::history::question::{Answer, Follow, Merges, Question};
use crate::source::{Limits, Snapshot};
use crate::text::Span;

const FILES: &[&str] = &["a.yaml", "apps/b.yaml", "apps/orders/c.yaml"];

/// Numbers of chance, the same at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// Every line is written once only, so that there is one right answer.
struct Author {
    chance: Chance,
    written: usize,
    seconds: i64,
}

impl Author {
    fn edit(&mut self, files: &mut [Vec<String>]) {
        let file = self.chance.below(files.len());
        for _ in 0..=self.chance.below(3) {
            self.written += 1;
            let at = self.chance.below(files[file].len());
            let line = format!("line: {}", self.written);
            match self.chance.below(4) {
                0 if files[file].len() > 4 => drop(files[file].remove(at)),
                1 => files[file][at] = line,
                _ => files[file].insert(at, line),
            }
        }
    }

    fn commit(&mut self, repository: &Repository, files: &[Vec<String>], parents: &[Oid]) -> Oid {
        self.seconds += 60;
        for (path, lines) in FILES.iter().zip(files) {
            let path = repository.workdir().unwrap().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, lines.join("\n") + "\n").unwrap();
        }
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = Signature::new("A", "a@nordwerk.example", &Time::new(self.seconds, 0)).unwrap();
        let parents: Vec<_> =
            parents.iter().map(|id| repository.find_commit(*id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let id = repository.commit(None, &who, &who, "x", &tree, &parents).unwrap();
        repository.set_head_detached(id).unwrap();
        id
    }
}

/// Commits of chance; now and then a branch that edits one file while the other side edits another.
fn history(repository: &Repository, seed: u64) {
    let mut author = Author { chance: Chance(seed), written: 0, seconds: 1_780_000_000 };
    let mut files: Vec<Vec<String>> = (0..FILES.len())
        .map(|file| (0..9).map(|line| format!("first: {file}.{line}")).collect())
        .collect();
    let mut head = author.commit(repository, &files, &[]);
    for _ in 0..25 {
        if author.chance.below(4) == 0 {
            let mut branch = files.clone();
            author.edit(&mut branch[..1]);
            let one = author.commit(repository, &branch, &[head]);
            author.edit(&mut branch[..1]);
            let one = author.commit(repository, &branch, &[one]);
            author.edit(&mut files[1..]);
            let other = author.commit(repository, &files, &[head]);
            files[0].clone_from(&branch[0]);
            head = author.commit(repository, &files, &[other, one]);
        } else {
            author.edit(&mut files);
            head = author.commit(repository, &files, &[head]);
        }
    }
}

fn lines(snapshot: &Snapshot) -> Vec<(String, usize, Question)> {
    let mut lines = Vec::new();
    for (file, path) in snapshot.files() {
        let source = snapshot.file(file).unwrap();
        for line in 0..source.text.lines().count() {
            let range = source.lines().line_range(&source.text, line);
            let place = Span::new(file, range.start, range.end);
            let question = Question { place, follow: Follow::Line, until: None };
            lines.push((path.as_str().to_owned(), line, question));
        }
    }
    lines
}

#[test]
fn answers_are_those_of_blame() {
    for seed in 0..6 {
        let directory = tempfile::tempdir().unwrap();
        let repository = Repository::init(directory.path()).unwrap();
        history(&repository, seed);
        let snapshot = Snapshot::from_work_tree(directory.path(), Limits::default()).unwrap();
        let asked = lines(&snapshot);
        let questions: Vec<Question> =
            asked.iter().map(|(.., question)| question.clone()).collect();
        let history = History::open(directory.path());
        for merges in [Merges::Pass, Merges::Arrive] {
            let budget = HistoryBudget::default();
            let traced = history.trace(&snapshot, &questions, merges, &budget);
            assert_eq!(traced.gaps, [] as [&str; 0]);
            for ((path, line, _), answer) in asked.iter().zip(&traced.answers) {
                let mut options = BlameOptions::new();
                options.first_parent(merges == Merges::Arrive);
                let blame = repository.blame_file(Path::new(path), Some(&mut options)).unwrap();
                let expected = blame.get_line(line + 1).unwrap().final_commit_id().to_string();
                let Answer::Commit(found) = answer else { panic!("{path}:{line}: {answer:?}") };
                assert_eq!(found.commit, expected, "{seed} {merges:?} {path}:{line}");
            }
        }
    }
}
