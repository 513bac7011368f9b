import { CfnResource, TagManager, type IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ARTIFACT_TAG, TAG_TABLE } from '@holdfast/cloudformation';
import { TAG_PLACEHOLDER } from '../placeholders.js';

/**
 * Tags functions, state machines, APIs and jobs with the version that they were deployed with: `holdfast:artifact`.
 *
 * The tag changes only when the content does. Resources that use no artifact stay as they are.
 */
export class HoldfastTags implements IAspect {
  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node) || TAG_TABLE[node.cfnResourceType] === undefined) return;
    if (TagManager.isTaggable(node)) node.tags.setTag(ARTIFACT_TAG, TAG_PLACEHOLDER);
    else if (TagManager.isTaggableV2(node)) node.cdkTagManager.setTag(ARTIFACT_TAG, TAG_PLACEHOLDER);
  }
}
