//! Where facts of releases wait for the next command.

use raylift_model::digest::Digest;
use raylift_model::facts::ReleaseFacts;

/// Keeps facts by what stands for a release's content. It gives back only what this same reader kept and never fails:
/// whatever goes wrong, the release is read.
pub trait FactsStore {
    /// The facts kept for a content, without place and checksums.
    fn recall(&self, key: &Digest) -> Option<ReleaseFacts>;

    /// Keeps the facts of a content.
    fn keep(&self, key: &Digest, facts: &ReleaseFacts);
}
