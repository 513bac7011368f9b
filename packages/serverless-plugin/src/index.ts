import { HoldfastPlugin } from './plugin.js';

/** Serverless 3 and osls load the module itself, Serverless 4 its `default`. */
export = Object.assign(HoldfastPlugin, { default: HoldfastPlugin });
