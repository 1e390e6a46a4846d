//! A table for pages and comments. Texts of the repository stand in code spans: nothing in them is
//! a link, a mention, an image or HTML.

use std::io::{self, Write};

use crate::report::inventory::{COLUMNS, Inventory, NONE};
use crate::text::printable;

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = inventory.totals();
    writeln!(out, "{}\n", totals.sentence(inventory.terms))?;
    if let Some(line) = totals.by_tool() {
        writeln!(out, "{line}\n")?;
    }
    if inventory.rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "| {} |", COLUMNS.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(COLUMNS.len()))?;
    for row in &inventory.rows {
        let cells: Vec<_> = row.cells().iter().map(|cell| code(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// The text as a code span of a table.
fn code(text: &str) -> String {
    if text == NONE || text.is_empty() {
        return text.to_owned();
    }
    // A bar ends the cell even in a code span, unless a backslash stands before it.
    let text = printable(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn nothing_leaves_its_cell() {
        assert_eq!(code("a | b"), "`a \\| b`");
        assert_eq!(code("` <img> ``"), "``` ` <img> `` ```");
        assert_eq!(code("a\n| b"), "`a\\n\\| b`");
    }
}
