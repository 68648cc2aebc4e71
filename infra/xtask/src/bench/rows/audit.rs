//! What the audit log costs: checking a long one, proving an entry of it, and appending to it.

mod append;
mod long;
mod proof;

use std::process::Command;

use anyhow::{Context as _, Result};

pub use append::append;
pub use proof::{proof_postgres, proof_sqlite};

use crate::bench::Bench;
use crate::bench::figure::{Aim, Figure};
use crate::process;

/// How many entries a long log has.
const ENTRIES: u64 = 1_000_000;

/// A whole log in a file, checked by native code, against SHA-256 alone over the same bytes.
pub fn check(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let mut floor = Command::new(&bench.programs.floor);
    let said = process::output(floor.args(["audit", "--count", &ENTRIES.to_string()]))?;
    let (checking, hashing) = said.trim().split_once(' ').context("the comparator printed no times")?;
    let figure = Figure::ratio(
        "audit: SHA-256 alone against checking 1,000,000 entries",
        ("SHA-256 s", hashing.parse()?),
        ("checking s", checking.parse()?),
        Aim::AtLeast(0.3),
    );
    Ok(vec![figure])
}
