//! Options of the Java machine.

/// Options with a value of which the last one counts (`java` manual, "Extra Options").
const SIZES: [&str; 6] = ["-Xmx", "-Xms", "-Xmn", "-Xss", "-Xloggc:", "-Xlog:"];

/// What tells one option from another: `-Xmx`, `-XX:Name`, `-Dkey`, `--add-opens=module/package`; for others the whole of
/// it, or what stands before the equals sign.
pub fn option_name(option: &str) -> String {
    if let Some(size) = SIZES.iter().find(|size| option.starts_with(**size)) {
        return (*size).to_owned();
    }
    if let Some(name) = option.strip_prefix("-XX:") {
        let name = name.trim_start_matches(['+', '-']);
        let name = name.split('=').next().unwrap_or(name);
        return format!("-XX:{name}");
    }
    if ["--add-opens=", "--add-exports=", "--add-reads="]
        .iter()
        .any(|kind| option.starts_with(kind))
    {
        let mut parts = option.splitn(3, '=');
        let (kind, package) = (parts.next(), parts.next());
        return format!(
            "{}={}",
            kind.unwrap_or_default(),
            package.unwrap_or_default()
        );
    }
    option.split('=').next().unwrap_or(option).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_told_apart() {
        for (option, name) in [
            ("-Xmx2560m", "-Xmx"),
            ("-XX:+UseG1GC", "-XX:UseG1GC"),
            ("-XX:-UseG1GC", "-XX:UseG1GC"),
            ("-XX:MaxMetaspaceSize=768m", "-XX:MaxMetaspaceSize"),
            ("-Duser.timezone=GMT", "-Duser.timezone"),
            ("-Dflag", "-Dflag"),
            (
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.lang",
            ),
            ("-javaagent:/a.jar=x=y", "-javaagent:/a.jar"),
            ("-server", "-server"),
        ] {
            assert_eq!(option_name(option), name);
        }
    }
}
