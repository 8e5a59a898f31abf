//! Which JVMs are a running Tomcat.

/// The main class of Tomcat's own start.
const BOOTSTRAP: &[u8] = b"org.apache.catalina.startup.Bootstrap";
/// What `Bootstrap` is told when it is not to run a server.
const NO_SERVER: [&[u8]; 3] = [b"stop", b"stopd", b"configtest"];

/// Whether a command line with Tomcat's `Bootstrap` runs a server; `None` for one without `Bootstrap`.
///
/// The JVMs that `catalina.sh stop` and `configtest` start have the same options as the server. `Bootstrap.main` of
/// Tomcat 9 goes by its last argument and starts when there is none, as under jsvc; then the program must be `java` or
/// `jsvc`, since any other may merely name the class.
pub fn serves<A: AsRef<[u8]>>(arguments: &[A]) -> Option<bool> {
    let mut rest = arguments.iter().map(AsRef::as_ref);
    rest.find(|argument| *argument == BOOTSTRAP)?;
    let command = rest.rfind(|argument| !argument.is_empty());
    Some(match command {
        Some(command) => !NO_SERVER.contains(&command),
        None => arguments.first().is_some_and(|program| {
            let name = program.as_ref().rsplit(|byte| *byte == b'/').next();
            name.is_some_and(|name| name == b"java" || name.starts_with(b"jsvc"))
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_from_the_jvm_that_stops_it() {
        let main = "org.apache.catalina.startup.Bootstrap";
        for (line, expected) in [
            (format!("/usr/bin/java -Da=b {main} start"), Some(true)),
            (format!("java {main} -security start"), Some(true)),
            (format!("java {main}"), Some(true)),
            (format!("/usr/bin/jsvc.exec -x {main}"), Some(true)),
            (format!("java {main} stop"), Some(false)),
            (format!("java {main} -force stop"), Some(false)),
            (format!("java {main} configtest"), Some(false)),
            (format!("grep {main}"), Some(false)),
            ("java org.example.Other start".to_owned(), None),
        ] {
            let arguments: Vec<&str> = line.split(' ').collect();
            assert_eq!(serves(&arguments), expected, "{line}");
        }
    }
}
