//! The pages of `docs/integrations`: their configurations, taken from the text.

use std::path::Path;

/// A page's text.
pub(crate) fn page(name: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/integrations");
    std::fs::read_to_string(directory.join(name)).unwrap()
}

/// The blocks of a page in one language.
pub(crate) fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}
