//! Admission webhooks and API services.

use crate::validation::semantics::forms::Form;
use crate::validation::semantics::rule::{Row, Rule, row};
use crate::validation::semantics::selectors::LABEL_SELECTOR;

/// `ValidatingWebhookConfiguration` and `MutatingWebhookConfiguration`.
pub(super) const CONFIGURATION: &[Row] =
    &[row("webhooks", Rule::Unique(&["name"])), row("webhooks[]", Rule::Is(WEBHOOK))];

const WEBHOOK: &[Row] = &[
    // "Name should be fully qualified, e.g., imagepolicy.kubernetes.io"
    row("name", Rule::Text(&QUALIFIED_DOMAIN)),
    // "The timeout value must be between 1 and 30 seconds."
    row("timeoutSeconds", Rule::Between(1, 30)),
    row("admissionReviewVersions", Rule::NotEmpty),
    // "Exactly one of `url` or `service` must be specified."
    row("clientConfig", Rule::ExactlyOne(&["url", "service"])),
    row("clientConfig.service.port", Rule::Between(1, 65535)),
    row("namespaceSelector", Rule::Is(LABEL_SELECTOR)),
    row("objectSelector", Rule::Is(LABEL_SELECTOR)),
];

/// "should be a domain with at least three segments separated by dots"
const QUALIFIED_DOMAIN: Form = Form {
    words: "a lower-case domain name of at least three parts",
    holds: |text| super::forms::is_subdomain(text) && text.split('.').count() >= 3,
};

/// `APIService`.
pub(super) const API_SERVICE: &[Row] = &[
    // "GroupPriorityMinimum … must be positive and less than 20000"
    row("spec.groupPriorityMinimum", Rule::Between(1, 20_000)),
    // "must be positive and less than 1000"
    row("spec.versionPriority", Rule::Between(1, 1000)),
];
