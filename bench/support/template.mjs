import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { print } from './rounds.mjs';

const script = (name) => fileURLToPath(new URL(name, import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** 400 functions with what functions have, about 270 KB. */
function largeTemplate() {
  const functions = Array.from(
    { length: 400 },
    (_, i) => `  Handler${i}:
    # What number ${i} is there for.
    Type: AWS::Serverless::Function
    DependsOn: [Table, Queue]
    Properties:
      FunctionName: !Sub '\${AWS::StackName}-handler-${i}'
      CodeUri: ./functions/handler-${i}
      Handler: index.handler
      Runtime: nodejs24.x
      MemorySize: ${128 + (i % 8) * 64}
      Timeout: 30
      Environment:
        Variables:
          TABLE: !Ref Table
          QUEUE_URL: !GetAtt Queue.QueueUrl
          STAGE: !FindInMap [Stages, !Ref 'AWS::Region', Name]
      Policies:
        - DynamoDBCrudPolicy: { TableName: !Ref Table }
      Events:
        Api:
          Type: Api
          Properties: { Path: /things/${i}, Method: get }
`,
  );
  return `Transform: AWS::Serverless-2016-10-31
Mappings:
  Stages:
    us-east-1: { Name: one }
Resources:
  Table:
    Type: AWS::DynamoDB::Table
  Queue:
    Type: AWS::SQS::Queue
${functions.join('')}`;
}

/** Prints what a large template takes inside of the process, without its start, beside what it takes the AWS CLI. */
export function templateBench(rounds, awsVersion) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-template-'));
  const file = join(folder, 'template.yaml');
  const text = largeTemplate();
  writeFileSync(file, text);
  const took = { aws: [], ours: [] };
  for (let round = 0; round < rounds; round += 1) {
    if (awsVersion !== undefined) took.aws.push(milliseconds('python3', script('aws_template.py'), file));
    took.ours.push(milliseconds(process.execPath, script('template.cjs'), file));
  }
  rmSync(folder, { recursive: true });
  const [aws, ours] = [median(took.aws), median(took.ours)];
  print(
    `\na template of 400 functions, ${(text.length / 1e3).toFixed(0)} KB (medians of ${rounds}, in the process)`,
  );
  print(`  aws, parse and dump                ${aws === undefined ? 'missing' : `${aws.toFixed(0)} ms`}`);
  print(`  ours, find and rewrite             ${ours.toFixed(0)} ms; ${(ours / aws).toFixed(3)} x of aws`);
}

function milliseconds(...command) {
  const { stdout, stderr, status } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
