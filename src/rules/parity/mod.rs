//! Differences between environments that are neither parameters nor exceptions.

mod access_differs;
mod backup_differs;
mod capacity_gap;
mod database_settings_differ;
mod dependency_version_differs;
mod exposure_differs;
mod feature_flag_differs;
mod image_source_differs;
mod missing_container;
mod missing_environment;
mod missing_key;
mod missing_resource;
mod network_differs;
mod parameter_out_of_range;
mod secret_keys_differ;
mod unparameterized_difference;

pub(super) use access_differs::AccessDiffers;
pub(super) use backup_differs::BackupDiffers;
pub(super) use capacity_gap::CapacityGap;
pub(super) use database_settings_differ::DatabaseSettingsDiffer;
pub(super) use dependency_version_differs::DependencyVersionDiffers;
pub(super) use exposure_differs::ExposureDiffers;
pub(super) use feature_flag_differs::FeatureFlagDiffers;
pub(super) use image_source_differs::ImageSourceDiffers;
pub(super) use missing_container::MissingContainer;
pub(super) use missing_environment::MissingEnvironment;
pub(super) use missing_key::MissingKey;
pub(super) use missing_resource::MissingResource;
pub(super) use network_differs::NetworkDiffers;
pub(super) use parameter_out_of_range::ParameterOutOfRange;
pub(super) use secret_keys_differ::SecretKeysDiffer;
pub(super) use unparameterized_difference::UnparameterizedDifference;
