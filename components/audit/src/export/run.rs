//! Checks a whole log by two threads: one reads, and judges each line by itself; the other joins them, in their order.

use std::io::{self, BufRead, Read as _};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::check::{Check, Checked, Judged, is_entry, judge};
use super::fault::Fault;
use crate::note::Verifier;

/// The longest line that is read. An entry is a thousand times shorter.
const LENGTH_LIMIT: usize = 1 << 20;
/// About how much is handed over at once, and how often before it is waited for.
const PART_BYTES: usize = 256 << 10;
const PARTS: usize = 4;

/// Lines that were read: their bytes, and where each ends with what is said of it, if it is that of an entry.
struct Part {
    bytes: Vec<u8>,
    lines: Vec<(usize, Option<Judged>)>,
}

/// Checks a whole log. `progress` is told how many entries were checked, now and then.
///
/// # Errors
///
/// When it can't be read; the inner error is what is wrong first.
pub fn verify(
    log: impl BufRead + Send,
    verifier: &Verifier,
    progress: impl FnMut(u64),
) -> io::Result<Result<Checked, Fault>> {
    run(log, Check::new(verifier.clone()), progress)
}

/// The same with a check that may know more of the log.
///
/// # Errors
///
/// As [`verify`].
pub fn run(
    mut log: impl BufRead + Send,
    mut check: Check,
    mut progress: impl FnMut(u64),
) -> io::Result<Result<Checked, Fault>> {
    let mut first = Vec::new();
    if read_line(&mut log, &mut first)? == 0 {
        return Ok(check.end());
    }
    if let Err(fault) = check.line(&first) {
        return Ok(Err(fault));
    }
    let tenant_id = check.tenant_id().to_owned();
    thread::scope(|scope| {
        let (sender, parts) = sync_channel(PARTS);
        scope.spawn(move || read(log, &tenant_id, &sender));
        // Whoever reads ends when nobody takes what it read any more.
        join(check, parts, &mut progress)
    })
}

fn join(
    mut check: Check,
    parts: Receiver<io::Result<Part>>,
    progress: &mut impl FnMut(u64),
) -> io::Result<Result<Checked, Fault>> {
    for part in parts {
        let Part { bytes, lines } = part?;
        let mut start = 0;
        for (end, judged) in lines {
            let line = &bytes[start..end];
            start = end;
            let taken = match (judged, line.strip_suffix(b"\n")) {
                (Some(judged), Some(whole)) => check.join(whole, &judged),
                (Some(_) | None, _) => check.line(line),
            };
            if let Err(fault) = taken {
                return Ok(Err(fault));
            }
        }
        progress(check.size());
    }
    Ok(check.end())
}

/// Reads to the end, to a fault of the reader, or until nobody is there to take it.
fn read(mut log: impl BufRead, tenant_id: &str, sender: &SyncSender<io::Result<Part>>) {
    let mut place = 0;
    loop {
        let part = read_part(&mut log, tenant_id, &mut place);
        let is_last = part.as_ref().map_or(true, |part| part.lines.is_empty());
        if sender.send(part).is_err() || is_last {
            return;
        }
    }
}

fn read_part(log: &mut impl BufRead, tenant_id: &str, place: &mut u64) -> io::Result<Part> {
    let mut part = Part { bytes: Vec::with_capacity(PART_BYTES + (8 << 10)), lines: Vec::new() };
    while part.bytes.len() < PART_BYTES {
        let start = part.bytes.len();
        if read_line(log, &mut part.bytes)? == 0 {
            break;
        }
        let line = &part.bytes[start..];
        // Where a line is not as it should be, the check ends there, and the places after it are of no use.
        let judged = line.strip_suffix(b"\n").filter(|whole| is_entry(whole)).map(|whole| {
            *place += 1;
            judge(whole, *place - 1, tenant_id)
        });
        part.lines.push((part.bytes.len(), judged));
    }
    Ok(part)
}

/// Appends the next line, as far as it is not too long to be one.
fn read_line(log: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let limit = u64::try_from(LENGTH_LIMIT).unwrap_or(u64::MAX);
    log.by_ref().take(limit).read_until(b'\n', line)
}
