//! The command line, taken apart by hand: few options do not pay for a parser's compile time.

use std::collections::VecDeque;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

/// What follows the command. Options are taken out one by one; what is left over is refused.
#[derive(Debug)]
pub struct Arguments {
    given: Vec<String>,
    passed_on: Vec<String>,
}

impl Arguments {
    /// Splits at the first `--`: what follows it is for the program that is started.
    pub fn new(all: impl IntoIterator<Item = String>) -> Self {
        let mut all: VecDeque<String> = all.into_iter().collect();
        let mut given = Vec::new();
        while let Some(next) = all.pop_front() {
            if next == "--" {
                break;
            }
            given.push(next);
        }
        Self { given, passed_on: all.into() }
    }

    /// Takes the flag out and says whether it was there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.given.len();
        self.given.retain(|argument| argument != name);
        self.given.len() < before
    }

    /// Takes `--name value` or `--name=value` out.
    pub fn option(&mut self, name: &str) -> Result<Option<String>> {
        let joined = format!("{name}=");
        let Some(at) =
            self.given.iter().position(|argument| argument == name || argument.starts_with(&joined))
        else {
            return Ok(None);
        };
        let found = self.given.remove(at);
        if let Some(value) = found.strip_prefix(&joined) {
            return Ok(Some(value.to_owned()));
        }
        if self.given.get(at).is_none_or(|value| value.starts_with("--")) {
            bail!("{name} needs a value");
        }
        Ok(Some(self.given.remove(at)))
    }

    /// As [`Self::option`], for a path, made absolute so that a child may run elsewhere.
    pub fn path(&mut self, name: &str) -> Result<Option<PathBuf>> {
        let Some(value) = self.option(name)? else { return Ok(None) };
        std::path::absolute(&value).map(Some).with_context(|| format!("{name} {value}"))
    }

    /// What stands after `--`.
    pub fn passed_on(&self) -> &[String] {
        &self.passed_on
    }

    /// The positional arguments, once every option is taken out.
    pub fn names(self) -> Result<Vec<String>> {
        if let Some(unknown) = self.given.iter().find(|argument| argument.starts_with('-')) {
            bail!("there is no option `{unknown}` here; `cargo xtask help` lists them");
        }
        Ok(self.given)
    }

    /// Refuses whatever is left, for a command without positional arguments.
    pub fn finish(self) -> Result<()> {
        match self.names()?.first() {
            Some(unknown) => bail!("`{unknown}` is not expected here; `cargo xtask help` says what is"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        Arguments::new(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_found_in_both_spellings_and_the_rest_is_passed_on() {
        let mut line = arguments("--listen 127.0.0.1:1 --state=here --sqlite -- --listen x");
        assert_eq!(line.option("--listen").unwrap().as_deref(), Some("127.0.0.1:1"));
        assert_eq!(line.option("--state").unwrap().as_deref(), Some("here"));
        assert!(line.flag("--sqlite"));
        assert_eq!(line.passed_on(), ["--listen", "x"]);
        line.finish().unwrap();
    }

    #[test]
    fn what_nobody_took_is_refused_by_name() {
        let error = arguments("--sqllite").finish().unwrap_err().to_string();
        assert!(error.contains("--sqllite"), "{error}");
    }

    #[test]
    fn an_option_without_its_value_is_refused() {
        assert!(arguments("--listen --state x").option("--listen").is_err());
        assert!(arguments("--listen").option("--listen").is_err());
    }
}
