//! What the parts of kgas cost, each by itself, beside its peers where it has some.
//!
//! `cargo bench -p kgas-bench`; with `-- NAME` those whose name has it.
//!
//! The contenders of the limiter and of calls are those of `kgas-http`'s own benches, which say what the processor alone
//! spends on them; here all parts stand in one table, by the clock on the wall.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::time::Duration;

mod answers;
mod calls;
mod facts;
mod limiter;
mod made;
mod ontology;
mod text;

#[allow(dead_code, reason = "it has more than is needed here")]
#[path = "../../../kgas-http/benches/cpu/chat.rs"]
mod chat;
#[allow(dead_code, reason = "it has more than is needed here")]
#[path = "../../../kgas-http/benches/cpu/clients.rs"]
mod clients;
#[allow(dead_code, reason = "it has more than is needed here")]
#[path = "../../../kgas-http/benches/limiter/one.rs"]
mod one;
#[allow(dead_code, reason = "it has more than is needed here")]
#[path = "../../../kgas-http/benches/limiter/queue.rs"]
mod queue;
#[path = "../../../kgas-http/benches/cpu/server.rs"]
mod server;

fn main() {
    if std::env::args().nth(1).as_deref() == Some(server::TASK) {
        calls::runtime().block_on(server::serve(false)).unwrap();
        return;
    }
    divan::Divan::default().max_time(Duration::from_secs(3)).config_with_args().main();
}
