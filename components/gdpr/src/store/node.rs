//! Nodes of the tree, in the database.

use std::collections::BTreeMap;

use insula_audit::hash::Hash;
use insula_audit::merkle::Node;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Statement};

use super::entry::{Log, number, size};
use crate::service::tree::{BLOCK, LEVEL};

const GET_COUNT: &str = include_str!("../../sql/audit_node_get_count.sql");
const LIST_NAMED: &str = include_str!("../../sql/audit_node_list.sql");
const MISS: &str = include_str!("../../sql/audit_node_miss.sql");
const INSERT: &str = include_str!("../../sql/audit_node_insert.sql");
const LIST: &str = include_str!("../../sql/audit_node_list_by_level.sql");

/// How many nodes one statement reads.
const NAMED: usize = 24;

/// How many entries the stored nodes cover.
pub async fn covered(db: &Db, log: &Log) -> Result<u64, sql::Error> {
    let get = Statement::new(GET_COUNT, params![&log.name, i64::from(LEVEL)]);
    let rows = db.query(log.scope, get).await?;
    Ok(rows.first().map_or(Ok(0), |row| size(row, "count"))? * BLOCK)
}

/// The hashes of nodes, in their order. One that isn't there is left out.
pub async fn get(db: &Db, log: &Log, nodes: &[Node]) -> Result<Vec<Hash>, sql::Error> {
    let mut found = Vec::new();
    for statement in list_named(log, nodes) {
        found.push(db.query(log.scope, statement).await?);
    }
    hashes(nodes, found.iter().flatten())
}

/// Reads nodes by their names: few statements, because each has to be planned.
pub fn list_named(log: &Log, nodes: &[Node]) -> Vec<Statement> {
    nodes.chunks(NAMED).map(|part| named(log, part)).collect()
}

/// The hashes of nodes that were read by their names, in their order. One that isn't there is left out.
pub fn hashes<'a>(nodes: &[Node], rows: impl IntoIterator<Item = &'a Row>) -> Result<Vec<Hash>, sql::Error> {
    let mut known = BTreeMap::new();
    for row in rows {
        if row.optional_text("hash")?.is_some() {
            known.insert((size(row, "level")?, size(row, "place")?), hash(row)?);
        }
    }
    Ok(nodes.iter().filter_map(|node| known.get(&(node.level.into(), node.index)).copied()).collect())
}

fn named(log: &Log, nodes: &[Node]) -> Statement {
    let mut params = params![&log.name];
    for at in 0..NAMED {
        let (level, place) =
            nodes.get(at).map_or((-1, -1), |node| (i64::from(node.level), number(node.index)));
        params.extend(params![level, place]);
    }
    Statement::new(LIST_NAMED, params)
}

/// Stores the nodes that are whole after the entries up to `from`, unless that was done.
pub fn insert(log: &Log, from: u64, nodes: &[(Node, Hash)]) -> Vec<Statement> {
    let first = number(from / BLOCK);
    let mut statements = vec![Statement::required(MISS, params![&log.name, i64::from(LEVEL), first])];
    for (node, hash) in nodes {
        let (level, place) = (i64::from(node.level), number(node.index));
        statements.push(Statement::required(INSERT, params![&log.name, level, place, hash.to_string()]));
    }
    statements
}

/// Reads the nodes of a level, with their places, from one place to before another.
pub fn list(log: &Log, level: u32, first: u64, before: u64) -> Statement {
    Statement::new(LIST, params![&log.name, i64::from(level), number(first), number(before)])
}

/// The nodes that were read.
pub fn read(rows: &[Row]) -> Result<Vec<(u64, String)>, sql::Error> {
    rows.iter().map(|row| Ok((size(row, "place")?, row.text("hash")?))).collect()
}

/// What is no hash was made by nobody who keeps the tree: it is none that anything is equal to.
fn hash(row: &Row) -> Result<Hash, sql::Error> {
    Ok(Hash::parse(&row.text("hash")?).unwrap_or(Hash::ZERO))
}
