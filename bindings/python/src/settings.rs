//! The settings of a client that have a good default each.

use dollr_client::ClientBuilder;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::client::limit;
use crate::convert::Span;

/// The builder with these settings by name.
pub(crate) fn applied(
    py: Python<'_>,
    builder: ClientBuilder,
    more: Option<&Bound<'_, PyDict>>,
) -> PyResult<ClientBuilder> {
    let more = more.map_or_else(|| Ok(PyDict::new(py)), PyDictMethods::copy)?;
    let take = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
        let Some(value) = more.get_item(name)? else { return Ok(None) };
        more.del_item(name)?;
        Ok((!value.is_none()).then_some(value))
    };
    let text = |name: &str| take(name)?.map(|value| value.extract::<String>()).transpose();
    let span = |name: &str| take(name)?.map(|value| value.extract::<Span>()).transpose();
    let builder = text("user_agent")?.into_iter().fold(builder, ClientBuilder::user_agent);
    let builder = text("proxy")?.into_iter().fold(builder, ClientBuilder::proxy);
    let builder = text("name")?.into_iter().fold(builder, ClientBuilder::name);
    let path = take("ca_bundle")?.map(|value| value.extract::<std::path::PathBuf>()).transpose()?;
    let builder = path.into_iter().fold(builder, ClientBuilder::ca_bundle);
    let builder =
        span("connect_timeout")?.into_iter().fold(builder, |b, Span(limit)| b.connect_timeout(limit));
    let builder = span("read_timeout")?.into_iter().fold(builder, |b, Span(limit)| b.read_timeout(limit));
    let builder = span("total_timeout")?.into_iter().fold(builder, |b, Span(limit)| b.total_timeout(limit));
    let builder = match take("rate")? {
        Some(rate) => builder.limit(limit(rate.extract()?)?),
        None => builder,
    };
    let builder = match (text("realtime_url")?, text("anon_key")?) {
        (Some(url), Some(key)) => builder.realtime(url, key),
        (None, None) => builder.realtime_from_env(),
        _ => return Err(PyTypeError::new_err("give both of realtime_url and anon_key, or neither")),
    };
    match more.keys().iter().next() {
        None => Ok(builder),
        Some(name) => Err(PyTypeError::new_err(format!("a client has no setting {name}"))),
    }
}
