//! Which part of a path tells the environment, judged by what stands beside it.
//!
//! A word alone proves little: `integration` may be a stage or a service. It counts as an
//! environment where other environments stand in its place, or where the word hardly means
//! anything else, or where the repository uses the same environment elsewhere in such a place.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::layout::candidates::Candidate;
use crate::layout::lexicon::Lexicon;
use crate::layout::lexicon::Mark;
use crate::layout::lexicon::Trust;
use crate::layout::words;

/// Where the environment of a candidate was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Index of the stage in the lexicon.
    pub stage: usize,
    /// Index of the part of the path.
    pub part: usize,
    /// The word in that part; `None` where the name is known to belong to the environment.
    pub mark: Option<Mark>,
    /// The decision in words.
    pub why: String,
}

/// Names that stand in one place of the tree, and what they say together.
#[derive(Debug, Default)]
struct Slot {
    names: BTreeMap<String, Option<Mark>>,
    /// Something that environments share stands there too.
    shared: bool,
    channel: Option<String>,
    /// How many names hold an environment.
    marked: usize,
    /// A word that can be trusted is among them.
    fair: bool,
    /// A word that is no release channel's is among them.
    strong: bool,
    stages: BTreeSet<usize>,
    exact: BTreeSet<usize>,
    rests: BTreeMap<String, BTreeSet<usize>>,
    /// The stages that are proved here.
    proved: BTreeSet<usize>,
}

impl Slot {
    fn add(&mut self, name: &str, mark: Option<Mark>) {
        if words::is_base(name) && !mark.as_ref().is_some_and(Mark::is_exact) {
            self.shared = true;
            return;
        }
        if words::is_channel(name) {
            self.channel = Some(name.to_owned());
        }
        if let Some(mark) = &mark {
            self.marked += 1;
            self.fair |= mark.trust >= Trust::Fair;
            self.strong |= mark.trust == Trust::Strong || mark.word == "dev";
            self.stages.insert(mark.stage);
            if mark.is_exact() {
                self.exact.insert(mark.stage);
            }
            self.rests.entry(mark.rest.clone()).or_default().insert(mark.stage);
        }
        self.names.insert(name.to_owned(), mark);
    }

    /// Whether at least one in `parts` of the names holds an environment.
    fn mostly(&self, parts: usize) -> bool {
        self.marked * parts >= self.names.len()
    }

    /// A release channel among the names, where no trusted environment is.
    fn channel(&self) -> Option<&str> {
        self.channel.as_deref().filter(|_| !self.strong)
    }

    /// Whether other environments stand in the place of this mark.
    fn proves(&self, mark: &Mark, in_holder: bool) -> bool {
        let trusted = in_holder || self.fair || (self.shared && self.mostly(1));
        let several = self.stages.len() > 1;
        let fair = mark.trust >= Trust::Fair;
        if mark.is_exact() {
            let beside = self.exact.len() > 1 || (several && (in_holder || self.mostly(2)));
            return beside && trusted && (fair || self.mostly(3));
        }
        let same_rest = self.rests.get(&mark.rest).is_some_and(|stages| stages.len() > 1);
        let crowd = several && self.mostly(2) && (fair || in_holder);
        let beside_exact = self.exact.len() > 1 && fair;
        mark.fused || (trusted && (same_rest || crowd || beside_exact))
    }
}

/// How well a part of a path proves its environment; larger is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// A part of a name that is known as an environment from elsewhere.
    Known,
    /// A part of a name beside other environments.
    Beside,
    /// A whole name that hardly means anything else.
    Alone,
    /// A whole name beside other environments.
    Whole,
}

/// Everything needed to judge the parts of all paths.
pub(super) struct Placer<'l> {
    lexicon: &'l Lexicon,
    slots: BTreeMap<String, Slot>,
    /// Stages that are proved somewhere.
    stages: BTreeSet<usize>,
    /// Composite names that are proved somewhere.
    names: BTreeSet<String>,
    /// Depth, top directory and stage of what is proved somewhere.
    cousins: BTreeSet<(usize, String, usize)>,
}

impl<'l> Placer<'l> {
    /// Looks at all candidates together.
    pub(super) fn new(lexicon: &'l Lexicon, candidates: &[Candidate]) -> Self {
        let mut placer = Self {
            lexicon,
            slots: BTreeMap::new(),
            stages: BTreeSet::new(),
            names: BTreeSet::new(),
            cousins: BTreeSet::new(),
        };
        for candidate in candidates {
            placer.see(candidate);
        }
        placer.prove(candidates);
        placer
    }

    fn see(&mut self, candidate: &Candidate) {
        for (part, name) in candidate.parts.iter().enumerate() {
            let lexicon = self.lexicon;
            let key = slot_key(candidate, part);
            if !self.slots.contains_key(&*key) {
                self.slots.insert(key.clone().into_owned(), Slot::default());
            }
            let Some(slot) = self.slots.get_mut(&*key) else { continue };
            if slot.names.contains_key(name) {
                continue;
            }
            slot.add(name, lexicon.read(name));
        }
    }

    fn prove(&mut self, candidates: &[Candidate]) {
        for candidate in candidates {
            for (part, name) in candidate.parts.iter().enumerate() {
                let Some(slot) = self.slots.get_mut(&*slot_key(candidate, part)) else {
                    continue;
                };
                let Some(Some(mark)) = slot.names.get(name) else { continue };
                if !slot.proves(mark, in_holder(candidate, part)) || slot.channel().is_some() {
                    continue;
                }
                slot.proved.insert(mark.stage);
                if mark.is_exact() {
                    self.stages.insert(mark.stage);
                    self.cousins.insert((part, top(candidate), mark.stage));
                } else {
                    self.names.insert(name.clone());
                }
            }
        }
    }

    /// The environment of a candidate, or why it has none.
    pub(super) fn place(&self, candidate: &Candidate) -> Result<Place, Refusal> {
        let mut best: Option<(_, Place)> = None;
        let mut refusal: Option<Refusal> = None;
        for (part, name) in candidate.parts.iter().enumerate() {
            let Some(slot) = self.slots.get(&*slot_key(candidate, part)) else { continue };
            let Some(Some(mark)) = slot.names.get(name) else { continue };
            match self.judge(candidate, part, name, mark, slot) {
                Ok(proof) => {
                    // `nonprod/test` is a test environment of an account for several.
                    let key = (proof, !mark.is_broad(), mark.trust, Reverse(part));
                    if best.as_ref().is_none_or(|(best, _)| *best < key) {
                        let why = told_by(candidate, part, name, mark);
                        let (stage, mark) = (mark.stage, Some(mark.clone()));
                        best = Some((key, Place { stage, part, mark, why }));
                    }
                }
                Err(why) => {
                    let whole = mark.is_exact();
                    if refusal.as_ref().is_none_or(|known| !known.whole && whole) {
                        refusal = Some(Refusal { why, whole });
                    }
                }
            }
        }
        if let Some((_, place)) = best {
            return Ok(place);
        }
        let stranger = || {
            let why = self.stranger(candidate).map_or_else(
                || "no environment in the path".to_owned(),
                |name| format!("`{name}` stands beside environments and holds no word for one"),
            );
            Refusal { why, whole: false }
        };
        Err(refusal.filter(|refusal| refusal.whole).unwrap_or_else(stranger))
    }

    /// The part of a path that stands where the others have their environment.
    fn stranger<'c>(&self, candidate: &'c Candidate) -> Option<&'c str> {
        candidate.parts.iter().enumerate().find_map(|(part, name)| {
            let slot = self.slots.get(&*slot_key(candidate, part))?;
            let unknown = matches!(slot.names.get(name), Some(None));
            (unknown && slot.proved.len() > 1 && slot.mostly(3)).then_some(name.as_str())
        })
    }

    fn judge(
        &self,
        candidate: &Candidate,
        part: usize,
        name: &str,
        mark: &Mark,
        slot: &Slot,
    ) -> Result<Proof, String> {
        if let Some(channel) = slot.channel() {
            return Err(format!("`{name}` stands among release channels (`{channel}`)"));
        }
        let holder = in_holder(candidate, part);
        let known = self.stages.contains(&mark.stage);
        if slot.proves(mark, holder) {
            return Ok(if mark.is_exact() { Proof::Whole } else { Proof::Beside });
        }
        if !mark.is_exact() {
            let fits = holder || slot.mostly(2);
            let accepted = self.names.contains(name)
                || (mark.trust == Trust::Strong && fits)
                || (mark.trust == Trust::Fair && known && holder);
            return if accepted {
                Ok(Proof::Known)
            } else {
                Err(format!("`{}` in `{name}` has no other environment beside it", mark.word))
            };
        }
        let is_stem = candidate.is_file() && part + 1 == candidate.parts.len();
        let cousin = !is_stem && self.cousins.contains(&(part, top(candidate), mark.stage));
        let accepted = match mark.trust {
            // A file needs more than its name: `staging.yaml` may be anything.
            Trust::Strong => holder || (!is_stem && (known || slot.shared || part == 0)),
            Trust::Fair => (known && (holder || (!is_stem && slot.shared))) || cousin,
            Trust::Weak => (known && holder) || cousin,
        };
        if accepted {
            Ok(Proof::Alone)
        } else {
            Err(format!("nothing says that `{name}` is an environment: no other stands beside it"))
        }
    }
}

/// Why a candidate has no environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The reason in words.
    pub why: String,
    /// A whole part of the path is a word for an environment, so that a reader may wonder.
    pub whole: bool,
}

fn told_by(candidate: &Candidate, part: usize, name: &str, mark: &Mark) -> String {
    if candidate.is_renamed() {
        return format!("it says itself that it is for `{}`", mark.word);
    }
    let what = if candidate.is_file() && part + 1 == candidate.parts.len() {
        "the file name"
    } else {
        "the segment"
    };
    if mark.is_exact() {
        format!("{what} `{name}` names an environment")
    } else {
        format!("`{}` in {what} `{name}` names an environment", mark.word)
    }
}

/// Whether environments are expected in this place.
fn in_holder(candidate: &Candidate, part: usize) -> bool {
    let Some(above) = part.checked_sub(1).and_then(|above| candidate.parts.get(above)) else {
        return false;
    };
    let file = candidate.is_file() && part + 1 == candidate.parts.len();
    words::is_holder(above)
        || words::is_value_holder(above)
        || (file && candidate.parts.last().is_some_and(|stem| is_values_stem(stem)))
}

fn is_values_stem(stem: &str) -> bool {
    stem.split(['-', '_', '.']).any(|token| token.eq_ignore_ascii_case("values"))
}

fn top(candidate: &Candidate) -> String {
    candidate.parts.first().cloned().unwrap_or_default()
}

/// What names the place of a part. Files and directories do not stand beside each other.
fn slot_key(candidate: &Candidate, part: usize) -> Cow<'_, str> {
    let above = candidate.above(part);
    if candidate.is_file() && part + 1 == candidate.parts.len() {
        return Cow::Owned(format!("{above}*{}", candidate.extension));
    }
    Cow::Borrowed(above)
}
