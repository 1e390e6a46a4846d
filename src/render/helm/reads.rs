//! Which values the templates of a chart read, as far as their text tells.
//!
//! Templates are not evaluated. Every mention of a value counts as reading it and all that is in it,
//! and a template that takes the values as a whole reads everything: what is called unread here is
//! mentioned nowhere.

use std::collections::BTreeSet;

use crate::render::helm::chart::{CHART_FILE, Chart};
use crate::source::Snapshot;
use crate::text::RepoPath;

/// How templates name the values.
const VALUES: &str = ".Values";
/// Most characters of one chart that are looked at; a larger one may read anything.
const LARGEST: usize = 8 << 20;
/// Deepest path of keys that is told apart.
const DEPTH: usize = 12;
/// What takes keys as arguments behind the values.
const LOOKUPS: [&str; 3] = ["index", "hasKey", "get"];

/// The keys that lead to a value.
type Keys = Vec<String>;

/// What the files of one chart mention.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The values, each with all that is in it.
    values: BTreeSet<Keys>,
    /// The values are also used as a whole, or in a way that is not understood.
    whole: bool,
    /// Named templates that are defined here.
    defined: BTreeSet<String>,
    /// Named templates that are used here.
    included: BTreeSet<String>,
    /// Words with dots in files that are neither templates nor values: what other tools read of the
    /// chart may be told there.
    elsewhere: BTreeSet<String>,
}

impl Mentions {
    /// Looks through all texts of a chart but those of the charts inside it.
    pub(super) fn of(snapshot: &Snapshot, root: &RepoPath) -> Self {
        let mut found = Self::default();
        let mut left = LARGEST;
        for (file, path) in snapshot.files_below(root) {
            let depth = root.segments().count();
            let inside: Vec<&str> = path.segments().skip(depth).collect();
            if matches!(inside[..], ["charts", _, _, ..] | [CHART_FILE]) {
                continue;
            }
            let Ok(source) = snapshot.file(file) else { continue };
            let Some(rest) = left.checked_sub(source.text.len()) else {
                return Self { whole: true, ..Self::default() };
            };
            left = rest;
            found.read(&source.text);
            if inside.first() != Some(&"templates") && !is_values(path) && path.is_yaml() {
                let word = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
                found.elsewhere.extend(source.text.split(word).map(str::to_owned));
            }
        }
        found
    }

    /// Whether no value is mentioned at all.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && !self.whole
    }

    fn read(&mut self, text: &str) {
        // Values files mention values in texts that templates fill in; a `define` stands anywhere.
        let text = without_comments(text);
        let mut rest = text.as_str();
        while let Some(at) = rest.find(VALUES) {
            let (before, behind) = (&rest[..at], &rest[at + VALUES.len()..]);
            rest = behind;
            if behind.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let keys = dotted(behind).or_else(|| looked_up(before, behind));
            match keys {
                Some(keys) => {
                    self.values.insert(keys);
                }
                None => self.whole = true,
            }
        }
        for word in ["define", "include", "template"] {
            self.named(word, &text);
        }
    }

    /// The named templates behind a word.
    fn named(&mut self, word: &str, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(word) {
            let before = rest[..at].chars().next_back();
            let is_word = before.is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '(' | '{' | '-'));
            rest = &rest[at + word.len()..];
            let behind = rest.trim_start_matches([' ', '\t', '\n']);
            if !is_word || behind.len() == rest.len() {
                continue;
            }
            match string(behind) {
                Some((name, _)) if word == "define" => self.defined.insert(name.to_owned()),
                Some((name, _)) => self.included.insert(name.to_owned()),
                // The name is made while rendering: it may be that of any template.
                None => {
                    self.whole |= word == "include" && behind.starts_with(['(', '$', '.']);
                    false
                }
            };
        }
    }
}

fn is_values(path: &RepoPath) -> bool {
    path.stem().split(['-', '_', '.']).any(|token| token == "values")
}

/// A text without the comments of its templates.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        let is_comment = rest[..at].trim_end_matches(['-', ' ']).ends_with("{{");
        let end = rest[at..].find("*/").filter(|_| is_comment);
        let (upto, next) = end.map_or((at + 2, at + 2), |end| (at, at + end + 2));
        kept.push_str(&rest[..upto]);
        rest = &rest[next..];
    }
    kept.push_str(rest);
    kept
}

/// The keys behind `.Values` in `.Values.a.b`.
fn dotted(behind: &str) -> Option<Keys> {
    let mut keys = Keys::new();
    let mut rest = behind;
    while let Some(key) = rest.strip_prefix('.') {
        let end = key.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(key.len());
        if end == 0 || keys.len() == DEPTH {
            break;
        }
        keys.push(key[..end].to_owned());
        rest = &key[end..];
    }
    (!keys.is_empty()).then_some(keys)
}

/// The keys in `index .Values "a" "b"`.
fn looked_up(before: &str, behind: &str) -> Option<Keys> {
    // `$.Values` and `.root.Values` are the same values.
    let called =
        before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '$' | '.' | '_'));
    let called = called.trim_end_matches([' ', '(']);
    if !LOOKUPS.iter().any(|name| called.ends_with(name)) {
        return None;
    }
    let mut keys = Keys::new();
    let mut rest = behind.trim_start_matches(' ');
    while let Some((key, next)) = string(rest).filter(|_| keys.len() < DEPTH) {
        keys.push(key.to_owned());
        rest = next.trim_start_matches(' ');
    }
    (!keys.is_empty()).then_some(keys)
}

/// The text in quotes at the beginning, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '`'))?;
    text[1..].split_once(quote)
}

/// What a chart reads of its values, with all that it depends on.
pub(super) struct Reads<'r> {
    /// The mentions of the chart and of those inside it, whose named templates it may use.
    all: Vec<&'r Mentions>,
    /// Values that `Chart.yaml` names.
    named: BTreeSet<Keys>,
}

impl<'r> Reads<'r> {
    /// What is known of a chart; `None` where it may read anything. `mentions` are those of a chart by
    /// its directory.
    pub(super) fn of(
        chart: &Chart,
        mentions: &impl Fn(&RepoPath) -> Option<&'r Mentions>,
    ) -> Option<Self> {
        let own = mentions(&chart.root)?;
        let mut all = vec![own];
        for child in &chart.children {
            gather(child.chart.as_deref(), mentions, &mut all)?;
        }
        let defined = |name: &String| all.iter().any(|one| one.defined.contains(name));
        if own.whole || !own.included.iter().all(defined) {
            return None;
        }
        // A template of a chart inside that takes the values as a whole takes these where it is used.
        let given_away = all.iter().skip(1).any(|inner| {
            inner.whole && own.included.iter().any(|name| inner.defined.contains(name))
        });
        if given_away {
            return None;
        }
        let mut named = BTreeSet::new();
        for child in &chart.children {
            let condition = |path: &String| path.trim().split('.').map(str::to_owned).collect();
            named.extend(child.conditions.iter().map(condition));
            for import in &child.imports {
                if import.parent.is_empty() {
                    return None;
                }
                named.insert(import.parent.clone());
                named.insert(
                    std::iter::once(child.name.to_string()).chain(import.child.clone()).collect(),
                );
            }
        }
        Some(Self { all, named })
    }

    fn sets(&self) -> impl Iterator<Item = &BTreeSet<Keys>> {
        self.all.iter().map(|one| &one.values).chain([&self.named])
    }

    /// Whether a value is mentioned, or something that it is in.
    pub(super) fn reads(&self, path: &[String]) -> bool {
        if self.all.iter().any(|one| one.elsewhere.contains(&path.join("."))) {
            return true;
        }
        (1..=path.len())
            .filter_map(|end| path.get(..end))
            .any(|start| self.sets().any(|set| set.contains(start)))
    }

    /// Whether something in a value is mentioned.
    pub(super) fn reads_inside(&self, path: &[String]) -> bool {
        let start = format!("{}.", path.join("."));
        let told = |one: &Mentions| {
            let mut words = one.elsewhere.range(start.clone()..);
            words.next().is_some_and(|word| word.starts_with(&start))
        };
        if self.all.iter().any(|one| told(one)) {
            return true;
        }
        self.sets()
            .any(|set| set.range(path.to_vec()..).next().is_some_and(|keys| keys.starts_with(path)))
    }

    /// The keys that are mentioned directly below a path.
    pub(super) fn below(&self, path: &[String]) -> BTreeSet<&str> {
        let inside = self
            .sets()
            .flat_map(|set| set.range(path.to_vec()..).take_while(|keys| keys.starts_with(path)));
        inside.filter_map(|keys| keys.get(path.len()).map(String::as_str)).collect()
    }
}

/// Adds the mentions of a chart and of those inside it; `None` where one is not in the repository and so
/// may define any template.
fn gather<'r>(
    chart: Option<&Chart>,
    mentions: &impl Fn(&RepoPath) -> Option<&'r Mentions>,
    all: &mut Vec<&'r Mentions>,
) -> Option<()> {
    let Some(chart) = chart else { return Some(()) };
    all.push(mentions(&chart.root)?);
    for child in &chart.children {
        gather(child.chart.as_deref(), mentions, all)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::Mentions;

    fn mentions(text: &str) -> Mentions {
        let mut mentions = Mentions::default();
        mentions.read(text);
        mentions
    }

    #[test]
    fn values_are_found_however_they_are_written() {
        let found = mentions(
            "{{ .Values.a.b | quote }} {{ $.Values.c }}{{- with .Values.d }}{{ .e }}{{ end }}\n\
             {{ index .Values \"f-g\" \"h\" }} {{ hasKey $.Values `i` }} {{ $root.Values.j_k.l2 }}\n\
             {{/* .Values is a map */}}{{- /* toYaml .Values */ -}} .ValuesFile\n",
        );
        let paths: Vec<String> = found.values.iter().map(|keys| keys.join("/")).collect();
        assert_eq!(paths, ["a/b", "c", "d", "f-g/h", "i", "j_k/l2"]);
        assert!(!found.whole);
    }

    #[test]
    fn values_as_a_whole_are_everything() {
        for text in [
            "{{ toYaml .Values }}",
            "{{ range $key, $value := .Values }}",
            "{{ index .Values $name }}",
            "{{ $values := .Values }}",
            "{{ include (printf \"%s.x\" .Chart.Name) . }}",
            "{{ dig \"a\" \"b\" .Values }}",
        ] {
            assert!(mentions(text).whole, "{text}");
        }
    }

    #[test]
    fn named_templates_are_told() {
        let found =
            mentions("{{- define \"a.b\" -}}{{ end }}{{ include \"c.d\" . }}{{ template `e` . }}");
        assert_eq!(found.defined.iter().collect::<Vec<_>>(), ["a.b"]);
        assert_eq!(found.included.iter().collect::<Vec<_>>(), ["c.d", "e"]);
        assert!(!found.whole);
    }
}
