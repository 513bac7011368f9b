// A shop with one function, deployed without a bootstrap: holdfast-cdk deploy
const { join } = require('node:path');
const { App, Aspects, Stack } = require('aws-cdk-lib');
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda');
const { HoldfastSynthesizer, HoldfastTags } = require('@holdfast/cdk-asset-publisher');

const app = new App({ defaultStackSynthesizer: new HoldfastSynthesizer() });
const stack = new Stack(app, 'Shop');
new Function(stack, 'Handler', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromAsset(join(__dirname, '../src/handler')),
});
Aspects.of(app).add(new HoldfastTags());
