//! Generated: the handler of what stands behind the gateway.
#![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, unused, reason = "generated")]

spin_sdk::wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: [
        "../../wit/deps/clocks@0.3.0",
        "../../wit/deps/random@0.3.0",
        "../../wit/deps/filesystem@0.3.0",
        "../../wit/deps/sockets@0.3.0",
        "../../wit/deps/cli@0.3.0",
        "../../wit/deps/http@0.3.0",
        "../../wit/access",
        "../../wit/gateway",
    ],
    world: "insula:gateway/next",
    with: { "wasi:http/types@0.3.0": spin_sdk::wasip3::http::types },
    generate_all,
});
