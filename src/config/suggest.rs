//! Did you mean …?

/// Longest word that is looked at, in bytes: comparing takes time with the square of it.
const LONGEST: usize = 80;

/// The candidate that is most like `word`, if one is like it at all.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = 1 + word.chars().count() / 3;
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= allowed && distance < candidate.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Whether one name is a slip of the pen away from the other: a letter too many, missing, wrong or in the
/// place of its neighbour. Numbers tell names apart.
pub fn is_slip(name: &str, other: &str) -> bool {
    const SHORTEST: usize = 5;
    let long = |text: &str| (SHORTEST..=LONGEST).contains(&text.len());
    if name == other || !long(name) || !long(other) {
        return false;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (a, b) = (name.to_lowercase(), other.to_lowercase());
    a.chars().next() == b.chars().next()
        && digits(&a) == digits(&b)
        && strsim::damerau_levenshtein(&a, &b) <= 1
}

/// What to say about a word that is none of the candidates.
pub fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str> + Clone,
) -> String {
    if let Some(candidate) = nearest(word, candidates.clone()) {
        return format!("did you mean `{candidate}`?");
    }
    let all: Vec<_> = candidates.into_iter().map(|name| format!("`{name}`")).collect();
    format!("known names: {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{is_slip, nearest};

    #[test]
    fn finds_typos_and_nothing_far_away() {
        let names = ["retire-by", "reason", "rule"];
        assert_eq!(nearest("retire_by", names), Some("retire-by"));
        assert_eq!(nearest("raeson", names), Some("reason"));
        assert_eq!(nearest("colour", names), None);
    }

    #[test]
    fn a_slip_is_one_letter_and_no_number() {
        for (a, b) in [("paralelism", "parallelism"), ("replicaCuont", "replicaCount")] {
            assert!(is_slip(a, b) && is_slip(b, a), "{a} {b}");
        }
        for (a, b) in [("replica1", "replica2"), ("host", "hots"), ("minimum", "maximum")] {
            assert!(!is_slip(a, b), "{a} {b}");
        }
        assert!(!is_slip("timeout", "timeout"));
    }
}
