//! How fast a CSV file is analysed: the upload and the stored report against pandas reading the same file.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{Customers, bearer};
use crate::bench::database::Database;
use crate::bench::dataset::{self, ROWS};
use crate::bench::figure::{Aim, Figure};
use crate::bench::pandas::Pandas;
use crate::bench::server::{Server, application};

/// The two take turns; the median of all runs counts.
const ROUNDS: usize = 3;
const RUNS_A_ROUND: usize = 2;

const BOUNDARY: &str = "insula-bench-boundary";

/// Both give types, missing and distinct values, figures and outliers of each column, and exact duplicates; the
/// component also near duplicates, and it stores the report.
pub fn analyze(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("analyze")?;
    let pandas = Pandas::ready(bench.workspace, &state)?;
    let csv = dataset::csv();
    let file = state.join("dataset.csv");
    std::fs::write(&file, &csv)?;
    let customers = Customers::make(bench, &state, &Database::Sqlite, 1)?;
    let server = Server::host(bench, &application().on(&state, &Database::Sqlite))?;
    let body = form(&csv);

    upload(&server, &customers, &body)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for _ in 0..RUNS_A_ROUND {
            ours.push(upload(&server, &customers, &body)?);
        }
        theirs.extend(pandas.seconds(&file, RUNS_A_ROUND)?);
    }
    let rate = |seconds: Vec<f64>| ROWS as f64 / median(seconds);
    Ok(vec![Figure::ratio(
        "analyze: 100,000 rows of 20 columns against pandas",
        ("analyze rows/s", rate(ours)),
        ("pandas rows/s", rate(theirs)),
        Aim::AtLeast(1.0),
    )])
}

/// Seconds from the first byte of the upload to the last of the report.
fn upload(server: &Server<'_>, customers: &Customers, body: &[u8]) -> Result<f64> {
    let bearer = bearer(&customers.token);
    let media_type = format!("content-type: multipart/form-data; boundary={BOUNDARY}");
    let headers = [bearer.as_str(), media_type.as_str()];
    let started = Instant::now();
    let answer = client::send(server.address(), "POST", "/api/v1/analyze", &headers, body)?;
    let seconds = started.elapsed().as_secs_f64();
    if answer.status != 201 {
        bail!("the analysis was answered {}", answer.status);
    }
    let text = String::from_utf8_lossy(&answer.body);
    if !text.contains(&format!("\"rows\":{ROWS}")) {
        bail!("the report is not about {ROWS} rows");
    }
    Ok(seconds)
}

fn form(csv: &str) -> Vec<u8> {
    format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"dataset.csv\"\r\n\
         content-type: text/csv\r\n\r\n{csv}\r\n--{BOUNDARY}--\r\n"
    )
    .into_bytes()
}

/// The middle one, or the mean of the two in the middle.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 if middle > 0 => f64::midpoint(values[middle - 1], values[middle]),
        0 => f64::NAN,
        _ => values[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_moved_by_one_slow_run() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }
}
