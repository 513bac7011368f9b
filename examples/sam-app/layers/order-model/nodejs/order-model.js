/** Returns the order; throws when its article or quantity is wrong. */
exports.checkOrder = (order) => {
  if (typeof order?.article !== 'string' || order.article === '') throw new TypeError('article is missing');
  if (!Number.isInteger(order.quantity) || order.quantity < 1)
    throw new TypeError('quantity must be 1 or more');
  return order;
};

/** An order as an item of the table. */
exports.toItem = ({ orderId, article, quantity }) => ({
  orderId: { S: orderId },
  article: { S: article },
  quantity: { N: String(quantity) },
});

/** The inverse of toItem. */
exports.fromItem = ({ orderId, article, quantity }) => ({
  orderId: orderId.S,
  article: article.S,
  quantity: Number(quantity.N),
});

/** What a customer reads of an order. */
exports.receiptOf = ({ orderId, article, quantity }) =>
  `Order ${orderId}${article === undefined ? '' : ` of ${quantity} x ${article}`} is on its way.`;
