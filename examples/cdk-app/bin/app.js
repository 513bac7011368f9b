// A shop's orders, deployed without a bootstrap: holdfast-cdk deploy
const { App, Aspects } = require('aws-cdk-lib');
const { HoldfastSynthesizer, HoldfastTags } = require('@holdfast/cdk-asset-publisher');
const { OrdersStack } = require('../lib/orders-stack.js');

const app = new App({ defaultStackSynthesizer: new HoldfastSynthesizer() });
new OrdersStack(app, 'Orders');
Aspects.of(app).add(new HoldfastTags());
