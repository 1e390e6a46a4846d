//! Puts overlays into units, and the stages that are in use into environments.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::Application;
use crate::layout::Choices;
use crate::layout::Environment;
use crate::layout::Layout;
use crate::layout::Overlay;
use crate::layout::OverlayKind;
use crate::layout::Unit;
use crate::layout::Unplaced;
use crate::layout::argocd::Plan;
use crate::layout::explicit::Declared;
use crate::layout::flux::Flux;
use crate::layout::flux::FluxBuild;
use crate::layout::flux::Found;
use crate::layout::flux::Tree;
use crate::layout::helmfile;
use crate::layout::lexicon::Lexicon;
use crate::layout::mixed;
use crate::layout::rendered::RenderedOverlay;
use crate::layout::units::Placed;
use crate::layout::units::Template;
use crate::layout::words;
use crate::text::RepoPath;

/// A unit while its overlays come in; environments are still stages of the lexicon.
#[derive(Debug, Default)]
struct Draft {
    names: BTreeMap<String, usize>,
    templates: BTreeMap<String, usize>,
    overlays: BTreeMap<(usize, Option<String>), Overlay>,
    /// The configuration names the unit.
    fixed: bool,
}

/// What has been found so far.
pub(super) struct Assembly<'l> {
    lexicon: &'l Lexicon,
    drafts: BTreeMap<String, Draft>,
    /// Of manifests that were rendered elsewhere, by their names: they take no name from others.
    rendered: BTreeMap<String, Draft>,
    /// How often each word is used for each stage.
    spellings: BTreeMap<usize, BTreeMap<String, usize>>,
}

impl<'l> Assembly<'l> {
    /// Nothing yet.
    pub(super) fn new(lexicon: &'l Lexicon) -> Self {
        let (drafts, rendered) = (BTreeMap::new(), BTreeMap::new());
        Self { lexicon, drafts, rendered, spellings: BTreeMap::new() }
    }

    /// Adds an overlay that its path has placed, once for each build that deploys it.
    pub(super) fn add(
        &mut self,
        template: &Template,
        found: &Placed,
        builds: &[(Option<String>, usize)],
        unplaced: &mut BTreeSet<Unplaced>,
    ) {
        let word = found.place.mark.as_ref().map(|mark| mark.word.as_str());
        self.spell(found.place.stage, word);
        let overlay = Overlay {
            environment: found.place.stage,
            variant: template.variant.clone(),
            root: found.candidate.root.clone(),
            kind: found.candidate.kind,
            build: builds.first().map(|(_, build)| *build),
            application: None,
            helmfile: None,
            why: found.place.why.clone(),
        };
        let draft = self.drafts.entry(template.key.clone()).or_default();
        *draft.names.entry(template.name.clone()).or_default() += 1;
        *draft.templates.entry(template.text.clone()).or_default() += 1;
        if let ([_, _, ..], None) = (builds, &template.variant) {
            for (variant, build) in builds {
                let (variant, build) = (variant.clone(), Some(*build));
                draft.put(Overlay { variant, build, ..overlay.clone() }, unplaced);
            }
            return;
        }
        if draft.overlays.contains_key(&(overlay.environment, overlay.variant.clone())) {
            let variant = template.full_variant.clone();
            draft.put(Overlay { variant, ..overlay }, unplaced);
        } else {
            draft.put(overlay, unplaced);
        }
    }

    /// Adds what Flux deploys from a path that tells no environment itself; `false` if the cluster
    /// tells none either.
    pub(super) fn deploy(
        &mut self,
        found: &Found,
        at: usize,
        kind: OverlayKind,
        unplaced: &mut BTreeSet<Unplaced>,
    ) -> bool {
        let Some(place) = &found.place else { return false };
        let word = place.mark.as_ref().map(|mark| mark.word.as_str());
        self.spell(place.stage, word);
        let FluxBuild { name, file, path, .. } = &found.build;
        let overlay = Overlay {
            environment: place.stage,
            variant: found.variant(),
            root: path.clone(),
            kind,
            build: Some(at),
            application: None,
            helmfile: None,
            why: format!("the Flux Kustomization `{name}` in `{}` deploys it", file.display()),
        };
        let (clusters, unit) = (found.clusters(), found.unit(self.lexicon));
        let draft = self.drafts.entry(format!("flux:{}:{unit}", clusters.as_str())).or_default();
        let template = format!("{}/{{env}}: Kustomization {unit}", clusters.display());
        *draft.names.entry(unit).or_default() += 1;
        *draft.templates.entry(template).or_default() += 1;
        draft.put(overlay, unplaced);
        true
    }

    /// Adds an overlay of a unit that the configuration names.
    pub(super) fn declare(
        &mut self,
        choices: &Choices,
        found: Declared,
        unplaced: &mut BTreeSet<Unplaced>,
    ) {
        let Some(choice) = choices.units.get(found.unit) else { return };
        self.spell(found.stage, Some(&found.word));
        let overlay = Overlay {
            environment: found.stage,
            variant: found.variant,
            root: found.root,
            kind: found.kind,
            build: None,
            application: None,
            helmfile: None,
            why: "the configuration names its unit".to_owned(),
        };
        let draft = self.drafts.entry(format!("declared:{}", choice.name)).or_default();
        draft.fixed = true;
        draft.names.insert(choice.name.clone(), 1);
        draft.templates.insert(choice.template.clone(), 1);
        draft.put(overlay, unplaced);
    }

    /// Whether there is no unit yet.
    pub(super) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Adds manifests that the user's pipeline rendered.
    pub(super) fn add_rendered(
        &mut self,
        found: RenderedOverlay,
        unplaced: &mut BTreeSet<Unplaced>,
    ) {
        self.spell(found.stage, Some(&found.word));
        let overlay = Overlay {
            environment: found.stage,
            variant: found.variant,
            root: found.root,
            kind: OverlayKind::Manifests,
            build: None,
            application: None,
            helmfile: None,
            why: "`--rendered` names it".to_owned(),
        };
        let draft = self.rendered.entry(found.unit.clone()).or_default();
        draft.fixed = true;
        draft.templates.insert(format!("--rendered {{env}}: {}", found.unit), 1);
        draft.names.insert(found.unit, 1);
        draft.put(overlay, unplaced);
    }

    /// The stages of the overlays that are placed, by their roots.
    pub(super) fn placed(&self) -> BTreeMap<RepoPath, BTreeSet<usize>> {
        let mut placed: BTreeMap<RepoPath, BTreeSet<usize>> = BTreeMap::new();
        for overlay in self.overlays() {
            placed.entry(overlay.root.clone()).or_default().insert(overlay.environment);
        }
        placed
    }

    /// The overlays of each unit, with their stages.
    pub(super) fn units(&self) -> Vec<Vec<(usize, RepoPath)>> {
        let overlays = |draft: &Draft| {
            let overlays = draft.overlays.values();
            overlays.map(|overlay| (overlay.environment, overlay.root.clone())).collect()
        };
        self.drafts.values().map(overlays).collect()
    }

    /// Everything that is placed; the environments are stages.
    pub(super) fn overlays(&self) -> impl Iterator<Item = &Overlay> {
        self.drafts.values().flat_map(|draft| draft.overlays.values())
    }

    /// Takes out what no Application of Argo CD deploys.
    pub(super) fn without(
        &mut self,
        orphans: &BTreeSet<RepoPath>,
        unplaced: &mut BTreeSet<Unplaced>,
    ) {
        for draft in self.drafts.values_mut().filter(|draft| !draft.fixed) {
            draft.overlays.retain(|_, overlay| {
                let orphan = orphans.contains(&overlay.root);
                if orphan {
                    let why = "orphaned: no Application of Argo CD reaches it".to_owned();
                    unplaced.insert(Unplaced { root: overlay.root.clone(), why });
                }
                !orphan
            });
        }
        self.drafts.retain(|_, draft| !draft.overlays.is_empty());
    }

    /// Adds what Applications of Argo CD say: who deploys an overlay, and units of their own.
    pub(super) fn deployed_by(&mut self, plan: Plan, unplaced: &mut BTreeSet<Unplaced>) {
        for draft in self.drafts.values_mut().filter(|draft| !draft.fixed) {
            draft.overlays.retain(|_, overlay| !plan.absorbed.contains(&overlay.root));
        }
        self.drafts.retain(|_, draft| !draft.overlays.is_empty());
        for overlay in self.drafts.values_mut().flat_map(|draft| draft.overlays.values_mut()) {
            overlay.application = plan.attached.get(&overlay.root).copied();
        }
        for draft in self.drafts.values_mut().filter(|draft| !draft.fixed) {
            draft.rename(&plan.names);
        }
        let made = plan.units.iter().flat_map(|unit| &unit.parts);
        let made: BTreeSet<&RepoPath> = made.map(|part| &part.root).collect();
        unplaced.retain(|found| !made.contains(&found.root));
        for unit in plan.units {
            let key = format!("argocd:{}", unit.template);
            for part in unit.parts {
                let word = Some(part.told.word.as_str()).filter(|word| !word.is_empty());
                self.spell(part.told.stage, word);
                let overlay = Overlay {
                    environment: part.told.stage,
                    variant: part.variant,
                    root: part.root,
                    kind: part.kind,
                    build: None,
                    application: Some(part.application),
                    helmfile: None,
                    why: part.why,
                };
                self.drafts.entry(key.clone()).or_default().put(overlay, unplaced);
            }
            let draft = self.drafts.entry(key).or_default();
            draft.names.insert(unit.name, 1);
            draft.templates.insert(unit.template, 1);
        }
        unplaced.extend(plan.unplaced);
        let shared = unplaced.iter().filter(|found| plan.shared.contains(&found.root));
        for found in shared.cloned().collect::<Vec<_>>() {
            unplaced.remove(&found);
            let why = "several environments deploy this one path through Argo CD".to_owned();
            unplaced.insert(Unplaced { why, ..found });
        }
    }

    /// Adds a helmfile in one of its environments: what it reads is part of it.
    pub(super) fn add_helmfile(
        &mut self,
        found: &helmfile::Found,
        at: usize,
        unplaced: &mut BTreeSet<Unplaced>,
    ) {
        for draft in self.drafts.values_mut().filter(|draft| !draft.fixed) {
            draft.overlays.retain(|_, overlay| {
                !matches!(overlay.kind, OverlayKind::HelmValues | OverlayKind::Configuration)
                    || !found.target.reads.contains(&overlay.root)
            });
        }
        self.drafts.retain(|_, draft| !draft.overlays.is_empty());
        self.spell(found.mark.stage, Some(&found.mark.word));
        let overlay = Overlay {
            environment: found.mark.stage,
            variant: found.variant(),
            root: found.path.clone(),
            kind: OverlayKind::Helmfile,
            build: None,
            application: None,
            helmfile: Some(at),
            why: format!("the helmfile declares the environment `{}`", found.target.name),
        };
        let draft = self.drafts.entry(format!("helmfile:{}", found.path.as_str())).or_default();
        draft.names.insert(found.unit(), 1);
        draft.templates.insert(format!("{}: environments.{{env}}", found.path.as_str()), 1);
        draft.put(overlay, unplaced);
    }

    fn spell(&mut self, stage: usize, word: Option<&str>) {
        let words = self.spellings.entry(stage).or_default();
        if let Some(word) = word {
            *words.entry(word.to_owned()).or_default() += 1;
        }
    }

    /// The layout: stages become environments, drafts become units with names of their own.
    /// The environments of the Applications, which are stages too, become indices with them.
    pub(super) fn finish(
        self,
        unplaced: BTreeSet<Unplaced>,
        tree: Tree,
        mut applications: Vec<Application>,
    ) -> Layout {
        let mut environments: Vec<(usize, Environment)> = self
            .spellings
            .iter()
            .filter_map(|(&stage, words)| {
                let known = self.lexicon.stage(stage)?;
                let used = words.iter().max_by_key(|(word, count)| (**count, word.len()));
                let used = used.map(|(word, _)| word.clone());
                let name = known.name.clone().or(used).or_else(|| known.words.first().cloned())?;
                let aliases: BTreeSet<String> =
                    words.keys().chain(&known.words).chain([&name]).cloned().collect();
                let aliases = aliases.into_iter().collect();
                Some((stage, Environment { name, rank: known.rank, aliases }))
            })
            .collect();
        environments.sort_by(|(_, a), (_, b)| (a.rank, &a.name).cmp(&(b.rank, &b.name)));
        let index: BTreeMap<usize, usize> =
            environments.iter().enumerate().map(|(at, (stage, _))| (*stage, at)).collect();
        for application in &mut applications {
            let stage = application.environment.take();
            application.environment = stage.and_then(|stage| index.get(&stage).copied());
        }
        let units = self.drafts.into_values().filter_map(|draft| draft.unit(&index)).collect();
        let mut units = mixed::join(units);
        name_apart(&mut units);
        for mut unit in self.rendered.into_values().filter_map(|draft| draft.unit(&index)) {
            if units.iter().any(|other| other.name == unit.name) {
                unit.name = format!("rendered/{}", unit.name);
            }
            units.push(unit);
        }
        let repositories = tree.repositories;
        let builds = tree.found.into_iter().map(|found| found.build).collect();
        let overlays = units.iter().flat_map(|unit| &unit.overlays);
        let shown = overlays.filter_map(|overlay| overlay.build).collect();
        units.sort_by(|a, b| (&a.name, &a.template).cmp(&(&b.name, &b.template)));
        Layout {
            environments: environments.into_iter().map(|(_, environment)| environment).collect(),
            units,
            unplaced: unplaced.into_iter().collect(),
            flux: Flux { builds, shown, repositories },
            applications,
            ..Layout::default()
        }
    }
}

impl Draft {
    /// Takes the name that the Applications of all overlays agree in, where the path has none.
    fn rename(&mut self, names: &BTreeMap<RepoPath, String>) {
        let silent = |name: &str| {
            let empty = |part: &str| words::is_holder(part) || words::is_value_holder(part);
            name == "." || name.split('/').all(empty)
        };
        if !self.names.keys().all(|name| silent(name)) {
            return;
        }
        let told: Option<BTreeSet<&String>> =
            self.overlays.values().map(|overlay| names.get(&overlay.root)).collect();
        if let Some(name) =
            told.filter(|told| told.len() == 1).and_then(|told| told.into_iter().next())
        {
            self.names = BTreeMap::from([(name.clone(), 1)]);
        }
    }

    fn put(&mut self, overlay: Overlay, unplaced: &mut BTreeSet<Unplaced>) {
        let key = (overlay.environment, overlay.variant.clone());
        if let Some(first) = self.overlays.get(&key) {
            let why = format!("`{}` already is this overlay", first.root.display());
            unplaced.insert(Unplaced { root: overlay.root, why });
        } else {
            self.overlays.insert(key, overlay);
        }
    }

    fn unit(self, index: &BTreeMap<usize, usize>) -> Option<Unit> {
        let name = most_used(&self.names)?;
        let template =
            if self.fixed { most_used(&self.templates)? } else { joined(&self.templates)? };
        let mut overlays: Vec<Overlay> = self
            .overlays
            .into_values()
            .filter_map(|overlay| {
                Some(Overlay { environment: *index.get(&overlay.environment)?, ..overlay })
            })
            .collect();
        overlays.sort_by(|a, b| {
            (a.environment, &a.variant, &a.root).cmp(&(b.environment, &b.variant, &b.root))
        });
        Some(Unit { name, template, overlays })
    }
}

/// The most used text, the shorter and then the first in order among equals.
fn most_used(texts: &BTreeMap<String, usize>) -> Option<String> {
    let best = texts.iter().min_by_key(|(text, count)| (usize::MAX - **count, text.len()));
    best.map(|(text, _)| text.clone())
}

/// One template for overlays with and without a variant: `x/{env}[/{variant}]`.
fn joined(templates: &BTreeMap<String, usize>) -> Option<String> {
    let used = most_used(templates)?;
    let plain = used.strip_suffix("/{variant}").unwrap_or(&used);
    let both =
        templates.contains_key(plain) && templates.contains_key(&format!("{plain}/{{variant}}"));
    Some(if both { format!("{plain}[/{{variant}}]") } else { used })
}

/// Gives units that would have the same name the longer one that their templates hold.
fn name_apart(units: &mut [Unit]) {
    let longer: [fn(&Unit) -> String; 2] = [
        |unit| {
            let parts = unit.template.split(['/', '[', ']']).map(|part| {
                let part = part.replace("{env}", "").replace("{variant}", "");
                part.trim_matches(['-', '_', '.']).to_owned()
            });
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
        },
        |unit| unit.template.clone(),
    ];
    for rename in longer {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for unit in units.iter() {
            *counts.entry(unit.name.clone()).or_default() += 1;
        }
        for unit in units.iter_mut().filter(|unit| counts.get(&unit.name) > Some(&1)) {
            unit.name = rename(unit);
        }
    }
}
