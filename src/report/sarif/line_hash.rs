//! The fingerprint by which GitHub recognises an alert, as its upload action computes it.
//!
//! A rolling hash over the hundred UTF-16 units from the start of a line, spaces and tabs left
//! out, all line ends the same; and how many lines above have the same hash. The action warns for
//! every result whose fingerprint is another one.

use std::collections::{BTreeMap, BTreeSet};

/// Units that the hash covers.
const WINDOW: usize = 100;
const BASE: u64 = 37;
/// Stands after the last unit.
const END: u16 = u16::MAX;
const SPACE: u16 = b' ' as u16;
const TAB: u16 = b'\t' as u16;
const LINE_FEED: u16 = b'\n' as u16;
const RETURN: u16 = b'\r' as u16;

/// The fingerprints of the wanted lines, which count from 1; `\r` alone ends a line, too.
pub(super) fn line_hashes(text: &str, wanted: &BTreeSet<usize>) -> BTreeMap<usize, String> {
    let mut hasher = Hasher::new(wanted);
    let mut after_return = false;
    let mut line_start = true;
    let mut line = 0;
    for unit in text.encode_utf16().chain([END]) {
        let skipped = matches!(unit, SPACE | TAB) || after_return && unit == LINE_FEED;
        after_return = unit == RETURN;
        if skipped {
            continue;
        }
        let unit = if unit == RETURN { LINE_FEED } else { unit };
        hasher.leave();
        if line_start {
            line += 1;
            hasher.begin(line);
        }
        line_start = unit == LINE_FEED;
        hasher.push(unit);
    }
    for _ in 0..WINDOW {
        hasher.leave();
        hasher.push(0);
    }
    hasher.found
}

/// A window that moves over the text.
struct Hasher<'w> {
    wanted: &'w BTreeSet<usize>,
    units: [u16; WINDOW],
    /// The line that begins at a unit of the window.
    lines: [Option<usize>; WINDOW],
    at: usize,
    hash: u64,
    /// What the unit that leaves the window has been multiplied with.
    factor: u64,
    counts: BTreeMap<u64, usize>,
    found: BTreeMap<usize, String>,
}

impl<'w> Hasher<'w> {
    fn new(wanted: &'w BTreeSet<usize>) -> Self {
        Self {
            wanted,
            units: [0; WINDOW],
            lines: [None; WINDOW],
            at: 0,
            hash: 0,
            factor: (0..WINDOW).fold(1, |factor: u64, _| factor.wrapping_mul(BASE)),
            counts: BTreeMap::new(),
            found: BTreeMap::new(),
        }
    }

    /// Finishes the line whose start is about to leave the window.
    fn leave(&mut self) {
        let Some(line) = self.lines[self.at].take() else { return };
        let count = self.counts.entry(self.hash).or_default();
        *count += 1;
        if self.wanted.contains(&line) {
            self.found.insert(line, format!("{:x}:{count}", self.hash));
        }
    }

    /// Says that a line begins with the next unit.
    fn begin(&mut self, line: usize) {
        self.lines[self.at] = Some(line);
    }

    fn push(&mut self, unit: u16) {
        let first = std::mem::replace(&mut self.units[self.at], unit);
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.factor.wrapping_mul(u64::from(first)));
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    fn hashes(text: &str) -> Vec<String> {
        line_hashes(text, &(1..1_000).collect()).into_values().collect()
    }

    /// The values that GitHub's own tests expect.
    #[test]
    fn the_hashes_are_those_of_github() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(hashes(text), greetings, "{text:?}");
        }
    }

    #[test]
    fn equal_lines_are_counted() {
        let text = "Lorem ipsum dolor sit amet.\n".repeat(10);
        assert_eq!(
            hashes(&text),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }
}
