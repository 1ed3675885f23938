//! Several processes and one file: killed, racing, with a loose umask, without rights, without room.
#![cfg(unix)]

mod common;

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use common::{
    Desk, child, child_of, create, given, heard, leaves_what_it_recorded, record_and_wait, tell,
    wait_for_parent,
};
use dollr_journal::{Journal, JournalError, SqliteJournal};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

/// Runs a child to its end; its assertions are the test's.
fn passes(mut command: Command) {
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("checked"), "{said}");
}

/// I1, I5, F26: what `create` and `save` have answered for is there after SIGKILL, and is listed.
#[test]
fn a_killed_process_leaves_what_it_recorded() {
    let desk = Desk::new();
    leaves_what_it_recorded(&desk.file(), || desk.journal());
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_is_killed() {
    record_and_wait();
}

/// T28: whatever the umask, nobody else reads a payment.
#[test]
fn files_are_the_owners_alone_under_any_umask() {
    for umask in ["000", "022", "077"] {
        let desk = Desk::new();
        passes(child("child_with_a_umask", &desk.file(), &format!("umask {umask}; export UMASK={umask}")));
    }
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_with_a_umask() {
    let Some(file) = given() else { return };
    let umask = u32::from_str_radix(&env::var("UMASK").expect("a umask"), 8).expect("octal");
    let journal = SqliteJournal::open(&file).expect("a journal");
    create(&journal, "id").expect("room");
    let folder = file.parent().expect("a folder");
    let mut names: Vec<_> = folder.read_dir().expect("a folder").map(|n| n.expect("a name").path()).collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in names {
        assert_eq!(mode(&name), 0o600, "{}", name.display());
    }
    fs::write(folder.join("witness"), "").expect("a file");
    assert_eq!(mode(&folder.join("witness")), 0o666 & !umask, "the umask was the one that was to be tested");
    tell("checked");
}

/// F29: processes that come upon no journal all at once make one, together.
#[test]
fn processes_that_race_to_make_the_journal_all_succeed() {
    for _ in 0..5 {
        let desk = Desk::new();
        let names = ["a", "b", "c", "d"];
        let start = |name: &&str| {
            child("child_that_races", &desk.file(), &format!("export KEY={name}")).spawn().expect("it runs")
        };
        let mut children: Vec<_> = names.iter().map(start).collect();
        let mut said: Vec<_> = children.iter_mut().map(|child| heard(child, "ready")).collect();
        for child in &mut children {
            child.stdin.take().expect("piped").write_all(b"go\n").expect("it waits");
        }
        for (child, said) in children.iter_mut().zip(&mut said) {
            let mut rest = String::new();
            said.read_to_string(&mut rest).expect("readable");
            assert!(child.wait().expect("it ends").success() && rest.contains("checked"), "{rest}");
        }
        let mut keys: Vec<_> =
            desk.journal().open_entries().expect("readable").into_iter().map(|e| e.key).collect();
        keys.sort();
        assert_eq!(keys, names);
        let raw = desk.raw();
        let mark = |name| raw.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("a mark");
        assert_eq!((mark("application_id"), mark("user_version")), (0x444C_4C52, 1 << 16 | 3));
    }
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_races() {
    let Some(file) = given() else { return };
    tell("ready");
    wait_for_parent();
    let journal = SqliteJournal::open(file).expect("a journal");
    create(&journal, &env::var("KEY").expect("a key")).expect("room");
    tell("checked");
}

/// I5, F27: when the file may not grow, it is said, and what was answered for is still there.
#[test]
fn a_disk_that_fails_is_said_and_loses_nothing() {
    let desk = Desk::new();
    let mut child =
        child("child_that_runs_out", &desk.file(), "trap '' XFSZ; ulimit -f 300").spawn().expect("it runs");
    let mut said = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut said).expect("readable");
    assert!(child.wait().expect("it ends").success() && said.contains("checked"), "{said}");
    let kept = said.lines().filter(|line| line.ends_with("kept")).count();
    assert!(kept > 0, "{said}");
    assert_eq!(desk.journal().open_entries().expect("readable").len(), kept);
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_runs_out() {
    let Some(file) = given() else { return };
    let journal = SqliteJournal::open(file).expect("a journal");
    for n in 0..10_000 {
        match create(&journal, &n.to_string()) {
            Ok(_) => tell("kept"),
            Err(error) => {
                assert!(
                    matches!(error, JournalError::Unusable { .. } | JournalError::Full { .. }),
                    "{error:?}"
                );
                assert!(error.to_string().contains("journal.db\""), "{error}");
                tell("checked");
                return;
            }
        }
    }
    panic!("the limit did not hold");
}

/// A file that this user may not write, or not read. Root may do either, so the child is somebody else then, with a
/// copy of this program that it can reach.
#[test]
fn a_file_without_the_right_to_it_is_said_and_stays_as_it_was() {
    const NOBODY: u32 = 65_534;
    let (desk, shelf) = (Desk::new(), Desk::new());
    create(&desk.journal(), "id").expect("room");
    let before = fs::read(desk.file()).expect("readable");
    let root = fs::metadata(desk.file()).expect("there").uid() == 0;
    let program = shelf.folder().join("program");
    fs::copy(env::current_exe().expect("this program"), &program).expect("copied");
    // The folder may be written, so that only the file stands in the way.
    for (path, rights) in [(desk.folder(), 0o777), (shelf.folder(), 0o755), (program.clone(), 0o755)] {
        fs::set_permissions(path, fs::Permissions::from_mode(rights)).expect("ours");
    }

    let mut cases = vec![
        (NOBODY, 0o400, "it cannot be written to; give its owner the right to"),
        (NOBODY, 0o000, "it, its -wal or its -shm cannot be opened"),
    ];
    if root {
        cases.push((0, 0o644, "others may read it (mode 644), and that could not be changed"));
    }
    for (owner, rights, says) in cases {
        fs::set_permissions(desk.file(), fs::Permissions::from_mode(rights)).expect("ours");
        let prelude = format!("export SAYS='{says}'");
        let mut child = child_of(&program, "child_without_rights", &desk.file(), &prelude);
        if root {
            chown(desk.file(), Some(owner), None).expect("root may");
            child.uid(NOBODY).gid(NOBODY);
        }
        passes(child);
        assert_eq!(mode(&desk.file()), rights);
        assert_eq!(desk.names(), ["journal.db"]);
    }
    fs::set_permissions(desk.file(), fs::Permissions::from_mode(0o600)).expect("ours");
    assert_eq!(fs::read(desk.file()).expect("readable"), before);
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_without_rights() {
    let Some(file) = given() else { return };
    let says = env::var("SAYS").expect("a sentence");
    for refused in [SqliteJournal::open(&file), SqliteJournal::open_existing(&file)] {
        let error = refused.expect_err("no right to it").to_string();
        assert!(error.starts_with("the journal at \"/") && error.contains(&says), "{error}");
    }
    tell("checked");
}
