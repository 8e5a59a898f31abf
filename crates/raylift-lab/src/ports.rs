//! Free ports on this machine.

use std::net::TcpListener;
use std::path::Path;

use crate::LabError;

/// `N` different ports of 127.0.0.1 that nobody listens on now. Another program may take one
/// before the site does; the start then fails and says so in `catalina.out`.
pub(crate) fn free<const N: usize>() -> Result<[u16; N], LabError> {
    let mut ports = [0_u16; N];
    let mut held = Vec::with_capacity(N);
    for port in &mut ports {
        let error = |source| LabError::io("find a free port at", Path::new("127.0.0.1"))(source);
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(error)?;
        *port = listener
            .local_addr()
            .map_err(LabError::io("find a free port at", Path::new("127.0.0.1")))?
            .port();
        held.push(listener);
    }
    Ok(ports)
}
