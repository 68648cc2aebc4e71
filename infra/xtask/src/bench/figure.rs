//! A row of the table: what was measured, what is aimed at, and whether it is met.

use serde_json::{Value, json};

use crate::report;

/// What a value should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// The value itself or more.
    AtLeast(f64),
    /// Less than the value.
    Below(f64),
    /// The value itself or less.
    AtMost(f64),
    /// It is shown, not judged.
    Shown,
}

/// One value with its meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The row's name.
    pub name: String,
    /// The ratio, or the quantity in `unit`.
    pub value: f64,
    /// `ms`, `MB` …; empty for a ratio.
    pub unit: &'static str,
    /// What it should be.
    pub aim: Aim,
    /// What it was computed from, `label value`.
    pub from: Vec<(&'static str, f64)>,
}

impl Figure {
    /// How many times `base` the value is.
    pub fn ratio(name: &str, value: (&'static str, f64), base: (&'static str, f64), aim: Aim) -> Self {
        Self { name: name.to_owned(), value: value.1 / base.1, unit: "", aim, from: vec![value, base] }
    }

    /// A quantity that stands for itself.
    pub fn quantity(name: impl Into<String>, value: f64, unit: &'static str, aim: Aim) -> Self {
        Self { name: name.into(), value, unit, aim, from: Vec::new() }
    }

    /// With another value that explains it.
    pub fn and(mut self, label: &'static str, value: f64) -> Self {
        self.from.push((label, value));
        self
    }

    /// Whether the aim is met, where there is one. A value that is no number meets none.
    pub fn met(&self) -> Option<bool> {
        match self.aim {
            Aim::AtLeast(bound) => Some(self.value >= bound),
            Aim::Below(bound) => Some(self.value < bound),
            Aim::AtMost(bound) => Some(self.value <= bound),
            Aim::Shown => None,
        }
    }

    /// For `bench.json`.
    pub fn json(&self) -> Value {
        let from: serde_json::Map<_, _> =
            self.from.iter().map(|(label, value)| ((*label).to_owned(), json!(value))).collect();
        json!({
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "aim": aim(self.aim),
            "met": self.met(),
            "from": from,
        })
    }

    fn cells(&self) -> [String; 5] {
        let from: Vec<String> =
            self.from.iter().map(|(label, value)| format!("{label} {}", number(*value))).collect();
        let met = match self.met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        let value = format!("{} {}", number(self.value), self.unit);
        [self.name.clone(), value.trim_end().to_owned(), aim(self.aim), met.to_owned(), from.join(", ")]
    }
}

/// The table for a person.
pub fn table(figures: &[Figure]) -> String {
    let rows: Vec<_> = figures.iter().map(Figure::cells).collect();
    report::table(["work", "measured", "aim", "", "from"], &rows)
}

fn aim(aim: Aim) -> String {
    match aim {
        Aim::AtLeast(bound) => format!("≥ {}", number(bound)),
        Aim::Below(bound) => format!("< {}", number(bound)),
        Aim::AtMost(bound) => format!("≤ {}", number(bound)),
        Aim::Shown => "–".to_owned(),
    }
}

fn number(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_is_met_or_missed_at_its_bound() {
        let ratio = |value, aim| Figure::ratio("row", ("guest", value), ("native", 100.0), aim).met();
        assert_eq!(ratio(25.0, Aim::AtLeast(0.25)), Some(true));
        assert_eq!(ratio(24.0, Aim::AtLeast(0.25)), Some(false));
        assert_eq!(Figure::quantity("start", 500.0, "ms", Aim::Below(500.0)).met(), Some(false));
        assert_eq!(Figure::quantity("size", 1.0, "MB", Aim::Shown).met(), None);
    }

    #[test]
    fn a_ratio_to_nothing_meets_no_aim() {
        let figure = Figure::ratio("row", ("guest", 0.0), ("native", 0.0), Aim::AtLeast(0.25));
        assert_eq!(figure.met(), Some(false));
    }
}
