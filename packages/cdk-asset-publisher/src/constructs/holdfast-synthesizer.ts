import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AssetManifestBuilder,
  FileAssetPackaging,
  StackSynthesizer,
  Token,
  type DockerImageAssetLocation,
  type DockerImageAssetSource,
  type FileAssetLocation,
  type FileAssetSource,
  type IBoundStackSynthesizer,
  type IReusableStackSynthesizer,
  type ISynthesisSession,
  type Stack,
} from 'aws-cdk-lib';
import { checkRepositoryName, HoldfastError } from '@holdfast/core';
import { planFile, planText } from '../assembly/stack-plan.js';
import type { AssetPlan, StackPlan, Template } from '../assembly/types.js';
import { addGuards } from '../fill/guard.js';
import { placeholder, TEMPLATE_PLACEHOLDER, tokenOf } from '../placeholders.js';

/** How functions and layers get their code. */
export enum HoldfastStorageMode {
  /** Lambda copies the code when it is deployed. */
  COPY = 'copy',
  /** Lambda runs the code straight from the repository's bucket. */
  REFERENCE = 'reference',
}

/** Settings of a {@link HoldfastSynthesizer}. All of them are optional. */
export interface HoldfastSynthesizerProps {
  /**
   * The repository that the artifacts go to.
   *
   * @default - that of holdfast.yaml, else `default`
   */
  readonly repository?: string;
  /**
   * How functions and layers get their code.
   *
   * @default - that of holdfast.yaml, else COPY
   */
  readonly storageMode?: HoldfastStorageMode;
  /**
   * A role that the CDK's command assumes to deploy.
   *
   * @default - the caller's own credentials
   */
  readonly deployRoleArn?: string;
  /**
   * A role that CloudFormation makes and changes resources with.
   *
   * @default - the credentials of whoever deploys
   */
  readonly cloudFormationExecutionRoleArn?: string;
  /**
   * The ECR repository for docker images, which must exist. `${AWS::AccountId}` and `${AWS::Region}` stand for the stack's own.
   *
   * @default - `cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}`, that of the CDK's own bootstrap
   */
  readonly imageAssetsRepositoryName?: string;
  /**
   * A role to push docker images with.
   *
   * @default - the caller's own credentials
   */
  readonly imageAssetPublishingRoleArn?: string;
}

// Source: aws-cdk-lib, DefaultStackSynthesizer.DEFAULT_IMAGE_ASSETS_REPOSITORY_NAME with its default qualifier.
const IMAGE_REPOSITORY = 'cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}';

/**
 * Makes a stack's file assets artifacts of a Holdfast repository. No bootstrap is needed for them.
 *
 * Templates get placeholders, because synthesis asks nobody; `holdfast-cdk` publishes the assets and fills the places in. Until then
 * the stack has a parameter without value for each asset, so that it cannot be deployed by mistake.
 */
// @ts-expect-error The CDK's own class and interface disagree on what is absent, under exactOptionalPropertyTypes.
export class HoldfastSynthesizer extends StackSynthesizer implements IReusableStackSynthesizer {
  private readonly props: HoldfastSynthesizerProps;
  private assets = new Map<string, AssetPlan>();
  private images = new AssetManifestBuilder();

  constructor(props: HoldfastSynthesizerProps = {}) {
    super();
    if (props.repository !== undefined) checkRepositoryName(props.repository);
    this.props = props;
  }

  override get cloudFormationExecutionRole(): string | undefined {
    return this.props.cloudFormationExecutionRoleArn;
  }

  /** A synthesizer for one stack with the same settings. */
  reusableBind(stack: Stack): IBoundStackSynthesizer {
    // As the CDK's own synthesizers do it, so that a subclass stays what it is.
    const bound = Object.create(this) as HoldfastSynthesizer;
    bound.assets = new Map();
    bound.images = new AssetManifestBuilder();
    bound.bind(stack);
    return bound as IBoundStackSynthesizer;
  }

  addFileAsset(asset: FileAssetSource): FileAssetLocation {
    const { fileName, sourceHash, displayName, executable } = asset;
    if (fileName === undefined && executable === undefined) {
      throw new HoldfastError('invalid-input', `asset ${sourceHash} has neither a file nor a command`);
    }
    const token = tokenOf(`${sourceHash} ${fileName ?? ''}`);
    if (!this.assets.has(token)) {
      this.assets.set(token, {
        token,
        path: fileName ?? '',
        packaging: asset.packaging === FileAssetPackaging.ZIP_DIRECTORY ? 'zip' : 'file',
        ...(displayName === undefined ? {} : { displayName }),
        ...(executable === undefined ? {} : { executable }),
      });
    }
    return this.cloudFormationLocationFromFileAsset({
      bucketName: placeholder('bucket', token),
      objectKey: placeholder('key', token),
    });
  }

  /** Images go to ECR by the CDK's own means, and not to the repository. */
  addDockerImageAsset(asset: DockerImageAssetSource): DockerImageAssetLocation {
    const { imageAssetsRepositoryName = IMAGE_REPOSITORY, imageAssetPublishingRoleArn } = this.props;
    const { account, region } = this.boundStack;
    const repositoryName = imageAssetsRepositoryName
      .replaceAll('${AWS::AccountId}', Token.isUnresolved(account) ? '${AWS::AccountId}' : account)
      .replaceAll('${AWS::Region}', Token.isUnresolved(region) ? '${AWS::Region}' : region);
    const destination = this.images.defaultAddDockerImageAsset(this.boundStack, asset, {
      repositoryName,
      ...(imageAssetPublishingRoleArn === undefined
        ? {}
        : { role: { assumeRoleArn: imageAssetPublishingRoleArn } }),
    });
    return this.cloudFormationLocationFromDockerImageAsset(destination);
  }

  synthesize(session: ISynthesisSession): void {
    const { repository, storageMode, deployRoleArn, cloudFormationExecutionRoleArn } = this.props;
    this.synthesizeTemplate(session);
    const assets = [...this.assets.values()];
    const plan: StackPlan = {
      version: 1,
      ...(repository === undefined ? {} : { repository }),
      ...(storageMode === undefined ? {} : { storageMode }),
      assets,
    };
    const { outdir } = session.assembly;
    writeFileSync(join(outdir, planFile(this.boundStack.artifactId)), planText(plan));
    guardTemplate(join(outdir, this.boundStack.templateFile), assets);
    this.emitArtifact(session, {
      stackTemplateAssetObjectUrl: TEMPLATE_PLACEHOLDER,
      ...(deployRoleArn === undefined ? {} : { assumeRoleArn: deployRoleArn }),
      ...(cloudFormationExecutionRoleArn === undefined ? {} : { cloudFormationExecutionRoleArn }),
      ...(this.images.hasAssets
        ? { additionalDependencies: [this.images.emitManifest(this.boundStack, session)] }
        : {}),
    });
  }
}

function guardTemplate(file: string, assets: readonly AssetPlan[]): void {
  const text = readFileSync(file, 'utf8');
  const names = assets.map(({ displayName, path }) => displayName ?? path);
  const guarded = addGuards(JSON.parse(text) as Template, names);
  writeFileSync(file, JSON.stringify(guarded, undefined, text.includes('\n') ? 1 : 0));
}
