import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { HoldfastError, parseArn, quote } from '@holdfast/core';
import { placeholder, tokenOf, USE_METADATA } from '../placeholders.js';

/** Where AWS services read an artifact, for any property. The values are known once the app is published. */
export interface ArtifactLocation {
  readonly bucketName: string;
  readonly objectKey: string;
  /** For properties that take it; of a bucket without versions the property is left out. */
  readonly objectVersion: string;
  /** `s3://bucket/key`. */
  readonly s3Url: string;
  /** `https://…/bucket/key`. */
  readonly httpUrl: string;
}

/** An artifact that is in the repository already. */
export class Artifact {
  /**
   * The artifact that an ARN names: of a version, a content or a bookmark. A bookmark is resolved whenever the app is published.
   *
   * @param scope whose stack uses it
   */
  static fromArn(scope: Construct, arn: string): Artifact {
    return new Artifact(scope, arn);
  }

  /** As it was given. */
  readonly arn: string;
  readonly location: ArtifactLocation;
  /** The ARN of the version that is deployed; of a bookmark that on which it stands when the app is published. */
  readonly versionArn: string;

  private constructor(scope: Construct, arn: string) {
    this.arn = checkedArn(arn);
    const stack = Stack.of(scope);
    const token = tokenOf(arn);
    stack.addMetadata(`${USE_METADATA}${token}`, arn);
    const bucketName = placeholder('bucket', token);
    const objectKey = placeholder('key', token);
    this.location = {
      bucketName,
      objectKey,
      objectVersion: placeholder('object-version', token),
      s3Url: `s3://${bucketName}/${objectKey}`,
      httpUrl: `https://s3.${stack.region}.${stack.urlSuffix}/${bucketName}/${objectKey}`,
    };
    this.versionArn = placeholder('version-arn', token);
  }
}

function checkedArn(arn: string): string {
  if (Token.isUnresolved(arn)) {
    throw new HoldfastError(
      'invalid-input',
      'the ARN of an artifact must be known when the app is synthesized',
    );
  }
  const { type } = parseArn(arn);
  if (type === 'version' || type === 'content' || type === 'bookmark') return arn;
  throw new HoldfastError('invalid-input', `${quote(arn)} names no content`, {
    hint: 'Give the ARN of a version, a content or a bookmark.',
  });
}
