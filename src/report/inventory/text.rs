//! A table for terminals: as wide as its content, the reason last.

use std::io::{self, Write};

use crate::report::inventory::{COLUMNS, Inventory};
use crate::text::printable;

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Vec<String>> = inventory
        .rows
        .iter()
        .map(|row| row.cells().iter().map(|cell| printable(cell).into_owned()).collect())
        .collect();
    let head: Vec<String> = COLUMNS.iter().map(|name| name.to_uppercase()).collect();
    let wide = |text: &String| text.chars().count();
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|at| rows.iter().chain([&head]).filter_map(|row| row.get(at).map(wide)).max())
        .map(Option::unwrap_or_default)
        .collect();
    if !rows.is_empty() {
        for row in [&head].into_iter().chain(&rows) {
            let cells: Vec<_> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(out, "{}", cells.join("  ").trim_end())?;
        }
        writeln!(out)?;
    }
    let totals = inventory.totals();
    writeln!(out, "{}", totals.sentence(inventory.terms))?;
    totals.by_tool().map_or(Ok(()), |line| writeln!(out, "{line}"))
}
