//! Writes lines from a thread of its own, so that a slow reader of the log never holds up a request.

use std::io::{Write, stdout};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

/// How many lines may wait; what comes on top is dropped and counted.
const WAITING_LINES: usize = 16_384;
/// How long lines gather before they are written together: to wake the thread for each costs more than to format it.
const GATHER: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct Writer {
    lines: SyncSender<Message>,
    dropped: std::sync::atomic::AtomicU64,
}

#[derive(Debug)]
enum Message {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

impl Writer {
    pub(super) fn stdout() -> Self {
        let (lines, waiting) = sync_channel(WAITING_LINES);
        // Without the thread (the system has none left) every line counts as dropped.
        let _ = thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&waiting));
        Self { lines, dropped: 0.into() }
    }

    pub(super) fn send(&self, line: Vec<u8>) {
        use std::sync::atomic::Ordering::Relaxed;
        match self.lines.try_send(Message::Line(line)) {
            Ok(()) if self.dropped.load(Relaxed) > 0 => {
                let dropped = self.dropped.swap(0, Relaxed);
                let note =
                    format!("{{\"level\":\"warn\",\"message\":\"{dropped} log lines were dropped\"}}\n");
                let _ = self.lines.try_send(Message::Line(note.into_bytes()));
            }
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.dropped.fetch_add(1, Relaxed);
            }
        }
    }

    pub(super) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.lines.send(Message::Flush(done)).is_ok() {
            let _ = wait.recv();
        }
    }
}

fn write_all(waiting: &Receiver<Message>) {
    let mut out = stdout();
    let mut batch = Vec::new();
    while let Ok(message) = waiting.recv() {
        let mut flushed = Vec::new();
        if matches!(message, Message::Line(_)) {
            thread::sleep(GATHER);
        }
        for message in std::iter::once(message).chain(waiting.try_iter().take(WAITING_LINES)) {
            match message {
                Message::Line(line) => batch.extend_from_slice(&line),
                Message::Flush(done) => flushed.push(done),
            }
        }
        // A log that nobody reads is no reason to stop serving.
        let _ = out.write_all(&batch).and_then(|()| out.flush());
        batch.clear();
        for done in flushed {
            let _ = done.send(());
        }
    }
}
