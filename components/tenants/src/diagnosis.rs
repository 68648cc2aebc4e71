//! Diagnostics: three complaints, and for each the checks that find its usual causes. Pure: from facts to judgements.

pub mod nothing;
pub mod slow;
pub mod wrong;

use std::collections::BTreeMap;

/// What a check found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It isn't that.
    Ok,
    /// It may be that.
    Problem,
    /// It can't be told here.
    Unknown,
}

impl Outcome {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
        }
    }
}

/// A fact: mostly a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// How many, or how long.
    Number(i64),
    /// A name.
    Text(String),
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub check: &'static str,
    /// What it found out.
    pub outcome: Outcome,
    /// What it looked at.
    pub found: BTreeMap<String, Fact>,
    /// What to do about it; none where nothing is to be done.
    pub remedy: Option<&'static str>,
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// "I see nothing."
    pub nothing: Vec<Check>,
    /// "I see wrong data."
    pub wrong: Vec<Check>,
    /// "It is slow."
    pub slow: Vec<Check>,
}

impl Check {
    /// A check that found nothing yet.
    pub const fn new(check: &'static str) -> Self {
        Self { check, outcome: Outcome::Ok, found: BTreeMap::new(), remedy: None }
    }

    /// What it found, a number.
    pub fn number(mut self, name: &str, value: i64) -> Self {
        self.found.insert(name.to_owned(), Fact::Number(value));
        self
    }

    /// What it found, a name.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.found.insert(name.to_owned(), Fact::Text(value.to_owned()));
        self
    }

    /// A problem with that remedy, if it is one; the first that is counts.
    pub fn problem_if(self, is_one: bool, remedy: &'static str) -> Self {
        self.judged(is_one, Outcome::Problem, remedy)
    }

    /// Unknown, if it is, with what would make it known.
    pub fn unknown_if(self, is_unknown: bool, remedy: &'static str) -> Self {
        self.judged(is_unknown, Outcome::Unknown, remedy)
    }

    fn judged(self, applies: bool, outcome: Outcome, remedy: &'static str) -> Self {
        if applies && self.outcome == Outcome::Ok {
            return Self { outcome, remedy: Some(remedy), ..self };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_judgement_counts() {
        let check = Check::new("x").number("n", 1);
        assert_eq!((check.outcome, check.remedy), (Outcome::Ok, None));
        let check = check.problem_if(false, "a").unknown_if(true, "b").problem_if(true, "c");
        assert_eq!((check.outcome, check.remedy), (Outcome::Unknown, Some("b")));
    }
}
