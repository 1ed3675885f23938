//! §4 and §5: the status calls, the only ones that prove a payment.

use axum::extract::{Path, Query};

use super::{Bearer, Stage};
use crate::answer::Answer;
use crate::clock::iso;
use crate::execution::Operation;
use crate::fields::{Fields, quoted, quoted_or_null};
use crate::validate::Form;

pub(crate) async fn source(
    _: Bearer,
    stage: Stage,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Answer, Answer> {
    let mut form = Form::textual("query", &pairs);
    let kind = form.source_kind("source_type");
    let id = form.integer("source_id");
    form.finish()?;
    let world = stage.world();
    let source = world.sources.get(&(kind, id)).ok_or_else(|| Answer::detail(404, "Source not found"))?;
    let paid_at = world.paid_at(source, stage.now_ms).map(iso);
    Ok(Answer::object(&Fields::from_iter([
        ("source_id", id.to_string()),
        ("source_type", quoted(kind.as_str())),
        ("source_number", quoted(&source.number())),
        ("status", quoted(world.source_status(source, stage.now_ms))),
        ("currency", quoted(&source.currency)),
        ("total_amount", source.total.clone()),
        ("paid_at", quoted_or_null(paid_at.as_deref())),
    ])))
}

pub(crate) async fn execution(
    _: Bearer,
    stage: Stage,
    Path((operation, reference_id)): Path<(String, String)>,
) -> Result<Answer, Answer> {
    let operation: Operation = operation.parse().map_err(|()| Answer::detail(404, "Not Found"))?;
    let mut form = Form::textual("path", &[("reference_id".to_owned(), reference_id)]);
    let reference_id = form.reference("reference_id");
    form.finish()?;
    let world = stage.world();
    let first = world.executions.get(&reference_id).and_then(|attempts| attempts.first());
    match first.filter(|execution| execution.operation == operation) {
        Some(execution) => Ok(Answer::object(&super::execution::describe(execution, stage.now_ms))),
        None => Err(Answer::detail(404, "Execution not found")),
    }
}
