//! A journal that can't be trusted, or not be had, is a clear error that names the file, and never an empty one.

#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

#[path = "support/disk.rs"]
mod disk;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use disk::Disk;
use kgas_engine::journal::{Answer, Journal, JournalProblem, Key};
use kgas_http::ApiRequest;
use serde_json::json;

const CALLS: u64 = 30;

fn key(number: u64) -> Key {
    Key::of("https://api.example.com/v1", &ApiRequest::post("chat/completions", &json!({"number": number})))
}

/// Bodies of all sizes that can't be packed well.
fn noise(number: u64) -> Bytes {
    let mut dice = fastrand::Rng::with_seed(number);
    let length = dice.usize(..9000);
    (0..length).map(|_| dice.u8(..)).collect()
}

fn alone<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// The bytes of a journal with some calls, as it is left closed, or by a process that is killed.
fn written(folder: &Path, killed: bool) -> Vec<u8> {
    let disk = Disk::default();
    alone(async {
        let journal = disk.open(folder).unwrap();
        for number in 0..CALLS {
            let call = journal.intend(&key(number), noise(number)).await.unwrap();
            let took = Duration::ZERO;
            let answer = Answer { number: 0, status: 200, body: noise(number), attempts: 1, took, at: 0 };
            journal.answered(call, answer).await.unwrap();
        }
        if killed {
            return disk.bytes();
        }
        journal.close().await.unwrap();
        disk.bytes()
    })
}

fn file(folder: &Path) -> PathBuf {
    folder.join("journal.redb")
}

/// Opens a journal with these bytes and looks for all calls: how many are found, or what is wrong.
fn found(folder: &Path, bytes: &[u8]) -> Result<u64, JournalProblem> {
    let disk = Disk::holding(bytes);
    alone(async {
        let journal = disk.open(folder).map_err(|error| error.problem().clone())?;
        let mut found = 0;
        for number in 0..CALLS {
            let answer = journal.find(&key(number)).await.map_err(|error| error.problem().clone())?;
            assert!(answer.as_ref().is_none_or(|answer| answer.body == noise(number)), "a wrong answer");
            found += u64::from(answer.is_some());
        }
        journal.close().await.unwrap();
        Ok(found)
    })
}

fn is_damaged(found: &Result<u64, JournalProblem>) -> bool {
    matches!(found, Err(JournalProblem::Damaged(_) | JournalProblem::OtherForm(_)))
}

#[test]
fn a_journal_that_was_cut_off_is_damaged() {
    for killed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let bytes = written(folder.path(), killed);
        let mut dice = fastrand::Rng::with_seed(1);
        let pages = bytes.len() / 4096;
        let lengths = (0..8).flat_map(|_| [dice.usize(..bytes.len()), dice.usize(..pages) * 4096]);
        for length in lengths.chain([1, 320, 4096, bytes.len() - 1]) {
            let found = found(folder.path(), &bytes[..length]);
            // The end of the file may be free: then nothing is missing.
            assert!(is_damaged(&found) || found == Ok(CALLS), "{length} of {}: {found:?}", bytes.len());
        }
        assert!(is_damaged(&found(folder.path(), &bytes[..bytes.len() / 4])));
    }
}

#[test]
fn a_journal_that_was_changed_is_damaged_or_whole() {
    for killed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let bytes = written(folder.path(), killed);
        let mut damaged = 0;
        for seed in 0..36 {
            let mut dice = fastrand::Rng::with_seed(seed);
            let mut changed = bytes.clone();
            let at = dice.usize(..bytes.len());
            let length = [1, 512, 4096, 65536][dice.usize(..4)].min(bytes.len() - at);
            for byte in &mut changed[at..at + length] {
                *byte = if seed % 2 == 0 { 0 } else { dice.u8(..) };
            }
            let found = found(folder.path(), &changed);
            assert!(is_damaged(&found) || found == Ok(CALLS), "{length} bytes at {at}: {found:?}");
            damaged += u64::from(is_damaged(&found));
        }
        assert!(damaged > 3, "{damaged}");
    }
}

#[test]
fn a_journal_too_large_to_be_checked_page_by_page_hides_no_answer_either() {
    let folder = tempfile::tempdir().unwrap();
    // By this file's size a journal is large; what it holds comes from the disk in memory.
    fs::File::create(file(folder.path())).unwrap().set_len(1 << 30).unwrap();
    let bytes = written(folder.path(), true);
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap();
    let pairs = key(7).to_string().into_bytes();
    let name: Vec<u8> =
        pairs.chunks(2).map(|pair| u8::try_from(digit(pair[0]) << 4 | digit(pair[1])).unwrap()).collect();
    let mut damaged = 0;
    for at in (0..bytes.len() - 32).filter(|at| bytes[*at..].starts_with(&name)) {
        // In the key, and in what it leads to.
        for at in [at, at + 31, at + 32, at + 36, at + 40] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let found = found(folder.path(), &changed);
            assert!(is_damaged(&found) || found == Ok(CALLS), "at {at}: {found:?}");
            damaged += u64::from(is_damaged(&found));
        }
    }
    assert!(damaged > 0);
}

#[test]
fn its_head_is_damaged_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    for killed in [false, true] {
        let bytes = written(folder.path(), killed);
        // Byte 9 says which of two states counts, and nothing checks it.
        for at in (0..9).chain((10..320).step_by(5)) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x41;
            let found = found(folder.path(), &changed);
            assert!(is_damaged(&found) || found == Ok(CALLS), "byte {at}: {found:?}");
        }
    }
}

#[test]
fn the_error_names_the_file_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path()).display().to_string();
    let said = || Journal::open(folder.path()).unwrap_err().to_string();
    let remedy = "so what it held can't be trusted to be whole: restore it from a copy, or move it away to pay for its \
                  calls again";
    fs::write(file(folder.path()), "somebody's own file").unwrap();
    assert_eq!(said(), format!("journal {path}: it is damaged (it doesn't begin as a journal does), {remedy}"));
    fs::write(file(folder.path()), "").unwrap();
    assert_eq!(said(), format!("journal {path}: it is damaged (it doesn't begin as a journal does), {remedy}"));
    fs::remove_file(file(folder.path())).unwrap();
    fs::create_dir(file(folder.path())).unwrap();
    assert_eq!(said(), format!("journal {path}: it can't be read or written: a folder is in the way"));
}

#[test]
fn a_file_in_place_of_the_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("file");
    fs::write(&below, "mine").unwrap();
    let error = Journal::open(&below).unwrap_err().to_string();
    let path = file(&below).display().to_string();
    assert_eq!(error, format!("journal {path}: it can't be read or written: a file is in the way, name a folder"));
    assert_eq!(fs::read_to_string(below).unwrap(), "mine");
}

#[test]
fn a_journal_that_is_open_elsewhere_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Journal::open(folder.path()).unwrap();
    let path = file(folder.path()).display().to_string();
    let locked = format!("journal {path}: another kgas has it open: wait for it, or use another folder");
    assert_eq!(Journal::open(folder.path()).unwrap_err().to_string(), locked);
    assert_eq!(Journal::open_existing(folder.path()).unwrap_err().to_string(), locked);
}

#[test]
fn a_journal_that_is_to_be_there_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let error = Journal::open_existing(folder.path()).unwrap_err();
    assert_eq!(error.problem(), &JournalProblem::Missing);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");
}

#[test]
fn a_journal_whose_making_was_interrupted_is_made_again() {
    for half in [&b""[..], b"half"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("journal.new"), half).unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.next(), 1);
        assert!(!folder.path().join("journal.new").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    assert_eq!(Journal::open(folder.path()).unwrap_err().problem(), &JournalProblem::Denied);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_in_which_nobody_may_make_files_is_named() {
    assert_eq!(Journal::open(Path::new("/sys")).unwrap_err().problem(), &JournalProblem::Denied);
}

#[test]
fn another_form_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(Journal::open(folder.path()).unwrap());
    let database = redb::Database::open(file(folder.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    let meta = redb::TableDefinition::<&str, &[u8]>::new("meta");
    transaction.open_table(meta).unwrap().insert("form", 2_u32.to_le_bytes().as_slice()).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = Journal::open(folder.path()).unwrap_err().to_string();
    let path = file(folder.path()).display().to_string();
    let remedy = "use the version that wrote it, or another folder";
    assert_eq!(error, format!("journal {path}: it has form 2, which this kgas can't read: {remedy}"));
}

#[test]
fn another_database_is_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    drop(redb::Database::create(file(folder.path())).unwrap());
    let problem = Journal::open(folder.path()).unwrap_err().problem().clone();
    assert_eq!(problem, JournalProblem::Damaged("its tables aren't those of a journal".to_owned()));
}
