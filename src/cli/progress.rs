//! A line on the terminal for runs that take long enough to be noticed.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::cli::{terminal, write};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// Shows the seconds that have passed, until it is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    stop: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts the clock, if it is wanted and somebody watches.
    pub(super) fn start(wanted: bool) -> Self {
        if !wanted || !terminal::is_watched() {
            return Self { stop: None };
        }
        let start = Instant::now();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut shown = false;
            while receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown = true;
                write::stderr(&format!("\rchecking … {:.1} s", start.elapsed().as_secs_f32()));
            }
            if shown {
                write::stderr("\r                         \r");
            }
        });
        Self { stop: Some((sender, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.stop.take() {
            drop(sender);
            // The thread does nothing but print; if it died, the line stays.
            let _ = thread.join();
        }
    }
}
