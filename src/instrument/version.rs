//! A version of an instrument: it begins as a draft, is published, and ends retired. What was
//! published never changes, so that waves stay comparable.
use super::content::Content;
use super::readiness::defects;
use crate::base::clock::Timestamp;
use crate::base::id::{Id, InstrumentId};
use crate::base::{Error, Etag, Reason, Result};

/// Most versions of an organization, all keys together.
pub const VERSIONS_MAX: i64 = 1_000;

/// State of a version; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum State {
    /// Can be changed, cannot be used.
    Draft = 1,
    /// Can be used, cannot be changed.
    Published = 2,
    /// Can no longer be chosen.
    Retired = 3,
}

impl State {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Retired]
            .into_iter()
            .find(|state| state.number() == number)
    }

    /// The public word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Retired => "RETIRED",
        }
    }
}

/// A version of an instrument, as far as other rooms need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Identifier of the version.
    pub instrument_id: InstrumentId,
    /// Key shared by all versions.
    pub key: String,
    /// Where it stands.
    pub state: State,
    /// What it consists of.
    pub content: Content,
    /// Languages in which every text exists.
    pub complete_languages: Vec<String>,
}

/// A version with all that is kept about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// What other rooms see.
    pub instrument: Instrument,
    /// Counts the versions of the key, from 1.
    pub number: i32,
    /// Part of the program: the same for all organizations, and never changed by one.
    pub system_provided: bool,
    /// Counts changes.
    pub revision: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
    /// When it was published.
    pub publish_time: Option<Timestamp>,
}

impl Version {
    /// A new draft, made at `now`.
    pub fn draft(
        instrument_id: InstrumentId,
        (key, number): (String, i32),
        content: Content,
        now: Timestamp,
    ) -> Self {
        let complete_languages = content.complete_languages();
        let state = State::Draft;
        Self {
            instrument: Instrument { instrument_id, key, state, content, complete_languages },
            number,
            system_provided: false,
            revision: 1,
            create_time: now,
            update_time: now,
            publish_time: None,
        }
    }

    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Refuses what is not in `state`, and all that belongs to the program.
    fn require(&self, state: State, doing: &str) -> Result<()> {
        if self.instrument.state == state && !self.system_provided {
            return Ok(());
        }
        let sentence = if self.system_provided {
            format!("the system provides this instrument, so it cannot be {doing}; copy it instead")
        } else {
            format!("only a version that is {} can be {doing}", state.as_str())
        };
        Err(Error::new(Reason::StateConflict, sentence)
            .about(InstrumentId::RESOURCE_TYPE, self.instrument.instrument_id.to_string())
            .with("state", self.instrument.state.as_str())
            .with("allowedStates", state.as_str()))
    }

    /// Refuses to change or delete anything but a draft.
    pub fn require_draft(&self, doing: &str) -> Result<()> {
        self.require(State::Draft, doing)
    }

    /// Gives a draft another content at `now`.
    pub fn change(&mut self, content: Content, now: Timestamp) -> Result<()> {
        self.require_draft("changed")?;
        self.instrument.complete_languages = content.complete_languages();
        self.instrument.content = content;
        self.touch(now);
        Ok(())
    }

    /// Publishes a draft at `now`, if nothing is missing for an organization whose default
    /// language is `language`.
    pub fn publish(&mut self, language: &str, now: Timestamp) -> Result<()> {
        self.require_draft("published")?;
        let defects = defects(&self.instrument.content, language);
        if !defects.is_empty() {
            let sentence = "the draft is incomplete; mend the defects and publish it then";
            return Err(Error::not_ready(sentence, defects)
                .about(InstrumentId::RESOURCE_TYPE, self.instrument.instrument_id.to_string()));
        }
        self.instrument.state = State::Published;
        self.publish_time = Some(now);
        self.touch(now);
        Ok(())
    }

    /// Takes a published version out of use at `now`.
    pub fn retire(&mut self, now: Timestamp) -> Result<()> {
        self.require(State::Published, "retired")?;
        self.instrument.state = State::Retired;
        self.touch(now);
        Ok(())
    }

    fn touch(&mut self, now: Timestamp) {
        self.revision += 1;
        self.update_time = now;
    }
}

/// Refuses a further version where the organization has as many as it may.
pub fn check_room(versions: i64) -> Result<()> {
    if versions < VERSIONS_MAX {
        return Ok(());
    }
    let sentence = format!(
        "an organization has at most {VERSIONS_MAX} versions of instruments; delete drafts first"
    );
    Err(Error::new(Reason::LimitReached, sentence).with("limit", "versions of instruments"))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn draft() -> Version {
        let id = InstrumentId::from_uuid(Uuid::from_u128(1));
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Version::draft(id, ("key".to_owned(), 1), Content::default(), now)
    }

    #[test]
    fn each_step_is_open_in_one_state_and_never_for_what_the_system_provides() {
        for state in [State::Draft, State::Published, State::Retired] {
            for system_provided in [false, true] {
                let mut version = Version { system_provided, ..draft() };
                version.instrument.state = state;
                let open = |wanted| state == wanted && !system_provided;
                let now = version.update_time;
                assert_eq!(version.require_draft("deleted").is_ok(), open(State::Draft));
                let mut changed = version.clone();
                let change = changed.change(Content::default(), now);
                assert_eq!(change.is_ok(), open(State::Draft));
                assert_eq!(changed.revision, if change.is_ok() { 2 } else { 1 });
                let mut retired = version.clone();
                assert_eq!(retired.retire(now).is_ok(), open(State::Published));
                let refused = version.publish("de", now).unwrap_err().reason();
                let reason =
                    if open(State::Draft) { Reason::NotReady } else { Reason::StateConflict };
                assert_eq!(refused, reason);
                assert_eq!((version.revision, version.publish_time), (1, None));
            }
        }
    }

    #[test]
    fn an_organization_has_a_thousand_versions() {
        assert!(check_room(VERSIONS_MAX - 1).is_ok());
        assert_eq!(check_room(VERSIONS_MAX).unwrap_err().reason(), Reason::LimitReached);
    }
}
