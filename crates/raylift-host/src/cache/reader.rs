//! What decides which facts are read: this program.

use std::fs::File;
use std::io::Read;

use raylift_model::digest::Digest;
use sha2::{Digest as _, Sha256};

/// Version and digest of the running program. The version alone would leave the facts of an older build in use, and a
/// number that somebody has to raise would be forgotten; the program's own bytes cannot be.
pub(super) fn of_this_program() -> Option<String> {
    let mut program = File::open("/proc/self/exe").ok()?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match program.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(buffer.get(..count)?),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    Some(format!("{version} {}", Digest::finish(hasher)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_program_is_the_same_twice() {
        let reader = super::of_this_program().unwrap();
        assert_eq!(super::of_this_program().unwrap(), reader);
        assert!(reader.len() > 64, "{reader}");
    }
}
