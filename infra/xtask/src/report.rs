//! What a person sees: a line per step with its time, and tables.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Says what starts, does it, and says how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("── {what}");
    let started = Instant::now();
    let outcome = work();
    let end = if outcome.is_ok() { "done" } else { "FAILED" };
    eprintln!("── {what}: {end} in {}", elapsed(started.elapsed()));
    outcome
}

/// A duration at the precision that a reader wants.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// A table with aligned columns: a heading, a rule, the rows.
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let rule = widths.map(|width| "─".repeat(width));
    let mut text = line(heading.map(str::to_owned), &widths);
    text.push_str(&line(rule, &widths));
    for row in rows {
        text.push_str(&line(row.clone(), &widths));
    }
    text
}

fn line<const N: usize>(cells: [String; N], widths: &[usize; N]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        text.push_str(&format!("{cell:<width$}  "));
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_as_wide_as_its_widest_cells() {
        let text = table(["name", "size"], &[["a-long-name".into(), "1".into()]]);
        assert_eq!(text, "name         size\n───────────  ────\na-long-name  1\n");
    }

    #[test]
    fn times_are_given_in_the_unit_that_fits() {
        assert_eq!(elapsed(Duration::from_millis(12)), "12 ms");
        assert_eq!(elapsed(Duration::from_millis(2_340)), "2.3 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }
}
