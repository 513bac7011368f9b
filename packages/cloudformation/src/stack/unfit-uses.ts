import { problemAt, type Problem } from '../problems.js';
import type { PlannedTemplate } from './plan-template.js';

/** What cannot be written as the service wants it, wherever the artifact lies; nested templates included. */
export function unfitUses({ file, items }: PlannedTemplate, literalLocations: boolean): Problem[] {
  return items.flatMap(({ use, child }) => {
    const inner = child === undefined ? [] : unfitUses(child, literalLocations);
    const { shape } = use;
    const own: Problem[] = [];
    if ('literal' in shape && shape.literal === 'deletable' && !literalLocations) {
      own.push(
        problemAt(
          file,
          use,
          'SAM takes only a literal s3:// location here, and "sam delete" would delete what it names',
          'Use the AWS::AppSync types, or allow literal locations for stacks that "sam delete" is never run on.',
        ),
      );
    }
    return [...own, ...inner];
  });
}
