const { DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');
const { fromItem } = require('/opt/nodejs/order-model');

const table = new DynamoDBClient({});

/** Answers `GET /orders` with the first page of orders. */
exports.handler = async () => {
  const { Items = [] } = await table.send(new ScanCommand({ TableName: process.env.TABLE_NAME, Limit: 50 }));
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Items.map(fromItem)),
  };
};
