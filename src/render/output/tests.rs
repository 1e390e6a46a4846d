use super::{Origins, write};
use crate::kube::{Resource, ResourceId, load};
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::{FileId, Span};

fn resources(text: &str) -> Vec<Resource> {
    let parsed = parse_yaml(FileId(0), text);
    assert_eq!(parsed.problems, []);
    let documents = parsed.documents.iter().map(|document| {
        let body = load(document.root(), Dialect::Resource).unwrap();
        let id = ResourceId::of(&body);
        Resource { original: id.clone(), id, body, origin: Span::file_start(FileId(0)) }
    });
    documents.collect()
}

fn written(text: &str) -> String {
    write(&resources(text), None).unwrap()
}

#[track_caller]
fn unchanged(text: &str) {
    assert_eq!(written(text), text);
}

#[test]
fn strings_are_quoted_where_they_must_be() {
    unchanged(concat!(
        "s:\n- \"Y\"\n- '&a'\n- \"0b101\"\n- \"a\\uFEFFb\"\n- a\\b\n- 'a: b'\n- a:b\n- 'a:'\n- \"a\\r\\nb\"\n",
        "- '- a'\n- '-'\n- '---'\n- \"2020-01-01\"\n- 2020-02-31\n- say \"hi\"\n- \"\\U0001F600\"\n- \"\"\n- =\n- <<\n",
        "- \"1e3\"\n- 1e999\n- 'a #b'\n- a#b\n- \".inf\"\n- ' a'\n- '?'\n- it's\n- '''a'' b: c'\n- \"a\\tb\"\n- \"1:30\"\n- 1:60\n",
        "- \"1_000\"\n- \"0777\"\n- \"0o17\"\n- \"12:30:45\"\n- héllo ☃ 日本\n- \"null\"\n- \"~\"\n- a b\n- \"\\e\\x01\"\n",
    ));
}

#[test]
fn blocks_keep_their_line_breaks() {
    unchanged(concat!(
        "a: |-\n  a\n  b\nb: |\n  a\n    b\n\n  c\nc: |+\n  a\n\nd: |2\n    a\n  b\ne: |2+\n\n",
        "f: \"a \\nb\\n\"\ng:\n- |\n  a\n  b\n- k: |-\n    a\n    b\n",
    ));
}

#[test]
fn long_lines_fold() {
    let word = "word ".repeat(16);
    let long = format!("a: {word}word\nb: '{word}#x'\n");
    let expected = format!("a: {}\n  word\nb: '{}\n  #x'\n", word.trim_end(), word.trim_end());
    assert_eq!(written(&long), expected);
    unchanged(&expected);
    unchanged("a: \"\\uFEFF\\x26\\xE9\"\n");
    // Other line breaks count as such, too.
    assert_eq!(written("a: \"x\\Ly\"\n"), "a: 'x\u{2028}  y'\n");
}

#[test]
fn keys_may_be_long_or_odd() {
    let long = "k".repeat(129);
    unchanged(&format!(
        "\"\": e\n'#x': x\n\"1\": t\n? |-\n  a\n  b\n: t\n? c{long}\n: - x\n? d{long}\n: a: 1\n  b: 2\n\"true\": t\n"
    ));
}

#[test]
fn collections_nest_as_kustomize_indents_them() {
    unchanged("a: {}\nb: []\nc:\n- d:\n  - e\n  - f\n- - g\n  - - h\n- {}\n- []\n");
    let two = "a: 1\n---\nb: 2\n";
    unchanged(two);
    assert_eq!(written(""), "");
}

#[test]
fn scalars_pass_through_json() {
    let cases = [
        ("1.0", "1"),
        ("1e3", "1000"),
        ("123456789.123", "1.23456789123e+08"),
        ("1e21", "1e+21"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("18446744073709551615", "18446744073709551615"),
        ("-0.0", "0"),
        ("9.419960398209823e18", "9419960398209823000"),
        ("836366066839858.25", "8.363660668398582e+14"),
        ("0.00001", "1e-05"),
        ("0.0001", "0.0001"),
        ("1234567.5", "1.2345675e+06"),
        ("0x1F", "31"),
        ("0777", "511"),
        ("08", "8"),
        ("1_000", "1000"),
        ("TRUE", "true"),
        ("~", "null"),
        ("2020-01-01", "\"2020-01-01T00:00:00Z\""),
        ("2020-1-2t3:4:5.120-05:00", "\"2020-01-02T03:04:05.12-05:00\""),
        ("2020-01-02 03:04:05", "\"2020-01-02T03:04:05Z\""),
        ("!!binary aGk=", "hi"),
        ("!!str 5", "\"5\""),
    ];
    for (value, expected) in cases {
        assert_eq!(written(&format!("a: {value}")), format!("a: {expected}\n"), "{value}");
    }
}

#[test]
fn what_json_or_yaml_cannot_say_is_an_error() {
    for text in ["a: .inf", "a: [b, .NaN]", "a: \"\\x7f\"", "\"\\x85\\x86\": b", "a: !!binary '*'"]
    {
        let error = write(&resources(text), None).unwrap_err();
        assert!(error.span.end > error.span.start, "{text}");
    }
}

#[test]
fn origins_stand_behind_every_leaf() {
    let origins: Origins<'_> = &|value| value.text().map(|_| "x\ny".to_owned());
    let text = "a: |\n  b\nc:\n- 1\n- {}\nd: 'e: f'\n";
    let written = write(&resources(text), Some(origins)).unwrap();
    assert_eq!(written, "a: | # x y\n  b\nc:\n- 1 # x y\n- {}\nd: 'e: f' # x y\n");
}
