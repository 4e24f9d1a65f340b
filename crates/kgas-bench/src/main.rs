//! The command `kgas-bench`.

fn main() -> std::process::ExitCode {
    kgas_bench::main()
}
