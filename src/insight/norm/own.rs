//! Norms of an organization's own waves, from what their releases show and nothing else.
use std::collections::HashMap;

use super::{Basis, CaseKind, Target, Value};
use crate::base::error::Violation;
use crate::base::{Error, Result};
use crate::disclosure::{Card, Figure, Reference, Released, ScaleCard};

/// What the latest release of a wave shows.
pub struct Shown {
    /// What the scores of a card are the scores of.
    pub targets: Vec<Target>,
    /// The card of the scope.
    pub scope: Released<Card>,
    /// The cards of the units below the scope that are shown.
    pub units: Vec<Card>,
}

/// The norms over the units of waves, and what they rest on. Refuses fewer than two units.
pub fn norms(waves: &[Shown]) -> Result<(Vec<Value>, Basis)> {
    let mut scores: HashMap<&Target, Vec<Figure>> = HashMap::new();
    let mut order: Vec<&Target> = Vec::new();
    for wave in waves {
        for target in &wave.targets {
            if !order.contains(&target) {
                order.push(target);
            }
        }
        for card in &wave.units {
            for (target, figure) in wave.targets.iter().zip(figures(card)) {
                scores.entry(target).or_default().extend(figure.shown());
            }
        }
    }
    let values: Vec<Value> = order
        .into_iter()
        .filter_map(|target| {
            let reference = Reference::of_figures(scores.get(target)?)?;
            Some(Value { target: target.clone(), reference })
        })
        .collect();
    let overall = Target::overall();
    if !values.iter().any(|value| value.target == overall) {
        let violation = Violation {
            field: "norm_set.wave_ids".to_owned(),
            description: "at least 2 units below the scopes must show an overall score".to_owned(),
        };
        return Err(Error::not_ready("the waves do not make a norm", vec![violation]));
    }
    Ok((
        values,
        Basis { case_kind: CaseKind::Units, organizations: 1, respondents: respondents(waves) },
    ))
}

/// The scores of a card, in the order of its targets.
fn figures(card: &Card) -> impl Iterator<Item = Released<Figure>> + '_ {
    std::iter::once(card.overall())
        .chain(card.dimensions())
        .chain(card.facets())
        .map(ScaleCard::score)
}

/// Responses of all waves together; 0 where one does not show them.
fn respondents(waves: &[Shown]) -> i32 {
    let shown = waves.iter().map(|wave| match &wave.scope {
        Released::Shown(card) => Some(u64::from(card.participation().responses().get())),
        Released::Hidden(_) => None,
    });
    shown.sum::<Option<u64>>().and_then(|sum| i32::try_from(sum).ok()).unwrap_or(0)
}
