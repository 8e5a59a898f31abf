//! Facts of releases in the cache.

use raylift_model::digest::Digest;
use raylift_model::facts::ReleaseFacts;
use raylift_survey::release::FactsStore;

use super::Cache;
use super::entry::Kind;

impl FactsStore for Cache {
    fn recall(&self, key: &Digest) -> Option<ReleaseFacts> {
        serde_json::from_slice(&self.read(Kind::Facts, key.as_str())?).ok()
    }

    fn keep(&self, key: &Digest, facts: &ReleaseFacts) {
        if let Ok(body) = serde_json::to_vec(facts) {
            self.write(Kind::Facts, key.as_str(), &body);
        }
    }
}
