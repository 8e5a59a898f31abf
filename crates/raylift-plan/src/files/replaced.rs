//! Files of the product that both the site and the release have.

use raylift_model::facts::FileFact;
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::origin::Origin;
use raylift_model::plan::FileDecision;

use crate::files::origin::is_archive;
use crate::files::{carry, edited, take};
use crate::origin::Origins;
use crate::wishes::Side;

/// What is known of the file that the site has where the release has one.
pub(crate) struct Known<'a> {
    pub(crate) here: Option<&'a FileFact>,
    /// The installed release has it, the site does not.
    pub(crate) removed: bool,
    /// Where the site's comes from.
    pub(crate) origin: Option<Origin>,
    /// The installed release's archive is at hand.
    pub(crate) old_release: bool,
    /// Whose the person wants.
    pub(crate) side: Option<Side>,
}

/// Files of the product where both have one, sorted by what the reader must know.
#[derive(Default)]
pub(crate) struct Replaced<'a> {
    unproven: Vec<&'a RelativePath>,
    edited: Vec<&'a RelativePath>,
    programs: Vec<&'a RelativePath>,
    sites: Vec<&'a RelativePath>,
    come_back: Vec<&'a RelativePath>,
}

impl<'a> Replaced<'a> {
    /// The release's, unless the person wants the site's.
    pub(crate) fn decide(
        &mut self,
        path: &'a RelativePath,
        from: &RelativePath,
        file: &FileFact,
        known: &Known<'_>,
    ) -> FileDecision {
        let reason = match (known.here, known.origin) {
            (None, _) if known.removed => {
                self.come_back.push(path);
                "the release's; the site had removed this file of the product"
            }
            (None, _) => "new in this release",
            (Some(here), _) if here.digest == file.digest => "the same in both",
            (Some(here), _) if known.side == Some(Side::Site) => {
                return carry(here, "the site's, as you said");
            }
            (Some(_), _) if known.side == Some(Side::Release) => "the release's, as you said",
            (Some(_), Some(Origin::Changed)) if is_archive(path) => {
                self.programs.push(path);
                "the release's; the site had changed this program of the product"
            }
            (Some(_), Some(Origin::Changed)) => {
                self.edited.push(path);
                "the release's; the site had changed this file of the product"
            }
            (Some(_), Some(Origin::Site)) if known.old_release => {
                self.sites.push(path);
                "the release's; the site had a file of its own here"
            }
            (Some(_), _) => {
                if !known.old_release && !is_archive(path) {
                    self.unproven.push(path);
                }
                "the release's takes its place"
            }
        };
        take(path, from, file, known.here.is_some(), reason)
    }

    pub(crate) fn findings(&self, origins: &Origins<'_>, tomcat: &RelativePath) -> Vec<Finding> {
        let edited = self
            .edited
            .iter()
            .map(|path| edited::finding(path, tomcat, origins));
        let sites = self
            .sites
            .iter()
            .map(|path| edited::replaced_site_file(path));
        let come_back = self.come_back.iter().map(|path| edited::comes_back(path));
        edited
            .chain(sites)
            .chain(come_back)
            .chain(edited::changed_programs(&self.programs))
            .chain(edited::unproven(&self.unproven))
            .collect()
    }
}
