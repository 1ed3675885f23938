//! A channel: what a join asked for, whose token it has, and how much of its payment's history it has heard.

use serde_json::{Value, json};

use super::frame::Incoming;
use super::row::{self, Change};
use super::token::Claims;

/// The prefix of every channel's topic.
pub(crate) const PREFIX: &str = "realtime:";

/// Ids are from 1 to this.
const IDS: u64 = (1 << 27) - 1;

/// One entry of `postgres_changes`.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// As it was asked for.
    asked: Value,
    pub(crate) id: u64,
}

/// Why a binding can't be subscribed, as a `system` error's message.
type Trouble = String;

#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// Tells a channel from an earlier one of the same topic.
    pub(crate) serial: u64,
    pub(crate) topic: String,
    pub(crate) join_ref: Value,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) claims: Claims,
    /// The token that `claims` or the coming resubscription stems from.
    pub(crate) token: String,
    pub(crate) live: bool,
    /// How many of the payment's changes it has heard or missed.
    pub(crate) heard: usize,
    /// The answer that waits until the channel is live (`postgres_changes_options.wait`).
    pub(crate) held: Option<Incoming>,
    /// Whether it becomes live with the next change, and how many there were.
    pub(crate) live_with_change: Option<usize>,
}

/// What a join asks for. What can't be understood is taken for nothing, as the server does.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) bindings: Vec<Binding>,
    pub(crate) private: bool,
    /// How long the answer may wait for the channel to be live, in ms.
    pub(crate) wait_ms: Option<u64>,
}

/// The longest that an answer waits for its channel to be live.
const LONGEST_WAIT_MS: u64 = 20_000;

impl Config {
    pub(crate) fn read(payload: &Value) -> Self {
        let config = &payload["config"];
        let wanted = config["postgres_changes"].as_array().map_or(&[][..], Vec::as_slice);
        let bindings: Option<Vec<_>> =
            wanted.iter().filter(|entry| !entry.is_null()).map(Binding::read).collect();
        let wait = &config["postgres_changes_options"];
        let is_true = |value: &Value| *value == json!(true) || *value == json!("true");
        Self {
            bindings: bindings.unwrap_or_default(),
            private: is_true(&config["private"]),
            wait_ms: is_true(&wait["wait"])
                .then(|| wait["timeout"].as_u64().unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS)),
        }
    }
}

impl Binding {
    fn read(asked: &Value) -> Option<Self> {
        let text = |name: &str| asked.get(name).is_none_or(Value::is_string);
        let good = asked.is_object() && ["event", "schema", "table", "filter"].into_iter().all(text);
        good.then(|| Self { asked: asked.clone(), id: id_of(asked) })
    }

    /// The echo of a join's answer.
    pub(crate) fn echo(&self, id: &Value) -> Value {
        let mut echo = self.asked.clone();
        echo["id"] = id.clone();
        echo
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.asked.get(name).and_then(Value::as_str)
    }

    /// Each condition of the filter, as a column and its value; the server of this table knows `eq` only.
    fn conditions(&self) -> Result<Vec<(&str, &str)>, Trouble> {
        let filter = self.text("filter").unwrap_or_default();
        let parts = filter.split(',').filter(|part| !part.is_empty());
        let pairs = parts.map(|part| part.split_once("=eq.").filter(|(column, _)| !column.contains('=')));
        let pairs: Option<Vec<_>> = pairs.collect();
        pairs.ok_or_else(|| format!("Error parsing `filter` params: {}", json!([filter])))
    }

    /// What keeps it from being subscribed.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        let conditions = match self.conditions() {
            Ok(conditions) => conditions,
            Err(trouble) => return Some(trouble),
        };
        let known = |name: &str, own: &str| self.text(name).is_none_or(|text| text == own || text == "*");
        let unable = "Unable to subscribe to changes with given parameters.";
        if !known("schema", row::SCHEMA) || !known("table", row::TABLE) {
            let parameters = self.parameters(&conditions);
            return Some(format!(
                "{unable} Please check Realtime is enabled for the given connect parameters: {parameters}"
            ));
        }
        let (column, _) = conditions.iter().find(|(column, _)| !row::is_column(column))?;
        let parameters = self.parameters(&conditions);
        Some(format!(
            "{unable} An exception happened so please check your connect parameters: {parameters}. \
             Exception: invalid column for filter {column}"
        ))
    }

    /// The parameters as the server prints them.
    pub(crate) fn describe(&self) -> String {
        self.parameters(&self.conditions().unwrap_or_default())
    }

    fn parameters(&self, conditions: &[(&str, &str)]) -> String {
        let text = |name| self.text(name).unwrap_or("*");
        let filters: Vec<_> = conditions
            .iter()
            .map(|(column, value)| format!("{{{}, \"eq\", {}, false}}", json!(column), json!(value)))
            .collect();
        let (event, schema, table) = (text("event"), text("schema"), text("table"));
        let filters = filters.join(", ");
        format!("[event: {event}, schema: {schema}, table: {table}, filters: [{filters}], select: nil]")
    }

    fn wants(&self, change: &Change) -> bool {
        let event = self.text("event").unwrap_or("*").to_ascii_uppercase();
        let any = !["INSERT", "UPDATE", "DELETE"].contains(&event.as_str());
        let holds = |(column, value): &(&str, &str)| match change.record.text(column) {
            Some(text) => text == *value,
            None => change.record.get(column) == Some(value),
        };
        let conditions = self.conditions().unwrap_or_default();
        (any || event == change.deed.as_str()) && conditions.iter().all(holds)
    }
}

/// The same parameters have the same id, whoever asks (FNV-1a).
fn id_of(asked: &Value) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    asked.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, step) % IDS + 1
}

impl Channel {
    /// The ids of the bindings that want this change, if any does.
    pub(crate) fn ids_for(&self, change: &Change) -> Option<String> {
        let wanting = self.bindings.iter().filter(|binding| binding.wants(change));
        let ids: Vec<_> = wanting.map(|binding| binding.id.to_string()).collect();
        (!ids.is_empty()).then(|| format!("[{}]", ids.join(",")))
    }

    /// The ids of all its bindings.
    pub(crate) fn all_ids(&self) -> String {
        let ids: Vec<_> = self.bindings.iter().map(|binding| binding.id.to_string()).collect();
        format!("[{}]", ids.join(","))
    }

    /// What keeps it from being live, if anything.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.bindings.iter().find_map(Binding::trouble)
    }

    /// The topic as `system` frames name it.
    pub(crate) fn name(&self) -> &str {
        self.topic.strip_prefix(PREFIX).unwrap_or(&self.topic)
    }

    /// The payment that its topic names.
    pub(crate) fn reference(&self) -> Option<&str> {
        reference_of(&self.topic)
    }

    /// The payment whose row its token shows it.
    pub(crate) fn watched(&self) -> Option<&str> {
        self.claims.reference_id.as_deref().filter(|reference| self.claims.may_see(reference))
    }
}

/// The payment that a topic names: its last part.
pub(crate) fn reference_of(topic: &str) -> Option<&str> {
    topic.rsplit(':').next()
}
