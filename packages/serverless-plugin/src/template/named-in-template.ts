import { looksLikeHoldfastArn, type ArtifactStore } from '@holdfast/core';
import type { CloudFormationTemplate } from '../host/types.js';

/**
 * The bookmarks that a template names, each with what it leads to now. To the host the template is the same before and after a bookmark is
 * moved, and what is deployed is not.
 */
export async function resolveBookmarks(
  template: CloudFormationTemplate,
  store: () => Promise<Pick<ArtifactStore, 'resolve'>>,
): Promise<Record<string, string>> {
  const found = new Set<string>();
  JSON.stringify(template, (_key, value: unknown) => {
    if (typeof value === 'string' && looksLikeHoldfastArn(value) && value.includes(':bookmark/'))
      found.add(value);
    return value;
  });
  const resolved: Record<string, string> = {};
  for (const arn of [...found].sort()) {
    const opened = await store();
    // It may stand where nothing is deployed from it, such as in a description. Where something is, packaging says what is wrong.
    resolved[arn] = await opened.resolve(arn).then(
      ({ version }) => version.arn,
      () => 'nothing that could be found out',
    );
  }
  return resolved;
}

/** What the code of a function became. */
export interface NamedCode {
  readonly slot: string;
  readonly digest: string;
}

/**
 * Writes into the published versions of functions whose code an ARN names the digest of that code, as hosts write that of a zip: a
 * bookmark that was moved makes a new version of the function.
 */
export function writeCodeDigests({ Resources }: CloudFormationTemplate, codes: readonly NamedCode[]): void {
  for (const { slot, digest } of codes) {
    const [logicalId = ''] = slot.split('.');
    if (slot !== `${logicalId}.Code`) continue;
    const versions = logicalId.replace(/LambdaFunction$/, 'LambdaVersion');
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== 'AWS::Lambda::Version' || !id.startsWith(versions) || Properties === undefined) continue;
      const { Ref } = (Properties['FunctionName'] ?? {}) as { Ref?: unknown };
      if (Ref !== logicalId) continue;
      Properties['CodeSha256'] = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
    }
  }
}
