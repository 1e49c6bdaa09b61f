//! Requests that a mocked client was sent, kept so that a test can look at them.

use std::sync::{Arc, Mutex, PoisonError};

/// What was sent, in order.
#[derive(Debug)]
pub(crate) struct Recorded<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Recorded<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Recorded<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Recorded<T> {
    /// Keeps one request.
    pub(crate) fn keep(&self, request: &T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    }

    /// The one request that was sent; more or fewer fail the test.
    pub(crate) fn only(&self) -> T {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(kept.len(), 1, "exactly one request was to be sent");
        kept[0].clone()
    }

    /// Every request that was sent.
    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
