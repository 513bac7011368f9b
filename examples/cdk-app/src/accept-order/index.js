const { randomUUID } = require('node:crypto');
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const { checkOrder, toItem } = require('/opt/nodejs/order-model');

const table = new DynamoDBClient({});
const s3 = new S3Client({});
let articles;

/** The list of articles that was deployed with this function. */
async function readArticles() {
  const { ARTICLES_BUCKET: Bucket, ARTICLES_KEY: Key } = process.env;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse(await Body.transformToString());
}

/** Accepts an order by HTTP, or one handed over by the state machine. */
exports.handler = async (event) => {
  const order = checkOrder(typeof event.body === 'string' ? JSON.parse(event.body) : event);
  articles ??= await readArticles();
  if (!articles[order.article]?.inStock) return { statusCode: 409, body: 'not in stock\n' };
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
