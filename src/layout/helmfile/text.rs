//! A helmfile is a template: what stands between `{{` and `}}` becomes text of the same length, so that
//! the rest is YAML with its own places. Blocks for one environment are followed where their condition
//! names environments and nothing else.

use std::ops::Range;
use std::sync::Arc;

use crate::kube::{Kind, Value};
use crate::layout::helmfile::condition;
use crate::source::Snapshot;

/// Deepest nesting of blocks.
const DEPTH: usize = 64;

/// A helmfile without its actions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Masked {
    /// The text, as long as it was.
    pub text: String,
    /// What may be there or not.
    pub open: Vec<Range<usize>>,
}

/// What is known of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    Taken,
    Left,
    Unknown,
}

/// A block: the branch that the lines are in, and what the ones before it leave.
struct Block {
    now: Branch,
    /// Whether a branch before was taken for certain, and whether one may have been.
    taken: bool,
    maybe: bool,
}

/// The text with all actions replaced: lines that are nothing but actions become comments. For an
/// `environment` so do the blocks that are not for it, and those of which that is not known; nothing
/// where blocks do not end as they begin. Without one, every block counts.
pub(crate) fn masked(text: &str, environment: Option<&str>) -> Option<Masked> {
    let mut all = Masked { text: String::with_capacity(text.len()), open: Vec::new() };
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let alone = is_alone(content);
        let inside = blocks.last().map_or(Branch::Taken, |block| block.now);
        let start = all.text.len();
        if let (Some(environment), true) = (environment, alone) {
            for action in actions(content) {
                turn(&mut blocks, action, environment)?;
            }
        } else if environment.is_some() && !balanced(content) {
            return None;
        }
        let hidden = environment.is_some() && inside != Branch::Taken && !content.is_empty();
        if alone || hidden {
            comment(&mut all.text, line);
        } else {
            replace(&mut all.text, line);
        }
        if hidden && !alone && inside == Branch::Unknown {
            let end = all.text.len();
            match all.open.last_mut().filter(|last| last.end == start) {
                Some(last) => last.end = end,
                None => all.open.push(start..end),
            }
        }
    }
    blocks.is_empty().then_some(all)
}

/// Whether a line is nothing but actions.
fn is_alone(content: &str) -> bool {
    let mut rest = content;
    while let Some((_, after)) = rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
        rest = after.trim_start();
    }
    rest.is_empty() && !content.is_empty()
}

/// What stands between the braces of a text, one action after the other.
fn actions(text: &str) -> impl Iterator<Item = &str> {
    let mut parts = text.split("{{");
    parts.next();
    parts.filter_map(|part| Some(part.split_once("}}")?.0.trim_matches(['-', ' ', '\t'])))
}

/// Whether the blocks that begin in a line end in it.
fn balanced(line: &str) -> bool {
    let step = |action: &str| match keyword(action) {
        "if" | "range" | "with" | "define" | "block" => 1,
        "end" => -1,
        _ => 0,
    };
    actions(line).map(step).sum::<i32>() == 0
}

fn keyword(action: &str) -> &str {
    action.split([' ', '\t', '(']).next().unwrap_or("")
}

/// Follows an action that begins, turns or ends a block.
fn turn(blocks: &mut Vec<Block>, action: &str, environment: &str) -> Option<()> {
    let outer = |blocks: &[Block]| blocks.last().map_or(Branch::Taken, |block| block.now);
    let asked = |condition: &str| match condition::holds(condition, environment, &|_| None) {
        Some(true) => Branch::Taken,
        Some(false) => Branch::Left,
        None => Branch::Unknown,
    };
    match keyword(action) {
        "if" if blocks.len() < DEPTH => {
            let own = asked(action.get(2..)?);
            let now = both(outer(blocks), own);
            let (taken, maybe) = (own == Branch::Taken, own == Branch::Unknown);
            blocks.push(Block { now, taken, maybe });
        }
        "range" | "with" | "define" | "block" if blocks.len() < DEPTH => {
            let now = both(outer(blocks), Branch::Unknown);
            blocks.push(Block { now, taken: false, maybe: true });
        }
        "if" | "range" | "with" | "define" | "block" => return None,
        "else" => {
            let mut block = blocks.pop()?;
            let rest = action.get(4..)?.trim();
            let own = match rest.strip_prefix("if") {
                Some(condition) => asked(condition),
                None => Branch::Taken,
            };
            let left = match (block.taken, block.maybe) {
                (true, _) => Branch::Left,
                (false, true) if own != Branch::Left => Branch::Unknown,
                _ => own,
            };
            block.taken |= own == Branch::Taken && !block.maybe;
            block.maybe |= own == Branch::Unknown;
            block.now = both(outer(blocks), left);
            blocks.push(block);
        }
        "end" => {
            blocks.pop()?;
        }
        _ => {}
    }
    Some(())
}

fn both(outer: Branch, own: Branch) -> Branch {
    match (outer, own) {
        (Branch::Left, _) | (_, Branch::Left) => Branch::Left,
        (Branch::Unknown, _) | (_, Branch::Unknown) => Branch::Unknown,
        _ => Branch::Taken,
    }
}

/// Adds a line as a comment.
fn comment(masked: &mut String, line: &str) {
    let indent = line.len() - line.trim_start().len();
    let end = line.trim_end().len();
    masked.push_str(line.get(..indent).unwrap_or_default());
    masked.push('#');
    masked.extend(std::iter::repeat_n('x', end.saturating_sub(indent + 1)));
    masked.push_str(line.get(end..).unwrap_or_default());
}

/// Adds a line with its actions replaced.
fn replace(masked: &mut String, line: &str) {
    let mut rest = line;
    while let Some((before, action)) = rest.find("{{").map(|start| rest.split_at(start)) {
        let Some(length) = action.rfind("}}").map(|at| at + 2) else { break };
        // Two actions in one line are two, unless one quotes the other.
        let nested = action.starts_with("{{`");
        let first = action.find("}}").map_or(length, |at| at + 2);
        let length = if nested { length } else { first };
        masked.push_str(before);
        masked.extend(std::iter::repeat_n('x', length));
        rest = action.get(length..).unwrap_or_default();
    }
    masked.push_str(rest);
}

/// A value with the texts of the file in the place of what was masked.
pub(crate) fn unmasked(snapshot: &Snapshot, mut value: Value) -> Value {
    match &mut value.kind {
        Kind::Map(map) => {
            for (_, inner) in Arc::make_mut(map).values_mut() {
                *inner = unmasked(snapshot, inner.clone());
            }
        }
        Kind::List(items) => {
            for inner in Arc::make_mut(items) {
                *inner = unmasked(snapshot, inner.clone());
            }
        }
        Kind::Scalar(scalar) => {
            let text = snapshot.slice(value.provenance.last().span);
            if text.contains("{{") {
                scalar.text = text.trim_matches(['"', '\'']).into();
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn actions_are_masked_and_keep_their_length() {
        let text = "a: {{ .X }}\n{{ if eq .Y \"b: c\" }}\n  {{- end }}\nb: \"x-{{ .Z }}-é\"\n\
                    c: values/{{`{{ .Release.Name }}`}}/{{ .Environment.Name }}.yaml\n";
        let masked = masked(text, None).unwrap().text;
        assert_eq!(masked.len(), text.len());
        assert!(!masked.contains("{{"));
        assert!(masked.contains("b: \"x-xxxxxxxx-é\""));
    }

    /// The keys that are left for an environment, and those that may be there.
    fn kept(text: &str, environment: &str) -> Option<(String, String)> {
        let found = masked(text, Some(environment))?;
        assert_eq!(found.text.len(), text.len());
        let is_key = |line: &&str| !line.trim().starts_with('#') && !line.trim().is_empty();
        let keys = found.text.lines().filter(is_key).collect::<Vec<_>>().join(" ");
        let open = found.open.iter().map(|range| text[range.clone()].replace('\n', " "));
        Some((keys, open.collect::<String>().trim().to_owned()))
    }

    #[test]
    fn blocks_for_an_environment_are_followed_and_others_are_open() {
        let text = "a: 1\n{{ if eq .Environment.Name \"prod\" }}\nb: 1\n{{ else if eq \
                    .Environment.Name \"test\" }}\nc: 1\n{{ else }}\nd: 1\n{{ end }}\n{{- if \
                    .Values.x }}\ne: 1\n{{ else }}\nf: 1\n{{- end }}\ng: 1\n";
        let of = |environment: &str| kept(text, environment).unwrap();
        assert_eq!(of("prod"), ("a: 1 b: 1 g: 1".to_owned(), "e: 1 f: 1".to_owned()));
        assert_eq!(of("test").0, "a: 1 c: 1 g: 1");
        assert_eq!(of("staging").0, "a: 1 d: 1 g: 1");
    }

    #[test]
    fn what_follows_a_condition_that_nobody_knows_is_not_known() {
        let text = "{{ if .Values.x }}\na: 1\n{{ else if eq .Environment.Name \"prod\" }}\nb: 1\n\
                    {{ else }}\nc: 1\n{{ end }}\n";
        assert_eq!(kept(text, "prod").unwrap(), (String::new(), "a: 1 b: 1 c: 1".to_owned()));
        assert_eq!(kept(text, "test").unwrap(), (String::new(), "a: 1 c: 1".to_owned()));
    }

    #[test]
    fn blocks_that_do_not_end_are_not_followed() {
        for text in ["{{ if .X }}\na: 1\n", "a: 1\n{{ end }}\n", "a: {{ if .X }}1\n{{ end }}\n"] {
            assert_eq!(masked(text, Some("prod")), None, "{text}");
        }
        assert!(masked(&"{{ if .X }}\n".repeat(100), Some("prod")).is_none());
    }
}
