//! A pager that renders what it is told, as on-call would read it.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use portcullis_paging::{Page, PageContext, render};
use portcullis_response::{Notice, Pager, PortError};

/// Keeps the pages.
#[derive(Debug, Default)]
pub(crate) struct RenderingPager(Mutex<Vec<Page>>);

impl RenderingPager {
    /// What was sent, in order.
    pub(crate) fn into_pages(self) -> Vec<Page> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Pager for RenderingPager {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let page = render(notice, &PageContext::new("portcullis"));
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.push(page);
        Ok(format!("message-{}", pages.len()))
    }
}
