//! The memory limit: over all memories of an instance, its dependencies' included.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use wasmtime::ResourceLimiter;

use super::Activity;

/// How many elements a table may have: more than any language's function table needs.
const TABLE_ELEMENTS: usize = 20_000;

pub(super) struct MemoryLimit {
    pub(super) activity: Arc<Activity>,
    pub(super) limit_bytes: u64,
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let used = &self.activity.memory_bytes;
        let more = desired.saturating_sub(current) as u64;
        let total = used.load(Ordering::Acquire).saturating_add(more);
        if total > self.limit_bytes {
            return Ok(false);
        }
        used.store(total, Ordering::Release);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}
