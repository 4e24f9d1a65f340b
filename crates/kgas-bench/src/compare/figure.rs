//! Which figures of a report are compared, where they stand in its JSON, and which of them may not get worse.

/// A figure that two reports are compared in.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// Where it stands in the JSON of what it belongs to.
    pub(crate) pointer: &'static str,
    pub(crate) unit: Unit,
    /// What is worse, where that is judged.
    pub(crate) worse: Option<Worse>,
    pub(crate) allowance: Allowance,
    /// Whether it says something only where the time of a whole run counts.
    pub(crate) needs_bound: bool,
}

/// In what it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    /// Seconds over the least time possible.
    Regret,
    Ratio,
    Count,
    Percent,
    /// Seconds of a processor.
    Processor,
    Bytes,
}

/// The direction in which it gets worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worse {
    More,
    Less,
}

/// How far it may go in that direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowance {
    /// Not at all: an answer that is lost is lost.
    Nothing,
    /// As much as is tolerated.
    Tolerance,
    /// As many points as percent are tolerated, for it counts percent itself.
    Points,
    /// As much as is tolerated of figures that the machine has a part in.
    Machine,
}

impl Figure {
    /// One that is shown where it moves, and not judged: it follows from others, or from the quota.
    const fn shown(name: &'static str, pointer: &'static str, unit: Unit) -> Self {
        Self { name, pointer, unit, worse: None, allowance: Allowance::Tolerance, needs_bound: false }
    }

    const fn judged(name: &'static str, pointer: &'static str, unit: Unit, worse: Worse) -> Self {
        Self { worse: Some(worse), ..Self::shown(name, pointer, unit) }
    }

    const fn allowing(self, allowance: Allowance) -> Self {
        Self { allowance, ..self }
    }

    const fn where_bounded(self) -> Self {
        Self { needs_bound: true, ..self }
    }
}

/// Those of a run, each of which its JSON must have, if only as `null`.
pub(crate) const OF_A_RUN: &[Figure] = &[
    Figure::judged("seconds", "/seconds", Unit::Seconds, Worse::More),
    Figure::judged("regret", "/regret", Unit::Regret, Worse::More).where_bounded(),
    Figure::shown("full_burst_regret", "/full_burst_regret", Unit::Regret).where_bounded(),
    Figure::judged("calls", "/calls", Unit::Count, Worse::More),
    Figure::judged("answered", "/answered", Unit::Count, Worse::Less).allowing(Allowance::Nothing),
    Figure::judged("kept", "/kept", Unit::Count, Worse::Less).allowing(Allowance::Nothing),
    Figure::judged("attempts", "/attempts", Unit::Count, Worse::More),
    Figure::judged("amplification", "/amplification", Unit::Ratio, Worse::More),
    Figure::judged("refused", "/refused", Unit::Count, Worse::More),
    Figure::shown("refused_share", "/refused_share", Unit::Ratio),
    Figure::shown("max_in_flight", "/max_in_flight", Unit::Count),
    Figure::judged("requests_used", "/requests_used", Unit::Ratio, Worse::Less),
    Figure::judged("tokens_used", "/tokens_used", Unit::Ratio, Worse::Less),
    Figure::shown("queue.p50", "/queue/p50", Unit::Seconds),
    Figure::shown("queue.p95", "/queue/p95", Unit::Seconds),
    Figure::shown("queue.p99", "/queue/p99", Unit::Seconds),
    Figure::shown("wire.p50", "/wire/p50", Unit::Seconds),
    Figure::shown("wire.p95", "/wire/p95", Unit::Seconds),
    Figure::shown("wire.p99", "/wire/p99", Unit::Seconds),
];

/// Those that a run has only in real time.
pub(crate) const OF_A_MACHINE: &[Figure] = &[
    Figure::judged("client_cpu_seconds_per_call", "/client_cpu_seconds_per_call", Unit::Processor, Worse::More)
        .allowing(Allowance::Machine),
    Figure::judged("peak_memory_bytes", "/peak_memory_bytes", Unit::Bytes, Worse::More).allowing(Allowance::Machine),
];

/// Those of a comparison of two ways that counts seconds.
pub(crate) const OF_SECONDS: &[Figure] =
    &[Figure::judged("after", "/after/value", Unit::Seconds, Worse::More), IMPROVEMENT];

/// Those of one that counts calls at once.
pub(crate) const OF_CALLS: &[Figure] =
    &[Figure::judged("after", "/after/value", Unit::Count, Worse::Less), IMPROVEMENT];

const IMPROVEMENT: Figure =
    Figure::judged("improvement", "/improvement_percent", Unit::Percent, Worse::Less).allowing(Allowance::Points);
