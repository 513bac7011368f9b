import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { Artifact } from './artifact.js';

/** Code of a function or a layer that is in the repository already. */
export class HoldfastCode extends Code {
  /**
   * The code that an ARN names: of a version, a content or a bookmark. A bookmark is resolved whenever the app is published.
   *
   * @param scope whose stack uses it
   */
  static fromArtifactArn(scope: Construct, arn: string): HoldfastCode {
    return new HoldfastCode(Artifact.fromArn(scope, arn));
  }

  readonly isInline = false;
  private readonly artifact: Artifact;

  private constructor(artifact: Artifact) {
    super();
    this.artifact = artifact;
  }

  override bind(_scope: Construct): CodeConfig {
    // The object version and the storage mode are filled in with the location.
    const { bucketName, objectKey } = this.artifact.location;
    return { s3Location: { bucketName, objectKey } };
  }
}
