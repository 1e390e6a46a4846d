//! Ignore marks of other tools that nobody answers for, that are past their day, or that do not do
//! what they look like.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Exception;
use crate::finding::{Finding, Identity, Level, Role, Subject};
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::suppressions::{self, Suppression};

/// Most further places of one finding.
const PLACES: usize = 20;
/// Most rules that a message names.
const NAMED: usize = 4;
/// Longest part of a rule's name that a message shows, in characters.
const NAME: usize = 120;
/// From how many rules on they are not counted.
const MOST: usize = 100;
/// The tool whose marks are one list for the whole repository: what its objects overlook.
const ONE_LIST: &str = "argocd";
/// The rule's id, as exceptions name it.
const ID: &str = "undocumented-suppression";

/// What a suppression must say.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Duty {
    /// Who answers for it
    Owner,
    /// Until when
    Date,
    /// Why
    Reason,
    /// Where it was agreed
    Ticket,
}

impl Duty {
    fn is_met(self, suppression: &Suppression) -> bool {
        match self {
            Self::Owner => suppression.owner.is_some(),
            Self::Date => suppression.expires.is_some(),
            Self::Reason => suppression.reason.is_some(),
            Self::Ticket => suppression.ticket.is_some(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Owner => "an owner",
            Self::Date => "a last day",
            Self::Reason => "a reason",
            Self::Ticket => "a ticket",
        }
    }
}

rule! {
    /// Reports an ignore mark of another tool without an owner or a last day, or past it
    ///
    /// ## Why
    /// A mark such as `checkov:skip` silences a check for ever, and mostly nobody can tell who
    /// wanted it, and whether it is still needed. Few tools know dates: a mark that says
    /// `until 2026-03-01` holds on, and one that is not written as its tool wants it silences
    /// nothing at all. docs/suppressions.md lists the tools and what is read of their marks.
    ///
    /// Marks with a reason are one finding for each rule of the tool, those without one for each
    /// tool and kind of file.
    ///
    /// ## Fix
    /// Delete the mark if the check passes without it. Otherwise say in its reason who answers and
    /// until when, as `owner=@team until=2027-01-31`, or answer for it in one place with an
    /// exception for `undocumented-suppression` that names it, as
    /// `suppression = "checkov:CKV_AWS_18"`.
    pub struct UndocumentedSuppression {
        /// What a mark must say
        require: Vec<Duty> = vec![Duty::Owner, Duty::Date, Duty::Reason],
    }
    id: "undocumented-suppression", family: Exceptions, level: Note, since: "0.1.0",
}

/// What marks have in common that are told together.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    tool: &'a str,
    /// The rules, where a reason is given for them.
    rules: &'a [String],
    explained: bool,
    /// The file that only lists, or the kind of file.
    place: String,
    /// The exceptions that cover them, one that holds and one that is expired: each must cover all
    /// or none.
    covered: [Option<usize>; 2],
}

impl Rule for UndocumentedSuppression {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let suppressions =
            suppressions::collect(cx.store, &cx.config.exclude, |path| cx.focus.has_file(path));
        let warning = findings.level().max(Level::Warning);
        let mut groups: BTreeMap<Group<'_>, Vec<&Suppression>> = BTreeMap::new();
        for suppression in &suppressions {
            if let Some(flaw) = suppression.flaw {
                findings.push_at(warning, flawed(cx, suppression, flaw));
            } else if suppression.expires.is_some_and(|expiry| expiry.day < cx.today) {
                findings.push_at(warning, expired(cx, suppression));
            } else if self.require.iter().any(|duty| !duty.is_met(suppression)) {
                groups.entry(group(cx, suppression)).or_default().push(suppression);
            }
        }
        for (group, marks) in &groups {
            findings.push(self.undocumented(cx, group, marks));
        }
    }
}

fn group<'a>(cx: &Context<'a>, suppression: &'a Suppression) -> Group<'a> {
    let path = cx.snapshot.path(suppression.span.file);
    let names = suppression.names();
    let covering = |expired: bool| {
        cx.declared.iter().position(|exception| {
            exception.rules.iter().any(|(rule, _)| rule == ID)
                && exception.is_expired(cx.today) == expired
                && exception.is_at(path.as_str(), suppression.span)
                && exception.is_about(&names)
        })
    };
    let whole = suppression.tool == ONE_LIST;
    let explained = suppression.reason.is_some() && !suppression.listed && !whole;
    let place = match suppression {
        _ if whole => String::new(),
        mark if mark.listed => path.to_string(),
        mark if explained || mark.rules.is_empty() => String::new(),
        _ if path.extension().is_empty() => path.file_name().to_owned(),
        _ => path.extension(),
    };
    Group {
        tool: suppression.tool,
        rules: if explained { &suppression.rules } else { &[] },
        explained,
        place,
        covered: [covering(false), covering(true)],
    }
}

impl UndocumentedSuppression {
    /// Marks that nobody has documented.
    fn undocumented(&self, cx: &Context<'_>, group: &Group<'_>, marks: &[&Suppression]) -> Finding {
        let first = marks[0];
        let mut lacking: Vec<Duty> = self.require.clone();
        lacking.retain(|duty| marks.iter().any(|mark| !duty.is_met(mark)));
        lacking.sort_unstable();
        lacking.dedup();
        let names: Vec<_> = lacking.into_iter().map(Duty::name).collect();
        let places = match marks.len() {
            1 => String::new(),
            count => format!(" in {count} places"),
        };
        let message = format!(
            "{} is told to {}{places}, without {}",
            first.tool,
            ignored(marks),
            in_words(&names),
        );
        let mut suppressions: Vec<String> = marks.iter().flat_map(|mark| mark.names()).collect();
        suppressions.sort();
        suppressions.dedup();
        let name = match &suppressions[..] {
            [name] => name.clone(),
            _ => format!("{}:**", first.tool),
        };
        let explained = if group.explained { "with a reason" } else { "" };
        let rules = group.rules.join(",");
        let covering = group.covered.iter().flatten().filter_map(|&at| cx.declared.get(at));
        let covering = covering.map(Exception::id);
        let file = group.place.rsplit('/').next().unwrap_or_default();
        let mut finding = Finding::at(first.span, message)
            .label("nobody answers for this")
            .help(format!(
                "say `owner=@team until=2027-01-31` in its reason, or declare an exception for \
                 `{ID}` with `suppression = \"{name}\"`"
            ))
            .about(Subject { suppressions, ..Subject::default() })
            .known_by(
                [first.tool, &rules, file, explained]
                    .into_iter()
                    .map(str::to_owned)
                    .chain(covering),
            )
            .made_of(marks.iter().map(|mark| {
                let names = [mark.tool.to_owned(), mark.names().join(",")];
                Identity::named(names.into_iter().chain(locality(cx, mark.span)))
            }));
        for mark in marks.iter().skip(1).take(PLACES) {
            finding = finding.place(Role::Related, mark.span, "and for this");
        }
        finding
    }
}

fn flawed(cx: &Context<'_>, suppression: &Suppression, flaw: &str) -> Finding {
    let message = format!("a mark for {} {flaw}", suppression.tool);
    about(cx, suppression, message, flaw)
        .label("does not do what it looks like")
        .help("write it as the tool reads it, or delete it")
}

fn expired(cx: &Context<'_>, suppression: &Suppression) -> Finding {
    let (tool, what) = (suppression.tool, ignored(&[suppression]));
    let Some(expiry) = suppression.expires else { return Finding::at(suppression.span, "") };
    let owner = suppression.owner.as_ref().map_or(String::new(), |owner| format!(" ({owner})"));
    let (message, help) = if expiry.enforced {
        (
            format!("{tool} was told to {what} until {}{owner}: the mark is over", expiry.day),
            "delete it, or agree on a new day".to_owned(),
        )
    } else {
        (
            format!("{tool} was told to {what} until {}{owner}, and still does", expiry.day),
            format!(
                "{tool} does not obey dates in a reason: delete the mark, or agree on a new day"
            ),
        )
    };
    about(cx, suppression, message, "expired").label("past its last day").help(help)
}

fn about(cx: &Context<'_>, suppression: &Suppression, message: String, what: &str) -> Finding {
    let names = suppression.names();
    Finding::at(suppression.span, message)
        .key([what, &names.join(",")])
        .key(locality(cx, suppression.span))
        .about(Subject { suppressions: names, ..Subject::default() })
}

/// What marks silence, as a message says it.
fn ignored(marks: &[&Suppression]) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for mark in marks {
        let whole = mark.tool == ONE_LIST && marks.len() > 1;
        for rule in &mark.rules {
            let rule = if whole { kind(rule) } else { rule };
            if rules.len() <= MOST && !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    let short = |rule: &str| rule.chars().take(NAME).collect::<String>();
    let shown: Vec<_> = rules.iter().take(NAMED).map(|rule| format!("`{}`", short(rule))).collect();
    match (rules.len(), rules.len().saturating_sub(NAMED)) {
        (0, _) => "look away".to_owned(),
        (_, 0) => format!("ignore {}", shown.join(", ")),
        (MOST.., _) => format!("ignore {} and many more", shown.join(", ")),
        (_, more) => format!("ignore {} and {more} more", shown.join(", ")),
    }
}

/// The kind in `group/Kind/name`, of which all but the kind may be absent.
fn kind(rule: &str) -> &str {
    rule.split('/').find(|part| part.starts_with(char::is_uppercase)).unwrap_or(rule)
}

/// `an owner, a last day or a reason`.
fn in_words(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
