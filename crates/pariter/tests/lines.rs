//! Order, limits and ends of what runs on several threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism, scope};
use std::time::{Duration, Instant};

use pariter::IteratorExt as _;

/// Some hundreds of bytes, like an entry of an archive.
type Description = [u64; 40];

fn description(number: usize) -> Description {
    [number as u64; 40]
}

/// Of ten items one takes longer.
fn sometimes_wait(number: usize) {
    if number.is_multiple_of(10) {
        thread::sleep(Duration::from_micros(300));
    }
}

#[test]
fn results_come_in_the_order_of_the_items() {
    const COUNT: usize = 3_000;
    let (handles, descriptions) = scope(|scope| {
        let handles: Vec<usize> = (0..COUNT)
            .readahead_scoped(scope)
            .parallel_map_scoped(scope, |number| {
                sometimes_wait(number);
                number * 2
            })
            .readahead_scoped(scope)
            .collect();
        let descriptions: Vec<u64> = (0..COUNT)
            .map(description)
            .readahead_scoped(scope)
            .parallel_map_scoped(scope, |mut item: Description| {
                sometimes_wait(item[0] as usize);
                item[1] = item[0] * 2;
                item
            })
            .readahead_scoped(scope)
            .map(|item| item[1])
            .collect();
        (handles, descriptions)
    });
    assert!(handles.into_iter().eq((0..COUNT).map(|number| number * 2)));
    let doubled = (0..COUNT as u64).map(|number| number * 2);
    assert!(descriptions.into_iter().eq(doubled));
}

#[test]
fn an_iterator_without_items_ends_at_once() {
    scope(|scope| {
        let none = std::iter::empty::<Description>();
        let mut mapped = none.parallel_map_scoped(scope, |item| item);
        assert_eq!(mapped.next(), None);
        assert_eq!(mapped.next(), None);
        let none = std::iter::empty::<u8>();
        assert_eq!(none.readahead_scoped(scope).next(), None);
    });
}

/// It may be a pack of 16 MiB.
#[test]
fn what_comes_slowly_is_asked_for_little_ahead() {
    const COUNT: usize = 30;
    let asked = AtomicUsize::new(0);
    let slow = || {
        asked.store(0, Ordering::SeqCst);
        (0..COUNT).inspect(|_| {
            thread::sleep(Duration::from_millis(5));
            asked.fetch_add(1, Ordering::SeqCst);
        })
    };
    scope(|scope| {
        let mut mapped = slow().parallel_map_scoped(scope, |item| item);
        assert_eq!(
            asked.load(Ordering::SeqCst),
            0,
            "nothing before it is asked"
        );
        let limit = 2 * available_parallelism().map_or(1, usize::from);
        for number in 0..COUNT {
            assert_eq!(mapped.next(), Some(number));
            assert!(asked.load(Ordering::SeqCst) <= number + 1 + limit);
        }
    });
    scope(|scope| {
        let mut ahead = slow().readahead_scoped(scope);
        for number in 0..COUNT {
            assert_eq!(ahead.next(), Some(number));
            thread::sleep(Duration::from_millis(15));
            // One is asked for, and offered until it is taken.
            assert!(asked.load(Ordering::SeqCst) <= number + 2);
        }
    });
}

#[test]
fn what_comes_fast_does_not_pile_up_either() {
    const COUNT: usize = 20_000;
    let asked = AtomicUsize::new(0);
    scope(|scope| {
        let many = (0..COUNT).map(|number| {
            asked.fetch_add(1, Ordering::SeqCst);
            description(number)
        });
        let mut items = many
            .parallel_map_scoped(scope, |item| item)
            .readahead_scoped(scope);
        assert_eq!(items.next(), Some(description(0)));
        thread::sleep(Duration::from_millis(100));
        // On their way, in the line, and taken from it.
        let limit = 3 * (64 + 1) + 2 * available_parallelism().map_or(1, usize::from);
        let before = asked.load(Ordering::SeqCst);
        assert!((2..=limit).contains(&before), "{before}");
        drop(items);
    });
    // What comes before may count on being asked to its end.
    assert_eq!(asked.load(Ordering::SeqCst), COUNT);
}

/// One slow item holds many up, which then come all at once; and times that lie about where waiting for more begins.
#[test]
fn nothing_hangs_whatever_the_times() {
    let (done, waits) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let mut chance = 0x2026_1127_u64;
        for _ in 0..40 {
            let mut times = Vec::new();
            for _ in 0..200 {
                chance ^= chance << 13;
                chance ^= chance >> 7;
                chance ^= chance << 17;
                times.push(match chance % 16 {
                    0 => 3_000,
                    _ => 150 + chance % 250,
                });
            }
            let count = scope(|scope| {
                times
                    .into_iter()
                    .readahead_scoped(scope)
                    .parallel_map_scoped(scope, |time| {
                        let begun = Instant::now();
                        while begun.elapsed() < Duration::from_micros(time) {
                            std::hint::spin_loop();
                        }
                    })
                    .readahead_scoped(scope)
                    .count()
            });
            assert_eq!(count, 200);
        }
        let _ = done.send(());
    });
    assert!(waits.recv_timeout(Duration::from_secs(100)).is_ok());
}

#[test]
fn it_works_on_several_at_the_same_time() {
    if available_parallelism().map_or(1, usize::from) < 2 {
        return;
    }
    let (running, together) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |time: Duration| {
        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
        together.fetch_max(now, Ordering::SeqCst);
        thread::sleep(time);
        running.fetch_sub(1, Ordering::SeqCst);
    };
    for (count, time) in [
        (8, Duration::from_millis(20)),
        (1_000, Duration::from_micros(200)),
    ] {
        together.store(0, Ordering::SeqCst);
        scope(|scope| {
            let items = (0..count).map(description);
            let results = items.parallel_map_scoped(scope, |_| work(time));
            assert_eq!(results.count(), count);
        });
        assert!(together.load(Ordering::SeqCst) >= 2);
    }
}

/// Counts, and says whether that panicked. The scope around it panics by itself.
fn panics(items: impl Iterator) -> bool {
    catch_unwind(AssertUnwindSafe(|| items.count())).is_err()
}

/// A result that never comes must neither be waited for nor be left out.
#[test]
fn a_panic_reaches_whoever_takes_the_results() {
    let told = AtomicUsize::new(0);
    let note = |panicked: bool| told.fetch_add(panicked.into(), Ordering::SeqCst);
    let of_handles = || {
        scope(|scope| {
            let results = (0..100).parallel_map_scoped(scope, |number| assert_ne!(number, 50));
            note(panics(results.readahead_scoped(scope)));
        });
    };
    let of_descriptions = || {
        scope(|scope| {
            let items = (0..1_000).map(description);
            note(panics(items.parallel_map_scoped(scope, |item| {
                assert_ne!(item[0], 500);
            })));
        });
    };
    let of_the_iterator = || {
        scope(|scope| {
            let items = (0..10).inspect(|number| assert_ne!(*number, 5));
            note(panics(items.readahead_scoped(scope)));
        });
    };
    let all: [&dyn Fn(); 3] = [&of_handles, &of_descriptions, &of_the_iterator];
    for work in all {
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err());
    }
    assert_eq!(told.load(Ordering::SeqCst), 3);
}
