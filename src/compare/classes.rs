//! Which kinds, paths, labels and annotations belong to which class, as data.

use crate::compare::classify::Class;

/// Who may talk to whom.
const NETWORK: &str = "NetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|\
    CiliumCIDRGroup|CiliumEgressGatewayPolicy|GlobalNetworkPolicy|NetworkSet|GlobalNetworkSet|\
    AdminNetworkPolicy|BaselineAdminNetworkPolicy|EgressFirewall|EgressNetworkPolicy|\
    AuthorizationPolicy|PeerAuthentication|RequestAuthentication|ServiceEntry|\
    Sidecar.networking.istio.io|Server.policy.linkerd.io|ServerAuthorization|HTTPLocalRateLimitPolicy|\
    MeshTLSAuthentication|NetworkAuthentication|SecurityGroupPolicy";

/// Who may do what.
const ACCESS: &str = "Role.rbac.authorization.k8s.io|ClusterRole.rbac.authorization.k8s.io|\
    RoleBinding|ClusterRoleBinding|ServiceAccount|SecurityContextConstraints|PodSecurityPolicy|\
    AppProject|IAMPolicyMember|IAMPartialPolicy|IAMServiceAccount|\
    AzureIdentity|AzureIdentityBinding|*.iam.services.k8s.aws|*.iam.aws.upbound.io|\
    *.iam.aws.m.upbound.io|*.iam.aws.crossplane.io";

/// How the outside world gets in.
const EXPOSURE: &str = "Ingress.networking.k8s.io|Ingress.extensions|IngressClass|IngressRoute|\
    IngressRouteTCP|IngressRouteUDP|Middleware|MiddlewareTCP|TLSOption|TLSStore|ServersTransport|\
    ServersTransportTCP|TraefikService|Gateway|GatewayClass|HTTPRoute|GRPCRoute|TCPRoute|TLSRoute|\
    UDPRoute|ReferenceGrant|BackendTLSPolicy|VirtualService|DestinationRule|EnvoyFilter|\
    Route.route.openshift.io|HTTPProxy|VirtualServer|VirtualServerRoute|Mapping.getambassador.io|\
    Host.getambassador.io|Certificate.cert-manager.io|ManagedCertificate|FrontendConfig|\
    BackendConfig|GCPBackendPolicy|HealthCheckPolicy|TargetGroupBinding|DNSEndpoint|KongPlugin|\
    KongIngress|SecurityPolicy.gateway.envoyproxy.io|ClientTrafficPolicy|BackendTrafficPolicy";

/// Databases, caches and brokers, of operators and of clouds.
const DATABASE: &str = "Cluster.postgresql.cnpg.io|Pooler.postgresql.cnpg.io|\
    Database.postgresql.cnpg.io|postgresql.acid.zalan.do|OperatorConfiguration.acid.zalan.do|\
    *.pgv2.percona.com|*.pxc.percona.com|*.psmdb.percona.com|*.ps.percona.com|\
    PostgresCluster|PGAdmin|MongoDBCommunity|MongoDB.mongodb.com|*.k8s.mariadb.com|\
    InnoDBCluster|SGCluster|SGPostgresConfig|*.kubedb.com|Elasticsearch|OpenSearchCluster|\
    ClickHouseInstallation|CassandraDatacenter|ScyllaCluster|K8ssandraCluster|\
    *.redis.redis.opstreelabs.in|RedisFailover|Redis|RedisCluster|Dragonfly|Valkey|\
    *.kafka.strimzi.io|*.rabbitmq.com|*.messaging.topology.rabbitmq.com|\
    *.rds.services.k8s.aws|*.elasticache.services.k8s.aws|*.memorydb.services.k8s.aws|\
    *.documentdb.services.k8s.aws|*.dynamodb.services.k8s.aws|*.mq.services.k8s.aws|\
    *.kafka.services.k8s.aws|*.rds.aws.upbound.io|*.rds.aws.m.upbound.io|\
    *.elasticache.aws.upbound.io|*.elasticache.aws.m.upbound.io|*.docdb.aws.upbound.io|\
    *.dynamodb.aws.upbound.io|*.mq.aws.upbound.io|*.kafka.aws.upbound.io|\
    *.database.aws.crossplane.io|*.rds.aws.crossplane.io|*.cache.aws.crossplane.io|\
    *.sql.gcp.upbound.io|*.redis.gcp.upbound.io|*.database.gcp.crossplane.io|\
    *.sql.cnrm.cloud.google.com|*.redis.cnrm.cloud.google.com|\
    *.dbforpostgresql.azure.upbound.io|*.dbformysql.azure.upbound.io|*.cache.azure.upbound.io|\
    *.sql.azure.upbound.io|*.dbforpostgresql.azure.com|*.dbformysql.azure.com|*.cache.azure.com";

/// Copies of data, and how long they are kept.
const BACKUP: &str = "ScheduledBackup|Backup|DataProtectionApplication|BackupStorageLocation|VolumeSnapshotLocation|\
    Schedule.velero.io|Schedule.k8up.io|Archive.k8up.io|Check.k8up.io|Prune.k8up.io|\
    Schedule.backup.appuio.ch|RecurringJob.longhorn.io|BackupTarget.longhorn.io|\
    BackupConfiguration|BackupBlueprint|BackupStorage.storage.kubestash.com|\
    RetentionPolicy.storage.kubestash.com|Repository.stash.appscode.com|ReplicationSource|\
    SnapshotSchedule|ObjectStore.barmancloud.cnpg.io|*.cr.kanister.io|Policy.config.kio.kasten.io|\
    Profile.config.kio.kasten.io|SGBackupConfig|PostgresBackup|*.backup.aws.upbound.io|\
    PerconaXtraDBClusterBackup|PerconaServerMongoDBBackup|PerconaPGBackup";

/// What makes the number and the size of pods.
const SCALERS: &str =
    "HorizontalPodAutoscaler|VerticalPodAutoscaler|ScaledObject|MultidimPodAutoscaler";

/// Kinds (`|` between them; `Kind.group`, `*.group`, `*.*.end-of-a-group`), a path, the class. The
/// first row that fits decides; none of them speaks of the metadata of an object.
pub(crate) const ROWS: &[(&str, &str, Class)] = &[
    ("ExternalSecret", "spec.data", Class::SecretKeys),
    ("ExternalSecret", "spec.dataFrom", Class::SecretKeys),
    ("ExternalSecret", "spec.dataFrom[*]", Class::SecretKeys),
    ("ClusterExternalSecret", "spec.externalSecretSpec.data[*]", Class::SecretKeys),
    ("ClusterExternalSecret", "spec.externalSecretSpec.dataFrom[*]", Class::SecretKeys),
    ("SealedSecret", "spec.template.data.**", Class::SecretKeys),
    (SCALERS, "**", Class::Capacity),
    ("ScaledJob", "spec.triggers.**", Class::Capacity),
    ("ScaledJob", "spec.scalingStrategy.**", Class::Capacity),
    (NETWORK, "**", Class::Network),
    (ACCESS, "**", Class::Access),
    (EXPOSURE, "**", Class::Exposure),
    (BACKUP, "**", Class::Backup),
    (DATABASE, "**.image", Class::Image),
    (DATABASE, "**.imageName", Class::Image),
    (DATABASE, "**.securityContext.**", Class::Access),
    (DATABASE, "**.podSecurityContext.**", Class::Access),
    (DATABASE, "**.backup.**", Class::Backup),
    (DATABASE, "**.backups.**", Class::Backup),
    (DATABASE, "**.backupRetentionPeriod", Class::Backup),
    (DATABASE, "**.backupRetentionDays", Class::Backup),
    (DATABASE, "**.backupConfiguration.**", Class::Backup),
    (DATABASE, "**.enableLogicalBackup", Class::Backup),
    (DATABASE, "**.logicalBackup*", Class::Backup),
    (DATABASE, "**.resources.**", Class::Capacity),
    (DATABASE, "**.instances", Class::Capacity),
    (DATABASE, "**.numberOfInstances", Class::Capacity),
    (DATABASE, "**.replicas", Class::Capacity),
    (DATABASE, "**.size", Class::Capacity),
    (DATABASE, "**.storage", Class::Capacity),
    (DATABASE, "**.volumeSize", Class::Capacity),
    (DATABASE, "**.storageGB", Class::Capacity),
    (DATABASE, "**.diskSize", Class::Capacity),
    (DATABASE, "**.allocatedStorage", Class::Capacity),
    (DATABASE, "**.maxAllocatedStorage", Class::Capacity),
    (DATABASE, "**.dbInstanceClass", Class::Capacity),
    (DATABASE, "**.instanceClass", Class::Capacity),
    (DATABASE, "**.cacheNodeType", Class::Capacity),
    (DATABASE, "**.nodeType", Class::Capacity),
    (DATABASE, "**.tier", Class::Capacity),
    (DATABASE, "**.skuName", Class::Capacity),
    (DATABASE, "**.nodeSelector.**", Class::Scheduling),
    (DATABASE, "**.tolerations.**", Class::Scheduling),
    (DATABASE, "**.affinity.**", Class::Scheduling),
    (DATABASE, "**", Class::Database),
    ("secrets", "**", Class::SecretKeys),
    ("chart", "dependencies[*]", Class::Dependency),
    ("chart", "dependencies[*].version", Class::Dependency),
    ("chart", "dependencies[*].repository", Class::Dependency),
    ("chart", "name", Class::Dependency),
    ("chart", "repo", Class::Dependency),
    ("chart", "version", Class::Dependency),
    ("chart", "digest", Class::Dependency),
    ("chart", "devel", Class::Dependency),
    ("values", "**.image.repository", Class::Image),
    ("values", "**.image.registry", Class::Image),
    ("values", "**.networkPolicy.**", Class::Network),
    ("values", "**.networkPolicies.**", Class::Network),
    ("values", "**.networkpolicy.**", Class::Network),
    ("values", "**.networkpolicies.**", Class::Network),
    ("values", "**.network_policy.**", Class::Network),
    ("values", "**.network_policies.**", Class::Network),
    ("values", "**.serviceAccount.**", Class::Access),
    ("values", "**.rbac.**", Class::Access),
    ("values", "**.ingress.**", Class::Exposure),
    ("values", "**.ingresses.**", Class::Exposure),
    ("values", "**.service.type", Class::Exposure),
    ("values", "**.service.loadBalancer*", Class::Exposure),
    ("values", "**.service.loadBalancer*.**", Class::Exposure),
    ("values", "**.backup.**", Class::Backup),
    ("values", "**.backups.**", Class::Backup),
    ("values", "**.autoscaling.**", Class::Capacity),
    ("values", "**.hpa.**", Class::Capacity),
    ("values", "**.replicaCount.**", Class::Capacity),
    ("values", "**.serviceMonitor.**", Class::Observability),
    ("values", "**.podMonitor.**", Class::Observability),
    ("values", "**.metrics.**", Class::Observability),
    ("FeatureFlag|FeatureFlagSource|FeatureFlagConfiguration", "**", Class::FeatureFlag),
    ("GitRepository|OCIRepository|Bucket", "spec.ref.**", Class::Dependency),
    ("GitRepository|OCIRepository|HelmRepository", "spec.url", Class::Dependency),
    ("Bucket", "spec.bucketName", Class::Dependency),
    ("HelmRelease|HelmChart", "**.chart.spec.**", Class::Dependency),
    ("HelmRelease", "spec.chartRef.**", Class::Dependency),
    ("HelmChart", "spec.version", Class::Dependency),
    ("Application|ApplicationSet", "**.targetRevision", Class::Dependency),
    ("Application|ApplicationSet", "**.chart", Class::Dependency),
    ("Kustomization.kustomize.config.k8s.io", "**", Class::Dependency),
    ("*", "**.securityContext.**", Class::Access),
    ("*", "**.podSecurityContext.**", Class::Access),
    ("*", "**.serviceAccountName", Class::Access),
    ("*", "**.serviceAccount", Class::Access),
    ("*", "**.automountServiceAccountToken", Class::Access),
    ("*", "**.hostNetwork", Class::Access),
    ("*", "**.hostPID", Class::Access),
    ("*", "**.hostIPC", Class::Access),
    ("Service", "spec.type", Class::Exposure),
    ("Service", "spec.loadBalancer*", Class::Exposure),
    ("Service", "spec.loadBalancer*.**", Class::Exposure),
    ("Service", "spec.externalTrafficPolicy", Class::Exposure),
    ("Service", "spec.externalIPs.**", Class::Exposure),
    ("Service", "spec.externalName", Class::Exposure),
];

/// Labels and annotations, at any depth: a whole name, or the beginning of one where it ends in
/// `/` or `.`.
pub(crate) const KEYS: &[(&str, Class)] = &[
    ("pod-security.kubernetes.io/", Class::Access),
    ("security.openshift.io/scc.podSecurityLabelSync", Class::Access),
    ("openshift.io/required-scc", Class::Access),
    ("container.apparmor.security.beta.kubernetes.io/", Class::Access),
    ("eks.amazonaws.com/", Class::Access),
    ("iam.amazonaws.com/role", Class::Access),
    ("iam.gke.io/", Class::Access),
    ("azure.workload.identity/", Class::Access),
    ("aadpodidbinding", Class::Access),
    ("vault.hashicorp.com/role", Class::Access),
    ("istio-injection", Class::Network),
    ("istio.io/dataplane-mode", Class::Network),
    ("sidecar.istio.io/inject", Class::Network),
    ("traffic.sidecar.istio.io/", Class::Network),
    ("linkerd.io/inject", Class::Network),
    ("config.linkerd.io/", Class::Network),
    ("kubernetes.io/ingress.", Class::Exposure),
    ("kubernetes.io/tls-acme", Class::Exposure),
    ("ingress.kubernetes.io/", Class::Exposure),
    ("nginx.ingress.kubernetes.io/", Class::Exposure),
    ("nginx.org/", Class::Exposure),
    ("alb.ingress.kubernetes.io/", Class::Exposure),
    ("appgw.ingress.kubernetes.io/", Class::Exposure),
    ("traefik.ingress.kubernetes.io/", Class::Exposure),
    ("haproxy.org/", Class::Exposure),
    ("haproxy-ingress.github.io/", Class::Exposure),
    ("haproxy.router.openshift.io/", Class::Exposure),
    ("router.openshift.io/", Class::Exposure),
    ("konghq.com/", Class::Exposure),
    ("projectcontour.io/", Class::Exposure),
    ("cert-manager.io/", Class::Exposure),
    ("acme.cert-manager.io/", Class::Exposure),
    ("external-dns.alpha.kubernetes.io/", Class::Exposure),
    ("service.beta.kubernetes.io/", Class::Exposure),
    ("service.kubernetes.io/", Class::Exposure),
    ("service.beta.openshift.io/", Class::Exposure),
    ("networking.gke.io/", Class::Exposure),
    ("cloud.google.com/", Class::Exposure),
    ("metallb.universe.tf/", Class::Exposure),
    ("metallb.io/", Class::Exposure),
    ("load-balancer.hetzner.cloud/", Class::Exposure),
    ("loadbalancer.openstack.org/", Class::Exposure),
    ("backup.velero.io/", Class::Backup),
    ("pre.hook.backup.velero.io/", Class::Backup),
    ("post.hook.backup.velero.io/", Class::Backup),
    ("k8up.io/", Class::Backup),
    ("stash.appscode.com/", Class::Backup),
    ("recurring-job.longhorn.io/", Class::Backup),
    ("recurring-job-group.longhorn.io/", Class::Backup),
];

/// Words in the name or the image of a job that copies data away.
pub(crate) const BACKUP_WORDS: &[&str] = &[
    "backup",
    "backups",
    "dump",
    "pgdump",
    "mysqldump",
    "mongodump",
    "restic",
    "velero",
    "wal",
    "pgbackrest",
    "barman",
    "snapshot",
    "snapshots",
    "borg",
    "borgmatic",
    "kopia",
];
