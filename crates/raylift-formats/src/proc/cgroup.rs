//! `/proc/PID/cgroup`: who manages a process.

use raylift_model::facts::ManagedBy;

/// Names in a cgroup path by which container engines and cluster agents are known: Docker, Podman, containerd,
/// CRI-O, LXC, Kubernetes, ECS, systemd-nspawn.
const CONTAINER_MARKS: &[&str] = &[
    "docker",
    "libpod",
    "containerd",
    "cri-containerd",
    "crio",
    "lxc",
    "kubepods",
    "ecs",
    "garden",
    "machine.slice",
];

/// Who manages a process, from its `/proc/PID/cgroup`.
///
/// A path with the name of a container engine is a container. Otherwise the innermost part that ends in `.service` is
/// the unit, unless it is the service manager of a user session (`user@1000.service`) or the process lies in a
/// session's scope (`session-3.scope`): such a process was started by hand. In cgroup version 1 only the hierarchy
/// `name=systemd` tells; in version 2 there is only the line `0::PATH`.
pub fn managed_by(text: &str) -> ManagedBy {
    let mut paths: Vec<&str> = Vec::new();
    for line in text.lines() {
        let mut fields = line.splitn(3, ':');
        let (_, Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        if let Some(mark) = container_part(path) {
            return ManagedBy::Container { cgroup: mark };
        }
        if controllers.is_empty() || controllers == "name=systemd" {
            paths.push(path);
        }
    }
    paths
        .into_iter()
        .find_map(unit)
        .map_or(ManagedBy::Nobody, |unit| ManagedBy::Systemd { unit })
}

fn container_part(path: &str) -> Option<String> {
    let marked = path.split('/').any(|part| {
        // The engine's own daemon is a service of the host, not a container.
        !part.ends_with(".service")
            && CONTAINER_MARKS.iter().any(|mark| {
                part == *mark
                    || part
                        .strip_prefix(mark)
                        .is_some_and(|rest| rest.starts_with(['-', '.', ':', '_']))
            })
    });
    marked.then(|| path.to_owned())
}

fn unit(path: &str) -> Option<String> {
    for part in path.rsplit('/') {
        if part.ends_with(".scope") {
            return None;
        }
        if part.ends_with(".service") {
            let by_hand = part.starts_with("user@");
            return (!by_hand).then(|| part.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit_of(text: &str) -> Option<String> {
        match managed_by(text) {
            ManagedBy::Systemd { unit } => Some(unit),
            _ => None,
        }
    }

    #[test]
    fn a_unit_is_found_in_both_versions() {
        assert_eq!(
            unit_of("0::/system.slice/liferay.service\n").as_deref(),
            Some("liferay.service")
        );
        let version_1 = "4:memory:/system.slice/other.service\n1:name=systemd:/system.slice/system-lr.slice/lr@a.service\n";
        assert_eq!(unit_of(version_1).as_deref(), Some("lr@a.service"));
        assert_eq!(
            unit_of("0::/user.slice/user-1.slice/user@1.service/app.slice/lr.service\n").as_deref(),
            Some("lr.service")
        );
    }

    #[test]
    fn a_session_is_nobody() {
        for text in [
            "0::/user.slice/user-1000.slice/session-3.scope\n",
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope\n",
            "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n",
            "0::/\n",
            "0::/init.scope\n",
            "",
            "rubbish\n::\n",
        ] {
            assert_eq!(managed_by(text), ManagedBy::Nobody, "{text}");
        }
    }

    #[test]
    fn containers_are_known_by_their_engine() {
        for text in [
            "0::/system.slice/docker-0123456789abcdef.scope\n",
            "12:cpu:/docker/0123456789abcdef\n",
            "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-abc.scope\n",
            "0::/machine.slice/libpod-abc.scope/container\n",
            "0::/lxc/name\n",
        ] {
            assert!(
                matches!(managed_by(text), ManagedBy::Container { .. }),
                "{text}"
            );
        }
        assert_eq!(
            unit_of("0::/system.slice/docker.service\n").as_deref(),
            Some("docker.service")
        );
        assert_eq!(
            unit_of("0::/system.slice/lxc-monitor.service\n").as_deref(),
            Some("lxc-monitor.service")
        );
    }
}
