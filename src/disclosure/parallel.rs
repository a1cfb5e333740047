//! Work for many positions at once.
use std::num::NonZeroUsize;

/// Does something for each of `count` positions; the results are in their order.
pub(super) fn in_parallel<T: Send>(
    count: usize,
    threads: NonZeroUsize,
    make: &(impl Fn(usize) -> T + Sync),
) -> Vec<T> {
    let positions: Vec<usize> = (0..count).collect();
    let share = count.div_ceil(threads.get()).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = positions
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(|at| make(*at)).collect::<Vec<T>>()))
            .collect();
        let ended = parts
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        ended.flatten().collect()
    })
}
