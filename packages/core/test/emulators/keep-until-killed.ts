// Starts an emulator, prints its endpoint, and stays until it is killed.
import { startEmulator } from './emulator.js';

void startEmulator('ministack').then(({ endpoint }) => {
  process.stdout.write(`${endpoint}\n`);
});
