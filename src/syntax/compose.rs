//! Documents that no file holds: trees built by hand, so that one reader serves both.

use std::sync::Arc;

use crate::syntax::node::{Document, Entry, Node, NodeId, NodeKind, Style};
use crate::syntax::scalar::Tag;
use crate::text::Span;

/// Builds a document from the leaves up.
#[derive(Debug, Default)]
pub struct Composer {
    nodes: Vec<Node>,
}

impl Composer {
    fn add(&mut self, span: Span, kind: NodeKind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { span, kind });
        id
    }

    /// A scalar of a known type.
    pub fn scalar(&mut self, span: Span, tag: Tag, text: Arc<str>) -> NodeId {
        self.add(span, NodeKind::Scalar { text, style: Style::Quoted, tag: Some(Some(tag)) })
    }

    /// A list of nodes made before.
    pub fn list(&mut self, span: Span, items: Vec<NodeId>) -> NodeId {
        self.add(span, NodeKind::List(items.into()))
    }

    /// A map of nodes made before.
    pub fn map(&mut self, span: Span, entries: Vec<(NodeId, NodeId)>) -> NodeId {
        let entries = entries.into_iter().map(|(key, value)| Entry { key, value }).collect();
        self.add(span, NodeKind::Map(entries))
    }

    /// The document, with the node that was made last as its root.
    pub fn finish(self) -> Option<Document> {
        let root = NodeId(u32::try_from(self.nodes.len().checked_sub(1)?).ok()?);
        Some(Document { nodes: self.nodes.into(), root, composed: true })
    }

    /// A scalar of a known type that is written without quotes.
    pub(super) fn plain(&mut self, span: Span, tag: Tag, text: Arc<str>) -> NodeId {
        self.add(span, NodeKind::Scalar { text, style: Style::Plain, tag: Some(Some(tag)) })
    }

    /// A text whose lines stand in the source as they are.
    pub(super) fn block(&mut self, span: Span, text: Arc<str>) -> NodeId {
        let tag = Some(Some(Tag::Str));
        self.add(span, NodeKind::Scalar { text, style: Style::Literal, tag })
    }

    /// The document of a file, with the node that was made last as its root.
    pub(super) fn finish_read(self) -> Option<Document> {
        self.finish().map(|document| Document { composed: false, ..document })
    }
}
