//! The values of the application's variables.

use std::collections::BTreeMap;

use insula_domain::bucket_storage::{self, Kind};
use insula_domain::{proxies, upload};

use crate::error::Error;
use crate::manifest::Manifest;
use crate::settings::Settings;

/// Values by name.
pub(super) type Values = BTreeMap<String, String>;

/// The settings' values come first, then `SPIN_VARIABLE_…` of the environment, then the defaults.
pub(super) fn resolve(manifest: &Manifest, settings: &Settings) -> Result<Values, Error> {
    if let Some(name) = settings.variables.keys().find(|name| !manifest.variables.contains_key(*name)) {
        return Err(Error::UnknownVariable { name: name.clone() });
    }
    let mut values = Values::new();
    for (name, variable) in &manifest.variables {
        let value = settings
            .variables
            .get(name)
            .cloned()
            .or_else(|| settings.environment.then(|| from_environment(name)).flatten())
            .or_else(|| variable.default.clone());
        let Some(value) = value else { return Err(Error::MissingVariable { name: name.clone() }) };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

/// What the host itself goes by, if the application has such variables.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// How many proxies add to `X-Forwarded-For`.
    pub(super) trusted_proxies: usize,
    /// What an upload may have.
    pub(super) upload_limit_bytes: u64,
}

impl Known {
    /// Reads them, and refuses what says nothing: a misspelt number that meant 0 would let clients choose the address
    /// that they are counted under.
    pub(super) fn of(values: &Values) -> Result<Self, Error> {
        let read = |name, default, parse: fn(&str) -> Option<usize>, expected| {
            let value = values.get(name).map_or(Some(default), |text| parse(text));
            value.ok_or(Error::UnreadableVariable { name, expected })
        };
        check_buckets(values)?;
        let upload_limit = upload::LIMIT_MIB << 20;
        Ok(Self {
            trusted_proxies: read("trusted_proxies", 0, proxies::trusted, proxies::PROXIES_EXPECTED)?,
            upload_limit_bytes: read(
                "upload_limit_mib",
                upload_limit,
                upload::limit_bytes,
                upload::LIMIT_EXPECTED,
            )? as u64,
        })
    }
}

/// Where buckets are is what the guard goes by. It is refused here as well, before a first call fails.
fn check_buckets(values: &Values) -> Result<(), Error> {
    let kind = values.get("bucket_storage").map_or(Some(Kind::Database), |text| Kind::parse(text));
    let (name, expected) = match kind {
        None => ("bucket_storage", bucket_storage::KIND_EXPECTED),
        Some(Kind::Redis)
            if !values.get("redis_url").is_some_and(|url| bucket_storage::is_redis_url(url)) =>
        {
            ("redis_url", bucket_storage::REDIS_URL_EXPECTED)
        }
        Some(Kind::Database | Kind::Redis) => return Ok(()),
    };
    Err(Error::UnreadableVariable { name, expected })
}

/// The value that the process's environment has for a variable.
fn from_environment(name: &str) -> Option<String> {
    std::env::var(format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn manifest() -> Manifest {
        let text = "spin_manifest_version = 2\n[application]\nname = \"a\"\n[trigger]\n\
                    [variables]\nplan = { default = \"free\" }\nkey = { required = true, secret = true }\n";
        Manifest::parse(Path::new("spin.toml"), text).unwrap()
    }

    fn settings(values: &[(&str, &str)]) -> Settings {
        let variables = values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Settings { variables, environment: false, ..Settings::default() }
    }

    #[test]
    fn a_given_value_comes_before_the_default() {
        let values = resolve(&manifest(), &settings(&[("key", "k"), ("plan", "enterprise")])).unwrap();
        assert_eq!((&*values["plan"], &*values["key"]), ("enterprise", "k"));

        let values = resolve(&manifest(), &settings(&[("key", "k")])).unwrap();
        assert_eq!(values["plan"], "free");
    }

    #[test]
    fn what_the_host_goes_by_is_read_or_refused_by_name_with_what_to_write() {
        let known = |name: &str, value: &str| Known::of(&Values::from([(name.into(), value.into())]));
        let expected = Known { trusted_proxies: 0, upload_limit_bytes: 64 << 20 };
        assert_eq!(Known::of(&Values::new()).unwrap(), expected);
        assert_eq!(known("trusted_proxies", "2").unwrap().trusted_proxies, 2);
        assert_eq!(known("upload_limit_mib", "8").unwrap().upload_limit_bytes, 8 << 20);
        for (name, value) in [
            ("trusted_proxies", "one"),
            ("trusted_proxies", "-1"),
            ("trusted_proxies", "300"),
            ("upload_limit_mib", "0"),
        ] {
            let said = known(name, value).unwrap_err().to_string();
            assert!(said.contains(&format!("`{name}`")) && said.contains("a whole number from"), "{said}");
            assert!(said.contains(&format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())), "{said}");
        }
    }

    #[test]
    fn where_buckets_are_is_read_or_refused_without_repeating_the_address() {
        let check = |kind: &str, url: &str| {
            let values = [("bucket_storage", kind), ("redis_url", url)];
            Known::of(&values.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
        };
        for (kind, url) in
            [("database", ""), ("redis", "redis://host:6379"), ("redis", "rediss://a:b@host:6380/1")]
        {
            assert!(check(kind, url).is_ok(), "{kind} {url}");
        }
        for (kind, url, named) in [
            ("", "redis://host", "`bucket_storage`"),
            ("Redis", "redis://host", "`bucket_storage`"),
            ("redis", "", "`redis_url`"),
            ("redis", "http://ada:secret@host", "`redis_url`"),
        ] {
            let said = check(kind, url).unwrap_err().to_string();
            assert!(said.contains(named) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn a_missing_and_an_unknown_variable_are_named() {
        let missing = resolve(&manifest(), &settings(&[])).unwrap_err();
        assert!(missing.to_string().contains("SPIN_VARIABLE_KEY"), "{missing}");

        let unknown = resolve(&manifest(), &settings(&[("kye", "k")])).unwrap_err();
        assert!(unknown.to_string().contains("`kye`"), "{unknown}");
    }
}
