//! A text with a limit: what does not fit is counted, and nothing is cut in the middle.

/// GitHub takes comments of up to 64 KiB.
const LIMIT: usize = 60_000;
/// What the end of a table, of a fold and of the page need at most.
const RESERVE: usize = 1_000;

/// A page that is being written.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    full: bool,
}

/// The head of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns(pub(super) &'static [&'static str]);

impl Page {
    /// Adds a paragraph, unless it does not fit.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.add(text, "\n\n");
    }

    /// Adds as many rows as fit, in a table of their own; tells how many.
    pub(super) fn table(
        &mut self,
        columns: Columns,
        rows: impl Iterator<Item = Vec<String>>,
    ) -> usize {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let names: Vec<String> = columns.0.iter().map(ToString::to_string).collect();
        let rule: Vec<String> = columns.0.iter().map(|_| "---".to_owned()).collect();
        let mut head = Some(line(&names) + &line(&rule));
        let mut count = 0;
        for row in rows {
            let text = head.take().unwrap_or_default() + &line(&row);
            if !self.add(&text, "") {
                break;
            }
            count += 1;
        }
        if count > 0 {
            self.text.push('\n');
        }
        count
    }

    /// Opens a part that is folded until somebody wants it; tells whether there was room.
    pub(super) fn fold(&mut self, title: &str) -> bool {
        self.add(&format!("<details>\n<summary>{title}</summary>"), "\n\n")
    }

    /// Closes it.
    pub(super) fn unfold(&mut self) {
        self.text.push_str("</details>\n\n");
    }

    /// Adds a text if it fits. Once something did not, nothing does, so that no part is missing
    /// between others.
    fn add(&mut self, text: &str, end: &str) -> bool {
        self.full |= self.text.len() + text.len() + end.len() + RESERVE > LIMIT;
        if !self.full {
            self.text.push_str(text);
            self.text.push_str(end);
        }
        !self.full
    }

    /// The text with its last words.
    pub(super) fn end(mut self, last: &str) -> String {
        self.text.push_str(last);
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, LIMIT, Page};

    #[test]
    fn nothing_is_cut_in_the_middle() {
        let mut page = Page::default();
        let rows = std::iter::repeat_with(|| vec!["é".repeat(400), "b".to_owned()]).take(1_000);
        let count = page.table(Columns(&["a", "b"]), rows);
        assert!(count > 10 && count < 1_000);
        page.paragraph("nothing after it");
        let text = page.end("the end");
        assert!(text.len() <= LIMIT);
        assert!(text.ends_with("é | b |\n\nthe end\n") && !text.contains("nothing"));
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), count + 2);
    }
}
