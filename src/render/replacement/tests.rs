use super::{SourcePath, TargetOptions, TargetPath, part_of};
use crate::kube::{Action, Value, load};
use crate::render::growth::Growth;
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, Span};

const SOURCE: &str = "{five: '5', int: 7, abc: abc, nul: null, m: {k: v}, l: [x, z], o: [{name: q, v: a.b}], url: 'a:b:c', d: 2020-01-01, none: {}}";
const TARGET: &str = "{n: 1, q: 's', p: plain, nul: null, t: true, l: [a, b], ll: [{name: x1, v: a}, {name: x2, v: b}], em: {}, f: 1.5}";

fn value(file: u32, text: &str) -> Value {
    load(parse_yaml(FileId(file), text).documents[0].root(), Dialect::Resource).unwrap()
}

fn here() -> Span {
    Span::file_start(FileId(2))
}

fn replace(from: &str, to: &str, options: &TargetOptions) -> Result<Value, String> {
    let run = || {
        let source = value(0, SOURCE);
        let mut target = value(1, TARGET);
        let source = SourcePath::parse(from, here())?.read(&source)?.clone();
        let path = TargetPath::parse(to, here())?;
        path.write(&mut target, &source, options, &mut Growth::default())?;
        Ok(target)
    };
    run().map_err(|error: crate::render::patch::PatchError| error.message)
}

#[track_caller]
fn check(from: &str, to: &str, options: &TargetOptions, key: &str, expected: &str) {
    let target = replace(from, to, options).unwrap();
    let found = target.get(key).unwrap();
    assert!(found.same(&value(0, expected)), "{from} -> {to}: {found:#?}");
}

fn create() -> TargetOptions {
    TargetOptions { create: true, ..TargetOptions::default() }
}

#[test]
fn scalars_give_their_text_and_keep_their_type() {
    let plain = TargetOptions::default();
    check("five", "n", &plain, "n", "5");
    check("int", "q", &plain, "q", "'7'");
    check("int", "f", &plain, "f", "7");
    check("d", "q", &plain, "q", "'2020-01-01'");
    check("m", "p", &plain, "p", "''");
    check("five", "new", &create(), "new", "5");
    check("m", "em", &plain, "em", "{k: v}");
    check("abc", "l", &plain, "l", "abc");
    for to in ["n", "t", "nul", "f"] {
        assert!(replace("abc", to, &plain).is_err(), "{to}");
    }
}

#[test]
fn paths_lead_into_maps_and_lists() {
    let plain = TargetOptions::default();
    check("abc", "l.*", &plain, "l", "[abc, abc]");
    check("abc", "l.[=^a$]", &plain, "l", "[abc, b]");
    check("abc", "l.[=a].rest", &plain, "l", "[abc, b]");
    check("abc", "ll.[name=x].v", &plain, "ll", "[{name: x1, v: abc}, {name: x2, v: abc}]");
    check("abc", "ll.[name=^x1$].v", &plain, "ll", "[{name: x1, v: abc}, {name: x2, v: b}]");
    check("abc", "ll.1.v", &plain, "ll", "[{name: x1, v: a}, {name: x2, v: abc}]");
    check("l.1", "p", &plain, "p", "z");
    check("l.-", "p", &plain, "p", "z");
    check("o.[name=q].v", "p", &plain, "p", "a.b");
    for to in [
        "l.2",
        "l.-",
        "l.-1",
        "em.*",
        "n.a",
        "x",
        "x.y",
        "nul.a",
        "ll.[name=y].v",
        "p..q",
        "ll.[name].v",
        "ll.[name=(].v",
    ] {
        assert!(replace("abc", to, &plain).is_err(), "{to}");
    }
    for from in ["nul", "none", "nope", "abc.x", "l.5", "m.0", "o.[name=z]", "o.[name]"] {
        assert!(replace(from, "p", &plain).is_err(), "{from}");
    }
}

#[test]
fn missing_things_are_made_on_demand() {
    check("abc", "em.a\\.b/c", &create(), "em", "{a.b/c: abc}");
    check("abc", "em.[x.y/z]", &create(), "em", "{x.y/z: abc}");
    check("abc", "l.2", &create(), "l", "[a, b, abc]");
    check("abc", "l.[=z]", &create(), "l", "[a, b, abc]");
    check(
        "abc",
        "ll.[name=y].w",
        &create(),
        "ll",
        "[{name: x1, v: a}, {name: x2, v: b}, {name: y, w: abc}]",
    );
    check("abc", "ll.*.w", &create(), "ll", "[{name: x1, v: a, w: abc}, {name: x2, v: b, w: abc}]");
    check("abc", "new.0.a", &create(), "new", "[{a: abc}]");
    check("m", "new.k2", &create(), "new", "{k2: {k: v}}");
    check("abc", "nul.a", &create(), "nul", "null");
    assert!(replace("abc", "l.3", &create()).is_err());
    assert!(replace("abc", "new.[name=a(b|c)].x", &create()).is_err());
    assert!(replace("abc", &"a.".repeat(200), &create()).is_err());
}

#[test]
fn delimiters_cut_texts() {
    let at = |index| TargetOptions { create: false, delimiter: "a".to_owned(), index };
    check("abc", "p", &at(1), "p", "plaabc");
    check("url", "p", &at(-1), "p", "a:b:caplain");
    check("abc", "p", &at(9), "p", "plainaabc");
    assert!(replace("abc", "l", &at(0)).is_err());
    assert!(replace("abc", "n", &at(1)).is_err());
    let url = value(0, "a:b:c");
    assert_eq!(part_of(&url, ":", 1, here()).unwrap().text(), Some("b"));
    for index in [-1, 3] {
        assert!(part_of(&url, ":", index, here()).is_err());
    }
    assert!(part_of(&value(0, "[]"), ":", 0, here()).is_err());
}

#[test]
fn the_history_tells_target_source_and_replacement() {
    let target = replace("abc", "p", &TargetOptions::default()).unwrap();
    let steps = target.get("p").unwrap().provenance.steps();
    let steps: Vec<_> = steps.iter().map(|step| (step.action, step.span.file.0)).collect();
    assert_eq!(steps, [(Action::Declared, 1), (Action::Declared, 0), (Action::Replaced, 2)]);
    let target = replace("m", "em", &TargetOptions::default()).unwrap();
    let leaf = target.at(&["em", "k"]).unwrap();
    assert_eq!(leaf.provenance.last().action, Action::Replaced);
}
