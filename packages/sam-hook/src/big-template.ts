import { loadYaml } from './lazy-modules.js';
import { parseTemplate } from './template-data.js';

/**
 * Bytes from which on sam wants a bucket for the template. It writes the template anew before it looks: in blocks, without comments. Some room
 * is left for where its writer and ours differ.
 *
 * Source: samcli/commands/deploy/deploy_context.py (51,200), and CloudFormation's limit for a template in a request.
 */
const LIMIT = 51_200 * 0.9;

/** Whether sam could not send the template with its request. */
export function isTooBig(text: string): boolean {
  if (Buffer.byteLength(text) < LIMIT / 4) return false;
  return Buffer.byteLength(loadYaml().stringify(parseTemplate(text), { lineWidth: 80 })) > LIMIT;
}

/** What each resource with an image needs: sam pushes it, and so must see the resource. */
const IMAGES = { 'AWS::Serverless::Function': true, 'AWS::Lambda::Function': true } as Readonly<
  Record<string, boolean>
>;

interface Resource {
  readonly Type?: string;
  readonly Properties?: { readonly PackageType?: unknown };
}

/** A template in two parts. */
export interface SplitTemplate {
  /** The resources that can be included, as JSON: CloudFormation takes no short forms of functions there. */
  readonly resources: string;
  /** The template for sam to send, once it is known where the resources lie: an `s3://` location. */
  readonly rest: (location: string) => string;
}

/**
 * Takes a template apart: a small one for sam to send, which includes the resources by `AWS::Include`. CloudFormation puts them together
 * again before it does anything else. Functions that come as images stay in the small one, so that sam sees and pushes them.
 *
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
 */
export function splitTemplate(text: string): SplitTemplate {
  const { Resources: resources, ...rest } = parseTemplate(text);
  const all = Object.entries((resources ?? {}) as Readonly<Record<string, Resource>>);
  const stays = ([, { Type = '', Properties }]: (typeof all)[number]): boolean =>
    IMAGES[Type] === true && Properties?.PackageType === 'Image';
  return {
    resources: JSON.stringify(Object.fromEntries(all.filter((it) => !stays(it)))),
    rest(location) {
      const include = { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: location } } };
      return loadYaml().stringify({
        ...rest,
        Resources: { ...Object.fromEntries(all.filter(stays)), ...include },
      });
    },
  };
}
