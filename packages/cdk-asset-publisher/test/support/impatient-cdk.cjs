'use strict';
// The CDK looks every five seconds how a stack is doing, by its function `waitFor`. An emulator is done sooner, and tests need not wait.
const { setTimeout: patient } = globalThis;
const POLL_MS = 5_000;
const IMPATIENT_MS = 200;

globalThis.setTimeout = Object.defineProperties(function setTimeout(callback, ms, ...rest) {
  const polls = ms === POLL_MS && /\bwaitFor\b/.test(new Error().stack);
  return patient(callback, polls ? IMPATIENT_MS : ms, ...rest);
}, Object.getOwnPropertyDescriptors(patient));
