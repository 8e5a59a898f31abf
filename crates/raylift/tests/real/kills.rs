//! `kill -9` at many moments of an update, of the way back and of the commit. Whatever the moment: nobody starts the site
//! by hand while the fence stands, and one more command ends in a healthy old or a healthy new site with everything that
//! was written before.

mod hand;
pub(crate) mod scene;
mod table;

use crate::kills::scene::{At, Moment, Scene, Verb};

const UPDATE: Verb = Verb::Update { micro: false };
/// With the optional step of the lab's slow module, which then takes some seconds.
const UPDATE_WITH_MICRO: Verb = Verb::Update { micro: true };

#[test]
fn killed_while_files_change() {
    let mut scene = Scene::set(&[]);
    for moment in [
        Moment::of(UPDATE, At::Forward("verify-release", 1)).then_rollback(),
        Moment::of(UPDATE, At::HalfStaged).then_rollback(),
        Moment::of(UPDATE, At::Forward("raise-fence", 1)).then_rollback(),
        Moment::of(UPDATE, At::Forward("stop-server", 1)).then_rollback(),
        Moment::of(UPDATE, At::Forward("take-return-point", 1)).then_rollback(),
        Moment::of(UPDATE, At::Forward("exchange", 3)).then_resume(),
        Moment::of(Verb::Rollback, At::Back("exchange", 2)).then_resume(),
        Moment::of(UPDATE, At::Forward("start-server", 1)).then_resume(),
        Moment::of(Verb::Rollback, At::Back("start-server", 1)).then_rollback(),
        Moment::of(UPDATE, At::Forward("lower-fence", 1)).then_resume(),
        Moment::of(Verb::Commit, At::CommitStarted).then_resume(),
    ] {
        scene.play(&moment);
    }
    scene.print("kill -9 while files change");
}

#[test]
fn killed_while_data_changes() {
    let mut scene = Scene::set(&[("7.2.1.slow.seconds", "12")]);
    for moment in [
        Moment::of(UPDATE, At::Forward("prove-restore-point", 1)).then_rollback(),
        Moment::of(UPDATE, At::CoreSteps).then_resume(),
        Moment::of(Verb::Rollback, At::Back("take-return-point", 1)).then_resume(),
        Moment::of(UPDATE_WITH_MICRO, At::ModuleStep).then_resume(),
        Moment::of(Verb::Rollback, At::Back("stop-server", 1)).then_rollback(),
        Moment::of(UPDATE, At::CoreSteps).then_rollback(),
        Moment::of(UPDATE, At::Forward("check-health", 1)).then_rollback(),
        Moment::of(UPDATE, At::Forward("check-binding-stopped", 1)).then_resume(),
    ] {
        scene.play(&moment);
    }
    scene.print("kill -9 while data changes");
}
