//! `insula-audit`: what a workload says that a call did with the tenant's data. Pure.

use crate::headers::parts;

/// No answer speaks of more: each is an entry of a log that is kept for ever.
const MOST: usize = 8;
/// The longest word.
const LONGEST_WORD: usize = 64;

/// Something that was done with a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What was done, in a word of the workload's own.
    pub action: String,
    /// With which dataset, by a name of the workload's own.
    pub dataset: String,
}

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What can be noted, each once.
    pub done: Vec<Activity>,
    /// How many parts can't be.
    pub ignored: usize,
}

impl Report {
    /// Reads the header's values: `action=export; dataset=customers`, several separated by commas.
    #[must_use]
    pub fn read<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut report = Self::default();
        parts(values).for_each(|part| report.add(part));
        report
    }

    fn add(&mut self, part: &[u8]) {
        match read(part) {
            Some(activity) if self.done.contains(&activity) => {}
            Some(activity) if self.done.len() < MOST => self.done.push(activity),
            Some(_) | None => self.ignored += 1,
        }
    }
}

/// One part; none for what is not one `action` and one `dataset`, in either order, and nothing else.
fn read(part: &[u8]) -> Option<Activity> {
    let (mut action, mut dataset) = (None, None);
    for pair in std::str::from_utf8(part).ok()?.split(';') {
        let (name, value) = pair.split_once('=')?;
        let place = match name.trim_ascii() {
            "action" => &mut action,
            "dataset" => &mut dataset,
            _ => return None,
        };
        let word = value.trim_ascii();
        if place.is_some() || !is_word(word) {
            return None;
        }
        *place = Some(word.to_owned());
    }
    Some(Activity { action: action?, dataset: dataset? })
}

/// Lower-case letters, digits and `_ . -`, beginning with a letter: nothing that a reader of the log could take for
/// something else, and too little to tell who somebody is by accident.
fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
    (1..=LONGEST_WORD).contains(&text.len())
        && text.bytes().all(plain)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> (Vec<String>, usize) {
        let report = Report::read(values.iter().map(|value| value.as_bytes()));
        (report.done.iter().map(|done| format!("{} {}", done.action, done.dataset)).collect(), report.ignored)
    }

    #[test]
    fn several_are_read_in_either_order_and_what_comes_twice_is_one() {
        let expected = ["export customers".to_owned(), "read sales.2030-q1".to_owned()];
        let one = "action=export; dataset=customers, dataset = sales.2030-q1 ;action=read";
        assert_eq!(read(&[one]), (expected.to_vec(), 0));
        assert_eq!(read(&["action=export;dataset=customers,,", one, ""]), (expected.to_vec(), 0));
        assert_eq!(read(&[]), (vec![], 0));
    }

    #[test]
    fn what_is_not_written_so_is_left_out_and_the_rest_is_not() {
        let bad = [
            "action=export",
            "dataset=customers",
            "action=; dataset=customers",
            "action=export; dataset=",
            "action=export; dataset=customers; ",
            "action=export; action=read; dataset=customers",
            "action=export; dataset=customers; dataset=orders",
            "action=export; dataset=customers; tenant=ten_01h455vb4pex5vsknk084sn02q",
            "action=export; dataset=customers; actor=operator",
            "Action=export; dataset=customers",
            "action=Export; dataset=customers",
            "action=export; dataset=\"customers\"",
            "action=export; dataset=ada@example.com",
            "action=export; dataset=the customers",
            "action=export; dataset=kund\u{e4}n",
            "action=export; dataset=2030",
            "action=-; dataset=customers",
            "export customers",
            ";",
        ];
        for part in bad {
            let both = format!("{part}, action=read; dataset=orders");
            assert_eq!(read(&[&both]), (vec!["read orders".to_owned()], 1), "{part}");
        }
        assert_eq!(Report::read([&b"action=export; dataset=\xff"[..]].into_iter()).ignored, 1);
    }

    /// Protects the log, which is kept for ever.
    #[test]
    fn no_answer_fills_the_log() {
        let many: Vec<String> = (0..20).map(|number| format!("action=read; dataset=d{number}")).collect();
        let (done, ignored) = read(&[&many.join(",")]);
        assert_eq!((done.len(), ignored), (8, 12));
        let word = |length: usize| format!("action=read; dataset={}", "d".repeat(length));
        assert_eq!(read(&[&word(64)]).1, 0);
        assert_eq!(read(&[&word(65)]), (vec![], 1));
        assert_eq!(read(&[&word(100_000)]), (vec![], 1));
    }
}
