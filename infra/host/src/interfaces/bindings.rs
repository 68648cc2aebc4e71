//! Generated from the vendored packages: the traits that this folder implements.
#![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]

wasmtime::component::bindgen!({
    path: [
        "../../wit/deps/spin-variables@3.0.0",
        "../../wit/deps/spin-key-value@3.0.0",
        "../../wit/deps/spin-sqlite@3.1.0",
        "../../wit/deps/spin-postgres@4.2.0",
        "../../wit/deps/spin-redis@3.0.0",
        "../../wit/deps/wasi-runtime-config-2024-09-27",
    ],
    inline: "
        package insula:host;
        world provided {
            import spin:variables/variables@3.0.0;
            import spin:key-value/key-value@3.0.0;
            import spin:sqlite/sqlite@3.1.0;
            import spin:postgres/postgres@4.2.0;
            import spin:redis/redis@3.0.0;
            import wasi:config/store@0.2.0-draft-2024-09-27;
        }
    ",
    world: "insula:host/provided",
    imports: {
        "spin:key-value/key-value.[drop]store": trappable,
        "spin:sqlite/sqlite.[drop]connection": trappable,
        "spin:sqlite/sqlite.[method]connection.changes": trappable,
        "spin:sqlite/sqlite.[method]connection.last-insert-rowid": trappable,
        "spin:postgres/postgres.[drop]connection": trappable,
        "spin:postgres/postgres.[drop]connection-builder": trappable,
        "spin:postgres/postgres.[constructor]connection-builder": trappable,
        "spin:postgres/postgres.[method]connection-builder.set-ca-root": trappable,
        "spin:redis/redis.[drop]connection": trappable,
        "wasi:config/store.get": trappable,
        "wasi:config/store.get-all": trappable,
        default: async | trappable,
    },
    with: {
        "spin:key-value/key-value.store": super::key_value::Store,
        "spin:sqlite/sqlite.connection": super::sqlite::Handle,
        "spin:postgres/postgres.connection": super::postgres::Handle,
        "spin:postgres/postgres.connection-builder": super::postgres::Builder,
        "spin:redis/redis.connection": super::redis::Handle,
    },
});
