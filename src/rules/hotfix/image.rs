//! What an image reference names.

/// Words before the number of a pull request.
const REQUESTS: &[&str] = &["pr", "mr", "pull", "request"];

/// How an image is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pin<'i> {
    /// By its content.
    Digest,
    /// By a tag.
    Tag(&'i str),
    /// By its name alone, which means `latest`.
    Nothing,
    /// It holds an expression that is filled in later.
    Unknown,
}

/// Reads an image reference.
pub(super) fn pin(image: &str) -> Pin<'_> {
    if image.is_empty() || image.contains(['$', '{', '<']) {
        return Pin::Unknown;
    }
    if image.contains('@') {
        return Pin::Digest;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        Some((_, tag)) if !tag.is_empty() => Pin::Tag(tag),
        _ => Pin::Nothing,
    }
}

/// Whether the tag is one of `tags`, or has one of `words` as a part, or names a pull request.
pub(super) fn moves(tag: &str, tags: &[String], words: &[String]) -> bool {
    let tag = tag.to_lowercase();
    let parts: Vec<_> = tag.split(['-', '_', '.', '+']).collect();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let request = parts
        .windows(2)
        .any(|pair| matches!(pair, [word, rest] if REQUESTS.contains(word) && number(rest)))
        || parts.first().is_some_and(|first| first.strip_prefix("pr").is_some_and(number));
    request || tags.contains(&tag) || words.iter().any(|word| parts.contains(&word.as_str()))
}

/// Whether the tag has no digit: versions, dates and commits all have one.
pub(super) fn names_no_version(tag: &str) -> bool {
    !tag.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Pin, pin};

    #[test]
    fn ports_digests_and_expressions_are_told_apart() {
        assert_eq!(pin("registry.example.org:5000/a/b"), Pin::Nothing);
        assert_eq!(pin("registry.example.org:5000/a/b:1.2"), Pin::Tag("1.2"));
        assert_eq!(pin("a:latest@sha256:00"), Pin::Digest);
        assert_eq!(pin("a:${TAG}"), Pin::Unknown);
    }
}
