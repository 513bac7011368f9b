import type { CloudFormationApi } from '@holdfast/cloudformation';
import { HoldfastError, quote } from '@holdfast/core';

/**
 * The template of a stack as it was sent; undefined when there is no such stack. Throws `unavailable` for any other doubt, with what was not
 * done because of it.
 */
export async function deployedTemplate(
  api: CloudFormationApi,
  stack: string,
  soThat: string,
): Promise<string | undefined> {
  try {
    return (await api.getTemplate({ StackName: stack, TemplateStage: 'Original' })).TemplateBody ?? '';
  } catch (cause) {
    if ((cause as Error).message.includes('does not exist')) return undefined;
    throw new HoldfastError(
      'unavailable',
      `the template of ${quote(stack)} could not be read, so ${soThat}`,
      { cause },
    );
  }
}
