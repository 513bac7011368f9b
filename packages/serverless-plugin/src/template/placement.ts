import type { Location } from '@holdfast/core';
import { posix } from 'node:path';
import type { Naming, Service } from '../host/types.js';

/**
 * Makes the host send CloudFormation to a template of the repository: every host puts the URL together from the bucket, the folder of
 * the deployment and the name of the template, and nothing else.
 */
export function placeTemplate(
  host: { bucketName?: string },
  service: Service,
  naming: Naming,
  { bucket, key }: Location,
): void {
  host.bucketName = bucket;
  service.package.artifactDirectoryName = posix.dirname(key);
  naming.getCompiledTemplateS3Suffix = () => posix.basename(key);
}
