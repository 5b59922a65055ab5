export function deadLinks(directory: string, base?: string): Promise<string[]>
