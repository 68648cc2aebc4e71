//! Whether the database is there and new enough.

use insula_kit::sql::{self, Db};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// It is there, and its schema is as new as this release needs.
    Ready {
        /// The number of its newest migration.
        schema: u32,
    },
    /// It is there, and its schema is older than this release needs.
    NotMigrated {
        /// The number of its newest migration; 0 for an empty database.
        schema: u32,
    },
    /// It does not answer.
    Unreachable,
}

/// Asks the database.
pub async fn check(db: &Db) -> Database {
    judge(db.schema().await)
}

fn judge(answer: Result<u32, sql::Error>) -> Database {
    match answer {
        Ok(schema) if schema >= insula_migrations::newest() => Database::Ready { schema },
        Ok(schema) => Database::NotMigrated { schema },
        Err(_) => Database::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_kit::sql::memory::Memory;

    use super::*;

    #[test]
    fn a_migrated_database_is_ready() {
        let schema = insula_migrations::newest();
        let db = Db::Memory(Memory::migrated().unwrap());
        assert_eq!(block_on(check(&db)), Database::Ready { schema });
    }

    #[test]
    fn an_older_schema_is_not_ready_and_a_newer_one_is() {
        let newest = insula_migrations::newest();
        assert_eq!(judge(Ok(0)), Database::NotMigrated { schema: 0 });
        assert_eq!(judge(Ok(newest - 1)), Database::NotMigrated { schema: newest - 1 });
        assert_eq!(judge(Ok(newest + 1)), Database::Ready { schema: newest + 1 });
    }

    #[test]
    fn a_database_that_does_not_answer_is_unreachable() {
        assert_eq!(judge(Err(sql::Error::Unreachable("refused".to_owned()))), Database::Unreachable);
        assert_eq!(judge(Err(sql::Error::Busy)), Database::Unreachable);
    }
}
