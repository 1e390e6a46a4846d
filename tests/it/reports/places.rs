//! Positions, proven by reading at them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::Repo;
use crate::reports::report;

/// What a column counts.
#[derive(Clone, Copy)]
enum Column {
    Characters,
    Bytes,
}

/// Names and values with characters of one to four bytes, and of one and two UTF-16 units.
fn repo() -> Repo {
    let repo = Repo::new(&[]);
    for (environment, value) in [("staging", "größe 𝄞 eins"), ("production", "größe 𝄞 zwei")]
    {
        let directory = format!("apps/a b,c:d%0A#ü𝄞/overlays/{environment}");
        repo.write(&format!("{directory}/kustomization.yaml"), b"resources: [map.yaml]\n");
        let text = format!(
            "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {{name: shop}}\r\ndata: \
             {{A: \"𝄞é\", KEY: {value}}} # 𝄞\r\n"
        );
        repo.write(&format!("{directory}/map.yaml"), text.as_bytes());
    }
    repo
}

/// The text between two columns of a line.
fn read(repo: &Repo, file: &str, line: u64, from: u64, to: u64, column: Column) -> String {
    let number = |number: u64| usize::try_from(number).unwrap() - 1;
    let text = repo.read(file);
    let line = text.lines().nth(number(line)).unwrap();
    match column {
        Column::Bytes => line[number(from)..number(to)].to_owned(),
        Column::Characters => {
            line.chars().skip(number(from)).take(number(to) - number(from)).collect()
        }
    }
}

fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).unwrap().as_u64().unwrap()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).unwrap().as_str().unwrap()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn json() {
    let repo = repo();
    let report = report(&repo, "json").json();
    let places = report["findings"][0]["locations"].as_array().unwrap().iter();
    let read: BTreeSet<_> = places
        .map(|place| {
            assert_eq!(place["line"], place["end_line"]);
            let (from, to) = (number(place, "/column"), number(place, "/end_column"));
            let line = number(place, "/line");
            read(&repo, text(place, "/file"), line, from, to, Column::Characters)
        })
        .collect();
    assert_eq!(read, ["größe 𝄞 eins".to_owned(), "größe 𝄞 zwei".to_owned()].into());
}

#[test]
fn sarif() {
    let repo = repo();
    let report = report(&repo, "sarif").json();
    let run = &report["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let result = &run["results"][0];
    let read = |location: &Value| {
        let place = &location["physicalLocation"];
        let uri = text(place, "/artifactLocation/uri");
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)));
        let region = &place["region"];
        assert_eq!(region["startLine"], region["endLine"]);
        let (from, to) = (number(region, "/startColumn"), number(region, "/endColumn"));
        let line = number(region, "/startLine");
        read(&repo, &percent_decoded(uri), line, from, to, Column::Characters)
    };
    assert_eq!(read(&result["locations"][0]), "größe 𝄞 zwei");
    assert_eq!(read(&result["relatedLocations"][0]), "größe 𝄞 eins");
    assert_eq!(read(&result["relatedLocations"][1]), "größe 𝄞 zwei");
    let steps = result.pointer("/codeFlows/0/threadFlows/0/locations").unwrap();
    let steps: Vec<_> = steps.as_array().unwrap().iter().map(|at| read(&at["location"])).collect();
    assert_eq!(steps, ["größe 𝄞 eins", "größe 𝄞 zwei"]);
}

#[test]
fn rdjson() {
    let repo = repo();
    let report = report(&repo, "rdjson").json();
    let read = |location: &Value| {
        let (from, to) =
            (number(location, "/range/start/column"), number(location, "/range/end/column"));
        let line = number(location, "/range/start/line");
        read(&repo, text(location, "/path"), line, from, to, Column::Bytes)
    };
    let diagnostic = &report["diagnostics"][0];
    assert_eq!(read(&diagnostic["location"]), "größe 𝄞 zwei");
    assert_eq!(read(&diagnostic["related_locations"][0]["location"]), "größe 𝄞 eins");
}

#[test]
fn gitlab() {
    let repo = repo();
    let report = report(&repo, "gitlab").json();
    let location = &report[0]["location"];
    let (from, to) =
        (number(location, "/positions/begin/column"), number(location, "/positions/end/column"));
    let line = number(location, "/positions/begin/line");
    let file = text(location, "/path");
    assert_eq!(read(&repo, file, line, from, to, Column::Characters), "größe 𝄞 zwei");
}

#[test]
fn github() {
    let repo = repo();
    let report = report(&repo, "github").out;
    let line = report.lines().next().unwrap();
    let properties = line.strip_prefix("::warning ").unwrap().split("::").next().unwrap();
    let property = |name: &str| {
        let found = properties.split(',').find_map(|part| part.strip_prefix(&format!("{name}=")));
        percent_decoded(found.unwrap())
    };
    let number = |name: &str| property(name).parse::<u64>().unwrap();
    let (from, last) = (number("col"), number("endColumn"));
    let file = property("file");
    let found = read(&repo, &file, number("line"), from, last + 1, Column::Characters);
    assert_eq!(found, "größe 𝄞 zwei");
}

#[test]
fn junit() {
    let repo = repo();
    let report = report(&repo, "junit").out;
    let document = roxmltree::Document::parse(&report).unwrap();
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    let case = failure.parent_element().unwrap();
    let (file, line) = (case.attribute("file").unwrap(), case.attribute("line").unwrap());
    let text = repo.read(file);
    let line = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
    assert!(line.contains("zwei"), "{line}");
}
