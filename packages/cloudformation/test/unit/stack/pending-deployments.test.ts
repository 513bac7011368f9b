import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type ArtifactStore } from '@holdfast/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abandonDeployment, packageTemplate, registerStack, removeStack } from '../../../src/index.js';

const template = `
Resources:
  Api:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: api.json
`;

describe('a deployment that waits while another of the same stack is registered', () => {
  let folder: string;
  let store: ArtifactStore;
  const stackName = 'shop';

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-pending-'));
    writeFileSync(join(folder, 'template.yaml'), template);
    store = await openStore(`memory:${folder}`, { bucket: 'artifacts' });
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function packageNow(content: string): Promise<{ text: string; deployment: string }> {
    writeFileSync(join(folder, 'api.json'), content);
    return packageTemplate({ store, file: join(folder, 'template.yaml'), stackName });
  }

  it('keeps its pins, because nothing says that it is over', async () => {
    await packageNow('waits for approval');
    const deployed = await packageNow('is deployed');

    await registerStack({ store, stackName, text: deployed.text });

    await expect(store.delete('shop/Api:1')).rejects.toMatchObject({ code: 'in-use' });
    expect((await store.usage('shop/Api:2')).references).toMatchObject([{ kind: 'reference' }]);
  });

  it('is released with the others when the template has all that it pinned', async () => {
    await packageNow('same');
    const deployed = await packageNow('same');

    await registerStack({ store, stackName, text: deployed.text });

    expect((await store.usage('shop/Api:1')).references).toMatchObject([{ kind: 'reference' }]);
  });

  it('loses its pins when it is abandoned, and only it', async () => {
    const abandoned = await packageNow('is abandoned');
    await packageNow('still waits');

    await abandonDeployment({ store, stackName, deployment: abandoned.deployment });

    await expect(store.delete('shop/Api:1')).resolves.toMatchObject({ outcome: 'condemned' });
    await expect(store.delete('shop/Api:2')).rejects.toMatchObject({ code: 'in-use' });
  });

  it('cannot be abandoned under a name that it does not have', async () => {
    await packageNow('waits');

    await expect(abandonDeployment({ store, stackName, deployment: 'tuesday' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('"tuesday"') as unknown,
    });
  });

  it('loses its pins when the stack is removed', async () => {
    await packageNow('waits');

    await removeStack({ store, stackName });

    await expect(store.delete('shop/Api:1')).resolves.toMatchObject({ outcome: 'condemned' });
  });
});
