//! The database itself refuses to change the log, whoever asks: here the role that owns the tables.

use insula_tests::support::{App, Database};

use super::log;

const SAYS: &str = "the audit log is only appended to";

#[test]
fn the_database_refuses_to_change_or_remove_what_was_appended() {
    let app = App::start();
    let ada = app.person("ada");
    app.db().execute("insert into audit_node values ('x', 0, 0, '')");
    app.db().execute("insert into audit_checkpoint values ('x', 1, '', '', 0)");
    let before = log(&app, &ada.tenant_id);
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    let mut statements = vec![
        format!("update audit_entry set entry = '{{}}' {of}"),
        format!("update audit_entry set at_ms = 0 {of} and seq = 0"),
        format!("delete from audit_entry {of} and seq = 0"),
        "delete from audit_entry".to_owned(),
        format!("insert into audit_entry values ('{}', 99, 0, 'x', null, '{{}}', '')", ada.tenant_id),
        format!("insert into audit_entry values ('{}', 2, 0, 'x', null, '{{}}', '')", ada.tenant_id),
        format!("update audit_head set size = 1 {of}"),
        format!("update audit_head set size = 99 {of}"),
        format!("update audit_head set link = '' {of}"),
        format!("delete from audit_head {of}"),
        "insert into audit_head values ('y', 7, '')".to_owned(),
        "update audit_node set hash = 'y'".to_owned(),
        "delete from audit_node".to_owned(),
        "update audit_checkpoint set note = 'y'".to_owned(),
        "delete from audit_checkpoint".to_owned(),
    ];
    if matches!(app.db(), Database::Postgres(_)) {
        for table in ["audit_entry", "audit_head", "audit_node", "audit_checkpoint"] {
            statements.push(format!("truncate {table}"));
            statements.push(format!("set session_replication_role = replica; truncate {table}"));
        }
        statements.push(format!("set session_replication_role = replica; delete from audit_entry {of}"));
        statements.push(format!(
            "insert into audit_entry select * from audit_entry {of} on conflict (tenant_id, seq) do update set entry = ''"
        ));
    } else {
        statements.push(format!("insert or replace into audit_entry select * from audit_entry {of}"));
    }

    for statement in statements {
        let refusal = app.db().refusal(&statement).unwrap_or_else(|| panic!("{statement} was not refused"));
        assert!(refusal.contains(SAYS), "{statement}: {refusal}");
    }

    assert_eq!(log(&app, &ada.tenant_id), before);
    let _ = ada.key(&["read"]);
    assert_eq!(log(&app, &ada.tenant_id).len(), before.len() + 1);
}
