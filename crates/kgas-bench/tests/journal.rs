//! What `kgas-bench journal` measures, in small.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers may panic")]

mod support;

use support::kgas_bench;
use tempfile::tempdir;

#[test]
fn each_latency_has_a_line_and_no_journal_is_left_behind() {
    let folder = tempdir().unwrap();
    let args = ["journal", "--calls", "12", "--max-concurrent", "4", "--latency-ms", "0,1", "--pairs", "1"];
    let ran = kgas_bench(folder.path(), &args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let latencies: Vec<&str> = ran.out.lines().skip(1).take(2).filter_map(|line| line.split(" ms").next()).collect();
    assert_eq!(latencies, ["0", "1"], "{}", ran.out);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
