//! The `kgas` command.

fn main() -> std::process::ExitCode {
    kgas_cli::main()
}
