//! Of all that is stored an exchange of the master key changes the wrapped keys and nothing else.

use std::collections::BTreeSet;

use insula_tests::support::App;

use super::rotation::{House, old, renewed_with_made_keys, rewrap, start};

/// Where keys are kept wrapped, and the columns that say it.
const WRAPPED: [(&str, [&str; 2]); 5] = [
    ("platform_key", ["sealed", "wrapped_by"]),
    ("second_factor", ["secret", "wrapped_by"]),
    ("signing_key", ["private_key", "wrapped_by"]),
    ("subject_key", ["sealed", "wrapped_by"]),
    ("tenant_key", ["sealed", "wrapped_by"]),
];

fn rows(app: &App, table: &str, columns: &[String]) -> Vec<String> {
    let values: Vec<String> =
        columns.iter().map(|column| format!("coalesce(cast({column} as text), 'null')")).collect();
    let query = format!("select '{table}: ' || {} from {table}", values.join(" || ', ' || "));
    app.db().rows(&query).concat()
}

/// Every row of every table, without what is wrapped.
fn data(app: &App) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (table, columns) in app.db().tables().into_iter().chain(app.db().own_tables()) {
        let wrapped = WRAPPED.iter().find(|(name, _)| *name == table).map(|(_, columns)| columns);
        let kept = |column: &String| wrapped.is_none_or(|wrapped| !wrapped.contains(&column.as_str()));
        let columns: Vec<String> = columns.into_iter().filter(kept).collect();
        all.extend(rows(app, &table, &columns));
    }
    all
}

#[test]
fn an_exchange_of_the_master_key_changes_every_wrapped_key_and_no_data() {
    let app = start();
    let house = House::of(&app);
    app.db().execute(&format!(
        "insert into tenant_database (tenant_id, sealed, identity, step, set_at_ms, failures, retry_at_ms, silent_until_ms)
           values ('{}', 'a connection string, sealed', 'i', 1, 0, 0, 0, 0)",
        house.ada.tenant_id
    ));
    let both = renewed_with_made_keys(&app, old());
    let wrapped = |(table, columns): &(&str, [&str; 2])| -> BTreeSet<String> {
        let found = rows(&app, table, &columns.map(str::to_owned));
        assert!(!found.is_empty(), "{table}");
        found.into_iter().filter(|row| !row.starts_with(&format!("{table}: null"))).collect()
    };
    let (before, keys) = (data(&app), WRAPPED.map(|place| wrapped(&place)));

    assert_eq!(rewrap(&both, "")["left"], 0);

    for (place, keys) in WRAPPED.iter().zip(keys) {
        let renewed = wrapped(place);
        assert_eq!(renewed.len(), keys.len(), "{place:?}");
        assert!(renewed.is_disjoint(&keys), "{place:?}");
    }
    let after = data(&app);
    let of_platform = |row: &String| row.starts_with("audit_head: ") && row.contains("platform");
    let gone: Vec<&String> = before.difference(&after).collect();
    assert!(gone.iter().all(|row| of_platform(row)), "{gone:?}");
    let new: Vec<&String> = after.difference(&before).collect();
    let entries = new.iter().filter(|row| row.starts_with("audit_entry: ") && row.contains("keys.rewrapped"));
    assert_eq!(entries.count(), new.len() - 1, "{new:?}");
    assert_eq!(new.iter().filter(|row| of_platform(row)).count(), 1, "{new:?}");
}
