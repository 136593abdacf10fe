/**
 * The codes of MongoDB's `error_codes.yml`, and those of servers that speak its protocol, by what they say of a write.
 * What stands in none of these lists says nothing for certain.
 */

/**
 * Passes by itself: the categories NetworkError, NotPrimaryError, ShutdownError, Interruption, RetriableError,
 * CancellationError, ExceededTimeLimitError, SnapshotError, StaleShardVersionError, CursorInvalidatedError and
 * CloseConnectionError, and what a server says while it starts, elects or moves data.
 */
export const PASSING_CODES: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: the server that had it is no longer the primary
  46, // LockBusy
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  82, // NoProgressMade: a mongos whose shard is being moved (SERVER-129829)
  83, // RemoteResultsUnavailable
  89, // NetworkTimeout
  90, // CallbackCanceled
  91, // ShutdownInProgress
  94, // NotYetInitialized
  107, // LockFailed
  109, // ConfigurationInProgress
  112, // WriteConflict
  117, // ConflictingOperationInProgress
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  143, // CursorInUse
  145, // PooledConnectionsDropped
  149, // NoConfigPrimary
  150, // StaleEpoch
  164, // InitialSyncActive
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  199, // ReplicaSetMonitorRemoved
  200, // ChunkRangeCleanupPending
  202, // NetworkInterfaceExceededTimeLimit
  203, // ShardingStateNotInitialized
  205, // ClusterTimeFailsRateLimiter
  206, // NoSuchSession
  211, // KeyNotFound: a replica set has just started again
  215, // DatabaseDropPending
  216, // ElectionInProgress
  222, // CloseChangeStream
  237, // CursorKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
  249, // StaleDbVersion
  250, // StaleChunkHistory
  251, // NoSuchTransaction
  261, // TooManyLogicalSessions
  262, // ExceededTimeLimit
  264, // TooManyFilesOpen
  272, // MigrationConflict
  276, // IndexBuildAborted
  279, // ClientDisconnect
  281, // TransactionCoordinatorSteppingDown
  282, // TransactionCoordinatorReachedAbortDecision
  285, // IndexBuildAlreadyInProgress
  290, // TransactionExceededLifetimeLimitSeconds
  301, // DataCorruptionDetected in MongoDB; Amazon DocumentDB: retryable writes are not supported
  303, // SplitHorizonChange
  308, // CurrentConfigNotCommittedYet
  314, // ObjectIsBusy
  317, // ConnectionPoolExpired
  319, // MovePrimaryInProgress
  342, // ReshardingCriticalSectionTimeout
  343, // ShardCannotRefreshDueToLocksHeld
  355, // InterruptedDueToStorageChange
  358, // InternalTransactionNotSupported
  365, // TemporarilyUnavailable
  371, // UserWritesBlocked
  384, // ConnectionError
  402, // ResourceExhausted
  406, // MigrationBlockingOperationCoordinatorCleaningUp
  407, // PooledConnectionAcquisitionExceededTimeLimit
  412, // UpdatesStillPending
  414, // AddOrRemoveShardInProgress
  453, // InterruptedDueToReshardingCriticalSection
  9_001, // SocketException
  10_058, // LegacyNotPrimary
  10_107, // NotWritablePrimary
  11_600, // InterruptedAtShutdown
  11_601, // Interrupted
  11_602, // InterruptedDueToReplStateChange
  12_586, // BackgroundOperationInProgressForDatabase
  12_587, // BackgroundOperationInProgressForNamespace
  13_388, // StaleConfig
  13_435, // NotPrimaryNoSecondaryOk
  13_436, // NotPrimaryOrSecondary
  46_841, // ClientMarkedKilled
  50_915, // BackupCursorOpenConflictWithCheckpoint
  56_846, // ConfigServerUnreachable
  91_331, // RetriableRemoteCommandFailure
  10_045_600, // InterruptedDueToFCVChange
]);

/** The server has more to do than it can: the category SystemOverloadedError, and Cosmos DB's. It passes as well. */
export const OVERLOAD_CODES: ReadonlySet<number> = new Set([
  433, // AdmissionQueueOverflow
  449, // RateLimitExceeded
  450, // PooledConnectionAcquisitionRejected
  462, // IngressRequestRateLimitExceeded
  16_500, // Azure Cosmos DB: the request units are used up
]);

/** Nothing can be written until somebody changes something. */
export const FOR_ALL_CODES: ReadonlySet<number> = new Set([
  11, // UserNotFound
  13, // Unauthorized
  18, // AuthenticationFailed
  20, // IllegalOperation: retryable writes on a server that has none
  59, // CommandNotFound
  73, // InvalidNamespace
  79, // UnknownReplWriteConcern
  100, // UnsatisfiableWriteConcern
  115, // CommandNotSupported
  166, // CommandNotSupportedOnView
  322, // APIVersionError
  323, // APIStrictError
  391, // ReauthenticationRequired
  8_000, // AtlasError: wrong password, or over the quota
  14_031, // OutOfDiskSpace
]);

/**
 * About a document's content. Others that can be about it (BadValue, FailedToParse, TypeMismatch) are what some servers
 * say to everything in a bad hour.
 */
export const DOCUMENT_CODES: ReadonlySet<number> = new Set([
  15, // Overflow: nested too deep
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  61, // ShardKeyNotFound
  121, // DocumentValidationFailure
  378, // NonConformantBSON
  10_334, // BSONObjectTooLarge
  17_280, // KeyTooLong
]);
