//! The tree of one document: an arena of spanned nodes.

use std::sync::Arc;

use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::Span;

/// Names a node of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// A `|` block: line breaks are kept.
    Literal,
    /// A `>` block: lines are joined.
    Folded,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// A scalar: its text after escapes, its style, and its explicit tag if it has one.
    Scalar {
        /// The text that the value has.
        text: Arc<str>,
        /// The notation.
        style: Style,
        /// An explicit tag: `Some(Some(..))` a core tag, `Some(None)` any other.
        tag: Option<Option<Tag>>,
    },
    /// A list.
    List(Box<[NodeId]>),
    /// A map, in the order of the source; keys may repeat.
    Map(Box<[Entry]>),
    /// A reference to an anchored node that stands before it.
    Alias(NodeId),
}

/// One key of a map with its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The key's node: nearly always a scalar.
    pub key: NodeId,
    /// The value's node.
    pub value: NodeId,
}

/// A node and the bytes that it was read from.
///
/// The span of a block scalar covers its content, not the `|`; that of a block list or map reaches
/// from its first to its last child; that of an absent value is empty.
#[derive(Debug, Clone)]
pub struct Node {
    /// The bytes.
    pub span: Span,
    /// The content.
    pub kind: NodeKind,
}

/// One document of a file.
#[derive(Debug)]
pub struct Document {
    pub(super) nodes: Box<[Node]>,
    pub(super) root: NodeId,
    /// Whether it was built from values and not read from a text.
    pub(super) composed: bool,
}

impl Document {
    /// The outermost node.
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef { document: self, id: self.root }
    }

    /// The text of the scalar that stands at a place, if one does.
    pub fn text_at(&self, span: Span) -> Option<&str> {
        self.nodes.iter().filter(|node| node.span == span).find_map(|node| match &node.kind {
            NodeKind::Scalar { text, .. } => Some(&**text),
            _ => None,
        })
    }

    /// How many nodes the document has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never true: a document has at least its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A node together with its document, for walking.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'d> {
    document: &'d Document,
    id: NodeId,
}

impl<'d> NodeRef<'d> {
    fn at(self, id: NodeId) -> Self {
        Self { document: self.document, id }
    }

    /// The node's id in its document.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Whether the document was built from values; see [`crate::syntax::Composer`].
    pub fn is_composed(self) -> bool {
        self.document.composed
    }

    /// The node itself, aliases not followed.
    pub fn raw(self) -> &'d Node {
        &self.document.nodes[self.id.0 as usize]
    }

    /// The bytes that the node was read from; those of the alias where it is one.
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// The node with an alias replaced by what it stands for.
    ///
    /// An alias stands after its anchor, so ids fall on the way and the loop ends.
    #[must_use]
    pub fn target(self) -> Self {
        let mut node = self;
        while let NodeKind::Alias(id) = node.raw().kind {
            node = node.at(id);
        }
        node
    }

    /// Whether the node is an alias.
    pub fn is_alias(self) -> bool {
        matches!(self.raw().kind, NodeKind::Alias(_))
    }

    /// The keys and values of a map, in order; empty for anything else.
    pub fn entries(self) -> impl ExactSizeIterator<Item = (NodeRef<'d>, NodeRef<'d>)> {
        let node = self.target();
        let entries: &[Entry] = match &node.raw().kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().map(move |entry| (node.at(entry.key), node.at(entry.value)))
    }

    /// The elements of a list; empty for anything else.
    pub fn items(self) -> impl ExactSizeIterator<Item = NodeRef<'d>> {
        let node = self.target();
        let items: &[NodeId] = match &node.raw().kind {
            NodeKind::List(items) => items,
            _ => &[],
        };
        items.iter().map(move |&id| node.at(id))
    }

    /// The value of the last entry with this key.
    pub fn get(self, key: &str) -> Option<NodeRef<'d>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The last entry with this key.
    pub fn entry(self, key: &str) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
        let mut entries: Vec<_> = self.entries().collect();
        entries.reverse();
        entries.into_iter().find(|(name, _)| name.text() == Some(key))
    }

    /// Whether it is a text whose lines stand in the source as they are: a `|` block.
    pub fn is_literal(self) -> bool {
        matches!(self.target().raw().kind, NodeKind::Scalar { style: Style::Literal, .. })
    }

    /// The text of a scalar, whatever its type.
    pub fn text(self) -> Option<&'d str> {
        match &self.target().raw().kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The type of a scalar under the rules of `dialect`.
    pub fn tag(self, dialect: Dialect) -> Option<Tag> {
        match &self.target().raw().kind {
            NodeKind::Scalar { text, style, tag } => Some(match tag {
                Some(Some(tag)) => *tag,
                None if *style == Style::Plain => scalar::resolve(text, dialect),
                Some(None) | None => Tag::Str,
            }),
            _ => None,
        }
    }

    /// The text of a scalar that is a string under the rules of `dialect`.
    pub fn string(self, dialect: Dialect) -> Option<&'d str> {
        if self.tag(dialect)? == Tag::Str { self.text() } else { None }
    }

    /// Whether this is a map.
    pub fn is_map(self) -> bool {
        matches!(self.target().raw().kind, NodeKind::Map(_))
    }

    /// Whether this is a list.
    pub fn is_list(self) -> bool {
        matches!(self.target().raw().kind, NodeKind::List(_))
    }

    /// Whether this is an absent or explicit null.
    pub fn is_null(self) -> bool {
        self.tag(Dialect::Resource) == Some(Tag::Null)
    }
}
