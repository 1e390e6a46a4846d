//! Units that the configuration names itself.

use std::collections::BTreeSet;

use regex::Regex;

use crate::layout::Choices;
use crate::layout::OverlayKind;
use crate::layout::UnitChoice;
use crate::layout::Unplaced;
use crate::layout::candidates::is_terraform;
use crate::layout::candidates::variables_extension;
use crate::layout::kustomizations::Kustomizations;
use crate::layout::lexicon::Lexicon;
use crate::source::Snapshot;
use crate::syntax::Notation;
use crate::text::RepoPath;

/// An overlay of a declared unit.
#[derive(Debug)]
pub(super) struct Declared {
    /// Index into [`Choices::units`].
    pub unit: usize,
    /// Index of the stage.
    pub stage: usize,
    /// The word for it in the path.
    pub word: String,
    /// The text in the place of `{variant}`.
    pub variant: Option<String>,
    /// The directory or file.
    pub root: RepoPath,
    /// How it is rendered.
    pub kind: OverlayKind,
}

/// Finds the overlays of the declared units; the first unit that matches a path has it.
pub(super) fn find(
    snapshot: &Snapshot,
    kustomizations: &Kustomizations,
    lexicon: &Lexicon,
    choices: &Choices,
    unplaced: &mut BTreeSet<Unplaced>,
) -> Vec<Declared> {
    let mut found: Vec<Declared> = vec![];
    let mut taken = BTreeSet::new();
    for (unit, choice) in choices.units.iter().enumerate() {
        let Some(pattern) = pattern(choice) else {
            let why = format!("the template of unit `{}` has no `{{env}}`", choice.name);
            unplaced.insert(Unplaced { root: RepoPath::root(), why });
            continue;
        };
        let files = snapshot.files().map(|(_, path)| path);
        for path in snapshot.directories().chain(files) {
            let Some(texts) = pattern.captures(path.as_str()) else { continue };
            let Some(word) = texts.name("env").map(|text| text.as_str()) else { continue };
            let Some(kind) = kind(snapshot, kustomizations, path) else { continue };
            let Some(mark) = lexicon.read(word) else {
                let why = format!(
                    "unit `{}` reads `{word}` as an environment, which is not known",
                    choice.name
                );
                unplaced.insert(Unplaced { root: path.clone(), why });
                continue;
            };
            if !taken.insert(path.clone()) {
                continue;
            }
            let stated = texts.name("variant").map(|text| text.as_str().to_owned());
            let rest = (!mark.rest.is_empty()).then_some(mark.rest);
            let variants: Vec<String> = rest.into_iter().chain(stated).collect();
            let variant = (!variants.is_empty()).then(|| variants.join("/"));
            found.push(Declared {
                unit,
                stage: mark.stage,
                word: mark.word,
                variant,
                root: path.clone(),
                kind,
            });
        }
    }
    found
}

/// The template as a pattern: `{env}` and `{variant}` stand for a part of a name, what is in
/// square brackets may be absent, everything else is literal.
fn pattern(choice: &UnitChoice) -> Option<Regex> {
    let mut text = regex::escape(choice.template.trim_matches('/'));
    for (mark, replacement) in [
        (r"\{env\}", "(?P<env>[^/]+?)"),
        (r"\{variant\}", "(?P<variant>[^/]+?)"),
        (r"\[", "(?:"),
        (r"\]", ")?"),
    ] {
        text = if mark.starts_with(r"\{") {
            text.replacen(mark, replacement, 1)
        } else {
            text.replace(mark, replacement)
        };
    }
    if !text.contains("(?P<env>") {
        return None;
    }
    Regex::new(&format!("^{text}$")).ok()
}

/// How a declared path is rendered, judged by what it is.
fn kind(
    snapshot: &Snapshot,
    kustomizations: &Kustomizations,
    path: &RepoPath,
) -> Option<OverlayKind> {
    if kustomizations.all.contains_key(path) {
        return Some(OverlayKind::Kustomize);
    }
    if snapshot.is_directory(path) {
        let files = || {
            let files = snapshot.files_below(path).map(|(_, file)| file);
            files.filter(|file| file.parent().as_ref() == Some(path))
        };
        if files().any(|file| is_terraform(file) || variables_extension(file).is_some()) {
            return Some(OverlayKind::Terraform);
        }
        return files().any(RepoPath::is_yaml).then_some(OverlayKind::Manifests);
    }
    if variables_extension(path).is_some() {
        return Some(OverlayKind::Terraform);
    }
    if path.is_yaml() {
        return Some(OverlayKind::HelmValues);
    }
    Notation::of(path.file_name()).map(|_| OverlayKind::Configuration)
}
