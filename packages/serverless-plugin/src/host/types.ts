/**
 * What of the hosts is used: the same in Serverless 3, osls 3, osls 4 and Serverless 4. Nothing here asks for a version; what only some
 * hosts have is optional.
 */

export interface CloudFormationTemplate {
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value?: unknown }>;
  Metadata?: Record<string, unknown>;
  [section: string]: unknown;
}

export interface TemplateResource {
  Type?: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  [attribute: string]: unknown;
}

/** `provider` of the service. Restoring a packaged state replaces the object, so nobody may keep it. */
export interface ServiceProvider {
  compiledCloudFormationTemplate: CloudFormationTemplate;
  deploymentBucket?: string | null;
  deploymentBucketObject?: { codeStorageMode?: string; maxPreviousDeploymentArtifacts?: number } | null;
  shouldNotDeploy?: boolean;
  deploymentWithEmptyChangeSet?: boolean;
  remoteFunctionData?: { Configuration?: { CodeSha256?: string } };
}

export interface FunctionObject {
  name: string;
  image?: unknown;
  package?: { artifact?: string; individually?: boolean };
}

export interface LayerObject {
  artifactAlreadyUploaded?: boolean;
  package?: { artifact?: string };
}

export interface Service {
  service: string;
  provider: ServiceProvider;
  custom?: { holdfast?: unknown };
  package: {
    artifact?: string;
    individually?: boolean;
    artifactDirectoryName: string;
    deploymentBucket?: string;
  };
  getAllFunctions(): string[];
  getFunction(name: string): FunctionObject;
  getAllLayers(): string[];
  getLayer(name: string): LayerObject;
}

export interface Naming {
  getStackName(): string;
  getServiceArtifactName(): string;
  getFunctionArtifactName(name: string): string;
  getLayerArtifactName(name: string): string;
  getServiceStateFileName(): string;
  getCompiledTemplateS3Suffix(): string;
  getLambdaLogicalId(name: string): string;
  getLambdaLayerLogicalId(name: string): string;
  getLambdaLayerS3KeyOutputLogicalId(name: string): string;
  /** Only Serverless 4. */
  getLambdaLayerS3ObjectVersionOutputLogicalId?(name: string): string;
}

export interface Provider {
  naming: Naming;
  getRegion(): string;
  getStage(): string;
  /** Asks AWS. Hosts on the SDK's version 3 have one without parameters, which only says that it is gone. */
  request?(service: string, method: string, parameters: object): Promise<unknown>;
  /** Only where the host is on the AWS SDK's version 3. */
  getAwsSdkV3Config?(): Promise<{ credentials?: unknown }>;
  /** Serverless 3 and osls 3 answer `{credentials}` at once, Serverless 4 the credentials themselves later. */
  getCredentials?(): unknown;
}

export interface Serverless {
  service: Service;
  serviceDir: string;
  processedInput: { commands: string[] };
  pluginManager: { plugins: object[]; commandRunStartTime?: number };
  /** The host's own error class: an error of another class is shown with its stack trace. */
  classes: { Error: new (message: string, code?: string) => Error };
  configSchemaHandler?: { defineCustomProperties?(schema: object): void };
  getProvider(name: string): Provider;
}

export type Options = Readonly<Record<string, unknown>>;

/** What hosts hand to a plugin for telling people something. */
export interface PluginOutput {
  readonly log?: {
    notice(message?: string): void;
    warning(message: string): void;
    info(message: string): void;
  };
  readonly writeText?: (...lines: string[]) => void;
}

/** The host's plugin behind `deploy`. */
export interface DeployPlugin {
  bucketName?: string;
  /** True when the stack is not there yet. */
  createLater?: boolean;
  ensureValidBucketExists(): Promise<void>;
  checkForChanges(): Promise<void>;
  checkLogGroupSubscriptionFilterResourceLimitExceeded?(): Promise<void>;
  uploadCloudFormationFile(): Promise<unknown>;
  uploadStateFile(): Promise<unknown>;
  uploadZipFile(file: { filename: string; s3KeyDirname?: string; basename?: string }): Promise<unknown>;
  cleanupS3Bucket(): Promise<void>;
  /** Only Serverless 4, for functions that run from its deployment bucket. */
  ensureReferenceCodeStoragePrereqs?(): Promise<void>;
  /** Only Serverless 4: writes the versions of uploaded objects into the template, by the names of the zips. */
  patchReferenceObjectVersions?(versionIds: unknown): void;
  getUpdateStackParams(options: { templateUrl: string }): Record<string, unknown>;
  monitorStack: MonitorStack;
}

export type MonitorStack = (action: string, cfData: unknown, ...rest: unknown[]) => Promise<unknown>;

/** The host's plugin that zips functions and layers. */
export interface PackagePlugin {
  options?: Options;
  /** Zips files into the build folder, and answers the path of the zip. What names leave out is an absolute path. */
  zipFiles(files: readonly string[], zipFileName: string, prefix?: string): Promise<string>;
  getFileContent(path: string): Promise<unknown>;
  getFileContentAndStat?(path: string): Promise<unknown>;
}

/** The host's plugin behind `rollback`. */
export interface RollbackPlugin {
  options: Options;
  bucketName?: string;
  setStackToUpdate(): Promise<void>;
  monitorStack: MonitorStack;
}

/** The host's plugin behind `deploy list`. */
export interface DeployListPlugin {
  setBucketName(): Promise<unknown>;
  listDeployments(): Promise<void>;
}

/** The host's plugin behind `remove`. */
export interface RemovePlugin {
  emptyS3Bucket(): Promise<void>;
}

/** The host's plugin behind `deploy function`. */
export interface DeployFunctionPlugin {
  options: Options;
  shouldEnsureFunctionState?: boolean;
  deployFunction(): Promise<void>;
}

/** The host's plugin behind `rollback function`. */
export interface RollbackFunctionPlugin {
  options: Options;
  getFunctionToBeRestored(): Promise<FoundFunction>;
  fetchFunctionCode(found: FoundFunction): Promise<unknown>;
  restoreFunction(code: unknown): Promise<void>;
}

/** What Lambda answers for one version of a function. */
export interface FoundFunction {
  Configuration?: { CodeSha256?: string };
  /** `ResolvedS3Object` where the function runs from a bucket. */
  Code?: { Location?: string; ResolvedS3Object?: unknown };
}
