//! The comment of a pull request: what a change does to what runs, and what it brings.

use std::fmt::Write as _;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

use crate::changes::{commit, git};
use crate::harness::{Repo, SHOP};
use crate::reports::assert_snapshot;

const BASE: &str = "apps/orders/base/deployment.yaml";

fn deployment(memory: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\nspec:\n  replicas: 2\n  \
         selector: {{matchLabels: {{app: orders}}}}\n  template:\n    metadata: {{labels: {{app: \
         orders}}}}\n    spec:\n      containers:\n        - name: api\n          image: \
         nordwerk/orders:1.4.0\n          env: [{{name: LEVEL, value: info}}]\n          resources: {{limits: {{memory: \
         {memory}}}}}\n"
    )
}

fn overlay(environment: &str) -> String {
    format!("apps/orders/overlays/{environment}/kustomization.yaml")
}

fn overlay_of(tag: &str, more: &str) -> String {
    format!(
        "resources: [../../base]\nnamePrefix: {{}}\nimages: [{{name: nordwerk/orders, newTag: \
         {tag}}}]\n{more}"
    )
    .replace("namePrefix: {}\n", "")
}

/// Staging and two regions of production, all alike, committed.
fn orders() -> Repo {
    let repo = Repo::new(&[
        ("apps/orders/base/kustomization.yaml", "resources: [deployment.yaml]\n"),
        (BASE, &deployment("1Gi")),
    ]);
    for environment in ["staging", "production/eu", "production/us"] {
        let text = overlay_of("1.4.0", "").replace("../../base", up(environment));
        repo.write(&overlay(environment), text.as_bytes());
    }
    save(&repo, "one");
    repo
}

fn up(environment: &str) -> &'static str {
    if environment.contains('/') { "../../../base" } else { "../../base" }
}

fn set(repo: &Repo, environment: &str, tag: &str, more: &str) {
    let text = overlay_of(tag, more).replace("../../base", up(environment));
    repo.write(&overlay(environment), text.as_bytes());
}

fn save(repo: &Repo, message: &str) {
    git(repo, &["add", "-A"]);
    commit(repo, message);
}

/// The comment on the last commit.
fn comment(repo: &Repo) -> String {
    let run = repo.run(&["check", "--base", "HEAD~1", "--format", "markdown"]);
    assert!(run.code < 2, "{}", run.err);
    run.out
}

fn change(repo: &Repo) -> serde_json::Value {
    repo.run(&["check", "--base", "HEAD~1", "--format", "json"]).json()["change"].take()
}

/// A patch of the one variable that production may not have before staging.
fn patch(name: &str, value: &str) -> String {
    format!(
        "patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: \
         {{name: orders}}\n      spec: {{template: {{spec: {{containers: [{{name: api, env: [{{name: \
         {name}, value: {value}}}]}}]}}}}}}\n"
    )
}

#[test]
fn what_moves_is_told_by_effect_with_everything_that_it_reaches() {
    let repo = orders();
    repo.write(BASE, deployment("512Mi").as_bytes());
    save(&repo, "two");
    let text = comment(&repo);
    let row = "| `Deployment orders` `spec.template.spec.containers[name=api].resources.limits.memory`: \
               `1Gi` → `512Mi` | staging, production (eu and us) | `apps/orders` |";
    assert!(text.contains(row), "{text}");
    assert!(text.starts_with("<!-- paritylint -->\n**Nothing new found**\n"), "{text}");
    // Less of something is no routine, and nobody tried it in staging.
    assert!(
        text.contains("> **staging and production change together** in `apps/orders`"),
        "{text}"
    );
    let change = change(&repo);
    let effect = &change["effects"][0];
    assert_eq!(effect["moves"][0]["before"], "1Gi");
    assert_eq!(effect["overlays"].as_array().unwrap().len(), 3);
    assert_eq!(effect["overlays"][0]["environment"], "staging");
    assert_eq!(change["together"][0]["reference"], "staging");
}

/// The sample of `docs/reports.md`.
#[test]
fn a_comment_looks_as_in_the_documentation() {
    let repo = orders();
    repo.write(BASE, deployment("512Mi").as_bytes());
    set(&repo, "staging", "1.5.0", "");
    set(&repo, "production/us", "1.4.0", &patch("RETRIES", "three"));
    save(&repo, "two");
    let text = comment(&repo);
    Markdown::of(&text).assert_harmless(&text);
    assert_snapshot("markdown-change.txt", &text);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reports.md");
    let page = std::fs::read_to_string(file).unwrap();
    let (before, rest) = page.split_once("```markdown\n").unwrap();
    let (sample, after) = rest.split_once("```\n").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, format!("{before}```markdown\n{text}```\n{after}")).unwrap();
    } else {
        assert_eq!(sample, text, "UPDATE=1 writes it");
    }
}

#[test]
fn tags_and_more_of_something_are_routine() {
    let repo = orders();
    repo.write(BASE, deployment("2Gi").as_bytes());
    set(&repo, "staging", "1.5.0", "");
    save(&repo, "two");
    let text = comment(&repo);
    assert!(text.contains("**routine**: only parameters and image tags move"), "{text}");
    assert!(!text.contains("together"), "{text}");
    // What reaches the same overlays is one effect.
    let effects = change(&repo)["effects"].clone();
    assert_eq!(effects.as_array().unwrap().len(), 2, "{effects:#}");
}

#[test]
fn one_thing_that_is_no_routine_ends_it() {
    let repo = orders();
    set(&repo, "staging", "1.5.0", &patch("RETRIES", "three"));
    save(&repo, "two");
    let text = comment(&repo);
    assert!(!text.contains("**routine**"), "{text}");
    assert!(text.contains("*routine*<br>`Deployment orders` "), "{text}");
    assert!(text.contains("[name=api].env[name=RETRIES]`: new, `three` | staging |"), "{text}");
}

#[test]
fn what_a_parameter_of_the_configuration_covers_is_routine() {
    let repo = orders();
    set(&repo, "staging", "1.4.0", &patch("RETRIES", "three"));
    set(&repo, "production/eu", "1.4.0", &patch("RETRIES", "three"));
    set(&repo, "production/us", "1.4.0", &patch("RETRIES", "three"));
    repo.write(
        "paritylint.toml",
        b"[[parameter]]\npath = \"**.env[name=RETRIES].value\"\nconstraint = \"any\"\n\
          reason = \"each has its own\"\n",
    );
    save(&repo, "two");
    set(&repo, "staging", "1.4.0", &patch("RETRIES", "four"));
    save(&repo, "three");
    let text = comment(&repo);
    assert!(text.contains("**routine**"), "{text}");
}

#[test]
fn what_staging_had_before_was_tried() {
    let repo = orders();
    set(&repo, "staging", "1.4.0", &patch("A", "x"));
    save(&repo, "two");
    // Production gets what staging had, and staging the next thing.
    set(&repo, "staging", "1.4.0", &patch("A", "y"));
    for environment in ["production/eu", "production/us"] {
        set(&repo, environment, "1.4.0", &patch("A", "x"));
    }
    save(&repo, "three");
    let text = comment(&repo);
    assert!(text.contains("### What renders differently") && !text.contains("together"), "{text}");
    for environment in ["staging", "production/eu", "production/us"] {
        set(&repo, environment, "1.4.0", &patch("A", "z"));
    }
    save(&repo, "four");
    assert!(comment(&repo).contains("change together"), "{}", comment(&repo));
}

#[test]
fn a_refactoring_that_renders_the_same_is_not_worth_a_word() {
    let repo = orders();
    git(&repo, &["mv", "apps/orders/base", "apps/orders/common"]);
    for environment in ["staging", "production/eu", "production/us"] {
        let text = repo.read(&overlay(environment)).replace("/base", "/common");
        repo.write(&overlay(environment), text.as_bytes());
    }
    let text = repo.read("apps/orders/common/deployment.yaml").replace("1Gi", "\"1024Mi\"");
    repo.write("apps/orders/common/deployment.yaml", text.as_bytes());
    save(&repo, "two");
    assert_eq!(comment(&repo), "");
    assert_eq!(change(&repo)["effects"], serde_json::json!([]));
    repo.run(&["check", "--base", "HEAD~1", "--output", "markdown=comment.md"]);
    assert_eq!(repo.read("comment.md"), "");
}

#[test]
fn objects_and_overlays_come_and_go() {
    let repo = orders();
    let map = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: orders}\ndata: {A: \"1\"}\n";
    repo.write("apps/orders/overlays/staging/map.yaml", map);
    let with = overlay_of("1.4.0", "").replace("[../../base]", "[../../base, map.yaml]");
    repo.write(&overlay("staging"), with.as_bytes());
    git(&repo, &["rm", "-qr", "apps/orders/overlays/production/us"]);
    save(&repo, "two");
    let text = comment(&repo);
    assert!(text.contains("| `ConfigMap orders` is new | staging | `apps/orders` |"), "{text}");
    assert!(
        text.contains("| the whole overlay is gone | production (us) | `apps/orders` |"),
        "{text}"
    );
}

/// The names of an environment hide nothing when it is compared with itself, and what something fills
/// in later is the same before and after.
#[test]
fn every_other_text_is_another_value() {
    let repo = orders();
    for (before, after) in
        [("orders-production.example.org", "orders.example.org"), ("${HOST}/a", "${HOST}/b")]
    {
        set(&repo, "production/eu", "1.4.0", &patch("URL", &format!("\"{before}\"")));
        save(&repo, "before");
        set(&repo, "production/eu", "1.4.0", &patch("URL", &format!("\"{after}\"")));
        save(&repo, "after");
        let text = comment(&repo);
        assert!(text.contains(&format!("`{before}` → `{after}`")), "{text}");
    }
}

#[test]
fn an_overlay_that_does_not_render_is_named() {
    let repo = orders();
    repo.write(&overlay("production/us"), b"resources: [nowhere.yaml]\n");
    save(&repo, "two");
    let text = comment(&repo);
    assert!(text.contains("Not known: what moves of `apps/orders` in production (us)"), "{text}");
    assert!(text.contains("/docs/rules/build-failed.md)"), "{text}");
}

#[test]
fn what_is_resolved_is_praised() {
    let repo = Repo::new(SHOP);
    save(&repo, "one");
    let staging = repo.read("apps/shop/overlays/staging/settings.yaml");
    repo.write("apps/shop/overlays/production/settings.yaml", staging.as_bytes());
    save(&repo, "two");
    let text = comment(&repo);
    assert!(text.contains("**Nothing new found**, 2 findings resolved"), "{text}");
    assert!(text.contains("<summary>2 findings resolved, well done</summary>"), "{text}");
}

#[test]
fn a_finding_has_both_sides() {
    let repo = Repo::new(SHOP);
    let text = repo.run(&["check", "--format", "markdown"]).out;
    assert!(text.starts_with("<!-- paritylint -->\n**1 error and 1 warning**\n"), "{text}");
    assert!(
        text.contains("`apps/shop/overlays/production/settings.yaml:6` production: `90s`<br>"),
        "{text}"
    );
    assert!(
        text.contains("`apps/shop/overlays/staging/settings.yaml:6` staging: `30s` |"),
        "{text}"
    );
    Markdown::of(&text).assert_harmless(&text);
}

#[test]
fn a_part_of_a_repository_has_a_comment_of_its_own() {
    let repo = Repo::new(&[]);
    for (path, text) in SHOP {
        repo.write(&format!("clusters/a--b>/{path}"), text.as_bytes());
    }
    repo.write("clusters/a--b>/paritylint.toml", b"");
    let text = repo.run_in("clusters/a--b>", &["check", "--format", "markdown"]).out;
    assert!(text.starts_with("<!-- paritylint:clusters/a__b_ -->\n"), "{text}");
}

#[test]
fn secrets_move_without_being_shown() {
    let repo = orders();
    let secret = |word: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: orders}}\nstringData: {{KEY: {word}}}\n"
        )
    };
    let path = "apps/orders/overlays/staging/secret.yaml";
    let with = overlay_of("1.4.0", "").replace("[../../base]", "[../../base, secret.yaml]");
    repo.write(&overlay("staging"), with.as_bytes());
    repo.write(path, secret("hunter2").as_bytes());
    save(&repo, "two");
    repo.write(path, secret("hunter3").as_bytes());
    save(&repo, "three");
    let text = comment(&repo);
    assert!(text.contains("`stringData.KEY`: another secret"), "{text}");
    set(&repo, "production/eu", "1.4.0", &patch("DB_PASSWORD", "hunter4"));
    save(&repo, "a variable");
    let text = comment(&repo);
    assert!(text.contains("env[name=DB_PASSWORD]`: new, `(secret)`"), "{text}");
    assert!(!text.contains("hunter"), "{text}");
    // Not even by something else that has the same key and value, and moves likewise.
    let map = |word: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: orders}}\ndata: {{KEY: {word}}}\n"
        )
    };
    repo.write(path, format!("{}---\n{}", secret("plain1"), map("plain1")).as_bytes());
    save(&repo, "four");
    repo.write(path, format!("{}---\n{}", secret("plain2"), map("plain2")).as_bytes());
    save(&repo, "five");
    let both = comment(&repo);
    assert!(both.contains("`ConfigMap orders` `data.KEY`: `plain1` → `plain2`"), "{both}");
    assert!(both.contains("`Secret orders` `stringData.KEY`: another secret"), "{both}");
    let json = change(&repo).to_string();
    assert!(!text.contains("hunter") && !json.contains("hunter"), "{text}{json}");
}

#[test]
fn a_million_values_stay_a_comment() {
    let repo = Repo::new(&[]);
    let map = |value: &str| {
        let mut text =
            String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n");
        for key in 0..3_000 {
            writeln!(text, "  KEY_{key}: \"{value} {key} {}\"", "`|x".repeat(60)).unwrap();
        }
        text
    };
    for unit in 0..6 {
        for environment in ["staging", "production"] {
            let directory = format!("apps/unit-{unit}/overlays/{environment}");
            repo.write(&format!("{directory}/kustomization.yaml"), b"resources: [map.yaml]\n");
            repo.write(&format!("{directory}/map.yaml"), map("old").as_bytes());
        }
    }
    save(&repo, "one");
    for unit in 0..6 {
        for environment in ["staging", "production"] {
            let path = format!("apps/unit-{unit}/overlays/{environment}/map.yaml");
            repo.write(&path, map(&format!("{unit} {environment} new")).as_bytes());
        }
    }
    save(&repo, "two");
    let text = comment(&repo);
    assert!(
        text.len() < 64 * 1024 && text.contains("more move and are not listed"),
        "{}",
        text.len()
    );
    Markdown::of(&text).assert_harmless(&text);
    let change = change(&repo);
    let moves = change["effects"].as_array().unwrap().iter();
    let moves: usize = moves.map(|effect| effect["moves"].as_array().unwrap().len()).sum();
    assert_eq!(moves, 2_000);
    assert!(change["more_effects"].as_u64().unwrap() > 30_000);
}

#[test]
fn findings_that_do_not_fit_are_counted() {
    let repo = Repo::new(&[]);
    for unit in 0..120 {
        for environment in ["staging", "production"] {
            let directory = format!("apps/unit-{unit}/overlays/{environment}");
            repo.write(&format!("{directory}/kustomization.yaml"), b"resources: [map.yaml]\n");
            let map = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{MODE: \"{environment}|é \
                 of {unit} {}\"}}\n",
                "x".repeat(unit)
            );
            repo.write(&format!("{directory}/map.yaml"), map.as_bytes());
            let broken = format!("{directory}/broken.yaml");
            repo.write(&broken, b"a: 1\na: 2\nb: 1\nb: 2\nc: 1\nc: 2\n");
        }
    }
    let text = repo.run(&["check", "--format", "markdown"]).out;
    assert!(text.len() < 64 * 1024, "{}", text.len());
    assert!(text.ends_with(" more: see the log of the check.\n"), "{}", &text[text.len() - 300..]);
    Markdown::of(&text).assert_harmless(&text);
}

/// Everything that a reader of Markdown may take for a mark.
const HOSTILE: &[&str] = &[
    "@octocat @nordwerk/team-orders #1 GH-2 nordwerk/orders#3 3f2a91c0ffee1234 a@nordwerk.example",
    "https://evil.example www.evil.example ftp://evil.example mailto:a@evil.example",
    "![i](https://evil.example) [l](https://evil.example) <https://evil.example>",
    "</code></details><script>alert(1)</script><!-- x --> <img src=x onerror=y> &lt;b&gt;",
    "`tick` ``two`` ``` | pipe \\| \\` **bold** ~~s~~ __u__ [x] | --- | \\\\| end|",
    "line\n\n# head\n```\nfence\n<!--\n| a | b |\n- item\r\nx\u{202e}\u{200b}\u{7}",
];

/// Directories, keys, values, owners, images and reasons that want to be marks.
fn hostile() -> Repo {
    let repo = Repo::new(&[]);
    save_hostile(&repo, "before");
    repo
}

fn save_hostile(repo: &Repo, round: &str) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    for (number, text) in HOSTILE.iter().enumerate() {
        let name = text.replace(['/', '\0'], "_");
        for environment in ["staging", "production"] {
            let directory = format!("apps/{number} {name}/overlays/{environment}/v {name}");
            repo.write(&format!("{directory}/kustomization.yaml"), b"resources: [map.yaml]\n");
            let value = quoted(&format!("{environment} {round} {text}"));
            let key = quoted(&format!("{text} key"));
            let only = quoted(&format!("{text} only in {environment} {round}"));
            let map = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {key}}}\ndata:\n  {key}: {value}\n  \
                 {only}: {value}\n  plain: {value}\n---\napiVersion: {key}\nkind: {key}\nmetadata: {{name: \
                 {only}}}\nspec:\n  image: {value}\n  list: [{{name: {key}, value: {value}}}]\n"
            );
            repo.write(&format!("{directory}/map.yaml"), map.as_bytes());
        }
        let other = format!("apps/x/overlays/production/{number}{name}.yaml");
        repo.write(&other, format!("# TODO hotfix: {name}\na: [\n").as_bytes());
        let remote = format!("resources: [{}]\n", quoted(&format!("https://{text}?ref=v1")));
        let path = format!("apps/r{number}/overlays/production/kustomization.yaml");
        repo.write(&path, format!("# {round}\n{remote}").as_bytes());
        repo.write(&path.replace("production", "staging"), remote.as_bytes());
    }
    save(repo, round);
}

#[test]
fn nothing_of_the_repository_is_a_mark() {
    let repo = hostile();
    let text = repo.run(&["check", "--format", "markdown"]).out;
    assert!(text.contains("octocat") && text.contains("evil.example"), "{text}");
    Markdown::of(&text).assert_harmless(&text);
    save_hostile(&repo, "after");
    let text = comment(&repo);
    assert!(text.contains("octocat") && text.contains("What renders differently"), "{text}");
    Markdown::of(&text).assert_harmless(&text);
}

/// What GitHub's reader of Markdown makes of a text.
#[derive(Default)]
struct Markdown {
    /// Where links lead.
    links: Vec<String>,
    /// Raw HTML.
    html: Vec<String>,
    /// Text that is not code.
    plain: String,
    /// The rows of all tables: how many cells they have, and how many their table has columns.
    rows: Vec<(usize, usize)>,
    /// The names of other marks.
    others: Vec<String>,
}

impl Markdown {
    fn of(text: &str) -> Self {
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.autolink = true;
        options.extension.strikethrough = true;
        options.extension.tasklist = true;
        options.extension.footnotes = true;
        let arena = Arena::new();
        let mut found = Self::default();
        let mut code = 0;
        for node in parse_document(&arena, text, &options).descendants() {
            match &node.data.borrow().value {
                NodeValue::Link(link) => found.links.push(link.url.clone()),
                NodeValue::HtmlBlock(html) => {
                    found.html.extend(html.literal.lines().map(str::to_owned));
                }
                NodeValue::HtmlInline(html) => {
                    code += i32::from(html == "<code>") - i32::from(html == "</code>");
                    found.html.push(html.clone());
                }
                NodeValue::Text(text) if code == 0 => found.plain.push_str(text),
                NodeValue::TableRow(_) => {
                    let columns = node.parent().unwrap().first_child().unwrap().children().count();
                    found.rows.push((node.children().count(), columns));
                }
                NodeValue::SoftBreak | NodeValue::Paragraph => found.plain.push('\n'),
                NodeValue::Document
                | NodeValue::Text(_)
                | NodeValue::Code(_)
                | NodeValue::Table(_)
                | NodeValue::TableCell
                | NodeValue::Heading(_)
                | NodeValue::BlockQuote
                | NodeValue::Strong
                | NodeValue::Emph => {}
                other => found.others.push(format!("{other:?}")),
            }
        }
        found
    }

    fn assert_harmless(&self, text: &str) {
        const OURS: &[&str] = &[
            "<!-- paritylint -->",
            "<details>",
            "</details>",
            "<code>",
            "</code>",
            "<br>",
            "<sub>",
            "</sub>",
        ];
        for html in &self.html {
            let summary =
                html.strip_prefix("<summary>").and_then(|rest| rest.strip_suffix("</summary>"));
            let ours = OURS.contains(&html.as_str())
                || summary.is_some_and(|words| !words.contains(['<', '&', '@']));
            assert!(ours || html.starts_with("**"), "{html:?}\n{text}");
        }
        for link in &self.links {
            let page = link.split_once("/blob/main/docs/rules/").map(|(_, page)| page);
            let rule = page.and_then(|page| page.strip_suffix(".md")).unwrap_or_default();
            assert!(paritylint::rules::RULES.iter().any(|known| known.meta.id == rule), "{link}");
        }
        assert_eq!(self.others, [""; 0], "{text}");
        for bad in ["@", "://", "www.", "|", "`", "<", "&", "\\|", "**", "GH-2", "3f2a91c0"] {
            assert!(!self.plain.contains(bad), "{bad}: {}", self.plain);
        }
        let number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        assert!(!self.plain.split('#').skip(1).any(number), "{}", self.plain);
        assert!(!self.rows.is_empty());
        for (line, columns) in &self.rows {
            assert_eq!(line, columns, "{text}");
        }
        // A row too many or a cell too few would be mended by the reader: count what is written.
        let cells = |line: &str| line.matches(" | ").count();
        let mut head = None;
        for line in text.lines() {
            if line.starts_with('|') {
                assert_eq!(cells(line), *head.get_or_insert(cells(line)), "{line}\n{text}");
                assert!(line.ends_with(" |"), "{line}");
            } else {
                head = None;
            }
        }
        let marks = |mark: &str| text.lines().filter(|line| *line == mark).count();
        assert_eq!(marks("<details>"), marks("</details>"));
        let steers = |c: char| c != '\n' && c.is_control() || matches!(c, '\u{200b}' | '\u{202e}');
        assert!(!text.contains(steers));
    }
}
