//! Spans, problems and comments of whole texts.

use super::parse;
use crate::syntax::scalar::Dialect;
use crate::syntax::store::ProblemKind;
use crate::syntax::{NodeRef, Parsed};
use crate::text::FileId;

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn at<'d>(parsed: &'d Parsed, path: &[&str]) -> NodeRef<'d> {
    path.iter().fold(parsed.documents[0].root(), |node, key| match key.parse::<usize>() {
        Ok(index) => node.items().nth(index).unwrap(),
        Err(_) => node.get(key).unwrap(),
    })
}

#[test]
fn every_span_slices_to_its_source() {
    let text = "\u{feff}a: &x 1 # right\r\n# above\r\nb: |\r\n  l1\r\n\r\n  l2\r\n\r\nc: \"q\\n\" \r\nd:\r\n\
                e: *x\r\nf: !!str 5\r\ng: [1, {h: é}]\r\nj:\r\n- a\r\n- b: 1\r\n  c: 2\r\nk: {l: m}";
    let parsed = read(text);
    assert_eq!(parsed.problems, []);
    let slice = |path: &[&str]| &text[at(&parsed, path).span().range()];
    assert_eq!(slice(&["a"]), "1");
    assert_eq!(slice(&["b"]), "l1\r\n\r\n  l2");
    assert_eq!(slice(&["c"]), "\"q\\n\"");
    assert_eq!(slice(&["d"]), "");
    assert_eq!(slice(&["e"]), "*x");
    assert_eq!(slice(&["f"]), "5");
    assert_eq!(slice(&["g"]), "[1, {h: é}]");
    assert_eq!(slice(&["g", "1", "h"]), "é");
    assert_eq!(slice(&["j"]), "a\r\n- b: 1\r\n  c: 2");
    assert_eq!(slice(&["j", "1"]), "b: 1\r\n  c: 2");
    assert_eq!(slice(&["k"]), "{l: m}");
    assert_eq!(at(&parsed, &["b"]).text(), Some("l1\n\nl2\n"));
    assert_eq!(at(&parsed, &["e"]).text(), Some("1"));
    assert_eq!(at(&parsed, &["f"]).string(Dialect::Resource), Some("5"));
    assert!(at(&parsed, &["d"]).is_null());
    let comments: Vec<_> = parsed.comments.iter().map(|c| (&*c.text, c.trailing)).collect();
    assert_eq!(comments, [(" right", true), (" above", false)]);
}

#[test]
fn documents_and_block_ends() {
    let parsed = read("a: 1\n---\nb: |\n  x");
    assert_eq!(parsed.documents.len(), 2);
    assert_eq!(parsed.documents[1].root().get("b").unwrap().text(), Some("x"));
    assert_eq!(read("# only a comment\n").documents.len(), 0);
}

#[test]
fn duplicate_keys_are_found_and_the_last_wins() {
    let parsed = read("a: 1\nb: 2\na: 3\n");
    let [problem] = &parsed.problems[..] else { unreachable!("one problem") };
    assert!(matches!(&problem.kind, ProblemKind::DuplicateKey { key, first }
        if key == "a" && first.start == 0));
    assert_eq!(problem.span.start, 10);
    assert_eq!(at(&parsed, &["a"]).text(), Some("3"));
    assert!(!parsed.is_broken());
}

#[test]
fn templates_are_told_from_broken_files() {
    assert!(read("a: {{ .Values.x }}\n").template.is_some());
    assert!(read("{{- if x }}\na: 1\n{{ end }}").template.is_some());
    assert!(read("a: \"{{ .Values.x }}\"\n").template.is_none());
    let broken = read("a: [1\nb: 2");
    assert!(broken.is_broken() && broken.template.is_none());
}

#[test]
fn hostile_input_ends() {
    assert!(read(&"[".repeat(100_000)).is_broken());
    assert!(read(&"{a: ".repeat(100_000)).is_broken());
    assert!(read(&"- ".repeat(20_000)).is_broken());
    assert!(read("a: &a [*a]").is_broken());
    assert!(read("a: &a\n  b: *a\n").is_broken());
    assert!(read("a: \u{1}").is_broken());
    let parsed = read(&"# c\n".repeat(50_000));
    assert_eq!(parsed.comments.len(), 50_000);
}
