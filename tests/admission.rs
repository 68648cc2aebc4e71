//! The guard: the rule, and that calls at once never get more than a limit allows, and not fewer.

mod at_once;
mod hosts;
mod levels;
mod limits;
mod model;
mod processes;
mod redis;
