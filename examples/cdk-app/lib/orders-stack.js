const { join } = require('node:path');
const { CfnOutput, Duration, Stack } = require('aws-cdk-lib');
const { AttributeType, BillingMode, Table } = require('aws-cdk-lib/aws-dynamodb');
const { Code, Function, FunctionUrlAuthType, LayerVersion, Runtime } = require('aws-cdk-lib/aws-lambda');
const { Asset } = require('aws-cdk-lib/aws-s3-assets');
const { DefinitionBody, StateMachine } = require('aws-cdk-lib/aws-stepfunctions');

const file = (path) => join(__dirname, '..', path);

/** Takes an order, lists orders, and carries an order out step by step. */
class OrdersStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    // Orders outlive the stack: a table is retained unless it says otherwise.
    const table = new Table(this, 'Orders', {
      partitionKey: { name: 'orderId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
    });
    const model = new LayerVersion(this, 'OrderModel', {
      description: 'What both functions know of an order',
      code: Code.fromAsset(file('layers/order-model')),
    });
    const newFunction = (name, folder, environment = {}) =>
      new Function(this, name, {
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromAsset(file(folder)),
        layers: [model],
        timeout: Duration.seconds(10),
        environment: { TABLE_NAME: table.tableName, ...environment },
      });

    const articles = new Asset(this, 'Articles', { path: file('data/articles.json') });
    const accept = newFunction('AcceptOrder', 'src/accept-order', {
      ARTICLES_BUCKET: articles.s3BucketName,
      ARTICLES_KEY: articles.s3ObjectKey,
    });
    articles.grantRead(accept);
    table.grantReadWriteData(accept);

    const list = newFunction('ListOrders', 'src/list-orders');
    table.grantReadData(list);
    const { url } = list.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

    const fulfilment = new StateMachine(this, 'Fulfilment', {
      definitionBody: DefinitionBody.fromFile(file('statemachine/fulfilment.asl.json')),
      definitionSubstitutions: { AcceptOrderArn: accept.functionArn, OrdersTableName: table.tableName },
    });
    accept.grantInvoke(fulfilment);
    table.grantWriteData(fulfilment);

    new CfnOutput(this, 'OrdersUrl', { value: url });
  }
}

module.exports = { OrdersStack };
