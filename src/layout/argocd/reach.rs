//! What the Applications reach, and what none of them does.
