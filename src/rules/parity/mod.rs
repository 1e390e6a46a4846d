//! Differences between environments that are neither parameters nor exceptions.

mod capacity_gap;
mod foreign_environment_reference;
mod forked_file;
mod image_source_differs;
mod missing_container;
mod missing_environment;
mod missing_key;
mod missing_resource;
mod patch_without_effect;
mod promotion_order;
mod secret_keys_differ;
mod undefined_variable;
mod unparameterized_difference;

pub(super) use capacity_gap::CapacityGap;
pub(super) use foreign_environment_reference::ForeignEnvironmentReference;
pub(super) use forked_file::ForkedFile;
pub(super) use image_source_differs::ImageSourceDiffers;
pub(super) use missing_container::MissingContainer;
pub(super) use missing_environment::MissingEnvironment;
pub(super) use missing_key::MissingKey;
pub(super) use missing_resource::MissingResource;
pub(super) use patch_without_effect::PatchWithoutEffect;
pub(super) use promotion_order::PromotionOrder;
pub(super) use secret_keys_differ::SecretKeysDiffer;
pub(super) use undefined_variable::UndefinedVariable;
pub(super) use unparameterized_difference::UnparameterizedDifference;
