'use strict';

exports.handler = async ({ orders = [] }) => ({
  orders: orders.length,
  pieces: orders.reduce((sum, { quantity = 0 }) => sum + quantity, 0),
});
