import { createHash } from 'node:crypto';
import type { CloudFormationTemplate } from '../host/types.js';

/** Where a deployed template says what it was made from. */
const METADATA = 'HoldfastServerless';

/** What a deployment is made from, and what was asked of it. */
export interface DeploymentFacts {
  readonly template: CloudFormationTemplate;
  /** The service's provider settings, as the host's state file has them. */
  readonly provider: Readonly<Record<string, unknown>>;
  /** The digest of each local file that the template names, by its path, and the version of each bookmark. */
  readonly files: Readonly<Record<string, string>>;
  /** Settings that change the packaged template. */
  readonly settings: unknown;
  /** The service's folder on this machine, which must not count. */
  readonly serviceDir: string;
}

/**
 * What the hosts give CloudFormation beside the template. Everything else that they know of a service is in the template or changes
 * nothing there, and CloudFormation would only say that there is nothing to update.
 */
const STACK_SETTINGS = [
  'notificationArns',
  'rollbackConfiguration',
  'stackParameters',
  'stackPolicy',
  'stackTags',
  'tags',
];

/** A digest that two deployments share exactly when nothing changed from one to the other. */
export function fingerprintOf({ template, provider, files, settings, serviceDir }: DeploymentFacts): string {
  const stack = STACK_SETTINGS.map((name) => provider[name]);
  const facts = { template: withStableNames(template), stack, files, settings };
  return `sha256:${createHash('sha256').update(canonical(facts, serviceDir)).digest('hex')}`;
}

/** Writes the fingerprint into a template, in its place. */
export function writeFingerprint(template: CloudFormationTemplate, fingerprint: string): void {
  template.Metadata = { ...template.Metadata, [METADATA]: { Fingerprint: fingerprint } };
}

/** The fingerprint of a deployed template; undefined when Holdfast's plugin did not deploy it. */
export function readFingerprint({ Metadata }: Pick<CloudFormationTemplate, 'Metadata'>): string | undefined {
  const { Fingerprint } = (Metadata?.[METADATA] ?? {}) as { Fingerprint?: unknown };
  return typeof Fingerprint === 'string' ? Fingerprint : undefined;
}

/** The host gives these resources another name at every packaging, so that each becomes a new deployment of its API. */
const RENAMED = /^(ApiGatewayDeployment|WebsocketsDeployment(?!Stage))/;

function withStableNames(template: CloudFormationTemplate): unknown {
  const { Metadata: metadata = {}, ...rest } = template;
  const { [METADATA]: _own, ...others } = metadata;
  const names = new Map<string, string>();
  for (const name of Object.keys(template.Resources)) {
    const stable = RENAMED.exec(name)?.[1];
    if (stable !== undefined) names.set(name, stable);
  }
  return renamed({ ...rest, Metadata: others }, names);
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (names.size === 0) return value;
  if (typeof value === 'string') return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [names.get(key) ?? key, renamed(item, names)]),
  );
}

/** JSON with sorted keys, and without the name of the folder that the service happens to lie in. */
function canonical(value: unknown, serviceDir: string): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'string')
      return item.startsWith(serviceDir) ? `.${item.slice(serviceDir.length)}` : item;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
