//! A journal in trouble, as the command says it: one sentence that names the place, nothing sent that is not on record, and
//! nothing lost (I1, I5, F27).

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use dollr_client::journal::{Journal as _, SqliteJournal};

use crate::server::{PASSWORD, Server};
use crate::shop::{Run, Shop, new_id, run};

const COLLECT: &str = "--account 3000 --currency USD --patience 0s --reference-id";

fn collect(shop: &Shop, id: &str) -> String {
    format!("collect --session {} {COLLECT} {id}", shop.session("25.00"))
}

/// A shop whose journal has a payment in it.
fn shop_with_a_payment() -> (Shop, String) {
    let (shop, id) = (Shop::open(), new_id());
    assert_eq!(shop.run(&collect(&shop, &id)).code, 4);
    (shop, id)
}

fn row(shop: &Shop, id: &str) -> bool {
    let journal = SqliteJournal::open_existing(shop.path("dollr.db")).expect("a journal");
    journal.load(id).expect("readable").is_some()
}

fn says(run: &Run, words: &str) {
    let sentence = run.sentence();
    assert!(
        run.code == 1 && sentence.contains("the journal at \"dollr.db\"") && sentence.contains(words),
        "{run:?}"
    );
}

/// The command, where no file may grow beyond so many kilobytes.
fn limited(shop: &Shop, kilobytes: u32, line: &str) -> Run {
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * kilobytes);
    let plain = shop.command(line.split_whitespace());
    let mut shell = like(&plain, "sh".as_ref());
    shell.args(["-c", &script]).arg(plain.get_program()).args(plain.get_args());
    run(shell)
}

/// Another program, in the same folder and environment.
fn like(plain: &Command, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(plain.get_current_dir().expect("a folder")).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// Wherever the disk runs out, what went out is on record.
#[test]
fn i1_f27_nothing_is_sent_that_a_full_disk_does_not_keep() {
    let (shop, first) = shop_with_a_payment();
    let (mut kept, mut refused) = (0, 0);
    for kilobytes in [0, 4, 31, 32, 36, 40, 44, 48, 52, 56, 60, 64, 72, 80, 88, 96, 128, 4_000] {
        let id = new_id();
        let run = limited(&shop, kilobytes, &collect(&shop, &id));
        assert!(shop.posts(&id) == 0 || row(&shop, &id), "{kilobytes}: {run:?}");
        if run.code == 4 {
            assert_eq!(shop.posts(&id), 1, "{kilobytes}");
            kept += 1;
        } else {
            says(&run, if run.err.contains("disk is full") { "the disk is full" } else { "the disk failed" });
            refused += 1;
        }
        assert!(row(&shop, &first), "{kilobytes}: nothing is lost");
    }
    assert!(kept > 0 && refused > 2, "{kept} {refused}");
}

#[test]
fn f27_a_damaged_file_is_said_and_left_alone() {
    let (shop, id) = shop_with_a_payment();
    let whole = fs::read(shop.path("dollr.db")).expect("readable");
    let (page, calls) = (4_096, shop.sim.ledger().calls.len());
    for from in [100, page] {
        let mut damaged = whole.clone();
        damaged[from..].iter_mut().skip(1).step_by(2).for_each(|byte| *byte = 0xA5);
        fs::write(shop.path("dollr.db"), &damaged).expect("written");
        for line in [
            "journal list",
            "paid",
            "journal tune",
            "journal prune --older-than 100d",
            &collect(&shop, &new_id()),
        ] {
            says(&shop.run(line), "it is damaged (");
            assert_eq!(fs::read(shop.path("dollr.db")).expect("readable"), damaged, "{line}");
        }
    }
    assert_eq!(shop.sim.ledger().calls.len(), calls, "nothing was sent");
    fs::write(shop.path("dollr.db"), whole).expect("written");
    assert!(row(&shop, &id), "a backup will do");
}

/// Root may write anything, so the command is somebody else's then, with a copy of it that he can reach.
#[test]
fn a_file_that_may_only_be_read_is_said_and_left_alone() {
    const NOBODY: u32 = 65_534;
    let (shop, _) = shop_with_a_payment();
    let (folder, file) = (shop.path("."), shop.path("dollr.db"));
    let before = fs::read(&file).expect("readable");
    let program = shop.path("program");
    fs::copy(env!("CARGO_BIN_EXE_dollr"), &program).expect("copied");
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
    set(&folder, 0o777);
    set(&program, 0o755);
    set(&file, 0o400);
    let root = fs::metadata(&file).expect("there").uid() == 0;
    if root {
        chown(&file, Some(NOBODY), None).expect("root may");
    }
    let calls = shop.sim.ledger().calls.len();
    for line in ["journal list", "paid", "journal migrate", &collect(&shop, &new_id())] {
        let plain = shop.command(line.split_whitespace());
        let mut command = like(&plain, &program);
        command.args(plain.get_args());
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        says(&run(command), "it cannot be written to; give its owner the right to");
    }
    assert_eq!(fs::read(&file).expect("readable"), before);
    assert_eq!(shop.sim.ledger().calls.len(), calls, "nothing was sent");
}

/// I10: neither password is shown.
#[test]
fn a_wrong_password_is_said_without_it() {
    let (shop, server) = (Shop::open(), Server::shared());
    let url = server.url().replace(PASSWORD, "not-the-password");
    for line in ["journal list", "paid", "journal migrate", &collect(&shop, &new_id())] {
        let mut command = shop.command(line.split_whitespace());
        command.env("DOLLR_JOURNAL", &url);
        let run = run(command);
        let sentence = run.sentence();
        assert!(
            run.code == 1 && sentence.ends_with("the server refused the user or its password"),
            "{run:?}"
        );
        assert!(!sentence.contains("not-the-password") && !sentence.contains(PASSWORD), "{sentence}");
    }
    assert_eq!(shop.sim.ledger().calls, []);
}
