//! An account: its applications, its keys and secrets, and the roles of those who run it.

use std::sync::Arc;

use super::{App, COPIES, GLOBAL, HOME, Key, Network, Role, Runs, Secret, User};

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    /// What its people do for the organisation; its critical application is called so.
    pub(crate) unit: String,
    /// The Regions it is used in, the home Region first.
    pub(crate) regions: Vec<(&'static str, Network)>,
    pub(crate) apps: Vec<App>,
    /// The functions that rotate secrets, each with its secret.
    pub(crate) rotators: Vec<(App, Arc<Secret>)>,
    pub(crate) keys: Vec<Arc<Key>>,
    /// The key that services encrypt with, in each Region.
    storage: Vec<Arc<Key>>,
    /// Keys that nothing uses any more.
    pub(crate) retired: Vec<Arc<Key>>,
    /// A key and a secret that nobody has any business with.
    pub(crate) decoys: (Arc<Key>, Arc<Secret>),
    pub(crate) pipeline: Role,
    pub(crate) key_administrator: Role,
    pub(crate) scanner: Role,
    pub(crate) backup: Role,
    /// A partner's program that still has a long-term key.
    pub(crate) partner: (User, Arc<Secret>),
    seed: u64,
}

const UNITS: [&str; 8] = ["payroll", "billing", "claims", "treasury", "lending", "pensions", "trading", "booking"];

/// Small services, each with a secret that nobody classified.
pub(crate) const SERVICES: [&str; 24] = [
    "basket",
    "carriers",
    "catalogue",
    "coupons",
    "email",
    "exports",
    "fraud",
    "geo",
    "invoices",
    "loyalty",
    "media",
    "notify",
    "pricing",
    "profile",
    "returns",
    "reviews",
    "search",
    "shipping",
    "sms",
    "stock",
    "tax",
    "thumbnails",
    "warehouse",
    "webhooks",
];

impl Account {
    pub(crate) fn new(seed: u64, number: u32, repointed: i64) -> Self {
        let id = account_id(number);
        let unit = UNITS.get(number as usize).map_or_else(|| format!("unit-{number}"), |unit| (*unit).to_owned());
        let network = |region| (region, Network::new(seed, u64::from(number), &id, region));
        let mut regions = vec![network(HOME), network(GLOBAL)];
        if number == 0 {
            regions.push(network(COPIES));
        }
        let key = |alias: &str| Key::new(seed, &id, HOME, &format!("alias/{alias}"));
        let own = Arc::new(key(&unit).repointed(repointed));
        let [tokens, crm, reports, web, backup, managed] =
            ["tokens", "crm", "reports", "web", "backup", "aws/secretsmanager"].map(|name| Arc::new(key(name)));
        let storage = |(region, _): &(&'static str, _)| Arc::new(Key::new(seed, &id, region, "alias/storage"));
        let storage: Vec<Arc<Key>> = regions.iter().map(storage).collect();
        let retired: Vec<Arc<Key>> = (1..=4).map(|number| Arc::new(key(&format!("retired-{number}")))).collect();
        let secret = |key: &Arc<Key>, name: String| Arc::new(Secret::new(seed, &id, key, &name));
        let [db, bank, signing] = ["db", "bank-api", "signing"].map(|name| secret(&own, format!("prod/{unit}/{name}")));
        let [crm_db, crm_mail, crm_index] =
            ["db", "mail", "index"].map(|name| secret(&crm, format!("prod/crm/{name}")));
        let [warehouse, sftp] = ["warehouse", "sftp"].map(|name| secret(&reports, format!("prod/reports/{name}")));
        let [sessions, cdn] = ["sessions", "cdn"].map(|name| secret(&web, format!("prod/web/{name}")));
        let partner = secret(&web, "prod/partner/feed".to_owned());
        let function = |name: &str| Runs::Function(format!("arn:aws:lambda:{HOME}:{id}:function:{name}"));
        let role = |path: &str, name: &str| Role::new(seed, &id, path, name);
        let path = format!("/{unit}/");
        let worker = App::new(seed, role(&path, "worker"), "worker", Runs::Tasks).reading(&[&db, &bank]).using(&own);
        let name = format!("{unit}-api");
        let mut api = App::new(seed, role(&path, "api"), &name, function(&name)).reading(&[&db, &signing]).using(&own);
        api.keeps_first_key = true;
        let mut apps = vec![
            worker,
            App::new(seed, role("/tokens/", "tokeniser"), "tokeniser", Runs::Instances).using(&tokens),
            api,
            App::new(seed, role("/crm/", "web"), "crm", Runs::Tasks).reading(&[&crm_db, &crm_mail, &crm_index]),
            App::new(seed, role("/reports/", "nightly"), "reports", function("reports"))
                .reading(&[&warehouse, &sftp])
                .using(&reports),
            App::new(seed, role("/web/", "server"), "web", Runs::Instances).reading(&[&sessions, &cdn]).using(&web),
        ];
        let services = SERVICES.into_iter().enumerate().map(|(number, name)| {
            let runs = if number % 2 == 0 { Runs::Tasks } else { function(name) };
            let secret = secret(&managed, format!("services/{name}/api"));
            App::new(seed, role("/services/", name), name, runs).reading(&[&secret])
        });
        apps.extend(services);
        let rotator = |name: &str, secret: &Arc<Secret>| {
            let runs = function(&format!("rotate-{name}"));
            let app = App::new(seed, role("/rotation/", &format!("rotate-{name}")), &format!("rotate-{name}"), runs);
            (app.reading(&[secret]), Arc::clone(secret))
        };
        let rotators = vec![rotator(&unit, &db), rotator("crm", &crm_db), rotator("reports", &warehouse)];
        let decoys = (Arc::new(key("root-vault")), secret(&managed, "prod/root-credentials".to_owned()));
        Self {
            keys: [own, tokens, crm, reports, web, backup, managed]
                .into_iter()
                .chain(storage.iter().cloned())
                .collect(),
            storage,
            retired,
            decoys,
            pipeline: role("/deploy/", "pipeline"),
            key_administrator: role("/platform/", "key-administrator"),
            scanner: role("/security/", "scanner"),
            backup: role("/backup/", "backup"),
            partner: (User::new(seed, &id, "/partners/", "partner-feed"), partner),
            id,
            unit,
            regions,
            apps,
            rotators,
            seed,
        }
    }

    /// The application of this name.
    pub(crate) fn app(&self, name: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.name == name)
    }

    /// The key with this alias.
    pub(crate) fn key(&self, name: &str) -> Option<&Arc<Key>> {
        self.keys.iter().find(|key| key.alias.strip_prefix("alias/") == Some(name))
    }

    /// The key that services encrypt with in a Region.
    pub(crate) fn storage(&self, region: &str) -> Option<&Arc<Key>> {
        self.storage.iter().find(|key| key.region == region)
    }

    /// The role of a permission set.
    pub(crate) fn permission_set(&self, name: &str) -> Role {
        Role::of_permission_set(self.seed, &self.id, name)
    }

    /// The role of a service that it alone can use.
    pub(crate) fn service_role(&self, service: &str, name: &str) -> Role {
        Role::of_service(self.seed, &self.id, service, name)
    }

    /// Its network in a Region.
    pub(crate) fn network(&self, region: &str) -> Option<&Network> {
        self.regions.iter().find(|(of, _)| *of == region).map(|(_, network)| network)
    }
}

/// The ids that documentation uses first; then others that are plainly made up.
fn account_id(number: u32) -> String {
    match number {
        0 => "111122223333".to_owned(),
        1 => "444455556666".to_owned(),
        number => format!("11112222{number:04}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_accounts_keys_or_secrets_are_one() {
        let accounts: Vec<Account> = (0..40).map(|number| Account::new(1, number, 0)).collect();
        let arns: Vec<&str> = accounts
            .iter()
            .flat_map(|account| account.keys.iter().flat_map(|key| key.arns()).chain([account.decoys.1.arn.as_str()]))
            .collect();
        assert_eq!(arns.iter().collect::<HashSet<_>>().len(), arns.len());
        assert!(accounts.iter().all(|account| account.id.len() == 12));
        assert_eq!(accounts.iter().map(|account| &account.id).collect::<HashSet<_>>().len(), 40);
    }
}
