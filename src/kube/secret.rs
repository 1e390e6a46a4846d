//! What must never be shown: values under secret-looking keys, values shaped like credentials.

/// What stands for a value that nobody may see.
pub const HIDDEN: &str = "(secret)";

/// Words of a key that mean its value is secret.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
    "dsn",
    "auth",
    "cookie",
    "bearer",
];

/// Words that make a following `key` secret: `api key`, `private key`, `signing key`.
const KEY_KINDS: &[&str] =
    &["api", "private", "access", "signing", "encryption", "license", "account", "master", "ssh"];

/// Endings by which a key names a secret or its place, and does not hold it.
const REFERENCE_WORDS: &[&str] = &[
    "name",
    "names",
    "ref",
    "refs",
    "reference",
    "path",
    "file",
    "dir",
    "mount",
    "store",
    "type",
    "version",
    "ttl",
    "expiry",
    "expiration",
    "interval",
    "seconds",
    "days",
    "url",
    "uri",
    "endpoint",
    "enabled",
    "provider",
    "keys",
    "count",
    "length",
    "size",
    "timeout",
    "namespace",
    "class",
    "kind",
    "target",
    "projected",
    "automount",
    "policy",
    "mode",
    "method",
    "issuer",
    "audience",
    "algorithm",
    "arn",
    "backend",
    "domain",
    "domains",
    "duration",
    "engine",
    "expires",
    "format",
    "header",
    "host",
    "hours",
    "lifetime",
    "minutes",
    "port",
    "prefix",
    "realm",
    "region",
    "replicas",
    "server",
    "suffix",
];

/// Words that a key ends with which holds the secret itself, whatever the secret looks like.
const HOLDERS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
];

/// Words beside a holder in the key of a map whose members are secrets: `secretEnv`, `string-data`.
const HOLDING: &[&str] = &["client", "data", "env", "string", "values", "vars"];

/// Words of a key that names a Secret which is made elsewhere: `existingSecret`, `imagePullSecrets`.
const ELSEWHERE: &[&str] = &["existing", "external", "pull"];

/// Keys of what stands inside of a secret thing and is the thing: `password: {value: …}`.
const CONTENTS: &[&str] = &["value", "default", "plain", "plaintext", "content", "literal", "raw"];

/// Beginnings of well-known access tokens.
const TOKEN_PREFIXES: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "sk_live_",
    "rk_live_",
    "sk-ant-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "eyJhbGciOi",
    "npm_",
    "pypi-",
    "dop_v1_",
    "hvs.",
    "SG.",
    "AGE-SECRET-KEY-",
];

/// Shortest text that a token prefix makes a credential.
const TOKEN_LENGTH: usize = 20;

/// Whether the value under this key is probably secret, by the words of the key.
pub fn looks_secret_key(key: &str) -> bool {
    let words = words(key);
    let is = |word: &str, list: &[&str]| list.contains(&word);
    if words.last().is_some_and(|last| is(last, REFERENCE_WORDS))
        || words.iter().any(|word| is(word, ELSEWHERE)) && ends_as_holder(&words)
        || words.first().is_some_and(|first| first == "existing")
    {
        return false;
    }
    words.iter().any(|word| is(word, SECRET_WORDS)) || words.windows(2).any(is_kind_of_key)
}

/// Whether a text must not be shown where it stands: by the last key, or by the key of the map
/// around it (`around`, empty at the root).
///
/// Outside of Secrets: what a key speaks of besides the secret (`tokenLifetime: 60`) may be shown.
pub fn hides_text(around: &str, key: &str, text: &str) -> bool {
    let text = text.trim_end_matches(',').trim_matches(['"', '\'']);
    let words_of_key = words(key);
    if looks_secret_key(key) {
        return !is_switch(text) && (ends_as_holder(&words_of_key) || !is_number(text));
    }
    // Too short a word to call a key secret everywhere: `proxy_pass`.
    let pass = words_of_key.last().is_some_and(|last| last == "pass");
    let named = words_of_key.last().is_some_and(|last| REFERENCE_WORDS.contains(&last.as_str()));
    let plain = is_switch(text) || is_number(text) || named || text.is_empty();
    let content = words_of_key.last().is_some_and(|last| CONTENTS.contains(&last.as_str()));
    content && looks_secret_key(around) && !is_switch(text) || !plain && (pass || is_holder(around))
}

/// Whether the members of a map of this name are secrets, or say what its one secret is.
fn is_holder(key: &str) -> bool {
    let words = words(key);
    let holds = |word: &String| HOLDERS.contains(&word.as_str());
    let known = |word: &String| holds(word) || HOLDING.contains(&word.as_str());
    key == "stringData"
        || words.iter().any(holds) && words.iter().all(known)
        || looks_secret_key(key) && ends_as_holder(&words)
}

fn ends_as_holder(words: &[String]) -> bool {
    words.last().is_some_and(|last| HOLDERS.contains(&last.as_str()))
        || words.last_chunk::<2>().is_some_and(|pair| is_kind_of_key(pair))
}

fn is_kind_of_key(pair: &[String]) -> bool {
    matches!(pair, [kind, key] if key == "key" && KEY_KINDS.contains(&kind.as_str()))
}

/// Whether a text can only be a switch or nothing: that it is on is no secret.
fn is_switch(text: &str) -> bool {
    matches!(text, "true" | "false" | "null" | "~")
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Something in a text that has the shape of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential<'v> {
    /// A private key, from behind `-----BEGIN` to what begins next.
    PrivateKey(&'v str),
    /// An access token of a known kind.
    Token(&'v str),
    /// `scheme://user:password@host`.
    Login {
        /// Who logs in.
        user: &'v str,
        /// With what.
        password: &'v str,
        /// Where, with the port.
        host: &'v str,
    },
    /// `password=…` inside a connection string.
    Password(&'v str),
}

/// Everything in the value that has the shape of a credential, variables to be filled in excepted.
pub fn credentials(value: &str) -> impl Iterator<Item = Credential<'_>> {
    let keys = value.split("-----BEGIN ").skip(1).filter_map(|block| {
        block.lines().next()?.contains("PRIVATE KEY").then_some(Credential::PrivateKey(block))
    });
    let tokens = TOKEN_PREFIXES.iter().flat_map(|prefix| tokens(value, prefix));
    keys.chain(tokens.map(Credential::Token)).chain(logins(value)).chain(password_pairs(value))
}

/// Whether the value is shaped like a credential, whatever its key.
pub fn looks_like_credential(value: &str) -> bool {
    value.contains("-----BEGIN ") && value.contains("PRIVATE KEY")
        || credentials(value).next().is_some()
}

/// Words that begin with `prefix` and are long enough for a token. No byte is looked at twice.
fn tokens<'v>(value: &'v str, prefix: &str) -> impl Iterator<Item = &'v str> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + value[from..].find(prefix)?;
            let starts_word = !value[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let rest = &value[at..];
            let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
            let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
            from = at + if starts_word { word.len() } else { prefix.len() };
            if starts_word && word.len() >= TOKEN_LENGTH {
                return Some(word);
            }
        }
    })
}

fn logins(value: &str) -> impl Iterator<Item = Credential<'_>> {
    value.match_indices("://").filter_map(|(at, separator)| {
        let rest = &value[at + separator.len()..];
        let end = rest.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(rest.len());
        let (login, host) = rest[..end].rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        is_literal(password).then_some(Credential::Login { user, password, host })
    })
}

fn password_pairs(value: &str) -> impl Iterator<Item = Credential<'_>> {
    let parts = value.split(|c: char| c == ';' || c == '&' || c == ',' || c.is_whitespace());
    parts.filter_map(|part| {
        let (key, text) = part.split_once('=')?;
        let is_password =
            matches!(words(key).last().map(String::as_str), Some("password" | "pwd" | "passwd"));
        (is_password && is_literal(text)).then_some(Credential::Password(text))
    })
}

/// Whether the text stands for itself, and is no variable to be filled in.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['$', '{', '<', '%'])
}

/// The words of a key in lower case: `clientSecret`, `CLIENT_SECRET`, `client-secret`.
pub fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    let mut inside = false;
    for character in key.chars() {
        if !character.is_alphanumeric() {
            (inside, previous_lower) = (false, false);
            continue;
        }
        let starts = !inside || (previous_lower && character.is_uppercase());
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        (inside, previous_lower) = (true, character.is_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{hides_text, looks_like_credential, looks_secret_key};

    #[test]
    fn keys_that_hold_secrets_are_told_from_keys_that_name_them() {
        for key in ["DB_PASSWORD", "clientSecret", "api-key", "WEBHOOK_SIGNING_KEY", "token"] {
            assert!(looks_secret_key(key), "{key}");
        }
        for key in
            ["secretName", "secretKeyRef", "key", "tokenPath", "monkey", "keyspace", "author"]
        {
            assert!(!looks_secret_key(key), "{key}");
        }
        for key in [
            "existingSecret",
            "existingSecretPasswordKey",
            "adminExistingSecret",
            "imagePullSecrets",
            "externalSecrets",
            "TokenLifetime",
            "authRegion",
        ] {
            assert!(!looks_secret_key(key), "{key}");
        }
    }

    #[test]
    fn the_last_key_decides_and_maps_of_secrets_hide_their_texts() {
        for (around, key, text) in [
            ("db", "password", "hunter2"),
            ("db", "password", "123456"),
            ("server", "apiKey", "\"abc\","),
            ("Auth", "ClientSecret", "abc"),
            ("externalSecrets", "token", "abc"),
            ("db_password", "default", "hunter2"),
            ("DB_PIN_TOKEN", "value", "1234"),
            ("secrets", "STRIPE", "abc"),
            ("credentials", "admin", "hunter2"),
            ("stringData", "admin", "hunter2"),
            ("secretEnv", "STRIPE", "abc"),
            ("smtp", "pass", "hunter2"),
            ("passwords", "admin", "hunter2"),
            ("db_password", "production", "hunter2"),
        ] {
            assert!(hides_text(around, key, text), "{around} {key} {text}");
        }
        for (around, key, text) in [
            ("Auth", "Audience", "shop"),
            ("Auth", "TokenLifetimeMinutes", "60"),
            ("token", "days", "5"),
            ("Secrets", "Provider", "vault"),
            ("Credentials", "Region", "eu"),
            ("external-secrets", "replicaCount", "2"),
            ("secrets", "replicaCount", "2"),
            ("secret", "create", "true"),
            ("auth", "existingSecret", "orders-db"),
            ("externalSecrets", "path", "kv/orders"),
            ("externalSecrets", "backend", "vault"),
            ("db", "passwordRequired", "false"),
            ("auth", "secretRefreshInterval", "1h"),
        ] {
            assert!(!hides_text(around, key, text), "{around} {key} {text}");
        }
    }

    #[test]
    fn credentials_are_known_by_their_shape() {
        for value in [
            "-----BEGIN RSA PRIVATE KEY-----\nMII",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "postgres://app:hunter2@db.example.org/app",
            "Server=db;User=app;Password=hunter2",
        ] {
            assert!(looks_like_credential(value), "{value}");
        }
        for value in [
            "postgres://app:${PASSWORD}@db.example.org/app",
            "https://example.org:8443/a@b",
            "npm_config",
            "Password=$(DB_PASSWORD)",
        ] {
            assert!(!looks_like_credential(value), "{value}");
        }
    }
}
