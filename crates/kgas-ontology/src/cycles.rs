//! Circles in a hierarchy, each told once.

/// The circles that lead from a place over its parents back to it, in order of the place where they were met.
///
/// Each step that closes a circle gives one. A tangle may have more steps than anyone would read: what is told is
/// bounded by what there is.
pub(crate) fn cycles(parents: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut states = vec![State::New; parents.len()];
    let mut found = Vec::new();
    let mut left = 4 * parents.len();
    for start in 0..parents.len() {
        if states.get(start) != Some(&State::New) {
            continue;
        }
        // The way from the start to here, each with the parents that are still to be looked at.
        let mut way: Vec<usize> = Vec::new();
        let mut ahead: Vec<std::slice::Iter<'_, usize>> = Vec::new();
        let mut enter = Some(start);
        loop {
            if let Some(place) = enter.take() {
                set(&mut states, place, State::Open(way.len()));
                way.push(place);
                ahead.push(parents.get(place).map(Vec::as_slice).unwrap_or_default().iter());
            }
            let Some(next) = ahead.last_mut() else { break };
            match next.next() {
                Some(&parent) => match states.get(parent) {
                    Some(State::New) => enter = Some(parent),
                    Some(State::Open(at)) => {
                        let circle = way.get(*at..).unwrap_or_default();
                        if circle.len() <= left {
                            left -= circle.len();
                            found.push(circle.to_vec());
                        }
                    }
                    Some(State::Done) | None => {}
                },
                None => {
                    ahead.pop();
                    if let Some(place) = way.pop() {
                        set(&mut states, place, State::Done);
                    }
                }
            }
        }
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    /// On the way, at this step of it.
    Open(usize),
    Done,
}

fn set(states: &mut [State], place: usize, to: State) {
    if let Some(state) = states.get_mut(place) {
        *state = to;
    }
}

#[cfg(test)]
mod tests {
    use super::cycles;

    #[test]
    fn each_circle_is_told_once() {
        assert_eq!(cycles(&[vec![1], vec![2], vec![0], vec![0], vec![]]), [[0, 1, 2]]);
        assert_eq!(cycles(&[vec![1, 2], vec![0], vec![0]]), [[0, 1], [0, 2]]);
        assert_eq!(cycles(&[vec![0]]), [[0]]);
        assert!(cycles(&[vec![1, 2], vec![2], vec![]]).is_empty());
    }
}
