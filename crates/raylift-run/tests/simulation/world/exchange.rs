//! Exchanges, in one step or by renames.

use raylift_model::codes;
use raylift_model::plan::Exchange;
use raylift_run::host::{HostError, LiveSide};

use super::{Place, Tree, World};

impl World {
    pub(crate) fn place_of(&self, exchange: &Exchange) -> Place {
        let mut found = Place::default();
        self.change_place(exchange, |place| found = place.clone());
        found
    }

    pub(crate) fn change_place(&self, exchange: &Exchange, change: impl FnOnce(&mut Place)) {
        self.inner(|inner| {
            let exchanges = &inner.plan.exchanges;
            let index = exchanges
                .iter()
                .position(|other| other == exchange)
                .unwrap();
            change(&mut inner.places[index]);
        });
    }

    pub(crate) fn exchange_by_renames(
        &self,
        exchange: &Exchange,
        wanted: Tree,
    ) -> Result<(), HostError> {
        let place = self.place_of(exchange);
        if ![place.live, place.staged, place.between].contains(&Some(Tree::New)) {
            let text = "there is no new tree";
            return Err(HostError::new(codes::EXCHANGE_AMBIGUOUS, text));
        }
        while !self.place_of(exchange).is_whole(wanted) {
            self.effect("rename")?;
            self.change_place(exchange, |place| rename(place, wanted));
        }
        Ok(())
    }
}

impl Place {
    pub(crate) fn live_side(&self, live_exists: bool) -> LiveSide {
        match (self.live, self.between) {
            (_, Some(_)) => LiveSide::Ambiguous,
            (Some(Tree::New), _) => LiveSide::New,
            (Some(Tree::Old), _) => LiveSide::Old,
            (None, _) if live_exists => LiveSide::Ambiguous,
            (None, _) => LiveSide::Old,
        }
    }

    fn is_whole(&self, wanted: Tree) -> bool {
        self.between.is_none() && (self.live == Some(Tree::New)) == (wanted == Tree::New)
    }
}

/// The next rename of a file system without exchange: the live tree aside, the wanted one in, the other to staging.
fn rename(place: &mut Place, wanted: Tree) {
    if place.between.is_none() {
        place.between = place.live.take().or(place.between);
        if place.between.is_none() {
            place.live = place.staged.take();
        }
    } else if place.live.is_none() && place.between == Some(wanted) {
        place.live = place.between.take();
    } else if place.live.is_none() {
        place.live = place.staged.take();
        if place.live.is_none() {
            place.staged = place.between.take();
        }
    } else {
        place.staged = place.between.take();
    }
}
