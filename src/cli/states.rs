//! Which states of the repository a check is about: one, or two and what lies between them.

use std::path::Path;
use std::rc::Rc;

use crate::cli::args::CheckArgs;
use crate::cli::error::CliError;
use crate::cli::push::{self, Push};
use crate::cli::rendered::Rendered;
use crate::cli::root::{self, Root};
use crate::history::History;
use crate::source::{GitError, GitRepository, Limits, Snapshot, State};

/// The files to check.
#[derive(Debug)]
pub(super) struct States {
    /// Where they are.
    pub(super) root: Root,
    /// The state that is checked.
    pub(super) after: Snapshot,
    /// The state before the change, and how to call it; `None` for a check of everything.
    pub(super) before: Option<(Snapshot, String)>,
    /// What the user should know about the choice.
    pub(super) note: Option<String>,
    /// Manifests that were rendered elsewhere.
    pub(super) rendered: Rendered,
}

/// What to read, before it is read.
#[derive(Debug)]
pub(super) enum Plan {
    /// The work tree, all of it.
    WorkTree,
    /// A state that git knows, all of it.
    State(Rc<GitRepository>, State),
    /// What lies between two states.
    Change {
        git: Rc<GitRepository>,
        before: State,
        /// The work tree if `None`.
        after: Option<State>,
        /// How to call the state before.
        base: String,
        /// What to say when the two are the same and everything is checked instead; without it
        /// there is then nothing to report.
        whole: Option<&'static str>,
    },
}

/// What is to be checked; several things when several branches are pushed at once, nothing when
/// only branches are deleted.
pub(super) fn plans(args: &CheckArgs) -> Result<Vec<Plan>, CliError> {
    let tree = args.tree.as_deref().filter(|name| *name != "worktree");
    if !args.hook && !args.staged && args.base.is_none() && tree.is_none() {
        return Ok(vec![Plan::WorkTree]);
    }
    let git = Rc::new(GitRepository::open(Path::new("."))?);
    let needs_files = args.staged || args.hook || tree.is_none_or(|name| name == "index");
    if needs_files && git.work_tree().is_none() {
        return Err(GitError::Bare.into());
    }
    if args.hook {
        return hook(&git);
    }
    let after = match tree {
        Some("index") => Some(State::Index),
        Some(name) => Some(State::Commit(git.commit(name)?)),
        None if args.staged => Some(State::Index),
        None => None,
    };
    let plan = match (&args.base, after) {
        (Some(name), after) => {
            let commit = git.commit(name)?;
            let head = match after {
                Some(State::Commit(head)) => Some(head),
                _ => git.head()?,
            };
            let fork = match head {
                Some(head) => git.merge_base(commit, head)?,
                None => None,
            };
            let Some(fork) = fork else {
                let head = tree.unwrap_or("HEAD").to_owned();
                return Err(GitError::NoMergeBase { base: name.clone(), head }.into());
            };
            let base = if fork == commit {
                name.clone()
            } else {
                format!("{:.10}, where {name} parts", fork.to_string())
            };
            Plan::Change { git, before: State::Commit(fork), after, base, whole: None }
        }
        (None, _) if args.staged => staged(&git)?,
        (None, Some(state)) => Plan::State(git, state),
        (None, None) => Plan::WorkTree,
    };
    Ok(vec![plan])
}

/// The index against the last commit.
fn staged(git: &Rc<GitRepository>) -> Result<Plan, CliError> {
    let (before, base) = match git.head()? {
        Some(head) => (State::Commit(head), "HEAD"),
        None => (State::Empty, "an empty repository"),
    };
    let whole = Some("nothing is staged: everything in the index is checked");
    let (git, after, base) = (Rc::clone(git), Some(State::Index), base.to_owned());
    Ok(Plan::Change { git, before, after, base, whole })
}

/// What a hook of pre-commit, prek or git itself is about; docs/integrations/ tells users.
fn hook(git: &Rc<GitRepository>) -> Result<Vec<Plan>, CliError> {
    let range = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let whole = Some("nothing differs: everything is checked");
    if let Some(to) = range("PRE_COMMIT_TO_REF") {
        let after = git.commit(&to)?;
        let Some(from) = range("PRE_COMMIT_FROM_REF") else {
            return Ok(vec![Plan::State(Rc::clone(git), State::Commit(after))]);
        };
        let from = git.commit(&from)?;
        let before = git.merge_base(from, after)?.unwrap_or(from);
        let base = format!("{:.10}", before.to_string());
        let (before, after) = (State::Commit(before), Some(State::Commit(after)));
        let git = Rc::clone(git);
        return Ok(vec![Plan::Change { git, before, after, base, whole }]);
    }
    let Some(pushes) = push::announced() else { return Ok(vec![staged(git)?]) };
    let mut plans = Vec::new();
    for Push { local, remote } in pushes {
        let after = git.commit(&local)?;
        // A new branch is compared with where it parts from the branch that everybody shares.
        let known = match &remote {
            Some(remote) => git.commit(remote).ok(),
            None => git.remote_default(),
        };
        let before = match known {
            Some(known) => git.merge_base(known, after)?.or(remote.is_some().then_some(known)),
            None => None,
        };
        plans.push(match before {
            Some(before) => Plan::Change {
                git: Rc::clone(git),
                before: State::Commit(before),
                after: Some(State::Commit(after)),
                base: format!("{:.10}", before.to_string()),
                whole,
            },
            None => Plan::State(Rc::clone(git), State::Commit(after)),
        });
    }
    Ok(plans)
}

impl Plan {
    /// The past of what is checked.
    pub(super) fn history(&self, root: &Root) -> History {
        let history = History::open(&root.directory);
        match self {
            Self::State(_, State::Commit(newest))
            | Self::Change { after: Some(State::Commit(newest)), .. } => history.at(*newest),
            Self::State(_, State::Index | State::Empty) | Self::WorkTree | Self::Change { .. } => {
                history
            }
        }
    }

    /// The trailers in the messages of a change's commits: key and value.
    pub(super) fn trailers(&self, history: &History) -> Vec<(String, String)> {
        match self {
            Self::Change { before: State::Commit(from), .. } => history.trailers_since(Some(*from)),
            Self::Change { .. } | Self::WorkTree | Self::State(..) => Vec::new(),
        }
    }

    /// Lists the files.
    pub(super) fn open(&self, args: &CheckArgs) -> Result<States, CliError> {
        let configured = args.config.is_some();
        let limits = Limits::default();
        match self {
            Self::WorkTree => {
                let root = Root::find(&args.paths, configured)?;
                let note = (!root.in_git).then(|| {
                    let directory = root.directory.display();
                    format!("not a git repository: checking the files below {directory}")
                });
                let rendered = Rendered::find(&args.rendered, &root)?;
                let after = rendered.open(&root)?;
                Ok(States { root, after, before: None, note, rendered })
            }
            Self::State(git, state) => {
                let (root, prefix) = root::in_git(git, &args.paths, Some(*state), configured)?;
                let after = git.snapshot(*state, &prefix, limits)?;
                let rendered = Rendered::default();
                Ok(States { root, after, before: None, note: None, rendered })
            }
            Self::Change { git, before, after, base, whole } => {
                let (root, prefix) = root::in_git(git, &args.paths, *after, configured)?;
                let (old, new) = git.pair(*before, *after, &prefix, limits)?;
                let same = match after {
                    // A submodule or a mode that changes is a change, if none of what is read.
                    Some(after) if whole.is_some() && new.changes(&old).is_empty() => {
                        git.same(*before, *after)?
                    }
                    _ => false,
                };
                let note = whole.filter(|_| same).map(str::to_owned);
                let before = note.is_none().then(|| (old, base.clone()));
                let rendered = Rendered::default();
                Ok(States { root, after: new, before, note, rendered })
            }
        }
    }
}
