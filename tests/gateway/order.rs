//! Several middlewares: a request passes through them in the manifest's order, and each may end its way.

use insula_tests::support::{Answer, App};

use super::{LINES, manifest, of};

const GATEWAY: &str = "{ component = \"gateway\", inherit_configuration = [\"variables\", \"sqlite_databases\", \
                       \"allowed_outbound_hosts\"] }";
const MIDDLE: &str = "{ component = \"middle\" }";

/// The workload behind these two, the first outermost.
fn behind(first: &str, second: &str) -> App {
    assert!(LINES.contains(GATEWAY));
    let lines = manifest().replace(&format!("[{GATEWAY}]"), &format!("[{first}, {second}]"));
    of(&format!("{lines}\n[component.middle]\nsource = \"target/components/guest-middle.wasm\"\n"))
}

fn mark(told: &Answer) -> Option<String> {
    let told = told.json();
    let mut headers = told["headers"].as_array().unwrap().iter();
    let mark = headers.find(|pair| pair[0] == "x-middle")?;
    mark[1].as_str().map(str::to_owned)
}

#[test]
fn the_first_of_the_manifest_gets_the_request_first() {
    let app = behind(GATEWAY, MIDDLE);
    let ada = app.person("ada");
    let told = ada.get("/workload/told").send().expect(200);
    assert_eq!(mark(&told), Some(ada.tenant_id.clone()), "the second knows what the gateway said");

    let app = behind(MIDDLE, GATEWAY);
    let told = app.person("ada").get("/workload/told").header("insula-tenant", "ten_x").send().expect(200);
    assert_eq!(mark(&told).as_deref(), Some("ten_x"), "outside of the gateway anybody can say anything");
}

#[test]
fn who_answers_itself_ends_the_way_and_nobody_behind_it_is_asked() {
    let app = behind(GATEWAY, MIDDLE);
    app.request("GET", "/workload/own").send().problem(401, "unauthenticated");
    let own = app.person("ada").get("/workload/own").send().expect(418);
    assert!(!own.header("ratelimit").is_empty(), "it came back through the gateway: {own}");

    let app = behind(MIDDLE, GATEWAY);
    let own = app.request("GET", "/workload/own").send().expect(418);
    assert_eq!(own.header("ratelimit"), "");
}

#[test]
fn who_traps_is_a_500_of_this_request_alone() {
    for app in [behind(GATEWAY, MIDDLE), behind(MIDDLE, GATEWAY)] {
        let ada = app.person("ada");
        ada.get("/workload/trap").send().problem(500, "internal");
        let _ = ada.get("/workload/told").send().expect(200);
    }
}
