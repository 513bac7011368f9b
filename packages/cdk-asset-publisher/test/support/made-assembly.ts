import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An assembly as `cdk synth` writes it: a stack of so many functions, each with a folder of its own as its code. */
export class MadeAssembly {
  readonly #folder: string;
  readonly #stack: string;
  readonly #texts: string[];

  constructor(folder: string, stack: string, functions: number) {
    this.#folder = folder;
    this.#stack = stack;
    this.#texts = Array.from({ length: functions }, (_, i) => `exports.number = ${i};`);
    this.#write();
  }

  /** Changes the code of the first function. */
  change(text: string): void {
    this.#texts[0] = text;
    this.#write();
  }

  #write(): void {
    const bucketName = 'cdk-hnb659fds-assets-123456789012-us-east-1';
    const files: Record<string, unknown> = {};
    const Resources: Record<string, unknown> = {};
    for (const [i, text] of this.#texts.entries()) {
      const token = String(i).padStart(64, '0');
      const path = `asset.${token}`;
      mkdirSync(join(this.#folder, path), { recursive: true });
      writeFileSync(join(this.#folder, path, 'index.js'), text);
      const objectKey = `${token}.zip`;
      files[token] = {
        displayName: `F${i}/Code`,
        source: { path, packaging: 'zip' },
        destinations: { current: { bucketName, objectKey } },
      };
      const Code = { S3Bucket: bucketName, S3Key: objectKey };
      Resources[`F${i}`] = { Type: 'AWS::Lambda::Function', Properties: { Code } };
    }
    this.#json('stack.template.json', { Resources });
    const objectKey = `${'f'.repeat(64)}.json`;
    files['f'.repeat(64)] = {
      source: { path: 'stack.template.json', packaging: 'file' },
      destinations: { current: { bucketName, objectKey } },
    };
    const version = '55.0.0';
    this.#json('stack.assets.json', { version, files, dockerImages: {} });
    const stack = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: 'stack.template.json', stackName: this.#stack },
      dependencies: ['assets'],
    };
    const assets = { type: 'cdk:asset-manifest', properties: { file: 'stack.assets.json' } };
    this.#json('manifest.json', { version, artifacts: { assets, [this.#stack]: stack } });
  }

  #json(file: string, content: unknown): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, file), JSON.stringify(content));
  }
}
