//! Lines and columns of JSON reports, held against the files.

use std::path::Path;

use serde_json::Value;

/// The regions of the findings that are not what they should be: inside their file, the end not
/// before the start, and empty only for a whole file or where the label says what is meant.
pub(crate) fn wrong_regions(findings: &Value, root: &Path) -> Vec<String> {
    let places = findings.as_array().unwrap().iter();
    let places = places.flat_map(|finding| finding["locations"].as_array().unwrap());
    places.filter_map(|place| wrong(place, root).map(|why| format!("{why}: {place}"))).collect()
}

fn wrong(place: &Value, root: &Path) -> Option<&'static str> {
    let file = root.join(place["file"].as_str().unwrap());
    let Ok(bytes) = std::fs::read(file) else { return Some("the file is not there") };
    let text = String::from_utf8_lossy(&bytes);
    let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
    let start = (number("line"), number("column"));
    let end = (number("end_line"), number("end_column"));
    let inside = |(line, column): (usize, usize)| {
        let mut lines = text.split('\n');
        let length = lines.nth(line.wrapping_sub(1)).map(|line| line.chars().count());
        length.is_some_and(|length| (1..=length + 1).contains(&column))
    };
    if !inside(start) || !inside(end) {
        return Some("the place is outside of its file");
    }
    if start > end {
        return Some("the end is before the start");
    }
    // The beginning of a file stands for the whole of it: it may hold no text at all.
    let silent = place["label"].as_str().unwrap().is_empty() && start != (1, 1);
    (start == end && silent).then_some("the place is empty and its label does not say why")
}
