//! Generated: the interface that this component exports.
#![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, unused, reason = "generated")]

spin_sdk::wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: [
        "../../wit/deps/spin-variables@3.0.0",
        "../../wit/deps/spin-sqlite@3.1.0",
        "../../wit/deps/spin-postgres@4.2.0",
        "../../wit/deps/spin-redis@3.0.0",
        "../../wit/access",
        "../../wit/notify",
        "../../wit/worlds",
    ],
    world: "insula:worlds/access",
    with: {
        "spin:variables/variables@3.0.0": insula_sql::bindings::spin::variables::variables,
        "spin:sqlite/sqlite@3.1.0": insula_sql::bindings::spin::sqlite::sqlite,
        "spin:postgres/postgres@4.2.0": insula_sql::bindings::spin::postgres::postgres,
    },
    generate_all,
    pub_export_macro: true,
});
