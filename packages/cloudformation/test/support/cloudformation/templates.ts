/** One resource of a modelled template. */
export interface ModelResource {
  /** The version's ARN. */
  readonly version: string;
  readonly digest: string;
  /** Whether CloudFormation leaves it in the account when it takes it out of the stack. */
  readonly retain: boolean;
  /** Whether each change of its code leaves a published version behind, which goes on with the old one. */
  readonly publishes?: boolean;
  /** Named by location alone, as tools that know nothing of Holdfast do. */
  readonly byLocation: boolean;
  /** False for what nothing protects until the stack is settled: nobody pinned it. */
  readonly owed: { protected: boolean };
}

export interface ModelTemplate {
  readonly resources: Readonly<Record<string, ModelResource>>;
  readonly nested?: { readonly logicalId: string; readonly template: ModelTemplate };
}

export const EMPTY: ModelTemplate = { resources: {} };

/** The template as the text that CloudFormation gives out. */
export function renderTemplate(template: ModelTemplate): string {
  const resources: Record<string, unknown> = {};
  for (const [logicalId, { version, digest, byLocation, retain }] of Object.entries(template.resources)) {
    const hex = digest.slice('sha256:'.length);
    const key = `default/sha256/${hex.slice(0, 2)}/${hex}`;
    resources[logicalId] = {
      Type: 'AWS::Lambda::Function',
      ...(retain ? { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } : {}),
      ...(byLocation ? {} : { Metadata: { Holdfast: { Code: { Version: version } } } }),
      Properties: { Code: { S3Bucket: 'artifacts', S3Key: key } },
    };
  }
  const { nested } = template;
  if (nested !== undefined) {
    resources[nested.logicalId] = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: 'https://x' },
    };
  }
  const stamps = stampsOf(template);
  return JSON.stringify({
    Metadata: { Holdfast: { Artifacts: Object.fromEntries(stamps) } },
    Resources: resources,
  });
}

/** Slots with what they use, those of nested templates with their logical IDs before them. */
export function stampsOf(template: ModelTemplate, prefix = ''): [string, { Version: string }][] {
  const own = Object.entries(template.resources)
    .filter(([, { byLocation }]) => !byLocation)
    .map(([id, { version }]): [string, { Version: string }] => [`${prefix}${id}.Code`, { Version: version }]);
  const { nested } = template;
  return nested === undefined ? own : [...own, ...stampsOf(nested.template, `${prefix}${nested.logicalId}/`)];
}

/** Every resource of a template and of those nested in it. */
export function resourcesOf(template: ModelTemplate | undefined): ModelResource[] {
  if (template === undefined) return [];
  return [...Object.values(template.resources), ...resourcesOf(template.nested?.template)];
}
