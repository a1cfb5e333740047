//! A wave's whole life by the API, as one golden text: questions, invitations, answers, the close, the
//! release, and what is refused when.
use std::fmt::Write;

use orgfit::base::id::Id;
use orgfit::pb::assessment as pb;
use orgfit::pb::common::statistic::Outcome as StatisticOutcome;
use orgfit::pb::common::{AnswerSheet, Count, ScoreLevel, Statistic, count};
use orgfit::pb::insight;
use orgfit::pb::respondent;

use crate::company::{Company, release, request_id, sheet, submit};
use crate::harness::{World, golden};

fn shown(statistic: Option<&Statistic>) -> String {
    match statistic.and_then(|statistic| statistic.outcome.as_ref()) {
        Some(StatisticOutcome::Estimate(estimate)) => {
            let mut text = format!("{}", estimate.value);
            if let Some(error) = estimate.standard_error {
                write!(text, " se {error}").unwrap();
            }
            if let Some(interval) = &estimate.interval {
                write!(text, " [{}, {}]", interval.lower, interval.upper).unwrap();
            }
            if let Some(size) = estimate.sample_size {
                write!(text, " n {size}").unwrap();
            }
            if let Some(size) = estimate.population_size {
                write!(text, " of {size}").unwrap();
            }
            text
        }
        Some(StatisticOutcome::Suppression(hidden)) => {
            format!("{:?}", hidden.reason()).to_lowercase()
        }
        None => "-".to_owned(),
    }
}

fn counted(count: Option<&Count>) -> String {
    match count.and_then(|count| count.outcome.as_ref()) {
        Some(count::Outcome::Exact(number)) => number.to_string(),
        Some(count::Outcome::AtLeast(number)) => format!("at least {number}"),
        Some(count::Outcome::Suppression(hidden)) => {
            format!("{:?}", hidden.reason()).to_lowercase()
        }
        None => "-".to_owned(),
    }
}

impl Company {
    async fn wave(&self, wave: &pb::Wave) -> String {
        let request = pb::GetWaveRequest { wave_id: wave.wave_id.clone() };
        let wave = self.client.assessments().get_wave(request).await.unwrap().into_inner().wave;
        let wave = wave.unwrap();
        format!("{:?}, results {:?}", wave.state(), wave.results_state()).to_lowercase()
    }

    async fn breakdown(
        &self,
        wave: &pb::Wave,
        rows: insight::BreakdownRows,
        dimension: &str,
    ) -> String {
        let request = insight::ListScoreBreakdownRequest {
            wave_id: wave.wave_id.clone(),
            rows: rows.into(),
            columns: ScoreLevel::Dimension.into(),
            segment_dimension_key: dimension.to_owned(),
            ..insight::ListScoreBreakdownRequest::default()
        };
        let page = self.client.insight().list_score_breakdown(request).await.unwrap().into_inner();
        let mut lines = String::new();
        for row in page.rows {
            let participation = row.participation.unwrap_or_default();
            let direct = row.slice.is_some_and(|slice| slice.direct_members_only);
            writeln!(
                lines,
                "{}{}{}: invited {}, answered {}, rate {}",
                "  ".repeat(usize::try_from(row.depth).unwrap()),
                row.title,
                if direct { " (own staff)" } else { "" },
                counted(participation.invited_count.as_ref()),
                counted(participation.response_count.as_ref()),
                shown(participation.rate.as_ref()),
            )
            .unwrap();
            for (cell, column) in row.cells.iter().zip(&page.columns) {
                let column = if column.key.is_empty() { "overall" } else { &column.key };
                writeln!(lines, "    {column}: {}", shown(cell.score.as_ref())).unwrap();
            }
        }
        if let Some(coverage) = page.coverage {
            writeln!(lines, "coverage {coverage}").unwrap();
        }
        lines
    }

    async fn card(&self, wave: &pb::Wave) -> String {
        let request = insight::GetScorecardRequest {
            wave_id: wave.wave_id.clone(),
            view: insight::ScorecardView::Full.into(),
            ..insight::GetScorecardRequest::default()
        };
        let card = self.client.insight().get_scorecard(request).await.unwrap().into_inner();
        let mut lines = String::new();
        let card = card.scorecard.unwrap();
        for score in card.overall.iter().chain(&card.dimensions).chain(&card.facets) {
            let target = score.target.clone().unwrap_or_default();
            let name = format!("{:?} {}", target.level(), target.key).to_lowercase();
            writeln!(lines, "{name}: {}", shown(score.score.as_ref())).unwrap();
        }
        for item in card.items {
            writeln!(
                lines,
                "item {}: score {}, mean {}, dispersion {}, cannot judge {}",
                item.item_key,
                shown(item.score.as_ref()),
                shown(item.mean.as_ref()),
                shown(item.dispersion.as_ref()),
                shown(item.cannot_judge_share.as_ref()),
            )
            .unwrap();
            for point in item.distribution {
                writeln!(lines, "    {}: {}", point.point, shown(point.share.as_ref())).unwrap();
            }
            for option in item.option_shares {
                let share = shown(option.share.as_ref());
                writeln!(lines, "    {}: {share}", option.option_key).unwrap();
            }
        }
        lines
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one life, told from its beginning to its end")]
async fn a_wave_goes_from_questions_to_a_released_scorecard() {
    let world = World::start().await;
    let company = Company::found(&world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let mut story = String::new();
    let mut tell = |line: String| writeln!(story, "{line}").unwrap();

    tell(format!("planned: {}", company.wave(&wave).await));
    tell(format!(
        "opened with nobody invited:\n{}",
        golden(&company.open(&wave, false).await.unwrap_err())
    ));
    let tokens = company.invite(&wave).await;
    let preflight = company.open(&wave, true).await.unwrap();
    let warnings: Vec<_> =
        preflight.warnings.iter().map(|warning| format!("{:?}", warning.kind())).collect();
    tell(format!("preflight: {}, still {}", warnings.join(", "), company.wave(&wave).await));
    let early = submit(&world, &tokens[0], &request_id(), sheet(0)).await.unwrap_err();
    tell(format!("an answer before the opening:\n{}", golden(&early)));

    company.open(&wave, false).await.unwrap();
    tell(format!("opened: {}", company.wave(&wave).await));
    let request = respondent::GetQuestionnaireRequest { language_code: "fr".to_owned() };
    let asked =
        world.client_with(&tokens[6]).respondent().get_questionnaire(request).await.unwrap();
    let asked = asked.into_inner().questionnaire.unwrap();
    let notice = asked.privacy_notice.unwrap();
    let stored: Vec<_> = notice
        .stored_attributes
        .iter()
        .map(|attribute| format!("{} = {}", attribute.title, attribute.value))
        .collect();
    tell(format!(
        "asked in {}: {} items; stored beside the answers: {}; from {} answers on, unlinkable {}",
        asked.language_code,
        asked.items.len(),
        stored.join(", "),
        notice.minimum_group_size,
        notice.unlinkable
    ));
    let wrong = AnswerSheet { codes: vec![6, 0, -1, 9, 1, 0, 7] };
    let refused = submit(&world, &tokens[0], &request_id(), wrong).await.unwrap_err();
    tell(format!("a wrong sheet:\n{}", golden(&refused)));

    let mut first = String::new();
    for (number, token) in (0..).zip(&tokens) {
        // Two of Alpha and one of Beta stay away.
        if [9, 15, 20].contains(&number) {
            continue;
        }
        let id = request_id();
        submit(&world, token, &id, sheet(number)).await.unwrap();
        if number == 0 {
            first = id;
        }
    }
    submit(&world, &tokens[0], &first, sheet(5)).await.unwrap();
    let again = submit(&world, &tokens[0], &request_id(), sheet(5)).await.unwrap_err();
    tell(format!("the same token with another submission:\n{}", golden(&again)));
    release(&world).await;
    tell(format!(
        "while it is open:\n{}",
        company.breakdown(&wave, insight::BreakdownRows::ChildUnits, "").await
    ));

    company.close(&wave).await.unwrap();
    tell(format!("closed: {}", company.wave(&wave).await));
    submit(&world, &tokens[0], &first, sheet(5)).await.unwrap();
    let late = submit(&world, &tokens[9], &request_id(), sheet(9)).await.unwrap_err();
    tell(format!("an answer after the close:\n{}", golden(&late)));
    release(&world).await;
    tell(format!("released: {}", company.wave(&wave).await));
    let late = submit(&world, &tokens[0], &first, sheet(5)).await.unwrap_err();
    tell(format!("a repetition after the mixing:\n{}", golden(&late)));

    tell(format!(
        "units:\n{}",
        company.breakdown(&wave, insight::BreakdownRows::ChildUnits, "").await
    ));
    tell(format!(
        "contact:\n{}",
        company.breakdown(&wave, insight::BreakdownRows::SegmentValues, "contact").await
    ));
    tell(format!("everybody:\n{}", company.card(&wave).await));
    tell(format!(
        "opened a second time:\n{}",
        golden(&company.open(&wave, false).await.unwrap_err())
    ));
    tell(format!(
        "closed a second time:\n{}",
        company
            .close(&wave)
            .await
            .map_or_else(|status| golden(&status), |wave| format!("{:?}", wave.state()))
    ));

    let story = story.replace(&wave.wave_id, "(wave)");
    insta::assert_snapshot!(story);
}

/// Whoever has a dump of the whole database joins what an answer is stored with to what the directory
/// knows of people: no answer leads to fewer of them than the smallest group.
#[tokio::test]
async fn an_answer_in_a_dump_leads_to_a_whole_group() {
    let world = World::start().await;
    let company = Company::found(&world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    for (number, token) in (0..).zip(&tokens) {
        submit(&world, token, &request_id(), sheet(number)).await.unwrap();
    }
    company.close(&wave).await.unwrap();
    release(&world).await;

    let mut dump = world.database.superuser().await;
    let tenant = world.tenant.organization_id.uuid();
    // Were answers stored with unit and segment, this is how few people some would lead to.
    let fewest: i64 = sqlx::query_scalar(
        "SELECT min(number) FROM (SELECT count(*) AS number FROM directory_people
             WHERE tenant_id = $1 GROUP BY unit_id, segments) AS groups",
    )
    .bind(tenant)
    .fetch_one(&mut dump)
    .await
    .unwrap();
    assert!(fewest < 3, "the company has no small groups to be found");
    let (answers, fewest): (i64, i64) = sqlx::query_as(
        "SELECT count(*), min(people.number) FROM respondent_answers AS answer
         CROSS JOIN LATERAL (
             SELECT count(*) AS number FROM assessment_invitations AS invitation
             WHERE invitation.tenant_id = answer.tenant_id AND invitation.wave_id = answer.wave_id
                 AND invitation.cell_id = answer.cell_id
         ) AS people
         WHERE answer.tenant_id = $1",
    )
    .bind(tenant)
    .fetch_one(&mut dump)
    .await
    .unwrap();
    assert_eq!(answers, i64::try_from(tokens.len()).unwrap());
    assert!(fewest >= 5, "an answer leads to {fewest} people");
}
