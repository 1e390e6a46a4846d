use super::{apply, parse};
use crate::kube::{Action, Value, load};
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;

const BASE: &str = "{a: 1, m: {x: 1, y: [1, 2], n: null}, l: [1, {k: 2}], t: 2020-01-01}";

fn value(text: &str) -> Value {
    load(parse_yaml(FileId(0), text).documents[0].root(), Dialect::Resource).unwrap()
}

fn patch(target: &str, operations: &str) -> Result<Value, String> {
    let parsed = parse_yaml(FileId(1), operations);
    let operations = parse(parsed.documents[0].root()).map_err(|error| error.message)?;
    let mut target = value(target);
    apply(&mut target, &operations).map_err(|error| error.message)?;
    Ok(target)
}

#[track_caller]
fn check(operations: &str, path: &[&str], expected: &str) {
    let patched = patch(BASE, operations).unwrap();
    let found = patched.at(path).unwrap();
    assert!(found.same(&value(expected)), "{operations}: {found:#?}");
}

#[test]
fn operations_change_maps_and_lists() {
    check("[{op: add, path: /m/z, value: [1]}]", &["m", "z"], "[1]");
    check("[{op: add, path: /a}]", &["a"], "null");
    check("[{op: replace, path: /m/new, value: yes}]", &["m", "new"], "true");
    check("[{op: replace, path: /l/-1, value: 010}]", &["l"], "[1, 8]");
    check("[{op: add, path: /l/-, value: 3}, {op: remove, path: /l/0}]", &["l"], "[{k: 2}, 3]");
    check("[{op: add, path: /l/-1, value: 9}]", &["l"], "[1, {k: 2}, 9]");
    check("[{op: add, path: /l/+1, value: 9}]", &["l"], "[1, 9, {k: 2}]");
    check("[{op: add, path: x/m/a~1b~0c, value: 1}]", &["m", "a/b~c"], "1");
    check("[{op: add, path: /m/, value: 1}]", &["m", ""], "1");
    check("[{op: remove, path: /m/n}]", &["m"], "{x: 1, y: [1, 2]}");
    check("[{op: move, from: /m/y, path: /l/0}]", &["l"], "[[1, 2], 1, {k: 2}]");
    check("[{op: copy, from: /m/nope, path: /c}]", &["c"], "null");
    check("[{op: copy, from: /m, path: /m/x}]", &["m", "x", "x"], "1");
    check("[{op: replace, path: '', value: {b: 1}}]", &[], "{b: 1}");
    check(
        "[{op: test, path: /m/nope, value: null}, {op: test, path: /m/x, value: 1.0}]",
        &["a"],
        "1",
    );
}

#[test]
fn what_does_not_apply_is_an_error() {
    for operations in [
        "[{op: add, path: /x/y, value: 1}]",
        "[{op: add, path: /m/n/q, value: 1}]",
        "[{op: add, path: spec, value: 1}]",
        "[{op: add, path: /l/3, value: 1}]",
        "[{op: add, path: /l/-4, value: 1}]",
        "[{op: replace, path: /l/2, value: 1}]",
        "[{op: replace, path: /l/-, value: 1}]",
        "[{op: remove, path: /m/nope}]",
        "[{op: remove, path: ''}]",
        "[{op: move, from: /nope, path: /a}]",
        "[{op: test, path: /m, value: {x: 1}}]",
        "[{op: test, path: /m/nope}]",
        "[{op: add, value: 1}]",
        "[{op: add, path: 5, value: 1}]",
        "[{op: remove, path: /l/9223372036854775807}]",
        "[{op: remove, path: /l/-9223372036854775808}]",
        "[1]",
        "{op: add}",
    ] {
        assert!(patch(BASE, operations).is_err(), "{operations}");
    }
    assert_eq!(patch(BASE, "[{op: bogus}]").unwrap_err(), "unknown operation `bogus`");
}

#[test]
fn the_whole_object_passes_through_json() {
    let patched =
        patch("{a: 9007199254740993, t: 2020-01-01, e: , f: 1e3, s: 0777}", "[]").unwrap();
    let expected = "{a: 9007199254740992, t: \"2020-01-01T00:00:00Z\", e: null, f: 1000, s: 511}";
    assert!(patched.same(&value(expected)));
    assert_eq!(patched.at(&["a"]).unwrap().text(), Some("9007199254740992"));
    assert!(patch("{a: .inf}", "[]").is_err());
}

#[test]
fn copies_cannot_grow_without_bound() {
    let doubling =
        "{op: copy, from: /a, path: /a/b}, {op: copy, from: /a, path: /a/c}, ".repeat(40);
    assert!(patch("{a: {x: 1}}", &format!("[{doubling}]")).is_err());
    let nested =
        (0..400).map(|depth| format!("{{op: add, path: {}/a, value: {{}}}}, ", "/a".repeat(depth)));
    assert!(patch("{}", &format!("[{}]", nested.collect::<String>())).is_err());
}

#[test]
fn values_know_their_operation() {
    let operations = "[{op: replace, path: /a, value: 2}, {op: add, path: /b, value: 3}, {op: copy, from: /m, path: /c}]";
    let patched = patch(BASE, operations).unwrap();
    let steps = |path: &[&str]| {
        let steps = patched.at(path).unwrap().provenance.steps();
        steps
            .iter()
            .map(|step| {
                (step.action, &[BASE, operations][step.span.file.index()][step.span.range()])
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(steps(&["a"]), [(Action::Declared, "1"), (Action::Patched, "2")]);
    assert_eq!(steps(&["b"]), [(Action::Patched, "3")]);
    assert_eq!(steps(&["c"])[1], (Action::Patched, "{op: copy, from: /m, path: /c}"));
    assert_eq!(steps(&["m", "x"]), [(Action::Declared, "1")]);
}

#[test]
fn what_held_a_value_remembers_who_took_it() {
    for operations in ["[{op: remove, path: /m/x}]", "[{op: move, from: /m/x, path: /z}]"] {
        let patched = patch(BASE, operations).unwrap();
        let last = patched.get("m").unwrap().provenance.last();
        assert_eq!((last.action, last.span.file), (Action::Patched, FileId(1)), "{operations}");
    }
}
