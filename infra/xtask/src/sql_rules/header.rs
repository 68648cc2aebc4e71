//! The comment on top of a statement: its promise, then its parameters.

use super::scan::Statement;

const LIST: &str = "Parameters:";

/// What the leading comment says.
#[derive(Debug)]
pub struct Header {
    promise: bool,
    list: Option<String>,
    /// Number and name, as listed.
    pub parameters: Vec<(usize, String)>,
}

impl Header {
    /// Reads the comment lines before the statement.
    pub fn parse(text: &str) -> Self {
        let lines: Vec<&str> =
            text.lines().map_while(|line| line.trim().strip_prefix("--")).map(str::trim).collect();
        let listed_at = lines.iter().position(|line| line.starts_with(LIST));
        let promise = lines.first().is_some_and(|line| !line.is_empty()) && listed_at != Some(0);
        // A long list goes on over several lines, to the end of the comment.
        let list = listed_at.map(|at| lines[at..].join(" ")[LIST.len()..].trim().to_owned());
        let parameters = list.as_deref().map(parameters).unwrap_or_default();
        Self { promise, list, parameters }
    }

    /// What is wrong with the comment alone.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.promise {
            problems.push("its first line is not a comment with its promise".to_owned());
        }
        if let Some(list) = &self.list {
            if !list.ends_with('.') {
                problems.push("the line of its parameters does not end with a full stop".to_owned());
            }
            if let Some((number, _)) = self.parameters.iter().find(|(_, name)| name.is_empty()) {
                problems.push(format!("parameter ${number} has no name"));
            }
        }
        problems
    }

    /// Whether the list is of the parameters that the statement has.
    pub fn disagrees_with(&self, statement: &Statement) -> Option<String> {
        let listed: Vec<usize> = self.parameters.iter().map(|(number, _)| *number).collect();
        let mut used = statement.parameters.clone();
        let used_in_order = used.clone();
        used.sort_unstable();
        let spelt = |numbers: &[usize]| -> String {
            let numbers: Vec<String> = numbers.iter().map(|number| format!("${number}")).collect();
            if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
        };
        if self.list.is_some() && used.is_empty() {
            return Some("it lists `-- Parameters:` but has none".to_owned());
        }
        // Only what is listed wrongly; a wrong order in the statement is the statement's own problem.
        (listed != used && listed != used_in_order).then(|| {
            let (listed, used) = (spelt(&listed), spelt(&used));
            format!("`-- Parameters:` lists {listed}, the statement has {used}")
        })
    }
}

/// Each parameter begins with `$n` at the start of the list or after a comma.
fn parameters(list: &str) -> Vec<(usize, String)> {
    let list = list.trim_end_matches('.');
    let mut parameters = Vec::new();
    for piece in list.split(", ") {
        let piece = piece.trim();
        let digits: String = piece.chars().skip(1).take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(number) if piece.starts_with('$') => {
                parameters.push((number, piece[1 + digits.len()..].trim().to_owned()));
            }
            // A comma within an explanation.
            _ => {}
        }
    }
    parameters
}
