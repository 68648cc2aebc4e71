//! The texts of the settings `mail_body` and `mail_auth`, and how their blanks are filled.
//!
//! A blank is `$` and a name. In a body each value is written as the inside of a JSON string, so that no quote, no line
//! feed and no backslash of a mail can end the string that the blank stands in.

use serde_json::Value;

/// Fills the blanks of a JSON text. None when the result is no JSON.
pub fn json(template: &str, blanks: &[(&str, &str)]) -> Option<String> {
    let body = fill(template, |name| {
        let text = blanks.iter().find(|(other, _)| *other == name)?.1;
        let quoted = Value::from(text).to_string();
        Some(quoted[1..quoted.len() - 1].to_owned())
    });
    serde_json::from_str::<Value>(&body).is_ok().then_some(body)
}

/// Fills the one blank of the header that proves who is calling: `Name: … $token …`. None for what is no header.
pub fn header(template: &str, token: &str) -> Option<(String, String)> {
    let (name, value) = template.split_once(':')?;
    let value = fill(value.trim(), |name| (name == "token").then(|| token.to_owned()));
    Some((name.trim().to_ascii_lowercase(), value))
}

/// Replaces each known blank, once: what is put in is not looked at again. What isn't known stays as it is.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut pieces = template.split('$');
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|character: char| !character.is_ascii_lowercase()).unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        match value(name) {
            Some(value) => result.push_str(&value),
            None => {
                result.push('$');
                result.push_str(name);
            }
        }
        result.push_str(rest);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_string_that_it_is_put_into() {
        let template = r#"{"To":["$to"],"Text":"$text $5"}"#;
        for text in ["a \"quote\"", "two\nlines\r\n", "\\", "\u{0}\u{7f}\u{2028}", "$to", "\",\"Bcc\":\"eve"]
        {
            let body = json(template, &[("to", "ada@example.org"), ("text", text)]).unwrap();
            let read: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(read["Text"], format!("{text} $5"));
            assert_eq!((&read["To"][0], read.as_object().unwrap().len()), (&"ada@example.org".into(), 2));
        }
    }

    #[test]
    fn what_makes_no_json_is_none() {
        assert_eq!(json("{\"to\": $to}", &[("to", "ada")]), None);
        assert_eq!(json("", &[]), None);
    }

    #[test]
    fn the_header_is_the_providers() {
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(header("Authorization: Bearer $token", "abc"), pair("authorization", "Bearer abc"));
        assert_eq!(header("X-Server-Token:$token", "a$token"), pair("x-server-token", "a$token"));
        assert_eq!(header("nonsense", "abc"), None);
    }
}
