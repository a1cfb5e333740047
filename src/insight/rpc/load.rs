//! What a call needs of a wave, loaded in its transaction: its ground, what the caller sees of it, and
//! its release.
use crate::assessment::{self, WaveState, WaveView};
use crate::base::caller::denied;
use crate::base::id::{Id, ReleaseId, WaveId};
use crate::base::{Context, Error, Permission, Reach, Reason, Result, Tx};
use crate::directory;
use crate::disclosure::{Card, Hidden, Released};
use crate::insight::ground::Ground;
use crate::insight::numbers::Numbers;
use crate::insight::participation::{Count, Participation, Progress};
use crate::insight::sight::{Sight, View};
use crate::insight::store::read::{self, ReleaseRow};
use crate::respondent::{self, Questionnaire};

/// A wave as a caller sees it.
pub(super) struct Seen {
    pub(super) wave: WaveView,
    pub(super) ground: Ground,
    pub(super) sight: Sight,
}

/// Loads a wave. Whoever sees a part of the tree is refused in the same words whether the wave is
/// not there or has nothing for them.
pub(super) async fn wave(
    tx: &mut Tx,
    ctx: &Context,
    wave_id: WaveId,
    permission: Permission,
) -> Result<Seen> {
    let reach = ctx.caller.reach(permission)?;
    let wave = find(tx, reach, wave_id, permission).await?;
    let units = assessment::list_frozen_units(tx, wave_id).await?;
    let ground = Ground::new(units, wave.dimensions.clone(), wave.pairs.clone());
    let sight = sight(tx, reach, permission, &ground).await?;
    Ok(Seen { wave, ground, sight })
}

/// A wave, whatever stands for its ground.
pub(super) async fn find(
    tx: &mut Tx,
    reach: &Reach,
    wave_id: WaveId,
    permission: Permission,
) -> Result<WaveView> {
    match assessment::load_wave(tx, wave_id).await {
        Err(error) if error.reason() == Reason::ResourceNotFound && !reach.is_organization() => {
            Err(denied(permission))
        }
        loaded => loaded,
    }
}

/// What a reach sees of a ground. Refuses whoever sees nothing.
pub(super) async fn sight(
    tx: &mut Tx,
    reach: &Reach,
    permission: Permission,
    ground: &Ground,
) -> Result<Sight> {
    let above = match (reach, ground.units().first()) {
        (Reach::Subtrees(_), Some(scope)) => directory::is_within(tx, reach, scope.unit_id).await?,
        _ => false,
    };
    Sight::of(reach, permission, above, ground)
}

/// The results of a wave, as far as the caller sees them.
pub(super) async fn results(tx: &mut Tx, ctx: &Context, wave_id: WaveId) -> Result<Seen> {
    let seen = wave(tx, ctx, wave_id, Permission::ResultsRead).await?;
    require_opened(&seen.wave)?;
    Ok(seen)
}

/// Results, and the slices that they are for, exist of waves that opened and were not given up.
pub(super) fn require_opened(wave: &WaveView) -> Result<()> {
    let state = match wave.state {
        WaveState::Open | WaveState::Closed => return Ok(()),
        WaveState::Draft => "DRAFT",
        WaveState::Cancelled => "CANCELLED",
    };
    Err(Error::new(
        Reason::StateConflict,
        "a wave has results, and slices that they are for, from its opening on, and none once it is cancelled",
    )
    .about(WaveId::RESOURCE_TYPE, wave.wave_id.to_string())
    .with("state", state)
    .with("allowedStates", "OPEN,CLOSED"))
}

/// What the wave asks.
pub(super) async fn questionnaire(tx: &mut Tx, wave_id: WaveId) -> Result<Questionnaire> {
    respondent::find_questionnaire(tx, wave_id)
        .await?
        .ok_or_else(|| Error::internal("an opened wave asks nothing"))
}

/// The release that is named, or the latest, if there is one.
pub(super) async fn release(
    tx: &mut Tx,
    wave_id: WaveId,
    release_id: Option<ReleaseId>,
) -> Result<Option<ReleaseRow>> {
    let release = read::find_release(tx, wave_id, release_id).await?;
    match (release_id, release) {
        (Some(id), None) => Err(Error::not_found(ReleaseId::RESOURCE_TYPE, id.to_string())),
        (_, release) => Ok(release),
    }
}

/// How far an open wave, or a closed one before its release, has got.
pub(super) async fn progress(tx: &mut Tx, wave: &WaveView, ground: &Ground) -> Result<Progress> {
    let snapshot = assessment::find_snapshot(tx, wave.wave_id).await?;
    if wave.imported {
        let time = snapshot.map(|snapshot| snapshot.as_of_time).or(wave.open_time);
        return Ok(Progress::Imported(time));
    }
    let cells = respondent::list_cells(tx, wave.wave_id).await?;
    let plan = (wave.minimum_group_size, wave.policy_digest.as_slice());
    Ok(Progress::of(ground, &cells, snapshot.as_ref(), wave.open_time, plan))
}

/// What a wave shows of some slices: the cards of its release, or how far it has got.
pub(super) enum Results {
    Released { cards: std::collections::HashMap<usize, Vec<u8>>, wave: WaveView },
    Pending(Progress),
}

impl Results {
    /// Loads what there is for slices, by number, and for the whole scope.
    pub(super) async fn load(
        tx: &mut Tx,
        seen: &Seen,
        release: Option<&ReleaseRow>,
        numbers: &[usize],
    ) -> Result<Self> {
        let Some(release) = release else {
            return Ok(Self::Pending(progress(tx, &seen.wave, &seen.ground).await?));
        };
        let mut wanted = numbers.to_vec();
        wanted.push(SCOPE);
        let cards = read::list_cards(tx, release.release_id, &wanted).await?;
        Ok(Self::Released { cards, wave: seen.wave.clone() })
    }

    /// The numbers and the participation of a slice.
    pub(super) fn of(&self, number: usize, view: View) -> Result<(Numbers, Participation)> {
        let restricted = |participation: Participation| match view {
            View::Full => participation,
            View::Reference => Participation::hidden(Hidden::AccessRestricted, None),
        };
        match self {
            Self::Pending(progress) => {
                let numbers = Numbers::new(Released::Hidden(Hidden::NotReleased), view);
                Ok((numbers, restricted(progress.of_slice(number))))
            }
            Self::Released { cards, wave } => {
                let card = card(cards.get(&number))?;
                let participation = participation(&card, wave);
                Ok((Numbers::new(card, view), restricted(participation)))
            }
        }
    }

    /// Responses of the whole wave, as far as the caller may know.
    pub(super) fn all_responses(&self, sight: &Sight) -> Result<Count> {
        if !sight.is_whole() {
            return Ok(Count::Hidden(Hidden::AccessRestricted));
        }
        Ok(self.of(SCOPE, View::Full)?.1.responses)
    }
}

/// Number of the slice of all.
const SCOPE: usize = 0;

/// Reads a stored card. A slice without one is protected.
pub(super) fn card(stored: Option<&Vec<u8>>) -> Result<Released<Card>> {
    let Some(stored) = stored else { return Ok(Released::Hidden(Hidden::Protected)) };
    Card::decode(stored)
        .map(Released::Shown)
        .ok_or_else(|| Error::internal("a stored card cannot be read"))
}

/// The participation that a card publishes.
pub(super) fn participation(card: &Released<Card>, wave: &WaveView) -> Participation {
    match card {
        Released::Shown(card) => Participation::released(card.participation(), wave.close_time),
        Released::Hidden(reason) => Participation::hidden(*reason, wave.close_time),
    }
}
