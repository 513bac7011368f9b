import { HoldfastError, quote } from '@holdfast/core';
import type { PlannedTemplate } from '@holdfast/cloudformation';
import { loadCloudFormation } from './lazy-modules.js';

const NESTS = /TemplateURL|AWS::Serverless::Application/;
const IMAGE = /ImageUri['"]?\s*:\s*['"]?([^\s'",}]+)/g;
const IN_ECR = /\.dkr\.ecr\.|^[!{&*]/;

/**
 * Throws `unsupported` for a function in a nested template whose image is still on this machine: sam pushes the images of the templates
 * that it finds as files, and nested ones are artifacts by the time it looks.
 */
export async function checkNestedImages(file: string, text: string, stackName: string): Promise<void> {
  if (!NESTS.test(text)) return;
  const { planTemplate } = loadCloudFormation();
  const planned = await planTemplate({ file, stackName, allowOutside: true, literalLocations: true });
  for (const { child } of planned.items) if (child !== undefined) refuseLocalImages(child);
}

function refuseLocalImages({ file, text, items }: PlannedTemplate): void {
  for (const [, image = ''] of text.matchAll(IMAGE)) {
    if (IN_ECR.test(image)) continue;
    throw new HoldfastError(
      'unsupported',
      `the nested template ${quote(file)} has the image ${quote(image)}, which is not in ECR`,
      {
        hint: 'Push it, and write the URI of its repository into ImageUri; or move the function into the root template.',
      },
    );
  }
  for (const { child } of items) if (child !== undefined) refuseLocalImages(child);
}
