import { resolve } from 'node:path';
import { HoldfastError } from '@holdfast/core';
import { valueOf } from './arguments.js';
import { packagedLine, tell } from './messages.js';
import { packageBuilt } from './package-built.js';
import { withRegions } from './regional.js';
import { requireStackName } from './parameters.js';
import { withStore, type SamSession } from './session.js';
import { loadCloudFormation } from './lazy-modules.js';

/** Writes the packaged template for whoever deploys it by other means, and pins what it uses. Returns the exit code. */
export async function packageOnly(session: SamSession): Promise<number> {
  const { host, given, parameters } = session;
  const stackName = requireStackName(parameters);
  const output = valueOf(given, '--output-template-file');
  if (given.options.some(({ name }) => name === '--use-json')) {
    throw new HoldfastError('unsupported', 'the packaged template keeps the format of the original', {
      hint: 'Leave --use-json out.',
    });
  }
  return withStore(session, async (store) => {
    const packaged = await withRegions(session, store, (regional) => packageBuilt(session, store, regional));
    if (output === undefined) host.stdout.write(packaged.text);
    else {
      const { writeTemplate } = loadCloudFormation();
      await writeTemplate(resolve(host.cwd, output), packaged.text);
    }
    tell(host, packagedLine(packaged, stackName));
    tell(
      host,
      `deployment ${packaged.deployment}; once it is over: holdfast-sam --deployment ${packaged.deployment} settle --stack-name ${stackName}`,
    );
    return 0;
  });
}
