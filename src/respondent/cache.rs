//! What open waves ask, kept in the process: a questionnaire never changes once its wave is open, and
//! every submission needs it. Whether the wave is open is not kept; that is asked each time.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::questionnaire::Questionnaire;
use super::sheet::Form;
use super::token::Token;
use crate::base::id::{OrganizationId, WaveId};

/// Most questionnaires that are kept.
const KEPT_MAX: usize = 256;

/// A questionnaire with what is made of it once.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) questionnaire: Questionnaire,
    pub(super) form: Form,
}

/// The questionnaires.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<(OrganizationId, WaveId), Arc<Asked>>>);

impl Cache {
    /// What the wave of a token asks, if it is known already.
    pub(super) fn find(&self, token: &Token) -> Option<Arc<Asked>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&(token.organization_id, token.wave_id)).cloned()
    }

    /// Keeps what the wave of a token asks. When there are too many, any other one makes room.
    pub(super) fn keep(&self, token: &Token, questionnaire: Questionnaire) -> Arc<Asked> {
        let form = Form::of(&questionnaire);
        let asked = Arc::new(Asked { questionnaire, form });
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX
            && let Some(other) = kept.keys().next().copied()
        {
            kept.remove(&other);
        }
        kept.insert((token.organization_id, token.wave_id), asked.clone());
        asked
    }
}
