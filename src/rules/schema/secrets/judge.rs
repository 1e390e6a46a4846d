//! What a value of a secret is by what it says: a credential in plain text, or nothing of the kind.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::kube::{Credential, credentials, key_words, looks_secret_key};
use crate::rules::schema::secrets::placeholder::is_placeholder;
use crate::syntax::{Document, NodeRef, parse_yaml};
use crate::text::FileId;

/// What stands in plain text, the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules::schema) enum Plain {
    /// A private key that no passphrase protects.
    PrivateKey,
    /// An access token of a known shape.
    Token,
    /// A password inside a URL or connection string.
    Login,
    /// A password or key that only its name tells.
    Password,
}

/// Longest value that is looked at.
const LONGEST: usize = 1 << 20;
/// Longest text that is read as a tree, and most nodes of it.
const TREE: usize = 1 << 18;
const NODES: usize = 20_000;
/// Deepest nesting of texts in texts.
const INSIDE: usize = 3;
/// Shortest password and shortest key or token that its name tells.
const PASSWORD: usize = 6;
const KEY: usize = 12;
/// Shortest text that is a key whatever its name.
const RANDOM: usize = 24;
/// Most bytes of a key or token in one line.
const ONE_LINE: usize = 1024;
/// Shortest body of a private key.
const KEY_BODY: usize = 48;
/// Sizes of keys in bytes that are no text.
const BINARY: std::ops::RangeInclusive<usize> = 16..=128;

/// Words of a key whose value people type.
const PASSWORDS: &[&str] = &["password", "passwd", "pwd", "passphrase", "passcode", "pass"];
/// Words at the end of a key whose value everybody may know.
const PUBLIC: &[&str] = &[
    "id",
    "ids",
    "user",
    "username",
    "login",
    "email",
    "host",
    "hostname",
    "server",
    "port",
    "domain",
    "region",
    "bucket",
    "ca",
    "crt",
    "cer",
    "cert",
    "certs",
    "certificate",
    "certificates",
    "pub",
    "algorithm",
    "alg",
    "scope",
    "scopes",
    "tenant",
    "project",
    "realm",
    "arn",
    "role",
    "group",
    "hash",
    "sha",
    "sha256",
    "checksum",
    "fingerprint",
    "digest",
    "license",
    "expires",
    "date",
];
/// Words of a key that make everything public.
const OPEN: &[&str] = &["public", "pub", "recipient", "recipients", "trust", "truststore"];
/// The token in whose place every page on the subject writes its own claims.
const DOCUMENTED: &[&str] = &["eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI"];
/// Addresses that are credentials by themselves, and how many parts of a path follow.
const WEBHOOKS: &[(&str, usize)] = &[
    ("hooks.slack.com/services/", 3),
    ("discord.com/api/webhooks/", 2),
    ("webhook.office.com/webhookb2/", 3),
];

/// What the value under `key` is.
pub(in crate::rules::schema) fn judge(key: &str, value: &[u8]) -> Option<Plain> {
    if value.len() > LONGEST {
        return None;
    }
    match std::str::from_utf8(value) {
        Ok(text) => in_text(key, text, 0),
        Err(_binary) => {
            let named = names_secret(key) && !is_public(key) && !key.contains('.');
            (named && BINARY.contains(&value.len())).then_some(Plain::Password)
        }
    }
}

/// What the text under a secret-looking key of any document is.
pub(in crate::rules::schema) fn judge_named(key: &str, text: &str) -> Option<Plain> {
    let shaped = shaped(text);
    shaped.or_else(|| (names_secret(key) && !is_public(key)).then(|| one_line(key, text)).flatten())
}

fn in_text(key: &str, text: &str, inside: usize) -> Option<Plain> {
    let text = text.trim();
    if is_encrypted(text) || inside > INSIDE {
        return None;
    }
    if let Some(found) = shaped(text) {
        return Some(found);
    }
    if is_public(key) {
        return None;
    }
    if text.contains('\n') || text.starts_with(['{', '[']) {
        return in_lines(text, inside);
    }
    if let Some(inner) = decoded(text).filter(|inner| is_readable(inner)) {
        return in_text(key, &inner, inside + 1);
    }
    let named = names_secret(key).then(|| one_line(key, text)).flatten();
    named.or_else(|| is_random(text).then_some(Plain::Password))
}

/// Credentials that their shape tells.
fn shaped(text: &str) -> Option<Plain> {
    let found = credentials(text).filter_map(|credential| match credential {
        Credential::PrivateKey(block) => is_private_key(block).then_some(Plain::PrivateKey),
        Credential::Token(token) => {
            let documented = DOCUMENTED.iter().any(|known| token.contains(known));
            (!documented && !is_placeholder(token)).then_some(Plain::Token)
        }
        Credential::Login { user, password, host } => {
            let local = ["localhost", "127.0.0.1"].iter().any(|name| host.starts_with(name));
            let stands_for_itself = user != password && !is_placeholder(password);
            (!local && stands_for_itself).then_some(Plain::Login)
        }
        Credential::Password(password) => {
            let password = password.trim_matches(['"', '\'']);
            let long = password.len() >= PASSWORD && !is_placeholder(password);
            (long && classes(password) > 1).then_some(Plain::Login)
        }
    });
    found.min().or_else(|| is_webhook(text).then_some(Plain::Token))
}

/// Whether a block that begins like a private key has one in it that nothing protects.
fn is_private_key(block: &str) -> bool {
    let first = block.lines().next().unwrap_or("");
    let (header, body) = block.split_once("PRIVATE KEY").unwrap_or((first, ""));
    let body = body.split("-----END").next().unwrap_or("");
    let protected = header.contains("ENCRYPTED") || body.contains("ENCRYPTED");
    let letters = body.bytes().filter(u8::is_ascii_alphanumeric).count();
    !protected && letters >= KEY_BODY && !is_placeholder(body.trim_start_matches('-'))
}

fn is_webhook(text: &str) -> bool {
    WEBHOOKS.iter().any(|(address, parts)| {
        text.split_once(address).is_some_and(|(_, rest)| {
            let rest = rest.split_whitespace().next().unwrap_or("");
            let path: Vec<_> = rest.split('/').filter(|part| !part.is_empty()).collect();
            let last = path.last().filter(|last| last.len() >= 16 && !is_placeholder(last));
            path.len() >= *parts && last.is_some()
        })
    })
}

/// A text of several lines: a tree where it is YAML or JSON, else lines of keys and values.
fn in_lines(text: &str, inside: usize) -> Option<Plain> {
    if text.len() > TREE {
        return None;
    }
    let parsed = parse_yaml(FileId(0), text);
    let roots: Vec<_> = parsed.documents.iter().map(Document::root).collect();
    if !parsed.is_broken() && roots.iter().any(|root| root.text().is_none()) {
        let mut budget = NODES;
        return roots.into_iter().filter_map(|root| in_tree(root, "", inside, &mut budget)).min();
    }
    text.lines().filter_map(in_line).min()
}

fn in_tree(node: NodeRef<'_>, key: &str, inside: usize, budget: &mut usize) -> Option<Plain> {
    *budget = budget.checked_sub(1)?;
    if node.is_alias() {
        return None;
    }
    if let Some(text) = node.text() {
        // The login of a registry: user and password in one.
        if key == "auth"
            && let Some(login) = decoded(text)
        {
            let password = login.split_once(':').map_or("", |(_, password)| password);
            return one_line("password", password);
        }
        let named = !key.is_empty() && names_secret(key) && !is_public(key);
        let inner = decoded(text).filter(|inner| inner.contains("PRIVATE KEY"));
        let hidden = inner.and_then(|inner| shaped(&inner));
        return hidden.or_else(|| named.then(|| one_line(key, text)).flatten());
    }
    let under = |(key, value): (NodeRef<'_>, NodeRef<'_>)| {
        in_tree(value, key.text().unwrap_or(""), inside, budget)
    };
    let entries = node.entries().filter_map(under).min();
    let items = node.items().filter_map(|item| in_tree(item, key, inside, budget)).min();
    entries.into_iter().chain(items).min()
}

/// `key = value` or `key: value`.
fn in_line(line: &str) -> Option<Plain> {
    let line = line.trim();
    if line.starts_with(['#', ';', '/']) {
        return None;
    }
    let (key, value) = line.split_once(['=', ':'])?;
    let key = key.trim().trim_matches(['"', '\'']);
    let value = value.trim().trim_end_matches([',', ';']).trim_matches(['"', '\'']);
    let named = !key.contains(' ') && names_secret(key) && !is_public(key);
    named.then(|| one_line(key, value)).flatten()
}

/// What one line is that its key calls a secret.
fn one_line(key: &str, text: &str) -> Option<Plain> {
    let text = text.trim();
    let names = |words: Vec<String>| words.concat();
    let refused = text.len() > ONE_LINE
        || text.contains(char::is_whitespace)
        || is_encrypted(text)
        || is_placeholder(text)
        || is_hash(text)
        || is_address(text)
        || names(key_words(key)) == names(key_words(text));
    if refused {
        return None;
    }
    let typed = key_words(key).iter().any(|word| PASSWORDS.contains(&word.as_str()));
    let plain = if typed {
        text.len() >= PASSWORD && classes(text) > 1
    } else {
        let mixed = text.bytes().any(|b| b.is_ascii_digit())
            && text.bytes().any(|b| b.is_ascii_alphabetic());
        text.len() >= KEY && mixed && (classes(text) > 2 || text.len() >= 16 && !is_slug(text))
    };
    plain.then_some(Plain::Password)
}

/// A text that nobody would think of, whatever its key: long and of all kinds of letters.
fn is_random(text: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b);
    (RANDOM..=ONE_LINE).contains(&text.len())
        && text.bytes().all(letters)
        && text.matches('/').count() < 2
        && classes(text) > 2
        && text.bytes().filter(u8::is_ascii_digit).count() > 2
        && !is_slug(text)
        && !is_placeholder(text)
}

fn names_secret(key: &str) -> bool {
    let words = key_words(key);
    let is = |word: &String, list: &[&str]| list.contains(&word.as_str());
    let last = words.last().is_some_and(|word| word == "key");
    looks_secret_key(key) || last || words.iter().any(|word| is(word, PASSWORDS))
}

fn is_public(key: &str) -> bool {
    let words = key_words(key);
    let open = words.iter().any(|word| OPEN.contains(&word.as_str()));
    open || words.last().is_some_and(|word| PUBLIC.contains(&word.as_str()))
}

/// Whether something has been done so that the text may lie in a repository.
fn is_encrypted(text: &str) -> bool {
    text.contains("ENC[AES256_GCM,")
        || ["$ANSIBLE_VAULT;", "-----BEGIN AGE ENCRYPTED", "-----BEGIN PGP MESSAGE"]
            .iter()
            .any(|start| text.starts_with(start))
}

/// `$2y$…`, `{SHA}…`, also behind the name of a user.
fn is_hash(text: &str) -> bool {
    let text = text.split_once(':').map_or(text, |(_, hash)| hash);
    text.starts_with(['$', '{']) || text.starts_with("pbkdf2") || text.starts_with("SCRAM-")
}

/// A path, a URL, a host or an address of mail.
fn is_address(text: &str) -> bool {
    let host = |text: &str| {
        let mut labels = text.split(':').next().unwrap_or("").split('.');
        labels.clone().count() > 2
            && labels.all(|label| {
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                !label.is_empty() && label.len() < 30 && label.bytes().all(plain)
            })
    };
    text.contains("://")
        || text.starts_with(['/', '.', '~'])
        || host(text)
        || text.split_once('@').is_some_and(|(_, domain)| host(domain) || domain.ends_with(".com"))
}

/// Words with dashes or dots between them: the name of something.
fn is_slug(text: &str) -> bool {
    let parts = || text.split(['-', '_', '.', '/', ':']);
    let word = |part: &str| part.len() < 12 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let number = |part: &str| part.len() < 5 && part.bytes().all(|b| b.is_ascii_digit());
    parts().count() > 1 && parts().all(|part| word(part) || number(part))
}

/// How many kinds of characters there are: small and capital letters, digits, others.
fn classes(text: &str) -> usize {
    let others = |b: u8| b.is_ascii_punctuation() && !b"-_./".contains(&b) || !b.is_ascii();
    let kinds: [fn(&u8) -> bool; 3] =
        [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    kinds.iter().filter(|kind| text.as_bytes().iter().any(|byte| kind(byte))).count()
        + usize::from(text.bytes().any(others))
}

/// What a base64 text says, if it is one and says a text.
pub(in crate::rules::schema) fn decoded(text: &str) -> Option<String> {
    String::from_utf8(bytes(text)?).ok()
}

/// The bytes of a base64 text.
pub(in crate::rules::schema) fn bytes(text: &str) -> Option<Vec<u8>> {
    if text.len() > LONGEST * 2 {
        return None;
    }
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(&compact).or_else(|_padding| STANDARD_NO_PAD.decode(&compact)).ok()
}

fn is_readable(text: &str) -> bool {
    text.len() >= 8 && text.chars().all(|c| !c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::{Plain, judge};

    #[test]
    fn values_are_judged_by_what_they_say() {
        let url = "https://hooks.slack.com/services/T02/B03";
        for (key, value, plain) in [
            ("a", "-----BEGIN PRIVATE KEY-----\n...\n", None),
            ("url", &*format!("{url}/XXXXXXXXXXXXXXXXXXXXXXXX"), None),
            ("url", &*format!("{url}/k3Jq8Zr2TnWy4Lm0Pd5Hs7Vb"), Some(Plain::Token)),
            ("dsn", "Server=db;User=sa;Password=Fen-8-Harrow;", Some(Plain::Login)),
            ("dsn", "Server=db;User=sa;Password=changeme;", None),
            ("url", "amqp://guest:guest@mq:5672", None),
            ("url", "amqp://orders:Fen-8-Harrow@mq:5672", Some(Plain::Login)),
            ("token", "orders-gateway", None),
            ("client-secret", "k3Jq8Zr2TnWy4Lm0", Some(Plain::Password)),
            ("client-id", "k3Jq8Zr2TnWy4Lm0Pd5Hs7Vb", None),
            ("value", "k3Jq8Zr2TnWy4Lm0Pd5Hs7Vb", Some(Plain::Password)),
            ("value", "nordwerk-orders-2024-bucket-1", None),
            ("app.ini", "[db]\npassword = Fen-8-Harrow\n", Some(Plain::Password)),
            ("app.ini", "[db]\n# password = Fen-8-Harrow\npool = 5\n", None),
        ] {
            assert_eq!(judge(key, value.as_bytes()), plain, "{key} {value}");
        }
    }

    #[test]
    fn hostile_values_end() {
        let deep = format!("{}x{}", "{a: ".repeat(5_000), "}".repeat(5_000));
        let dots = "SG.".repeat(200_000);
        let begins = "-----BEGIN PRIVATE KEY-----\n".repeat(20_000);
        for value in [deep, dots, begins] {
            let _verdict = judge("password", value.as_bytes());
        }
    }
}
