import { loadedPackages } from './loaded-packages.js';
import * as core from '../../../src/index.js';

if (typeof core.openStore !== 'function') throw new Error('the core was not loaded');
process.stdout.write(JSON.stringify(loadedPackages()));
