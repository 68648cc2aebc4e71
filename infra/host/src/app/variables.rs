//! The values of the application's variables.

use std::collections::BTreeMap;

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
    fn a_missing_and_an_unknown_variable_are_named() {
        let missing = resolve(&manifest(), &settings(&[])).unwrap_err();
        assert!(missing.to_string().contains("SPIN_VARIABLE_KEY"), "{missing}");

        let unknown = resolve(&manifest(), &settings(&[("kye", "k")])).unwrap_err();
        assert!(unknown.to_string().contains("`kye`"), "{unknown}");
    }
}
