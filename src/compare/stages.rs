//! Stages of a log pipeline inside a configuration file: compared whole, not line by line.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::compare::names::{Names, PairNames, without_names};

/// Sections of Fluent Bit, with the bracket that opens them.
const SECTIONS: &[&str] = &["[INPUT]", "[FILTER]", "[OUTPUT]", "[PARSER]", "[MULTILINE_PARSER]"];
/// Blocks of Fluentd.
const BLOCKS: &[&str] = &["<source", "<filter", "<match"];
/// Maps of Vector, each with its stages by name.
const MAPS: &[&str] = &["sources", "transforms", "sinks"];

/// A stage: its lines in the text, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stage {
    /// The first line, from 0.
    pub(crate) first: usize,
    end: usize,
    /// Its section and name.
    pub(crate) title: String,
}

/// Whether a step of a path is the title of a stage.
pub(crate) fn is_title(step: &str) -> bool {
    let word = step.split_once(' ').map_or(step, |(word, _)| word);
    SECTIONS.contains(&word)
        || BLOCKS.iter().any(|block| step.starts_with(block))
        || word.strip_suffix(':').is_some_and(|map| MAPS.contains(&map))
}

/// The first line of the stage with this title.
pub(crate) fn first_line<'t>(text: &'t str, title: &str) -> Option<&'t str> {
    let stage = stages(text).into_iter().find(|stage| stage.title == title)?;
    text.lines().nth(stage.first).map(str::trim)
}

/// The stages that only one of two texts has, and both texts with these stages blank.
pub(crate) struct Alone<'t> {
    /// Of the environment.
    pub(crate) here: Vec<Stage>,
    /// Of the reference.
    pub(crate) there: Vec<Stage>,
    /// What is left to compare.
    pub(crate) rest: (Cow<'t, str>, Cow<'t, str>),
}

/// Finds the stages that nothing answers. Equal ones answer each other, then those of one title.
pub(crate) fn alone<'t>(here: &'t str, there: &'t str, names: &PairNames) -> Alone<'t> {
    let (mut left, mut right) = (stages(here), stages(there));
    let content = |stage: &Stage, text: &str, own: &Names| {
        let lines = text.lines().skip(stage.first).take(stage.end - stage.first);
        let words = lines
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(str::split_whitespace);
        without_names(&own.normal(&words.collect::<Vec<_>>().join(" ")))
    };
    let title = |stage: &Stage, _: &str, own: &Names| without_names(&own.normal(&stage.title));
    let mut mine: Side<'_> = (&mut left, here, &names.here);
    let mut theirs: Side<'_> = (&mut right, there, &names.there);
    drop_pairs(&mut mine, &mut theirs, content);
    drop_pairs(&mut mine, &mut theirs, title);
    let rest = (without(here, &left), without(there, &right));
    Alone { here: left, there: right, rest }
}

type Side<'a> = (&'a mut Vec<Stage>, &'a str, &'a Names);

/// Removes from both sides what has the same key on the other, each as often as it stands there.
fn drop_pairs(
    here: &mut Side<'_>,
    there: &mut Side<'_>,
    key: impl Fn(&Stage, &str, &Names) -> String,
) {
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for stage in there.0.iter() {
        *open.entry(key(stage, there.1, there.2)).or_default() += 1;
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    here.0.retain(|stage| {
        let key = key(stage, here.1, here.2);
        match open.get_mut(&key).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                *taken.entry(key).or_default() += 1;
                false
            }
            None => true,
        }
    });
    there.0.retain(|stage| match taken.get_mut(&key(stage, there.1, there.2)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
}

/// The text with the lines of stages made blank, so that the others keep their numbers.
fn without<'t>(text: &'t str, stages: &[Stage]) -> Cow<'t, str> {
    if stages.is_empty() {
        return Cow::Borrowed(text);
    }
    let inside = |at: usize| stages.iter().any(|stage| (stage.first..stage.end).contains(&at));
    let lines = text.lines().enumerate().map(|(at, line)| if inside(at) { "" } else { line });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// The stages of a text, if it is the configuration of a pipeline.
fn stages(text: &str) -> Vec<Stage> {
    let lines: Vec<&str> = text.lines().collect();
    let is_section = |line: &&str| SECTIONS.contains(&line.trim());
    if lines.iter().any(is_section) {
        sections(&lines)
    } else if lines.iter().any(|line| block(line).is_some()) {
        blocks(&lines)
    } else if lines.iter().filter(|line| map_of(line).is_some()).count() > 1 {
        maps(&lines)
    } else {
        Vec::new()
    }
}

/// The map of stages that a line begins.
fn map_of(line: &str) -> Option<&str> {
    line.trim_end().strip_suffix(':').filter(|name| MAPS.contains(name))
}

fn sections(lines: &[&str]) -> Vec<Stage> {
    let begins = |line: &&str| line.trim().starts_with(['[', '@']);
    let starts = (0..lines.len()).filter(|&at| SECTIONS.contains(&lines[at].trim()));
    starts
        .map(|first| {
            let rest = &lines[first + 1..];
            let end = first + 1 + rest.iter().position(begins).unwrap_or(rest.len());
            let name = named(&lines[first + 1..end], "name");
            Stage { first, end, title: format!("{} {name}", lines[first].trim()) }
        })
        .collect()
}

fn block(line: &str) -> Option<&str> {
    let line = line.trim();
    let opens =
        |block: &&&str| line.strip_prefix(**block).is_some_and(|rest| rest.starts_with([' ', '>']));
    BLOCKS.iter().find(opens).map(|block| &block[1..])
}

fn blocks(lines: &[&str]) -> Vec<Stage> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(name) = block(lines[at]) else {
            at += 1;
            continue;
        };
        let closes = |line: &&str| line.trim().strip_prefix("</") == Some(&format!("{name}>"));
        let rest = &lines[at + 1..];
        let end = at + 1 + rest.iter().position(closes).map_or(rest.len(), |to| to + 1);
        let kind = named(&lines[at + 1..end], "@type");
        found.push(Stage { first: at, end, title: format!("{} {kind}", lines[at].trim()) });
        at = end;
    }
    found
}

/// The value of the first line that begins with a word.
fn named<'l>(lines: &[&'l str], word: &str) -> &'l str {
    let value = |line: &&'l str| {
        let (key, value) = line.trim().split_once([' ', '\t'])?;
        key.eq_ignore_ascii_case(word).then_some(value.trim())
    };
    lines.iter().find_map(value).unwrap_or("")
}

fn maps(lines: &[&str]) -> Vec<Stage> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found: Vec<Stage> = Vec::new();
    let mut map: Option<(&str, usize)> = None;
    for (at, line) in lines.iter().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let depth = indent(line);
        if depth == 0 {
            map = map_of(line).map(|name| (name, 0));
            continue;
        }
        let Some((name, inner)) = &mut map else { continue };
        if *inner == 0 {
            *inner = depth;
        }
        if depth == *inner {
            let own = content.split(':').next().unwrap_or(content);
            found.push(Stage { first: at, end: at + 1, title: format!("{name}: {own}") });
        } else if let Some(last) = found.last_mut() {
            last.end = at + 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{alone, first_line, is_title};
    use crate::compare::names::PairNames;

    fn titles(here: &str, there: &str) -> (Vec<String>, Vec<String>) {
        let alone = alone(here, there, &PairNames::default());
        let titles = |stages: Vec<super::Stage>| -> Vec<String> {
            stages.into_iter().map(|stage| stage.title).collect()
        };
        (titles(alone.here), titles(alone.there))
    }

    #[test]
    fn sections_answer_each_other_by_content_then_by_name() {
        let tail = "[INPUT]\n  Name tail\n  Path /a\n";
        let other = "[INPUT]\n  Name tail\n  Path /b\n";
        let grep = "[FILTER]\n  Name grep\n";
        assert_eq!(titles(&format!("{tail}{grep}"), other), (vec!["[FILTER] grep".into()], vec![]));
        assert_eq!(
            titles(tail, &format!("{other}{tail}")),
            (vec![], vec!["[INPUT] tail".to_owned()])
        );
    }

    #[test]
    fn blocks_and_maps_have_stages_too() {
        let fluentd = "<match a>\n  @type s3\n</match>\n";
        assert_eq!(titles(fluentd, "<source>\n</source>\n").0, ["<match a> s3"]);
        let vector = "sources:\n  a:\n    type: x\nsinks:\n  b:\n    type: y\n";
        let more = format!("{vector}  c:\n    type: z\n");
        assert_eq!(titles(vector, &more).1, ["sinks: c"]);
        assert_eq!(first_line(&more, "sinks: c"), Some("c:"));
        assert!(is_title("sinks: c") && !is_title("sinks"));
        assert_eq!(titles("a: 1\nb: 2\n", "a: 1\n"), (vec![], vec![]));
    }
}
