/** What the command's exit code says; stable, for scripts. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  /** The command line, the configuration or a value given is wrong. */
  usage: 2,
  /** Refused because something still uses it. */
  inUse: 3,
  /** Something could not be found out. Nothing was released of it, and the rest was done. */
  undecided: 4,
  /** Ended by the user: 128 and the signal's number, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;
