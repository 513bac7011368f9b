/**
 * Stands for Serverless 4, which needs a login and so is not run: its steps in its order, under its names, as far as they touch the
 * plugin. It is bundled, so that the names of its classes say nothing; its provider is on no SDK's version 3 and answers credentials
 * later; functions run from the bucket (`codeStorageMode: reference`); zips are uploaded before the template.
 *
 *     node serverless-4.mjs <service> <stage> deploy [lose-state] | rollback-function <name> <version>
 *
 * With `lose-state` the state is gone by the time of the upload: a failure after versions are pinned and before CloudFormation is asked.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [serviceName, stage, command, ...words] = process.argv.slice(2);
const serviceDir = process.cwd();
const own = createRequire(fileURLToPath(import.meta.url));
const cfn = own('@aws-sdk/client-cloudformation');
const lambdaSdk = own('@aws-sdk/client-lambda');
const clients = { CloudFormation: new cfn.CloudFormationClient({}), Lambda: new lambdaSdk.LambdaClient({}) };
const upper = (text) => `${text[0].toUpperCase()}${text.slice(1)}`;
const never = (what) => () => {
  throw new Error(`Serverless 4 ${what}`);
};

const naming = {
  getStackName: () => `${serviceName}-${stage}`,
  getServiceArtifactName: () => `${serviceName}.zip`,
  getFunctionArtifactName: (name) => `${name}.zip`,
  getLayerArtifactName: (name) => `${name}.zip`,
  getServiceStateFileName: () => 'serverless-state.json',
  getCompiledTemplateS3Suffix: () => 'compiled-cloudformation-template.json',
  getLambdaLogicalId: (name) => `${upper(name)}LambdaFunction`,
  getLambdaLayerLogicalId: (name) => `${upper(name)}LambdaLayer`,
  getLambdaLayerS3KeyOutputLogicalId: (name) => `${upper(name)}LambdaLayerS3Key`,
  getLambdaLayerS3ObjectVersionOutputLogicalId: (name) => `${upper(name)}LambdaLayerS3ObjectVersion`,
};

const functions = Object.fromEntries(
  ['one', 'two'].map((name) => [
    name,
    { name: `${naming.getStackName()}-${name}`, handler: 'index.handler' },
  ]),
);
const layers = { model: { path: 'model' } };
const service = {
  service: serviceName,
  custom: {},
  package: { individually: true },
  provider: { deploymentBucketObject: { codeStorageMode: 'reference' } },
  getAllFunctions: () => Object.keys(functions),
  getFunction: (name) => functions[name],
  getAllLayers: () => Object.keys(layers),
  getLayer: (name) => layers[name],
};

const provider = {
  naming,
  getRegion: () => process.env.AWS_REGION,
  getStage: () => stage,
  getCredentials: async () => ({
    accessKeyId: process.env.AWS_ACCESS_KEY_ID,
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
    sessionToken: undefined,
    accountId: '123456789012',
  }),
  isReferenceCodeStorageMode: () => service.provider.deploymentBucketObject?.codeStorageMode === 'reference',
  async getServerlessDeploymentBucketName() {
    if (service.provider.deploymentBucket) return service.provider.deploymentBucket;
    return never('looks for the bucket of the account, and makes it')();
  },
  // eslint-disable-next-line no-unused-vars -- the plugin looks at how many parameters there are
  async request(name, method, params, options) {
    const sdk = name === 'Lambda' ? lambdaSdk : cfn;
    const found = await clients[name].send(new sdk[`${upper(method)}Command`](params));
    // No emulator answers it.
    if (method === 'getFunction')
      found.Code = { ...found.Code, ResolvedS3Object: { S3Bucket: 'b', S3Key: 'k' } };
    return found;
  },
};

/** The plugin behind `deploy`. */
class a {
  options = {};

  async ensureValidBucketExists() {
    never('looks at the deployment bucket')();
  }
  async ensureReferenceCodeStoragePrereqs() {
    never('looks at the versions of the deployment bucket')();
  }
  async checkForChanges() {
    never('compares with its own objects')();
  }
  async uploadArtifacts() {
    const versions = {};
    for (const name of ['one', 'two', 'model']) {
      const filename = join(serviceDir, '.serverless', `${name}.zip`);
      const { VersionId } = await this.uploadZipFile({
        filename,
        s3KeyDirname: service.package.artifactDirectoryName,
      });
      versions[basename(filename)] = VersionId;
    }
    if (Object.values(versions).some((version) => !version)) never('got no version of an object')();
    this.patchReferenceObjectVersions(versions);
    await this.uploadCloudFormationFile();
    await this.uploadStateFile();
  }
  async uploadZipFile() {
    never('uploads to its own bucket')();
  }
  patchReferenceObjectVersions(versions) {
    for (const { Properties } of Object.values(service.provider.compiledCloudFormationTemplate.Resources)) {
      const code = Properties.Code;
      if (code?.S3ObjectStorageMode !== 'REFERENCE') continue;
      code.S3ObjectVersion = versions[basename(code.S3Key)] ?? never(`knows no version of ${code.S3Key}`)();
    }
  }
  async uploadCloudFormationFile() {
    never('uploads to its own bucket')();
  }
  async uploadStateFile() {
    never('uploads to its own bucket')();
  }
  async updateStack() {
    const key = `${service.package.artifactDirectoryName}/${naming.getCompiledTemplateS3Suffix()}`;
    const params = {
      StackName: naming.getStackName(),
      TemplateURL: `https://s3.amazonaws.com/${this.bucketName}/${key}`,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    };
    await this.monitorStack('create', await provider.request('CloudFormation', 'createStack', params));
  }
  async monitorStack(_action, { StackId }) {
    await cfn.waitUntilStackCreateComplete(
      { client: clients.CloudFormation, minDelay: 1, maxDelay: 1, maxWaitTime: 60 },
      { StackName: StackId },
    );
  }
  getUpdateStackParams() {}
  async cleanupS3Bucket() {
    never('cleans its own bucket')();
  }
}

/** The plugin behind `rollback function`. */
class b {
  options = { function: words[0], 'function-version': words[1] };

  async getFunctionToBeRestored() {
    const params = { FunctionName: functions[words[0]].name, Qualifier: words[1] };
    return provider.request('Lambda', 'getFunction', params, { sdkVersion: 3 });
  }
  async fetchFunctionCode() {
    never('fetches the code')();
  }
  async restoreFunction() {
    never('sends the code')();
  }
  async run() {
    const found = await this.getFunctionToBeRestored();
    if (found.Code?.ResolvedS3Object) never('gives the function its old object, without a reference')();
    await this.restoreFunction(await this.fetchFunctionCode(found));
  }
}

const serverless = {
  service,
  serviceDir,
  processedInput: { commands: command === 'deploy' ? ['deploy'] : ['rollback', 'function'] },
  pluginManager: { plugins: [new a(), new b()] },
  classes: { Error },
  getProvider: () => provider,
};

const [deploy, rollbackFunction] = serverless.pluginManager.plugins;
const installed = createRequire(resolve(serviceDir, 'require-resolver')).resolve(
  '@holdfast/serverless-plugin',
);
let Plugin = await import(pathToFileURL(installed));
Plugin = Plugin.default || Plugin;
Object.defineProperty(Plugin, '_serverlessExternalPluginName', {
  value: 'x',
  configurable: true,
  writable: true,
});
const say = (...lines) => process.stdout.write(`${lines.join('\n')}\n`);
const log = { notice: say, info: () => undefined, warning: say };
const plugin = new Plugin(serverless, {}, { log, writeText: say });
const hook = (name) => plugin.hooks[name]?.();

/** What it compiles: everything in one folder of a bucket, whose name it has by now. */
async function compile() {
  const bucket = await provider.getServerlessDeploymentBucketName();
  service.package.deploymentBucket = bucket;
  service.package.artifactDirectoryName ??= `serverless/${serviceName}/${stage}/${Date.now()}-${new Date().toISOString()}`;
  const code = (name) => ({
    S3Bucket: bucket,
    S3Key: `${service.package.artifactDirectoryName}/${name}.zip`,
    S3ObjectStorageMode: 'REFERENCE',
  });
  const Resources = {};
  for (const [name, { name: FunctionName, handler: Handler }] of Object.entries(functions)) {
    const Role = 'arn:aws:iam::123456789012:role/lambda';
    const Properties = { Code: code(name), FunctionName, Handler, Runtime: 'nodejs22.x', Role };
    const FunctionReference = { Ref: naming.getLambdaLogicalId(name) };
    Resources[naming.getLambdaLogicalId(name)] = { Type: 'AWS::Lambda::Function', Properties };
    Resources[`${upper(name)}Version`] = {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: FunctionReference },
    };
  }
  Resources.ModelLambdaLayer = { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: code('model') } };
  service.provider.compiledCloudFormationTemplate = {
    Resources,
    Outputs: {
      ModelLambdaLayerS3Key: { Value: code('model').S3Key },
      ModelLambdaLayerS3ObjectVersion: { Value: 'S3ObjectVersion' },
      ServerlessDeploymentBucketName: { Value: bucket },
    },
  };
  await hook('before:package:compileLayers');
  await hook('after:aws:package:finalize:mergeCustomProviderResources');
  await mkdir('.serverless', { recursive: true });
  const state = { service: { provider: service.provider }, package: service.package };
  await writeFile(join('.serverless', naming.getServiceStateFileName()), JSON.stringify(state));
}

async function run() {
  hook('initialize');
  if (command === 'rollback-function') return rollbackFunction.run();
  await compile();
  // Restoring the state replaces the provider.
  const text = await readFile(join('.serverless', naming.getServiceStateFileName()), 'utf8');
  Object.assign(service, JSON.parse(text).service);
  await deploy.ensureValidBucketExists();
  await deploy.ensureReferenceCodeStoragePrereqs();
  await deploy.checkForChanges();
  if (service.provider.shouldNotDeploy) {
    say('No changes to deploy');
  } else {
    if (words[0] === 'lose-state') await rm(join('.serverless', naming.getServiceStateFileName()));
    await deploy.uploadArtifacts();
    await deploy.updateStack();
  }
  await hook('after:aws:deploy:deploy:updateStack');
  if (!service.provider.shouldNotDeploy) await deploy.cleanupS3Bucket();
}

try {
  await run();
  await hook('finalize');
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
  await hook('error');
}
