//! Tests from outside: the published vectors, and exchanges between two ends, and two shims.

mod exchange;
mod published;
mod shim;
mod vectors;
