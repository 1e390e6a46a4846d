//! The allow lists of gitleaks' settings, which are TOML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::SourceFile;
use crate::suppressions::{Suppression, marks};
use crate::text::Span;

const FILES: &[&str] = &[".gitleaks.toml", "gitleaks.toml"];
/// Both spellings that gitleaks reads: one table, and a list of them.
const LISTS: &[&str] = &["allowlist", "allowlists"];

/// Every allow list: of the whole file, and of single rules.
pub(super) fn collect(source: &SourceFile) -> Vec<Suppression> {
    if !FILES.contains(&source.path.file_name()) {
        return Vec::new();
    }
    let Ok(root) = DeTable::parse(&source.text) else { return Vec::new() };
    let mut found = Vec::new();
    lists(source, root.get_ref(), "", &mut found);
    for rule in root.get_ref().get("rules").into_iter().flat_map(tables) {
        let id = rule.get_ref().get("id").and_then(|id| id.get_ref().as_str()).unwrap_or("");
        lists(source, rule.get_ref(), id, &mut found);
    }
    found
}

fn lists(source: &SourceFile, table: &DeTable<'_>, rule: &str, found: &mut Vec<Suppression>) {
    for list in LISTS.iter().filter_map(|name| table.get(*name)).flat_map(tables) {
        let text = |name: &str| list.get_ref().get(name).and_then(|text| text.get_ref().as_str());
        let start = list.span().start;
        let line = source.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let span = Span::new(source.id, start, start + line.trim_end().len());
        let rules = Some(rule.to_owned()).filter(|rule| !rule.is_empty());
        let mut suppression = Suppression::new("gitleaks", rules.into_iter().collect(), span);
        suppression
            .explain(text("description").unwrap_or(""), &marks::comments_about(source, span));
        found.push(suppression);
    }
}

/// The table, or the tables of a list, each with its place.
fn tables<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Vec<Spanned<&'a DeTable<'i>>> {
    let one = |value: &'a Spanned<DeValue<'i>>| {
        value.get_ref().as_table().map(|table| Spanned::new(value.span(), table))
    };
    match value.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(one).collect(),
        _ => one(value).into_iter().collect(),
    }
}
