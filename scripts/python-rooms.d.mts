export const ROOMS: readonly string[]
export function writePythonRooms(): Promise<void>
