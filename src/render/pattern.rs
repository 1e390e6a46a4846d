//! Regular expressions that come with the repository: bounded, and with errors for its authors.

use regex::Regex;
use regex::RegexBuilder;

/// Most bytes of a compiled expression.
const COMPILED: usize = 1 << 20;

/// Compiles an expression; an error is its message.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(COMPILED).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!("the regular expression `{pattern}` is too large")
        }
        _ => format!("`{pattern}` is no regular expression"),
    })
}
