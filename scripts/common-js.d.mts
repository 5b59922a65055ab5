export function writeCommonJs(): Promise<void>
