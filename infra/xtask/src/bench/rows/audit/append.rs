//! What an entry costs the transaction that it is appended in.

use std::path::Path;

use anyhow::{Result, bail};

use crate::bench::Bench;
use crate::bench::customers::Customers;
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::pgbench::pgbench;

const ROUNDS: u32 = 3;
/// A transaction as small as one can be: one row in one table. It names no argument.
const ROW: &str =
    "insert into idempotency (caller, operation, key_digest, body_digest, answer, expires_at_ms)
  values ('bench', 'bench', gen_random_uuid()::text, 'digest', 'answer', 0) returning 1 as kept";
/// What making a key does, and its arguments, of which the first is the tenant; `{person}` makes it.
const MAKE_KEY: [(&str, &[&str]); 2] = [
    (include_str!("../../../../../../components/turns/sql/tenant_lock.sql"), &["text"]),
    (
        include_str!("../../../../../../components/keys/sql/api_key_insert.sql"),
        &[
            "text", "text", "text", "text", "text", "bigint", "text", "bigint", "bigint", "bigint", "bigint",
            "text", "text", "bigint", "text", "text", "bigint",
        ],
    ),
];
const MADE_KEY: &str = "'ten_' || lpad(:log::text, 26, '0'), 'key_' || gen_random_uuid()::text,
  'ten_' || lpad(:log::text, 26, '0'), '{person}', 'a key', 'read analyze', '1', gen_random_uuid()::text, '0', null, null,
  null, null, null, '0', null, 'owner', '1000000', ";
/// The arguments of the entry that it leaves, in one of fifty logs.
const ENTRY: &str = r#"'ten_' || lpad(:log::text, 26, '0'),
  '{"action":"key.created","actor":{"id":"usr_01h455vb4pex5vsknk084sn02q","kind":"person"},
"at":"2030-01-01T00.00.00.000Z","facts":{"key_id":"key_01h455vb4pex5vsknk084sn02q"},
"id":"aud_01h455vb4pex5vsknk084sn02q","tenant_id":"ten_01h455vb4pex5vsknk084sn02q","v":1}',
  'key.created', 'usr_01h455vb4pex5vsknk084sn02q', '0'"#;
/// How many logs there are.
const LOGS: usize = 50;

/// A batch as the seam sends it, but for what leaves an entry.
struct Work {
    statements: Vec<String>,
    /// Each with a comma after it.
    arguments: String,
    /// How many arguments those are.
    count: usize,
}

/// Batches on a durable PostgreSQL, each waiting for the disk as a request does: with an entry at their end, and without.
/// What a product does in a transaction, and the least that one could.
pub fn append(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("audit-append")?;
    let database = Database::postgres(bench)?;
    Customers::make(bench, &state, &database, 1)?;
    database.make_tenants(&state, LOGS)?;
    let row = Work { statements: vec![ROW.to_owned()], arguments: String::new(), count: 0 };
    let key = make_key(&database.only_person(&state)?);
    let named = [
        (key, "audit: making a key with an entry against without, PostgreSQL"),
        (row, "audit: the smallest transaction with an entry against without"),
    ];
    named.iter().map(|(work, name)| appending(bench, &state, &database, work, name)).collect()
}

fn appending(
    bench: &Bench<'_>,
    state: &Path,
    database: &Database<'_>,
    work: &Work,
    name: &str,
) -> Result<Figure> {
    let Database::Postgres(cluster) = database else { bail!("no PostgreSQL") };
    let url = cluster.url();
    let tenant_id = format!("ten_{:026}", 1);
    let before = database.log_end(state, &tenant_id).map_or(0, |(size, _)| size);
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        without += rate(bench, state, &url, &work.script(false))?;
        // A tenant's keys are counted where one is made.
        database.delete_keys(state)?;
        with += rate(bench, state, &url, &work.script(true))?;
        database.delete_keys(state)?;
    }
    // A batch that fails says so in its answer, which nobody reads here.
    let (size, _) = database.log_end(state, &tenant_id)?;
    if size < before + 10 {
        bail!("only {} entries were appended to one of {LOGS} logs", size - before);
    }
    Ok(Figure::ratio(
        name,
        ("with/s", with / f64::from(ROUNDS)),
        ("without/s", without / f64::from(ROUNDS)),
        Aim::AtLeast(0.8),
    ))
}

fn make_key(person: &str) -> Work {
    let (mut statements, mut count) = (Vec::new(), 0);
    for (text, kinds) in MAKE_KEY {
        let body = text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        // From the last to the first, for `$1` begins `$10`; and the array has its own name at the end only.
        let placed = kinds.iter().enumerate().rev().fold(body, |text, (at, kind)| {
            text.replace(&format!("${}", at + 1), &format!("((@)[{}]::{kind})", count + at + 1))
        });
        count += kinds.len();
        statements.push(placed.replace('@', "$1"));
    }
    Work { statements, arguments: MADE_KEY.replace("{person}", person), count }
}

impl Work {
    fn script(&self, is_noted: bool) -> String {
        let mut statements: Vec<_> = self.statements.iter().map(|text| format!("$s${text}$s$")).collect();
        let (mut required, mut kinds) = (vec!["1"; statements.len()], vec!["0"; statements.len()]);
        let mut arguments = self.arguments.clone();
        if is_noted {
            arguments.push_str(ENTRY);
            statements.push(format!("'{}'", self.count + 1));
            required.push("1");
            kinds.push("2");
        }
        format!(
            "\\set log random(1, {LOGS})\nselect insula_batch_3('system', array[{}], array[{}]::text[], array[{}], array[{}]);\n",
            statements.join(", "),
            arguments.trim_end_matches(", "),
            required.join(", "),
            kinds.join(", "),
        )
    }
}

/// Batches a second.
fn rate(bench: &Bench<'_>, state: &Path, url: &str, script: &str) -> Result<f64> {
    let file = state.join("append.sql");
    std::fs::write(&file, script)?;
    pgbench(url, bench.seconds, &[file])
}
