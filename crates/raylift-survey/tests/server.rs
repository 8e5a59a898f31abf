//! The server of a site and who manages it.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Process, blockers, request, running};
use raylift_model::codes;
use raylift_model::facts::{ManagedBy, PidFile};
use raylift_survey::site::survey;

#[test]
fn who_manages_the_server_is_told() {
    let unit = ManagedBy::Systemd {
        unit: "liferay.service".to_owned(),
    };
    let container = ManagedBy::Container {
        cgroup: "/docker/0123".to_owned(),
    };
    let namespace = ManagedBy::Container {
        cgroup: "mnt:[2]".to_owned(),
    };
    for (cgroup, mounts, expected) in [
        (
            "0::/system.slice/liferay.service\n",
            "mnt:[1]",
            unit.clone(),
        ),
        ("0::/system.slice/liferay.service\n", "mnt:[2]", unit),
        ("0::/docker/0123\n", "mnt:[2]", container),
        (
            "0::/user.slice/user-1.slice/session-1.scope\n",
            "mnt:[2]",
            namespace,
        ),
        (
            "0::/user.slice/user-0.slice/session-9.scope\n",
            "mnt:[1]",
            ManagedBy::Nobody,
        ),
    ] {
        let (scratch, mut machine) = running();
        let mut server = Process::server(4711, &scratch.tomcat());
        server.cgroup = cgroup.to_owned();
        server.mounts = mounts;
        let java = machine.java(scratch.around());
        machine.run(server, &java);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        assert_eq!(
            facts.app_server.process.unwrap().managed_by,
            expected,
            "{cgroup}"
        );
    }
}

#[test]
fn a_server_that_shares_raylifts_own_unit_was_started_by_hand() {
    let (scratch, mut machine) = running();
    let shell = "0::/system.slice/ssh.service\n";
    machine.file("/proc/self/cgroup", shell.as_bytes());
    machine.file("/proc/4711/cgroup", shell.as_bytes());
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(
        facts.app_server.process.unwrap().managed_by,
        ManagedBy::Nobody
    );
}

#[test]
fn a_service_with_its_own_namespace_and_another_home_is_no_business_of_ours() {
    let (scratch, mut machine) = running();
    let mut other = Process::server(5000, &PathBuf::from("/opt/other/tomcat"));
    other.mounts = "mnt:[2]";
    let java = machine.java(scratch.around());
    machine.run(other, &java);
    machine.file(
        "/proc/5000/mountinfo",
        b"9 0 8:1 / / rw - ext4 /dev/sda1 rw\n8 9 8:1 /tmp/private /tmp rw - ext4 /dev/sda1 rw\n",
    );
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    let about_processes = [codes::CONTAINER, codes::SERVER_FOREIGN];
    assert!(
        !blockers(&facts)
            .iter()
            .any(|code| about_processes.contains(code))
    );
}

#[test]
fn a_stop_command_is_not_the_server() {
    let (scratch, mut machine) = running();
    let mut stop = Process::server(4000, &scratch.tomcat());
    *stop.arguments.last_mut().unwrap() = "stop".to_owned();
    let java = machine.java(scratch.around());
    machine.run(stop, &java);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(facts.app_server.process.as_ref().unwrap().pid, 4711);
    assert!(!blockers(&facts).contains(&codes::SERVER_FOREIGN));
}

#[test]
fn a_server_without_a_command_is_a_server() {
    let (scratch, mut machine) = running();
    let mut daemon = Process::server(4000, &scratch.tomcat());
    daemon.arguments.pop();
    let java = machine.java(scratch.around());
    machine.run(daemon, &java);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(
        facts.app_server.process.as_ref().unwrap().pid,
        4000,
        "jsvc hands no argument to Bootstrap"
    );
}

#[test]
fn the_pid_file_of_the_running_server_is_right() {
    let (scratch, machine) = running();
    fs::write(scratch.tomcat().join("bin/catalina.pid"), b"4711\n").unwrap();
    let mut request = request(&scratch.home);
    request.settings.server.pid_file = Some(scratch.tomcat().join("bin/catalina.pid"));
    let facts = survey(&machine, &request).unwrap();
    assert!(matches!(facts.app_server.pid_file, PidFile::Right { .. }));
    assert!(
        !facts
            .files
            .iter()
            .any(|file| file.path.file_name() == "catalina.pid"),
        "it differs at each start and would make every plan stale"
    );
}
