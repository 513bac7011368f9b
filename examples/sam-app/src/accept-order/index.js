const { randomUUID } = require('node:crypto');
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const { checkOrder, toItem } = require('/opt/nodejs/order-model');

const table = new DynamoDBClient({});

/** Accepts `POST /orders`, or an order handed over by the state machine. */
exports.handler = async (event) => {
  const order = checkOrder(typeof event.body === 'string' ? JSON.parse(event.body) : event);
  const orderId = order.orderId ?? randomUUID();
  await table.send(
    new PutItemCommand({ TableName: process.env.TABLE_NAME, Item: toItem({ ...order, orderId }) }),
  );
  return {
    statusCode: 201,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId }),
  };
};
