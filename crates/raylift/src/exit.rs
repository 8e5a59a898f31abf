//! Exit codes. The table in `docs/manual.md` is checked against this file.

/// What a command ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// raylift could not do it; nothing was changed.
    Failed,
    /// The command line is wrong.
    Usage,
    /// Refused: something must be resolved first; nothing was changed.
    Refused,
    /// The update failed and the site went back by itself; the old site lives.
    WentBack,
    /// Stopped in the middle: the fence stands, `raylift resume` or `raylift rollback` goes on.
    Stuck,
    /// Stopped at a safe point because somebody asked for it.
    Interrupted,
}

impl Exit {
    /// All of them with the words of the manual.
    #[cfg(test)]
    pub(crate) const ALL: [(Self, &'static str); 7] = [
        (Self::Done, "done"),
        (Self::Failed, "raylift could not do it; nothing was changed"),
        (Self::Usage, "the command line is wrong"),
        (
            Self::Refused,
            "refused: something must be resolved first; nothing was changed",
        ),
        (
            Self::WentBack,
            "the update failed and the site went back by itself; the old site lives",
        ),
        (
            Self::Stuck,
            "stopped in the middle: the fence stands; run raylift resume or raylift rollback",
        ),
        (
            Self::Interrupted,
            "stopped at a safe point because you asked for it",
        ),
    ];

    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::WentBack => 4,
            Self::Stuck => 5,
            Self::Interrupted => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_manual_has_the_table() {
        let manual = include_str!("../../../docs/manual.md");
        for (exit, words) in Exit::ALL {
            let line = format!("| {} | {words} |", exit.code());
            assert!(manual.contains(&line), "{line}");
        }
    }
}
