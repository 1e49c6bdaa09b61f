//! Lifted: what was before is there again, and what others did since is left alone.

use portcullis_response::{AccessKey, Action, Identity, QuarantineState, ReleaseError, Undone};
use portcullis_testkit::{Fault, Faults, Subject, finding_by, role, until_death};

use crate::{DENY, KEY, USER, after, change, contained, deny, mallory, now, policy, release, sweep, told, with};

fn found(state: &QuarantineState) -> &[Undone] {
    let QuarantineState::Released { found, .. } = state else { panic!("{state:?}") };
    found
}

#[tokio::test]
async fn everything_is_as_it_was() {
    for full in [false, true] {
        let world = contained(full).await;
        assert_ne!(world.iam.identity(USER), Some(mallory(full)));
        let report = release(&world, after(5)).await.unwrap();
        assert_eq!(found(&report.quarantine.state), [Undone::Restored, Undone::Restored]);
        assert_eq!((world.iam.identity(USER), report.page_error), (Some(mallory(full)), None));
        let known = world.quarantine(USER).await.unwrap();
        assert_eq!((&known, known.stage()), (&report.quarantine, "released"));
        // It ends the incident, and the next is another one.
        let told_so_far = world.pager.told();
        let [triggered, resolved] = told_so_far.as_slice() else { panic!("{told_so_far:?}") };
        assert_eq!((resolved.action, &resolved.incident), (Action::Resolve, &triggered.incident));
        assert_eq!(resolved.about, Subject::Released(Box::new(known)));
        let mut next = told("next");
        next.evidence[0].time = Some(after(6));
        world.deliver_at(&next, after(6)).await;
        assert_ne!(world.pager.told()[2].incident, triggered.incident);
    }
}

#[tokio::test]
async fn what_others_changed_is_left_alone() {
    type Change = fn(&mut Identity);
    // How it is changed while it is contained, by policy or boundary; what is found, the key first; and how it is then.
    let cases: [(&str, bool, Change, [Undone; 2], Change); 8] = [
        (
            "the policy was detached",
            false,
            |known| known.attached.retain(|policy| *policy != deny()),
            [Undone::Restored, Undone::WasNotThere],
            |_| {},
        ),
        (
            "others were attached",
            false,
            |known| known.attached.insert(0, policy("c")),
            [Undone::Restored, Undone::Restored],
            |known| known.attached.insert(0, policy("c")),
        ),
        (
            "the boundary was replaced",
            true,
            |known| known.boundary = Some(policy("y")),
            [Undone::Restored, Undone::Changed { found: format!("boundary {}", policy("y")) }],
            |known| known.boundary = Some(policy("y")),
        ),
        (
            "the boundary was taken away",
            true,
            |known| known.boundary = None,
            [Undone::Restored, Undone::Changed { found: "no boundary".to_owned() }],
            |known| known.boundary = None,
        ),
        (
            "the former boundary is back",
            true,
            |known| known.boundary = Some(policy("x")),
            [Undone::Restored, Undone::WasNotThere],
            |_| {},
        ),
        (
            "the key was switched on",
            true,
            |known| known.keys[0].active = true,
            [Undone::WasNotThere, Undone::Restored],
            |_| {},
        ),
        (
            "the key was deleted",
            true,
            |known| known.keys.clear(),
            [Undone::Changed { found: "no such access key".to_owned() }, Undone::Restored],
            |known| known.keys.clear(),
        ),
        (
            "another key was made",
            false,
            |known| known.keys.push(AccessKey { id: "AKIAOTHER".to_owned(), active: false }),
            [Undone::Restored, Undone::Restored],
            |known| known.keys.push(AccessKey { id: "AKIAOTHER".to_owned(), active: false }),
        ),
    ];
    for (what, full, changes, expected, since) in cases {
        let world = contained(full).await;
        change(&world, changes);
        let report = release(&world, after(5)).await.unwrap();
        assert_eq!(found(&report.quarantine.state), expected, "{what}");
        let mut left = mallory(full);
        since(&mut left);
        assert_eq!(world.iam.identity(USER), Some(left), "{what}");
    }
}

#[tokio::test]
async fn another_one_of_the_same_name_is_not_touched() {
    for full in [false, true] {
        let world = contained(full).await;
        // It even has what would be undone.
        let other = Identity {
            id: "AIDAEXAMPLEEXAMPLE02".to_owned(),
            attached: vec![deny()],
            boundary: Some(deny()),
            keys: vec![AccessKey { id: KEY.to_owned(), active: false }],
            ..mallory(full)
        };
        world.iam.set(other.clone());
        let report = release(&world, after(5)).await.unwrap();
        assert_eq!(found(&report.quarantine.state), [Undone::NoSuchPrincipal, Undone::NoSuchPrincipal]);
        assert_eq!(world.iam.identity(USER), Some(other));
    }
}

#[tokio::test]
async fn one_that_was_deleted() {
    let world = contained(true).await;
    world.iam.delete(USER);
    let report = release(&world, after(5)).await.unwrap();
    assert_eq!(found(&report.quarantine.state), [Undone::NoSuchPrincipal, Undone::NoSuchPrincipal]);
}

#[tokio::test]
async fn by_which_name() {
    let world = contained(false).await;
    let none = Faults::default();
    let ports = world.ports(&none);
    let releaser = ports.releaser();
    let nobody = releaser.release("nobody", "alice", "known", after(1)).await.unwrap_err();
    assert!(matches!(nobody, ReleaseError::NotContained(_)), "{nobody}");
    // A role of the same name.
    let role_arn = "arn:aws:iam::111122223333:role/team/mallory";
    world.deliver_at(&finding_by(role(role_arn), "role"), after(1)).await;
    let error = releaser.release("mallory", "alice", "known", after(2)).await.unwrap_err();
    let expected = format!("`mallory` names several principals that are contained, give one ARN: {role_arn}, {USER}");
    assert_eq!(error.to_string(), expected);
    releaser.release(role_arn, "alice", "known", after(2)).await.unwrap();
    releaser.release("mallory", "alice", "known", after(3)).await.unwrap();
    assert_eq!(world.iam.identity(USER), Some(mallory(false)));
    let over = releaser.release("mallory", "alice", "known", after(4)).await.unwrap_err();
    assert!(matches!(over, ReleaseError::NotContained(_)), "{over}");
}

#[tokio::test]
async fn while_a_worker_has_it() {
    let world = with(false);
    let dies = Faults::at("apply", 1, Fault::DiesAfter);
    assert!(until_death(&dies, world.try_deliver(&told("e"), &dies, now())).await.is_none());
    let error = release(&world, after(1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`{USER}` is being changed by another worker; try again in a minute and a half")
    );
    assert!(sweep(&world, after(1)).await.is_empty());
    release(&world, after(2)).await.unwrap();
    assert_eq!(world.iam.identity(USER), Some(mallory(false)), "what is half put on is lifted too");
}

#[tokio::test]
async fn at_the_deadline() {
    let world = contained(true).await;
    let deadline = world.quarantine(USER).await.unwrap().until;
    assert_eq!(deadline, after(240));
    assert!(sweep(&world, deadline - jiff::SignedDuration::from_secs(1)).await.is_empty());
    let lifted = sweep(&world, deadline).await;
    let QuarantineState::Released { by, .. } = &lifted[0].as_ref().unwrap().quarantine.state else { panic!() };
    assert_eq!((by.as_str(), world.iam.identity(USER)), ("deadline", Some(mallory(true))));
    assert!(sweep(&world, deadline).await.is_empty());
}

#[tokio::test]
async fn one_that_fails_does_not_keep_the_others() {
    let world = contained(false).await;
    let arn = "arn:aws:iam::111122223333:role/zoe";
    world.deliver_at(&finding_by(role(arn), "role"), now()).await;
    for (what, lifted) in [("undo", &[false, true][..]), ("put_quarantine", &[false]), ("read", &[false])] {
        let faults = Faults::at(what, 1, Fault::Refused);
        let results = world.ports(&faults).releaser().release_expired(after(240)).await.unwrap();
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), lifted, "{what}");
        assert_eq!(world.iam.identity(USER), Some(mallory(false)));
        assert_eq!(world.iam.attached(arn), [deny()]);
    }
    assert!(sweep(&world, after(241)).await[0].is_ok());
    assert!(world.iam.attached(arn).is_empty());
}

#[tokio::test]
async fn it_stands_though_nobody_can_be_told() {
    let world = contained(false).await;
    let faults = Faults::at("page", 1, Fault::Before);
    let report = world.ports(&faults).releaser().release(USER, "alice", "known", after(1)).await.unwrap();
    assert_eq!(report.page_error.as_deref(), Some("page: injected fault"));
    assert_eq!(world.iam.identity(USER), Some(mallory(false)));
    assert!(!world.iam.attached(USER).iter().any(|policy| policy.as_str() == DENY));
}
