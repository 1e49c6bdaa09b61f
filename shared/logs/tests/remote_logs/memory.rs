//! A bucket that lists as S3 does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use portcullis_logs::{Bucket, Feed, Folder, Object, ObjectPage, Selection, Told, feed, from_bucket};
use portcullis_response::{PortError, PortErrorKind};

/// Objects by their keys, and what was asked.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    objects: BTreeMap<String, Vec<u8>>,
    /// Keys and prefixes that are refused.
    refused: BTreeSet<String>,
    pub(crate) asked: Mutex<Vec<String>>,
}

pub(crate) fn refusal(what: &str) -> PortError {
    PortError { what: format!("failed to {what}"), kind: PortErrorKind::Refused, source: None }
}

impl Memory {
    /// An object holds its own key.
    pub(crate) fn with(keys: &[&str]) -> Self {
        let objects = keys.iter().map(|key| ((*key).to_owned(), key.as_bytes().to_vec())).collect();
        Self { objects, ..Self::default() }
    }

    pub(crate) fn put(&mut self, key: &str, bytes: Vec<u8>) {
        self.objects.insert(key.to_owned(), bytes);
    }

    pub(crate) fn refuse(mut self, key: &str) -> Self {
        self.refused.insert(key.to_owned());
        self
    }

    fn ask(&self, what: &str, key: &str) -> Result<(), PortError> {
        let refused = self.refused.contains(key);
        self.asked.lock().unwrap().push(what.to_owned());
        if refused { Err(refusal(what)) } else { Ok(()) }
    }

    fn under<'m>(&'m self, prefix: &'m str) -> impl Iterator<Item = (&'m String, Object)> {
        let found = self.objects.iter().filter(move |(key, _)| key.starts_with(prefix));
        found.map(|(key, bytes)| (key, Object { key: key.clone(), size: bytes.len() as u64 }))
    }
}

#[async_trait]
impl Bucket for Memory {
    async fn folder(&self, prefix: &str) -> Result<Folder, PortError> {
        self.ask(&format!("folder {prefix}"), prefix)?;
        let mut folder = Folder::default();
        for (key, object) in self.under(prefix) {
            match key[prefix.len()..].split_once('/') {
                None => folder.objects.push(object),
                Some((name, _)) => {
                    let found = format!("{prefix}{name}/");
                    if folder.folders.last() != Some(&found) {
                        folder.folders.push(found);
                    }
                }
            }
        }
        Ok(folder)
    }

    async fn page(
        &self,
        prefix: &str,
        after: Option<&str>,
        token: Option<String>,
        most: usize,
    ) -> Result<ObjectPage, PortError> {
        self.ask(&format!("page {prefix} after {after:?}"), prefix)?;
        tokio::task::yield_now().await;
        let behind = token.as_deref().or(after).unwrap_or_default();
        let mut objects: Vec<Object> =
            self.under(prefix).map(|(_, object)| object).filter(|object| object.key.as_str() > behind).collect();
        let next = (objects.len() > most).then(|| objects[most - 1].key.clone());
        objects.truncate(most);
        Ok(ObjectPage { objects, next })
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError> {
        // What is asked for first does not come first.
        for _ in 0..key.bytes().map(usize::from).sum::<usize>() % 7 {
            tokio::task::yield_now().await;
        }
        self.ask(&format!("get {key}"), key)?;
        Ok(self.objects[key].clone())
    }

    fn name(&self, key: &str) -> String {
        format!("s3://trail/{key}")
    }
}

/// Fetches from it, on a thread of its own.
pub(crate) fn fetch(
    bucket: &Arc<Memory>,
    prefix: &str,
    selection: &Selection,
    budget: u64,
) -> Result<(Feed, Told), PortError> {
    let (sender, opened) = std::sync::mpsc::channel();
    let (bucket, prefix, selection) = (Arc::clone(bucket), prefix.to_owned(), selection.clone());
    let (feed, told) = feed(move |outlet| async move {
        let told = |answer| sender.send(answer).unwrap();
        from_bucket(&*bucket, &prefix, &selection, budget, &outlet, told).await;
    })
    .unwrap();
    opened.recv().unwrap()?;
    Ok((feed, told))
}
