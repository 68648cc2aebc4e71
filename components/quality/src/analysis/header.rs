//! The header row: the columns' names, and the refusals that need nothing else.

use std::collections::BTreeMap;

use super::parse::MAX_COLUMNS;
use super::refusal::{Reason, Refusal};

/// The columns' names and which of them is the label.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) label: Option<usize>,
}

impl Header {
    /// Reads the header from the fields of the first row. Names lose the whitespace around them; the label
    /// column is found by its exact name after that. One name may be empty, as R writes the column of row
    /// names.
    pub(super) fn read<'a>(
        line: u64,
        fields: impl Iterator<Item = &'a [u8]>,
        label_column: Option<&str>,
    ) -> Result<Self, Refusal> {
        // The bytes were checked to be UTF-8 and a field is cut only at ASCII bytes, so nothing is lost here.
        let names: Vec<String> =
            fields.map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        if names.len() > MAX_COLUMNS {
            return Err(Refusal::at_line(line, Reason::TooManyColumns { limit: MAX_COLUMNS as u64 }));
        }
        let mut positions = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = positions.insert(name.as_str(), index) {
                let (first, second) = (first as u64 + 1, index as u64 + 1);
                return Err(Refusal::at_line(line, Reason::DuplicateColumn { first, second }).in_column(name));
            }
        }
        let label = match label_column {
            None => None,
            Some(wanted) => Some(
                *positions
                    .get(wanted.trim())
                    .ok_or_else(|| Refusal::at_line(line, Reason::UnknownLabelColumn).in_column(wanted))?,
            ),
        };
        Ok(Self { names, label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str], label: Option<&str>) -> Result<Header, Refusal> {
        Header::read(1, names.iter().map(|name| name.as_bytes()), label)
    }

    #[test]
    fn names_are_trimmed_and_the_label_column_is_found_by_name() {
        let header = read(&[" a", "b ", ""], Some("b")).unwrap();

        assert_eq!(header.names, ["a", "b", ""]);
        assert_eq!(header.label, Some(1));
    }

    #[test]
    fn two_columns_of_one_name_are_refused_with_their_positions() {
        let refusal = read(&["a", "b", "a "], None).unwrap_err();

        assert_eq!(refusal.reason, Reason::DuplicateColumn { first: 1, second: 3 });
        assert_eq!((refusal.line, refusal.column.as_deref()), (Some(1), Some("a")));
    }

    #[test]
    fn a_label_column_that_is_not_there_is_refused_by_its_name() {
        let refusal = read(&["a", "b"], Some("B")).unwrap_err();

        assert_eq!(refusal.reason, Reason::UnknownLabelColumn);
        assert_eq!(refusal.column.as_deref(), Some("B"));
    }
}
