import type { ObjectShape, Packing, Shape } from './shapes.js';

/** One property that holds a local path. */
export interface ArtifactRow {
  readonly type: string;
  /** The path below `Properties`; `*` stands for any key of a map or any item of a list. */
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly packing: Packing;
  /** Without it host tools package the template's own folder; here it is asked for by name. */
  readonly required?: true;
  /** The artifact that the resource is about: its ID needs no property name. */
  readonly main?: true;
  /**
   * The property may hold other text than a location, such as a bucket's name. Only `./…`, `../…`, `.`, `..`, a Holdfast ARN
   * and `Fn::Artifact` are artifacts there; everything else is left alone.
   */
  readonly explicit?: true;
  /** The row counts only where the nearest map around the value has this key with this text. */
  readonly when?: { readonly key: string; readonly equals: string };
}

/** A path outside of resources, from the template's root. */
export interface SectionRow {
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly packing: Packing;
}

const uri: Shape = { form: 'uri' };
const url: Shape = { form: 'url' };
// SAM's translator takes only text for these (seen with aws-sam-translator 1.115: dicts, Ref and FindInMap are refused).
const samUri: Shape = { form: 'uri', literal: 'deletable' };
// As above. `sam delete` cannot parse a virtual-hosted URL; it stops before it deletes anything.
const samUrl: Shape = { form: 'url', literal: 'safe' };
// `sam publish` reads the template's Metadata as text; `sam delete` looks at resources only.
const metadataUri: Shape = { form: 'uri', literal: 'safe' };
const plainObject: ObjectShape = { form: 'object', bucket: 'Bucket', key: 'Key', version: 'Version' };
const samCode: ObjectShape = { ...plainObject, storageMode: 'StorageMode' };
const lambdaCode: ObjectShape = {
  form: 'object',
  bucket: 'S3Bucket',
  key: 'S3Key',
  version: 'S3ObjectVersion',
  storageMode: 'S3ObjectStorageMode',
};
const sourceBundle: ObjectShape = { form: 'object', bucket: 'S3Bucket', key: 'S3Key' };
const codeCommit: ObjectShape = { form: 'object', bucket: 'Bucket', key: 'Key', version: 'ObjectVersion' };

const appSyncFiles = [
  'RequestMappingTemplateS3Location',
  'ResponseMappingTemplateS3Location',
  'CodeS3Location',
];
const appSyncTypes = ['AWS::AppSync::Resolver', 'AWS::AppSync::FunctionConfiguration'];

/**
 * Every property that `sam package` or `aws cloudformation package` uploads, in the shape that it wants.
 * Sources: samcli/lib/package/packageable_resources.py (SAM CLI 1.164) and
 * awscli/customizations/cloudformation/artifact_exporter.py (AWS CLI 1.45).
 */
export const ARTIFACT_TABLE: readonly ArtifactRow[] = [
  {
    type: 'AWS::Serverless::Function',
    path: ['CodeUri'],
    shape: samCode,
    packing: 'archive',
    required: true,
    main: true,
  },
  {
    type: 'AWS::Serverless::LayerVersion',
    path: ['ContentUri'],
    shape: samCode,
    packing: 'archive',
    required: true,
    main: true,
  },
  { type: 'AWS::Serverless::Api', path: ['DefinitionUri'], shape: plainObject, packing: 'file', main: true },
  {
    type: 'AWS::Serverless::HttpApi',
    path: ['DefinitionUri'],
    shape: plainObject,
    packing: 'file',
    main: true,
  },
  {
    type: 'AWS::Serverless::StateMachine',
    path: ['DefinitionUri'],
    shape: plainObject,
    packing: 'file',
    main: true,
  },
  { type: 'AWS::Serverless::GraphQLApi', path: ['SchemaUri'], shape: samUri, packing: 'file', main: true },
  {
    type: 'AWS::Serverless::GraphQLApi',
    path: ['Resolvers', '*', '*', 'CodeUri'],
    shape: samUri,
    packing: 'file',
  },
  {
    type: 'AWS::Serverless::GraphQLApi',
    path: ['Functions', '*', 'CodeUri'],
    shape: samUri,
    packing: 'file',
  },
  {
    type: 'AWS::Serverless::Application',
    path: ['Location'],
    shape: samUrl,
    packing: 'template',
    main: true,
  },
  { type: 'AWS::CloudFormation::Stack', path: ['TemplateURL'], shape: url, packing: 'template', main: true },
  { type: 'AWS::CloudFormation::StackSet', path: ['TemplateURL'], shape: url, packing: 'file', main: true },
  {
    type: 'AWS::Lambda::Function',
    path: ['Code'],
    shape: lambdaCode,
    packing: 'archive',
    required: true,
    main: true,
  },
  {
    type: 'AWS::Lambda::LayerVersion',
    path: ['Content'],
    shape: lambdaCode,
    packing: 'archive',
    required: true,
    main: true,
  },
  {
    type: 'AWS::ApiGateway::RestApi',
    path: ['BodyS3Location'],
    shape: plainObject,
    packing: 'file',
    main: true,
  },
  {
    type: 'AWS::ApiGatewayV2::Api',
    path: ['BodyS3Location'],
    shape: plainObject,
    packing: 'file',
    main: true,
  },
  {
    type: 'AWS::StepFunctions::StateMachine',
    path: ['DefinitionS3Location'],
    shape: plainObject,
    packing: 'file',
    main: true,
  },
  {
    type: 'AWS::ElasticBeanstalk::ApplicationVersion',
    path: ['SourceBundle'],
    shape: sourceBundle,
    packing: 'any',
    required: true,
    main: true,
  },
  {
    type: 'AWS::Glue::Job',
    path: ['Command', 'ScriptLocation'],
    shape: uri,
    packing: 'file',
    required: true,
    main: true,
  },
  {
    type: 'AWS::AppSync::GraphQLSchema',
    path: ['DefinitionS3Location'],
    shape: uri,
    packing: 'file',
    main: true,
  },
  ...appSyncTypes.flatMap((type) =>
    appSyncFiles.map((property): ArtifactRow => ({ type, path: [property], shape: uri, packing: 'file' })),
  ),
  {
    type: 'AWS::CloudFormation::ModuleVersion',
    path: ['ModulePackage'],
    shape: uri,
    packing: 'any',
    main: true,
  },
  {
    type: 'AWS::CloudFormation::ResourceVersion',
    path: ['SchemaHandlerPackage'],
    shape: uri,
    packing: 'any',
    main: true,
  },
  {
    type: 'AWS::CodeCommit::Repository',
    path: ['Code', 'S3'],
    shape: codeCommit,
    packing: 'archive',
    main: true,
  },
];

/** Paths outside of resources. */
export const SECTION_TABLE: readonly SectionRow[] = [
  { path: ['Globals', 'Function', 'CodeUri'], shape: samCode, packing: 'archive' },
  {
    path: ['Metadata', 'AWS::ServerlessRepo::Application', 'LicenseUrl'],
    shape: metadataUri,
    packing: 'file',
  },
  {
    path: ['Metadata', 'AWS::ServerlessRepo::Application', 'ReadmeUrl'],
    shape: metadataUri,
    packing: 'file',
  },
];

/**
 * `Parameters.Location` of an `AWS::Include` transform, wherever it stands. Text, because CloudFormation hands functions in a transform's parameters on
 * as they are written, and the transform takes an S3 URI. `sam delete` does not look at it.
 *
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-transform.html
 */
export const INCLUDE_SHAPE: Shape = { form: 'uri', literal: 'safe' };

/** What `Fn::Artifact` writes with `As: object` where no row says more. */
export const DEFAULT_OBJECT: ObjectShape = plainObject;
