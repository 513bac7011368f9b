import type { Parameter } from '@aws-sdk/client-cloudformation';
import { HoldfastError } from '@holdfast/core';
import type { CloudFormationApi } from './api.js';
import { ask } from './failures.js';
import type { EvidenceText } from './types.js';

/**
 * The template as it was given and as it was processed, where CloudFormation has both. Of the stack itself, or with a change
 * set's ID of that.
 */
export async function readTemplates(
  api: CloudFormationApi,
  stackId: string,
  changeSet?: { readonly id: string; readonly name: string },
): Promise<EvidenceText[]> {
  const of = changeSet === undefined ? '' : ` of the change set ${changeSet.name}`;
  const read = (TemplateStage: 'Original' | 'Processed') =>
    ask(`read the template of ${stackId}${of}`, () =>
      api.getTemplate({
        StackName: stackId,
        TemplateStage,
        ...(changeSet === undefined ? {} : { ChangeSetName: changeSet.id }),
      }),
    );
  const original = await read('Original');
  const texts: EvidenceText[] = [];
  const add = (body: string | undefined, source: string): void => {
    if (body === undefined || body === '') {
      throw new HoldfastError('unavailable', `CloudFormation gave no ${source} of ${stackId}`);
    }
    texts.push({ source, kind: 'template', text: body });
  };
  add(original.TemplateBody, `template${of}`);
  const processed = original.StagesAvailable?.includes('Processed') !== false;
  if (processed && mayBeTransformed(original.TemplateBody)) {
    const { TemplateBody: body } = await read('Processed');
    if (body !== original.TemplateBody) add(body, `processed template${of}`);
  }
  return texts;
}

/**
 * Whether processing can have made another template of it: it says `Transform`, as a section, in an intrinsic function or anywhere else. A text with
 * escapes may say it in a way that is not seen here.
 */
function mayBeTransformed(template: string | undefined): boolean {
  return template === undefined || /Transform|\\[uUx]|\\\r?\n/.test(template);
}

/** The values of parameters as one JSON text; none for no parameters. */
export function parametersText(parameters: readonly Parameter[] | undefined, source: string): EvidenceText[] {
  const values: Record<string, unknown> = {};
  for (const { ParameterKey: key = '', ParameterValue: value, ResolvedValue: resolved } of parameters ?? []) {
    values[key] = resolved === undefined ? value : [value, resolved];
  }
  if (Object.keys(values).length === 0) return [];
  return [{ source, kind: 'parameters', text: JSON.stringify({ Parameters: values }) }];
}
