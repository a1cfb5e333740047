//! The stream of `WatchResults`: looks at the wave every second, in a short transaction each time.
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{Stream, stream};
use tonic::Status;

use super::load::{self, Results, Seen};
use crate::assessment;
use crate::base::clock::Timestamp;
use crate::base::id::WaveId;
use crate::base::wire::timestamp;
use crate::base::{Clock, Context, Db, Result, Tx};
use crate::disclosure::Slice;
use crate::insight::ground::NamedSlice;
use crate::insight::participation::Participation;
use crate::insight::sight::View;
use crate::insight::watch::{LOOK_EVERY, Told, Watch};
use crate::insight::wire::{self, Teller};
use crate::pb::insight as pb;
use pb::watch_results_response::Payload;

/// A stream under way.
struct Watching {
    db: Db,
    clock: Arc<dyn Clock>,
    ctx: Context,
    seen: Seen,
    slices: Vec<(Slice, View)>,
    watch: Watch<Participation>,
    /// When the answers were counted that were told last, and what was told.
    counted: Option<(Option<Timestamp>, Vec<Participation>)>,
    looked: Instant,
    messages: VecDeque<Payload>,
    ended: bool,
}

/// Begins with a look, so that what is wrong with the request is told before the stream begins.
pub(super) async fn begin(
    db: &Db,
    clock: Arc<dyn Clock>,
    ctx: Context,
    wave_id: WaveId,
    named: &[NamedSlice],
) -> Result<impl Stream<Item = Result<pb::WatchResultsResponse, Status>> + Send + use<>> {
    let mut tx = db.read("watch_results", ctx.scope()).await?;
    let seen = load::results(&mut tx, &ctx, wave_id).await?;
    tx.commit().await?;
    let slices = named
        .iter()
        .map(|named| seen.sight.find(&seen.ground, named))
        .collect::<Result<Vec<_>>>()?;
    let mut watching = Watching {
        db: db.clone(),
        clock,
        ctx,
        seen,
        slices,
        watch: Watch::default(),
        counted: None,
        looked: Instant::now(),
        messages: VecDeque::new(),
        ended: false,
    };
    watching.look(Duration::ZERO).await?;
    Ok(stream::unfold(watching, next))
}

/// The next message, if there is one more.
async fn next(
    mut watching: Watching,
) -> Option<(Result<pb::WatchResultsResponse, Status>, Watching)> {
    loop {
        if let Some(payload) = watching.messages.pop_front() {
            let message = pb::WatchResultsResponse { payload: Some(payload) };
            return Some((Ok(message), watching));
        }
        if watching.ended {
            return None;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let elapsed = watching.looked.elapsed();
        watching.looked = Instant::now();
        if let Err(error) = watching.look(elapsed).await {
            watching.ended = true;
            return Some((Err(error.into()), watching));
        }
    }
}

impl Watching {
    /// Looks at the wave, and puts what there is to tell into the queue.
    async fn look(&mut self, elapsed: Duration) -> Result<()> {
        let mut tx = self.db.read("watch_results", self.ctx.scope()).await?;
        let wave_id = self.seen.wave.wave_id;
        self.seen.wave = assessment::load_wave(&mut tx, wave_id).await?;
        load::require_opened(&self.seen.wave)?;
        let found = load::release(&mut tx, wave_id, None).await?;
        let frame = self.seen.ground.frame();
        let (participation, release) = match &found {
            None => (self.pending(&mut tx).await?, None),
            Some(row) => {
                let numbers: Vec<usize> =
                    self.slices.iter().map(|(slice, _)| frame.number(*slice)).collect();
                let results = Results::load(&mut tx, &self.seen, found.as_ref(), &numbers).await?;
                let responses = results.all_responses(&self.seen.sight)?;
                let teller = &mut Teller::default();
                let is_whole = self.seen.sight.is_whole();
                let release = wire::release(teller, wave_id, row, responses, is_whole);
                (self.of_slices(&results)?, Some(release))
            }
        };
        tx.commit().await?;
        self.ended = release.is_some();
        for told in self.watch.look(participation, release, elapsed) {
            let payload = self.payload(told);
            self.messages.push_back(payload);
        }
        Ok(())
    }

    /// Participation before the release: as told last, until the answers are counted again.
    async fn pending(&mut self, tx: &mut Tx) -> Result<Vec<Participation>> {
        let snapshot = assessment::find_snapshot(tx, self.seen.wave.wave_id).await?;
        let time = snapshot.map(|snapshot| snapshot.as_of_time);
        match &self.counted {
            Some((counted, told)) if *counted == time => Ok(told.clone()),
            _ => {
                let results = Results::load(tx, &self.seen, None, &[]).await?;
                let told = self.of_slices(&results)?;
                self.counted = Some((time, told.clone()));
                Ok(told)
            }
        }
    }

    fn of_slices(&self, results: &Results) -> Result<Vec<Participation>> {
        let frame = self.seen.ground.frame();
        self.slices
            .iter()
            .map(|(slice, view)| Ok(results.of(frame.number(*slice), *view)?.1))
            .collect()
    }

    fn payload(&self, told: Told<Participation, pb::Release>) -> Payload {
        match told {
            Told::Participation(position, participation) => {
                let slice = self.slices.get(position).map(|(slice, _)| *slice);
                Payload::Participation(pb::SliceParticipation {
                    slice: slice.map(|slice| wire::slice(&self.seen.ground, slice)),
                    participation: Some(Teller::default().participation(&participation)),
                })
            }
            Told::Release(release) => Payload::Release(release),
            Told::Heartbeat => Payload::HeartbeatTime(timestamp(self.clock.now())),
        }
    }
}
