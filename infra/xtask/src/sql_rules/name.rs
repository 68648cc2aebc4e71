//! A file's name: `<table>_<verb>[_by_<key>].sql`, with a dialect before `.sql` where there must be one.

/// The two dialects, as they are spelt in file names.
const DIALECTS: [&str; 2] = ["sqlite", "postgres"];

/// What a file's name says.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    /// Without dialect and extension: what twins share.
    pub stem: String,
    /// The one dialect that the text is for.
    pub dialect: Option<String>,
}

impl Name {
    /// Takes it apart, or says why it cannot be one.
    pub fn parse(file: &str) -> Result<Self, String> {
        let bare = file.strip_suffix(".sql").unwrap_or(file);
        let (stem, dialect) = match bare.split_once('.') {
            None => (bare, None),
            Some((stem, dialect)) if DIALECTS.contains(&dialect) => (stem, Some(dialect.to_owned())),
            Some((_, other)) => {
                return Err(format!("`{other}` is no dialect; there are {}", DIALECTS.join(" and ")));
            }
        };
        let words: Vec<&str> = stem.split('_').collect();
        let lower = |word: &&str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let by = words.iter().position(|word| *word == "by");
        let complete = match by {
            None => words.len() >= 2,
            Some(at) => at >= 2 && at + 1 < words.len(),
        };
        if !words.iter().all(lower) || !complete {
            return Err("its name is not <table>_<verb>[_by_<key>].sql in lower case".to_owned());
        }
        Ok(Self { stem: stem.to_owned(), dialect })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_verb_and_key_are_demanded_in_lower_case() {
        for good in ["tenant_insert.sql", "api_key_find_by_id.sql", "outbox_claim.postgres.sql"] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["tenant.sql", "TenantInsert.sql", "tenant_by_id.sql", "tenant_find_by.sql", "tenant__find.sql"]
        {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
        assert!(Name::parse("tenant_insert.mysql.sql").unwrap_err().contains("mysql"));
    }
}
