import type { SurveyedVersion } from '../ports/index.js';

/** The versions of each artifact by themselves, from pages in which they stand together. */
export async function* artifactsIn(
  pages: AsyncIterable<readonly SurveyedVersion[]>,
): AsyncGenerator<readonly SurveyedVersion[]> {
  let artifact: SurveyedVersion[] = [];
  for await (const page of pages) {
    for (const version of page) {
      if (artifact.length > 0 && artifact[0]!.id !== version.id) {
        yield artifact;
        artifact = [];
      }
      artifact.push(version);
    }
  }
  if (artifact.length > 0) yield artifact;
}
