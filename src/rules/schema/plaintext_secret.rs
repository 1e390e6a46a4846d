//! `plaintext-secret`.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::SECRET;
use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::key_words;
use crate::render::Evaluated;
use crate::rules::schema::secrets::{Holder, Leak, Plain, holders};
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::text::{FileId, RepoPath};

/// Most keys that a message names, and most further places that are shown.
const NAMED: usize = 5;
const PLACES: usize = 8;
/// Words of names and directories whose secrets nobody uses.
const EXAMPLES: &[&str] =
    &["example", "examples", "sample", "samples", "dummy", "fake", "mock", "mocks", "template"];
/// Words of directories and environments in which secrets are made up.
const PRACTICE: &[&str] = &[
    "dev",
    "devel",
    "development",
    "local",
    "test",
    "tests",
    "testing",
    "e2e",
    "ci",
    "kind",
    "k3d",
    "minikube",
    "sandbox",
    "demo",
    "lab",
    "playground",
    "preview",
    "hack",
];
/// The rank of the first environment that is not for tests alone.
const PROTECTED: u32 = 60;

rule! {
    /// Reports a secret whose values stand in the repository in plain text
    ///
    /// Judged are `Secret` objects, what kustomize's generators make Secrets of, configuration files of
    /// environments, and documents that SOPS encrypted only in parts. Base64 is plain text. Placeholders, hashes, certificates, user
    /// names, hosts and references to where a secret is kept are not reported, and no value is ever
    /// printed.
    ///
    /// ## Why
    /// Whoever can read the repository, a fork or a backup of it has the secret, and history keeps
    /// it after it is deleted. Where only development and tests use it the level is lower: values
    /// there are often made up.
    ///
    /// ## Fix
    /// Make a new secret, because this one is known. Then keep it out of the repository (External
    /// Secrets, a CSI store), or commit it encrypted (SOPS, Sealed Secrets). Where SOPS left a key
    /// as it is, let `encrypted_regex` match it.
    pub struct PlaintextSecret {}
    id: "plaintext-secret", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for PlaintextSecret {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let readers = readers(cx);
        for holder in holders(cx) {
            let Some((first, rest)) = holder.leaks.split_first() else { continue };
            let overlays = readers.get(&holder.file).map_or(&[][..], Vec::as_slice);
            let unused = !overlays.is_empty() && overlays.iter().all(|it| drops(it, &holder));
            if unused || is_example(cx.snapshot.path(holder.file), &holder) {
                continue;
            }
            let worst = holder.leaks.iter().map(|leak| leak.plain).min().unwrap_or(first.plain);
            let level = match worst {
                _ if !is_practice(cx, holder.file, overlays) => findings.level(),
                Plain::Password => findings.level().min(Level::Note),
                Plain::PrivateKey | Plain::Token | Plain::Login => {
                    findings.level().min(Level::Warning)
                }
            };
            let mut finding = Finding::at(first.span, message(&holder)).label(label(first));
            let mut seen = BTreeSet::from([first.span]);
            for leak in rest {
                if seen.len() <= PLACES && seen.insert(leak.span) {
                    finding = finding.place(Role::Related, leak.span, label(leak));
                }
            }
            let names = overlays
                .iter()
                .filter_map(|it| Some(cx.layout.environment(it.overlay.environment)?.name.clone()));
            let mut names = names.collect::<BTreeSet<_>>().into_iter();
            let subject = Subject {
                environment: names.next().filter(|_| names.next().is_none()),
                resource: holder.object.clone(),
                // Of a generator the literals are masked by themselves; names of files may be shown.
                value: holder
                    .leaks
                    .iter()
                    .all(|leak| leak.source.is_none())
                    .then(|| SECRET.to_owned()),
                ..Subject::default()
            };
            let finding = finding.about(subject).help(help(&holder, worst));
            findings.push_at(level, finding.key(locality(cx, first.span)));
        }
    }
}

/// Which overlays read a file.
fn readers<'a>(cx: &Context<'a>) -> BTreeMap<FileId, Vec<&'a Evaluated<'a>>> {
    let mut readers: BTreeMap<FileId, Vec<_>> = BTreeMap::new();
    for evaluated in cx.evaluated {
        for &file in evaluated.output().into_iter().flat_map(|rendered| &rendered.inputs) {
            readers.entry(file).or_default().push(evaluated);
        }
    }
    readers
}

/// Whether the overlay deletes the object that the values are for.
fn drops(evaluated: &Evaluated<'_>, holder: &Holder) -> bool {
    let Some(id) = &holder.object else { return false };
    let mut removed = evaluated.output().into_iter().flat_map(|rendered| &rendered.removed);
    removed.any(|removed| removed.id.gvk.kind == id.gvk.kind && removed.id.name == id.name)
}

/// Whether the secret is used for development and tests alone, as far as anybody can tell.
fn is_practice(cx: &Context<'_>, file: FileId, overlays: &[&Evaluated<'_>]) -> bool {
    let word = |name: &str| key_words(name).iter().any(|word| PRACTICE.contains(&word.as_str()));
    if overlays.is_empty() {
        return cx.snapshot.path(file).segments().any(word);
    }
    let mut environments =
        overlays.iter().filter_map(|it| cx.layout.environment(it.overlay.environment));
    environments.all(|environment| environment.rank < PROTECTED || word(&environment.name))
}

fn is_example(path: &RepoPath, holder: &Holder) -> bool {
    let word = |name: &str| key_words(name).iter().any(|word| EXAMPLES.contains(&word.as_str()));
    path.segments().any(word) || holder.object.as_ref().is_some_and(|id| word(&id.name))
}

fn message(holder: &Holder) -> String {
    let keys: Vec<_> = holder.leaks.iter().map(|leak| format!("`{}`", leak.key)).collect();
    let more = keys.len().saturating_sub(NAMED);
    let listed = match (keys.as_slice(), more) {
        ([one], _) => one.clone(),
        ([all @ .., last], 0) => format!("{} and {last}", all.join(", ")),
        (all, more) => {
            let shown: Vec<_> = all.iter().take(NAMED).map(String::as_str).collect();
            format!("{} and {more} more", shown.join(", "))
        }
    };
    let verb = if keys.len() == 1 { "stands" } else { "stand" };
    match &holder.object {
        Some(id) if holder.encrypted => {
            format!("{listed} of {id} {verb} in plain text, although SOPS encrypted the document")
        }
        Some(id) => format!("{listed} of {id} {verb} in the repository in plain text"),
        None => format!("{listed} {verb} in plain text, although SOPS encrypted the document"),
    }
}

fn label(leak: &Leak) -> String {
    let what = match leak.plain {
        Plain::PrivateKey => "a private key that nothing protects",
        Plain::Token => "an access token",
        Plain::Login => "a password inside an address or connection string",
        Plain::Password => "a password or key",
    };
    match &leak.source {
        Some(path) => format!("`{}` in `{path}`: {what}", leak.key),
        None => format!("`{}`: {what}", leak.key),
    }
}

fn help(holder: &Holder, worst: Plain) -> &'static str {
    if holder.encrypted {
        return "make a new one, let `encrypted_regex` match the key, and encrypt the file again";
    }
    match worst {
        Plain::PrivateKey => {
            "make a new key pair, and keep the key out of the repository or commit it encrypted \
             (SOPS, Sealed Secrets, External Secrets)"
        }
        _ => {
            "make a new one, and keep it out of the repository or commit it encrypted (SOPS, \
             Sealed Secrets, External Secrets)"
        }
    }
}
