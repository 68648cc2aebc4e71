//! What goes wrong, and what must not come of it.

mod contained;
mod leaks;
mod overloaded;
mod reuse;
mod unmigrated;
