//! The file itself: which lines there are, and which of them decides.

use std::collections::BTreeMap;

use crate::owners::pattern::{Flavour, Pattern};
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath};

/// Where the file may lie; the first that is there counts.
const LOCATIONS: &[&str] = &[
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".gitea/CODEOWNERS",
    ".forgejo/CODEOWNERS",
];

/// What tells that a repository is at home on GitLab, wherever its file lies.
const GITLAB: &[&str] = &[".gitlab-ci.yml", ".gitlab/CODEOWNERS"];

/// Most lines that are read.
const LINES: usize = 20_000;

/// Who owns what.
#[derive(Debug, Clone)]
pub struct CodeOwners {
    /// The file.
    pub file: FileId,
    /// In GitLab each section names owners of its own; elsewhere there is one without a name.
    sections: Vec<Section>,
    /// Every owner by its name in lower case.
    names: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default)]
struct Section {
    name: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Line {
    pattern: Pattern,
    /// GitLab's `!pattern`: the section does not own what it stands for, whatever follows.
    excluded: bool,
    owners: Vec<String>,
}

impl CodeOwners {
    /// Whether a file of this path has a say in who owns what.
    pub fn is_read(path: &RepoPath) -> bool {
        LOCATIONS.contains(&path.as_str()) || GITLAB.contains(&path.as_str())
    }

    /// Reads the file of a repository, if it has one that names somebody.
    pub fn find(snapshot: &Snapshot) -> Option<Self> {
        let find = |path: &&str| snapshot.find(&RepoPath::new(path).ok()?);
        let file = LOCATIONS.iter().find_map(find)?;
        let on_github = snapshot.path(file).as_str().starts_with(".github/");
        let on_gitlab = !on_github && GITLAB.iter().find_map(find).is_some();
        let flavour = if on_gitlab { Flavour::GitLab } else { Flavour::GitHub };
        let owners = Self::parse(file, &snapshot.file(file).ok()?.text, flavour);
        (!owners.names.is_empty()).then_some(owners)
    }

    fn parse(file: FileId, text: &str, flavour: Flavour) -> Self {
        let lines = || text.trim_start_matches('\u{feff}').lines().take(LINES).map(str::trim);
        // Only GitLab has sections: who writes them uses it, wherever the file lies.
        let sectioned = lines().any(|line| header(line).is_some());
        let flavour = if sectioned { Flavour::GitLab } else { flavour };
        let mut sections = vec![Section::default()];
        let (mut current, mut default) = (0, Vec::new());
        for line in lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, rest)) = header(line) {
                let name = name.to_lowercase();
                current =
                    sections.iter().position(|known| known.name == name).unwrap_or_else(|| {
                        sections.push(Section { name, lines: Vec::new() });
                        sections.len() - 1
                    });
                default = owners(rest);
                continue;
            }
            let (pattern, rest) = split_pattern(line);
            let positive = pattern.strip_prefix('!').filter(|_| flavour == Flavour::GitLab);
            let excluded = positive.is_some();
            let text = positive.unwrap_or(&pattern);
            let Some(pattern) = Pattern::parse(text, flavour) else { continue };
            let mut owners = owners(rest);
            if owners.is_empty() {
                owners.clone_from(&default);
            }
            if let Some(section) = sections.get_mut(current) {
                section.lines.push(Line { pattern, excluded, owners });
            }
        }
        let lines = sections.iter().flat_map(|section| &section.lines);
        let names = lines
            .flat_map(|line| &line.owners)
            .map(|owner| (owner.to_lowercase(), owner.clone()))
            .collect();
        Self { file, sections, names }
    }

    /// Whether any line names the owner. The platforms do not tell capitals from small letters.
    pub fn knows(&self, owner: &str) -> bool {
        self.names.contains_key(&owner.to_lowercase())
    }

    /// Everybody whom a line names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.values().map(String::as_str)
    }

    /// Whether the owner is among those of the file: in every section its last matching line
    /// decides.
    pub fn owns(&self, owner: &str, path: &RepoPath) -> bool {
        let owner = owner.to_lowercase();
        self.sections.iter().any(|section| {
            let matching = || section.lines.iter().filter(|line| line.pattern.matches(path));
            !matching().any(|line| line.excluded)
                && matching().next_back().is_some_and(|line| {
                    line.owners.iter().any(|known| known.to_lowercase() == owner)
                })
        })
    }
}

/// `[Name]`, `^[Name]` or `[Name][2]`: the name, and what follows.
fn header(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (name, mut rest) = inner.split_once(']')?;
    if let Some((count, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        count.parse::<u32>().ok()?;
        rest = after;
    }
    let is_name = !name.trim().is_empty() && (rest.is_empty() || rest.starts_with([' ', '\t']));
    is_name.then_some((name.trim(), rest))
}

/// The pattern, its `\ ` and `\#` undone, and what follows.
fn split_pattern(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => pattern.extend(characters.next().map(|(_, escaped)| escaped)),
            ' ' | '\t' => return (pattern, line.get(at..).unwrap_or_default()),
            plain => pattern.push(plain),
        }
    }
    (pattern, "")
}

/// The names and addresses up to a comment.
fn owners(text: &str) -> Vec<String> {
    let words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    words.filter(|word| word.contains('@')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::CodeOwners;
    use crate::source::Snapshot;
    use crate::text::RepoPath;

    fn read(path: &str, text: &str) -> CodeOwners {
        CodeOwners::find(&Snapshot::from_memory([(path, text)])).unwrap()
    }

    fn owns(owners: &CodeOwners, owner: &str, path: &str) -> bool {
        owners.owns(owner, &RepoPath::new(path).unwrap())
    }

    #[test]
    fn the_last_matching_line_decides() {
        let text = "# everything\n* @nordwerk/all  # and @nobody\n/apps/orders/ @Nordwerk/Orders \
                    ann@example.org\n/apps/orders/generated/\n/with\\ space/ @nordwerk/space\n";
        let owners = read("CODEOWNERS", text);
        assert!(owns(&owners, "@nordwerk/all", "README.md"));
        assert!(owns(&owners, "@nordwerk/orders", "apps/orders/a.yaml"));
        assert!(owns(&owners, "ann@example.org", "apps/orders/a.yaml"));
        assert!(!owns(&owners, "@nordwerk/all", "apps/orders/a.yaml"));
        assert!(!owns(&owners, "@nordwerk/orders", "apps/orders/generated/a.yaml"));
        assert!(owns(&owners, "@nordwerk/space", "with space/a"));
        assert!(owners.knows("@NORDWERK/ALL") && !owners.knows("@nobody"));
    }

    #[test]
    fn sections_of_gitlab_add_up_and_have_defaults() {
        let text = "* @all\n[Database][2] @data\ndb/\n/special/ @dba\n^[Docs]\n*.md @writers\n\
                    !CHANGELOG.md\n[database]\n/more/ @dba\n";
        let owners = read("CODEOWNERS", text);
        assert!(owns(&owners, "@data", "x/db/a.sql") && owns(&owners, "@all", "x/db/a.sql"));
        assert!(owns(&owners, "@dba", "special/a") && !owns(&owners, "@data", "special/a"));
        assert!(owns(&owners, "@writers", "a/b.md"));
        assert!(!owns(&owners, "@writers", "CHANGELOG.md"));
        assert!(owns(&owners, "@dba", "more/a"));
    }

    #[test]
    fn the_first_location_counts_and_an_empty_file_names_nobody() {
        let files = [("CODEOWNERS", "* @root\n"), (".github/CODEOWNERS", "* @github\n")];
        let owners = CodeOwners::find(&Snapshot::from_memory(files)).unwrap();
        assert!(owners.knows("@github") && !owners.knows("@root"));
        assert!(CodeOwners::find(&Snapshot::from_memory([("CODEOWNERS", "# later\n")])).is_none());
    }
}
