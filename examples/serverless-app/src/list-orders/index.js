'use strict';

const { isOrder } = require('/opt/nodejs/order-model.js');

exports.handler = async ({ orders = [] }) => orders.filter(isOrder);
