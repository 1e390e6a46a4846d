use crate::text::envsubst::{BadSubstitution, Meaning, expand, is_variable};

const VARIABLES: &[(&str, &str)] = &[
    ("v", "abcdEFGH28ij"),
    ("path", "/home/bozo/ideas/thoughts.for.today"),
    ("s", "abcABC123ABCabc"),
    ("file", "bash.string.txt"),
    ("way", "path/to/file"),
    ("d", "foo1"),
    ("empty", ""),
    ("somevalue", "somevalue"),
    ("slashed", "foo/bar/baz"),
];

fn meaning(name: &str) -> Meaning<'static> {
    if name.starts_with("elsewhere") {
        return Meaning::Unknown;
    }
    let found = VARIABLES.iter().find(|(known, _)| *known == name);
    found.map_or(Meaning::Undefined, |(_, value)| Meaning::Value(value))
}

fn filled(text: &str) -> String {
    expand(text, meaning).map_or_else(|error| error.to_string(), |expanded| expanded.text)
}

/// The cases of the original's own tests.
#[test]
fn expansions_are_those_of_flux() {
    let cases = [
        ("text alone", "text alone"),
        ("${v}", "abcdEFGH28ij"),
        ("a-${v}-b ${d}", "a-abcdEFGH28ij-b foo1"),
        ("${#v}", "12"),
        ("${v^}", "AbcdEFGH28ij"),
        ("${v^^}", "ABCDEFGH28IJ"),
        ("${v,,}", "abcdefgh28ij"),
        ("${path:11}", "ideas/thoughts.for.today"),
        ("${path:11:5}", "ideas"),
        ("${v:-2}", "abcdEFGH28ij"),
        ("${v: -2}", "abcdEFGH28ij"),
        ("${v:1:-1}", "bcdEFGH28i"),
        ("${v:99}", ""),
        ("${v:x}", "abcdEFGH28ij"),
        ("${d=xyz}", "foo1"),
        ("${no=xyz}", "xyz"),
        ("${no:=xyz}", "xyz"),
        ("${no:-xyz}", "xyz"),
        ("${no:+xyz}", "xyz"),
        ("${empty:=xyz}", "xyz"),
        ("${no:=}", ""),
        ("something ${no=${d}}", "something foo1"),
        ("${no=prefix${d}-suffix}", "prefixfoo1-suffix"),
        ("${no:=${also:=deep}}", "deep"),
        ("${no:=https://a.example:8080/x?y=1}", "https://a.example:8080/x?y=1"),
        ("${no}", ""),
        ("a${no}b", "ab"),
        ("${s/%abc/XYZ}", "abcABC123ABCXYZ"),
        ("${s/#abc/XYZ}", "XYZABC123ABCabc"),
        ("${somevalue/#/prefix-}", "prefix-somevalue"),
        ("${somevalue/%/-suffix}", "somevalue-suffix"),
        ("${s//abc/xyz}", "xyzABC123ABCxyz"),
        ("${s/abc/xyz}", "xyzABC123ABCabc"),
        ("${file#*.}", "string.txt"),
        ("${file##*.}", "txt"),
        ("${file%.*}", "bash.string"),
        ("${file%%.*}", "bash"),
        ("${way##*/}", "file"),
        ("${no=${v^^}}", "ABCDEFGH28IJ"),
        ("$${v}", "${v}"),
        ("some ${v}$${x$${v}$v${v}", "some abcdEFGH28ij${x${v}$vabcdEFGH28ij"),
        ("$${no=${d}}", "${no=foo1}"),
        ("$$$${v}", "$${v}"),
        ("$$${v}", "$abcdEFGH28ij"),
        (r"${slashed/\//-}", "foo-bar/baz"),
        (r"${slashed//\//-}", "foo-bar-baz"),
        (r"\\some ${no=${d}}", r"\\some foo1"),
        ("${file/./}", "bashstring.txt"),
        ("$v $ $", "$v $ $"),
    ];
    for (text, wanted) in cases {
        assert_eq!(filled(text), wanted, "{text}");
    }
}

#[test]
fn what_is_not_known_stays_as_it_is_written() {
    for (text, wanted) in [
        ("${elsewhere}.${d}", "${elsewhere}.foo1"),
        ("${elsewhere:=${d}}", "${elsewhere:=${d}}"),
        ("${no:=${elsewhere}}", "${no:=${elsewhere}}"),
        ("${d:=${elsewhere}}", "foo1"),
        ("${elsewhere^^}", "${elsewhere^^}"),
    ] {
        assert_eq!(filled(text), wanted, "{text}");
    }
}

#[test]
fn uses_tell_who_has_a_default() {
    let expanded = expand("${a} ${b:=x} ${c:=} ${d:=${e}} ${no:=${f}} $${g}", meaning).unwrap();
    let used: Vec<_> = expanded.used.iter().map(|it| (it.name, it.defaulted)).collect();
    let wanted = [("a", false), ("b", true), ("c", false), ("d", true), ("no", true), ("f", false)];
    assert_eq!(used, wanted);
}

#[test]
fn what_flux_refuses_is_refused() {
    for (text, wanted) in [
        ("${", BadSubstitution::Name),
        ("${}", BadSubstitution::Name),
        ("${.Values.x}", BadSubstitution::Name),
        ("${a.b}", BadSubstitution::Brace),
        ("${a-b}", BadSubstitution::Brace),
        ("${a", BadSubstitution::Brace),
        ("${a:=b", BadSubstitution::Function),
        ("${a:}", BadSubstitution::Function),
        ("${a/b}", BadSubstitution::Function),
    ] {
        assert_eq!(expand(text, meaning), Err(wanted), "{text}");
    }
}

#[test]
fn hostile_texts_end() {
    let deep = "${a:=".repeat(5_000);
    assert_eq!(expand(&deep, meaning), Err(BadSubstitution::TooLong));
    let long = "x".repeat(100_000);
    let big = |_: &str| Meaning::Value(long.as_str());
    assert_eq!(expand(&"${a}".repeat(20), big), Err(BadSubstitution::TooLong));
    assert_eq!(expand("${a#*y}", big).unwrap().text, "${a#*y}");
    assert_eq!(expand("${a//x/${b}}", big).unwrap().text, "${a//x/${b}}");
}

#[test]
fn names_of_variables() {
    assert!(["a", "_", "A_1"].into_iter().all(is_variable));
    assert!(!["", "1a", "a-b", "a.b", "é"].into_iter().any(is_variable));
}
