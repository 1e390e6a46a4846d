//! Values that name a thing rather than set it: images, versions, hosts, account and object ids.
//!
//! Every environment has its own, so a difference says nothing, unless one side names the other.

use std::sync::LazyLock;

use regex::Regex;

/// An image reference in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Image<'t> {
    /// Registry and repository, the default registry left out.
    pub(crate) repository: &'t str,
    /// The tag; empty without one.
    pub(crate) tag: &'t str,
    /// The digest; empty without one.
    pub(crate) digest: &'t str,
}

/// Splits an image reference; `None` where the text cannot be one.
pub(crate) fn image(text: &str) -> Option<Image<'_>> {
    if text.is_empty() || text.contains(char::is_whitespace) || text.contains("://") {
        return None;
    }
    let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
    // A colon before the last slash belongs to the registry's port.
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (repository, tag) = match rest[slash..].find(':') {
        Some(colon) => (&rest[..slash + colon], &rest[slash + colon + 1..]),
        None => (rest, ""),
    };
    let repository = repository.strip_prefix("index.").unwrap_or(repository);
    let repository = repository.strip_prefix("docker.io/").unwrap_or(repository);
    let repository = repository.strip_prefix("library/").unwrap_or(repository);
    Some(Image { repository, tag, digest })
}

/// Whether an image is a bare name that another one names in a registry: `web` of `r.example/team/web`.
pub fn is_placeholder_of(bare: &str, named: &str) -> bool {
    let (Some(bare), Some(named)) = (image(bare), image(named)) else { return false };
    let parts = named.repository.split_once('/').zip(named.repository.rsplit_once('/'));
    parts.is_some_and(|((host, _), (_, last))| {
        let registry = host.contains(['.', ':']) || host == "localhost";
        registry && last == bare.repository
    })
}

/// Whether the text is surely an image reference even where no field says so.
pub(crate) fn looks_like_image(text: &str) -> bool {
    image(text).is_some_and(|image| {
        let registry = image.repository.split_once('/').is_some_and(|(host, _)| host.contains('.'));
        registry && (!image.tag.is_empty() || image.digest.starts_with("sha256:"))
    })
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// The shapes of values that name a version.
static VERSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // 1.2.3, v1.2, 2026.11.1-rc.1
        r"^v?\d+\.\d+(\.\d+)*([-+][0-9A-Za-z.+-]+)?$",
        // Commit ids and digests.
        r"^([0-9a-f]{7}|[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64})$",
        r"^sha256:[0-9a-f]{64}$",
        // Dates as versions: 20261121, 20261121-abc1234.
        r"^20\d{6}([-.][0-9A-Za-z.-]+)?$",
    ]
    .iter()
    .filter_map(|text| pattern(text))
    .collect()
});

/// The shapes of values that name a place or an object of the outside world.
static IDENTIFIERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // Host names, with or without a port.
        r"^(\*\.)?[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_-]+)*\.[a-zA-Z]{2,}(:\d+)?$",
        // Mail addresses.
        r"^[^@\s]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$",
        // UUIDs.
        r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        // IP addresses and networks.
        r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(/\d{1,2})?$",
        r"^[0-9a-fA-F:]+::[0-9a-fA-F:]*(/\d{1,3})?$",
        // Names of cloud objects: arn:aws:…, sg-0abc…, projects/x/…, /subscriptions/….
        r"^arn:[a-z-]+:[a-z0-9-]+:",
        r"^[a-z]{1,8}-[0-9a-f]{8,20}$",
        r"^(projects|organizations|folders)/",
        r"^/subscriptions/",
        // Account numbers and long random ids.
        r"^\d{9,}$",
        r"^[0-9a-f]{20,}$",
        r"^[A-Z0-9]{10,}$",
    ]
    .iter()
    .filter_map(|text| pattern(text))
    .collect()
});

/// Whether the text names a version or revision.
pub(crate) fn is_version(text: &str) -> bool {
    // A number alone is an amount unless it reads as a date; letters alone are a word.
    let date = text.starts_with("20");
    (date || !text.bytes().all(|b| b.is_ascii_digit()))
        && !text.bytes().all(|b| b.is_ascii_alphabetic())
        && VERSIONS.iter().any(|shape| shape.is_match(text))
}

/// Whether two texts name two things of one sort, and agree in all but the name.
pub(crate) fn are_identifiers(here: &str, there: &str) -> bool {
    if is_everything(here) || is_everything(there) {
        return false;
    }
    if let (Some(a), Some(b)) = (Url::parse(here), Url::parse(there)) {
        return a.scheme == b.scheme && a.port == b.port && same_path(a.path, b.path);
    }
    let list = |text: &str| text.contains(',');
    if list(here) && list(there) {
        let parts = |text: &str| text.split(',').map(|part| part.trim().to_owned()).collect();
        let (a, b): (Vec<String>, Vec<String>) = (parts(here), parts(there));
        let fits = |part: &String| IDENTIFIERS.iter().any(|shape| shape.is_match(part));
        return a.iter().all(fits) && b.iter().all(fits);
    }
    IDENTIFIERS.iter().any(|shape| shape.is_match(here) && shape.is_match(there))
}

/// Addresses of networks and machines, of both protocols.
static NETWORKS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [r"^\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?$", r"^[0-9a-fA-F:]*:[0-9a-fA-F:]+(/\d{1,3})?$"]
        .iter()
        .filter_map(|text| pattern(text))
        .collect()
});

/// Whether the text is the address of a network or of a machine.
fn is_network(text: &str) -> bool {
    NETWORKS.iter().any(|shape| shape.is_match(text))
}

/// Whether the text is the name of a host.
pub fn is_host(text: &str) -> bool {
    IDENTIFIERS.first().is_some_and(|hosts| hosts.is_match(text))
}

/// Whether the text is the address of a network or of a machine, and not of everything.
pub fn is_single_network(text: &str) -> bool {
    is_network(text) && !is_everything(text)
}

/// Whether the text is, or lists, the network that holds all addresses or the pattern that fits all names.
pub(crate) fn is_everything(text: &str) -> bool {
    text.split([',', ' ']).any(|part| matches!(part, "0.0.0.0/0" | "::/0"))
        || text.split(',').any(|part| part.trim() == "*")
}

/// Whether two texts are places on the same host that differ in more than ids and versions, or two paths.
pub(crate) fn on_one_host(here: &str, there: &str) -> bool {
    match (Url::parse(here), Url::parse(there)) {
        (Some(a), Some(b)) => a.authority == b.authority && !same_path(a.path, b.path),
        _ => here.starts_with('/') && there.starts_with('/') && !same_path(here, there),
    }
}

/// Whether two paths of URLs have the same parts but for ids and versions.
fn same_path(here: &str, there: &str) -> bool {
    let parts = |text: &str| -> Vec<String> { text.split('/').map(str::to_owned).collect() };
    let (a, b) = (parts(here), parts(there));
    a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| a == b || is_version(a) && is_version(b) || are_plain_identifiers(a, b))
}

fn are_plain_identifiers(here: &str, there: &str) -> bool {
    IDENTIFIERS.iter().any(|shape| shape.is_match(here) && shape.is_match(there))
}

struct Url<'t> {
    scheme: &'t str,
    authority: &'t str,
    port: &'t str,
    path: &'t str,
}

impl<'t> Url<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if text.contains(char::is_whitespace) {
            return None;
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let port = host.rsplit_once(':').map_or("", |(_, port)| port);
        Some(Self { scheme, authority, port, path })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        IDENTIFIERS, Image, NETWORKS, VERSIONS, are_identifiers, image, is_version,
        looks_like_image,
    };

    #[test]
    fn every_shape_compiles() {
        assert_eq!((VERSIONS.len(), IDENTIFIERS.len(), NETWORKS.len()), (4, 12, 2));
    }

    #[test]
    fn images_split_into_their_parts() {
        let parts =
            |text| image(text).map(|Image { repository, tag, digest }| (repository, tag, digest));
        assert_eq!(
            parts("localhost:5000/a/b:v1@sha256:00"),
            Some(("localhost:5000/a/b", "v1", "sha256:00"))
        );
        assert_eq!(parts("docker.io/library/redis:7"), Some(("redis", "7", "")));
        assert_eq!(parts("redis"), Some(("redis", "", "")));
        assert!(looks_like_image("quay.io/org/app:1.2"));
        assert!(!looks_like_image("redis:7"));
    }

    #[test]
    fn names_of_things_are_told_from_settings() {
        for text in ["1.2.3", "v1.2", "0123abc", "2026.11.1", "20261121"] {
            assert!(is_version(text), "{text}");
        }
        for text in ["1", "8080", "100m", "info", "feedbee", "1234567"] {
            assert!(!is_version(text), "{text}");
        }
        for (a, b) in [
            ("orders.example.org", "orders.dev.example.net"),
            ("https://a.example.org/v1/x", "https://b.example.net/v1/x"),
            ("123456789012", "210987654321"),
            ("sg-0123456789", "sg-9876543210"),
            ("a.example.org,b.example.org", "c.example.org"),
        ] {
            assert_eq!(are_identifiers(a, b), a != "a.example.org,b.example.org", "{a}");
        }
        for (a, b) in [
            ("https://a.example.org/v1", "https://b.example.org/v2"),
            ("https://a.example.org:80", "https://a.example.org:81"),
            ("30s", "90s"),
            ("info", "debug"),
            ("100", "200"),
            ("0.0.0.0/0", "10.20.0.0/16"),
            ("https://a.example.org,*", "https://b.example.org"),
        ] {
            assert!(!are_identifiers(a, b), "{a}");
        }
    }
}
