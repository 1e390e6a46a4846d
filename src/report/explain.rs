//! What a rule is for: the text of `paritylint explain`, and its page in the docs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::report::concise::level;
use crate::rules::{RULES, RuleEntry, Status};

/// The text of `paritylint explain`.
pub fn explain(entry: &RuleEntry) -> String {
    let mut text = format!("# {}\n\n{}\n\n", entry.meta.id, entry.meta.text());
    // Writing to a `String` does not fail.
    let _ = write!(text, "## Facts\n\n{}", facts(entry));
    let options = options(entry);
    if !options.is_empty() {
        text.push_str("\n## Options\n\n");
        for (name, default, docs) in options {
            let _ = writeln!(text, "- `{name}`: {docs}. Default: `{default}`");
        }
        let id = entry.meta.id;
        let level = level(entry.meta.level);
        let _ = write!(text, "\n```toml\n[rules]\n{id} = {{ level = \"{level}\", … }}\n```\n");
    }
    text
}

/// The page of a rule.
pub fn rule_page(entry: &RuleEntry) -> String {
    format!(
        "<!-- Made from the source of the rule: `UPDATE=1 cargo test --test generated` -->\n\n{}",
        explain(entry)
    )
}

/// The page that lists all rules.
pub fn rules_index() -> String {
    let mut text = String::from(
        "<!-- Made from the source of the rules: `UPDATE=1 cargo test --test generated` -->\n\n\
         # Rules\n\n| rule | family | level | |\n| --- | --- | --- | --- |\n",
    );
    for entry in RULES {
        let meta = entry.meta;
        let (id, family, level) = (meta.id, name(&meta.family), level(meta.level));
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "| [{id}]({id}.md) | {family} | {level} | {} |", meta.summary());
    }
    text
}

/// The output of `paritylint rules`.
pub fn rules_text() -> String {
    let width = RULES.iter().map(|entry| entry.meta.id.len()).max().unwrap_or(0);
    let lines = RULES.iter().map(|entry| {
        let meta = entry.meta;
        let (id, family, level) = (meta.id, name(&meta.family), level(meta.level));
        format!("{id:width$}  {family:13}  {level:7}  {}\n", meta.summary())
    });
    lines.collect::<Vec<_>>().concat()
}

/// The output of `paritylint rules --format json`.
pub fn rules_json() -> Value {
    let rule = |entry: &RuleEntry| {
        let meta = entry.meta;
        let options = (entry.schema)(&mut schemars::SchemaGenerator::default());
        json!({
            "id": meta.id,
            "family": meta.family,
            "level": meta.level,
            "status": meta.status,
            "since": meta.since,
            "summary": meta.summary(),
            "docs": meta.text(),
            "options": options.get("properties").cloned().unwrap_or_else(|| json!({})),
        })
    };
    json!({ "schema": "paritylint-rules/v1", "rules": RULES.iter().map(rule).collect::<Vec<_>>() })
}

fn facts(entry: &RuleEntry) -> String {
    let meta = entry.meta;
    let preview = if meta.status == Status::Preview { ", in preview" } else { "" };
    format!(
        "- family: {}\n- level: {}\n- since: {}{preview}\n",
        name(&meta.family),
        level(meta.level),
        meta.since,
    )
}

/// The name that serialising gives.
pub(super) fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Name, default and text of every option.
fn options(entry: &RuleEntry) -> Vec<(String, String, String)> {
    let schema = (entry.schema)(&mut schemars::SchemaGenerator::default());
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let option = |(name, schema): (&String, &Value)| {
        let default = schema.get("default").map(ToString::to_string).unwrap_or_default();
        let docs = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        (name.clone(), default, docs.to_owned())
    };
    properties.iter().map(option).collect()
}
