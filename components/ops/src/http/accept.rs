//! Which of two representations the caller prefers (RFC 9110, 12.5.1).

use insula_kit::Request;

/// A representation that an operation can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Representation {
    /// A page for people, also for callers to whom both are the same.
    Html,
    /// JSON for programs.
    Json,
}

/// What the caller prefers.
pub fn preferred(request: &Request) -> Representation {
    choose(request.header("accept").unwrap_or("*/*"))
}

fn choose(accept: &str) -> Representation {
    let (html, json) = (weight(accept, "text/html"), weight(accept, "application/json"));
    if json > html { Representation::Json } else { Representation::Html }
}

/// How much a media type is wanted, in thousandths: the weight of the most specific range that it falls in.
fn weight(accept: &str, media_type: &str) -> u16 {
    let (main_type, _) = media_type.split_once('/').unwrap_or((media_type, ""));
    let of_type = format!("{main_type}/*");
    let mut best = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let specific = match name {
            _ if name.eq_ignore_ascii_case(media_type) => 3,
            _ if name.eq_ignore_ascii_case(&of_type) => 2,
            "*/*" => 1,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let thousandths = quality.map_or(1_000, thousandths);
        if specific > best.0 {
            best = (specific, thousandths);
        }
    }
    best.1
}

/// `0.5` as 500; what is no weight is none.
fn thousandths(quality: &str) -> u16 {
    let (whole, part) = quality.split_once('.').unwrap_or((quality, ""));
    let (whole, part) = (whole.parse::<u16>(), format!("{part:0<3}").parse::<u16>());
    match (whole, part) {
        (Ok(1), Ok(_)) => 1_000,
        (Ok(0), Ok(part)) if part < 1_000 => part,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_ask_for_json_get_it_and_browsers_and_the_undecided_get_a_page() {
        for accept in ["application/json", "application/*, text/html;q=0.9", "text/html;q=0.2, */*;q=0.3"] {
            assert_eq!(choose(accept), Representation::Json, "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "application/json;q=0.5, text/*",
            "application/json;q=0, */*;q=0.1",
            "application/json;q=nonsense",
            "image/png",
        ] {
            assert_eq!(choose(accept), Representation::Html, "{accept}");
        }
    }

    #[test]
    fn a_weight_has_at_most_three_decimals_and_is_at_most_one() {
        assert_eq!([thousandths("1"), thousandths("1.000"), thousandths("0.25")], [1_000, 1_000, 250]);
        assert_eq!(
            [thousandths("0"), thousandths("2"), thousandths("0.1234"), thousandths("-1")],
            [0, 0, 0, 0]
        );
    }
}
