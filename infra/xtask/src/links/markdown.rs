//! The little of Markdown that the check of links needs.

use std::collections::BTreeSet;

/// A place that a document speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mention {
    /// The target of a link or image that is not of the web.
    Link(String),
    /// A code span with a slash, perhaps a path.
    Path(String),
}

/// Every mention with its line, counted from one; fenced blocks are left out.
pub fn mentions(text: &str) -> Vec<(usize, Mention)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let (spans, without_spans) = take_spans(line);
        found
            .extend(spans.into_iter().filter(|span| is_path(span)).map(|span| (number, Mention::Path(span))));
        let targets = without_spans.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let definition = without_spans.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: "));
        let targets = targets.chain(definition.map(|(_, target)| target.trim()));
        let local = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
        found.extend(local.map(|target| (number, Mention::Link(target.to_owned()))));
    }
    found
}

/// The anchors of a document's headings, as GitHub makes them.
pub fn headings(text: &str) -> BTreeSet<String> {
    let anchor = |heading: &str| -> String {
        let kept = heading.trim().to_lowercase();
        let kept = kept.chars().filter(|character| character.is_alphanumeric() || "-_ ".contains(*character));
        kept.map(|character| if character == ' ' { '-' } else { character }).collect()
    };
    prose(text)
        .filter_map(|(_, line)| {
            let heading = line.trim_start_matches('#');
            (heading.len() < line.len() && heading.starts_with(' ')).then(|| anchor(heading))
        })
        .collect()
}

fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((at + 1, line))
    })
}

/// The code spans of a line, and the line without them.
fn take_spans(line: &str) -> (Vec<String>, String) {
    let pieces: Vec<&str> = line.split('`').collect();
    let spans = pieces.iter().skip(1).step_by(2).map(|span| (*span).to_owned()).collect();
    (spans, pieces.iter().step_by(2).copied().collect())
}

fn is_path(span: &str) -> bool {
    let pattern =
        span.contains(|character: char| character.is_whitespace() || "*<>{}$…|?:=@(".contains(character));
    span.contains('/') && !span.starts_with('/') && !pattern
}
