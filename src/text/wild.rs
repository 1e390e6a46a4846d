//! Patterns with parts that stand for any number of items.

/// Matches a pattern in which some parts stand for any number of items, without recursion: only
/// the last such part is ever tried again.
pub fn wild_match<P, T>(
    pattern: &[P],
    items: &[T],
    is_any: impl Fn(&P) -> bool,
    matches: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while item < items.len() {
        match pattern.get(at) {
            Some(part) if is_any(part) => {
                again = Some((at + 1, item));
                at += 1;
            }
            Some(part) if matches(part, &items[item]) => {
                at += 1;
                item += 1;
            }
            _ => {
                let Some((after, from)) = again else { return false };
                again = Some((after, from + 1));
                (at, item) = (after, from + 1);
            }
        }
    }
    pattern[at..].iter().all(is_any)
}
