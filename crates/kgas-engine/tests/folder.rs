//! The output folder is tried before anything is spent.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use kgas_engine::{Folder, OutputError};

fn refused(path: &Path) -> String {
    Folder::create(path).unwrap_err().to_string()
}

#[test]
fn a_folder_is_made_with_all_above_it_and_left_clean() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("a/b/c");
    let folder = Folder::create(&path).unwrap();
    assert_eq!((folder.path(), folder.own()), (path.as_path(), path.join(".kgas")));
    let names: Vec<_> = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".kgas"]);
    // A second time is no error.
    drop(folder);
    assert!(Folder::create(&path).is_ok());
}

#[test]
fn a_file_in_the_way_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    for path in [file.clone(), file.join("below")] {
        let expected = format!("output {}: a file is in the way, name a folder", path.display());
        assert_eq!(refused(&path), expected);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn a_folder_that_can_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let temp = tempfile::tempdir().unwrap();
    std::fs::set_permissions(temp.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(temp.path().join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    assert_eq!(refused(temp.path()), format!("output {}: writing there is not permitted", temp.path().display()));
}

#[test]
fn an_error_says_what_happened_and_has_its_cause() {
    let cases = [
        (io::ErrorKind::StorageFull, "output o: the disk is full, make room and run again"),
        (io::ErrorKind::ReadOnlyFilesystem, "output o: writing there is not permitted"),
        (io::ErrorKind::IsADirectory, "output o: a folder is in the way, name a file"),
        (
            io::ErrorKind::WouldBlock,
            "output o: another kgas is writing there: wait until it has ended, or name another folder",
        ),
        (io::ErrorKind::TimedOut, "output o: it can't be written: timed out"),
    ];
    for (kind, expected) in cases {
        let error = OutputError::new(Path::new("o"), kind.into());
        assert_eq!(error.to_string(), expected);
        assert!(error.source().is_some());
    }
}

#[test]
fn a_file_gets_its_name_when_it_is_complete() {
    let temp = tempfile::tempdir().unwrap();
    let folder = Folder::create(temp.path()).unwrap();
    let read = || std::fs::read_to_string(temp.path().join("f.json")).unwrap();
    folder.write("f.json", |file| file.write_all(b"old")).unwrap();
    let failed = folder.write("f.json", |file| {
        file.write_all(b"new and half")?;
        file.flush()?;
        assert_eq!(read(), "old");
        Err(io::Error::other("the power failed"))
    });
    assert!(failed.is_err());
    assert_eq!(read(), "old");
    folder.write("f.json", |file| file.write_all(b"new")).unwrap();
    assert_eq!(read(), "new");
    assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 2, "the file and .kgas");
}

#[test]
fn a_folder_is_one_owner_s_until_the_last_of_its_names_is_gone() {
    let temp = tempfile::tempdir().unwrap();
    let first = Folder::create(temp.path()).unwrap();
    let second = first.clone();
    for held in [first, second] {
        let expected = "another kgas is writing there: wait until it has ended, or name another folder";
        assert_eq!(refused(temp.path()), format!("output {}: {expected}", temp.path().display()));
        drop(held);
    }
    assert!(Folder::create(temp.path()).is_ok());
}

#[test]
fn what_killed_runs_left_is_removed_and_what_is_kept_stays() {
    let temp = tempfile::tempdir().unwrap();
    let own = temp.path().join(".kgas");
    for name in ["run-Ab12/graph/tools", "run-Cd34", "mine"] {
        std::fs::create_dir_all(own.join(name)).unwrap();
    }
    for name in ["run-Ab12/graph/entities.jsonl", ".formats.json.77.tmp", "formats.json", "run.json", "mine/run-x"] {
        std::fs::write(own.join(name), "x").unwrap();
    }
    let names = || -> BTreeSet<String> {
        let entries = std::fs::read_dir(&own).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let first = Folder::create(temp.path()).unwrap();
    let kept = BTreeSet::from(["formats.json", "lock", "mine", "run.json"].map(str::to_owned));
    assert_eq!(names(), kept);
    // Who is turned away tidies up nothing.
    std::fs::create_dir(own.join("run-Ef56")).unwrap();
    refused(temp.path());
    assert!(own.join("run-Ef56").is_dir());
    drop(first);
}
