//! kgas with a tool of one's own.

#![cfg_attr(not(test), warn(unused_crate_dependencies))]

// Links the crate: without this line its tools are missing, and nothing says so.
use sentiment_tool as _;

fn main() -> std::process::ExitCode {
    kgas_cli::main()
}
