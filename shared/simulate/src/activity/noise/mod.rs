//! Everything else that goes on, which is most of it.

mod compute;
mod containers;
mod people;
mod storage;
mod trust;

pub(crate) use compute::{agents, balancers, inventory_of_instances, scaling};
pub(crate) use containers::{functions, images, tasks};
pub(crate) use people::{consoles, numbers};
pub(crate) use storage::{alarms, buckets, log_streams, tables};
pub(crate) use trust::{chained, of_services};
