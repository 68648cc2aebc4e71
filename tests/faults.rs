//! What goes wrong, and what must not come of it.

mod contained;
mod http2;
mod killed;
mod leaks;
mod newer;
mod overloaded;
mod reuse;
mod slow;
mod step;
mod unmigrated;
mod worn;
