//! Patterns of `CODEOWNERS`: like those of `.gitignore`, with differences.
//!
//! There are no character ranges, and `docs/*` stands for the files of one directory only. GitHub
//! anchors a pattern with a slash inside at the root and lets a name stand for a directory;
//! GitLab does neither.

use crate::text::{RepoPath, wild_match};

/// Whose reading of patterns holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// GitHub's, which Gitea and Forgejo share for common patterns.
    GitHub,
    /// GitLab's.
    GitLab,
}

/// A pattern over paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// Any number of segments.
    Any,
    /// One segment: characters with `*` and `?`.
    Name(Vec<char>),
}

impl Pattern {
    /// Reads a pattern; `None` for what the platform passes over.
    pub(super) fn parse(text: &str, flavour: Flavour) -> Option<Self> {
        let ranged = flavour == Flavour::GitHub && text.contains(['[', ']']);
        let inner = text.strip_suffix('/').unwrap_or(text);
        if inner.is_empty() || ranged || text.starts_with('!') {
            return None;
        }
        let directory = inner.len() < text.len();
        let anchored = match flavour {
            Flavour::GitHub => inner.contains('/'),
            Flavour::GitLab => inner.starts_with('/'),
        };
        let mut segments = Vec::new();
        if !anchored {
            segments.push(Segment::Any);
        }
        for name in inner.split('/').filter(|name| !name.is_empty()) {
            match name {
                "**" => segments.push(Segment::Any),
                name => segments.push(Segment::Name(name.chars().collect())),
            }
        }
        if directory {
            segments.extend([Segment::Any, Segment::Name(vec!['*'])]);
        } else if flavour == Flavour::GitHub && !inner.ends_with("/*") {
            // A name may be that of a directory: it stands for everything below it.
            segments.push(Segment::Any);
        }
        Some(Self { segments })
    }

    /// Whether the pattern stands for the file.
    pub(super) fn matches(&self, path: &RepoPath) -> bool {
        let segments: Vec<Vec<char>> =
            path.segments().map(|segment| segment.chars().collect()).collect();
        let is_any = |part: &Segment| *part == Segment::Any;
        wild_match(&self.segments, &segments, is_any, |part, name| part.matches(name))
    }
}

impl Segment {
    fn matches(&self, name: &[char]) -> bool {
        match self {
            Self::Any => true,
            Self::Name(pattern) => wild_match(
                pattern,
                name,
                |part| *part == '*',
                |part, character| part == character || *part == '?',
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Flavour, Pattern};
    use crate::text::RepoPath;

    fn matches(pattern: &str, path: &str, flavour: Flavour) -> bool {
        let path = RepoPath::new(path).unwrap();
        Pattern::parse(pattern, flavour).is_some_and(|pattern| pattern.matches(&path))
    }

    #[test]
    fn github_reads_them_like_gitignore_but_for_one_level() {
        for (pattern, path) in [
            ("*", "a/b/c"),
            ("*.js", "src/a.js"),
            ("/build/logs/", "build/logs/a/b"),
            ("docs/*", "docs/a.md"),
            ("apps/", "x/apps/y/z"),
            ("/docs/", "docs/a"),
            ("/scripts", "scripts/a/b"),
            ("docs/a.md", "docs/a.md"),
            ("**/logs", "deeply/nested/logs/x"),
            ("apps/**/production/", "apps/orders/overlays/production/a.yaml"),
            ("/apps/?rders/", "apps/orders/x"),
        ] {
            assert!(matches(pattern, path, Flavour::GitHub), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("docs/*", "docs/build/a.md"),
            ("docs/*", "x/docs/a.md"),
            ("/apps/", "x/apps/y"),
            ("apps/", "apps"),
            ("*.js", "a.jsx"),
            ("!a", "a"),
            ("[ab]", "a"),
            ("/", "a"),
        ] {
            assert!(!matches(pattern, path, Flavour::GitHub), "{pattern} {path}");
        }
    }

    #[test]
    fn gitlab_anchors_only_what_begins_with_a_slash() {
        for (pattern, path) in
            [("docs/*.md", "x/docs/a.md"), ("/docs/", "docs/a/b"), ("README.md", "a/README.md")]
        {
            assert!(matches(pattern, path, Flavour::GitLab), "{pattern} {path}");
        }
        for (pattern, path) in [("/docs/*", "docs/a/b"), ("docs", "docs/a"), ("/docs/", "x/docs/a")]
        {
            assert!(!matches(pattern, path, Flavour::GitLab), "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_end_quickly() {
        let pattern = "**/a".repeat(2_000) + "*a".repeat(2_000).as_str();
        let path = "a/".repeat(2_000) + &"a".repeat(2_000) + "b";
        assert!(!matches(&pattern, &path, Flavour::GitLab));
    }
}
