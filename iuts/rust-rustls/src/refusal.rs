//! What the implementation says no to, and why.

use std::fmt;

/// A refusal with one of the codes of docs/iut-protocol.md. No verdict depends on the code.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub code: &'static str,
    pub detail: String,
}

/// What is decided: a value, or a refusal.
pub type Decision<T> = Result<T, Refusal>;

impl Refusal {
    pub fn new(code: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            code,
            detail: detail.to_string(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Refusal {}

/// Gives `Refusal::new(code, format!(…))` in an `Err`.
#[macro_export]
macro_rules! refuse {
    ($code:literal, $($detail:tt)+) => {
        Err($crate::refusal::Refusal::new($code, format!($($detail)+)))
    };
}
