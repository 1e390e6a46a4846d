//! Names and values of a repository steer nothing that reads a report.

use serde_json::Value;

use crate::harness::Repo;
use crate::reports::{formats, report, sarif};

const HOSTILE: &str = "x\n::error::pwned\n##[error]pwned\r]]> <script>alert(1)</script> %0A::error \
                       \u{1b}[31mred\u{7} \u{202e}bidi \u{9b}c1 ![i](https://evil.example) \
                       [l](https://evil.example) `tick` \u{fffe}&amp; \"q\" 'a' a,b:c";

/// The same in a name of a file, which has no slash.
fn name() -> String {
    HOSTILE.replace('/', "_").replace('\0', "")
}

/// The text in double quotes, as YAML and JSON read it: only ASCII.
fn quoted(text: &str) -> String {
    let escape = |character: char| match character {
        ' '..='~' if !matches!(character, '"' | '\\') => character.to_string(),
        other => format!("\\u{:04x}", u32::from(other)),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// Hostile directories, keys, values, owners, and files that are not YAML.
fn repo() -> Repo {
    let repo = Repo::new(&[]);
    for (environment, number) in [("staging", 1), ("production", 2)] {
        let directory = format!("apps/{}/overlays/{environment}", name());
        repo.write(&format!("{directory}/kustomization.yaml"), b"resources: [map.yaml]\n");
        let text = quoted(&format!("{number}{HOSTILE}"));
        let short = quoted(&format!("{number} pwned [l](https://evil.example) <script>"));
        let key = quoted(&format!("{HOSTILE} key"));
        let only = quoted(&format!("{HOSTILE} only in {environment}"));
        let map = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {key}}}\ndata:\n  {key}: {text}\n  \
             {only}: {text}\n  plain: {text}\n  short: {short}\n"
        );
        repo.write(&format!("{directory}/map.yaml"), map.as_bytes());
    }
    repo.write(&format!("{}.yaml", name()), b"a: [\n");
    repo.write(&format!("{}/b.yaml", name()), format!("a: 1\na: 2 # {}\n", name()).as_bytes());
    repo
}

/// All texts of a JSON document but paths: they are data, and must be right.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "uri" | "path"))
            .for_each(|(_, field)| texts(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Controls, and marks that hide or turn text.
fn steers(character: char) -> bool {
    let bidi = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character != '\n' && character.is_control() || bidi
}

#[test]
fn no_format_prints_a_character_that_steers() {
    let repo = repo();
    for format in formats() {
        let out = report(&repo, &format).out;
        assert!(out.contains("pwned"), "{format}: the fixture does not reach it");
        assert!(!out.contains(steers), "{format}: {:?}", out.chars().find(|c| steers(*c)));
    }
}

#[test]
fn a_workflow_log_has_no_commands_but_ours() {
    let out = report(&repo(), "github").out;
    assert!(!out.contains("##["), "{out}");
    let token = out.split("::stop-commands::").nth(1).unwrap().lines().next().unwrap();
    assert_eq!(token.len(), 32);
    let (before, rest) = out.split_once(&format!("::stop-commands::{token}\n")).unwrap();
    let (text, after) = rest.split_once(&format!("::{token}::\n")).unwrap();
    assert_eq!(after, "");
    assert!(text.contains("error::pwned") && !text.contains(token));
    assert!(before.lines().count() >= 3);
    for line in before.lines() {
        let (properties, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = properties.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        let names: Vec<_> =
            properties.split(',').map(|part| part.split_once('=').unwrap().0).collect();
        assert_eq!(names, ["file", "line", "col", "endColumn", "title"], "{line}");
        assert!(!properties.contains(':'), "{line}");
        // What is left of a percent sign is one of the escapes.
        for text in [properties, data] {
            for (at, _) in text.match_indices('%') {
                let escape = &text[at..at + 3];
                assert!(["%25", "%0A", "%0D", "%3A", "%2C"].contains(&escape), "{line}");
            }
        }
        assert!(!line.contains("%0A::") && !line.contains("%0D"), "{line}");
    }
}

/// The word after which commands count again cannot be written in a file: it follows from the text.
#[test]
fn the_word_that_ends_the_text_follows_from_it() {
    let token = |repo: &Repo| {
        let out = report(repo, "github").out;
        out.split("::stop-commands::").nth(1).unwrap().lines().next().unwrap().to_owned()
    };
    let repo = Repo::new(&[("a.yaml", "a: 1\na: 2\n")]);
    let first = token(&repo);
    repo.write("a.yaml", format!("a: 1\na: 2 # ::{first}::\n").as_bytes());
    assert_ne!(token(&repo), first);
}

/// Readers of these show Markdown, or links in brackets.
#[test]
fn messages_hold_no_links_or_tags_of_the_repository() {
    let repo = repo();
    for format in ["sarif", "gitlab", "rdjson"] {
        let document = report(&repo, format).json();
        let document = match format {
            "sarif" => document["runs"][0]["results"].clone(),
            _ => document,
        };
        let mut found = Vec::new();
        texts(&document, &mut found);
        let found: Vec<_> = found.into_iter().filter(|text| text.contains("pwned")).collect();
        assert!(found.iter().any(|text| text.contains("evil.example")), "{format}");
        for text in found {
            assert!(!text.contains("<script") && !text.contains("</script"), "{format}: {text}");
            for rest in text.split("](").skip(1) {
                let target = rest.split(')').next().unwrap();
                assert!(format == "sarif" && target.parse::<u8>().is_ok(), "{format}: {text}");
            }
            assert!(!text.contains(steers), "{format}: {text:?}");
        }
    }
}

/// A value with a backtick does not end its code, and what has no code becomes nothing either.
#[test]
fn values_leave_their_code_for_nothing() {
    let marks = "x` @octocat #123 GH-4 &#64;octocat https://evil.example/y www.evil.example \
                 [a]: b ``` a@evil.example \\\\` !5 `";
    let map = |number: usize| {
        let value = quoted(&format!("pwned{number} {marks}"));
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata:\n  {}: {value}\n  {}: {value}\n",
            quoted(&format!("@octocat https://evil.example/z {marks}")),
            quoted(&format!("pwned {marks}")),
            quoted(&format!("pwned {number} {marks}"))
        )
    };
    let repo = Repo::new(&[
        ("apps/orders/overlays/staging/kustomization.yaml", "resources: [map.yaml]\n"),
        ("apps/orders/overlays/staging/map.yaml", &map(1)),
        ("apps/orders/overlays/production/kustomization.yaml", "resources: [map.yaml]\n"),
        ("apps/orders/overlays/production/map.yaml", &map(2)),
    ]);
    for format in ["sarif", "gitlab", "rdjson"] {
        let document = report(&repo, format).json();
        let document = match format {
            "sarif" => document["runs"][0]["results"].clone(),
            _ => document,
        };
        let mut found = Vec::new();
        texts(&document, &mut found);
        let found: Vec<_> = found.into_iter().filter(|text| text.contains("pwned")).collect();
        // Values stay in their backticks, and what stands in none is broken.
        for shown in ["x' @octocat #123", "ConfigMap @ octocat https: //evil"] {
            assert!(found.iter().any(|text| text.contains(shown)), "{format}: {found:?}");
        }
        for text in found.iter().flat_map(|text| text.split("\n\n")) {
            assert!(!text.contains("``"), "{format}: {text}");
            let parts: Vec<_> = text.split('`').collect();
            assert_eq!(parts.len() % 2, 1, "{format}: {text}");
            for part in parts.iter().step_by(2) {
                let marks = ["@o", "@e", "#1", "#6", "GH-4", "://", "www.e", "]:", "!5"];
                assert!(!marks.iter().any(|mark| part.contains(mark)), "{format}: {text}");
                assert!(!part.ends_with('\\'), "{format}: {text}");
            }
        }
    }
}

#[test]
fn xml_stays_xml() {
    let out = report(&repo(), "junit").out;
    let document = roxmltree::Document::parse(&out).unwrap();
    let tags = ["testsuites", "testsuite", "testcase", "failure", "skipped"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(tags.contains(&node.tag_name().name()));
    }
    assert!(!out.contains("]]>") && !out.contains("<script"));
    let forbidden = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!out.contains(forbidden));
}

#[test]
fn the_multitool_takes_hostile_names() {
    assert_eq!(sarif::complaints(&repo()), [""; 0]);
}
