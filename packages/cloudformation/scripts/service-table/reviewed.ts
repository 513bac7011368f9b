import type { ServiceRow, ServiceShape } from '../../src/table/service-row.js';
import type { Reviewed } from './classify.js';

const PREFIX = 'names a prefix or a bucket, not one object';
const WRITTEN = 'the service writes there';

const uri: ServiceShape = { form: 'uri' };
const url: ServiceShape = { form: 'url' };

const files = (type: string, shape: ServiceShape, ...paths: readonly string[]): ServiceRow[] =>
  paths.map((path) => ({ type, path, shape, packing: 'file' }));
const archives = (type: string, shape: ServiceShape, ...paths: readonly string[]): ServiceRow[] =>
  paths.map((path) => ({ type, path, shape, packing: 'any' }));

const gatewaySchemas = [
  'Http.AgentcoreRuntime.Schema.Source',
  'Http.Passthrough.Schema.Source',
  'Mcp.Lambda.ToolSchema',
  'Mcp.McpServer.McpToolSchema',
  'Mcp.OpenApiSchema',
  'Mcp.SmithyModel',
].map((path) => `TargetConfiguration.${path}.S3.Uri`);

const environmentFiles = (type: string): ServiceRow => ({
  type,
  path: 'ContainerDefinitions.*.EnvironmentFiles.*.Value',
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
  shape: { form: 'objectArn', endings: ['.env'] },
  packing: 'file',
  when: { key: 'Type', equals: 's3' },
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codebuild-project-source.html
const codeBuildSource = (path: string): ServiceRow => ({
  type: 'AWS::CodeBuild::Project',
  path,
  shape: { form: 'bucketPath' },
  packing: 'any',
  when: { key: 'Type', equals: 'S3' },
});

/** What the rules cannot see, each with its reason or the form that the service's own documentation gives. */
export const REVIEWED: Reviewed = {
  decided: [
    ...archives(
      'AWS::BedrockAgentCore::Runtime',
      { form: 'object', bucket: 'Bucket', key: 'Prefix', version: 'VersionId' },
      'AgentRuntimeArtifact.CodeConfiguration.Code.S3',
    ),
    ...files('AWS::BedrockAgentCore::GatewayTarget', uri, ...gatewaySchemas),
    ...files(
      'AWS::CloudFormation::GuardHook',
      { form: 'uri', endings: ['.guard', '.zip', '.tar.gz'] },
      'RuleLocation.Uri',
    ),
    // The specification has one of these or a list of them, as a union.
    ...files(
      'AWS::CloudFormation::GuardHook',
      { form: 'uri', endings: ['.yaml', '.json', '.zip', '.tar.gz'] },
      'Options.InputParams.Uri',
      'Options.InputParams.*.Uri',
    ),
    ...files(
      'AWS::CloudFormation::StackSet',
      { form: 'url', endings: ['.csv', '.txt'] },
      'StackInstancesGroup.*.DeploymentTargets.AccountsUrl',
    ),
    codeBuildSource('Source.Location'),
    codeBuildSource('SecondarySources.*.Location'),
    ...files('AWS::CodeBuild::Project', { form: 'objectArn' }, 'Environment.Certificate'),
    ...files('AWS::Config::ConformancePack', uri, 'TemplateS3Uri'),
    ...files('AWS::Config::OrganizationConformancePack', uri, 'TemplateS3Uri'),
    environmentFiles('AWS::ECS::DaemonTaskDefinition'),
    environmentFiles('AWS::ECS::TaskDefinition'),
    ...files('AWS::EMR::Cluster', uri, 'Steps.*.HadoopJarStep.Jar'),
    ...files('AWS::EMR::Step', uri, 'HadoopJarStep.Jar'),
    ...archives('AWS::Omics::Workflow', uri, 'DefinitionUri'),
    ...archives('AWS::Omics::WorkflowVersion', uri, 'DefinitionUri'),
    {
      type: 'AWS::SSM::Document',
      path: 'Attachments.*.Values.*',
      shape: uri,
      packing: 'file',
      when: { key: 'Key', equals: 'S3FileUrl' },
    },
    ...files(
      'AWS::SageMaker::Project',
      url,
      'TemplateProviderDetails.*.CfnTemplateProviderDetail.TemplateURL',
    ),
    ...files(
      'AWS::ServiceCatalog::CloudFormationProduct',
      url,
      'ProvisioningArtifactParameters.*.Info.LoadTemplateFromURL',
    ),
  ],
  excluded: [
    {
      type: 'AWS::AmplifyUIBuilder::Component',
      path: 'BindingProperties.*.BindingProperties',
      reason: 'says what a component binds to while it runs; nothing is read',
    },
    {
      type: 'AWS::ApiGateway::Method',
      path: 'Integration.Uri',
      reason: "an integration's target, in a form of its own",
    },
    { type: 'AWS::B2BI::Capability', path: 'Configuration.Edi.InputLocation', reason: PREFIX },
    { type: 'AWS::Bedrock::KnowledgeBase', path: 'KnowledgeBaseConfiguration.**', reason: WRITTEN },
    {
      type: 'AWS::CloudFront::Distribution',
      path: 'DistributionConfig.CustomErrorResponses.*.ResponsePagePath',
      reason: 'a path on the distribution itself',
    },
    { type: 'AWS::CodeBuild::Project', path: 'Artifacts.Path', reason: WRITTEN },
    { type: 'AWS::CodeBuild::Project', path: 'SecondaryArtifacts.*.Path', reason: WRITTEN },
    {
      type: 'AWS::CodeDeploy::DeploymentGroup',
      path: 'Deployment.Revision.S3Location',
      reason: 'wants BundleType as well, which a path alone does not say',
    },
    { type: 'AWS::Comprehend::Flywheel', path: 'DataLakeS3Uri', reason: WRITTEN },
    { type: 'AWS::CustomerProfiles::Integration', path: 'Uri', reason: PREFIX },
    { type: 'AWS::DataZone::Connection', path: 'Props.S3Properties.S3Uri', reason: PREFIX },
    { type: 'AWS::EMR::Studio', path: 'DefaultS3Location', reason: WRITTEN },
    { type: 'AWS::Glue::Crawler', path: 'Targets.S3Targets.*.Path', reason: PREFIX },
    { type: 'AWS::Glue::DevEndpoint', path: 'ExtraJarsS3Path', reason: 'one text for several locations' },
    {
      type: 'AWS::Glue::DevEndpoint',
      path: 'ExtraPythonLibsS3Path',
      reason: 'one text for several locations',
    },
    { type: 'AWS::IoTTwinMaker::Workspace', path: 'S3Location', reason: PREFIX },
    {
      type: 'AWS::Kendra::DataSource',
      path: 'DataSourceConfiguration.S3Configuration.AccessControlListConfiguration.KeyPath',
      reason: "must lie in the data source's own bucket",
    },
    {
      type: 'AWS::MWAA::Environment',
      path: 'PluginsS3Path',
      reason: "must lie in the environment's own bucket",
    },
    {
      type: 'AWS::MWAA::Environment',
      path: 'RequirementsS3Path',
      reason: "must lie in the environment's own bucket",
    },
    {
      type: 'AWS::MWAA::Environment',
      path: 'StartupScriptS3Path',
      reason: "must lie in the environment's own bucket",
    },
    { type: 'AWS::SageMaker::AIWorkloadConfig', path: 'DatasetConfig.**', reason: PREFIX },
    {
      type: 'AWS::SageMaker::Domain',
      path: 'DefaultSpaceSettings.CustomFileSystemConfigs.**',
      reason: PREFIX,
    },
    {
      type: 'AWS::SageMaker::Domain',
      path: 'DefaultUserSettings.CustomFileSystemConfigs.**',
      reason: PREFIX,
    },
    {
      type: 'AWS::SageMaker::Domain',
      path: 'DomainSettings.UnifiedStudioSettings.ProjectS3Path',
      reason: WRITTEN,
    },
    { type: 'AWS::SageMaker::MlflowApp', path: 'ArtifactStoreUri', reason: WRITTEN },
    { type: 'AWS::SageMaker::MlflowTrackingServer', path: 'ArtifactStoreUri', reason: WRITTEN },
    {
      type: 'AWS::SageMaker::ModelBiasJobDefinition',
      path: 'ModelBiasJobInput.GroundTruthS3Input.S3Uri',
      reason: PREFIX,
    },
    { type: 'AWS::SageMaker::ModelCard', path: 'Content.**', reason: 'describes a model; nothing is read' },
    {
      type: 'AWS::SageMaker::ModelPackage',
      path: 'AdditionalInferenceSpecifications.*.Containers.*.ModelDataSource.**',
      reason: PREFIX,
    },
    {
      type: 'AWS::SageMaker::ModelPackage',
      path: 'AdditionalInferenceSpecificationsToAdd.*.Containers.*.ModelDataSource.**',
      reason: PREFIX,
    },
    {
      type: 'AWS::SageMaker::ModelPackage',
      path: 'InferenceSpecification.Containers.*.ModelDataSource.**',
      reason: PREFIX,
    },
    {
      type: 'AWS::SageMaker::ModelQualityJobDefinition',
      path: 'ModelQualityJobInput.GroundTruthS3Input.S3Uri',
      reason: PREFIX,
    },
    { type: 'AWS::SageMaker::UserProfile', path: 'UserSettings.CustomFileSystemConfigs.**', reason: PREFIX },
    { type: 'AWS::Synthetics::Canary', path: 'ArtifactS3Location', reason: WRITTEN },
    {
      type: 'AWS::Synthetics::Canary',
      path: 'Code',
      reason: 'wants Handler as well, which a path alone does not say',
    },
    {
      type: 'AWS::Wisdom::MessageTemplate',
      path: 'MessageTemplateAttachments.*.S3PresignedUrl',
      reason: 'a URL with a signature of its own',
    },
  ],
};
