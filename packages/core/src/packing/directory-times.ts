import { lstatSync, statfsSync, type Stats } from 'node:fs';
import { stampOf, type FileStamp } from './tree.js';

/**
 * The file systems whose directories tell by their times whether they have the names that they had, by the number that
 * statfs(2) gives for each on Linux (linux/magic.h). In all of them the kernel itself sets modification and change time of a
 * directory with every name that comes, goes, or is given to something else.
 *
 * Not among them: overlayfs, of which the upper directory gives the times while names come from a lower one too, which may
 * be exchanged; and what is answered by somebody else's program or machine (FUSE, 9P, NFS, SMB), or has no change time (FAT).
 */
const KEEPING_TIMES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3 and ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x01021994, // tmpfs
  0xf2f52010, // F2FS
]);

/**
 * The device number of a directory whose file system is known to keep times of directories; undefined for any other.
 * Another file system may be mounted on a directory below it, which has another number.
 */
export function deviceKeepingTimes(top: string): number | undefined {
  try {
    return process.platform === 'linux' && KEEPING_TIMES.has(statfsSync(top).type)
      ? lstatSync(top).dev
      : undefined;
  } catch {
    // Where nothing is known of the file system, every directory is listed.
    return undefined;
  }
}

/** By what a directory on this device is recognised; undefined for what is no directory, or on another. */
export function directoryStamp(stats: Stats, device: number | undefined): FileStamp | undefined {
  return stats.dev === device && stats.isDirectory() ? stampOf(stats) : undefined;
}
