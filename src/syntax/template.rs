//! Files that are templates: to be filled in before they are YAML, JSON, TOML or anything else.
//!
//! A mark of a template proves little. Every notation takes `{{ x }}` inside of a text, and a file of
//! such texts that cannot be read is broken like any other. It is a template where a mark stands in
//! place of structure: at the beginning of a line or of a value, or where the parser gave up.

use std::fmt;

use crate::syntax::node::{Document, NodeKind};
use crate::syntax::notation::Notation;
use crate::syntax::store::{Problem, ProblemKind};
use crate::text::{FileId, Span};

/// What makes a file a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The first mark that stands where the notation cannot take it.
    pub span: Span,
    /// How it begins: `{{`, `<%`.
    pub mark: &'static str,
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is to be filled in first", self.mark)
    }
}

/// A kind of mark: how it begins and ends, and whether it may hold lines as well as values.
struct Mark {
    begin: &'static str,
    end: &'static str,
    lines: bool,
}

const fn mark(begin: &'static str, end: &'static str, lines: bool) -> Mark {
    Mark { begin, end, lines }
}

/// The marks of Go, Jinja, ERB, GitHub, shells and of what replaces tokens in pipelines; a longer one
/// before what it begins with. Those without an end are words.
const MARKS: &[Mark] = &[
    mark("${{", "}}", false),
    mark("{{", "}}", true),
    mark("{%", "%}", true),
    mark("{#", "#}", true),
    mark("<%", "%>", true),
    mark("${", "}", false),
    mark("$(", ")", false),
    mark("#{", "}", false),
    mark("$", "", false),
    mark("@", "@", false),
    mark("__", "__", false),
];

/// A mark that no text of the notation holds.
struct Loose {
    at: usize,
    mark: &'static str,
    /// It begins a line or a value, and may hold lines.
    structural: bool,
}

/// Why a text that does not parse has to be filled in first, if it has.
pub(super) fn cause(
    notation: Notation,
    file: FileId,
    text: &str,
    problems: &[Problem],
) -> Option<Template> {
    let loose = Scan::of(notation, telling(text, problems));
    let refused = |at: usize| {
        problems.iter().any(|problem| {
            matches!(problem.kind, ProblemKind::Syntax(_))
                && reaches(notation, text, at, problem.span)
        })
    };
    let found = loose.into_iter().find(|loose| loose.structural || refused(loose.at))?;
    Some(at(file, found.at, found.mark))
}

/// The part of a text whose marks can tell: all of it if marks in it may hold lines, else up to the end of
/// the line where the parser gave up.
fn telling<'t>(text: &'t str, problems: &[Problem]) -> &'t str {
    if MARKS.iter().any(|mark| mark.lines && text.contains(mark.begin)) {
        return text;
    }
    let last = problems.iter().map(|problem| problem.span.range().end).max().unwrap_or(0);
    let rest = text.get(last..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |line| last + line);
    text.get(..end).unwrap_or(text)
}

fn at(file: FileId, start: usize, mark: &'static str) -> Template {
    Template { span: Span::new(file, start, start + mark.len()), mark }
}

/// Whether a mark at `at` may be what the parser gave up at: they share a line, the mark first. The
/// parser of YAML sees only on the next line that a line of its own was no key.
fn reaches(notation: Notation, text: &str, at: usize, refused: Span) -> bool {
    let refused = refused.range();
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let between = text.get(at..refused.start.max(at)).unwrap_or_default();
    let near = match notation {
        Notation::Yaml if line.trim().is_empty() => {
            between.lines().filter(|line| !line.trim().is_empty()).count() < 3
        }
        _ => !between.contains('\n'),
    };
    at < refused.end.max(refused.start + 1) && near
}

/// Where a document that parses does so by accident: `{{ x }}` reads as a map that is a key.
pub(super) fn template_key(document: &Document) -> Option<Template> {
    document.nodes.iter().find_map(|node| {
        let NodeKind::Map(entries) = &node.kind else { return None };
        let doubled = entries.iter().any(|entry| {
            let key = &document.nodes[entry.key.0 as usize];
            matches!(key.kind, NodeKind::Map(_)) && key.span.start == node.span.start + 1
        });
        doubled.then(|| at(node.span.file, node.span.start as usize, "{{"))
    })
}

/// What holds several lines of text.
enum Held<'t> {
    /// Up to these quotes.
    Quotes(&'static str),
    /// Up to a line of this word.
    Heredoc(&'t str),
    /// As long as lines are indented deeper.
    Block(usize),
}

/// A look at a text line by line that knows no more of a notation than its texts and comments.
struct Scan<'t> {
    notation: Notation,
    held: Option<Held<'t>>,
    loose: Vec<Loose>,
}

impl<'t> Scan<'t> {
    fn of(notation: Notation, text: &'t str) -> Vec<Loose> {
        let mut scan = Scan { notation, held: None, loose: Vec::new() };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            scan.line(start, line.trim_end_matches(['\n', '\r']));
            start += line.len();
        }
        scan.loose
    }

    fn line(&mut self, start: usize, line: &'t str) {
        let content = line.trim_start();
        let indentation = line.len() - content.len();
        let mut at = indentation;
        match self.held {
            Some(Held::Heredoc(word)) => {
                if content.trim_end() == word {
                    self.held = None;
                }
                return;
            }
            Some(Held::Block(parent)) => {
                if content.is_empty() || indentation > parent {
                    return;
                }
                self.held = None;
            }
            Some(Held::Quotes(quotes)) => {
                let Some(end) = line.find(quotes) else { return };
                self.held = None;
                at = end + quotes.len();
            }
            None => {}
        }
        while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
            let before = line.get(..at).unwrap_or_default();
            if let Some((mark, length)) = begins(rest) {
                let structural = mark.lines && self.is_place(before);
                self.loose.push(Loose { at: start + at, mark: mark.begin, structural });
                at += length;
                continue;
            }
            if self.is_comment(before, rest) {
                return;
            }
            match self.text_length(before, rest) {
                Some(length) => {
                    let held = rest.get(..length).unwrap_or_default();
                    self.loose.extend(unfinished(held, start + at));
                    at += length.max(1);
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        self.hold(line, indentation);
    }

    /// Whether a line or a value begins behind this part of a line.
    fn is_place(&self, before: &str) -> bool {
        let trimmed = before.trim_end();
        let spaced = trimmed.len() < before.len();
        match (trimmed.chars().next_back(), self.notation) {
            (None, _) => true,
            // A value may be anything, and a mark as well.
            (Some(_), Notation::Dotenv | Notation::Properties | Notation::Ini) => false,
            (Some(':' | '-' | '?'), Notation::Yaml) => spaced,
            (Some(last), Notation::Yaml) => matches!(last, '[' | '{' | ','),
            (Some(last), _) => matches!(last, '=' | ':' | ',' | '[' | '{' | '('),
        }
    }

    fn is_comment(&self, before: &str, rest: &str) -> bool {
        let spaced = before.is_empty() || before.ends_with([' ', '\t']);
        match self.notation {
            Notation::Json => rest.starts_with("//"),
            Notation::Hcl => rest.starts_with('#') || rest.starts_with("//"),
            Notation::Toml => rest.starts_with('#'),
            Notation::Ini => spaced && rest.starts_with(['#', ';']),
            Notation::Yaml | Notation::Dotenv => spaced && rest.starts_with('#'),
            Notation::Properties => before.trim().is_empty() && rest.starts_with(['#', '!']),
        }
    }

    /// The length of the text in quotes that begins here, up to the end of the line at most.
    fn text_length(&mut self, before: &str, rest: &str) -> Option<usize> {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let opens = match self.notation {
            Notation::Json | Notation::Hcl => quote == '"',
            Notation::Toml => true,
            Notation::Yaml => self.is_place(before),
            _ => false,
        };
        if !opens {
            return None;
        }
        let long = if quote == '"' { "\"\"\"" } else { "'''" };
        if self.notation == Notation::Toml && rest.starts_with(long) {
            let inside = rest.get(3..).unwrap_or_default();
            let end = inside.find(long);
            if end.is_none() {
                self.held = Some(Held::Quotes(long));
            }
            return Some(end.map_or(rest.len(), |end| end + 2 * long.len()));
        }
        Some(quoted_length(rest, quote, self.notation == Notation::Hcl))
    }

    /// What the next lines are part of.
    fn hold(&mut self, line: &'t str, indentation: usize) {
        match self.notation {
            Notation::Hcl => {
                let word = line.rsplit_once("<<").map(|(_, word)| word.trim_start_matches('-'));
                let is_word = |word: &&str| {
                    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
                };
                self.held = word.map(str::trim_end).filter(is_word).map(Held::Heredoc);
            }
            Notation::Yaml => {
                let content = line.split(" #").next().unwrap_or(line).trim_end();
                let header =
                    content.trim_end_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
                let value = header.strip_suffix(['|', '>']).map(str::trim_end);
                let opens = value.is_some_and(|value| value.ends_with([':', '-']));
                // `- a: |` may go on below the `a` only, and does so deeper than the dash.
                self.held = opens.then_some(Held::Block(indentation));
            }
            _ => {}
        }
    }
}

/// The mark that a text begins with, and its length up to where it ends, or to the end of the line.
fn begins(rest: &str) -> Option<(&'static Mark, usize)> {
    let mark = MARKS.iter().find(|mark| rest.starts_with(mark.begin))?;
    let inside = rest.get(mark.begin.len()..)?;
    let word = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let word = word.unwrap_or(inside.len());
    let length = match (mark.end, mark.begin) {
        ("", _) => Some(word).filter(|_| inside.starts_with(|c: char| c.is_alphabetic())),
        (end, "@") => inside.find(end).filter(|&at| at > 0 && at == word).map(|at| at + end.len()),
        (end, "__") => inside.find(end).filter(|&at| at > 0 && at <= word).map(|at| at + end.len()),
        (end, _) => Some(inside.find(end).map_or(inside.len(), |at| at + end.len())),
    };
    Some((mark, mark.begin.len() + length?))
}

/// The mark of a text in quotes whose end stands outside of it: quotes inside of the mark ended it.
fn unfinished(held: &str, start: usize) -> Option<Loose> {
    let mut at = 0;
    while let Some(rest) = held.get(at..).filter(|rest| !rest.is_empty()) {
        let mark = MARKS.iter().find(|mark| mark.lines && rest.starts_with(mark.begin));
        let Some(mark) = mark else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        match rest.find(mark.end) {
            Some(end) => at += end + mark.end.len(),
            None => return Some(Loose { at: start + at, mark: mark.begin, structural: false }),
        }
    }
    None
}

/// The length of a text in quotes; in HCL it may hold expressions with texts of their own.
fn quoted_length(rest: &str, quote: char, nests: bool) -> usize {
    let mut escaped = false;
    let mut depth = 0_usize;
    let mut before = quote;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            '{' if nests && (depth > 0 || matches!(before, '$' | '%')) => depth += 1,
            '}' if depth > 0 => depth -= 1,
            c if c == quote && depth == 0 => return at + c.len_utf8(),
            _ => {}
        }
        before = c;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use crate::syntax::Notation;
    use crate::text::FileId;

    fn mark(notation: Notation, text: &str) -> Option<usize> {
        let parsed = notation.parse(FileId(0), text);
        assert!(parsed.is_broken() || parsed.template.is_some(), "{text}");
        parsed.template.map(|template| template.span.start as usize)
    }

    #[test]
    fn a_broken_file_of_texts_with_marks_is_broken() {
        for (notation, text) in [
            (Notation::Toml, "[a\nurl = \"${URL}\"\n"),
            (Notation::Toml, "a = '''\n{{ x }}\n'''\nb = \n"),
            (Notation::Toml, "a = 1 # {{ x }}\nb = \n"),
            (Notation::Toml, "a = \"${X}\"\na = \"${X}\"\n"),
            (Notation::Json, "{\"url\":\"${URL}\" \"retries\":9}"),
            (Notation::Json, "{\"a\": \"{{ x }}\", \"b\": 1"),
            (Notation::Json, "{\"a\": 1 \"b\": ${X}}"),
            (Notation::Json, "{\"url\": http://${HOST}/\"}"),
            (Notation::Dotenv, "A=${X}\nB 1\n"),
            (Notation::Dotenv, "A={{ x }}\nB 1\n"),
            (Notation::Ini, "[a\nx=${Y}\n"),
            (Notation::Properties, "a={{ x }}\nb=\\u00zz\n"),
            (Notation::Hcl, "r = 3\nu = \"$${x}\n"),
            (Notation::Hcl, "u = \"{{ x }}\"\nr = \n"),
            (Notation::Hcl, "u = \"${a[\"{{\"]}\"\nr = \n"),
            (Notation::Hcl, "u = <<-EOT\n  {{ x }}\n  ${y}\n  EOT\nr = \n"),
            (Notation::Yaml, "a: \"{{ x }}\"\nb: [1\nc: 2\n"),
            (Notation::Yaml, "a: ${X}\nb: c: d\n"),
            (Notation::Yaml, "a: |\n  {{ if x }}\n\n  b\nc: d: e\n"),
            (Notation::Yaml, "# {{ x }}\na: 'b\n"),
            (Notation::Yaml, "a: b{{ x }}c\n\n\nb: [1\n"),
        ] {
            assert_eq!(mark(notation, text), None, "{text}");
        }
    }

    #[test]
    fn marks_in_place_of_structure_make_a_template() {
        for (notation, text, at) in [
            (Notation::Yaml, "a: [\n{{ if x }}\nb: 1\n", 5),
            (Notation::Yaml, "a:\n  {{- toYaml . | nindent 2 }}\n", 5),
            (Notation::Yaml, "a: {{ x }}-b\n", 3),
            (Notation::Yaml, "a: {{ x }}\n", 3),
            (Notation::Yaml, "- {{ x }} y\n", 2),
            (Notation::Yaml, "a: b\n${LABELS}\nc: d\n", 5),
            (Notation::Yaml, "a: [${A}, b]\n", 4),
            (Notation::Yaml, "a: \"{{ index .x \"y\" }}\"\n", 4),
            (Notation::Yaml, "a: |\n  b\n{{ end }}\nc: d: e\n", 9),
            (Notation::Yaml, "<% if x %>\na: 1\n<% end %>\n", 0),
            (Notation::Json, "{\"a\": ${X}}", 6),
            (Notation::Json, "{\"a\": -$X}", 7),
            (Notation::Json, "{\"a\": #{Port}}", 6),
            (Notation::Json, "{\"a\": @PORT@}", 6),
            (Notation::Json, "{\n{% if x %}\n\"a\": 1\n{% endif %}\n}", 2),
            (Notation::Json, "{\"a\": \"{{ index .x \"y\" }}\"}", 7),
            (Notation::Toml, "a = {{ x }}\n", 4),
            (Notation::Toml, "a = ${X}\n", 4),
            (Notation::Toml, "{{ range x }}\n[a]\n", 0),
            (Notation::Dotenv, "A=1\n{{ if x }}\n", 4),
            (Notation::Dotenv, "${EXTRA}\n", 0),
            (Notation::Ini, "{{ if x }}\n[a\n{{ end }}\n", 0),
            (Notation::Hcl, "a = ${x}\n", 4),
            (Notation::Hcl, "a = {{ x }}\n", 4),
            (Notation::Hcl, "%{ if x }\n", usize::MAX),
        ] {
            let at = Some(at).filter(|&at| at != usize::MAX);
            assert_eq!(mark(notation, text), at, "{text}");
        }
    }
}
