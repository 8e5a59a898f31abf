//! Scripts that set variables: what they give to Tomcat after a merge, told by the shell itself.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use proptest::prelude::*;
use raylift_formats::merge::{self, Dialect, OPTIONS, Ruling, Sides, option_name};

use crate::with;

fn merged(old: Option<&str>, base: &str, other: &str) -> Result<(String, Vec<String>), String> {
    let merge = |sides: Sides<'_>| merge::shell(sides, Dialect::Sh, &|_| Ruling::Usual);
    with(merge, old, base, other)
}

const NAMES: [&str; 6] = ["JAVA_OPTS", "CATALINA_OPTS", "A", "B", "HEAP", "MEM"];

/// What a script gives to Tomcat, whose `catalina.sh` puts `$JAVA_OPTS $CATALINA_OPTS` into the command line: the options by name, of several the last; the other variables; what children get.
#[derive(Debug, Default, PartialEq, Eq)]
struct Given {
    options: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    exported: BTreeSet<String>,
    set: BTreeSet<String>,
}

/// Sources a script in `/bin/sh` with an empty environment; `None` when that says anything on its standard error.
fn given(script: &str) -> Option<Given> {
    let names = NAMES.join(" ");
    let tell = format!(
        "\nfor name in {names}; do eval \"[ -z \\\"\\${{$name+set}}\\\" ] || printf '=%s %s\\n' $name \\\"\\$$name\\\"\"; done\nexport -p\n"
    );
    let output = Command::new("/bin/sh")
        .args(["-fc", &format!("{script}{tell}")])
        .env_clear()
        .output()
        .unwrap();
    if !output.stderr.is_empty() {
        return None;
    }
    let mut given = Given::default();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        if let Some(exported) = line.strip_prefix("export ") {
            if let Some((name, _)) = exported.split_once('=')
                && NAMES.contains(&name)
            {
                given.exported.insert(name.to_owned());
            }
        } else if let Some((name, value)) = line.strip_prefix('=').and_then(|it| it.split_once(' '))
        {
            given.set.insert(name.to_owned());
            if OPTIONS.contains(&name) {
                for word in value.split_whitespace() {
                    given.options.insert(option_name(word), word.to_owned());
                }
            } else {
                given.variables.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Some(given)
}

#[test]
fn what_was_one_word_gets_quotation_marks() {
    for (base, other, expected) in [
        (
            "CATALINA_OPTS=-Xmx8g\n",
            "CATALINA_OPTS=\"-Xmx8g -Da=1\"",
            "CATALINA_OPTS=\"-Xmx8g -Da=1\"\n",
        ),
        (
            "export CATALINA_OPTS=\n",
            "export CATALINA_OPTS=\"-Da=1\"",
            "export CATALINA_OPTS=\"-Da=1 \"\n",
        ),
    ] {
        let (text, conflicts) = merged(Some(base), base, other).unwrap();
        assert_eq!((text.as_str(), conflicts.len()), (expected, 0));
    }
    let (text, _) = merged(None, "JAVA_OPTS=\n", "JAVA_OPTS=\"-Da=1 -Db=2\"").unwrap();
    assert_eq!(text, "JAVA_OPTS=\"-Da=1 -Db=2 \"\n");
}

#[test]
fn lines_that_depend_on_each_other_are_not_carried() {
    let bundle = "CATALINA_OPTS=\"$CATALINA_OPTS -Dnew=1 -Xmx2560m\"\n";
    let old = "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2560m\"\n";
    for site in [
        "MEM=\"-Xms8g -Xmx8g\"\nCATALINA_OPTS=\"$CATALINA_OPTS $MEM\"\n",
        "HEAP=4g\nCATALINA_OPTS=\"$CATALINA_OPTS -Xmx$HEAP\"\n",
        "HEAP=4g\nCATALINA_OPTS=\"$CATALINA_OPTS -Xmx${HEAP}\"\n",
        "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2560m\"\nexport L=/a\nexport L=/b:$L\n",
        "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2560m\"\nA=1\nexport A\n",
        "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx2560m\"\nA=1\nB=$A/x\n",
    ] {
        let (text, conflicts) = merged(Some(old), bundle, site).unwrap();
        assert_eq!(
            (text.as_str(), conflicts),
            (bundle, vec!["the script".to_owned()]),
            "{site}"
        );
    }
}

/// What the base moved to another variable and the other one took out.
#[test]
fn an_option_in_another_variable_cannot_be_taken_out() {
    let old = "CATALINA_OPTS=\"-Xmx1g\"\n";
    for base in [
        "MEM=\"-Xmx4g -Da=7\"\nCATALINA_OPTS=\"$MEM\"\n",
        "MEM=\"-Xmx1g\"\nCATALINA_OPTS=\"$MEM\"\n",
    ] {
        let (text, conflicts) = merged(Some(old), base, "").unwrap();
        assert_eq!(
            (text.as_str(), conflicts),
            (base, vec!["CATALINA_OPTS -Xmx".to_owned()])
        );
    }
    let base = "MEM=\"-Xmx4g\"\nCATALINA_OPTS=\"$MEM\"\n";
    assert_eq!(
        merged(Some(old), base, old).unwrap(),
        (base.to_owned(), vec![])
    );
}

/// What counts of a repeated option may be what the variable holds.
#[test]
fn an_option_that_another_variable_holds_as_well_is_a_conflict() {
    let held = "MEM=\"-Xmx4g\"\n";
    let old = format!("{held}JAVA_OPTS=\"-Xmx1g\"\n");
    let base = format!("{held}CATALINA_OPTS=\"$MEM\"\nJAVA_OPTS=\"-Xmx1g\"\n");
    for other in [
        format!("{held}JAVA_OPTS=\"-Xmx2g\"\n"),
        format!("{held}JAVA_OPTS=\"\"\n"),
    ] {
        let (text, conflicts) = merged(Some(&old), &base, &other).unwrap();
        assert_eq!((&text, conflicts.len()), (&base, 1), "{other}");
    }
    let base = format!("{held}CATALINA_OPTS=\"-Xmx2g $MEM\"\n");
    let other = format!("{held}CATALINA_OPTS=\"-Xmx2g\"\n");
    assert_eq!(merged(Some(held), &base, &other).unwrap().1.len(), 1);
    // A variable that nobody refers to holds nothing.
    let other = format!("{held}JAVA_OPTS=\"-Xmx2g\"\n");
    assert_eq!(
        merged(Some(&old), &old, &other).unwrap(),
        (other.clone(), vec![])
    );
}

#[test]
fn a_variable_is_all_that_is_said_of_it() {
    let base = "A=1\nA=$A:2\n";
    for old in ["", "A=1\n"] {
        let (text, conflicts) = merged(Some(old), base, "A=$A:2\n").unwrap();
        assert_eq!((text.as_str(), conflicts), (base, vec!["A".to_owned()]));
    }
    assert_eq!(
        merged(Some("A=1\n"), base, "A=1\n").unwrap(),
        (base.to_owned(), vec![])
    );
}

/// What stands before the variable's own value comes before the lines above.
#[test]
fn options_before_the_variables_own_value_are_not_carried() {
    let old = "CATALINA_OPTS=\"-Da=12\"\n";
    let other = "CATALINA_OPTS=\"-Da=12\"\nCATALINA_OPTS=\"-Da=1 $CATALINA_OPTS\"\n";
    let (text, conflicts) = merged(Some(old), old, other).unwrap();
    assert_eq!((text.as_str(), conflicts.len()), (old, 1));
    let base = "CATALINA_OPTS=\"-Da=12\"\nCATALINA_OPTS=\"-Db=1 $CATALINA_OPTS\"\n";
    let (text, conflicts) = merged(Some(old), base, "CATALINA_OPTS=\"-Da=1\"\n").unwrap();
    assert_eq!((text.as_str(), conflicts.len()), (base, 1));
}

/// In the base they stay, and what is added does not touch them.
#[test]
fn lines_of_the_base_that_depend_on_each_other_stay() {
    let old = "CATALINA_OPTS=\"$CATALINA_OPTS -Da=1\"\n";
    let new = "CATALINA_OPTS=\"$CATALINA_OPTS -Da=1 -Db=2\"\n";
    let site = "HEAP=4g\nCATALINA_OPTS=\"$CATALINA_OPTS -Da=1 -Xmx$HEAP\"\nexport HEAP\n";
    let (text, conflicts) = merged(Some(old), site, new).unwrap();
    assert!(conflicts.is_empty());
    assert_eq!(text, site.replace("$HEAP", "$HEAP -Db=2"));
}

#[test]
fn an_export_is_a_change() {
    let (text, conflicts) = merged(Some("A=1\n"), "A=1\n", "export A=1\n").unwrap();
    assert_eq!((text.as_str(), conflicts.len()), ("export A=1\n", 0));
    let old = "JAVA_OPTS=\"-Da=1\"\n";
    let (text, _) = merged(Some(old), old, "export JAVA_OPTS=\"-Da=1\"\n").unwrap();
    assert_eq!(text, "export JAVA_OPTS=\"-Da=1\"\n");
}

/// A line that the site lacks comes as the release has it: `java` gets `JDK_JAVA_OPTIONS` from its environment alone.
#[test]
fn a_variable_that_is_new_in_the_script_keeps_its_export() {
    let line = |opens: &str| format!("export JDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS {opens}\"\n");
    let old = line("--add-opens=a/b=ALL-UNNAMED");
    let new = format!("{old}{}", line("--add-opens=a/c=ALL-UNNAMED"));
    let site = "CATALINA_OPTS=\"$CATALINA_OPTS -Xmx1g\"\n";
    let (text, conflicts) = merged(Some(&old), site, &new).unwrap();
    assert!(conflicts.is_empty(), "{conflicts:?}");
    let added = line("--add-opens=a/c=ALL-UNNAMED");
    assert_eq!(text, format!("{site}{added}"));
}

#[test]
fn options_that_add_up_are_all_carried() {
    let base = "JAVA_OPTS=\"-Xlog:gc\"\n";
    let other = "JAVA_OPTS=\"-Xlog:gc -Xlog:os:os.log --add-opens=m/p=a --add-opens=m/p=b -XX:CompileCommand=quiet -XX:CompileCommand=exclude,a::b\"\n";
    let (text, conflicts) = merged(Some(base), base, other).unwrap();
    assert_eq!((text.as_str(), conflicts.len()), (other, 0));
}

#[test]
fn comments_and_beginnings_of_words_say_nothing() {
    let old = "CATALINA_OPTS=\"-Xmx1g\"\n";
    let new = "CATALINA_OPTS=\"-Xmx1g -Da=1\"\n";
    for (base, conflict) in [
        ("ulimit -n 9\nCATALINA_OPTS=\"-Xmx1g\"\n# -Da=1\n", true),
        ("ulimit -n 9 # -Da=1\nCATALINA_OPTS=\"-Xmx1g\"\n", true),
        ("ulimit -n 9\nCATALINA_OPTS=\"-Xmx1g -Da=12\"\n", true),
        ("ulimit -n 9\nCATALINA_OPTS=\"-Xmx1g -Da=1\"\n", false),
        ("test -f x && CATALINA_OPTS=\"-Xmx1g -Da=1\"\n", false),
    ] {
        let (text, conflicts) = merged(Some(old), base, new).unwrap();
        assert_eq!(
            (text.as_str(), conflicts.len() == 1),
            (base, conflict),
            "{base}"
        );
    }
    // What the other one no longer has is a change, too.
    let base = "ulimit -n 9\nCATALINA_OPTS=\"-Xmx1g -Da=1\"\n";
    assert_eq!(merged(Some(new), base, old).unwrap().1, ["the script"]);
}

#[test]
fn a_sign_between_other_quotation_marks_is_a_conflict() {
    let old = "CATALINA_OPTS='-Xmx8g'\n";
    let new = "CATALINA_OPTS=\"-Xmx8g -Dp=$PWD\"\n";
    let (text, conflicts) = merged(Some(old), old, new).unwrap();
    assert_eq!((text.as_str(), conflicts.len()), (old, 1));
    // The marks are those around the one that counts, the last.
    let two = "JAVA_OPTS='-Xmx8g'\nCATALINA_OPTS=\"-Xmx$HEAP\"\n";
    let base = "CATALINA_OPTS=\"\"\nJAVA_OPTS='-Xmx8g'\n";
    let (text, conflicts) = merged(Some("JAVA_OPTS='-Xmx8g'\n"), base, two).unwrap();
    assert_eq!((text.as_str(), conflicts.len()), (base, 1));
    let (literal, plain) = (
        "CATALINA_OPTS='-Xmx8g -Dp=$x'\n",
        "CATALINA_OPTS=\"-Xmx8g\"\n",
    );
    assert_eq!(merged(Some(plain), plain, literal).unwrap().1.len(), 1);
    assert_eq!(merged(Some("A=1\n"), "A=1\n", literal).unwrap().1.len(), 1);
}

#[test]
fn what_would_not_be_a_script_is_refused() {
    assert!(merged(Some("A=1\nB=2\n"), "A=1; B=2\n", "B=2\n").is_err());
}

fn line() -> impl Strategy<Value = String> {
    let option = || {
        prop::sample::select(vec![
            "-Xmx1g",
            "-Xmx2g",
            "-Da=1",
            "-Da=12",
            "-Db=$PWD",
            "-Xlog:a",
            "-Xlog:b",
            "-Xmx$HEAP",
            "$MEM",
            "$CATALINA_OPTS",
            "-server",
        ])
    };
    let mark = prop::sample::select(vec!["\"", "\"", "'", ""]);
    let name = prop::sample::select(OPTIONS[..2].to_vec());
    let export = prop::sample::select(vec!["", "", "export "]);
    let options = (
        export.clone(),
        name,
        mark,
        prop::collection::vec(option(), 0..4),
    )
        .prop_map(|(export, name, mark, options)| {
            let count = if mark.is_empty() { 1 } else { options.len() };
            let options: Vec<&str> = options.into_iter().take(count).collect();
            format!("{export}{name}={mark}{}{mark}", options.join(" "))
        });
    let variable = prop::sample::select(vec!["A", "B", "HEAP", "MEM"]);
    let value = prop::sample::select(vec!["1", "", "'x y'", "$A:2", "\"-Xmx4g -Da=7\"", "$HEAP"]);
    let scalar = (export, variable.clone(), value)
        .prop_map(|(export, name, value)| format!("{export}{name}={value}"));
    let bare = variable.prop_map(|name| format!("export {name}"));
    prop_oneof![4 => options, 4 => scalar, 1 => bare, 1 => Just("# -Da=1".to_owned())]
}

fn script() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line(), 0..5)
}

fn text(lines: &[String], between: &str) -> String {
    lines
        .iter()
        .map(|line| format!("{line}{between}"))
        .collect()
}

/// By the law of a merge of three: a value that changed on one side only; `None` where both did.
fn demanded<'a>(
    old: Option<&'a String>,
    base: Option<&'a String>,
    other: Option<&'a String>,
) -> Option<Option<&'a String>> {
    match () {
        () if base == other || old == other => Some(base),
        () if old == base => Some(other),
        () => None,
    }
}

fn check(old: &str, base: &str, other: &str) -> Result<(), TestCaseError> {
    let Ok((result, conflicts)) = merged(Some(old), base, other) else {
        return Ok(());
    };
    if !conflicts.is_empty() {
        return Ok(());
    }
    let case = format!("{old:?} {base:?} {other:?} {result:?}");
    let found = given(&result);
    prop_assert!(found.is_some(), "{}", case);
    let found = found.unwrap();
    let [old, base, other] = [old, base, other].map(|script| given(script).unwrap());
    for kind in [
        |given: &Given| given.options.clone(),
        |given: &Given| given.variables.clone(),
    ] {
        let [old, base, other, found] = [&old, &base, &other, &found].map(kind);
        let keys: BTreeSet<&String> = [&old, &base, &other, &found]
            .into_iter()
            .flat_map(BTreeMap::keys)
            .collect();
        for key in keys {
            let wanted = demanded(old.get(key), base.get(key), other.get(key));
            prop_assert_eq!(wanted, Some(found.get(key)), "{} {}", key, case);
        }
    }
    for name in NAMES {
        let is_new = found.set.contains(name) && !base.set.contains(name);
        let [old, base, other, found] =
            [&old, &base, &other, &found].map(|given| given.exported.contains(name));
        // A script without a variable says nothing of its export.
        let wanted = if is_new {
            other
        } else if base == other || old == other {
            base
        } else {
            other
        };
        prop_assert_eq!(wanted, found, "{} {}", name, case);
    }
    Ok(())
}

/// A line of a script that does more than set variables.
fn statement() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "CATALINA_OPTS=\"$CATALINA_OPTS -Da=1\"",
        "CATALINA_OPTS=\"$CATALINA_OPTS -Db=1\"",
        "JAVA_OPTS=\"$JAVA_OPTS $MEM -Dc=1\"",
        "CATALINA_OPTS=\"-Dd=1\"",
        "MEM=\"-De=1\"",
        "unset CATALINA_OPTS",
        "false && CATALINA_OPTS=\"-Df=1\"",
        "true && CATALINA_OPTS=\"-Df=1\"",
        "false && \\",
        "false &&",
        "if false; then",
        "if true; then A=1; else",
        "if false; then A=1; fi",
        "else",
        "fi",
        "for x in 1 2; do",
        "while false; do A=1; done",
        "done",
        "case a in",
        "b) A=1",
        ";; *) A=2",
        ";; esac",
        "f() {",
        "}",
        "( A=1",
        ")",
        "cat <<E >/dev/null\nfi\nE",
        "B='if",
        "fi'",
        "C=\"$(echo '(' | cat)\"",
        "# if",
        "ulimit -n >/dev/null # (",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What is certain, the shell gives.
    #[test]
    fn the_shell_gives_what_is_certain(lines in prop::collection::vec(statement(), 1..7)) {
        let text = lines.join("\n") + "\n:\n";
        let script = merge::script(text.as_bytes(), Dialect::Sh);
        let certain = script.certain_options(text.as_bytes(), Dialect::Sh);
        if !certain.is_empty() && let Some(given) = given(&text) {
            for option in certain {
                let found = given.options.get(&option_name(option));
                prop_assert_eq!(found.map(String::as_str), Some(option), "{}", text);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What the shell makes of the result is what the law of a merge of three demands, or a person is asked.
    #[test]
    fn the_shell_makes_of_it_what_it_should(
        old in script(), base in script(), other in script(),
    ) {
        check(&text(&old, "\n"), &text(&base, "\n"), &text(&other, "\n"))?;
    }

    /// The same for scripts that have most lines in common.
    #[test]
    fn the_shell_makes_of_small_changes_what_it_should(
        old in script(), mine in (any::<prop::sample::Index>(), line()), theirs in (any::<prop::sample::Index>(), line(), any::<bool>()),
    ) {
        let (mut base, mut other) = (old.clone(), old.clone());
        base.insert(mine.0.index(old.len() + 1), mine.1);
        let at = theirs.0.index(old.len() + 1);
        if theirs.2 && at < old.len() {
            other[at] = theirs.1;
        } else {
            other.insert(at, theirs.1);
        }
        let (old, base, other) = (text(&old, "\n"), text(&base, "\n"), text(&other, "\n"));
        check(&old, &base, &other)?;
        check(&old, &old, &other)?;
    }
}
