exports.handler = async () => ({ statusCode: 200, body: 'Welcome to the shop.\n' });
