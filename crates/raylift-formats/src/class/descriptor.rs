//! Method descriptors and names (The Java Virtual Machine Specification, sections 4.2 and 4.3).

/// What a method descriptor says about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodShape {
    /// Number of parameters; a `long` or a `double` counts once.
    pub parameters: usize,
    /// The method returns something.
    pub returns: bool,
    /// What it returns takes two slots (`long`, `double`).
    pub returns_wide: bool,
}

impl MethodShape {
    /// Reads a descriptor such as `(Ljava/lang/String;[I)V`; `None` when it is not one.
    pub fn of(descriptor: &str) -> Option<Self> {
        let (parameters, result) = descriptor.strip_prefix('(')?.split_once(')')?;
        let mut rest = parameters;
        let mut count = 0;
        while !rest.is_empty() {
            rest = skip_type(rest)?;
            count += 1;
        }
        let returns = result != "V";
        if returns && !skip_type(result)?.is_empty() {
            return None;
        }
        Some(Self {
            parameters: count,
            returns,
            returns_wide: matches!(result, "J" | "D"),
        })
    }
}

fn skip_type(text: &str) -> Option<&str> {
    let base = text.trim_start_matches('[');
    match base.chars().next()? {
        'B' | 'C' | 'D' | 'F' | 'I' | 'J' | 'S' | 'Z' => base.get(1..),
        'L' => base.split_once(';').map(|(_, rest)| rest),
        _ => None,
    }
}

/// The name of a class as people write it: `com/liferay/A$B` becomes `com.liferay.A$B`.
pub fn dotted(internal_name: &str) -> String {
    internal_name.replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted() {
        let shape = MethodShape::of("(Ljava/lang/String;[[IJ[Ljava/lang/Object;)D").unwrap();
        assert_eq!(
            shape,
            MethodShape {
                parameters: 4,
                returns: true,
                returns_wide: true
            }
        );
        assert_eq!(MethodShape::of("()V").unwrap().parameters, 0);
    }

    #[test]
    fn rubbish_is_refused() {
        for text in ["", "()", "(L)V", "(Lx;", "(Q)V", "()VV", "([)V"] {
            assert_eq!(MethodShape::of(text), None, "{text}");
        }
    }
}
