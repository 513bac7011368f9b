'use strict';

exports.handler = async ({ Records: records = [] }) => ({ archived: records.length });
