//! The order of keys: go-yaml v2's, which compares runs of digits as numbers.

use std::cmp::Ordering;

use crate::kube::Entry;

/// Sorts the entries of a map.
///
/// The order is not transitive (`v2`, `v10`, `v1beta1` go round in a circle), which the sorts of the
/// standard library may answer with a panic; a plain merge sort does not mind.
pub(super) fn sort(entries: &mut Vec<&Entry>) {
    let mut width = 1;
    let mut buffer = Vec::with_capacity(entries.len());
    while width < entries.len() {
        for pair in entries.chunks(width * 2) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some(a), Some(b)) = (left.first(), right.first()) {
                if natural(&b.key, &a.key) == Ordering::Less {
                    buffer.push(*b);
                    right = &right[1..];
                } else {
                    buffer.push(*a);
                    left = &left[1..];
                }
            }
            buffer.extend_from_slice(left);
            buffer.extend_from_slice(right);
        }
        std::mem::swap(entries, &mut buffer);
        buffer.clear();
        width *= 2;
    }
}

fn natural(a: &str, b: &str) -> Ordering {
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let at = (0..=common).rev().find(|&at| a.is_char_boundary(at)).unwrap_or(0);
    let (x, y) = match (a[at..].chars().next(), b[at..].chars().next()) {
        (Some(x), Some(y)) => (x, y),
        (x, y) => return x.is_some().cmp(&y.is_some()),
    };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero counts as a digit of the number that it continues.
    let continues = (x == '0' || y == '0')
        && a[..at].bytes().rev().take_while(u8::is_ascii_digit).any(|digit| digit != b'0');
    let run = |text: &str| {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit);
        let (number, length) = digits.fold((u64::from(continues), 0), |(number, length), digit| {
            let next = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            (next, length + 1)
        });
        (number.cast_signed(), length)
    };
    run(a).cmp(&run(b)).then(x.cmp(&y))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::natural;

    #[test]
    fn digits_compare_as_numbers_and_letters_come_last() {
        let keys = [
            "-d", "_u", "0", "00", "9", "10", "A", "a", "a-b", "a.b", "a/b", "a_b", "a2", "a10",
            "ab", "v1", "v1beta1", "v2", "x1y2", "x1y10", "x01y1", "z", "é",
        ];
        for pair in keys.windows(2) {
            assert_eq!(natural(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(natural(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(natural("é", "è"), Ordering::Greater);
    }
}
