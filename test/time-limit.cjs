/* global jest */
// jest takes `testTimeout` from the root of its configuration only; this gives each project its own.
jest.setTimeout(globalThis.testTimeoutSeconds * 1000);
