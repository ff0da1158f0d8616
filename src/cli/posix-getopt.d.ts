/** The part of posix-getopt 1.2 that is used; the package ships no types. */
declare module 'posix-getopt' {
  export interface ParsedOption {
    /** The option's letter, `?` for an invalid option, `:` for a missing argument. */
    readonly option: string;
    /** The option's argument, where it takes one. */
    readonly optarg?: string;
    /** The letter or long name that was wrong. */
    readonly optopt?: string;
    readonly error?: true;
  }

  export class BasicParser {
    /**
     * @param optstring - letters, each with `:` when it takes an argument and `(long)` names; a leading `:` is silent
     * @param argv - every argument
     * @param optind - index of the first argument to look at
     */
    constructor(optstring: string, argv: readonly string[], optind?: number);
    /** The next option, or undefined at `--`, at the end, and at anything that is not an option. */
    getopt(): ParsedOption | undefined;
    /** Index of the argument that is looked at next. */
    optind(): number;
  }
}
