//! The statement itself, with comments and everything in quotes blanked out.

/// The words that begin a statement; the first one outside of parentheses is what the statement does.
const VERBS: [&str; 7] = ["select", "values", "call", "insert", "update", "delete", "merge"];

/// What the rules need to know of a statement.
#[derive(Debug)]
pub struct Statement {
    bare: String,
    /// Each `$n` once, in the order of its first appearance.
    pub parameters: Vec<usize>,
}

impl Statement {
    /// Reads a file's text.
    pub fn scan(text: &str) -> Self {
        let bare = without_quotes_and_comments(text);
        let parameters = parameters(&bare);
        Self { bare, parameters }
    }

    /// What is wrong with the statement alone.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.parameters.iter().enumerate().any(|(at, number)| *number != at + 1) {
            let order: Vec<String> = self.parameters.iter().map(|number| format!("${number}")).collect();
            problems.push(format!(
                "its parameters first appear in the order {}; they must do so as $1, $2, $3",
                order.join(", ")
            ));
        }
        let bare = self.bare.trim();
        match bare.split_once(';') {
            Some((_, rest)) if rest.trim().is_empty() => {
                problems.push("a semicolon stands at its end".to_owned())
            }
            Some(_) => problems.push("it is not one statement".to_owned()),
            None if !self.returns_rows() => {
                problems.push("it returns no rows: it neither selects nor has a `returning`".to_owned());
            }
            None => {}
        }
        if let Some(word) =
            words(bare).into_iter().find(|(_, word)| word.bytes().any(|byte| byte.is_ascii_uppercase()))
        {
            problems.push(format!("`{}` is not in lower case", word.1));
        }
        problems
    }

    /// Whether the statement proper, not one in its parentheses, gives rows.
    fn returns_rows(&self) -> bool {
        let outer: Vec<String> = words(&self.bare)
            .into_iter()
            .filter(|(depth, _)| *depth == 0)
            .map(|(_, word)| word.to_ascii_lowercase())
            .collect();
        match outer.iter().find(|word| VERBS.contains(&word.as_str())).map(String::as_str) {
            // A procedure with parameters that go out answers one row.
            Some("select" | "values" | "call") => true,
            Some(_) => outer.iter().any(|word| word == "returning"),
            None => false,
        }
    }
}

/// Each word with the depth of the parentheses around it.
fn words(bare: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut start = None;
    for (at, character) in bare.char_indices().chain([(bare.len(), ' ')]) {
        let inside = character.is_alphanumeric() || character == '_' || character == '$';
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((depth, &bare[from..at]));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

fn parameters(bare: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for (_, word) in words(bare) {
        if let Some(number) = word.strip_prefix('$').and_then(|digits| digits.parse().ok())
            && !found.contains(&number)
        {
            found.push(number);
        }
    }
    found
}

/// Comments become a space, a quoted piece becomes `''`, so that positions of words stay apart.
fn without_quotes_and_comments(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (kept, length) = if rest.starts_with("--") {
            (" ", rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (" ", rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if next == '\'' || next == '"' {
            ("''", quoted(rest, next))
        } else if let Some(tag) = dollar_tag(rest) {
            ("''", rest[tag.len()..].find(tag).map_or(rest.len(), |end| end + 2 * tag.len()))
        } else {
            (&rest[..next.len_utf8()], next.len_utf8())
        };
        bare.push_str(kept);
        rest = &rest[length..];
    }
    bare
}

/// The length of the quoted piece at the start; a doubled quote is part of it, as two pieces side by side.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// `$$` or `$tag$` at the start, which begins a text that ends with the same.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find(|character: char| !(character.is_alphanumeric() || character == '_'))?;
    let named = !inner.starts_with(|character: char| character.is_ascii_digit());
    (named && inner[end..].starts_with('$')).then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_quote_does_not_end_a_literal() {
        assert_eq!(Statement::scan("select 'it''s $4', $1").parameters, [1]);
    }

    #[test]
    fn a_repeated_parameter_counts_where_it_first_appears() {
        assert_eq!(Statement::scan("select $1, $2, $1, $3, $10").parameters, [1, 2, 3, 10]);
    }

    #[test]
    fn an_unfinished_literal_or_comment_reaches_to_the_end() {
        assert_eq!(Statement::scan("select $1, 'open $2").parameters, [1]);
        assert_eq!(Statement::scan("select $1 /* open $2").parameters, [1]);
        assert_eq!(Statement::scan("select $1, $a$ open $2").parameters, [1]);
    }
}
