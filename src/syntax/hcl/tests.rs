use crate::syntax::hcl::parse;
use crate::syntax::scalar::{Dialect, Tag};
use crate::syntax::{NodeKind, NodeRef, ProblemKind, Style};
use crate::text::FileId;

fn at<'d>(root: NodeRef<'d>, path: &[&str]) -> NodeRef<'d> {
    path.iter().fold(root, |node, key| match key.parse::<usize>() {
        Ok(index) => node.items().nth(index).unwrap(),
        Err(_) => node.get(key).unwrap(),
    })
}

#[test]
fn values_have_the_places_where_they_are_written() {
    let text = "region = \"eu\" # where\nsize=-3\nratio = 1.5e3\non = true\nnone = null\n\
                zones = [\n  \"a\", # first\n  \"b\",\n]\ntags = { a = 1, \"b-c\" : \"é\"\n d = [] }\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.problems, []);
    let root = parsed.documents[0].root();
    let told = |path: &[&str]| {
        let node = at(root, path);
        let tag = node.tag(Dialect::Plain).unwrap();
        (tag, node.text().unwrap().to_owned(), text[node.span().range()].to_owned())
    };
    let expected = |tag, value: &str, source: &str| (tag, value.to_owned(), source.to_owned());
    assert_eq!(told(&["region"]), expected(Tag::Str, "eu", "\"eu\""));
    assert_eq!(told(&["size"]), expected(Tag::Int, "-3", "-3"));
    assert_eq!(told(&["ratio"]), expected(Tag::Float, "1.5e3", "1.5e3"));
    assert_eq!(told(&["on"]), expected(Tag::Bool, "true", "true"));
    assert_eq!(told(&["none"]), expected(Tag::Null, "null", "null"));
    assert_eq!(told(&["zones", "1"]), expected(Tag::Str, "b", "\"b\""));
    assert_eq!(told(&["tags", "a"]), expected(Tag::Int, "1", "1"));
    assert_eq!(told(&["tags", "b-c"]), expected(Tag::Str, "é", "\"é\""));
    assert!(at(root, &["tags", "d"]).is_list());
    let comments: Vec<_> = parsed.comments.iter().map(|c| (&*c.text, c.trailing)).collect();
    assert_eq!(comments, [(" where", true), (" first", true)]);
    assert_eq!(&text[parsed.comments[0].span.range()], "# where");
}

#[test]
fn blocks_nest_their_labels_and_may_repeat() {
    let text = "resource \"aws_x\" y {\n  a = 1\n  rule { p = 1 }\n  rule {\n    p = 2\n  }\n}\n";
    let parsed = parse(FileId(0), text);
    let body = at(parsed.documents[0].root(), &["resource", "aws_x", "y"]);
    assert_eq!(&text[body.span().range()], text[19..].trim_end());
    let rules: Vec<_> = body.entries().filter(|(key, _)| key.text() == Some("rule")).collect();
    assert_eq!(rules.len(), 2);
    assert_eq!(at(rules[1].1, &["0", "p"]).text(), Some("2"));
    let (label, _) = at(parsed.documents[0].root(), &["resource"]).entry("aws_x").unwrap();
    assert_eq!(&text[label.span().range()], "\"aws_x\"");
}

#[test]
fn what_has_a_value_twice_is_told_and_the_last_one_stays() {
    let text = "n = 1\nn = 2\nb {}\nb {}\nm = {\n  \"x\" = 1, (v) = 2\n  x = 3\n  (v) = 4\n}\n";
    let parsed = parse(FileId(0), text);
    let twice = parsed.problems.iter().map(|problem| match &problem.kind {
        ProblemKind::DuplicateKey { key, first } => {
            (key.as_str(), &text[first.range()], first.start, problem.span.start)
        }
        other => panic!("{other}"),
    });
    let twice: Vec<_> = twice.collect();
    assert_eq!(twice, [("n", "n", 0, 6), ("x", "\"x\"", 30, 49), ("${(v)}", "(v)", 39, 57)]);
    let root = parsed.documents[0].root();
    assert_eq!(at(root, &["n"]).text(), Some("2"));
    assert_eq!(at(root, &["m", "x"]).text(), Some("3"));
}

#[test]
fn expressions_are_texts_without_white_space() {
    let cases = [
        ("var.a", "${var.a}"),
        ("\"x-${ var.a }\"", "x-${var.a}"),
        ("f( a ,\n  b, # c\n)", "${f(a,b)}"),
        ("[for k, v in var.m : k if v]", "${[for k,v in var.m:k if v]}"),
        ("{ for k in a : k => { x = 1\n y = 2 } }", "${{for k in a:k=>{x=1,y=2}}}"),
        ("a ? \"b c\" : [1, 2][0]", "${a?\"b c\":[1,2][0]}"),
        ("(1 + 2) * 3", "${(1+2)*3}"),
        ("[1][0]", "${[1][0]}"),
        ("!true", "${!true}"),
        ("merge({ a = 1 }, var.b)", "${merge({a=1},var.b)}"),
        ("jsonencode(var.a)", "${jsonencode(var.a)}"),
        ("a.*.b + c[*].d - e.0.f", "${a.*.b+c[*].d-e.0.f}"),
        ("-a <= !b && c != 1 || d == 2", "${-a<=!b&&c!=1||d==2}"),
        ("provider::aws::arn(a...)", "${provider::aws::arn(a...)}"),
        ("[for a in b : a][0].c % 2 > 1", "${[for a in b:a][0].c%2>1}"),
    ];
    for (source, expected) in cases {
        let parsed = parse(FileId(0), &format!("a = {source}\nb = 1\n"));
        assert_eq!(parsed.problems, [], "{source}");
        let root = parsed.documents[0].root();
        assert_eq!(root.get("a").and_then(NodeRef::text), Some(expected));
        assert_eq!(root.get("b").and_then(NodeRef::text), Some("1"));
    }
}

#[test]
fn what_only_changes_the_type_is_looked_through() {
    let text = "a = jsonencode({ x = [1]\n y = var.b })\nb = toset([\n  \"c\"\n])\n(v)";
    let parsed = parse(FileId(0), text.trim_end_matches("(v)"));
    let root = parsed.documents[0].root();
    assert_eq!(at(root, &["a", "x", "0"]).text(), Some("1"));
    assert_eq!(at(root, &["a", "y"]).text(), Some("${var.b}"));
    assert_eq!(at(root, &["b", "0"]).text(), Some("c"));
    assert!(parse(FileId(0), text).is_broken());
}

#[test]
fn types_of_variables_are_trees() {
    let text =
        "type = map(object({\n  a = string\n  b = optional(list(number), [1])\n}))\nx = map\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.problems, []);
    let object = at(parsed.documents[0].root(), &["type", "map", "0", "object", "0"]);
    assert_eq!(at(object, &["a"]).text(), Some("${string}"));
    assert_eq!(at(object, &["b", "optional", "1", "0"]).text(), Some("1"));
    assert_eq!(at(object, &["b", "optional", "0", "list", "0"]).text(), Some("${number}"));
}

#[test]
fn heredocs_keep_their_lines() {
    let text = "a = <<-EOT\n    x: 1\n      y\n  EOT\nb = <<EOF\n  raw ${var.x}\nEOF\nc = [<<E\nz\nE\n, 1]\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.problems, []);
    let root = parsed.documents[0].root();
    let a = root.get("a").unwrap();
    assert_eq!(a.text(), Some("x: 1\n  y\n"));
    assert!(matches!(a.raw().kind, NodeKind::Scalar { style: Style::Literal, .. }));
    assert_eq!(&text[a.span().range()], "    x: 1\n      y\n");
    assert_eq!(root.get("b").and_then(NodeRef::text), Some("  raw ${var.x}\n"));
    assert_eq!(at(root, &["c", "0"]).text(), Some("z\n"));
}

#[test]
fn comments_are_found_in_all_notations() {
    let text = "# one\n// two\na = 1 /* three */\n/*\n four\n five */\nb = \"# no\" // six\r\n";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.problems, []);
    let texts: Vec<_> = parsed.comments.iter().map(|c| (c.text.trim(), c.trailing)).collect();
    let expected = [
        ("one", false),
        ("two", false),
        ("three", true),
        ("four", false),
        ("five", false),
        ("six", true),
    ];
    assert_eq!(texts, expected);
}

#[test]
fn mistakes_have_a_place() {
    for (text, at) in [
        ("a = \n", 4),
        ("a = 1 b = 2\n", 6),
        ("a {\n", 2),
        ("a }\n", 2),
        ("a = [1, 2\n", 4),
        ("a = \"x\n", 4),
        ("a = <<E\nx\n", 4),
        ("a = { b }\n", 8),
        ("a = { = 1 }\n", 6),
        ("/* x", 0),
        ("= 1\n", 0),
        ("a \"b\"\n", 5),
        ("a = [1 (]\n", 8),
        ("a = 'x'\n", 4),
        ("a = {\n  b =\n  c = 1\n}\n", 11),
        ("a = [1 2]\n", 7),
        ("a = [1\n2]\n", 7),
        ("a = [1,, 2]\n", 7),
        ("a = { x = 1 y = 2 }\n", 12),
        ("a == 1\n", 3),
        ("a = 1 +\n", 7),
        ("a = b.\n", 6),
        ("a = b = c\n", 6),
        ("a = b {\n}\n", 6),
        ("a = * 2\n", 4),
    ] {
        let parsed = parse(FileId(0), text);
        let places: Vec<_> = parsed.problems.iter().map(|p| p.span.start).collect();
        assert_eq!(places, [at], "{text:?}: {:?}", parsed.problems);
        assert!(parsed.documents.is_empty());
    }
}

#[test]
fn hostile_texts_end() {
    let deep =
        |open: &str, close: &str| format!("a = {}1{}\n", open.repeat(50_000), close.repeat(50_000));
    for text in [deep("[", "]"), deep("{a=", "}"), "a {".repeat(50_000) + &"}".repeat(50_000)] {
        assert!(parse(FileId(0), &text).is_broken());
    }
    for text in [
        deep("(", ")"),
        deep("\"${", "}\""),
        format!("a \"b\" {}{{}}\n", "\"c\" ".repeat(50)),
        format!("a = <<E\n{}E\n", "x ${y}\n".repeat(100_000)),
        "/**/".repeat(200_000),
        deep("f(", ")"),
    ] {
        assert_eq!(parse(FileId(0), &text).problems, []);
    }
    assert!(parse(FileId(0), &"a = <<E\n".repeat(100_000)).is_broken());
    assert!(parse(FileId(0), &"\"${".repeat(100_000)).is_broken());
}
