//! Buying again goes on where it stopped, and begins anew once it has ended.

use std::path::Path;

use kgas_engine::{Folder, Renewal};

#[test]
fn a_renewal_that_was_stopped_goes_on_from_where_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let out = Folder::create(folder.path()).unwrap();
    let journal = Path::new("here/journal.redb");
    assert_eq!(Renewal::Refresh.begin(&out, journal, 7).unwrap(), 7);
    assert_eq!(Renewal::Refresh.begin(&out, journal, 12).unwrap(), 7);
    Renewal::end(&out).unwrap();
    assert_eq!(Renewal::Refresh.begin(&out, journal, 12).unwrap(), 12);
    Renewal::end(&out).unwrap();
    Renewal::end(&out).unwrap();
}

#[test]
fn another_renewal_or_another_journal_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let out = Folder::create(folder.path()).unwrap();
    let journal = Path::new("here/journal.redb");
    Renewal::Refresh.begin(&out, journal, 7).unwrap();
    assert_eq!(Renewal::RetryFailed.begin(&out, journal, 9).unwrap(), 9);
    assert_eq!(Renewal::RetryFailed.begin(&out, Path::new("there/journal.redb"), 3).unwrap(), 3);
    // The journal was moved away, and another begun in its place.
    assert_eq!(Renewal::RetryFailed.begin(&out, Path::new("there/journal.redb"), 1).unwrap(), 1);
    std::fs::write(folder.path().join(".kgas/renewal.json"), "torn").unwrap();
    assert_eq!(Renewal::RetryFailed.begin(&out, Path::new("there/journal.redb"), 4).unwrap(), 4);
}

#[test]
fn an_output_that_is_moved_with_its_journal_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
    let out = Folder::create(&before).unwrap();
    Renewal::Refresh.begin(&out, &out.own().join("journal.redb"), 7).unwrap();
    drop(out);
    std::fs::rename(&before, &after).unwrap();
    let out = Folder::create(&after).unwrap();
    assert_eq!(Renewal::Refresh.begin(&out, &out.own().join("journal.redb"), 12).unwrap(), 7);
}
