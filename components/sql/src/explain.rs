//! How a statement finds its rows: what the two databases say of their plans, as one list.

use serde_json::Value as Json;

use super::Error;
use super::row::Rows;
use super::statement::Statement;

/// One visit of a statement to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The table, by the name that the statement has for it.
    pub table: String,
    /// The index by which rows are found; none where all rows of the table are looked at. The index that a primary key of
    /// SQLite's own brings has no name: then it is `primary key`.
    pub index: Option<String>,
    /// By which columns the index finds them, in the database's own words.
    pub condition: String,
}

/// Tells SQLite's version of the schema, and has the connection notice if it is another one now: asking for a plan doesn't.
pub const SQLITE_SCHEMA: &str = "select v.schema_version as version, (select count(*) from sqlite_master) as things from pragma_schema_version v";

/// The text that asks SQLite. It is another one for another schema, because a host may keep what it has prepared.
pub fn sqlite(statement: &Statement, schema: i64) -> String {
    format!("explain query plan /* schema {schema} */ {}", statement.text)
}

/// Reads SQLite's answer: `SEARCH k USING INDEX api_key_by_tenant (tenant_id=?)`, `SCAN report`.
pub fn of_sqlite(rows: &Rows) -> Result<Vec<Visit>, Error> {
    let details = rows.iter().map(|row| row.text("detail")).collect::<Result<Vec<_>, _>>()?;
    Ok(details.iter().filter_map(|detail| visit(detail)).collect())
}

fn visit(detail: &str) -> Option<Visit> {
    let mut words = detail.split(' ');
    let (how, table) = (words.next()?, words.next()?);
    // A part of the statement itself is no table: `SCAN CONSTANT ROW`, `SCAN (subquery-1)`.
    if !matches!(how, "SEARCH" | "SCAN") || table == "CONSTANT" || table.starts_with('(') {
        return None;
    }
    let rest: Vec<&str> = words.collect();
    let after = |word: &str| rest.iter().position(|other| *other == word).and_then(|at| rest.get(at + 1));
    let index = match after("INDEX") {
        Some(name) => (*name).to_owned(),
        None => "primary key".to_owned(),
    };
    let condition = detail.split_once('(').map(|(_, condition)| condition.trim_end_matches(')').to_owned());
    // A scan along an index looks at every row all the same.
    let index = (how == "SEARCH").then_some(index);
    Some(Visit { table: table.to_owned(), index, condition: condition.unwrap_or_default() })
}

/// Reads PostgreSQL's answer, `explain (format json)`.
pub fn of_postgres(plan: &Json) -> Vec<Visit> {
    let mut visits = Vec::new();
    for root in plan.as_array().into_iter().flatten() {
        collect(&root["Plan"], &mut visits);
    }
    visits
}

fn collect(node: &Json, visits: &mut Vec<Visit>) {
    if let Some(table) = node["Alias"].as_str().filter(|_| node["Relation Name"].is_string()) {
        let condition = first(node, "Index Cond").unwrap_or_default();
        visits.push(Visit { table: table.to_owned(), index: first(node, "Index Name"), condition });
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        collect(child, visits);
    }
}

/// A word about the index of a visit; a bitmap's stands with the nodes below it, the first of several.
fn first(node: &Json, name: &str) -> Option<String> {
    let own = node[name].as_str().map(str::to_owned);
    let is_bitmap = node["Node Type"].as_str().is_some_and(|kind| kind.starts_with("Bitmap"));
    own.or_else(|| {
        node["Plans"].as_array().filter(|_| is_bitmap)?.iter().find_map(|child| first(child, name))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(table: &str, index: Option<&str>, condition: &str) -> Visit {
        Visit { table: table.to_owned(), index: index.map(str::to_owned), condition: condition.to_owned() }
    }

    #[test]
    fn sqlites_words_are_read() {
        let by_tenant = "tenant_id=? AND id>?";
        let words = [
            ("SCAN report", Some(found("report", None, ""))),
            ("SCAN m USING COVERING INDEX membership_by_user", Some(found("m", None, ""))),
            (
                "SEARCH k USING INDEX api_key_by_tenant (tenant_id=? AND id>?)",
                Some(found("k", Some("api_key_by_tenant"), by_tenant)),
            ),
            ("SEARCH u USING COVERING INDEX a (x=?)", Some(found("u", Some("a"), "x=?"))),
            ("SEARCH t USING PRIMARY KEY (id=?)", Some(found("t", Some("primary key"), "id=?"))),
            (
                "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
                Some(found("t", Some("primary key"), "rowid=?")),
            ),
            ("USE TEMP B-TREE FOR ORDER BY", None),
            ("SCAN CONSTANT ROW", None),
            ("SCAN (subquery-1)", None),
            ("", None),
        ];
        for (detail, expected) in words {
            assert_eq!(visit(detail), expected, "{detail}");
        }
    }

    #[test]
    fn postgresqls_plan_is_read_node_by_node() {
        let bitmap = json!({
            "Node Type": "Bitmap Index Scan", "Index Name": "report_by_tenant", "Index Cond": "(tenant_id = 'x')",
        });
        let plan = json!([{ "Plan": { "Node Type": "Nested Loop", "Plans": [
            { "Node Type": "Index Scan", "Relation Name": "tenant", "Alias": "t", "Index Name": "tenant_pkey" },
            { "Node Type": "Bitmap Heap Scan", "Relation Name": "report", "Alias": "report", "Plans": [
                { "Node Type": "BitmapOr", "Plans": [bitmap] },
            ] },
            { "Node Type": "Seq Scan", "Relation Name": "metric", "Alias": "m" },
        ] } }]);
        let expected = [
            found("t", Some("tenant_pkey"), ""),
            found("report", Some("report_by_tenant"), "(tenant_id = 'x')"),
            found("m", None, ""),
        ];
        assert_eq!(of_postgres(&plan), expected);
        assert!(of_postgres(&json!({})).is_empty() && of_postgres(&json!([{}])).is_empty());
    }
}
