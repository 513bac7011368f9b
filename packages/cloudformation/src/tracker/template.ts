import { dump } from 'js-yaml';
import type { PolicyDocument } from '@holdfast/core';

/** The tracker's stack: one for an account and region. */
export const TRACKER_STACK = 'holdfast-tracker';
/** The artifact that the tracker's code is published as. */
export const TRACKER_ARTIFACT = 'holdfast/tracker';
/** What the tracker calls itself in the event by which it has itself go on. */
export const TRACKER_SOURCE = 'holdfast.tracker';
export const GO_ON = 'Reconcile goes on';

/** The calls of Lambda after which a function may run another code, as CloudTrail begins their names. */
export const CODE_CALLS = [
  'CreateFunction20',
  'DeleteFunction20',
  'PublishVersion',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
];

export interface TrackerTemplate {
  /** Path of the bundled handler's folder, as the template's file sees it. */
  readonly code: string;
  /** What the function may do with the store; statements about contents are left out, since it reads none. */
  readonly policy: PolicyDocument;
  /** EventBridge's schedule expression; once a day when absent. */
  readonly schedule?: string;
}

/**
 * The CloudFormation template of the tracker, as YAML for people to read. Its code is an artifact, to be packaged like any other. Pure.
 *
 * It cannot set itself off: it changes no stack and no function, events of its own stack do not reach it, and it goes on with a
 * reconciliation only after it has got further.
 */
export function trackerTemplate({ code, policy, schedule = 'rate(1 day)' }: TrackerTemplate): string {
  const ofStore = policy.Statement.filter(({ Action }) => !Action.every((it) => it.startsWith('s3:')));
  return `AWSTemplateFormatVersion: '2010-09-09'
Description: >-
  Holdfast's tracker: settles what stacks and functions use whenever they change, whatever tool changed them, and all of them on a schedule.
  Deleting this stack deletes no artifact and releases nothing.

Parameters:
  Schedule:
    Type: String
    Default: ${schedule}
    Description: When every stack and function is settled

Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Description: Settles what CloudFormation stacks and Lambda functions use of Holdfast's artifacts
      Runtime: nodejs24.x
      Architectures:
        - arm64
      Handler: index.handler
      Code: !Artifact
        Path: ${code}
        Id: ${TRACKER_ARTIFACT}
      Role: !GetAtt Role.Arn
      MemorySize: 512
      # Lambda's longest. What an account with thousands of stacks does not get done in it, the next invocation goes on with.
      Timeout: 900
      DeadLetterConfig:
        TargetArn: !GetAtt DeadLetters.Arn
      LoggingConfig:
        LogGroup: !Ref Logs
      Environment:
        Variables:
          HOLDFAST_STORE: !Sub aws://\${AWS::AccountId}/\${AWS::Region}

  Logs:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      RetentionInDays: 30

  # Events that failed three times, and those that EventBridge could not deliver. Nothing is lost with them: the schedule settles
  # everything, and until then what is held stays held.
  DeadLetters:
    Type: AWS::SQS::Queue
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      MessageRetentionPeriod: 1209600
      SqsManagedSseEnabled: true

  DeadLettersPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues:
        - !Ref DeadLetters
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Sid: RulesLeaveWhatTheyCannotDeliver
            Effect: Allow
            Principal:
              Service: events.amazonaws.com
            Action: sqs:SendMessage
            Resource: !GetAtt DeadLetters.Arn
            Condition:
              ArnEquals:
                aws:SourceArn:
${RULES.map(({ id }) => `                  - !GetAtt ${id}.Arn`).join('\n')}

  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: Reads stacks and functions, and keeps the references of Holdfast's store
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Service: lambda.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: store
          PolicyDocument:
${indented({ Version: policy.Version, Statement: ofStore }, 12)}
        - PolicyName: tracker
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Sid: ReadStacks
                Effect: Allow
                Action:
                  - cloudformation:DescribeChangeSet
                  - cloudformation:DescribeStackEvents
                  - cloudformation:DescribeStacks
                  - cloudformation:GetTemplate
                  - cloudformation:ListChangeSets
                  - cloudformation:ListStackResources
                Resource: !Sub arn:\${AWS::Partition}:cloudformation:\${AWS::Region}:\${AWS::AccountId}:stack/*
              - Sid: ReadFunctions
                Effect: Allow
                Action:
                  - lambda:GetFunction
                  - lambda:ListAliases
                  - lambda:ListVersionsByFunction
                Resource: !Sub arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:*
              - Sid: ReadLayers
                Effect: Allow
                Action: lambda:GetLayerVersion
                Resource: !Sub arn:\${AWS::Partition}:lambda:\${AWS::Region}:*:layer:*:*
              # These calls know no resource.
              - Sid: ListStacksAndFunctions
                Effect: Allow
                Action:
                  - cloudformation:DescribeStackRefactor
                  - cloudformation:ListStackRefactorActions
                  - cloudformation:ListStackRefactors
                  - cloudformation:ListStacks
                  - lambda:ListFunctions
                Resource: '*'
              - Sid: GoOn
                Effect: Allow
                Action: events:PutEvents
                Resource: !Sub arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/default
                Condition:
                  StringEquals:
                    events:source: ${TRACKER_SOURCE}
              - Sid: Log
                Effect: Allow
                Action:
                  - logs:CreateLogStream
                  - logs:PutLogEvents
                Resource: !GetAtt Logs.Arn
              - Sid: LeaveWhatFailed
                Effect: Allow
                Action: sqs:SendMessage
                Resource: !GetAtt DeadLetters.Arn

${RULES.map(ruleOf).join('\n\n')}

Outputs:
  Function:
    Description: The tracker
    Value: !Ref Function
  DeadLetters:
    Description: The queue of events that came to nothing
    Value: !Ref DeadLetters
`;
}

function indented(value: object, columns: number): string {
  const text = dump(value, { lineWidth: -1 }).trimEnd();
  return text.replaceAll(/^/gm, ' '.repeat(columns));
}

interface Rule {
  readonly id: string;
  readonly description: string;
  /** Properties of the rule, as lines of YAML. */
  readonly when: readonly string[];
}

const RULES: readonly Rule[] = [
  {
    id: 'WhenStacksChange',
    description: 'Every change of the status of any stack but this one',
    when: [
      'EventPattern:',
      '  source:',
      '    - aws.cloudformation',
      '  detail-type:',
      '    - CloudFormation Stack Status Change',
      '  detail:',
      '    stack-id:',
      '      - anything-but:',
      // A change of this stack would set the tracker off in the middle of being replaced.
      '          prefix: !Sub arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/',
    ],
  },
  {
    id: 'WhenFunctionsChange',
    description: 'Calls that give a function another code; EventBridge has them where CloudTrail has a trail',
    when: [
      'EventPattern:',
      '  source:',
      '    - aws.lambda',
      '  detail-type:',
      '    - AWS API Call via CloudTrail',
      '  detail:',
      '    eventSource:',
      '      - lambda.amazonaws.com',
      '    eventName:',
      ...CODE_CALLS.map((prefix) => `      - prefix: ${prefix}`),
    ],
  },
  {
    id: 'OnSchedule',
    description: 'Everything, whether it was told of or not',
    when: ['ScheduleExpression: !Ref Schedule'],
  },
  {
    id: 'ToGoOn',
    description: 'The rest of what one invocation had no time for',
    when: ['EventPattern:', '  source:', `    - ${TRACKER_SOURCE}`, '  detail-type:', `    - ${GO_ON}`],
  },
];

function ruleOf({ id, description, when }: Rule): string {
  return `  ${id}:
    Type: AWS::Events::Rule
    Properties:
      Description: ${description}
${when.map((line) => `      ${line}`).join('\n')}
      State: ENABLED
      Targets:
        - Id: tracker
          Arn: !GetAtt Function.Arn
          DeadLetterConfig:
            Arn: !GetAtt DeadLetters.Arn

  ${id}MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Function
      Principal: events.amazonaws.com
      SourceArn: !GetAtt ${id}.Arn`;
}
