//! Opening a wave: loads everything that it will rest on, finds what is missing, and freezes the rest.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::cells::{self, Formation, FormedCell, Group};
use super::series::Assessment;
use super::wave::{Frozen, Source, Wave};
use super::{FrozenUnit, Outlook, store};
use crate::base::error::Violation;
use crate::base::id::{Id, InvitationId, UnitId, WaveId};
use crate::base::{Context, Error, Result, Tx};
use crate::directory::{self, Organization, SegmentDimension, SegmentScheme};
use crate::instrument::{self, Instrument, State};
use crate::outbox::{self, EventType};
use crate::respondent::{self, Attribute, Cell, NewBox, Promise, Questionnaire};

/// Most warnings that are told.
const WARNINGS_MAX: usize = 1000;

/// What is worth a look before a wave opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Warning {
    /// A unit's own staff are too few: they are reported with the unit above.
    UnitTooSmall(UnitId),
    /// Some people have no value of a stored dimension.
    SegmentsIncomplete(String),
    /// A unit is not split by a stored dimension.
    SegmentDropped(UnitId, String),
}

/// Everything that a wave will rest on.
pub(super) struct Ground {
    organization: Organization,
    instrument: Instrument,
    languages: Vec<String>,
    dimensions: Vec<SegmentDimension>,
    units: Vec<FrozenUnit>,
    invitations: Vec<InvitationId>,
    groups: Vec<Group>,
    /// For each invitation its group.
    of_invitation: Vec<usize>,
    formation: Formation,
}

/// Loads what a wave will rest on; `NOT_READY` with every defect when it cannot open.
pub(super) async fn inspect(
    tx: &mut Tx,
    ctx: &Context,
    wave: &Wave,
    assessment: &Assessment,
) -> Result<Ground> {
    let (organization, scheme) = directory::share_structure(tx).await?;
    let policy = &wave.fields.policy;
    policy.require_not_weaker(organization.settings.privacy_policy)?;
    let mut defects = Defects::default();
    if wave.fields.planned_close_time.is_some_and(|time| time <= ctx.now) {
        defects.note("wave.planned_close_time", "is over; plan a later end or none");
    }
    let instrument = instrument::find_instrument(tx, wave.fields.instrument_id).await?;
    let instrument = defects.usable(instrument, wave, assessment);
    let languages = instrument
        .as_ref()
        .map(|instrument| defects.languages(instrument, &wave.fields.language_codes))
        .unwrap_or_default();
    let dimensions = defects.dimensions(wave, &scheme);
    let scope = assessment.fields.scope_unit_id.unwrap_or(organization.root_unit_id);
    let units = defects.tree(tx, scope).await?;
    let (invitations, groups, of_invitation) = if wave.source == Source::Invited {
        roster(tx, wave.wave_id, &units, &dimensions).await?
    } else {
        (Vec::new(), Vec::new(), Vec::new())
    };
    let minimum = usize::try_from(policy.minimum_group_size).map_err(Error::internal)?;
    let parents: Vec<_> = units.iter().map(|unit| unit.parent).collect();
    let formation = cells::form(&parents, &groups, minimum);
    if wave.source == Source::Invited && formation.is_none() {
        defects.note(
            "invitations",
            &format!("are fewer than the minimum group size of {minimum}; invite more people"),
        );
    }
    let instrument = defects.end(instrument)?;
    let formation = formation.unwrap_or_default();
    Ok(Ground {
        organization,
        instrument,
        languages,
        dimensions,
        units,
        invitations,
        groups,
        of_invitation,
        formation,
    })
}

/// What a draft would rest on if it opened now, as far as it decides about slices. Nothing is locked: it
/// is to be looked at only.
pub(super) async fn look_ahead(tx: &mut Tx, wave_id: WaveId) -> Result<Outlook> {
    let wave = store::wave::find_wave(tx, wave_id).await?;
    let assessment = store::series::find_assessment(tx, wave.assessment_id).await?;
    let organization = directory::load_organization(tx).await?;
    let scheme = directory::load_scheme(tx).await?;
    let mut defects = Defects::default();
    let dimensions = defects.dimensions(&wave, &scheme);
    let scope = assessment.fields.scope_unit_id.unwrap_or(organization.root_unit_id);
    let units = defects.tree(tx, scope).await?;
    let (_, groups, _) = roster(tx, wave_id, &units, &dimensions).await?;
    let policy_digest = wave.fields.policy.digest("");
    Ok(Outlook { units, dimensions, groups, policy_digest, defects: defects.0 })
}

/// The roster by groups of people who are alike: invitations, groups, and each invitation's group.
type Roster = (Vec<InvitationId>, Vec<Group>, Vec<usize>);

async fn roster(
    tx: &mut Tx,
    wave_id: WaveId,
    units: &[FrozenUnit],
    dimensions: &[SegmentDimension],
) -> Result<Roster> {
    let positions: HashMap<_, _> =
        units.iter().enumerate().map(|(position, unit)| (unit.unit_id, position)).collect();
    let mut numbers = BTreeMap::new();
    let (mut invitations, mut groups, mut of_invitation) = (Vec::new(), Vec::new(), Vec::new());
    for invited in store::invitation::list_roster(tx, wave_id).await? {
        // Whoever has moved out of the scope since is no longer asked.
        let Some(unit) = positions.get(&invited.unit_id).copied() else { continue };
        let values = values_of(dimensions, &invited.segments);
        let number = *numbers.entry((unit, values.clone())).or_insert_with(|| {
            groups.push(Group { unit, values, count: 0 });
            groups.len() - 1
        });
        groups[number].count += 1;
        invitations.push(invited.invitation_id);
        of_invitation.push(number);
    }
    Ok((invitations, groups, of_invitation))
}

/// Segment values as positions in some dimensions; none where there is no value, or none of the
/// dimension's.
pub(super) fn values_of(
    dimensions: &[SegmentDimension],
    segments: &BTreeMap<String, String>,
) -> Vec<Option<u16>> {
    dimensions
        .iter()
        .map(|dimension| {
            let key = segments.get(&dimension.key)?;
            let position = dimension.values.iter().position(|value| value.key == *key)?;
            u16::try_from(position).ok()
        })
        .collect()
}

/// Collects what keeps a wave from opening.
#[derive(Default)]
struct Defects(Vec<Violation>);

impl Defects {
    fn note(&mut self, field: &str, description: &str) {
        let (field, description) = (field.to_owned(), description.to_owned());
        self.0.push(Violation { field, description });
    }

    fn usable(
        &mut self,
        instrument: Option<Instrument>,
        wave: &Wave,
        assessment: &Assessment,
    ) -> Option<Instrument> {
        let Some(instrument) = instrument else {
            self.note("wave.instrument_id", "is unknown; choose a published version");
            return None;
        };
        if instrument.state != State::Published {
            self.note("wave.instrument_id", "is not published; choose a published version");
        }
        if instrument.key != assessment.fields.instrument_key {
            self.note("wave.instrument_id", "must be a version of the assessment's instrument");
        }
        let form = &wave.fields.form_key;
        if !form.is_empty() && !instrument.content.forms.iter().any(|known| known.key == *form) {
            self.note("wave.form_key", "is no form of the instrument version");
        } else if instrument.content.asked_items(form, wave.number).is_empty() {
            self.note("wave.form_key", "asks nothing in this wave");
        }
        Some(instrument)
    }

    fn languages(&mut self, instrument: &Instrument, asked: &[String]) -> Vec<String> {
        let complete = &instrument.complete_languages;
        for language in asked.iter().filter(|language| !complete.contains(language)) {
            self.note(
                "wave.language_codes",
                &format!("{language}: the instrument lacks texts in this language"),
            );
        }
        if asked.is_empty() { complete.clone() } else { asked.to_vec() }
    }

    fn dimensions(&mut self, wave: &Wave, scheme: &SegmentScheme) -> Vec<SegmentDimension> {
        match wave.fields.policy.stored_dimensions(scheme) {
            Ok(dimensions) => dimensions,
            Err(unknown) => {
                for key in unknown {
                    self.note(
                        "wave.anonymity_policy.stored_segment_dimension_keys",
                        &format!("{key}: the segment scheme no longer has this dimension"),
                    );
                }
                Vec::new()
            }
        }
    }

    /// The tree of the scope as it stands.
    async fn tree(&mut self, tx: &mut Tx, scope: UnitId) -> Result<Vec<FrozenUnit>> {
        let units: Vec<_> = directory::list_tree(tx, scope)
            .await?
            .into_iter()
            .map(|unit| FrozenUnit {
                unit_id: unit.unit_id,
                parent: unit.parent,
                depth: unit.depth,
                display_name: unit.display_name,
            })
            .collect();
        if units.is_empty() {
            self.note("assessment.scope_unit_id", "is deleted; restore it or measure another unit");
        }
        Ok(units)
    }

    fn end(self, instrument: Option<Instrument>) -> Result<Instrument> {
        match instrument {
            Some(instrument) if self.0.is_empty() => Ok(instrument),
            _ => Err(Error::not_ready(
                "the wave cannot open yet; mend what is listed and open it then",
                self.0,
            )),
        }
    }
}

impl Ground {
    /// What deserves a look.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let unit = |position: &usize| self.units[*position].unit_id;
        let mut warnings: Vec<_> = self
            .formation
            .joined
            .iter()
            .map(|joined| Warning::UnitTooSmall(unit(joined)))
            .collect();
        let incomplete: BTreeSet<usize> = self
            .groups
            .iter()
            .flat_map(|group| group.values.iter().enumerate())
            .filter(|(_, value)| value.is_none())
            .map(|(dimension, _)| dimension)
            .collect();
        let key = |dimension: usize| self.dimensions[dimension].key.clone();
        warnings.extend(
            incomplete.into_iter().map(|dimension| Warning::SegmentsIncomplete(key(dimension))),
        );
        warnings.extend(
            self.formation
                .dropped
                .iter()
                .map(|(pool, dimension)| Warning::SegmentDropped(unit(pool), key(*dimension))),
        );
        warnings.truncate(WARNINGS_MAX);
        warnings
    }

    /// Freezes everything and opens the wave. `salt` is random and kept.
    pub(super) async fn open(
        self,
        tx: &mut Tx,
        ctx: &Context,
        wave: &mut Wave,
        salt: &[u8],
    ) -> Result<()> {
        let cells: Vec<(InvitationId, i32)> = self
            .invitations
            .iter()
            .zip(&self.of_invitation)
            .map(|(invitation, group)| {
                let cell =
                    i32::try_from(self.formation.of_group[*group]).map_err(Error::internal)?;
                Ok((*invitation, cell))
            })
            .collect::<Result<_>>()?;
        let formed = respondent_cells(&self.formation.cells, &self.units, true)?;
        let roster_digest = match wave.source {
            Source::Invited => digest_roster(&cells, &formed, salt),
            Source::Imported => Vec::new(),
        };
        let policy_digest = wave.fields.policy.digest(&HEXLOWER.encode(&roster_digest)).to_vec();
        let frozen = Frozen { dimensions: self.dimensions.clone(), roster_digest, policy_digest };
        wave.open(frozen, self.languages.clone(), ctx.now)?;
        store::unit::insert_units(tx, wave.wave_id, &self.units).await?;
        store::wave::update_wave(tx, wave).await?;
        store::wave::update_salt(tx, wave.wave_id, salt).await?;
        let new = NewBox {
            wave_id: wave.wave_id,
            questionnaire: self.questionnaire(wave),
            close_time: wave.fields.planned_close_time,
            imported: wave.is_imported(),
            cells: formed,
        };
        respondent::open(tx, &new).await?;
        respondent::assign_cells(tx, wave.wave_id, &cells).await?;
        store::invitation::update_cells(tx, wave.wave_id, &cells).await?;
        let etag = Some(wave.etag());
        outbox::append(tx, ctx, EventType::WaveOpened, wave.wave_id, etag).await
    }

    fn questionnaire(&self, wave: &Wave) -> Questionnaire {
        let policy = &wave.fields.policy;
        let digest = wave.frozen.as_ref().map(|frozen| HEXLOWER.encode(&frozen.policy_digest));
        Questionnaire {
            content: self.instrument.content.clone(),
            form_key: wave.fields.form_key.clone(),
            wave_number: wave.number,
            language_codes: self.languages.clone(),
            default_language_code: self.organization.settings.default_language_code.clone(),
            time_zone: wave.fields.time_zone.name().to_owned(),
            promise: Promise {
                minimum_group_size: policy.minimum_group_size,
                comment_minimum_group_size: policy.comment_minimum_group_size,
                discloses_individual_participation: policy.disclose_individual_participation,
                policy_digest: digest.unwrap_or_default(),
            },
            attributes: self
                .dimensions
                .iter()
                .map(|dimension| Attribute {
                    title: dimension.title.clone(),
                    values: dimension.values.iter().map(|value| value.title.clone()).collect(),
                })
                .collect(),
        }
    }
}

/// Cells as answers know them. Those of imported answers have nobody invited.
pub(super) fn respondent_cells(
    formed: &[FormedCell],
    units: &[FrozenUnit],
    invited: bool,
) -> Result<Vec<Cell>> {
    (0..)
        .zip(formed)
        .map(|(cell_id, cell)| {
            Ok(Cell {
                cell_id,
                unit_id: units[cell.unit].unit_id,
                unit_name: units[cell.unit].display_name.clone(),
                values: cell.values.clone(),
                invited: if invited {
                    i32::try_from(cell.count).map_err(Error::internal)?
                } else {
                    0
                },
                late: 0,
            })
        })
        .collect()
}

/// Salted SHA-256 over the roster: what each cell stands for, and a line per invitation with its cell,
/// in the order of the identifiers.
fn digest_roster(cells: &[(InvitationId, i32)], formed: &[Cell], salt: &[u8]) -> Vec<u8> {
    let digest = formed.iter().fold(Sha256::new().chain_update(salt), |digest, cell| {
        let values = cell.values.iter().flat_map(|value| match value {
            // No dimension has as many values.
            None => u16::MAX.to_be_bytes(),
            Some(value) => value.to_be_bytes(),
        });
        digest
            .chain_update(cell.cell_id.to_be_bytes())
            .chain_update(cell.unit_id.uuid().as_bytes())
            .chain_update(values.collect::<Vec<u8>>())
    });
    let mut sorted = cells.to_vec();
    sorted.sort_unstable();
    let digest = sorted.iter().fold(digest, |digest, (invitation, cell)| {
        digest.chain_update(invitation.uuid().as_bytes()).chain_update(cell.to_be_bytes())
    });
    digest.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_roster_is_digested_whatever_its_order_and_every_cell_counts() {
        let id = |number| InvitationId::from_uuid(Uuid::from_u128(number));
        let cell = |unit| Cell {
            cell_id: 0,
            unit_id: UnitId::from_uuid(Uuid::from_u128(unit)),
            unit_name: String::new(),
            values: vec![None],
            invited: 2,
            late: 0,
        };
        let digest = |cells: &[(InvitationId, i32)], salt| digest_roster(cells, &[cell(1)], salt);
        let cells = [(id(1), 0), (id(2), 1)];
        assert_eq!(digest(&cells, b"a"), digest(&[cells[1], cells[0]], b"a"));
        assert_ne!(digest(&cells, b"a"), digest(&cells, b"b"));
        assert_ne!(digest(&cells, b"a"), digest(&[(id(1), 0), (id(2), 0)], b"a"));
        assert_ne!(digest(&cells, b"a"), digest_roster(&cells, &[cell(2)], b"a"));
    }
}
