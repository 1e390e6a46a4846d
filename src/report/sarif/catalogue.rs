//! What SARIF says about rules and notifications: the same in every run.

use crate::finding::Level;
use crate::report::concise::level;
use crate::report::explain::name;
use crate::report::sarif::v2;
use crate::report::wording::{REPOSITORY, rule_url, sentence};
use crate::rules::{RULES, RuleMeta, Status};

/// Characters of a description that GitHub accepts.
const DESCRIPTION: usize = 1024;
/// What was seen and not looked into.
pub(super) const NOT_ANALYSED: v2::DescriptorReference =
    v2::DescriptorReference { id: "not-analysed", index: 0 };
/// Results that were left out.
pub(super) const RESULTS_CUT: v2::DescriptorReference =
    v2::DescriptorReference { id: "results-cut", index: 1 };

/// All rules, in their order.
pub(super) fn rules() -> Vec<v2::Rule> {
    RULES.iter().map(|entry| rule(entry.meta)).collect()
}

/// What notifications are about.
pub(super) fn notifications() -> Vec<v2::Descriptor> {
    let descriptor = |reference: v2::DescriptorReference, short: &str, full: &str| v2::Descriptor {
        id: reference.id,
        name: pascal_case(reference.id),
        short_description: v2::Message { text: short.to_owned() },
        full_description: v2::Message { text: full.to_owned() },
        help: v2::Message { text: "Run `paritylint -v` to see everything.".to_owned() },
        help_uri: format!("{REPOSITORY}/blob/main/docs/reports.md"),
    };
    vec![
        descriptor(
            NOT_ANALYSED,
            "Something was not analysed.",
            "Something was seen and not looked into, such as a remote base or a template.",
        ),
        descriptor(
            RESULTS_CUT,
            "Some results were left out.",
            "There are more findings than a report for GitHub may hold; the gravest are in it.",
        ),
    ]
}

fn rule(meta: &'static RuleMeta) -> v2::Rule {
    let docs = meta.text();
    let url = rule_url(meta.id);
    v2::Rule {
        id: meta.id,
        name: pascal_case(meta.id),
        short_description: v2::Message { text: cut(&sentence(meta.summary())) },
        full_description: v2::Message { text: cut(&why(&docs)) },
        help: v2::Help {
            text: docs.replace("\n## ", "\n"),
            markdown: format!("{docs}\n\n[All about this rule]({url})"),
        },
        help_uri: url,
        default_configuration: v2::Configuration { level: sarif_level(meta.level) },
        properties: v2::Properties {
            precision: match meta.status {
                Status::Stable => "high",
                Status::Preview => "medium",
            },
            severity: match meta.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note | Level::Off => "recommendation",
            },
            tags: vec![name(&meta.family)],
        },
    }
}

/// The name of a level; a rule that is off reports nothing.
pub(super) fn sarif_level(of: Level) -> &'static str {
    if of == Level::Off { "none" } else { level(of) }
}

/// The summary and the text under `## Why`.
fn why(docs: &str) -> String {
    let summary = docs.lines().next().unwrap_or("");
    let section = docs.split("\n## ").find_map(|part| part.strip_prefix("Why\n")).unwrap_or("");
    let words: Vec<_> = section.split_whitespace().collect();
    format!("{} {}", sentence(summary), words.join(" ")).trim().to_owned()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION {
        return text.to_owned();
    }
    text.chars().take(DESCRIPTION - 1).chain(['…']).collect()
}

/// `MissingKey` for `missing-key`.
fn pascal_case(id: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    id.split('-').map(word).collect()
}
