//! Symbolic links in a release: those that stay inside are accepted.

use super::fault::Fault;

/// Where links may not lead out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounds {
    /// The first folder of the link's own path: an archive's top folder becomes the home, and what lay beside it in the
    /// archive does not come along.
    TopFolder,
    /// The folder that was opened.
    Root,
}

/// Judges the link at `path`. Parts `..` are accepted at the beginning of a target only: after another link's name they
/// would lead up from where that link points to, which cannot be told from the text.
pub(super) fn judge(path: &str, raw_target: &[u8], bounds: Bounds) -> Result<String, Fault> {
    let refuse = |detail: &str| {
        Err(Fault::unsafe_entry(
            path,
            &format!(
                "it is a link to {:?}, {detail}",
                String::from_utf8_lossy(raw_target)
            ),
        ))
    };
    let Ok(target) = std::str::from_utf8(raw_target) else {
        return refuse("which is not UTF-8");
    };
    if target.is_empty() || target.contains(['\0', '\\']) {
        return refuse("which is not a path");
    }
    if target.starts_with('/') {
        return refuse("which is absolute");
    }
    let depth = path.matches('/').count();
    let room = match bounds {
        Bounds::Root => depth,
        Bounds::TopFolder => depth.saturating_sub(1),
    };
    let mut up = 0;
    let mut down = false;
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if down => return refuse("which goes up after going down"),
            ".." => up += 1,
            _ => down = true,
        }
    }
    if up > room {
        return refuse("which leaves its folder");
    }
    Ok(target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_inside_are_accepted() {
        for (path, target) in [
            ("top/a/b", "c"),
            ("top/a/b", "c/d"),
            ("top/a/b", "../c"),
            ("top/a/b", ".././c/"),
            ("top/b", "a"),
            ("b", "a"),
        ] {
            assert_eq!(
                judge(path, target.as_bytes(), Bounds::TopFolder).unwrap(),
                target,
                "{path}"
            );
        }
        assert!(judge("a/b", b"../c", Bounds::Root).is_ok());
    }

    #[test]
    fn links_that_leave_are_refused() {
        for (path, target) in [
            ("top/a/b", "/etc/passwd"),
            ("top/a/b", "../../other"),
            ("top/a/b", "../../../x"),
            ("top/b", ".."),
            ("b", ".."),
            ("top/a/b", "c/../../../.."),
            ("top/a/b", "c/.."),
            ("top/a/b", ""),
            ("top/a/b", "c\\d"),
        ] {
            assert!(
                judge(path, target.as_bytes(), Bounds::TopFolder).is_err(),
                "{path} -> {target}"
            );
        }
        assert!(judge("a/b", b"../../c", Bounds::Root).is_err());
        assert!(judge("a/b", b"\xff", Bounds::Root).is_err());
    }
}
