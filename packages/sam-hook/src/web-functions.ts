import { quote } from '@holdfast/core';
import { refuse } from './refusals.js';
import { parseTemplate } from './template-data.js';

const TYPE = 'AWS::Serverless::WebFunction';

/**
 * Throws `unsupported` for a function whose earlier revisions go on reading their code from the bucket after an update: nothing here knows yet which
 * of them still serve, so that their code could be deleted under them. Pure.
 */
export function refuseWebFunctions(text: string): void {
  if (!text.includes(TYPE)) return;
  const { Resources: resources } = parseTemplate(text);
  for (const [logicalId, resource] of Object.entries((resources ?? {}) as Record<string, Resource | null>)) {
    const code = resource?.Type === TYPE ? resource.Properties?.CodeUri : undefined;
    if (typeof code !== 'string' || code.startsWith('s3://')) continue;
    refuse(
      `${quote(logicalId)} is of the type ${TYPE}, whose earlier revisions go on reading their code after an update; Holdfast does not follow them yet`,
      'Deploy it with plain sam deploy, in a stack of its own.',
    );
  }
}

interface Resource {
  readonly Type?: string;
  readonly Properties?: { readonly CodeUri?: unknown };
}
