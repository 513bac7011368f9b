/**
 * Resource types of the artifact table that take tags, and the form of their `Tags`.
 * Nested stacks, stack sets and serverless applications are left out on purpose: CloudFormation hands their tags down
 * to every resource in them, so that a new child template would touch all of them.
 * AWS::Serverless::HttpApi is left out because SAM takes its Tags only with an inline definition.
 * Source: the CloudFormation resource specification and SAM's resource reference.
 */
export const TAG_TABLE: Readonly<Record<string, 'map' | 'list'>> = {
  'AWS::Serverless::Function': 'map',
  'AWS::Serverless::Api': 'map',
  'AWS::Serverless::StateMachine': 'map',
  'AWS::Serverless::GraphQLApi': 'map',
  'AWS::Lambda::Function': 'list',
  'AWS::ApiGateway::RestApi': 'list',
  'AWS::ApiGatewayV2::Api': 'map',
  'AWS::StepFunctions::StateMachine': 'list',
  'AWS::Glue::Job': 'map',
  'AWS::CodeCommit::Repository': 'list',
};

/** The tag that carries the version ARN. */
export const ARTIFACT_TAG = 'holdfast:artifact';
