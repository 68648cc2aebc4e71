//! One operation on the page.

use insula_ops::html::{Prose, Text};
use serde_json::Value;

use super::{Operation, list, members, paragraphs, resolve, schema, table, text};

/// Method, path, what it reads and what it answers.
pub fn article(operation: &Operation<'_>, document: &Value) -> String {
    let value = operation.value;
    let mut html = format!(
        "<h3 id=\"{}\">{}</h3>\n<p><code><span class=\"method\">{}</span> {}</code></p>\n{}",
        Text(text(&value["operationId"])),
        Prose(text(&value["summary"])),
        Text(&operation.method.to_ascii_uppercase()),
        Text(operation.path),
        paragraphs(text(&value["description"])),
    );
    html += &credentials(&value["security"]);
    html += &parameters(list(&value["parameters"]));
    html += &body(&value["requestBody"]);
    html += &answers(&value["responses"], document);
    html
}

fn credentials(security: &Value) -> String {
    let names: Vec<String> = list(security)
        .iter()
        .flat_map(members)
        .map(|(name, _)| format!("<a href=\"#credential-{0}\">{0}</a>", Text(name)))
        .collect();
    let names = if names.is_empty() { "none is needed".to_owned() } else { names.join(" or ") };
    format!("<p>Credential: {names}.</p>\n")
}

fn parameters(parameters: &[Value]) -> String {
    let row = |parameter: &Value| {
        let optional = if parameter["required"] == true { "" } else { ", optional" };
        format!(
            "<tr><td><code>{}</code><br><span class=\"soft\">{}{optional}</span></td><td>{}</td><td>{}</td></tr>\n",
            Text(text(&parameter["name"])),
            Text(text(&parameter["in"])),
            schema::kind(&parameter["schema"]),
            Prose(text(&parameter["description"])),
        )
    };
    let rows: String = parameters.iter().map(row).collect();
    if rows.is_empty() {
        rows
    } else {
        format!("<h4>Parameters</h4>\n{}", table(["Name", "Type", "What it means"], &rows))
    }
}

fn body(body: &Value) -> String {
    let contents = contents(&body["content"]);
    if contents.is_empty() {
        return contents;
    }
    format!("<h4>Body</h4>\n<p>{contents}. {}</p>\n", Prose(text(&body["description"])))
}

fn answers(responses: &Value, document: &Value) -> String {
    let (mut own, mut problems) = (String::new(), Vec::new());
    for (status, response) in members(responses) {
        let response = resolve(document, response);
        let examples = members(&response["content"]["application/problem+json"]["examples"]);
        problems.extend(
            examples.map(|(slug, _)| {
                format!("<a href=\"/problems/{0}\">{0}</a> ({1})", Text(slug), Text(status))
            }),
        );
        if status.parse::<u16>().is_ok_and(|status| status < 400) || has_other_content(response) {
            own += &format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                Text(status),
                contents(&response["content"]),
                Prose(text(&response["description"])),
            );
        }
    }
    format!(
        "<h4>Answers</h4>\n{}<details><summary>Problems: {}</summary>\n<p>{}</p>\n</details>\n",
        table(["Status", "Body", "What it means"], &own),
        problems.len(),
        problems.join(", "),
    )
}

fn has_other_content(response: &Value) -> bool {
    members(&response["content"]).any(|(media_type, _)| media_type != "application/problem+json")
}

fn contents(content: &Value) -> String {
    let one = |(media_type, content): (&str, &Value)| {
        format!("<code>{}</code>: {}", Text(media_type), schema::kind(&content["schema"]))
    };
    members(content).map(one).collect::<Vec<_>>().join("<br>")
}
