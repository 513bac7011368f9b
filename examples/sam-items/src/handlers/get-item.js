const { GetCommand } = require('@aws-sdk/lib-dynamodb');
const { answer, items, TableName } = require('../table');

/** Answers `GET /{id}`. */
exports.handler = async ({ pathParameters: { id } }) => {
  const { Item } = await items.send(new GetCommand({ TableName, Key: { id } }));
  return Item === undefined ? answer(404, { message: `there is no item ${id}` }) : answer(200, Item);
};
