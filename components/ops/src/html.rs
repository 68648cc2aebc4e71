//! The pages that the server sends: one frame, one style, no script, and a policy that lets nothing else in.

use std::fmt::{self, Display, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insula_kit::Response;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");

/// A whole page. `title` is text; `body` is HTML, so whatever comes from elsewhere has gone through [`Text`] or
/// [`Prose`] before.
#[must_use]
pub fn page(title: &str, body: &str) -> String {
    let title = Text(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – Insula</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
}

/// An answer with a page, under the policy.
#[must_use]
pub fn respond(page: impl Into<Vec<u8>>) -> Response {
    Response::of(200, "text/html; charset=utf-8", page.into())
        .header("content-security-policy", &policy())
        .header("referrer-policy", "no-referrer")
}

/// The policy of every page: the style of this frame, known by its digest, and nothing else.
fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Text, written as HTML: safe between tags and between double quotes.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(pub &'a str);

impl Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                other => out.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Text in which code stands between back-quotes, as in doc comments, written as HTML.
#[derive(Clone, Copy, Debug)]
pub struct Prose<'a>(pub &'a str);

impl Display for Prose<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, (code, after))) =
            rest.split_once('`').and_then(|(before, after)| Some((before, after.split_once('`')?)))
        {
            write!(out, "{}<code>{}</code>", Text(before), Text(code))?;
            rest = after;
        }
        Text(rest).fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_html_is_text() {
        let text = Text("<script a=\"b\" c='d'>&").to_string();
        assert_eq!(text, "&lt;script a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;");
    }

    #[test]
    fn code_in_prose_is_marked_and_escaped_and_a_lone_back_quote_is_text() {
        assert_eq!(Prose("a `<b>` c `d`").to_string(), "a <code>&lt;b&gt;</code> c <code>d</code>");
        assert_eq!(Prose("a ` <b").to_string(), "a ` &lt;b");
    }

    #[test]
    fn a_page_is_whole_and_its_title_is_escaped() {
        let page = page("A <b>", "<h1>B</h1>");
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page}");
        assert!(page.contains("<title>A &lt;b&gt; – Insula</title>"), "{page}");
        assert!(page.contains("name=\"viewport\"") && page.contains("prefers-color-scheme: dark"), "{page}");
        assert!(page.contains("<h1>B</h1>") && !page.contains("<script"), "{page}");
    }

    /// Whoever smuggles markup into a page must find that the browser runs and loads nothing.
    #[test]
    fn the_policy_lets_only_the_own_style_in() {
        let response = respond(page("A", ""));
        let policy = response.headers.iter().find(|(name, _)| name == "content-security-policy").unwrap();
        assert!(policy.1.starts_with("default-src 'none'; style-src 'sha256-"), "{}", policy.1);
        assert!(!policy.1.contains("unsafe"), "{}", policy.1);
        let text = String::from_utf8(response.body.to_vec()).unwrap();
        let style = text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert!(policy.1.contains(&STANDARD.encode(Sha256::digest(style))));
    }
}
