//! The ground on which a wave's results stand: its frozen tree and segment dimensions. It tells which
//! slice a caller means, and what a slice is called.
use std::collections::HashMap;

use crate::assessment::FrozenUnit;
use crate::base::id::UnitId;
use crate::base::{Error, Reason, Result};
use crate::directory::SegmentDimension;
use crate::disclosure::{Frame, Part, Slice};

/// Most segment values of a slice.
pub const SEGMENTS_MAX: usize = 2;

/// A slice as callers name it: nothing says yet that it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedSlice {
    /// The unit; none for the scope.
    pub unit_id: Option<UnitId>,
    /// Own staff only.
    pub direct: bool,
    /// Keys of dimensions and values.
    pub segments: Vec<(String, String)>,
}

/// The frozen tree and segment dimensions of a wave.
#[derive(Clone, Debug)]
pub struct Ground {
    units: Vec<FrozenUnit>,
    dimensions: Vec<SegmentDimension>,
    frame: Frame,
    positions: HashMap<UnitId, usize>,
}

impl Ground {
    /// The ground of a wave. Without units there is no slice.
    pub fn new(
        units: Vec<FrozenUnit>,
        dimensions: Vec<SegmentDimension>,
        pairs: Vec<(usize, usize)>,
    ) -> Self {
        let values = dimensions
            .iter()
            .map(|dimension| u16::try_from(dimension.values.len()).unwrap_or(u16::MAX))
            .collect();
        let frame =
            Frame { parents: units.iter().map(|unit| unit.parent).collect(), values, pairs };
        let positions =
            units.iter().enumerate().map(|(position, unit)| (unit.unit_id, position)).collect();
        Self { units, dimensions, frame, positions }
    }

    /// The units, by position.
    pub fn units(&self) -> &[FrozenUnit] {
        &self.units
    }

    /// The stored segment dimensions.
    pub fn dimensions(&self) -> &[SegmentDimension] {
        &self.dimensions
    }

    /// The shape.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Position of a unit.
    pub fn position(&self, unit_id: Option<UnitId>) -> Option<usize> {
        match unit_id {
            None => Some(0),
            Some(unit_id) => self.positions.get(&unit_id).copied(),
        }
    }

    /// Position of a stored segment dimension.
    pub fn dimension(&self, key: &str) -> Result<usize> {
        self.dimensions
            .iter()
            .position(|dimension| dimension.key == key)
            .ok_or_else(|| not_planned("the wave stored no such segment dimension"))
    }

    /// The frozen slice that a caller means.
    pub fn find(&self, named: &NamedSlice) -> Result<Slice> {
        let unit = self
            .position(named.unit_id)
            .ok_or_else(|| not_planned("the unit was not in the wave's tree when it opened"))?;
        let part = match named.segments.as_slice() {
            [] => Part::Whole,
            [one] => {
                let (dimension, value) = self.value(one)?;
                Part::Value { dimension, value }
            }
            [one, other] if unit == 0 && !named.direct => self.pair(one, other)?,
            _ => {
                return Err(not_planned(
                    "two segment values are crossed for the wave's whole scope only",
                ));
            }
        };
        Ok(Slice { unit, direct: named.direct, part })
    }

    fn value(&self, (dimension_key, value_key): &(String, String)) -> Result<(usize, u16)> {
        let dimension = self.dimension(dimension_key)?;
        let value = self.dimensions.get(dimension).and_then(|dimension| {
            (0..).zip(&dimension.values).find(|(_, value)| value.key == *value_key)
        });
        match value {
            Some((value, _)) => Ok((dimension, value)),
            None => Err(not_planned("the segment dimension had no such value at the opening")),
        }
    }

    fn pair(&self, one: &(String, String), other: &(String, String)) -> Result<Part> {
        let (one, other) = (self.value(one)?, self.value(other)?);
        for (pair, (first, second)) in self.frame.pairs.iter().enumerate() {
            for (a, b) in [(one, other), (other, one)] {
                if (a.0, b.0) == (*first, *second) {
                    return Ok(Part::Pair { pair, first: a.1, second: b.1 });
                }
            }
        }
        Err(not_planned("the wave's anonymity policy declares no table of these two dimensions"))
    }

    /// A slice as callers name it.
    pub fn name(&self, slice: Slice) -> NamedSlice {
        let named = |dimension: usize, value: u16| {
            let dimension = self.dimensions.get(dimension)?;
            let value = dimension.values.get(usize::from(value))?;
            Some((dimension.key.clone(), value.key.clone()))
        };
        let segments = match slice.part {
            Part::Whole => Vec::new(),
            Part::Value { dimension, value } => vec![named(dimension, value)],
            Part::Pair { pair, first, second } => {
                let (one, other) = self.frame.pairs.get(pair).copied().unwrap_or_default();
                vec![named(one, first), named(other, second)]
            }
        };
        NamedSlice {
            unit_id: self.units.get(slice.unit).map(|unit| unit.unit_id),
            direct: slice.direct,
            segments: segments.into_iter().flatten().collect(),
        }
    }

    /// Title of a value in one of `languages`, the first that there is.
    pub fn value_title(&self, dimension: usize, value: u16, languages: &[&str]) -> &str {
        let title = self
            .dimensions
            .get(dimension)
            .and_then(|dimension| dimension.values.get(usize::from(value)))
            .map(|value| &value.title);
        title.map_or("", |title| {
            languages
                .iter()
                .map(|language| title.text(language))
                .find(|text| !text.is_empty())
                .unwrap_or("")
        })
    }
}

/// The refusal of a slice that the wave did not freeze.
pub fn not_planned(message: &str) -> Error {
    Error::new(Reason::SliceNotPlanned, message)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::base::Localized;
    use crate::base::id::Id;
    use crate::directory::{SegmentRole, SegmentValue};

    /// The identifier of the unit with a number.
    pub(crate) fn unit(number: u128) -> UnitId {
        UnitId::from_uuid(Uuid::from_u128(number))
    }

    fn title(text: &str) -> Localized {
        Localized(BTreeMap::from([("en".to_owned(), text.to_owned())]))
    }

    fn dimension(key: &str, values: &[&str]) -> SegmentDimension {
        SegmentDimension {
            key: key.to_owned(),
            title: title(key),
            role: SegmentRole::Other,
            values: values
                .iter()
                .map(|value| SegmentValue {
                    key: (*value).to_owned(),
                    title: title(value),
                    retired: false,
                    leading: false,
                })
                .collect(),
        }
    }

    /// 0 over 1 and 4; 1 over 2 and 3; the dimensions `level` and `contact`, crossed.
    pub(crate) fn ground() -> Ground {
        let parents = [None, Some(0), Some(1), Some(1), Some(0)];
        let units = (0..).zip(parents).map(|(number, parent)| FrozenUnit {
            unit_id: unit(number),
            parent,
            depth: [0, 1, 2, 2, 1][usize::try_from(number).unwrap()],
            display_name: format!("Unit {number}"),
        });
        let dimensions =
            vec![dimension("level", &["top", "staff"]), dimension("contact", &["daily", "never"])];
        Ground::new(units.collect(), dimensions, vec![(0, 1)])
    }

    /// A slice as callers name it.
    pub(crate) fn named(
        number: Option<u128>,
        direct: bool,
        segments: &[(&str, &str)],
    ) -> NamedSlice {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        NamedSlice {
            unit_id: number.map(unit),
            direct,
            segments: segments.iter().map(owned).collect(),
        }
    }

    #[test]
    fn every_frozen_slice_is_found_by_its_name() {
        let ground = ground();
        let value = ("contact", "daily");
        let both = [("level", "staff"), value];
        for (number, direct, segments) in [
            (Some(0), false, &[][..]),
            (Some(1), true, &[]),
            (Some(3), false, &[value]),
            (Some(1), true, &[value]),
            (Some(0), false, &both),
        ] {
            let named = named(number, direct, segments);
            assert_eq!(ground.name(ground.find(&named).unwrap()), named);
        }
        let scope = ground.find(&named(None, false, &[])).unwrap();
        assert_eq!(scope, ground.find(&named(Some(0), false, &[])).unwrap());
        let turned = [value, ("level", "staff")];
        let pair = ground.find(&named(None, false, &turned)).unwrap();
        assert_eq!(pair, ground.find(&named(None, false, &both)).unwrap());
    }

    #[test]
    fn any_other_slice_is_not_planned() {
        let ground = ground();
        let both = [("level", "staff"), ("contact", "daily")];
        for wrong in [
            named(Some(9), false, &[]),
            named(None, false, &[("age", "old")]),
            named(None, false, &[("contact", "weekly")]),
            named(Some(1), false, &both),
            named(None, true, &both),
            named(None, false, &[("contact", "daily"), ("contact", "never")]),
        ] {
            let error = ground.find(&wrong).unwrap_err();
            assert_eq!(error.reason(), Reason::SliceNotPlanned, "{wrong:?}");
        }
    }
}
