export const ROOMS: readonly string[]
export function writePythonRooms(): Promise<void>
export function withoutDocs(source: string): string
