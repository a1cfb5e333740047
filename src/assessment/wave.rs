//! Waves: their states, and what may change in which.
//!
//! A wave is DRAFT, then OPEN, then CLOSED; DRAFT and OPEN ones can be CANCELLED. What arrives from
//! its opening on and before its close counts.
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::policy::{self, AnonymityPolicy};
use crate::base::clock::{Timestamp, date_in};
use crate::base::id::{AssessmentId, Id, InstrumentId, WaveId};
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Error, Etag, Reason, Result};
use crate::directory::SegmentDimension;

/// Most languages that a wave offers.
pub const LANGUAGES_MAX: usize = 40;
/// Longest key of a form, as stored.
const FORM_KEY: &str = "form_key";

/// State of a wave; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum WaveState {
    /// Being prepared.
    Draft = 1,
    /// Taking responses.
    Open = 2,
    /// Complete.
    Closed = 3,
    /// Given up.
    Cancelled = 4,
}

impl WaveState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Open, Self::Closed, Self::Cancelled];

    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// The name that errors tell.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// State of a wave's results; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum ResultsState {
    /// Nothing is released.
    NotReleased = 1,
    /// A release is being computed.
    Computing = 2,
    /// Released at least once.
    Released = 3,
}

impl ResultsState {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::NotReleased, Self::Computing, Self::Released]
            .into_iter()
            .find(|state| state.number() == number)
    }
}

/// Where a wave's answers come from; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum Source {
    /// Invited people answer.
    Invited = 1,
    /// They were collected elsewhere.
    Imported = 2,
}

impl Source {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a number of the contract, where 0 means invited.
    pub fn from_number(number: i32) -> Option<Self> {
        match number {
            0 | 1 => Some(Self::Invited),
            2 => Some(Self::Imported),
            _ => None,
        }
    }
}

/// When imported answers were given: whole days in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredPeriod {
    /// First day.
    pub start_date: NaiveDate,
    /// First day after.
    pub end_date: NaiveDate,
    /// IANA time zone in which the days count.
    pub time_zone: String,
}

impl MeasuredPeriod {
    /// Checks the order of the days, and that the last one is not after today in its zone.
    pub fn parse(
        check: &mut Check,
        start_date: NaiveDate,
        end_date: NaiveDate,
        zone: Tz,
        now: Timestamp,
    ) -> Option<Self> {
        if end_date <= start_date {
            check.refuse("measured_period.end_date", "must be after start_date");
            return None;
        }
        if date_in(zone, now).succ_opt().is_some_and(|tomorrow| end_date > tomorrow) {
            check.refuse(
                "measured_period.end_date",
                "must not be after tomorrow in the period's time zone, since it was measured already",
            );
            return None;
        }
        Some(Self { start_date, end_date, time_zone: zone.name().to_owned() })
    }
}

/// What a caller says of a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaveFields {
    /// Name; empty for that of the series and the number.
    pub display_name: String,
    /// Version of the instrument.
    pub instrument_id: InstrumentId,
    /// Form of the instrument; empty for all items.
    pub form_key: String,
    /// When it is closed by itself.
    pub planned_close_time: Option<Timestamp>,
    /// Time zone in which it is planned.
    pub time_zone: Tz,
    /// When imported answers were given.
    pub measured_period: Option<MeasuredPeriod>,
    /// Languages offered; empty for all complete ones until it opens.
    pub language_codes: Vec<String>,
    /// What respondents are promised.
    pub policy: AnonymityPolicy,
}

/// What opening a wave froze, beside its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The stored segment dimensions.
    pub dimensions: Vec<SegmentDimension>,
    /// Salted SHA-256 over the roster and its cells; empty for imported waves.
    pub roster_digest: Vec<u8>,
    /// SHA-256 over the policy.
    pub policy_digest: Vec<u8>,
}

/// A wave as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// The wave.
    pub wave_id: WaveId,
    /// Its series.
    pub assessment_id: AssessmentId,
    /// Position in the series, from 1.
    pub number: i32,
    /// Where its answers come from.
    pub source: Source,
    /// What the caller said.
    pub fields: WaveFields,
    /// Where it stands.
    pub state: WaveState,
    /// Where its results stand.
    pub results: ResultsState,
    /// What opening it froze.
    pub frozen: Option<Frozen>,
    /// When it opened.
    pub open_time: Option<Timestamp>,
    /// When it closed.
    pub close_time: Option<Timestamp>,
    /// Counts changes.
    pub revision: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When a user last changed it.
    pub update_time: Timestamp,
}

/// Checks the key of a form; empty means all items.
pub fn parse_form_key(check: &mut Check, key: &str) -> Option<String> {
    if key.is_empty() { Some(String::new()) } else { check.key(FORM_KEY, key) }
}

/// Checks a name, which may be empty.
pub fn parse_display_name(check: &mut Check, name: &str) -> Option<String> {
    check.text("display_name", name, 0..=DISPLAY_NAME_CHARS_MAX)
}

/// Checks the languages offered, each once; none means all complete ones.
pub fn parse_languages(check: &mut Check, tags: &[String]) -> Option<Vec<String>> {
    check.count("language_codes", tags.len(), 0..=LANGUAGES_MAX)?;
    let mut languages = Vec::new();
    for (position, tag) in tags.iter().enumerate() {
        let language = check.language(&format!("language_codes[{position}]"), tag)?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    Some(languages)
}

/// Checks that the planned end is to come.
pub fn require_to_come(check: &mut Check, time: Option<Timestamp>, now: Timestamp) -> Option<()> {
    if time.is_some_and(|time| time <= now) {
        check.refuse("planned_close_time", "must be in the future");
        return None;
    }
    Some(())
}

impl Wave {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Whether its answers are imported.
    pub fn is_imported(&self) -> bool {
        self.source == Source::Imported
    }

    /// Whether its planned end has come, though nobody may have closed it yet.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state == WaveState::Open
            && self.fields.planned_close_time.is_some_and(|end| end <= now)
    }

    /// The stored segment dimensions; none before the opening.
    pub fn dimensions(&self) -> &[SegmentDimension] {
        self.frozen.as_ref().map_or(&[], |frozen| &frozen.dimensions)
    }

    /// Refuses a wave that is in none of `allowed`.
    pub fn require_state(&self, allowed: &[WaveState]) -> Result<()> {
        if allowed.contains(&self.state) { Ok(()) } else { Err(self.conflict(allowed)) }
    }

    /// Refuses a wave in which people can no longer be invited.
    pub fn require_inviting(&self, now: Timestamp) -> Result<()> {
        self.require_state(&[WaveState::Draft, WaveState::Open])?;
        if self.is_imported() {
            return Err(Error::new(
                Reason::StateConflict,
                "the answers of the wave are imported, so nobody is invited to it",
            )
            .about(WaveId::RESOURCE_TYPE, self.wave_id.to_string()));
        }
        if self.is_over(now) {
            return Err(self.conflict(&[WaveState::Draft, WaveState::Open]));
        }
        Ok(())
    }

    /// Refuses a wave that takes no imported responses, or no more.
    pub fn require_importing(&self, now: Timestamp) -> Result<()> {
        self.require_state(&[WaveState::Open])?;
        if !self.is_imported() {
            return Err(Error::new(
                Reason::StateConflict,
                "invited people answer the wave, so that it takes no imported responses; create a wave of the source IMPORTED",
            )
            .about(WaveId::RESOURCE_TYPE, self.wave_id.to_string()));
        }
        if self.is_over(now) { Err(self.conflict(&[WaveState::Open])) } else { Ok(()) }
    }

    /// Whether it is told who took part: where the wave promises it, and while it is known, which is
    /// until the answers are mixed.
    pub fn discloses_participation(&self) -> bool {
        self.fields.policy.disclose_individual_participation
            && matches!(self.state, WaveState::Draft | WaveState::Open)
    }

    /// The refusal that tells the states in which a call is possible.
    fn conflict(&self, allowed: &[WaveState]) -> Error {
        let names: Vec<_> = allowed.iter().map(|state| state.as_str()).collect();
        Error::new(
            Reason::StateConflict,
            format!(
                "the wave is {} or its planned end has come; this needs a wave that is {}",
                self.state.as_str(),
                names.join(" or ")
            ),
        )
        .about(WaveId::RESOURCE_TYPE, self.wave_id.to_string())
        .with("state", self.state.as_str())
        .with("allowedStates", names.join(","))
    }

    /// Takes new fields over, as far as the wave's state lets them change.
    pub fn change(&mut self, fields: WaveFields, now: Timestamp) -> Result<()> {
        match self.state {
            WaveState::Draft => {}
            WaveState::Open | WaveState::Closed => self.check_frozen(&fields, now)?,
            WaveState::Cancelled => {
                self.require_state(&[WaveState::Draft, WaveState::Open, WaveState::Closed])?;
            }
        }
        self.fields = fields;
        self.touch(now);
        Ok(())
    }

    /// What an opened wave lets change: its name, and the planned end while it is to come.
    fn check_frozen(&self, fields: &WaveFields, now: Timestamp) -> Result<()> {
        if fields.policy.is_weaker_than(&self.fields.policy) {
            return Err(policy::promised());
        }
        let (held, asked) = (self.fields.planned_close_time, fields.planned_close_time);
        let same = WaveFields {
            display_name: self.fields.display_name.clone(),
            planned_close_time: held,
            ..fields.clone()
        };
        if same != self.fields {
            return Err(self.conflict(&[WaveState::Draft]));
        }
        if held == asked {
            return Ok(());
        }
        if self.state != WaveState::Open || self.is_over(now) {
            return Err(self.conflict(&[WaveState::Draft, WaveState::Open]));
        }
        let is_later = held.is_none_or(|held| asked.is_none_or(|asked| asked > held));
        if is_later {
            return Ok(());
        }
        Err(Error::invalid_field(
            "wave.planned_close_time",
            "must not be earlier than planned so far; CloseWave closes the wave now",
        ))
    }

    /// Counts a change by a user at `now`.
    fn touch(&mut self, now: Timestamp) {
        self.revision += 1;
        self.update_time = now;
    }

    /// Opens the wave at `now`, with the languages that it offers from then on.
    pub fn open(
        &mut self,
        frozen: Frozen,
        language_codes: Vec<String>,
        now: Timestamp,
    ) -> Result<()> {
        self.require_state(&[WaveState::Draft])?;
        self.state = WaveState::Open;
        self.frozen = Some(frozen);
        self.fields.language_codes = language_codes;
        self.open_time = Some(now);
        self.touch(now);
        Ok(())
    }

    /// Closes the wave at `now`, or at its planned end if that has come. Returns when it closed.
    pub fn close(&mut self, now: Timestamp) -> Result<Timestamp> {
        self.require_state(&[WaveState::Open])?;
        let time = self.fields.planned_close_time.map_or(now, |end| end.min(now));
        self.state = WaveState::Closed;
        self.results = ResultsState::Computing;
        self.close_time = Some(time);
        self.touch(now);
        Ok(time)
    }

    /// Gives the wave up at `now`.
    pub fn cancel(&mut self, now: Timestamp) -> Result<()> {
        self.require_state(&[WaveState::Draft, WaveState::Open])?;
        self.state = WaveState::Cancelled;
        self.touch(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
