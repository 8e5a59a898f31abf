//! Starts programs as the user a site belongs to.
//!
//! The rights are dropped by a thread of its own: Linux keeps user and groups for each thread (`setuid(2)`, "C
//! library/kernel differences"), a child has those of the thread that makes it, and the standard library can set the
//! user and the group of a child but not its supplementary groups.

use std::ffi::CString;
use std::io;
use std::process::{Child, Command, Output, Stdio};

use nix::unistd::{Gid, Uid, User, getgrouplist};
use raylift_model::facts::Ownership;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// Why a program could not be started as a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Only root may become somebody else.
    #[error(
        "cannot start {program} as user {wanted}: this is user {current}, and only root may change users"
    )]
    NotRoot {
        /// The program.
        program: String,
        /// Numeric id asked for.
        wanted: u32,
        /// Numeric id of this process.
        current: u32,
    },
    /// The program could not be started.
    #[error("cannot start {program} as user {uid}")]
    Start {
        /// The program.
        program: String,
        /// Numeric id of the user.
        uid: u32,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

/// Name, home folder and groups of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// Home folder.
    pub home: std::path::PathBuf,
    /// Every group id, the given one included.
    pub groups: Vec<u32>,
}

/// Looks a user up in the passwd and group databases; `None` for an id without a name.
pub fn account(uid: u32, gid: u32) -> Option<Account> {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten()?;
    let groups = CString::new(user.name.as_str())
        .ok()
        .and_then(|name| getgrouplist(&name, Gid::from_raw(gid)).ok())
        .map_or_else(
            || vec![gid],
            |groups| groups.into_iter().map(Gid::as_raw).collect(),
        );
    Some(Account {
        name: user.name,
        home: user.dir,
        groups,
    })
}

/// Numeric id of this process's user.
pub fn current_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether this process may start the program as the owner.
///
/// # Errors
/// [`UserError::NotRoot`] when this process is neither root nor the owner.
pub fn allowed(program: &str, owner: &Ownership) -> Result<(), UserError> {
    let current = current_uid();
    if current == 0 || current == owner.uid {
        return Ok(());
    }
    Err(UserError::NotRoot {
        program: program.to_owned(),
        wanted: owner.uid,
        current,
    })
}

/// Starts the command as the owner: with its user, group, supplementary groups, `HOME`, `USER` and `LOGNAME` when this
/// process is root and the owner is not, otherwise as it stands.
///
/// # Errors
/// [`UserError::NotRoot`] when this process is neither root nor the owner; [`UserError::Start`] when the program cannot
/// be started.
pub fn spawn(command: &mut Command, owner: &Ownership) -> Result<Child, UserError> {
    let program = command.get_program().to_string_lossy().into_owned();
    allowed(&program, owner)?;
    let failed = |source| UserError::Start {
        program,
        uid: owner.uid,
        source,
    };
    if owner.uid == current_uid() {
        return command.spawn().map_err(failed);
    }
    let mut groups = vec![owner.gid];
    if let Some(account) = account(owner.uid, owner.gid) {
        command
            .env("HOME", account.home)
            .env("USER", &account.name)
            .env("LOGNAME", account.name);
        groups = account.groups;
    } else {
        command
            .env("HOME", "/")
            .env_remove("USER")
            .env_remove("LOGNAME");
    }
    spawn_reduced(command, owner, &groups).map_err(failed)
}

/// Runs the command to its end as the owner, like [`Command::output`]; standard input is empty.
///
/// # Errors
/// As [`spawn`].
pub fn output(command: &mut Command, owner: &Ownership) -> Result<Output, UserError> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let program = command.get_program().to_string_lossy().into_owned();
    spawn(command, owner)?
        .wait_with_output()
        .map_err(|source| UserError::Start {
            program,
            uid: owner.uid,
            source,
        })
}

fn spawn_reduced(command: &mut Command, owner: &Ownership, groups: &[u32]) -> io::Result<Child> {
    let uid = rustix::process::Uid::from_raw(owner.uid);
    let gid = rustix::process::Gid::from_raw(owner.gid);
    let groups: Vec<_> = groups
        .iter()
        .map(|group| rustix::process::Gid::from_raw(*group))
        .collect();
    std::thread::scope(|scope| {
        scope
            .spawn(move || {
                set_thread_groups(&groups)?;
                set_thread_res_gid(gid, gid, gid)?;
                set_thread_res_uid(uid, uid, uid)?;
                command.spawn()
            })
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the starting thread ended")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(uid: u32, gid: u32) -> Ownership {
        Ownership {
            uid,
            gid,
            user: None,
        }
    }

    fn said(output: &Output) -> String {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn current() -> Ownership {
        owner(current_uid(), rustix::process::getegid().as_raw())
    }

    #[test]
    fn the_own_user_changes_nothing() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "id -u; echo $HOME"])
            .env("HOME", "/elsewhere");
        let output = output(&mut command, &current()).unwrap();
        assert_eq!(said(&output), format!("{}\n/elsewhere", current_uid()));
    }

    /// As root: the child is the user in every respect and this process stays root. As an ordinary user: refused.
    #[test]
    fn another_user_is_entered_by_root_only() {
        let nobody = User::from_name("nobody").unwrap().unwrap();
        let wanted = owner(nobody.uid.as_raw(), nobody.gid.as_raw());
        let mut command = Command::new("sh");
        command.args(["-c", "id -u; id -ru; id -g; id -G; echo $HOME; echo $USER; head -c0 /etc/shadow || echo refused"]);
        let result = output(&mut command, &wanted);
        if current_uid() == 0 {
            let groups = account(wanted.uid, wanted.gid).unwrap().groups;
            let groups: Vec<_> = groups.iter().map(u32::to_string).collect();
            assert_eq!(
                said(&result.unwrap()),
                format!(
                    "{uid}\n{uid}\n{gid}\n{}\n{}\nnobody\nrefused",
                    groups.join(" "),
                    nobody.dir.display(),
                    uid = wanted.uid,
                    gid = wanted.gid
                )
            );
            assert_eq!(current_uid(), 0);
            assert_eq!(
                said(&output(Command::new("id").arg("-u"), &current()).unwrap()),
                "0"
            );
        } else {
            assert!(matches!(result, Err(UserError::NotRoot { .. })));
        }
    }

    #[test]
    fn an_id_without_a_name_has_no_account() {
        assert_eq!(account(4_294_000_000, 0), None);
        assert_eq!(account(0, 0).unwrap().name, "root");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = spawn(&mut Command::new("/no/such/program"), &current()).unwrap_err();
        assert!(error.to_string().contains("/no/such/program"), "{error}");
    }
}
