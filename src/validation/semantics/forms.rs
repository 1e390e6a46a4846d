//! The forms of texts: what names, labels, keys and ports may look like.

/// A form of a text.
#[derive(Debug)]
pub(super) struct Form {
    /// What it is, in words that go on after `must be`.
    pub(super) words: &'static str,
    /// Whether a text has it.
    pub(super) holds: fn(&str) -> bool,
}

/// RFC 1123 label: names of namespaces, services, containers, volumes.
pub(super) const LABEL: Form = Form {
    words: "at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
    holds: is_label,
};
/// RFC 1123 subdomain: names of most objects.
pub(super) const SUBDOMAIN: Form = Form {
    words: "at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at both \
            ends of every part",
    holds: is_subdomain,
};
/// A name that can stand in the path of a URL: names of roles and their bindings.
pub(super) const SEGMENT: Form = Form {
    words: "a name without `/` and `%` that is neither `.` nor `..`",
    holds: |text| !matches!(text, "." | "..") && !text.contains(['/', '%']),
};
/// Keys of labels: an optional prefix and a name.
pub(super) const QUALIFIED: Form = Form {
    words: "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; a \
            lower-case domain and `/` may stand before",
    holds: is_qualified,
};
/// Keys of annotations: those of labels, whatever the case.
pub(super) const ANNOTATION: Form =
    Form { words: QUALIFIED.words, holds: |text| is_qualified(&text.to_ascii_lowercase()) };
/// Values of labels.
pub(super) const LABEL_VALUE: Form = Form {
    words: "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
    holds: |text| text.is_empty() || is_name_part(text),
};
/// Names of ports of containers.
pub(super) const PORT_NAME: Form = Form {
    words: "a name of at most 15 lower-case letters, digits and `-`, one of them a letter",
    holds: is_port_name,
};
/// A reference to a port: a string is a name, never a number.
pub(super) const PORT: Form = Form {
    words: "a number, or a name of at most 15 lower-case letters, digits and `-`, one of them a \
            letter; a number in quotes is a name",
    holds: is_port_name,
};
/// Names of environment variables, as the newest versions take them.
pub(super) const VARIABLE: Form = Form {
    words: "printable ASCII characters other than `=`",
    holds: |text| text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'='),
};
/// Keys of the data of a `ConfigMap` or `Secret`.
pub(super) const DATA_KEY: Form = Form {
    words: "at most 253 letters, digits, `-`, `_` and `.`, and not begin with `..`",
    holds: is_data_key,
};
/// `25%`.
pub(super) const PERCENT: Form = Form { words: "a percentage such as `25%`", holds: is_percent };
/// The host of a rule of an Ingress.
pub(super) const HOST: Form = Form {
    words: "a lower-case domain name, or `*.` and one; no address and no port",
    holds: |text| (TLS_HOST.holds)(text) && text.parse::<std::net::Ipv4Addr>().is_err(),
};
/// The host that a certificate of an Ingress is for.
pub(super) const TLS_HOST: Form = Form {
    words: "a lower-case domain name, or `*.` and one",
    holds: |text| is_subdomain(text.strip_prefix("*.").unwrap_or(text)),
};
/// A path of a URL.
pub(super) const ABSOLUTE: Form =
    Form { words: "a path that begins with `/`", holds: |text| text.starts_with('/') };
/// A path below something.
pub(super) const BELOW: Form = Form {
    words: "a relative path without `..`",
    holds: |text| !text.starts_with('/') && text.split('/').all(|part| part != ".."),
};
/// A path of a host.
pub(super) const NO_BACKSTEP: Form =
    Form { words: "a path without `..`", holds: |text| text.split('/').all(|part| part != "..") };
/// An address and a mask.
pub(super) const CIDR: Form =
    Form { words: "an address range such as `10.0.0.0/8`", holds: is_cidr };
/// A quantity of something.
pub(super) const POSITIVE: Form = Form {
    words: "a quantity of at least 0",
    holds: |text| crate::kube::quantity::quantity(text.trim()).is_none_or(|amount| amount >= 0.0),
};

fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

fn is_label_of_any_length(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

fn is_name_part(text: &str) -> bool {
    let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= 63
        && text.bytes().all(inner)
        && end(text.bytes().next())
        && end(text.bytes().last())
}

fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    }
}

fn is_port_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 15
        && text.bytes().all(inner)
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_data_key(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=253).contains(&text.len())
        && text.bytes().all(inner)
        && text != "."
        && !text.starts_with("..")
}

fn is_percent(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or("");
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_cidr(text: &str) -> bool {
    let Some((address, mask)) = text.split_once('/') else { return false };
    // Go takes leading zeros in the parts of an address, as old versions of the server do.
    let plain: Vec<String> = address
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" if !part.is_empty() => "0".to_owned(),
            rest => rest.to_owned(),
        })
        .collect();
    let bits = match plain.join(".").parse::<std::net::Ipv4Addr>() {
        Ok(_) => 32,
        Err(_) => match address.parse::<std::net::Ipv6Addr>() {
            Ok(_) => 128,
            Err(_) => return false,
        },
    };
    mask.bytes().all(|byte| byte.is_ascii_digit())
        && mask.parse::<u8>().is_ok_and(|mask| mask <= bits)
}

#[cfg(test)]
mod tests {
    use super::{
        ANNOTATION, CIDR, DATA_KEY, Form, HOST, LABEL, LABEL_VALUE, PERCENT, PORT_NAME, QUALIFIED,
        SUBDOMAIN, VARIABLE,
    };

    fn check(form: &Form, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!((form.holds)(text), "`{text}` must be {}", form.words);
        }
        for text in wrong {
            assert!(!(form.holds)(text), "`{text}` must not be {}", form.words);
        }
    }

    #[test]
    fn forms_are_those_of_the_api() {
        let long = "a".repeat(64);
        let label = "a".repeat(63);
        check(&LABEL, &["a", "0", "a-b", &label], &["", "-a", "a-", "A", "a.b", "a_b", "ä", &long]);
        check(&SUBDOMAIN, &["a.b", "a-b.c0", &long], &["a..b", ".a", "a.", "a.-b", "A.b", "a/b"]);
        check(&LABEL_VALUE, &["", "A_b.c-d", "1"], &["-a", "a.", "a b", "a/b", "ü", &long]);
        check(
            &QUALIFIED,
            &["app", "example.org/App_1", "a/b"],
            &["", "/a", "a/", "a/b/c", "Example.org/a", "a b"],
        );
        check(&ANNOTATION, &["Example.org/A"], &["a//b", "a b", "example.org/a/b"]);
        check(
            &PORT_NAME,
            &["http", "h2c", "a-1"],
            &["8080", "a--b", "-a", "HTTP", "abcdefghijklmnop"],
        );
        check(&VARIABLE, &["A", "a.b-c", "1 2"], &["a=b", "ä", "a\tb"]);
        check(&DATA_KEY, &["a.b", "_A-1", ".a"], &["", ".", "..", "..a", "a/b", "a b", "é"]);
        check(&PERCENT, &["0%", "250%"], &["", "%", "5", "-5%", "5.5%", "5 %"]);
        check(
            &HOST,
            &["a.b", "*.a.b"],
            &["*", "a.*.b", "A.b", "*.", "a.b:80", "https://a", "10.0.0.1"],
        );
        check(
            &CIDR,
            &["10.0.0.0/8", "::/0", "2001:db8::/32", "010.0.0.1/32", "0.0.0.0/0"],
            &["10.0.0.0", "10.0.0/8", "10.0.0.0/33", "::/129", "a/8", "10.0.0.0/", "10.0.0.0/+8"],
        );
    }
}
