//! Builds the arena of one document from events.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::{Event, ScalarStyle, Tag as EventTag};

use crate::syntax::node::{Document, Entry, Node, NodeId, NodeKind, Style};
use crate::syntax::scalar::Tag;
use crate::syntax::store::{Problem, ProblemKind};
use crate::text::{FileId, Span};

/// A list or map whose end has not come yet.
struct Open {
    id: NodeId,
    map: bool,
    flow: bool,
    children: Vec<NodeId>,
}

/// Takes events one by one and hands out a document at its end.
pub(super) struct Builder<'t> {
    file: FileId,
    text: &'t str,
    nodes: Vec<Node>,
    open: Vec<Open>,
    root: Option<NodeId>,
    /// Anchor ids start at one and are dense.
    anchors: Vec<Option<NodeId>>,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        let (nodes, open, anchors, problems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { file, text, nodes, open, root: None, anchors, problems }
    }

    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        range: Option<Range<usize>>,
    ) -> Option<Document> {
        let range = range.unwrap_or(0..0);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), range);
                let id = self.add(node);
                self.anchor(anchor, id);
                self.attach(id);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.start(false, style == granit_parser::StructureStyle::Flow, anchor, &range);
            }
            Event::MappingStart(style, anchor, _) => {
                self.start(true, style == granit_parser::StructureStyle::Flow, anchor, &range);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
            Event::Alias(anchor) => {
                if let Some(target) = self.anchors.get(anchor).copied().flatten() {
                    let kind = NodeKind::Alias(target);
                    let span = Span::new(self.file, range.start, range.end);
                    let id = self.add(Node { span, kind });
                    self.attach(id);
                }
            }
            Event::DocumentEnd => return self.finish(),
            _ => {}
        }
        None
    }

    fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        id
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, None);
        }
        self.anchors[anchor] = Some(id);
    }

    fn attach(&mut self, id: NodeId) {
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.root = Some(id),
        }
    }

    fn start(&mut self, map: bool, flow: bool, anchor: usize, range: &Range<usize>) {
        let kind = if map { NodeKind::Map([].into()) } else { NodeKind::List([].into()) };
        let id = self.add(Node { span: Span::new(self.file, range.start, range.end), kind });
        // An alias inside its own anchor would be a circle: it is known only from its end on.
        self.open.push(Open { id, map, flow, children: Vec::new() });
        if anchor != 0 {
            self.anchor(anchor, id);
        }
    }

    fn end(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let span = &self.nodes[open.id.0 as usize].span;
        let (first, last) = (open.children.first(), open.children.last());
        let span = match (first, last) {
            (Some(&first), Some(&last)) if !open.flow => {
                let start = self.nodes[first.0 as usize].span.start.min(span.start);
                let start = if open.map { self.nodes[first.0 as usize].span.start } else { start };
                Span { file: self.file, start, end: self.nodes[last.0 as usize].span.end }
            }
            _ => Span { end: u32::try_from(end).unwrap_or(u32::MAX).max(span.end), ..*span },
        };
        let circular = open.children.iter().any(|&child| {
            matches!(self.nodes[child.0 as usize].kind, NodeKind::Alias(target) if self.is_open(target, open.id))
        });
        if circular {
            let kind = ProblemKind::Syntax("an alias stands inside its own anchor".to_owned());
            self.problems.push(Problem { span, kind });
        }
        let kind = if open.map {
            let entries: Box<[Entry]> = open
                .children
                .chunks_exact(2)
                .map(|pair| Entry { key: pair[0], value: pair[1] })
                .collect();
            self.find_duplicates(&entries);
            NodeKind::Map(entries)
        } else {
            NodeKind::List(open.children.into())
        };
        self.nodes[open.id.0 as usize] = Node { span, kind };
        self.attach(open.id);
    }

    /// Whether `target` is still open, that is, an ancestor of what is being closed.
    fn is_open(&self, target: NodeId, closing: NodeId) -> bool {
        target == closing || self.open.iter().any(|open| open.id == target)
    }

    fn find_duplicates(&mut self, entries: &[Entry]) {
        let key = |entry: &Entry| match &self.nodes[entry.key.0 as usize].kind {
            NodeKind::Scalar { text, .. } => Some(Arc::clone(text)),
            _ => None,
        };
        let mut keys: Vec<(Arc<str>, NodeId)> =
            entries.iter().filter_map(|entry| Some((key(entry)?, entry.key))).collect();
        keys.sort();
        for pair in keys.windows(2) {
            let [(first, first_id), (second, second_id)] = pair else { continue };
            // A merge key may stand several times without harm.
            if first == second && &**first != "<<" {
                let span = self.nodes[second_id.0 as usize].span;
                let first_span = self.nodes[first_id.0 as usize].span;
                let kind = ProblemKind::DuplicateKey { key: first.to_string(), first: first_span };
                self.problems.push(Problem { span, kind });
            }
        }
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&EventTag>,
        range: Range<usize>,
    ) -> Node {
        // The parser reports an absent value as `~`.
        let text = if style == ScalarStyle::Plain && range.is_empty() { "" } else { text };
        let (style, text, range) = match style {
            ScalarStyle::Plain => (Style::Plain, text, range),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Style::Quoted, text, range),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let style =
                    if style == ScalarStyle::Literal { Style::Literal } else { Style::Folded };
                let source = self.text.get(range.clone()).unwrap_or("");
                let content = source.trim_end_matches(['\n', '\r', ' ', '\t']);
                // A block at the end of a file without a final line break has none either.
                let unfinished = range.end >= self.text.len() && !self.text.ends_with('\n');
                let text = if unfinished { text.strip_suffix('\n').unwrap_or(text) } else { text };
                (style, text, range.start..range.start + content.len())
            }
        };
        let tag = tag.map(|tag| match &*tag.suffix_in_namespace("tag:yaml.org,2002:")? {
            "str" => Some(Tag::Str),
            "int" => Some(Tag::Int),
            "float" => Some(Tag::Float),
            "bool" => Some(Tag::Bool),
            "null" => Some(Tag::Null),
            "timestamp" => Some(Tag::Timestamp),
            "binary" => Some(Tag::Binary),
            _ => None,
        });
        let kind = NodeKind::Scalar { text: Arc::from(text), style, tag };
        Node { span: Span::new(self.file, range.start, range.end), kind }
    }

    fn finish(&mut self) -> Option<Document> {
        let root = self.root.take()?;
        let nodes = std::mem::take(&mut self.nodes).into_boxed_slice();
        self.open.clear();
        self.anchors.clear();
        // Circular aliases were reported; without the document nobody can walk them.
        (!self.problems.iter().any(|p| matches!(p.kind, ProblemKind::Syntax(_))))
            .then_some(Document { nodes, root, composed: false })
    }
}
