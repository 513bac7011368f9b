const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');
const { receiptOf } = require('/opt/nodejs/order-model');

const topic = new SNSClient({});

/** Tells whoever subscribed that an order was sent. Called by the state machine with the order. */
exports.handler = async ({ order }) => {
  await topic.send(
    new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Subject: 'Sent', Message: receiptOf(order) }),
  );
  return { orderId: order.orderId };
};
