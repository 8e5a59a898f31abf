//! Sites on database servers: the same job, the same troubles and the same kills as on the embedded database.

use std::process::{Child, Command, Stdio};

use raylift_lab::{Engine, ReleaseVersion, Scenario};

use crate::harness::{TestSite, release};
use crate::kills::scene::{At, Moment, Scene, Verb};

const UPDATE: Verb = Verb::Update { micro: false };

#[test]
fn there_and_back_on_postgresql() {
    there_and_back(Engine::Postgresql, "dlfileentry");
}

#[test]
fn there_and_back_on_mariadb() {
    there_and_back(Engine::Mariadb, "DLFileEntry");
}

#[test]
fn killed_on_postgresql() {
    killed(Engine::Postgresql);
}

#[test]
fn killed_on_mariadb() {
    killed(Engine::Mariadb);
}

#[test]
fn what_a_restored_backup_says_loads_its_dump() {
    for engine in [Engine::Postgresql, Engine::Mariadb] {
        let site = TestSite::on(engine, &[]);
        site.raylift(&["backup"]).assert(0);
        let to = site.home().with_file_name("back");
        let restore = ["backups", "restore", "latest", "--to", to.to_str().unwrap()];
        let ended = site.raylift(&restore).assert(0);
        let facts = site.site.engine().unwrap().facts().clone();
        site.site.execute(&["create database loaded"]).unwrap();
        let commands: Vec<&str> = ended
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .collect();
        assert!(!commands.is_empty(), "{}", ended.all());
        for command in commands {
            let command = command
                .replace("HOST", "127.0.0.1")
                .replace("PORT", &facts.port.to_string())
                .replace("USER", &facts.user)
                .replace("NAME", "loaded")
                .replace(" --password", "");
            let output = Command::new("sh")
                .args(["-c", &command])
                .env("PGPASSWORD", &facts.password)
                .env("MYSQL_PWD", &facts.password)
                .output()
                .unwrap();
            assert!(output.status.success(), "{command}: {output:?}");
        }
        let user = format!("--user={}", facts.user);
        let port = format!("--port={}", facts.port);
        let (client, arguments) = match engine {
            Engine::Postgresql => (
                "psql",
                [
                    "--tuples-only",
                    "--no-align",
                    "--dbname=loaded",
                    "--command=select count(*) from DLFileEntry",
                ],
            ),
            _ => (
                "mariadb",
                [
                    "--batch",
                    "--skip-column-names",
                    "--database=loaded",
                    "--execute=select count(*) from DLFileEntry",
                ],
            ),
        };
        let user = match engine {
            Engine::Postgresql => user.replace("--user=", "--username="),
            _ => user,
        };
        let output = Command::new(client)
            .args([user.as_str(), &port, "--host=127.0.0.1"])
            .args(arguments)
            .env("PGPASSWORD", &facts.password)
            .env("MYSQL_PWD", &facts.password)
            .output()
            .unwrap();
        let rows = String::from_utf8(output.stdout).unwrap();
        assert_eq!(rows.trim(), site.titles().len().to_string(), "{engine:?}");
    }
}

/// `table`: how the server writes Liferay's `DLFileEntry` (PostgreSQL folds names that are not quoted).
fn there_and_back(engine: Engine, table: &str) {
    let site = TestSite::on(engine, &[]);
    let titles = site.titles();

    // A proof alone: the site serves, and the plan knows from then on what a return point costs.
    let drill = site.raylift(&["drill", "--json"]).assert(0);
    let drill: serde_json::Value = serde_json::from_str(&drill.stdout).unwrap();
    assert!(drill["database_bytes"].as_u64() > Some(1000), "{drill}");
    assert!(drill["restore_milliseconds"].as_u64() > Some(0), "{drill}");
    let compared = drill["compared"].to_string();
    assert!(
        compared.contains("dumped, restored and compared, every row"),
        "{compared}"
    );
    let count = titles.len();
    let versions = format!(
        "versions of documents: {count} in the restored database, {count} with their file among"
    );
    assert!(count > 0 && compared.contains(&versions), "{compared}");
    assert_eq!(left_on_the_server(&site), Vec::<String>::new());
    site.assert_old(&titles);
    let archive = release(ReleaseVersion::Ga2);
    let plan = site.raylift(&["plan", archive.to_str().unwrap()]).assert(0);
    let mut lines = plan.stdout.lines().map(str::trim_start);
    let chosen = lines.find_map(|line| line.strip_prefix("* own copies "));
    assert!(
        chosen.is_some_and(|cost| cost.trim_start().starts_with("about ")),
        "{}",
        plan.all()
    );
    assert!(!plan.stdout.contains("RL0520"), "{}", plan.all());

    // What an upgrade stumbles over is named with the site up; the rest of the job is done with it.
    site.site
        .execute(&[
            "create table example_a (id bigint primary key)",
            "create table example_b (id bigint primary key, a bigint, \
             constraint example_fk foreign key (a) references example_a (id))",
            "insert into example_a values (1)",
            "insert into example_b values (2, 1)",
        ])
        .unwrap();
    let plan = site.raylift(&["plan", archive.to_str().unwrap()]).assert(0);
    for words in ["RL0520", "example_b.example_fk -> example_a"] {
        assert!(plan.stdout.contains(words), "{words}: {}", plan.all());
    }

    backup_is_whole(&site);

    // Somebody else on the database, as another node would be: nothing is copied or changed, and the old site serves.
    let other = Session::open(&site);
    let ended = site.update().assert(4);
    assert!(ended.stderr.contains("RL0513"), "{}", ended.all());
    let named = format!("of user {} from 127.0.0.1", other.user);
    assert!(ended.all().contains(&named), "{named}: {}", ended.all());
    drop(other);
    site.assert_old(&titles);

    // A step that fails half way leaves what it had done in the database.
    order(&site, "fail");
    let ended = site.update().assert(4);
    assert!(
        ended.all().contains("portal is at 5.0.3 instead of 5.1.0"),
        "{}",
        ended.all()
    );
    site.assert_old(&titles);
    order(&site, "");

    site.update().assert(0);
    site.assert_new(&titles);
    site.site
        .write_document("Written after the update", b"new")
        .unwrap();
    let refused = site.raylift(&["rollback"]).assert(3);
    let loss = format!("{table}: 2 rows then, 3 now");
    assert!(refused.stderr.contains(&loss), "{}", refused.all());
    let who = format!("{table}: 1 rows written by Lab Author, the last at ");
    assert!(refused.stderr.contains(&who), "{}", refused.all());
    let title = "new document \"Written after the update\" by Lab Author, 20";
    assert!(refused.stderr.contains(title), "{}", refused.all());
    site.raylift(&["rollback", "--discard-writes"]).assert(0);
    site.assert_old(&titles);
    assert_eq!(
        left_on_the_server(&site),
        ["0002", "0003"],
        "what two failed runs left is kept, and no scratch database"
    );

    site.update().assert(0);
    site.raylift(&["commit"]).assert(0);
    site.assert_new(&titles);
}

fn killed(engine: Engine) {
    let mut scene = Scene::of(TestSite::on(engine, &[]));
    for moment in [
        Moment::of(UPDATE, At::Forward("prove-restore-point", 1)).then_resume(),
        Moment::of(Verb::Rollback, At::Restoring).then_resume(),
        Moment::of(UPDATE, At::Forward("take-return-point", 1)).then_rollback(),
        Moment::of(UPDATE, At::CoreSteps).then_rollback(),
    ] {
        scene.play(&moment);
    }
    scene.print(&format!("kill -9 on {engine:?}"));
    let left = left_on_the_server(scene.site());
    assert_eq!(left, ["0001", "0003"], "no scratch database");
}

/// A backup of the running site has its database as a dump, and restic finds the repository in order.
fn backup_is_whole(site: &TestSite) {
    let taken = site.raylift(&["backup", "--json"]).assert(0);
    let taken: serde_json::Value = serde_json::from_str(&taken.stdout).unwrap();
    let id = taken["backup"]["id"].as_str().unwrap();
    let shown = site.raylift(&["backups", "show", id, "--json"]).assert(0);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let parts: Vec<&str> = shown["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["name"].as_str().unwrap())
        .collect();
    assert_eq!(parts, ["database", "documents", "files"], "{shown}");
    let restic = Command::new("restic")
        .arg("--repo")
        .arg(taken["repository"].as_str().unwrap())
        .arg("--password-file")
        .arg(taken["key_file"].as_str().unwrap())
        .args(["check", "--read-data", "--no-cache"])
        .output()
        .expect("restic runs");
    assert!(restic.status.success(), "{restic:?}");
    site.raylift(&["backups", "check"]).assert(0);
}

/// Somebody who is connected to the site's database by the vendor's client and does nothing.
struct Session {
    client: Child,
    user: String,
}

impl Session {
    fn open(site: &TestSite) -> Self {
        let facts = site.site.engine().unwrap().facts().clone();
        let (host, port) = ("127.0.0.1", facts.port.to_string());
        let mut command = match facts.engine {
            Engine::Postgresql => {
                let mut command = Command::new("psql");
                command
                    .args([
                        "-h",
                        host,
                        "-p",
                        &port,
                        "-U",
                        &facts.user,
                        "-d",
                        &facts.database,
                    ])
                    .env("PGPASSWORD", &facts.password);
                command
            }
            _ => {
                let mut command = Command::new("mariadb");
                command
                    .args(["-h", host, "-P", &port, "-u", &facts.user, &facts.database])
                    .env("MYSQL_PWD", &facts.password);
                command
            }
        };
        let client = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the vendor's client starts");
        Self {
            client,
            user: facts.user,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.client.kill().expect("it waits for its input");
        self.client.wait().expect("the process is ours");
    }
}

/// Runs whose databases are on the server, by what raylift names them; each must be one that was set aside.
pub(crate) fn left_on_the_server(site: &TestSite) -> Vec<String> {
    let query = match site.site.engine().unwrap().facts().engine {
        Engine::Postgresql => {
            "select datname from pg_database where datname like 'raylift%' order by 1"
        }
        _ => {
            "select schema_name from information_schema.schemata where schema_name like 'raylift%' order by 1"
        }
    };
    let mut runs: Vec<String> = site
        .site
        .query(query)
        .unwrap()
        .into_iter()
        .map(|row| row[0].clone().unwrap())
        .map(|name| {
            assert!(name.ends_with("_aside"), "{name} was left");
            name.split('_').nth(2).unwrap().to_owned()
        })
        .collect();
    runs.sort();
    runs
}

/// Orders trouble in the core step 5.0.4 of the new release, or none.
fn order(site: &TestSite, trouble: &str) {
    let mut scenario = Scenario::of(ReleaseVersion::Ga1);
    if !trouble.is_empty() {
        scenario
            .trouble
            .insert("7.2.1.core.step.5.0.4".to_owned(), trouble.to_owned());
    }
    site.site.set_trouble(&scenario).unwrap();
}
