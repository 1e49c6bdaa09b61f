//! Workers that take turns at every call to a port.
//!
//! The one home of this: the tests of `portcullis-windows` and `portcullis-detection`, which stand below this crate, include the
//! file by its path. It rests on the standard library alone, and is to stay so.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// What one worker does.
pub type Task<'t, T> = Pin<Box<dyn Future<Output = T> + 't>>;

/// Lets the others go first, once.
pub(crate) async fn let_others() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs the tasks to their ends, one step of one of them at a time; `turns` says whose, over and over. What each came to,
/// in the order in which they ended.
pub fn take_turns<T>(mut tasks: Vec<Task<'_, T>>, turns: &[usize]) -> Vec<T> {
    let mut context = Context::from_waker(Waker::noop());
    let mut turns = turns.iter().copied().cycle();
    let mut ended = Vec::new();
    while !tasks.is_empty() {
        let index = turns.next().unwrap_or_default() % tasks.len();
        let step = tasks.get_mut(index).map(|task| task.as_mut().poll(&mut context));
        if let Some(Poll::Ready(end)) = step {
            ended.push(end);
            drop(tasks.remove(index));
        }
    }
    ended
}
