//! `${name}` in values.

/// Why a value with placeholders cannot be worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InterpolationError {
    /// A placeholder stands for itself: the reader throws whenever the value is asked for.
    #[error("a placeholder leads back to itself")]
    Cycle,
    /// `${}`, where nothing sets the empty key: asking Java for a property without a name throws.
    #[error("a placeholder has no name")]
    NoName,
    /// More than a megabyte, or placeholders within placeholders a hundred deep.
    #[error("the placeholders stand for too much")]
    TooMuch,
}

/// The longest text that is worked out, in bytes.
const LONGEST: usize = 1 << 20;
/// Placeholders inside what placeholders stand for.
const DEEPEST: usize = 100;

/// Replaces each `${name}` by what it means, and in that again. What means nothing stays as written; `$${name}` becomes
/// `${name}` (`StrSubstitutor` of commons-lang 2, which Commons Configuration 1.x uses).
///
/// # Errors
/// When a placeholder leads back to itself, or to too much.
pub fn interpolate(
    text: &str,
    meaning: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InterpolationError> {
    let mut replaced = String::new();
    substitute(text, meaning, &mut Vec::new(), &mut replaced)?;
    Ok(replaced)
}

fn substitute(
    text: &str,
    meaning: &dyn Fn(&str) -> Option<String>,
    within: &mut Vec<String>,
    replaced: &mut String,
) -> Result<(), InterpolationError> {
    let begin = replaced.len();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        replaced.push_str(before);
        // The escaping character counts as well when a placeholder before stood for it.
        if replaced.len() > begin && replaced.ends_with('$') {
            replaced.pop();
            replaced.push_str("${");
            rest = after;
            continue;
        }
        let Some((name, behind)) = after.split_once('}') else {
            replaced.push_str("${");
            rest = after;
            break;
        };
        if within.iter().any(|outer| outer == name) {
            return Err(InterpolationError::Cycle);
        }
        match meaning(name) {
            Some(value) => {
                if within.len() >= DEEPEST {
                    return Err(InterpolationError::TooMuch);
                }
                within.push(name.to_owned());
                substitute(&value, meaning, within, replaced)?;
                within.pop();
            }
            None => {
                replaced.push_str("${");
                replaced.push_str(name);
                replaced.push('}');
            }
        }
        if replaced.len() > LONGEST {
            return Err(InterpolationError::TooMuch);
        }
        rest = behind;
    }
    replaced.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_through_and_through() {
        let meaning = |name: &str| match name {
            "home" => Some("${root}/liferay".to_owned()),
            "root" => Some("/opt".to_owned()),
            "loop" => Some("x${loop}".to_owned()),
            "many" => Some("${home}".repeat(1 << 17)),
            _ => None,
        };
        for (text, expected) in [
            ("jdbc:${home}/data", "jdbc:/opt/liferay/data"),
            ("${none}-${root}", "${none}-/opt"),
            ("${open", "${open"),
            ("a$${root}-$$${root}", "a${root}-$${root}"),
            ("plain", "plain"),
        ] {
            assert_eq!(interpolate(text, &meaning).as_deref(), Ok(expected));
        }
        assert_eq!(
            interpolate("a${loop}", &meaning),
            Err(InterpolationError::Cycle)
        );
        assert_eq!(
            interpolate("${many}", &meaning),
            Err(InterpolationError::TooMuch)
        );
    }
}
