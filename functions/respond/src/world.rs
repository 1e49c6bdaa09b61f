//! The adapters of one function, made once the account is known that it runs in.

use std::sync::Arc;

use portcullis_aws::{
    Accounts, DynamoActive, DynamoLedger, EventHistory, IamContain, IamReader, IamSimulator, Location, MemberRole,
    SdkConfig, SnsPager, StopObject,
};
use portcullis_domain::AccountId;
use portcullis_paging::PageContext;
use portcullis_response::{Deployment, Responder};
use portcullis_settings::Settings;

/// What the adapters are told apart by.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) ledger: String,
    pub(crate) detection: String,
    pub(crate) topic: String,
}

/// Everything that responding needs of AWS.
pub(crate) struct World {
    pub(crate) config: SdkConfig,
    pub(crate) topic: String,
    pub(crate) ledger: DynamoLedger,
    active: DynamoActive,
    switch: StopObject,
    member: Option<MemberRole>,
    iam: Option<Iam>,
}

struct Iam {
    home: Option<AccountId>,
    identities: IamReader,
    simulate: IamSimulator,
    apply: IamContain,
    records: EventHistory,
}

impl World {
    pub(crate) fn new(config: SdkConfig, settings: &Location, names: Names, member: Option<MemberRole>) -> Self {
        Self {
            ledger: DynamoLedger::new(&config, names.ledger),
            active: DynamoActive::new(&config, names.detection),
            switch: StopObject::beside(&config, settings),
            topic: names.topic,
            member,
            config,
            iam: None,
        }
    }

    /// Learns which account it is in; it stays so.
    pub(crate) fn settle(&mut self, home: Option<AccountId>) {
        if self.iam.as_ref().is_some_and(|iam| iam.home == home) {
            return;
        }
        let accounts = Arc::new(Accounts::new(&self.config, home.clone(), self.member.clone()));
        let identities = IamReader::new(Arc::clone(&accounts));
        self.iam = Some(Iam {
            records: EventHistory::new(&self.config, identities.clone(), home.clone()),
            home,
            identities,
            simulate: IamSimulator::new(Arc::clone(&accounts)),
            apply: IamContain::new(accounts),
        });
    }

    pub(crate) fn pager(&self, settings: &Settings, context: PageContext) -> SnsPager {
        let topic = settings.paging.topic.as_ref().map_or(self.topic.as_str(), |topic| topic.as_str());
        SnsPager::new(&self.config, topic, context)
    }

    /// Nothing before the account is settled.
    pub(crate) fn responder<'w>(
        &'w self,
        settings: &'w Settings,
        deployment: &'w Deployment,
        pager: &'w SnsPager,
    ) -> Option<Responder<'w>> {
        let iam = self.iam.as_ref()?;
        Some(Responder {
            settings,
            deployment,
            ledger: &self.ledger,
            identities: &iam.identities,
            apply: &iam.apply,
            simulate: &iam.simulate,
            records: &iam.records,
            active: &self.active,
            switch: &self.switch,
            pager,
        })
    }
}
