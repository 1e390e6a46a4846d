//! Every file parsed once, whoever asks.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::source::Snapshot;
use crate::syntax::comment::Comment;
use crate::syntax::node::Document;
use crate::syntax::notation::Notation;
use crate::syntax::template::Template;
use crate::syntax::{json, yaml};
use crate::text::{FileId, Span};

/// Something that is wrong with the text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// What can be wrong with the text of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// The file cannot be read: too large, not text, or refused.
    #[error("{0}")]
    Unreadable(String),
    /// The text is not YAML.
    #[error("{0}")]
    Syntax(String),
    /// A key stands twice in one map.
    #[error("the key `{key}` stands twice in this map")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first: Span,
    },
}

impl ProblemKind {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "save it as a smaller file of UTF-8 text, or exclude it",
            Self::Syntax(_) => {
                "look here and on the line before for a missing quote, colon, dash or indentation"
            }
            Self::DuplicateKey { .. } => "delete one of the two entries",
        }
    }
}

/// One parsed file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents that parse, in order; those before an error are kept.
    pub documents: Vec<Document>,
    /// The comments, in order.
    pub comments: Vec<Comment>,
    /// What is wrong; empty for a good file.
    pub problems: Vec<Problem>,
    /// What makes the file a template, to be filled in before it can be read.
    pub template: Option<Template>,
}

impl Parsed {
    /// Whether the file could not be read to its end.
    pub fn is_broken(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| !matches!(problem.kind, ProblemKind::DuplicateKey { .. }))
    }
}

/// A file as its name says, see [`Store::named`].
#[derive(Debug)]
pub enum Named<'p> {
    /// What everybody reads.
    Kept(&'p Parsed),
    /// What is read for this question alone.
    Own(Parsed),
}

impl Deref for Named<'_> {
    type Target = Parsed;

    fn deref(&self) -> &Parsed {
        match self {
            Self::Kept(parsed) => parsed,
            Self::Own(parsed) => parsed,
        }
    }
}

/// Parses files on first use and keeps them.
#[derive(Debug)]
pub struct Store<'s> {
    snapshot: &'s Snapshot,
    trees: Arc<[OnceLock<Parsed>]>,
}

impl<'s> Store<'s> {
    /// A store over all files of the snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let trees = std::iter::repeat_with(OnceLock::new).take(snapshot.ids()).collect();
        Self { snapshot, trees }
    }

    /// A store over another view of the same files: what one of them parses serves both.
    ///
    /// The snapshots must have been made together.
    #[must_use]
    pub fn beside(&self, snapshot: &'s Snapshot) -> Self {
        Self { snapshot, trees: Arc::clone(&self.trees) }
    }

    /// The files themselves.
    pub fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// The file as YAML (JSON is YAML too), or what [`Store::tree`] makes of it.
    pub fn yaml(&self, file: FileId) -> &Parsed {
        self.tree(file)
    }

    /// The file in the notation that its name tells; JSON, and what is called otherwise, as YAML.
    pub fn tree(&self, file: FileId) -> &Parsed {
        self.trees[file.index()].get_or_init(|| match self.snapshot.file(file) {
            // Kustomize reads JSON as YAML.
            Ok(source) => match Notation::of(source.path.file_name()) {
                Some(Notation::Json) | None => yaml::parse(file, &source.text),
                Some(notation) => notation.parse(file, &source.text),
            },
            Err(error) => Parsed {
                problems: vec![Problem {
                    span: Span::file_start(file),
                    kind: ProblemKind::Unreadable(error.to_string()),
                }],
                ..Parsed::default()
            },
        })
    }

    /// The file in the notation that its name tells, as programs read their configuration: JSON may
    /// have comments.
    pub fn named(&self, file: FileId) -> Named<'_> {
        match self.snapshot.file(file) {
            Ok(source)
                if Notation::of(source.path.file_name()) == Some(Notation::Json)
                    && json::strictly(file, &source.text).is_some() =>
            {
                Named::Own(Notation::Json.parse(file, &source.text))
            }
            _ => Named::Kept(self.tree(file)),
        }
    }

    /// Everything that is wrong with the file as what its name says: of a file that is called JSON,
    /// also where it is more than JSON.
    pub fn flaws(&self, file: FileId) -> Vec<Problem> {
        let mut problems = self.tree(file).problems.clone();
        if let Ok(source) = self.snapshot.file(file)
            && source.path.extension() == "json"
            && let Some(problem) = json::strictly(file, &source.text)
        {
            problems.retain(|problem| matches!(problem.kind, ProblemKind::DuplicateKey { .. }));
            problems.push(problem);
        }
        problems
    }

    /// The tree of the file if somebody has asked for it before.
    pub fn parsed(&self, file: FileId) -> Option<&Parsed> {
        self.trees[file.index()].get()
    }
}
