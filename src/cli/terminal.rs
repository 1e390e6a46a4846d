//! Who reads the output: colours and progress.

use std::io::{IsTerminal as _, stderr, stdout};

use crate::cli::args::Color;
use crate::report::Style;

/// The style for stdout.
pub(super) fn output_style(color: Color) -> Style {
    style(color, stdout().is_terminal())
}

/// The style for stderr.
pub(super) fn error_style(color: Color) -> Style {
    style(color, stderr().is_terminal())
}

fn style(color: Color, terminal: bool) -> Style {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let forced = ["FORCE_COLOR", "CLICOLOR_FORCE"]
        .iter()
        .any(|name| variable(name).is_some_and(|value| value != "0"));
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if variable("NO_COLOR").is_some() => false,
        Color::Auto if forced => true,
        Color::Auto => terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    };
    Style { color }
}

/// The columns of stdout: of the terminal, or `COLUMNS`, or what fits most logs.
pub(super) fn width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size_of(stdout()).map(|(width, _)| width.0.into());
    stated.or_else(terminal).unwrap_or(120)
}

/// Whether somebody watches stderr.
pub(super) fn is_watched() -> bool {
    let quiet = |name: &str| std::env::var_os(name).is_some();
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    stderr().is_terminal() && !quiet("CI") && !quiet("PRE_COMMIT") && !dumb
}
