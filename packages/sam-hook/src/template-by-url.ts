import type { PackagedTemplate } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
import { flagOf } from './arguments.js';
import { keyNameOf, type PlacedByUrl } from './big-template.js';
import { tell } from './messages.js';
import { hasImages, type PlacedTemplate } from './place-template.js';
import { requireStackName, effectiveFlag } from './parameters.js';
import { refuse } from './refusals.js';
import type { Regional } from './regional.js';
import { renderAsSam } from './render.js';
import type { SamSession } from './session.js';

/** The slot of the stack's own template, while a deployment runs. CloudFormation keeps a copy of its own afterwards. */
const SLOT = 'TemplateURL';

export interface TemplateByUrlOptions {
  readonly session: SamSession;
  readonly store: ArtifactStore;
  readonly sam: string;
  readonly packaged: PackagedTemplate;
  readonly placed: PlacedTemplate;
  readonly regional: Regional;
}

/**
 * Publishes the template as sam would send it, pins it for the deployment, and says by which bucket and prefix sam finds it there, so that
 * CloudFormation gets its URL and sam uploads nothing.
 *
 * Throws `unsupported` when sam is told to upload whatever is there already.
 */
export async function publishTemplate(options: TemplateByUrlOptions): Promise<PlacedByUrl> {
  const { session, store, sam, packaged, placed, regional } = options;
  refuseUploads(session, packaged.text);
  const bytes = await renderAsSam(session, sam, placed);
  const { repository, idPrefix = requireStackName(session.parameters) } = session.settings;
  const { version } = await store.publish({
    id: `${idPrefix}/sam/template`,
    source: { kind: 'bytes', bytes },
    mediaType: bytes[0] === 0x7b ? 'application/json' : 'text/yaml',
    ...(repository === undefined ? {} : { repository }),
  });
  const pins = [{ version, slot: SLOT }];
  const { deployment, consumers } = packaged;
  for (const consumer of consumers) await store.pin({ consumer, deployment, pins });
  const { region, locate, pinIn } = regional;
  const away = consumers.find((consumer) => region !== undefined && consumer.split(':')[3] === region);
  if (region !== undefined && away !== undefined) await pinIn?.(region, { consumer: away, deployment, pins });
  const name = keyNameOf(bytes);
  const { bucket, key } = await (region === undefined || locate === undefined
    ? store.locate(version, { ending: name })
    : locate(version, region, name));
  tell(
    session.host,
    `the template is too big for a request; it goes by the URL of ${version.id}:${version.number}`,
  );
  return { bucket, prefix: key.slice(0, -name.length) };
}

function refuseUploads({ given, parameters }: SamSession, text: string): void {
  const { configured } = parameters;
  if (flagOf(given, ['--force-upload']) !== true && configured('force_upload') === true) {
    refuse(
      'force_upload of samconfig would have sam upload the template, which is over 51,200 bytes, once more',
      'Take force_upload out: nothing else is uploaded.',
    );
  }
  if (
    effectiveFlag(given, parameters, [['--resolve-image-repos'], undefined, 'resolve_image_repos']) &&
    hasImages(text)
  ) {
    refuse(
      '--resolve-image-repos makes a stack of its own, whose template sam would upload, because that of the application is over 51,200 bytes',
      'Make the ECR repositories yourself, and name them with --image-repository or --image-repositories.',
    );
  }
}
