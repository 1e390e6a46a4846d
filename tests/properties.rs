//! Properties that hold for any text: the parser ends, and every span lies where it says.

use paritylint::kube::{Kind, Value, load};
use paritylint::syntax::scalar::Dialect;
use paritylint::syntax::{NodeRef, Notation, parse_hcl, parse_inside, parse_toml, parse_yaml};
use paritylint::text::FileId;
use proptest::prelude::*;

/// Texts that are nearly YAML: the signs that matter, in any order.
fn nearly_yaml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("  "),
        Just("- "),
        Just(": "),
        Just("? "),
        Just("a"),
        Just("b: 1\n"),
        Just("|\n"),
        Just(">-\n"),
        Just("&x "),
        Just("*x"),
        Just("<<: "),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just("\""),
        Just("'"),
        Just("# c\n"),
        Just("---\n"),
        Just("!!str "),
        Just("é"),
        Just("\t"),
        Just("\r\n"),
        Just("{{ x }}"),
        Just("\u{feff}"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Texts that are nearly HCL.
fn nearly_hcl() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("a"),
        Just("b = 1\n"),
        Just(" = "),
        Just("r \"t\" n {\n"),
        Just("{ x = 1 }"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("("),
        Just(")"),
        Just(","),
        Just("\""),
        Just("${"),
        Just("<<-E\n  é\n"),
        Just("E\n"),
        Just("# c\n"),
        Just("/* c\n */"),
        Just("-1.5e3"),
        Just("for k in v : "),
        Just("optional(a, 1)"),
        Just("jsonencode("),
        Just("é"),
        Just("\r\n"),
        Just("\\"),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Texts that are nearly TOML.
fn nearly_toml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("a"),
        Just("b.c = 1\n"),
        Just(" = "),
        Just("[t]\n"),
        Just("[[t]]\n"),
        Just("{ x = 1 }"),
        Just("["),
        Just("]"),
        Just(","),
        Just("\""),
        Just("'"),
        Just("\"\"\""),
        Just("# c\n"),
        Just("2026-11-22"),
        Just("1_000.5e3"),
        Just("é"),
        Just("\r\n"),
        Just("\u{feff}"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Texts that are nearly lines of keys and values, or JSON with comments.
fn nearly_lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just("a"),
        Just("b.c=1\n"),
        Just("export "),
        Just("="),
        Just(": "),
        Just("  "),
        Just("[s]\n"),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(","),
        Just("\"a\": "),
        Just("\""),
        Just("'"),
        Just("\\"),
        Just("\\u00e9"),
        Just("\\ud83d"),
        Just(" # c\n"),
        Just("; c\n"),
        Just("// c\n"),
        Just("/*"),
        Just("*/"),
        Just("é"),
        Just("\0"),
        Just("\u{feff}"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

const LINES: [Notation; 4] =
    [Notation::Json, Notation::Dotenv, Notation::Properties, Notation::Ini];

/// Tables of TOML are written in several places: nothing is said of parents and children.
fn check_cuts(node: NodeRef<'_>, text: &str) {
    let range = node.span().range();
    assert!(text.get(range.clone()).is_some(), "{range:?} does not cut {text:?}");
    let children = node.entries().flat_map(|(key, value)| [key, value]).chain(node.items());
    children.for_each(|child| check_cuts(child, text));
}

/// Every text without escapes is found where its span says, unless that is the whole text.
fn check_inside(node: NodeRef<'_>, outer: NodeRef<'_>, source: &str) {
    let range = node.span().range();
    assert!(outer.span().contains(node.span()), "{range:?} leaves the text in {source:?}");
    let cut = source.get(range.clone());
    assert!(cut.is_some(), "{range:?} does not cut {source:?}");
    let plain = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
    if let (Some(text), Some(cut)) = (node.text().filter(|text| plain(text)), cut) {
        let bare = cut.trim_matches(['"', '\'', '`']);
        let written = cut.contains(['\\', '\n']) || bare == text;
        assert!(written || range == outer.span().range(), "{text:?} is {cut:?} in {source:?}");
    }
    if !node.is_alias() {
        let children = node.entries().flat_map(|(key, value)| [key, value]).chain(node.items());
        children.for_each(|child| check_inside(child, outer, source));
    }
}

fn check_spans(node: NodeRef<'_>, text: &str) {
    let range = node.span().range();
    assert!(text.get(range.clone()).is_some(), "{range:?} does not cut {text:?}");
    if node.is_alias() {
        return;
    }
    let children = node.entries().flat_map(|(key, value)| [key, value]).chain(node.items());
    for child in children {
        assert!(node.span().contains(child.span()), "a child leaves its parent in {text:?}");
        check_spans(child, text);
    }
}

fn leaves_have_steps(value: &Value) -> bool {
    let own = !value.provenance.steps().is_empty();
    own && match &value.kind {
        Kind::Scalar(_) => true,
        Kind::List(items) => items.iter().all(leaves_have_steps),
        Kind::Map(map) => map.iter().all(|entry| leaves_have_steps(&entry.value)),
    }
}

proptest! {
    #[test]
    fn spans_of_toml_cut_the_source(text in nearly_toml()) {
        let parsed = parse_toml(FileId(0), &text);
        for document in &parsed.documents {
            check_cuts(document.root(), &text);
        }
        for problem in &parsed.problems {
            prop_assert!(text.get(problem.span.range()).is_some());
        }
    }

    #[test]
    fn spans_of_lines_cut_the_source(text in nearly_lines()) {
        for notation in LINES {
            let parsed = notation.parse(FileId(0), &text);
            for document in &parsed.documents {
                check_cuts(document.root(), &text);
                if let Ok(value) = load(document.root(), Dialect::Plain) {
                    prop_assert!(leaves_have_steps(&value));
                }
            }
            for span in parsed.problems.iter().map(|problem| problem.span) {
                prop_assert!(text.get(span.range()).is_some());
            }
            for comment in &parsed.comments {
                prop_assert!(text[comment.span.range()].starts_with(['#', ';', '!', '/']));
            }
        }
    }

    #[test]
    fn spans_inside_texts_cut_the_outer_source(inner in nearly_lines(), style in 0..4_usize) {
        let indented = inner.replace('\n', "\n  ");
        let outer = match style {
            0 => format!("k: |\n  {indented}\nz: 1\n"),
            1 => format!("k: >\n  {indented}\nz: 1\n"),
            2 => format!("k: '{}'\n", inner.replace('\'', "''")),
            _ => format!("k: {}\n", serde_json::to_string(&inner).unwrap()),
        };
        let parsed = parse_yaml(FileId(0), &outer);
        let root = parsed.documents.first().map(|document| document.root());
        let Some(node) = root.and_then(|root| root.get("k")) else { return Ok(()) };
        let Some(text) = node.text() else { return Ok(()) };
        let source = &outer[node.span().range()];
        for notation in LINES.into_iter().chain([Notation::Toml, Notation::Yaml]) {
            let embedded = parse_inside(notation, text, source, node.span());
            for document in &embedded.documents {
                check_inside(document.root(), node, &outer);
            }
        }
    }

    #[test]
    fn spans_of_hcl_cut_the_source_and_nest(text in nearly_hcl()) {
        let parsed = parse_hcl(FileId(0), &text);
        for document in &parsed.documents {
            check_spans(document.root(), &text);
        }
        for span in parsed.problems.iter().map(|problem| problem.span) {
            prop_assert!(text.get(span.range()).is_some());
        }
        for comment in &parsed.comments {
            prop_assert!(text.get(comment.span.range()).is_some());
        }
    }

    #[test]
    fn spans_cut_the_source_and_nest(text in nearly_yaml()) {
        let parsed = parse_yaml(FileId(0), &text);
        for document in &parsed.documents {
            check_spans(document.root(), &text);
            if let Ok(value) = load(document.root(), Dialect::Resource) {
                prop_assert!(leaves_have_steps(&value));
            }
        }
        for comment in &parsed.comments {
            prop_assert!(text[comment.span.range()].starts_with('#'));
        }
    }

    #[test]
    fn any_text_ends(text in "\\PC{0,200}") {
        parse_yaml(FileId(0), &text);
    }
}
