import fs, { type StatsFs } from 'node:fs';
import { afterEach, jest } from '@jest/globals';

/** Numbers of file systems on Linux, of one that is known to keep times of directories and one that is not. */
export const EXT4 = 0xef53;
export const OVERLAYFS = 0x794c7630;

const { platform } = process;

afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
});

/** What the system says of the file system until the end of a test, which may so run on any. */
export function fileSystemIs(type: number, on: NodeJS.Platform = 'linux'): void {
  Object.defineProperty(process, 'platform', { value: on });
  jest.spyOn(fs, 'statfsSync').mockReturnValue(Object.assign(Object.create(null) as StatsFs, { type }));
}
