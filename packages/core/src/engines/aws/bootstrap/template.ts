import { TABLE_KEYS } from '../table.js';

/** The stack, the table and the event bus of an account and region. The bucket's name is CloudFormation's choice. */
export const STACK_NAME = 'holdfast';
export const TABLE_NAME = 'holdfast';
export const EVENT_BUS_NAME = 'holdfast';

/** What the stack's outputs are called. */
export const OUTPUTS = { bucket: 'Bucket', table: 'Table', eventBus: 'EventBus' } as const;

/**
 * The CloudFormation template of the store, as YAML for people to read.
 *
 * Both stateful resources stay when the stack is deleted. Where the very creation fails they go again, so that the next
 * attempt finds nothing in its way; the table comes last, since its deletion protection would stop that.
 */
export function bootstrapTemplate(): string {
  return `AWSTemplateFormatVersion: '2010-09-09'
Description: >-
  Holdfast: the artifact repository of this account and region. Deployments read from the bucket and Lambda functions may run from
  it, so nothing here goes when the stack is deleted.

Resources:
  # The bytes. Each object is written once and has a legal hold from its upload on; only the garbage collector lifts it.
  # The name is left to CloudFormation: it has a random part, so that nobody can take it beforehand.
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      VersioningConfiguration:
        Status: Enabled
      # Without a default retention: holds last as long as something needs the object, and no longer.
      ObjectLockEnabled: true
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
      OwnershipControls:
        Rules:
          - ObjectOwnership: BucketOwnerEnforced
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: AES256
      LifecycleConfiguration:
        Rules:
          - Id: AbortIncompleteUploads
            Status: Enabled
            AbortIncompleteMultipartUpload:
              DaysAfterInitiation: 7

  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Sid: OnlyOverTls
            Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource:
              - !GetAtt Bucket.Arn
              - !Sub \${Bucket.Arn}/*
            Condition:
              Bool:
                aws:SecureTransport: 'false'
          # Whatever makes an object must say "only if there is none"; parts of an upload are no object yet.
          - Sid: EveryKeyIsWrittenOnce
            Effect: Deny
            Principal: '*'
            Action: s3:PutObject
            Resource: !Sub \${Bucket.Arn}/*
            Condition:
              'Null':
                s3:if-none-match: 'true'
              Bool:
                s3:ObjectCreationOperation: 'true'
          # Functions that run from the bucket (S3ObjectStorageMode: REFERENCE), in this account only.
          - Sid: LambdaOfThisAccountReads
            Effect: Allow
            Principal:
              Service: lambda.amazonaws.com
            Action:
              - s3:GetObject
              - s3:GetObjectVersion
            Resource: !Sub \${Bucket.Arn}/*
            Condition:
              StringEquals:
                aws:SourceAccount: !Ref AWS::AccountId

  # Everything that happens to artifacts is told here.
  EventBus:
    Type: AWS::Events::EventBus
    Properties:
      Name: ${EVENT_BUS_NAME}
      Description: Everything that happens to Holdfast's artifacts

  # Add your own targets to this rule, or rules of your own to the bus.
  EverythingRule:
    Type: AWS::Events::Rule
    Properties:
      Name: holdfast-everything
      Description: Matches every event of Holdfast; add your own targets
      EventBusName: !Ref EventBus
      EventPattern:
        source:
          - holdfast
      State: ENABLED

  # The catalog: versions, bookmarks, references. Its name is fixed, because there is one for an account and region; a table that
  # an earlier stack left behind stops the creation of a second, empty one.
  Table:
    Type: AWS::DynamoDB::Table
    DependsOn:
      - BucketPolicy
      - EverythingRule
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      TableName: ${TABLE_NAME}
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - AttributeName: ${TABLE_KEYS.partition}
          AttributeType: S
        - AttributeName: ${TABLE_KEYS.sort}
          AttributeType: S
      KeySchema:
        - AttributeName: ${TABLE_KEYS.partition}
          KeyType: HASH
        - AttributeName: ${TABLE_KEYS.sort}
          KeyType: RANGE
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true

Outputs:
  ${OUTPUTS.bucket}:
    Description: The bucket of the contents
    Value: !Ref Bucket
  ${OUTPUTS.table}:
    Description: The table of the catalog
    Value: !Ref Table
  ${OUTPUTS.eventBus}:
    Description: The event bus that every change is told on
    Value: !Ref EventBus
`;
}
