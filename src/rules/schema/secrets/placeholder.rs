//! Texts that stand where a secret will be, and are none.

use crate::kube::key_words;

/// Parts of texts that somebody or something replaces before they are used.
const MARKS: &[&str] = &[
    "${",
    "$(",
    "{{",
    "<%",
    "%{",
    "{%",
    "[[",
    "...",
    "…",
    "***",
    "xxxx",
    "changeme",
    "change_me",
    "change-me",
    "changethis",
    "change-this",
    "replace",
    "placeholder",
    "example",
    "dummy",
    "fake",
    "fixme",
    "redacted",
    "sample",
    "your-",
    "your_",
    "insert-",
    "insert_",
    "not-a-",
    "not-used",
    "notused",
    "unused",
    "override",
    "overwritten",
    "set-by",
    "set_by",
    "to-be-",
    "injected",
    "managed-by",
];
/// Beginnings of references to where a secret is kept.
const REFERENCES: &[&str] = &[
    "$",
    "%",
    "<",
    "{",
    "__",
    "@",
    "vault:",
    "ref+",
    "op://",
    "arn:",
    "secret://",
    "secretref:",
    "file:",
    "env:",
    "path:",
    "gcpsm:",
    "awssm:",
    "azurekeyvault:",
    "keyvault:",
    "projects/",
    "enc[",
    "age1",
];
/// Words of values that nobody would call a secret.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "key",
    "keys",
    "cred",
    "credential",
    "credentials",
    "admin",
    "administrator",
    "root",
    "user",
    "username",
    "guest",
    "test",
    "tests",
    "testing",
    "tester",
    "todo",
    "tbd",
    "none",
    "null",
    "nil",
    "na",
    "empty",
    "undefined",
    "unset",
    "string",
    "value",
    "values",
    "text",
    "foo",
    "foobar",
    "bar",
    "baz",
    "qux",
    "abc",
    "abcd",
    "qwerty",
    "letmein",
    "welcome",
    "hello",
    "world",
    "default",
    "development",
    "dev",
    "local",
    "localhost",
    "demo",
    "temp",
    "temporary",
    "tmp",
    "postgres",
    "postgresql",
    "pg",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "mongodb",
    "rabbitmq",
    "minio",
    "minioadmin",
    "grafana",
    "keycloak",
    "elastic",
    "kibana",
    "argocd",
    "jwt",
    "oidc",
    "oauth",
    "oauth2",
    "db",
    "database",
    "api",
    "app",
    "application",
    "client",
    "access",
    "auth",
    "aws",
    "s3",
    "my",
    "the",
    "super",
    "supersecret",
    "topsecret",
    "mysecret",
    "mypassword",
    "mytoken",
    "adminpassword",
    "secretkey",
    "secretpassword",
    "secrettoken",
    "accesskey",
    "very",
    "top",
    "a",
    "an",
    "some",
    "this",
    "is",
    "it",
    "not",
    "real",
    "really",
    "for",
    "your",
    "new",
    "old",
    "only",
    "no",
    "secure",
    "insecure",
    "strong",
    "random",
    "please",
    "must",
    "be",
    "in",
    "of",
    "to",
    "and",
    "here",
    "true",
    "false",
    "basic",
    "plain",
    "disabled",
    "enabled",
    "server",
    "service",
    "kube",
    "kubernetes",
    "cluster",
    "staging",
    "stage",
    "prod",
    "production",
    "here",
    "base64",
    "encoded",
    "generated",
    "something",
    "anything",
];
/// Fewest different characters of a secret.
const DIFFERENT: usize = 4;
/// Fewest characters that follow each other as in the alphabet in what nobody rolled.
const SEQUENCE: usize = 6;

/// Whether the text only stands for a secret, or names where one is kept.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_lowercase();
    text.is_empty()
        || REFERENCES.iter().any(|start| lower.starts_with(start))
        || MARKS.iter().any(|mark| lower.contains(mark))
        || text.contains('<') && text.contains('>')
        || is_name_of_variable(text)
        || is_monotonous(&lower)
        || is_dictionary(text)
}

/// `DB_PASSWORD` as the value of what will be filled in.
fn is_name_of_variable(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Few characters again and again, or runs of the alphabet.
fn is_monotonous(lower: &str) -> bool {
    let letters: Vec<char> = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return true;
    }
    let (mut longest, mut current) = (1, 1);
    for pair in letters.windows(2) {
        let &[first, second] = pair else { continue };
        let follows = u32::from(second) == u32::from(first) + 1 || (first, second) == ('9', '0');
        current = if follows { current + 1 } else { 1 };
        longest = longest.max(current);
    }
    longest >= SEQUENCE && longest * 2 >= letters.len()
}

/// Whether all words of the text are such as stand in examples: `my-secret-password1`, `P@ssw0rd`.
fn is_dictionary(text: &str) -> bool {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '@' => 'a',
        '$' | '5' => 's',
        c => c,
    };
    let known = |text: &str| {
        let mut words = key_words(text).into_iter().filter(|word| !is_number(word)).peekable();
        words.peek().is_some()
            && words.all(|word| {
                let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
                WORDS.contains(&word.as_str()) || WORDS.contains(&bare)
            })
    };
    known(text) || known(&text.to_lowercase()) || {
        let bare = text.trim_end_matches(|c: char| !c.is_alphabetic());
        known(&bare.to_lowercase().chars().map(letter).collect::<String>())
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn what_stands_for_a_secret_is_none() {
        for text in [
            "",
            "changeme",
            "CHANGE-ME-NOW-1",
            "<password>",
            "${DB_PASSWORD}",
            "{{ .password }}",
            "TODO",
            "example",
            "dummy-token",
            "xxxxxxxxxx",
            "0000-0000",
            "1234567890",
            "AKIAIOSFODNN7EXAMPLE",
            "DB_PASSWORD",
            "P@ssw0rd",
            "Passw0rd!",
            "password123",
            "my-secret-token",
            "supersecret",
            "adminPassword",
            "vault:secret/data/orders#password",
            "ref+vault://secret/orders#/password",
            "<path:secret/data/orders#password>",
            "ENC[AES256_GCM,data:abc,type:str]",
            "ghp_xxxxxxxxxxxxxxxxxxxx",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["hunter2", "k3Jd-92hsQ!", "Winter2024!", "s8D3kslPq02mZxb71Lqa", "orders-7f3k"]
        {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
