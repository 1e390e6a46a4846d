//! Settings of documents that protect: encryption, the check of certificates, authentication.

use std::cmp::Ordering;

use crate::compare::diff::{Change, RawDifference};
use crate::compare::flags::words;
use crate::kube::{PathStep, Value};

/// Words of a key that protects. No other word may follow in it but those of [`MANNERS`].
const PROTECTS: &[&str] = &[
    "auth",
    "authentication",
    "authorization",
    "hsts",
    "https",
    "insecure",
    "mfa",
    "mtls",
    "ssl",
    "sslmode",
    "starttls",
    "tls",
    "tlsmode",
    "verify",
];

/// Those of them that mean many things: what stands before them is known too.
const VAGUE: &[&str] = &["auth", "authentication", "authorization", "verify"];

/// Words of such a key that say what is protected, or in which way.
const MANNERS: &[&str] = &[
    "active",
    "basic",
    "ca",
    "cert",
    "certificate",
    "certificates",
    "certs",
    "check",
    "connection",
    "connections",
    "disable",
    "disabled",
    "enable",
    "enabled",
    "enforce",
    "force",
    "host",
    "hostname",
    "mode",
    "only",
    "peer",
    "redirect",
    "registries",
    "registry",
    "require",
    "required",
    "server",
    "skip",
    "strict",
    "use",
    "validate",
    "validation",
    "verification",
];

/// Words of a key whose switch takes the protection away.
const REVERSED: &[&str] = &["disable", "disabled", "ignore", "insecure", "no", "skip"];

/// Keys that say how the map is used that they stand in.
const SWITCHES: &[&str] =
    &["active", "disable", "disabled", "enable", "enabled", "force", "mode", "required"];

/// What such a setting is set to, and how much that protects.
const STRENGTHS: &[(&str, u8)] = &[
    ("disable", 0),
    ("disabled", 0),
    ("false", 0),
    ("insecure", 0),
    ("never", 0),
    ("no", 0),
    ("none", 0),
    ("off", 0),
    ("plaintext", 0),
    ("skip", 0),
    ("allow", 1),
    ("optional", 1),
    ("permissive", 1),
    ("prefer", 1),
    ("preferred", 1),
    ("always", 2),
    ("enabled", 2),
    ("on", 2),
    ("require", 2),
    ("required", 2),
    ("true", 2),
    ("yes", 2),
    ("verify-ca", 3),
    ("verify_ca", 3),
    ("strict", 4),
    ("verify-full", 4),
    ("verify-identity", 4),
    ("verify_identity", 4),
];

/// Whether both sides say how much they protect, and not the same.
pub(crate) fn protects(difference: &RawDifference) -> bool {
    let values = (difference.here.value.as_ref(), difference.there.value.as_ref());
    difference.change == Change::Changed
        && compared(difference.path.steps(), values).is_some_and(Ordering::is_ne)
}

/// How much a setting of the environment protects beside that of its reference; `None` where the path or
/// the values do not tell.
pub fn compared(
    path: &[PathStep],
    (here, there): (Option<&Value>, Option<&Value>),
) -> Option<Ordering> {
    let name = name(path)?;
    let strength = |value: Option<&Value>| {
        let text = value?.text()?.trim().to_ascii_lowercase();
        STRENGTHS.iter().find(|(word, _)| *word == text).map(|&(_, strength)| strength)
    };
    let order = strength(here)?.cmp(&strength(there)?);
    let reversed = name.iter().any(|word| REVERSED.contains(&word.as_str()));
    Some(if reversed { order.reverse() } else { order })
}

/// The words of the key that protects, with those of a switch in it.
fn name(path: &[PathStep]) -> Option<Vec<String>> {
    let [above @ .., PathStep::Key(last)] = path else { return None };
    let own = words(last);
    let mut name = match (above.last(), &own[..]) {
        (Some(PathStep::Key(map)), [word]) if SWITCHES.contains(&word.as_str()) => words(map),
        _ => Vec::new(),
    };
    name.extend(own);
    let is = |list: &[&str], word: &String| list.contains(&word.as_str());
    let at = name.iter().position(|word| is(PROTECTS, word))?;
    let vague = is(VAGUE, name.get(at)?);
    let rest = if vague { &name[..] } else { name.get(at + 1..)? };
    let known = |word| is(PROTECTS, word) || is(MANNERS, word) || is(REVERSED, word);
    rest.iter().all(known).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::compared;
    use crate::kube::{PathStep, Provenance, Value};
    use crate::text::{FileId, Span};

    fn order(path: &str, here: &str, there: &str) -> Option<Ordering> {
        let path: Vec<PathStep> = path.split('.').map(|key| PathStep::Key(key.into())).collect();
        let at = Provenance::declared(Span::file_start(FileId(0)));
        let value = |text: &str| Value::string(text, at.clone());
        compared(&path, (Some(&value(here)), Some(&value(there))))
    }

    #[test]
    fn only_what_protects_is_told_by_how_much() {
        assert_eq!(order("database.tls", "prefer", "verify-full"), Some(Ordering::Less));
        assert_eq!(order("DB_SSLMODE", "disable", "require"), Some(Ordering::Less));
        assert_eq!(order("RequireHttps", "false", "true"), Some(Ordering::Less));
        assert_eq!(order("server.tls.enabled", "true", "false"), Some(Ordering::Greater));
        assert_eq!(order("insecureSkipVerify", "true", "false"), Some(Ordering::Less));
        for path in ["tls.secretName", "tlsDebug", "verifyEmail", "authCache", "gatewayAuth"] {
            assert_eq!(order(path, "true", "false"), None, "{path}");
        }
        assert_eq!(order("tls", "letsencrypt-staging", "letsencrypt"), None);
    }
}
