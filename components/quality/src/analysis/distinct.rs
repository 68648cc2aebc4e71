//! How many different values there are.

/// Counts the different values, and leaves them sorted: no hash table, so no input can make it slow.
pub(super) fn sort_and_count(values: &mut [u64]) -> u64 {
    values.sort_unstable();
    values.chunk_by(|left, right| left == right).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_counts_once() {
        assert_eq!(sort_and_count(&mut []), 0);
        assert_eq!(sort_and_count(&mut [3, 1, 3, 3, 2, 1]), 3);
    }
}
