import type { SurveyedVersion } from '../ports/index.js';
import type { StoreContext } from './context.js';

/** All versions of one artifact, with what keeps them. */
export async function surveyArtifact(
  { engine }: StoreContext,
  repository: string,
  id: string,
): Promise<SurveyedVersion[]> {
  const versions: SurveyedVersion[] = [];
  for await (const page of engine.catalog.surveyVersions(repository, id)) versions.push(...page);
  return versions;
}
