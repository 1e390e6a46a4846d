//! How much of a hostile repository is read at most.

/// Bounds on what a snapshot holds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest file that is read, in bytes.
    pub file_bytes: u64,
    /// Most files that a snapshot lists.
    pub files: usize,
    /// Most symbolic links followed for one path.
    pub links: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, files: 500_000, links: 40 }
    }
}
