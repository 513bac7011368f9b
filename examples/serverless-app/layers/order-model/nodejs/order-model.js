'use strict';

/** What both functions know of an order. */
exports.isOrder = (value) =>
  typeof value?.orderId === 'string' && Number.isInteger(value.quantity) && value.quantity > 0;
