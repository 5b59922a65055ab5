export function compatibilityPage(): Promise<string>
