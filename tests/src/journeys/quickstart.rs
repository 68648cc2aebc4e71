//! The README's quickstart: its commands, and what they must print.

use crate::support::repository;

/// Commands, and what follows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of the README where the commands begin.
    pub line: usize,
    /// The commands.
    pub commands: String,
    /// What they print, with `…` for what varies.
    pub expected: String,
}

/// The README.
#[must_use]
pub fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).expect("README.md")
}

/// The blocks of a section, in their order.
///
/// # Panics
///
/// When commands are not followed by what they print.
#[must_use]
pub fn blocks(document: &str, section: &str) -> Vec<Block> {
    let heading = format!("## {section}");
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = document.lines().enumerate().skip_while(|(_, line)| *line != heading).skip(1);
    let mut unanswered = None;
    while let Some((at, line)) = lines.next().filter(|(_, line)| !line.starts_with("## ")) {
        let Some(language) = line.strip_prefix("```") else { continue };
        let content: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        match language {
            "sh" => {
                assert_eq!(unanswered, None, "line {}: the commands before say not what they print", at + 1);
                unanswered = Some((at + 2, content.join("\n")));
            }
            "text" => {
                let Some((line, commands)) = unanswered.take() else {
                    panic!("line {}: no commands print this", at + 1);
                };
                blocks.push(Block { line, commands, expected: content.join("\n") });
            }
            _ => {}
        }
    }
    assert_eq!(unanswered, None, "the last commands say not what they print");
    blocks
}

/// The first piece of `expected`, cut at each `…`, that `actual` does not have after the pieces before it. How lines
/// are broken does not count.
#[must_use]
pub fn missing(expected: &str, actual: &str) -> Option<String> {
    let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let actual = in_one_line(actual);
    let mut rest = actual.as_str();
    for piece in expected.split('…').map(in_one_line).filter(|piece| !piece.is_empty()) {
        match rest.split_once(&piece) {
            Some((_, after)) => rest = after,
            None => return Some(piece),
        }
    }
    None
}

/// The flags with which the README starts Spin.
///
/// # Panics
///
/// When it doesn't.
#[must_use]
pub fn spin_flags() -> Vec<String> {
    let readme = readme();
    let flags = readme.lines().find_map(|line| line.strip_prefix("$ spin up"));
    flags.expect("`$ spin up …` in README.md").split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_of_one_section_are_found_with_what_they_print() {
        let document = "# A\n## Other\n```sh\nno\n```\n## Try\nSo:\n```sh\na\nb\n```\n\nThen\n\n```text\nc\n```\n## Next\n```sh\nno\n```\n";
        let block = Block { line: 9, commands: "a\nb".to_owned(), expected: "c".to_owned() };
        assert_eq!(blocks(document, "Try"), [block]);
    }

    #[test]
    #[should_panic(expected = "say not what they print")]
    fn commands_without_their_output_are_refused() {
        let _ = blocks("## Try\n```sh\na\n```\n```sh\nb\n```\n```text\nc\n```\n", "Try");
    }

    #[test]
    fn the_pieces_must_occur_in_their_order_however_lines_are_broken() {
        let actual = "HTTP/1.1 429 Too Many\r\nretry-after: 6\r\n\r\n{\"a\":1}";
        assert_eq!(missing("429 Too\nMany…retry-after: …{\"a\":1}", actual), None);
        assert_eq!(missing("…", actual), None);
        assert_eq!(missing("retry-after: …429", actual), Some("429".to_owned()));
        assert_eq!(missing("{\"a\":2}", actual), Some("{\"a\":2}".to_owned()));
    }

    /// Under Spin's own default a fault in one request would be one in fifteen others.
    #[test]
    fn the_readme_gives_spin_one_request_an_instance_at_a_time() {
        assert_eq!(spin_flags(), ["--max-instance-concurrent-reuse-count", "1"]);
    }
}
