//! The git repository of a directory, if there is one.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use git2::{ErrorCode, Oid, Repository};

use crate::config::HistoryBudget;
use crate::history::question::{Answer, Merges, Question};
use crate::history::trailers;
use crate::history::walk::{self, Start};
use crate::source::Snapshot;

/// The history of a directory's files, as far as git knows it.
pub struct History(State);

enum State {
    Off,
    Unknown(String),
    // A repository may be used by one thread at a time.
    Open(Mutex<Repository>, Place),
}

/// What is looked at.
#[derive(Debug)]
struct Place {
    /// What stands before the paths of the files.
    prefix: String,
    /// The newest commit; the current one if `None`.
    newest: Option<Oid>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Off => f.write_str("History(off)"),
            State::Unknown(why) => write!(f, "History(unknown: {why})"),
            State::Open(_, place) => write!(f, "History({place:?})"),
        }
    }
}

/// The answers to a list of questions.
#[derive(Debug)]
pub(super) struct Traced {
    /// One for each question.
    pub(super) answers: Vec<Answer>,
    /// Why some are not known, each reason once.
    pub(super) gaps: Vec<String>,
}

impl History {
    /// Nobody asks: nothing is answered, and nothing said about it.
    pub fn off() -> Self {
        Self(State::Off)
    }

    /// The history of the files below `root`, which may be any directory of a work tree.
    ///
    /// `GIT_DIR`, `GIT_WORK_TREE` and the like decide as they do for git, if they are about a work tree
    /// that holds `root`. That there is no repository is not an error: it is said when somebody asks.
    pub fn open(root: &Path) -> Self {
        let Ok(root) = root.canonicalize() else {
            return Self(State::Unknown("there is no such directory".to_owned()));
        };
        let named = std::env::var_os("GIT_DIR").and_then(|_| Repository::open_from_env().ok());
        let holds = |repository: &Repository| prefix(repository, &root).is_some();
        let repository = match named.filter(holds) {
            Some(repository) => Ok(repository),
            None => Repository::discover(&root),
        };
        match repository {
            Ok(repository) => match prefix(&repository, &root) {
                Some(prefix) => {
                    let place = Place { prefix, newest: None };
                    Self(State::Open(Mutex::new(repository), place))
                }
                None => Self(State::Unknown("the git repository has no work tree".to_owned())),
            },
            Err(error) if error.code() == ErrorCode::NotFound => {
                Self(State::Unknown("there is no git repository".to_owned()))
            }
            Err(error) => {
                let why = format!("the git repository cannot be opened: {}", error.message());
                Self(State::Unknown(why))
            }
        }
    }

    /// The same history, as it was when this commit was the newest one.
    #[must_use]
    pub fn at(self, commit: Oid) -> Self {
        match self.0 {
            State::Open(repository, place) => {
                Self(State::Open(repository, Place { newest: Some(commit), ..place }))
            }
            other => Self(other),
        }
    }

    /// The trailers in the messages of the commits that have come since `from`: key and value. None
    /// where they are not known: what nobody can read documents nothing.
    pub fn trailers_since(&self, from: Option<Oid>) -> Vec<(String, String)> {
        let State::Open(repository, place) = &self.0 else { return Vec::new() };
        let repository = repository.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = place.newest.or_else(|| head(&repository).ok().flatten());
        let trailers = newest.map(|newest| trailers::between(&repository, from, newest));
        trailers.and_then(Result::ok).unwrap_or_default()
    }

    /// Whether answers are wanted at all.
    pub fn is_on(&self) -> bool {
        !matches!(self.0, State::Off)
    }

    /// Why nothing can be known, where that is certain.
    pub fn unknown(&self) -> Option<&str> {
        match &self.0 {
            State::Unknown(why) => Some(why),
            State::Off | State::Open(..) => None,
        }
    }

    /// Answers all questions in one walk, the newest commits first.
    pub(super) fn trace(
        &self,
        snapshot: &Snapshot,
        questions: &[Question],
        merges: Merges,
        budget: &HistoryBudget,
    ) -> Traced {
        let unknown = |gaps| Traced { answers: vec![Answer::Unknown; questions.len()], gaps };
        match &self.0 {
            _ if questions.is_empty() => unknown(Vec::new()),
            State::Off => unknown(Vec::new()),
            State::Unknown(why) => unknown(vec![why.clone()]),
            State::Open(repository, Place { prefix, newest }) => {
                let repository = repository.lock().unwrap_or_else(PoisonError::into_inner);
                let newest = newest.map_or_else(|| head(&repository), |newest| Ok(Some(newest)));
                let start = match newest {
                    Ok(commit) => Start { commit, prefix },
                    Err(error) => {
                        let why = format!("the current commit is not known: {}", error.message());
                        return unknown(vec![why]);
                    }
                };
                let (answers, gaps) =
                    walk::walk(&repository, &start, snapshot, questions, merges, budget);
                Traced { answers, gaps }
            }
        }
    }
}

/// The current commit; nothing before the first one.
fn head(repository: &Repository) -> Result<Option<Oid>, git2::Error> {
    match repository.head().and_then(|head| head.peel_to_commit()) {
        Ok(commit) => Ok(Some(commit.id())),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error),
    }
}

/// The path of `root` from the top of the work tree, ending in a slash unless it is the top.
fn prefix(repository: &Repository, root: &Path) -> Option<String> {
    let top = repository.workdir()?.canonicalize().ok()?;
    let below = root.strip_prefix(&top).ok()?;
    let segments: Option<Vec<&str>> =
        below.components().map(|part| part.as_os_str().to_str()).collect();
    let segments = segments?;
    Some(segments.iter().fold(String::new(), |path, segment| format!("{path}{segment}/")))
}
