import type { PackagedTemplate } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
import { isTooBig, splitTemplate } from './big-template.js';
import { loadCloudFormation } from './lazy-modules.js';
import { tell } from './messages.js';
import { requireStackName } from './parameters.js';
import type { SamSession } from './session.js';

/** The slot of the resources of a template that is too big to be sent whole. */
const SLOT = 'Fn::Transform.Parameters.Location';

/**
 * The text that sam sends: the packaged template, or when that is too big for a request one that includes its resources from the
 * repository. They are an artifact then, pinned for the same deployment.
 */
export async function sendable(
  { text, deployment }: PackagedTemplate,
  { host, settings, parameters }: SamSession,
  store: ArtifactStore,
): Promise<string> {
  if (!isTooBig(text)) return text;
  const stackName = requireStackName(parameters);
  const { beginDeployment } = loadCloudFormation();
  const { resources, rest } = splitTemplate(text);
  const { repository, idPrefix = stackName } = settings;
  const { version } = await store.publish({
    id: `${idPrefix}/template-resources`,
    source: { kind: 'bytes', bytes: Buffer.from(resources) },
    mediaType: 'application/json',
    ...(repository === undefined ? {} : { repository }),
  });
  await beginDeployment({ store, stackName, deployment, pins: [{ version, slot: SLOT }] });
  const { bucket, key } = await store.locate(version);
  tell(
    host,
    `the template is too big to be sent whole; its resources are the artifact ${version.id}:${version.number}`,
  );
  return rest(`s3://${bucket}/${key}`);
}
