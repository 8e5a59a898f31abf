//! Running the programs of a database server.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::LabError;
use crate::maven::tail;

use super::Place;

/// A program as the owner, in the server's folder and in an environment of its own.
pub(super) fn program(path: &Path, place: &Place) -> Command {
    let mut command = Command::new(path);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("HOME", &place.folder)
        .current_dir(&place.folder)
        .stdin(Stdio::null());
    place.owner.apply(&mut command);
    // Its own process group, so that a terminal's interrupt does not reach the server.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Runs it to its end and gives its standard output.
pub(super) fn output(command: &mut Command) -> Result<Vec<u8>, LabError> {
    finished(command, |command| command.output())
}

/// The same with `input` as standard input.
pub(super) fn output_of(command: &mut Command, input: &str) -> Result<Vec<u8>, LabError> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    finished(command, |command| {
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        // From a thread of its own, because both pipes may fill up.
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // A program that ends early says why on its standard error.
                let _ = stdin.map(|mut stdin| stdin.write_all(input.as_bytes()));
            });
            child.wait_with_output()
        })
    })
}

fn finished(
    command: &mut Command,
    run: impl FnOnce(&mut Command) -> std::io::Result<std::process::Output>,
) -> Result<Vec<u8>, LabError> {
    let name = Path::new(command.get_program()).to_path_buf();
    let output = run(command).map_err(LabError::io("run", &name))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(LabError::Command {
        command: name
            .file_name()
            .map(OsStr::to_string_lossy)
            .unwrap_or_default()
            .into_owned(),
        output: tail(&[output.stdout, output.stderr].concat(), 2_000),
    })
}

/// The first line of what a program prints about its version.
pub(super) fn version(path: &Path) -> Result<String, LabError> {
    let printed = output(Command::new(path).arg("--version"))?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

/// What a server wrote into its log last.
pub(super) fn end_of_log(place: &Place) -> String {
    tail(&std::fs::read(place.log()).unwrap_or_default(), 2_000)
}
