//! What a look at the started site shows.

use raylift_run::host::HealthSample;

use super::{Inner, NewSite, Tree};

impl Inner {
    pub(crate) fn sample(&mut self, new_release: bool) -> HealthSample {
        let wanted = if new_release { Tree::New } else { Tree::Old };
        let Some(server) = self.server.clone() else {
            return HealthSample {
                fatal: Some("the server process ended".to_owned()),
                ..HealthSample::default()
            };
        };
        let mut sample = HealthSample {
            alive: true,
            busy: self.clock < server.since + 2_000,
            ..HealthSample::default()
        };
        if self.serves() && server.release == Some(wanted) {
            let since = *self.good_since.get_or_insert(self.clock);
            if self.clock >= since + 2_000 {
                self.between = false;
            }
            return sample;
        }
        self.good_since = None;
        sample.bad.push("/ does not answer".to_owned());
        let silent = server.release == Some(Tree::New) && self.setup.new_site == NewSite::Silent;
        if self.is_ready(&server) && server.ends.is_none() && !silent {
            sample.fatal = Some("the portal refused to start".to_owned());
            sample.log_excerpt.push("ERROR [main]".to_owned());
        }
        sample
    }
}
