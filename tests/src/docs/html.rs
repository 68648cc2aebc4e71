//! The page of all operations, from the OpenAPI document: grouped by tag, then every schema.

mod operation;
mod schema;
mod standing;

use insula_ops::html::{self, Prose, Text};
use serde_json::{Map, Value};

/// The methods, in the order in which a path's operations are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation, where it is and what it is.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    value: &'a Value,
}

/// The whole page.
pub fn page(document: &Value) -> String {
    let operations = operations(document);
    let tags: Vec<&Value> = list(&document["tags"]).iter().collect();
    let of_tag = |tag: &Value| -> Vec<&Operation<'_>> {
        operations.iter().filter(|operation| operation.value["tags"][0] == tag["name"]).collect()
    };
    let index: String = tags.iter().map(|tag| index(tag, &of_tag(tag))).collect();
    let sections: String = tags.iter().map(|tag| section(tag, &of_tag(tag), document)).collect();
    let schemas: String = members(&document["components"]["schemas"])
        .map(|(name, schema)| format!("<article>{}</article>\n", schema::article(name, schema)))
        .collect();
    let (title, version) = (Text(text(&document["info"]["title"])), Text(text(&document["info"]["version"])));
    let body = format!(
        "<h1>{title} {version}</h1>\n{}\n<p>The same for programs: <a href=\"/openapi.json\">/openapi.json</a>. \
         <a href=\"/problems\">All problems</a>.</p>\n<h2 id=\"credentials\">Credentials</h2>\n{}{}\
         <nav aria-label=\"Operations\">\n<h2>Operations</h2>\n{index}</nav>\n<main>\n{sections}\
         <h2 id=\"schemas\">Schemas</h2>\n{schemas}</main>",
        paragraphs(text(&document["info"]["description"])),
        credentials(&document["components"]["securitySchemes"]),
        standing::section(),
    );
    html::page("The API", &body)
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    members(&document["paths"])
        .flat_map(|(path, item)| {
            METHODS
                .iter()
                .filter_map(move |method| Some(Operation { method, path, value: item.get(*method)? }))
        })
        .collect()
}

fn index(tag: &Value, operations: &[&Operation<'_>]) -> String {
    let item = |operation: &&Operation<'_>| {
        format!(
            "<li><a href=\"#{}\">{}</a></li>\n",
            Text(text(&operation.value["operationId"])),
            Prose(text(&operation.value["summary"]))
        )
    };
    let items: String = operations.iter().map(item).collect();
    let name = Text(text(&tag["name"]));
    format!("<h4><a href=\"#group-{name}\">{name}</a></h4>\n<ul>\n{items}</ul>\n")
}

fn section(tag: &Value, operations: &[&Operation<'_>], document: &Value) -> String {
    let articles: String = operations
        .iter()
        .map(|one| format!("<article>{}</article>\n", operation::article(one, document)))
        .collect();
    let (name, about) = (Text(text(&tag["name"])), Prose(text(&tag["description"])));
    format!("<section>\n<h2 id=\"group-{name}\">{name}</h2>\n<p>{about}</p>\n{articles}</section>\n")
}

fn credentials(schemes: &Value) -> String {
    let row = |(name, scheme): (&str, &Value)| {
        let header = match scheme["name"].as_str() {
            Some(header) => format!("{}: …", Text(header)),
            None => format!("Authorization: Bearer … ({})", Text(text(&scheme["bearerFormat"]))),
        };
        let about = Prose(text(&scheme["description"]));
        format!(
            "<tr id=\"credential-{0}\"><td><code>{0}</code></td><td><code>{header}</code></td><td>{about}</td></tr>\n",
            Text(name)
        )
    };
    let rows: String = members(schemes).map(row).collect();
    table(["Name", "Header", "What it is"], &rows)
}

/// A table with three columns, which scrolls sideways on a narrow screen.
fn table(heads: [&str; 3], rows: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let [first, second, third] = heads;
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr><th>{first}</th><th>{second}</th><th>{third}</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn paragraphs(prose: &str) -> String {
    prose.split("\n\n").map(|paragraph| format!("<p>{}</p>\n", Prose(paragraph))).collect()
}

/// What a reference leads to, or the value itself.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::docs::{openapi, problems};
    use crate::routes::groups;

    fn written() -> (Value, String) {
        let problems = problems::catalogue(&groups()).unwrap();
        let document = openapi::document(&groups(), &problems).unwrap();
        let page = page(&document);
        (document, page)
    }

    fn attributes<'a>(page: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
        page.split(start).skip(1).filter_map(|rest| rest.split('"').next())
    }

    #[test]
    fn every_operation_and_every_schema_has_its_place() {
        let (document, page) = written();
        for group in groups() {
            for route in group.routes {
                assert!(page.contains(&format!("<h3 id=\"{}\">", route.doc.id)), "{}", route.doc.id);
            }
        }
        for (name, _) in members(&document["components"]["schemas"]) {
            assert!(page.contains(&format!("<h3 id=\"schema-{name}\">")), "{name}");
        }
    }

    #[test]
    fn places_are_unique_and_every_link_within_the_page_leads_to_one() {
        let (_, page) = written();
        let mut places = BTreeSet::new();
        for place in attributes(&page, " id=\"") {
            assert!(places.insert(place), "{place}");
        }
        for link in attributes(&page, "href=\"#") {
            assert!(places.contains(link), "{link}");
        }
    }

    #[test]
    fn the_page_runs_no_script_and_loads_nothing() {
        let (_, page) = written();
        for forbidden in ["<script", "javascript:", " src=", "<link", "http://", " style=", " onclick"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}
