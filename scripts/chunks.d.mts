/** A group of the bundler: the name of the file for a module; `null` if the bundler decides. */
export function chunkOf(): (
  id: string,
  context: {
    getModuleInfo(id: string): { isEntry: boolean; importers: string[]; dynamicImporters: string[] } | null
  },
) => string | null
