//! Options of the Java machine.

/// Options with a value of which the last one counts (`java` manual, "Extra Options").
const SIZES: [&str; 5] = ["-Xmx", "-Xms", "-Xmn", "-Xss", "-Xloggc:"];
/// Options of which every one counts, so that each is one by itself (`java` manual: `-Xlog`, `CompileCommand`, and the
/// options that change modules).
const ADD_UP: [&str; 4] = ["-Xlog", "-XX:CompileCommand=", "-XX:CompileOnly=", "--add-"];

/// What tells one option from another: `-Xmx`, `-XX:Name`, `-Dkey`; for those that add up the whole of it; for others the
/// whole of it, or what stands before the equals sign.
pub fn option_name(option: &str) -> String {
    if let Some(size) = SIZES.iter().find(|size| option.starts_with(**size)) {
        return (*size).to_owned();
    }
    if ADD_UP.iter().any(|kind| option.starts_with(kind)) {
        return option.to_owned();
    }
    if let Some(name) = option.strip_prefix("-XX:") {
        let name = name.trim_start_matches(['+', '-']);
        let name = name.split('=').next().unwrap_or(name);
        return format!("-XX:{name}");
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
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
            ),
            ("--add-modules=a", "--add-modules=a"),
            ("-Xlog:gc=debug:a.log", "-Xlog:gc=debug:a.log"),
            (
                "-XX:CompileCommand=exclude,a::b",
                "-XX:CompileCommand=exclude,a::b",
            ),
            ("-javaagent:/a.jar=x=y", "-javaagent:/a.jar"),
            ("-server", "-server"),
        ] {
            assert_eq!(option_name(option), name);
        }
    }
}
