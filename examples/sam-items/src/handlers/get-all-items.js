const { ScanCommand } = require('@aws-sdk/lib-dynamodb');
const { answer, items, TableName } = require('../table');

/** Answers `GET /` with the first page of items. */
exports.handler = async () => {
  const { Items = [] } = await items.send(new ScanCommand({ TableName, Limit: 100 }));
  return answer(200, Items);
};
