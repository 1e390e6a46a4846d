//! Every switch that is known, a row each.

use crate::compare::switches::Control::{Masked, Paused};
use crate::compare::switches::Set::{Given, Holds, Missing, To};
use crate::compare::switches::Weight::{Note, Silent};
use crate::compare::switches::{Control, Set, Switch, Weight};

const TRUE: Set = To(&["true"]);
const FALSE: Set = To(&["false"]);
const DISABLED: Set = To(&["disabled"]);

const FLUX: &str = "*.toolkit.fluxcd.io|ResourceSet|FluxInstance|Terraform.infra.contrib.fluxcd.io";
const ARGO: &str = "Application.argoproj.io|Application.document";
const SETS: &str = "ApplicationSet.argoproj.io";
const OPTIONS: Set = Holds(&["Prune=false", "Prune=disabled", "Replace=true", "Force=true"]);

const NOT_APPLIED: &str = "Flux does not apply it";
const NOT_SYNCED: &str = "Argo CD does not sync it by itself";
const NOT_HEALED: &str = "Argo CD leaves what is changed in the cluster";
const NOT_ROLLED: &str = "changes of its pods are not rolled out";
const NOT_RUN: &str = "it does not run";
const OPERATOR: &str = "its operator does nothing for it";
const NO_SCALING: &str = "it is not scaled";
const IGNORED: &str = "Argo CD overlooks changes of these fields";
const OVERLOOKED: &str = "Flux overlooks changes in the cluster";
const KEPT: &str = "what is deleted here stays in the cluster";
const FORCED: &str = "what cannot be changed is deleted and made again";
const WEAK: &str = "Argo CD does not delete it, or replaces it whole";

const fn row(
    kinds: &'static str,
    path: &'static str,
    set: Set,
    control: Control,
    alone: Weight,
    says: &'static str,
) -> Switch {
    Switch { kinds, path, set, control, alone, says }
}

/// Kinds as in the table of classes (a group may be the end of one, `!` stands for any kind but
/// one), the keys of the path with
/// spaces between them, what it is set to, what that does, and how much it says where no other
/// environment contradicts it. The first row that fits decides.
pub(super) const ROWS: &[Switch] = &[
    row(FLUX, "spec suspend", TRUE, Paused, Note, NOT_APPLIED),
    row("*", ANNOTATION_RECONCILE, DISABLED, Paused, Note, NOT_APPLIED),
    row("*", ANNOTATION_SSA, To(&["ifnotpresent", "ignore"]), Paused, Note, NOT_APPLIED),
    row(ARGO, "spec syncPolicy automated", Missing, Paused, Silent, NOT_SYNCED),
    row(ARGO, "spec syncPolicy automated enabled", FALSE, Paused, Note, NOT_SYNCED),
    row(ARGO, "spec syncPolicy automated selfHeal", FALSE, Paused, Note, NOT_HEALED),
    row(ARGO, "spec syncPolicy automated selfHeal", Missing, Paused, Silent, NOT_HEALED),
    row(ARGO, "spec syncPolicy automated prune", FALSE, Paused, Silent, KEPT),
    row(ARGO, "spec syncPolicy automated prune", Missing, Paused, Silent, KEPT),
    row(SETS, "spec template spec syncPolicy automated", Missing, Paused, Silent, NOT_SYNCED),
    row(SETS, "spec template spec syncPolicy automated enabled", FALSE, Paused, Note, NOT_SYNCED),
    row(SETS, "spec template spec syncPolicy automated selfHeal", FALSE, Paused, Note, NOT_HEALED),
    row(
        SETS,
        "spec template spec syncPolicy automated selfHeal",
        Missing,
        Paused,
        Silent,
        NOT_HEALED,
    ),
    row(SETS, "spec template spec syncPolicy automated prune", FALSE, Paused, Silent, KEPT),
    row(SETS, "spec template spec syncPolicy automated prune", Missing, Paused, Silent, KEPT),
    row(
        SETS,
        "spec syncPolicy applicationsSync",
        To(&["create-only", "create-update"]),
        Masked,
        Silent,
        KEPT,
    ),
    row(
        "*",
        "metadata annotations argocd.argoproj.io/skip-reconcile",
        TRUE,
        Paused,
        Note,
        NOT_SYNCED,
    ),
    row(
        "Deployment|DeploymentConfig|MachineDeployment",
        "spec paused",
        TRUE,
        Paused,
        Note,
        NOT_ROLLED,
    ),
    row("Rollout.argoproj.io|MachineConfigPool", "spec paused", TRUE, Paused, Note, NOT_ROLLED),
    row("CronJob|CronWorkflow", "spec suspend", TRUE, Paused, Note, NOT_RUN),
    row("ScheduledBackup", "spec suspend", TRUE, Paused, Note, NOT_RUN),
    row("Schedule.velero.io", "spec paused", TRUE, Paused, Note, NOT_RUN),
    // Queues suspend jobs, and templates of jobs are suspended on purpose.
    row("Job|Workflow", "spec suspend", TRUE, Paused, Silent, NOT_RUN),
    row("*", "metadata annotations crossplane.io/paused", TRUE, Paused, Note, OPERATOR),
    row("Cluster.cluster.x-k8s.io", "spec paused", TRUE, Paused, Note, OPERATOR),
    row("*", "metadata annotations cluster.x-k8s.io/paused", Set::Present, Paused, Note, OPERATOR),
    row("*", "metadata annotations cnpg.io/reconciliationLoop", DISABLED, Paused, Note, OPERATOR),
    row("*", "metadata annotations cnpg.io/hibernation", To(&["on"]), Paused, Note, NOT_RUN),
    row("*", "metadata annotations strimzi.io/pause-reconciliation", TRUE, Paused, Note, OPERATOR),
    row("*", "metadata annotations eck.k8s.elastic.co/managed", FALSE, Paused, Note, OPERATOR),
    row("*", "metadata annotations common.k8s.elastic.co/pause", TRUE, Paused, Note, OPERATOR),
    row(
        "*",
        "metadata annotations serviceoperator.azure.com/reconcile-policy",
        To(&["skip"]),
        Paused,
        Note,
        OPERATOR,
    ),
    row(
        "Prometheus|PrometheusAgent|Alertmanager|ThanosRuler",
        "spec paused",
        TRUE,
        Paused,
        Note,
        OPERATOR,
    ),
    row("*.operator.victoriametrics.com", "spec paused", TRUE, Paused, Note, OPERATOR),
    row("PostgresCluster", "spec paused", TRUE, Paused, Note, OPERATOR),
    row("PostgresCluster", "spec shutdown", TRUE, Paused, Note, NOT_RUN),
    row("*.percona.com", "spec pause", TRUE, Paused, Note, NOT_RUN),
    row("App|PackageInstall|PackageRepository", "spec paused", TRUE, Paused, Note, OPERATOR),
    row(
        "GitRepo.fleet.cattle.io|Bundle.fleet.cattle.io",
        "spec paused",
        TRUE,
        Paused,
        Note,
        OPERATOR,
    ),
    row("*", "metadata annotations autoscaling.keda.sh/paused", TRUE, Paused, Note, NO_SCALING),
    row(
        "*",
        "metadata annotations autoscaling.keda.sh/paused-replicas",
        Given,
        Paused,
        Note,
        NO_SCALING,
    ),
    row(
        "*",
        "metadata annotations autoscaling.keda.sh/paused-scale-in",
        TRUE,
        Paused,
        Note,
        NO_SCALING,
    ),
    row(
        "*",
        "metadata annotations autoscaling.keda.sh/paused-scale-out",
        TRUE,
        Paused,
        Note,
        NO_SCALING,
    ),
    row(ARGO, "spec ignoreDifferences", Given, Masked, Note, IGNORED),
    row(
        "ConfigMap",
        "data resource.customizations.ignoreDifferences.all",
        Given,
        Masked,
        Note,
        "Argo CD overlooks changes of these fields everywhere",
    ),
    row(SETS, "spec template spec ignoreDifferences", Given, Masked, Note, IGNORED),
    row(SETS, "spec ignoreApplicationDifferences", Given, Masked, Note, IGNORED),
    row(SETS, "spec syncPolicy preserveResourcesOnDeletion", TRUE, Masked, Silent, KEPT),
    row(
        ARGO,
        "spec syncPolicy syncOptions",
        Holds(&["RespectIgnoreDifferences=true"]),
        Masked,
        Silent,
        IGNORED,
    ),
    row(ARGO, "spec syncPolicy syncOptions", OPTIONS, Masked, Note, WEAK),
    row(
        SETS,
        "spec template spec syncPolicy syncOptions",
        Holds(&["RespectIgnoreDifferences=true"]),
        Masked,
        Silent,
        IGNORED,
    ),
    row(SETS, "spec template spec syncPolicy syncOptions", OPTIONS, Masked, Note, WEAK),
    row(
        "*",
        "metadata annotations argocd.argoproj.io/compare-options",
        Holds(&["IgnoreExtraneous"]),
        Masked,
        Note,
        "Argo CD does not mind that it is not in the repository",
    ),
    // A job cannot be changed: these options are how it runs again.
    row(
        "!Job",
        "metadata annotations argocd.argoproj.io/sync-options",
        OPTIONS,
        Masked,
        Note,
        WEAK,
    ),
    row(
        "HelmRelease",
        "spec driftDetection mode",
        To(&["disabled", "warn"]),
        Masked,
        Note,
        OVERLOOKED,
    ),
    row("HelmRelease", "spec driftDetection", Missing, Masked, Silent, OVERLOOKED),
    row("HelmRelease", "spec driftDetection mode", Missing, Masked, Silent, OVERLOOKED),
    row("HelmRelease", "spec driftDetection ignore", Given, Masked, Note, OVERLOOKED),
    row(
        "*",
        "metadata annotations helm.toolkit.fluxcd.io/driftDetection",
        DISABLED,
        Masked,
        Note,
        OVERLOOKED,
    ),
    row(
        "*",
        "metadata annotations kustomize.toolkit.fluxcd.io/prune",
        DISABLED,
        Masked,
        Silent,
        KEPT,
    ),
    row("*", "metadata labels kustomize.toolkit.fluxcd.io/prune", DISABLED, Masked, Silent, KEPT),
    row(
        "*",
        "metadata annotations kustomize.toolkit.fluxcd.io/ssa",
        To(&["merge"]),
        Masked,
        Silent,
        OVERLOOKED,
    ),
    row(
        "*",
        "metadata annotations kustomize.toolkit.fluxcd.io/force",
        To(&["enabled"]),
        Masked,
        Note,
        FORCED,
    ),
    row("Kustomization.kustomize.toolkit.fluxcd.io", "spec prune", FALSE, Masked, Silent, KEPT),
    row("Kustomization.kustomize.toolkit.fluxcd.io", "spec force", TRUE, Masked, Note, FORCED),
    row("*", "metadata annotations kapp.k14s.io/noop", Set::Present, Masked, Note, OPERATOR),
    row(
        "*",
        "metadata annotations kapp.k14s.io/delete-strategy",
        To(&["orphan"]),
        Masked,
        Silent,
        KEPT,
    ),
    row(
        "*",
        "metadata annotations kapp.k14s.io/update-strategy",
        To(&["skip"]),
        Masked,
        Note,
        OPERATOR,
    ),
    row(
        "GitRepo.fleet.cattle.io|Bundle.fleet.cattle.io",
        "spec correctDrift enabled",
        FALSE,
        Masked,
        Note,
        KEPT,
    ),
    row(
        "Bundle.fleet.cattle.io",
        "spec diff comparePatches",
        Given,
        Masked,
        Note,
        "Fleet overlooks changes of these fields",
    ),
    row(
        "Bundle.fleet.cattle.io|GitRepo.fleet.cattle.io",
        "spec keepResources",
        TRUE,
        Masked,
        Silent,
        KEPT,
    ),
    row("*", "metadata annotations helm.sh/resource-policy", To(&["keep"]), Masked, Silent, KEPT),
];

const ANNOTATION_RECONCILE: &str = "metadata annotations kustomize.toolkit.fluxcd.io/reconcile";
const ANNOTATION_SSA: &str = "metadata annotations kustomize.toolkit.fluxcd.io/ssa";
