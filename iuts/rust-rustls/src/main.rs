//! The shim: JSON-RPC on stdin and stdout until `bye` or the end of input.

use std::io;

fn main() -> io::Result<()> {
    rust_rustls::shim::serve(io::stdin().lock(), io::stdout().lock())
}
