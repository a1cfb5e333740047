//! Laws of waves: the table of verbs, the window in which answers count, what may still change.
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::directory::PrivacyPolicy;

fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn fields() -> WaveFields {
    WaveFields {
        display_name: String::new(),
        instrument_id: InstrumentId::from_uuid(Uuid::from_u128(3)),
        form_key: String::new(),
        planned_close_time: None,
        time_zone: chrono_tz::Europe::Zurich,
        measured_period: None,
        language_codes: Vec::new(),
        policy: AnonymityPolicy::of_organization(PrivacyPolicy::default()),
    }
}

fn draft() -> Wave {
    Wave {
        wave_id: WaveId::from_uuid(Uuid::from_u128(1)),
        assessment_id: AssessmentId::from_uuid(Uuid::from_u128(2)),
        number: 1,
        source: Source::Invited,
        fields: fields(),
        state: WaveState::Draft,
        results: ResultsState::NotReleased,
        frozen: None,
        open_time: None,
        close_time: None,
        revision: 1,
        create_time: at(0),
        update_time: at(0),
    }
}

fn frozen() -> Frozen {
    Frozen { dimensions: Vec::new(), roster_digest: vec![1], policy_digest: vec![2] }
}

fn wave(state: WaveState) -> Wave {
    let mut wave = draft();
    wave.state = state;
    wave
}

#[derive(Clone, Copy, Debug)]
enum Verb {
    Open,
    Close,
    Cancel,
    Rename,
    ChangeInstrument,
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        Just(Verb::Open),
        Just(Verb::Close),
        Just(Verb::Cancel),
        Just(Verb::Rename),
        Just(Verb::ChangeInstrument)
    ]
}

fn act(wave: &mut Wave, verb: Verb, now: Timestamp) -> Result<()> {
    match verb {
        Verb::Open => wave.open(frozen(), vec!["de".to_owned()], now),
        Verb::Close => wave.close(now).map(drop),
        Verb::Cancel => wave.cancel(now),
        Verb::Rename => {
            let display_name = format!("{}x", wave.fields.display_name);
            wave.change(WaveFields { display_name, ..wave.fields.clone() }, now)
        }
        Verb::ChangeInstrument => {
            let id = InstrumentId::from_uuid(Uuid::from_u128(
                wave.fields.instrument_id.uuid().as_u128() + 1,
            ));
            wave.change(WaveFields { instrument_id: id, ..wave.fields.clone() }, now)
        }
    }
}

/// Where a verb leads; none where it is refused.
fn next(state: WaveState, verb: Verb) -> Option<WaveState> {
    use WaveState::{Cancelled, Closed, Draft, Open};
    match (state, verb) {
        (Draft, Verb::Open) => Some(Open),
        (Open, Verb::Close) => Some(Closed),
        (Draft | Open, Verb::Cancel) => Some(Cancelled),
        (Draft | Open | Closed, Verb::Rename) | (Draft, Verb::ChangeInstrument) => Some(state),
        _ => None,
    }
}

proptest! {
    #[test]
    fn verbs_lead_where_the_table_says_and_refusals_change_nothing(verbs in prop::collection::vec(verb(), 0..12)) {
        let mut wave = draft();
        for (second, verb) in (1..).zip(verbs) {
            let before = wave.clone();
            let done = act(&mut wave, verb, at(second));
            if let Some(state) = next(before.state, verb) {
                prop_assert!(done.is_ok());
                prop_assert_eq!(wave.state, state);
                prop_assert_eq!(wave.revision, before.revision + 1);
            } else {
                prop_assert_eq!(done.unwrap_err().reason(), Reason::StateConflict);
                prop_assert_eq!(&wave, &before);
            }
            prop_assert_eq!(wave.open_time.is_some(), wave.frozen.is_some());
            prop_assert_eq!(wave.close_time.is_some(), wave.state == WaveState::Closed);
        }
    }
}

#[test]
fn a_wave_closes_when_it_was_planned_to_even_if_nobody_looked() {
    let mut wave = wave(WaveState::Open);
    wave.fields.planned_close_time = Some(at(10));
    assert!(!wave.is_over(at(9)));
    assert!(wave.is_over(at(10)));
    assert!(wave.require_inviting(at(9)).is_ok());
    assert_eq!(wave.require_inviting(at(10)).unwrap_err().reason(), Reason::StateConflict);
    assert_eq!(wave.clone().close(at(25)).unwrap(), at(10));
    assert_eq!(wave.close(at(5)).unwrap(), at(5));
}

#[test]
fn the_planned_end_of_an_open_wave_only_moves_away() {
    let mut wave = wave(WaveState::Open);
    wave.fields.planned_close_time = Some(at(100));
    let planned = |time| WaveFields { planned_close_time: time, ..fields() };
    let mut earlier = wave.clone();
    assert_eq!(
        earlier.change(planned(Some(at(99))), at(1)).unwrap_err().reason(),
        Reason::FieldInvalid
    );
    for later in [Some(at(101)), None] {
        assert!(wave.clone().change(planned(later), at(1)).is_ok());
        // Once it has come, respondents were told that the wave is over.
        assert!(wave.clone().change(planned(later), at(100)).is_err());
    }
    wave.fields.planned_close_time = None;
    assert!(wave.clone().change(planned(Some(at(5))), at(1)).is_ok());
    wave.state = WaveState::Closed;
    assert!(wave.change(planned(Some(at(5))), at(1)).is_err());
}

#[test]
fn a_promise_is_not_weakened_and_not_changed() {
    let policy = |size| {
        let mut policy = fields().policy;
        policy.minimum_group_size = size;
        WaveFields { policy, ..fields() }
    };
    for state in [WaveState::Open, WaveState::Closed] {
        let mut wave = wave(state);
        wave.fields = policy(7);
        assert_eq!(wave.change(policy(6), at(1)).unwrap_err().reason(), Reason::AnonymityWeakened);
        assert_eq!(wave.change(policy(8), at(1)).unwrap_err().reason(), Reason::StateConflict);
        assert!(wave.change(policy(7), at(1)).is_ok());
    }
}

#[test]
fn nobody_is_invited_to_an_imported_wave() {
    let wave = Wave { source: Source::Imported, ..draft() };
    assert_eq!(wave.require_inviting(at(0)).unwrap_err().reason(), Reason::StateConflict);
}

#[test]
fn a_period_has_days_and_they_are_over() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    let now = DateTime::from_timestamp(1_767_571_200, 0).unwrap() + TimeDelta::hours(23);
    let parse = |start, end| {
        MeasuredPeriod::parse(&mut Check::new(), start, end, chrono_tz::Europe::Zurich, now)
    };
    // It is the 5th in UTC and the 6th in Zurich.
    assert!(parse(day(1), day(7)).is_some());
    assert!(parse(day(1), day(8)).is_none());
    assert!(parse(day(1), day(1)).is_none());
}

#[test]
fn stored_numbers_read_back() {
    for state in WaveState::ALL {
        assert_eq!(WaveState::from_number(state.number()), Some(state));
    }
    assert_eq!(WaveState::from_number(5), None);
    for results in [ResultsState::NotReleased, ResultsState::Computing, ResultsState::Released] {
        assert_eq!(ResultsState::from_number(results.number()), Some(results));
    }
    for source in [Source::Invited, Source::Imported] {
        assert_eq!(Source::from_number(source.number().into()), Some(source));
    }
}
