//! The WebAssembly engine: a pool of instances that are cheap to make and to reset.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::Error;
use crate::settings::ProgramOptions;

/// A component that is composed of a handler, a provider and a middleware has that many memories
/// at most; most have one or two.
const MEMORIES_PER_INSTANCE: u32 = 2;
/// Each part brings its module and the adapters between it and its imports.
const CORE_INSTANCES_PER_INSTANCE: u32 = 16;

pub(crate) fn build(options: &ProgramOptions) -> Result<Engine, Error> {
    let instances = options.max_instances;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES_PER_INSTANCE))
        .total_memories(instances.saturating_mul(MEMORIES_PER_INSTANCE))
        .total_tables(instances.saturating_mul(2 * MEMORIES_PER_INSTANCE))
        .total_stacks(instances.saturating_mul(2))
        .max_memory_size(options.memory_limit_bytes)
        .linear_memory_keep_resident(options.memory_keep_resident_bytes)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .wasm_wide_arithmetic(true)
        .epoch_interruption(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config).map_err(|error| Error::Engine(format!("{error:#}")))
}
