//! Turns the parameters of a statement into elements of one array, for `insula_batch_3`.

use super::statement::Param;

/// Rewrites `$n` to `($1)[offset + n]::type`: the function has one parameter, the array of all arguments as text. What a
/// statement says about itself before it begins stays here: the server would read it at every call.
///
/// The texts are constants of the program, in which `$` means a parameter and nothing else (`cargo xtask check` sees
/// to that), and values never enter the text.
pub fn place(text: &str, params: &[Param], offset: usize) -> String {
    let mut placed = String::with_capacity(text.len() + params.len() * 16);
    let mut rest = statement(text);
    while let Some(at) = rest.find('$') {
        placed.push_str(&rest[..at]);
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = rest[at + 1..=at + digits].parse().unwrap_or_default();
        let kind = number.checked_sub(1).and_then(|index| params.get(index)).map_or("text", type_of);
        placed.push_str(&format!("(($1)[{}]::{kind})", offset + number));
        rest = &rest[at + 1 + digits..];
    }
    placed.push_str(rest);
    placed
}

/// A text without the comments before it.
fn statement(mut text: &str) -> &str {
    while text.starts_with("--") {
        text = text.split_once('\n').map_or("", |(_, rest)| rest);
    }
    text
}

const fn type_of(param: &Param) -> &'static str {
    match param {
        Param::Text(_) => "text",
        Param::Integer(_) => "bigint",
        Param::Real(_) => "double precision",
    }
}

/// The parameter as an element of the array.
pub fn argument(param: &Param) -> Option<String> {
    match param {
        Param::Text(text) => text.clone(),
        Param::Integer(number) => number.map(|number| number.to_string()),
        Param::Real(number) => number.map(|number| number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn parameters_become_typed_elements_of_the_argument_array() {
        let text = "select $1, $2 from t where a = $1 and b = $3";
        let params = params!["x", 1, 2.5];
        assert_eq!(
            place(text, &params, 10),
            "select (($1)[11]::text), (($1)[12]::bigint) from t where a = (($1)[11]::text) and b = (($1)[13]::double precision)"
        );
    }

    #[test]
    fn what_is_said_before_a_statement_is_not_sent() {
        let text = "-- Finds a.\n-- Parameters: $1 a.\nselect $1 -- 'a'\n";
        let params = params!["x"];
        assert_eq!(place(text, &params, 0), "select (($1)[1]::text) -- 'a'\n");
        assert_eq!(place("-- nothing", &[], 0), "");
    }

    #[test]
    fn two_digit_numbers_are_one_number() {
        let many: Vec<Param> = (0..12).map(Param::from).collect();
        assert_eq!(place("$12", &many, 0), "(($1)[12]::bigint)");
    }
}
