//! The fuzz targets on bytes of chance: no fuzzer and no nightly compiler needed.
//!
//! `ROUNDS=10000 cargo test` takes longer and finds more.

/// A small generator of numbers that look random, always the same.
struct Chance(u64);

impl Chance {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0.to_be_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }
}

fn rounds(usual: usize) -> usize {
    std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x9e37_79b9_7f4a_7c15)
}

#[test]
fn trees_of_pieces_render_as_kubectl_renders_them() {
    let mut chance = Chance(seed());
    for _ in 0..rounds(100) {
        paritylint_fuzz::differential(&chance.bytes(64));
    }
}

#[test]
fn texts_of_notation_never_break_the_parser() {
    const NOTATION: &[u8] = b"ab1: -?,[]{}&*!|>'\"%@#\n\n  \t\\<~.\xc3\xa9";
    let mut chance = Chance(seed());
    for _ in 0..rounds(10_000) {
        let length = usize::from(chance.bytes(1)[0]) % 60;
        let bytes = chance.bytes(length);
        let text: Vec<u8> =
            bytes.iter().map(|b| NOTATION[usize::from(*b) % NOTATION.len()]).collect();
        let text = String::from_utf8_lossy(&text).into_owned();
        paritylint_fuzz::yaml(text.as_bytes());
        let mut tree = vec![0];
        tree.extend(text.as_bytes());
        paritylint_fuzz::render(&tree);
    }
}

#[test]
fn texts_of_lines_never_break_the_parsers() {
    const NOTATION: &[u8] = b"ab1=: [];#!\\\"'{},/*u00e9\n\n\r \t.\xc3\xa9$";
    let mut chance = Chance(seed());
    for _ in 0..rounds(10_000) {
        let length = usize::from(chance.bytes(1)[0]) % 60;
        let bytes = chance.bytes(length);
        let text: Vec<u8> =
            bytes.iter().map(|b| NOTATION[usize::from(*b) % NOTATION.len()]).collect();
        paritylint_fuzz::lines(String::from_utf8_lossy(&text).as_bytes());
    }
}

#[test]
fn texts_of_blocks_never_break_the_parser() {
    const NOTATION: &[&str] = &[
        "a",
        " = ",
        "1",
        "\n",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        "\"",
        "${",
        "<<E\n",
        "E\n",
        "# c",
        "/*",
        "*/",
        " \"l\" {\n",
        "-",
        ".",
        "?",
        ":",
        "for ",
        "object(",
        "\\",
        "\u{e9}",
        "\r\n",
    ];
    let mut chance = Chance(seed());
    for _ in 0..rounds(10_000) {
        let length = usize::from(chance.bytes(1)[0]) % 60;
        let bytes = chance.bytes(length);
        let pieces = bytes.iter().map(|b| NOTATION[usize::from(*b) % NOTATION.len()]);
        paritylint_fuzz::hcl(pieces.collect::<String>().as_bytes());
    }
}

#[test]
fn repositories_of_two_environments_are_checked() {
    const MARKS: &[&str] = &[
        "# checkov:skip=CKV_1:until 2024-01-01 @team\n",
        "# paritylint: allow missing-key owner=",
        "# tfsec:ignore:a:exp:2020-01-01 ",
        "# remove after 2024-05-01\n",
        "* @org/team\n",
        "[S][2] @a\n",
        "exception:\n- rule: missing-key\n  unit: '*'\n",
        "  retire-by: 2026-13-40\n",
        "CVE-2020-1 exp:",
        "kind: CronJob\nspec: {suspend: true}\n",
        "<<<<<<< a\n",
        "=======\n",
        ">>>>>>> b\n",
        "# trivy:ignore:",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n",
        "\t\u{1b}[31m",
        "spec: {path: ./apps/${X}, postBuild: {substitute: {A: b}}}\n",
        "a: |\n  b: c\n",
        "---\n",
        "é: &a [*a]\n",
    ];
    let mut chance = Chance(seed());
    for _ in 0..rounds(300) {
        let mut data = Vec::new();
        for _ in 0..2 {
            data.extend(chance.bytes(48).into_iter().map(|byte| byte & 0x7f));
            data.push(0xff);
        }
        for _ in 0..6 {
            let length = usize::from(chance.bytes(1)[0]) % 8;
            for byte in chance.bytes(length) {
                data.extend(MARKS[usize::from(byte) % MARKS.len()].as_bytes());
            }
            data.push(0xff);
        }
        paritylint_fuzz::check(&data);
    }
}
