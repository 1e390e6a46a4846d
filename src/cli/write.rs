//! Results to stdout, everything else to stderr; a closed pipe is not an error.

use std::io::{self, BufWriter, ErrorKind, Write};

use crate::cli::error::CliError;

/// Prints results.
pub(super) fn stdout(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match print(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::new(&format!("stdout cannot be written: {error}"), ""))
        }
        _ => {
            // What is left in the buffer has no reader any more.
            let _ = out.into_parts();
            Ok(())
        }
    }
}

/// Tells the user something that is no result. When stderr is gone there is nobody to tell.
pub(super) fn stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
