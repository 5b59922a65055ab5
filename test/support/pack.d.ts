// scripts/pack.mjs is plain JavaScript.
declare module '*/scripts/pack.mjs' {
  /** Builds `dist` where it is missing or older than the sources. */
  export function build(): Promise<void>
  /** Packs the tarball into `directory`; its name holds a hash of its content. */
  export function pack(directory: string): Promise<string>
}
