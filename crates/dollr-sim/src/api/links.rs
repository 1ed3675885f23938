//! §4: links to the hosted page and to the receipt.

use axum::extract::Query;

use super::{Bearer, Stage};
use crate::answer::Answer;
use crate::fields::{Fields, quoted};
use crate::validate::Form;

type Pairs = Query<Vec<(String, String)>>;

pub(crate) async fn pay(_: Bearer, stage: Stage, Query(pairs): Pairs) -> Result<Answer, Answer> {
    link(&stage, &pairs, "pay")
}

pub(crate) async fn receipt(_: Bearer, stage: Stage, Query(pairs): Pairs) -> Result<Answer, Answer> {
    link(&stage, &pairs, "receipt")
}

fn link(stage: &Stage, pairs: &[(String, String)], page: &str) -> Result<Answer, Answer> {
    let mut form = Form::textual("query", pairs);
    let kind = form.source_kind("source_type");
    let number = form.text("source_number");
    form.finish()?;
    let world = stage.world();
    let source =
        world.source_by_number(kind, &number).ok_or_else(|| Answer::detail(404, "Source not found"))?;
    let url = format!("{}/sim/{page}/{}", world.settings.base_url, source.page);
    Ok(Answer::object(&Fields::from_iter([("url", quoted(&url))])))
}
