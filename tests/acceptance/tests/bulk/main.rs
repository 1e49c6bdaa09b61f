//! Bulk work that is somebody's ordinary work, which must wake nobody; and beside each its twin, an attack that looks
//! much like it, which must make one page within five events of the rule's threshold.
//!
//! Every stream begins with two ordinary weeks (`ordinary.rs`), so that learning is over, unless a test says that the
//! deployment is new. Records take the functions' own path: by batches of at most ten to the detection, in order or in
//! disorder with a third of them twice; what it finds as JSON to the response, in mode `enforce`.

#![cfg(test)]

mod backup;
mod containers;
mod deploy;
mod functions;
mod installation;
mod ordinary;
mod rotation;
mod scanner;
mod terraform;
mod train;
mod trial;
