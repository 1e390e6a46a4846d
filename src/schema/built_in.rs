//! Schemas of files whose form is Helm's.

use std::sync::LazyLock;

use crate::schema::Schema;

static CHART: LazyLock<Option<Schema>> = LazyLock::new(|| {
    let document = serde_json::from_str(include_str!("../../schemas/chart.schema.json"));
    Schema::alone(document.ok()?).ok()
});

/// The schema of a `Chart.yaml`.
pub fn chart() -> Option<&'static Schema> {
    CHART.as_ref()
}

#[cfg(test)]
mod tests {
    use super::chart;

    #[test]
    fn the_schema_of_charts_can_be_used() {
        assert!(chart().is_some());
    }
}
