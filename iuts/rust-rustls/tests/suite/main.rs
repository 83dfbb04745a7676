//! Tests from outside: the published vectors, and exchanges between two ends.

mod exchange;
mod published;
mod vectors;
