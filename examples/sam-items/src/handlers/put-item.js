const { PutCommand } = require('@aws-sdk/lib-dynamodb');
const { answer, items, TableName } = require('../table');

/** Answers `POST /`: stores the item, in place of another with its id. */
exports.handler = async ({ body }) => {
  const { id, name } = JSON.parse(body ?? '{}');
  if (typeof id !== 'string' || id === '') return answer(400, { message: 'id is missing' });
  await items.send(new PutCommand({ TableName, Item: { id, name } }));
  return answer(200, { id, name });
};
