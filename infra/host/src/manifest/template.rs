//! Texts with `{{ variable }}` in them.

use std::collections::BTreeMap;

/// A text in which application variables are to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

/// A template that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without its `}}`.
    #[error("`{{{{` has no matching `}}}}`")]
    Unclosed,
    /// A variable without a value.
    #[error("the variable `{0}` has no value")]
    NoValue(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Unclosed`] when an opening brace pair is never closed.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, tail) = after.split_once("}}").ok_or(TemplateError::Unclosed)?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Variable(name.trim().to_owned()));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The names of the variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Variable(name) => Some(name.as_str()),
        })
    }

    /// The text with the variables' values in their places.
    ///
    /// # Errors
    ///
    /// [`TemplateError::NoValue`] names the first variable that `values` does not have.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<String, TemplateError> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Variable(name) => {
                    let value = values.get(name).ok_or_else(|| TemplateError::NoValue(name.clone()))?;
                    text.push_str(value);
                }
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_where_the_braces_are() {
        let template = Template::parse("postgres://{{ host }}/{{name}}").unwrap();
        let values = BTreeMap::from([("host".into(), "db:5432".into()), ("name".into(), "insula".into())]);

        assert_eq!(template.fill(&values).unwrap(), "postgres://db:5432/insula");
        assert_eq!(template.variables().collect::<Vec<_>>(), ["host", "name"]);
    }

    #[test]
    fn a_missing_value_is_named_and_an_unclosed_brace_is_refused() {
        let template = Template::parse("{{ host }}").unwrap();

        assert_eq!(template.fill(&BTreeMap::new()), Err(TemplateError::NoValue("host".into())));
        assert_eq!(Template::parse("a {{ b"), Err(TemplateError::Unclosed));
        assert_eq!(Template::parse("plain").unwrap().fill(&BTreeMap::new()).unwrap(), "plain");
    }
}
