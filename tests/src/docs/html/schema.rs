//! Schemas on the page: what a value may be, in words, and the fields of an object as a table.

use insula_ops::html::{Prose, Text};
use serde_json::Value;

use super::{list, members, paragraphs, table, text};

/// A schema with a name of its own.
pub fn article(name: &str, schema: &Value) -> String {
    let fields = fields(schema);
    let rest = if fields.is_empty() { format!("<p>{}.</p>\n", kind(schema)) } else { fields };
    format!("<h3 id=\"schema-{0}\">{0}</h3>\n{1}{rest}", Text(name), paragraphs(text(&schema["description"])))
}

fn fields(schema: &Value) -> String {
    let required = list(&schema["required"]);
    let row = |(name, field): (&str, &Value)| {
        let optional = if required.iter().any(|one| one == name) {
            ""
        } else {
            "<br><span class=\"soft\">optional</span>"
        };
        format!(
            "<tr><td><code>{}</code>{optional}</td><td>{}</td><td>{}</td></tr>\n",
            Text(name),
            kind(field),
            Prose(text(&field["description"])),
        )
    };
    let rows: String = members(&schema["properties"]).map(row).collect();
    table(["Field", "Type", "What it means"], &rows)
}

/// What a value may be, as HTML.
pub fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", Text(name));
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(items) = schema[several].as_array() {
            let glue = if several == "allOf" { " and " } else { " or " };
            return items.iter().map(kind).collect::<Vec<_>>().join(glue);
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().map(|value| format!("<code>{}</code>", Text(&value.to_string())));
        return values.collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<String> = match &schema["type"] {
        Value::Array(types) => types.iter().map(|one| of_type(text(one), schema)).collect(),
        Value::String(one) => vec![of_type(one, schema)],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec!["any JSON".to_owned()],
    };
    types.join(" or ") + &bounds(schema)
}

fn of_type(name: &str, schema: &Value) -> String {
    match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" => match &schema["additionalProperties"] {
            values @ Value::Object(_) => format!("object with values: {}", kind(values)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                "object".to_owned()
            }
        },
        "string" => match schema["format"].as_str() {
            Some(format) => format!("string ({})", Text(format)),
            None => "string".to_owned(),
        },
        other => Text(other).to_string(),
    }
}

fn bounds(schema: &Value) -> String {
    const BOUNDS: [(&str, &str); 6] = [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "characters at least"),
        ("maxLength", "characters at most"),
        ("minItems", "items at least"),
        ("maxItems", "items at most"),
    ];
    let bound = |(key, words): &(&str, &str)| {
        let value = schema.get(*key).filter(|value| value.is_number())?;
        Some(format!(", {words} {value}"))
    };
    BOUNDS.iter().filter_map(bound).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_is_told_in_words() {
        for (schema, words) in [
            (json!({ "type": ["string", "null"], "format": "date-time" }), "string (date-time) or null"),
            (
                json!({ "type": "array", "items": { "$ref": "#/a/Thing" } }),
                "list of <a href=\"#schema-Thing\">Thing</a>",
            ),
            (json!({ "type": "integer", "minimum": 1, "maximum": 200 }), "integer, at least 1, at most 200"),
            (
                json!({ "enum": ["a", "<b>"] }),
                "<code>&quot;a&quot;</code> or <code>&quot;&lt;b&gt;&quot;</code>",
            ),
            (json!({ "oneOf": [{ "type": "null" }, { "type": "boolean" }] }), "null or boolean"),
            (
                json!({ "type": "object", "additionalProperties": { "type": "number" } }),
                "object with values: number",
            ),
            (json!({}), "any JSON"),
        ] {
            assert_eq!(kind(&schema), words);
        }
    }

    #[test]
    fn a_field_that_may_be_absent_is_marked() {
        let schema = json!({
            "properties": { "a": { "type": "string" }, "b": { "type": "string" } },
            "required": ["a"],
        });
        let html = article("Thing", &schema);
        assert!(html.contains("<code>a</code></td>"), "{html}");
        assert!(html.contains("<code>b</code><br><span class=\"soft\">optional</span></td>"), "{html}");
    }
}
