//! A real PostgreSQL server in a folder of its own, thrown away at the end.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "hush-hush";

/// Names a server that is there already, for all tests to share.
const SHARED: &str = "DOLLR_TEST_POSTGRES";

pub(crate) struct Server {
    url: String,
    /// Where it was started from here.
    cluster: Option<Cluster>,
}

struct Cluster {
    folder: TempDir,
    port: u16,
    extra: String,
}

impl Server {
    /// The server that the environment names, or one of this process.
    pub(crate) fn shared() -> Arc<Self> {
        static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = server.upgrade() {
            return there;
        }
        let made = Arc::new(match env::var(SHARED) {
            Ok(url) => Self { url, cluster: None },
            Err(_) => Self::start(|_| String::new()),
        });
        *server = Arc::downgrade(&made);
        made
    }

    /// A server of a test's own. `prepare` gets the folder of its data and gives options of `postgres`.
    pub(crate) fn start(prepare: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("password"), PASSWORD).expect("a file");
        own(folder.path());
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let mut cluster = Cluster { folder, port, extra: String::new() };
        let (data, password) = (cluster.path("data"), cluster.path("password"));
        let mut init = cluster.tool("initdb");
        init.args(["-N", "--no-locale", "-E", "UTF8", "-U", "dollr", "-A", "scram-sha-256", "--pwfile"]);
        done(init.arg(password).arg("-D").arg(&data));
        cluster.extra = prepare(&data);
        own(cluster.folder.path());
        cluster.run();
        let url = format!("postgres://dollr:{PASSWORD}@127.0.0.1:{port}/postgres");
        Self { url, cluster: Some(cluster) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("a server of this test")
    }

    /// Where it listens besides TCP.
    pub(crate) fn socket(&self) -> &Path {
        self.cluster().folder.path()
    }

    pub(crate) fn port(&self) -> u16 {
        self.cluster().port
    }

    /// As if it had crashed.
    pub(crate) fn crash(&self) {
        self.cluster().stop();
    }

    pub(crate) fn start_again(&self) {
        self.cluster().run();
    }

    /// Runs SQL and does not commit it.
    pub(crate) fn hold(&self, sql: &str) -> Holder {
        let mut psql = Command::new(tool("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-d", &self.url]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = psql.spawn().expect("psql");
        let script = format!("BEGIN;\n{sql};\n\\echo held\n");
        psql.stdin.as_mut().expect("piped").write_all(script.as_bytes()).expect("it reads");
        let mut said = String::new();
        BufReader::new(psql.stdout.as_mut().expect("piped")).read_line(&mut said).expect("it answers");
        assert_eq!(said, "held\n");
        Holder(psql)
    }

    /// What `psql` answers; what it says on stderr otherwise.
    pub(crate) fn psql(&self, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(tool("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url, "-c", sql]);
        let output = psql.output().expect("psql");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

/// Somebody who holds a lock until he is dropped.
pub(crate) struct Holder(Child);

impl Holder {
    /// Commits it after all.
    pub(crate) fn commit(mut self) {
        self.0.stdin.as_mut().expect("piped").write_all(b"COMMIT;\n").expect("it reads");
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // The end of its words is the end of its transaction.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Cluster {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of the server's, run by a user who may: PostgreSQL refuses root.
    fn tool(&self, name: &str) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(tool(name));
            command
        } else {
            Command::new(tool(name))
        };
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} {}",
            self.port,
            self.folder.path().display(),
            self.extra
        );
        let mut start = self.tool("pg_ctl");
        done(
            start
                .args(["-w", "-s", "-o", &options, "-l"])
                .arg(self.path("log"))
                .arg("-D")
                .arg(self.path("data"))
                .arg("start"),
        );
    }

    fn stop(&self) {
        let mut stop = self.tool("pg_ctl");
        done(stop.args(["-w", "-s", "-m", "immediate", "-D"]).arg(self.path("data")).arg("stop"));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.tool("pg_ctl");
        let _ = stop.args(["-w", "-s", "-m", "immediate", "-D"]).arg(self.path("data")).arg("stop").output();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Gives a folder and all in it to the user who runs the server.
fn own(folder: &Path) {
    if is_root() {
        done(Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder));
    }
}

/// Where one of PostgreSQL's programs is: on the path, or where Debian has it.
fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = debian.map(|version| version.path().join("bin"));
    let mut found = env::split_paths(&path).chain(folders).map(|folder| folder.join(name));
    let found = found.find(|program| program.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "{name} is not there: install PostgreSQL (Debian's `postgresql`), or name a server in {SHARED}"
        )
    })
}

fn done(command: &mut Command) {
    // A server that goes on in the background must not hold a pipe open, so its words go to files.
    let said = tempfile::tempfile().expect("a file");
    let status = command
        .stdin(Stdio::null())
        .stdout(said.try_clone().expect("a handle"))
        .stderr(said.try_clone().expect("a handle"))
        .status();
    let name = command.get_program().to_owned();
    let status = status.unwrap_or_else(|e| panic!("{}: {e}", OsStr::new(&name).display()));
    if !status.success() {
        let (mut said, mut text) = (said, String::new());
        said.rewind().and_then(|()| said.read_to_string(&mut text)).expect("readable");
        panic!("{:?} failed: {text}", command.get_args().collect::<Vec<_>>());
    }
}
