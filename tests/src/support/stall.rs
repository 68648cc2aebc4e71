//! A writer that is held in the middle of its transaction, so that a test may kill it there.

use std::thread;
use std::time::Duration;

use super::Database;

/// A table whose writers stay where they write to it.
#[derive(Debug)]
pub struct Stall<'a>(&'a Database);

impl<'a> Stall<'a> {
    /// Has whoever adds, changes or removes a row stay there.
    #[must_use]
    pub fn anywhere(database: &'a Database, table: &str) -> Self {
        let stall = Self::at(database, table, "true");
        database.execute(&match database {
            Database::Sqlite(_) => format!(
                "create trigger stall_delete before delete on {table} begin select sum(i) from stall; end"
            ),
            Database::Postgres(_) => format!(
                "create trigger stall_delete before delete on {table} for each row execute function stall()"
            ),
        });
        stall
    }

    /// Has whoever adds or changes one of the rows stay there: those of which the condition on `new` is true.
    #[must_use]
    pub fn at(database: &'a Database, table: &str, rows: &str) -> Self {
        database.execute(&match database {
            Database::Sqlite(_) => format!(
                "create view stall as
                   with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000000000) select i from n;
                 create trigger stall_insert before insert on {table} when {rows} begin select sum(i) from stall; end;
                 create trigger stall_update before update on {table} when {rows} begin select sum(i) from stall; end"
            ),
            Database::Postgres(_) => format!(
                "create function stall() returns trigger language plpgsql as
                   $$ begin perform pg_sleep(30); return coalesce(new, old); end $$;
                 create trigger stall before insert or update on {table} for each row when ({rows})
                   execute function stall()"
            ),
        });
        Self(database)
    }

    /// Whether somebody stays there.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self.0 {
            Database::Sqlite(path) => {
                let turn = || {
                    let writer = rusqlite::Connection::open(path).expect("the file");
                    writer.busy_timeout(Duration::ZERO).expect("no wait");
                    writer.execute_batch("begin immediate; rollback").is_err()
                };
                // Longer than a write takes; on a machine that is busy elsewhere, some take as long.
                turn()
                    && (0..40).all(|_| {
                        thread::sleep(Duration::from_millis(10));
                        turn()
                    })
            }
            Database::Postgres(_) => {
                let sleeping = "select count(*) from pg_stat_activity
                     where datname = current_database() and wait_event = 'PgSleep'";
                self.0.number(sleeping) > 0
            }
        }
    }

    /// Lets writers go on; nobody may be held any more.
    pub fn end(self) {
        self.0.execute(match self.0 {
            Database::Sqlite(_) => {
                "drop trigger stall_insert; drop trigger stall_update; drop trigger if exists stall_delete; drop view stall"
            }
            Database::Postgres(_) => "drop function stall cascade",
        });
    }
}
