'use strict';

const { isOrder } = require('/opt/nodejs/order-model.js');

exports.handler = async (order) =>
  isOrder(order) ? { accepted: order.orderId } : { refused: 'not an order' };
