//! Rows whose nearest neighbours agree on another label than theirs.

/// How many neighbours of a row are asked.
pub(super) const NEIGHBOURS: usize = 5;

/// How many of them must share one label for it to count against the row's own.
const AGREEING: u64 = 4;

/// Points in a space of standardised columns, stored column by column, and the class of each.
#[derive(Debug, Default)]
pub(super) struct Points {
    pub(super) columns: Vec<Vec<f32>>,
    pub(super) classes: Vec<u32>,
}

/// A point whose label its neighbours contradict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suspect {
    pub(super) point: usize,
    pub(super) suggested: u32,
    pub(super) agreeing: u64,
}

/// Compares every point with every other: exact, and the caller bounds the work by the number of points. Of
/// points at the same distance the earlier is the nearer.
pub(super) fn suspects(points: &Points) -> Vec<Suspect> {
    let mut distances = vec![0.0; points.classes.len()];
    (0..points.classes.len())
        .filter_map(|point| {
            measure(points, point, &mut distances);
            let nearest = nearest(&distances);
            let (suggested, agreeing) = majority(&points.classes, &nearest);
            (agreeing >= AGREEING && suggested != points.classes[point]).then_some(Suspect {
                point,
                suggested,
                agreeing,
            })
        })
        .collect()
}

/// Squared distances from one point to all; its own is infinite. Column after column over all points, because
/// that is what the processor can do several of at a time.
fn measure(points: &Points, point: usize, distances: &mut [f32]) {
    distances.fill(0.0);
    for column in &points.columns {
        let origin = column[point];
        for (distance, value) in distances.iter_mut().zip(column) {
            let difference = value - origin;
            *distance += difference * difference;
        }
    }
    distances[point] = f32::INFINITY;
}

/// The points with the smallest distances, nearest first.
fn nearest(distances: &[f32]) -> [usize; NEIGHBOURS] {
    let mut best = [(f32::INFINITY, 0); NEIGHBOURS];
    for (point, &distance) in distances.iter().enumerate() {
        if distance < best[NEIGHBOURS - 1].0 {
            let place = best.partition_point(|other| other.0 <= distance);
            best[place..].rotate_right(1);
            best[place] = (distance, point);
        }
    }
    best.map(|(_, point)| point)
}

/// The class that most of the neighbours have, and how many.
fn majority(classes: &[u32], neighbours: &[usize; NEIGHBOURS]) -> (u32, u64) {
    let count = |class: u32| neighbours.iter().filter(|other| classes[**other] == class).count() as u64;
    let mut most = (0, 0);
    for neighbour in neighbours {
        let class = classes[*neighbour];
        let found = count(class);
        if found > most.1 {
            most = (class, found);
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(positions: &[f32], classes: &[u32]) -> Vec<Suspect> {
        suspects(&Points { columns: vec![positions.to_vec()], classes: classes.to_vec() })
    }

    #[test]
    fn one_wrong_label_among_its_like_is_found_with_the_right_one() {
        let found = line_of(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5], &[0, 0, 1, 0, 0, 0]);

        assert_eq!(found, [Suspect { point: 2, suggested: 0, agreeing: 5 }]);
    }

    #[test]
    fn four_neighbours_of_five_are_enough_and_three_are_not() {
        // Each point has the five others as neighbours.
        let four = line_of(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5], &[0, 0, 0, 0, 1, 1]);
        assert_eq!(
            four.iter().map(|suspect| (suspect.point, suspect.agreeing)).collect::<Vec<_>>(),
            [(4, 4), (5, 4)]
        );

        assert_eq!(line_of(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5], &[0, 0, 0, 1, 1, 1]), []);
    }

    #[test]
    fn neighbours_that_disagree_among_themselves_suggest_nothing() {
        assert_eq!(line_of(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5], &[9, 1, 1, 1, 2, 2]), []);
    }

    #[test]
    fn of_equal_distances_the_earlier_point_is_nearer() {
        assert_eq!(nearest(&[1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]), [1, 0, 2, 3, 4]);
    }
}
