use serde::Deserialize;

use super::*;
use crate::validate::FieldError;

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    name: String,
    urgent: Option<bool>,
    kind: Kind,
    lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    item: String,
    count: u8,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Free,
    Paid,
}

fn order(text: &str) -> Result<Order, Vec<FieldError>> {
    read(&serde_json::from_str(text).unwrap())
}

fn faults(text: &str) -> Vec<(String, &'static str)> {
    order(text).unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn owned(faults: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect()
}

#[test]
fn what_fits_is_read_and_an_option_may_be_absent_or_null() {
    let lines = vec![Line { item: "a\u{e9}".to_owned(), count: 255 }];
    let expected = |urgent| Order { name: "x".to_owned(), urgent, kind: Kind::Paid, lines };
    let text =
        r#"{"lines": [{"count": 255, "item": "a\u00e9"}], "kind": "paid", "name": "x", "urgent": true}"#;
    assert_eq!(order(text).unwrap(), expected(Some(true)));
    for urgent in ["", r#", "urgent": null"#] {
        let text = format!(r#"{{"lines": [], "kind": "free", "name": "x"{urgent}}}"#);
        let expected = Order { name: "x".to_owned(), urgent: None, kind: Kind::Free, lines: Vec::new() };
        assert_eq!(order(&text).unwrap(), expected);
    }
}

#[test]
fn every_fault_is_told_with_its_place_at_any_depth() {
    let text = r#"{
        "surprise": 1, "lines": [{"item": 7, "count": "x"}, "y", {"a/b~": 1, "count": 1, "count": 1}], "name": null,
        "urgent": "yes", "kind": "dear"
    }"#;
    let expected = [
        ("/surprise", "unknown"),
        ("/name", "type"),
        ("/urgent", "type"),
        ("/kind", "type"),
        ("/lines/0/item", "type"),
        ("/lines/0/count", "type"),
        ("/lines/1", "type"),
        ("/lines/2/a~1b~0", "unknown"),
        ("/lines/2/count", "repeated"),
        ("/lines/2/item", "required"),
    ];
    assert_eq!(faults(text), owned(&expected));
    assert_eq!(faults("{}"), owned(&[("/name", "required"), ("/kind", "required"), ("/lines", "required")]));
}

#[test]
fn what_stands_below_a_fault_is_not_told_again() {
    for text in ["[]", "null", "7", r#""x""#, r#"["x", null, "free", []]"#] {
        assert_eq!(faults(text), owned(&[("", "type")]), "{text}");
    }
}

#[test]
fn a_number_that_the_type_can_not_hold_is_of_the_wrong_type() {
    for count in ["256", "-1", "1.0", "1e2", "99999999999999999999"] {
        let text = format!(r#"{{"name": "", "kind": "free", "lines": [{{"item": "", "count": {count}}}]}}"#);
        assert_eq!(faults(&text), owned(&[("/lines/0/count", "type")]), "{count}");
    }
}

#[test]
fn a_type_that_takes_no_stand_in_ends_the_reading_with_one_fault_of_its_own() {
    for text in ["[0]", r#"["x"]"#, r#"[{}, "y"]"#] {
        let read = read::<Vec<std::num::NonZeroU8>>(&serde_json::from_str(text).unwrap());
        let told: Vec<_> = read.unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        assert_eq!(told, owned(&[("/0", "type")]), "{text}");
    }
}

/// Protects whoever sends secrets: an answer may be kept by anyone on the way.
#[test]
fn a_fault_does_not_repeat_what_was_sent() {
    let text = r#"{"name": 4711, "kind": "secret", "lines": [{"item": "secret", "count": 4711}]}"#;
    let told = format!("{:?}", order(text).unwrap_err());
    assert!(!told.contains("4711") && !told.contains("secret"), "{told}");
}

#[test]
fn a_hundred_faults_are_told_and_no_more() {
    let text = format!(r#"{{"name": "", "kind": "free", "lines": [{}]}}"#, vec!["0"; 1_000].join(","));
    assert_eq!(faults(&text).len(), 100);
}

#[test]
fn any_json_is_read_where_a_type_takes_any() {
    let text = r#"{"a": [null, true, -1, 1.5, 18446744073709551615, {"b": "c"}]}"#;
    let value: serde_json::Value = read(&serde_json::from_str(text).unwrap()).unwrap();
    assert_eq!(value, serde_json::from_str::<serde_json::Value>(text).unwrap());
}
